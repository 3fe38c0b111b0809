"""Makes text of a peer fit to print: no character of it can steer a terminal."""

from __future__ import annotations

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def clean(text: str) -> str:
    """Replace whatever is not plainly printable: controls, escapes, line breaks, bidi marks."""
    return "".join(character if character.isprintable() else REPLACEMENT for character in text)
