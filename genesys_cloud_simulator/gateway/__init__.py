"""What a request passes before its route, and the routes of login and control."""
