"""What comes from and goes to a terminal: keys in order, and lines that it can show."""
