"""Mind and body together, in virtual time."""
