"""The bench for a message of one's own."""
