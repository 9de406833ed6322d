"""The middleware before each route, and the routes of login and control."""
