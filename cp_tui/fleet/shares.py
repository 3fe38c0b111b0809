"""Which of several shares a charge point belongs to, by the seed and its number alone.

Shares are parts of 1. The multiples of an irrational number fill the unit evenly, so that among any
numbers in a row each share holds, give or take one or two, however many charge points there will
be. Another number for each occasion, so that these do not go together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from cp_tui.network.draw import draw

GOLDEN, SILVER = 0.618033988749895, 0.41421356237309515

T = TypeVar("T")


def of_shares(
    shares: Iterable[tuple[T, float]], seed: int, occasion: str, number: int, irrational: float
) -> T | None:
    """Give that in whose share a number lies; None: it lies beyond all of them."""
    place = (draw(seed, occasion) + number * irrational) % 1
    for each, share in shares:
        place -= share
        if place < 0:
            return each
    return None
