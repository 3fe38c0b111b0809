"""The body, in virtual time."""
