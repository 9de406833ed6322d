"""What a contact centre plans with: its load, its staff, and how its customers wait."""
