"""The mind: a charge point as a pure state machine, `(event, now) -> effects`.

Nothing here reads a clock, opens a file or a socket, or starts a task.
"""
