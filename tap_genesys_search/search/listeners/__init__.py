"""What a run tells of each search that has ended."""
