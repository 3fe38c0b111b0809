"""Words by which people look for something among much. Pure."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct


class WordFilter(Struct, frozen=True):
    """What is typed to find rows: words, in small letters."""

    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]

    def takes(self, has: Callable[[str], bool]) -> bool:
        """Whether something has every word that is wanted and none of the others."""
        return all(map(has, self.wanted)) and not any(map(has, self.unwanted))


def word_filter(typed: str) -> WordFilter:
    """Read a filter: `!word` leaves out what has the word; a `!` alone is still being typed."""
    words = typed.casefold().split()
    unwanted = (word[1:] for word in words if word.startswith("!"))
    return WordFilter(
        tuple(word for word in words if not word.startswith("!")), tuple(filter(None, unwanted))
    )
