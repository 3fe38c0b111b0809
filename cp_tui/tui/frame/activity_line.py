"""The line above the footer: the names of the screens, and what is under way or was said last.

Which screen is open stands there at any time; the others have the room that words do not need.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace
from textual.content import Content

from cp_tui.tui.widgets.bars import BarLine

GAP = 2
"""Columns between names; those beside the open one hold its brackets."""


class ScreenName(Struct, frozen=True):
    """A screen that can be shown."""

    action_id: str
    text: str
    """Its digit and its name: `1 Dashboard`."""
    is_open: bool


class PlacedName(Struct, frozen=True):
    """A name where it stands in the line."""

    name: ScreenName
    start: int
    """The first column."""
    end: int
    """The one after the last."""


def placed(names: Sequence[ScreenName], first: int = 2) -> list[PlacedName]:
    """The names beside each other, the first at a column."""
    found: list[PlacedName] = []
    for name in names:
        start = found[-1].end + GAP if found else first
        found.append(PlacedName(name, start, start + len(name.text)))
    return found


def activity_line(
    names: Sequence[ScreenName],
    lines: Sequence[Content],
    hint: Content,
    width: int,
    *,
    goes_on: bool = False,
) -> tuple[Content, list[PlacedName]]:
    """The line for a width, and where the names stand in it.

    `lines` is what is to be said, the longest way first. Where that does not fit beside all names,
    only the open screen keeps its own; or but its key. What `goes_on` stands there for minutes: it
    is said in its shortest way before it takes the open screen its name. Where nothing is said, the
    `hint` stands if it fits.
    """
    whole = placed(names)
    open_one = [name for name in names if name.is_open]
    key_alone = [replace(name, text=name.text.split()[0]) for name in open_one]
    if lines and _room(whole, width) < lines[0].cell_length:
        whole = placed(open_one)
        if _room(whole, width) < lines[-1 if goes_on else 0].cell_length:
            whole = placed(key_alone)
    room = _room(whole, width)
    said = lines or ([hint] if hint.cell_length <= room else [])
    words = next((line for line in said if line.cell_length <= room), said[-1] if said else None)
    line = _named(whole)
    if words is not None:
        line = Content.assemble(line, " " if whole else "", words)
    return line, whole


def _room(names: Sequence[PlacedName], width: int) -> int:
    return width - (names[-1].end if names else 0) - len("]  ")


def _named(names: Sequence[PlacedName]) -> Content:
    """The names, the open one in brackets: reverse alone is not seen without colours."""
    parts: list[Content | str] = []
    for before, after in pairwise([None, *names, None]):
        is_after_open = before is not None and before.name.is_open
        is_before_open = after is not None and after.name.is_open
        parts.append(("]" if is_after_open else " ") + ("[" if is_before_open else " "))
        if after is not None:
            parts.append(Content.styled(after.name.text, "bold reverse" if is_before_open else ""))
    return Content.assemble(*parts)


class ActivityLine(BarLine):
    """The names of the screens and what is said; a click on a name shows that screen."""

    def __init__(self, action_id: str) -> None:
        """`action_id`: the action that tells more of what was said."""
        super().__init__("activity", action_id)
        self._names: Sequence[ScreenName] = ()
        self._lines: Sequence[Content] = ()
        self._goes_on = False
        self._hint = Content("")

    def show_names(self, names: Sequence[ScreenName], hint: Content) -> None:
        """Name these screens; `hint` stands behind them while nothing is said."""
        self._names, self._hint = names, hint
        self.show(self._line)

    def say(self, lines: Sequence[Content], *, goes_on: bool) -> None:
        """Say the first of these that fits; none: nothing is under way."""
        self._lines, self._goes_on = lines, goes_on
        self.show(self._line)

    def _line(self, width: int) -> Content:
        return self._placed(width)[0]

    def _placed(self, width: int) -> tuple[Content, list[PlacedName]]:
        return activity_line(self._names, self._lines, self._hint, width, goes_on=self._goes_on)

    def action_at(self, x: int) -> str:
        """Show the screen whose name stands there; elsewhere, tell more of what is said."""
        names = self._placed(self.size.width)[1]
        found = (each.name.action_id for each in names if each.start <= x < each.end)
        return next(found, super().action_at(x))
