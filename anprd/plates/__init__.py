"""What is known of plates as texts: whose they look like, and which characters look alike. Pure."""
