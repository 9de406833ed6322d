"""The tap measured side by side with other ways to do the same, against one server."""
