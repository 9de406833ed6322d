"""The page itself: templates, style, scripts, and what puts them together."""
