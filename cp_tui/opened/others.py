"""What our own charge point would have answered otherwise, as far as it has lived through a log."""

from __future__ import annotations

from collections.abc import Iterable

from cp_tui.shadow.answer import OtherAnswer


class OthersSoFar:
    """Other answers by the requests of the log, which grow while ours lives through it."""

    def __init__(self) -> None:
        self._by_place: dict[int, OtherAnswer] = {}

    def __len__(self) -> int:
        return len(self._by_place)

    def take(self, answers: Iterable[OtherAnswer]) -> None:
        """Take in more of them, in the order of the log."""
        self._by_place |= {each.place: each for each in answers}

    @property
    def all(self) -> tuple[OtherAnswer, ...]:
        """All so far, in the order of the log."""
        return tuple(self._by_place.values())

    def beyond(self, place: int, step: int) -> list[int]:
        """Give the places of those after a place (-1: before it), the nearest first."""
        found = (each for each in self._by_place if (each - place) * step > 0)
        return sorted(found, reverse=step < 0)

    def of(self, place: int) -> OtherAnswer | None:
        """Give that to the request at a place; None: ours answers alike, so far."""
        return self._by_place.get(place)
