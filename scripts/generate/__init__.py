"""What writes files of the repository from code and from the official SDK."""
