"""What every command says on standard error, harmless whatever text it is made of."""

from __future__ import annotations

import sys

WRONG_USE = 2


def printable(text: str) -> str:
    """Show what a terminal would obey: a name from a file or a CSMS may hold anything."""
    return "".join(
        character if character.isprintable() else f"\\u{ord(character):04x}" for character in text
    )


def complain(text: str, status: int = WRONG_USE) -> int:
    """Print one line about what went wrong; returns the exit status."""
    print(f"cp-tui: {printable(text)}", file=sys.stderr)
    return status
