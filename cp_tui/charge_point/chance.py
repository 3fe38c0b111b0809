"""What is left to chance: jitter and ids. `random.Random` is one; a smaller one does as well."""

from __future__ import annotations

from typing import Protocol


class Chance(Protocol):
    """A source of numbers that nobody can foresee, or that a seed gives again."""

    def uniform(self, a: float, b: float, /) -> float:
        """Give a number between the two."""

    def getrandbits(self, k: int, /) -> int:
        """Give so many bits as a number."""
