"""What both searches for conversations share."""
