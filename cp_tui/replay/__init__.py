"""A log played again: one side of it speaks to a real peer, and what differs is told."""
