"""The streams that searches fill, and the audits of these searches."""
