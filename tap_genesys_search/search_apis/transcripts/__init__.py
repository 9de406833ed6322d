"""What the transcript search asks for, and how it reads the answer."""
