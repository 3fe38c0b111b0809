"""What the operator may have the charge point do: stop, restart, put in order, send messages."""
