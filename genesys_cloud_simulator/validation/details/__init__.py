"""Reading queries and jobs of conversation details: intervals, filters and aggregations."""
