"""The time line of a log in one line: how dense its frames are, where what is wrong, where one is.

Pure: a picture is made for a width and what is known; where one is comes on top of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct
from textual.content import Content

from cp_tui.explain.finding import Severity
from cp_tui.tui.state.log_state import GRAVITY, LogPlace, main_frame
from cp_tui.tui.text.log_words import SIGNS, STYLES, counts
from cp_tui.tui.text.words import Clock

if TYPE_CHECKING:
    from cp_tui.tui.state.log_messages import LogMessages

HERE = "reverse bold"
LOST = "░"
"""There was no connection, and no frame."""
CELLS_MIN = 20
"""With fewer there is no picture."""


class LogAxis(Struct, frozen=True):
    """What stands for which time, or for which frames where the log tells no times."""

    messages: LogMessages
    begin: datetime | None
    end: datetime | None
    cells: int

    def cell_of(self, place: int, instant: datetime | None) -> int:
        """Where a frame or an instant stands."""
        first, last = self.messages.first, self.messages.last
        if self.begin is None or self.end is None or instant is None:
            part = (place - first) / max(last - first, 1)
        else:
            part = (instant - self.begin) / (self.end - self.begin)
        return min(max(int(part * self.cells), 0), self.cells - 1)

    def frames_before(self, edge: int) -> int:
        """How many frames stand before the left edge of a cell."""
        messages = self.messages
        if edge in (0, self.cells):
            return len(messages) if edge else 0
        if self.begin is None or self.end is None:
            return len(messages) * edge // self.cells
        instant = self.begin + (self.end - self.begin) * edge / self.cells
        return messages.count_until(messages.index.place_at(instant, messages.places))


def axis_of(messages: LogMessages, cells: int) -> LogAxis:
    """The axis of a charge point."""
    begin, end = messages.index.at(messages.first), messages.end_at
    if begin is None or end is None or end <= begin:
        begin = end = None
    return LogAxis(messages, begin, end, cells)


def picture(axis: LogAxis, place: LogPlace, levels: str) -> list[tuple[str, str]]:
    """Sign and style of each cell: what is found there, else how many frames there are.

    Where there are none, because the connection was lost, that.
    """
    edges = [axis.frames_before(edge) for edge in range(axis.cells + 1)]
    numbers = [max(after - before, 0) for before, after in pairwise(edges)]
    signs = _densities(numbers, levels)
    marks, lost = _marks(axis, place), _lost(axis)

    def drawn(cell: int, sign: str) -> tuple[str, str]:
        if cell in marks:
            return SIGNS[marks[cell]], STYLES[marks[cell]]
        return (LOST, "$text-error") if sign == " " and cell in lost else (sign, "$text-muted")

    return [drawn(cell, sign) for cell, sign in enumerate(signs)]


def line(
    cells: Sequence[tuple[str, str]], axis: LogAxis, place: LogPlace, clock: Clock, width: int
) -> Content:
    """`14:00 ▁▂▁×▂▃!▁ 18:22 ×3 !5`, the cell where one is in reverse."""
    here = axis.cell_of(place.number, place.instant)
    drawn = [
        Content.styled(sign, f"{style} {HERE}" if cell == here else style)
        for cell, (sign, style) in enumerate(cells)
    ]
    begin, end = ends(axis, clock)
    whole = Content.assemble(
        Content.styled(f" {begin} ", "$text-muted"),
        *drawn,
        Content.styled(f" {end}  ", "$text-muted"),
        counts(place.findings),
    )
    return whole.truncate(width, pad=True)


def ends(axis: LogAxis, clock: Clock) -> tuple[str, str]:
    """What stands before the picture and behind it."""
    if axis.begin is None or axis.end is None:
        return f"{axis.messages.first:,}", f"{axis.messages.last:,}"
    if clock.day(axis.begin) != clock.day(axis.end):
        return clock.month_and_day(axis.begin), clock.month_and_day(axis.end)
    seen = clock.seen_from(axis.begin)
    return seen.minute(axis.begin), seen.minute(axis.end)


def room_for_cells(place: LogPlace, messages: LogMessages, clock: Clock, width: int) -> int:
    """The cells that the words beside the picture leave."""
    begin, end = ends(axis_of(messages, 1), clock)
    beside = len(begin) + len(end) + 5 + counts(place.findings).cell_length
    return width - beside if width - beside >= CELLS_MIN else 0


def _densities(numbers: Sequence[int], levels: str) -> list[str]:
    """A bar for each number; the highest is full, none is empty."""
    most = max(numbers, default=0)
    return [
        levels[min(len(levels) * number // (most + 1), len(levels) - 1)] if number else " "
        for number in numbers
    ]


def _lost(axis: LogAxis) -> set[int]:
    """The cells in which there was no connection."""
    if axis.begin is None:
        return set()
    ends = ((axis.cell_of(0, lost), axis.cell_of(0, back)) for lost, back in axis.messages.outages)
    return {cell for first, last in ends for cell in range(first, last + 1)}


def _marks(axis: LogAxis, place: LogPlace) -> dict[int, Severity]:
    """The gravest of each cell."""
    found: dict[int, Severity] = {}
    for each in place.findings:
        if main_frame(each):
            cell = axis.cell_of(main_frame(each), each.frames[0].at)
            known = found.get(cell)
            if known is None or GRAVITY[each.severity] < GRAVITY[known]:
                found[cell] = each.severity
    return found
