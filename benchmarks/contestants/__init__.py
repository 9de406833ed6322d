"""Programs that read the same pages in other ways, each a process of its own."""
