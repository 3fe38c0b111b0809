"""The styles of a screen as text: a letter for each cell, and what each letter stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from string import ascii_letters, digits

from rich.color import Color
from rich.style import Style
from textual.strip import Strip

GROUND = "."
"""The style that most cells have."""
LETTERS = ascii_letters + digits
"""Of the others, the first that is met first; a screen with more of them would not be read."""

LOOKS_MAX = 1024

BLANKS = " \N{NO-BREAK SPACE}"


def looks(strips: Sequence[Strip]) -> list[str]:
    """The lines of a screen in letters, and below what each stands for."""
    lines = [list(_cells(strip)) for strip in strips]
    count = Counter(look for line in lines for look in line)
    (ground, _number), *_others = count.most_common(1)
    letters = {ground: GROUND}
    letters |= dict(zip((look for look in count if look != ground), LETTERS, strict=False))
    assert len(letters) == len(count), "more styles than letters"
    drawn = ["".join(letters[look] for look in line) for line in lines]
    return [*drawn, "", *(f"{letter} {look}" for look, letter in letters.items())]


def _cells(strip: Strip) -> Iterator[str]:
    """How each cell looks; of a blank one what is seen of it."""
    for text, style, _control in strip:
        for sign in text:
            yield _look(style or Style(), is_blank=sign in BLANKS)


@lru_cache(LOOKS_MAX)
def _look(style: Style, *, is_blank: bool) -> str:
    ink = "any" if is_blank and not style.reverse else _name(style.color)
    known = (
        ("bold", style.bold and not is_blank),
        ("dim", style.dim and not is_blank),
        ("italic", style.italic and not is_blank),
        ("underline", style.underline),
        ("strike", style.strike),
        ("reverse", style.reverse),
    )
    words = [word for word, is_on in known if is_on]
    return " ".join([*words, ink, "on", _name(style.bgcolor)])


def _name(color: Color | None) -> str:
    if color is None or color.is_default:
        return "default"
    return color.name if color.number is None else f"color {color.number}"
