"""Numbers of things in sentences: one message, two messages."""

from __future__ import annotations


def count(number: int, singular: str, plural: str | None = None) -> str:
    """`1 message`, `3 messages`."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"
