"""Part of a line that stands some cells further on: moved, where it need not be written again.

As when a letter is typed before others. The terminal can move all to the end of its line, so what
stands behind that part is moved as well and at once moved back: once cells are taken out and once
cells are put in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cp_tui.tui.terminal.pens import Pen
from cp_tui.tui.terminal.runs import Cell

UNKNOWN: Cell = ("?", Pen(frozenset({"unknown"})))
"""Is like no cell."""
STEPS = (1, -1, 2, -2, 3, -3, 4, -4)
"""By so many cells, to the right, or to the left."""
SAVED_MIN = 24
"""Cells that need not be written: fewer cost less than to move them."""


class Shift(NamedTuple):
    """The cells from `begin` to `end` move by `step`."""

    begin: int
    end: int
    step: int

    def sequence(self, y: int) -> str:
        """Give what moves them, on this line."""
        count = "" if abs(self.step) == 1 else abs(self.step)
        out, into = (self.end, self.begin) if self.step > 0 else (self._target, self._behind)
        return f"\x1b[{y + 1};{out + 1}H\x1b[{count}P\x1b[{into + 1}G\x1b[{count}@"

    def shifted(self, line: Sequence[Cell]) -> list[Cell]:
        """Give what stands there then; of cells that come in nothing is known."""
        part, new = line[self.begin : self.end], [UNKNOWN] * abs(self.step)
        if self.step > 0:
            return [*line[: self.begin], *new, *part, *line[self.end + self.step :]]
        return [*line[: self._target], *part, *new, *line[self.end :]]

    @property
    def _target(self) -> int:
        return self.begin + self.step

    @property
    def _behind(self) -> int:
        return self.end + self.step


def found_shift(wanted: Sequence[Cell], sent: Sequence[Cell]) -> Shift | None:
    """The move that saves most, if one saves enough."""
    width = len(wanted)
    first = next((x for x in range(width) if wanted[x] != sent[x]), width)
    if width - first < SAVED_MIN or any(len(text) != 1 for text, _ in sent[first:]):
        # Half a wide character moves nowhere.
        return None
    best, saved_most = None, SAVED_MIN - 1
    for step in STEPS:
        begin = first if step > 0 else first - step
        end, saved = begin, 0
        while max(end, end + step) < width and wanted[end + step] == sent[end]:
            saved += wanted[end + step] != sent[end + step]
            end += 1
        if saved > saved_most:
            best, saved_most = Shift(begin, end, step), saved
    return best
