"""What was found in a log so far: by frame, and from one to the next.

Pure. A finding of which there are many is one finding, and marks every frame that shows it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import groupby
from typing import Final

from msgspec.structs import replace

from cp_tui.explain.finding import Finding, Severity

MARKS_MAX: Final = 2_000_000
"""Frames that are marked; findings beyond are told, without their marks."""
BLOCK: Final = 1_024
"""Places whose marks lie together."""
_SLOT_BITS: Final = 20
_SLOT: Final = (1 << _SLOT_BITS) - 1
GRAVITY: Final = {Severity.NOTE: 1, Severity.WARNING: 2, Severity.ERROR: 3}
"""As the marks of the frames have it; 0: nothing was found."""

Wanted = Callable[[Finding], bool]


class FoundSoFar:
    """The findings of a log, which grow while it is judged."""

    def __init__(self, frames: int) -> None:
        self.findings: list[Finding] = []
        """In the order in which they were found; once all is judged, in that of the log."""
        self.omitted = 0
        self.version = 0
        """Another one where any of them has changed."""
        self.gravity = bytearray(frames + 1)
        """Of each place, from 1, how grave the gravest finding there is."""
        self._blocks: dict[int, array[int]] = {}
        self._marks = 0
        self._slots: list[Finding] = []
        self._places: list[array[int]] = []
        """Of each slot the frames that show it, in their order."""

    def take(
        self, findings: Iterable[tuple[int, Finding]], marks: Iterable[tuple[int, int]]
    ) -> None:
        """Take in findings that are new or have changed, then frames that show them."""
        for slot, finding in findings:
            if slot == len(self._slots):
                self._slots.append(finding)
                self._places.append(array("I"))
            else:
                self._slots[slot] = finding
            self.version += 1
        self.findings = self._slots
        for place, slot in marks:
            self._mark(place, slot)

    def _mark(self, place: int, slot: int) -> None:
        if self._marks >= MARKS_MAX or not 0 < place < len(self.gravity):
            return
        places = self._places[slot]
        at = bisect_left(places, place)
        if at < len(places) and places[at] == place:
            return
        # What is found about a frame long after it has passed belongs before the others.
        places.insert(at, place)
        self._marks += 1
        block = self._blocks.setdefault(place // BLOCK, array("I"))
        block.append(place % BLOCK << _SLOT_BITS | slot)
        gravity = GRAVITY[self._slots[slot].severity]
        self.gravity[place] = max(gravity, self.gravity[place])

    def end(self, order: Iterable[int], causes: dict[int, str], omitted: int) -> None:
        """Put the findings in the order of the log, each with what it follows from."""
        for slot, cause in causes.items():
            self._slots[slot] = replace(self._slots[slot], cause=cause)
        self.findings = [self._slots[slot] for slot in order]
        self.version += 1
        self.omitted = omitted

    def of(self, place: int) -> tuple[Finding, ...]:
        """Give what a frame shows, the gravest first."""
        block = self._blocks.get(place // BLOCK)
        if not block or not self.gravity[place]:
            return ()
        of_place = place % BLOCK
        slots = (mark & _SLOT for mark in block if mark >> _SLOT_BITS == of_place)
        found = (self._slots[slot] for slot in slots)
        return tuple(sorted(found, key=lambda each: -GRAVITY[each.severity]))

    def places(self, wanted: Wanted) -> list[int]:
        """Give the frames that show something wanted, in their order."""
        return sorted(set[int]().union(*self._wanted(wanted)))

    def after(self, place: int, wanted: Wanted | None = None) -> Iterator[int]:
        """Give the frames behind a place that show something wanted, the nearest first."""

        def of(places: array[int]) -> Iterator[int]:
            for at in range(bisect_right(places, place), len(places)):
                yield places[at]

        return _once(merge(*map(of, self._wanted(wanted))))

    def before(self, place: int, wanted: Wanted | None = None) -> Iterator[int]:
        """Give the frames before a place that show something wanted, the nearest first."""

        def of(places: array[int]) -> Iterator[int]:
            for at in range(bisect_left(places, place) - 1, -1, -1):
                yield places[at]

        return _once(merge(*map(of, self._wanted(wanted)), reverse=True))

    def _wanted(self, wanted: Wanted | None) -> Iterator[array[int]]:
        """Give the places of each finding that is wanted: it is asked about once."""
        for finding, places in zip(self._slots, self._places, strict=True):
            if places and (wanted is None or wanted(finding)):
                yield places


def _once(places: Iterable[int]) -> Iterator[int]:
    return (place for place, _ in groupby(places))
