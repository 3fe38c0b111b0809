"""The line above the footer: the names of the screens, and what is under way or was said last.

Which screen is open stands there at any time; the others have the room that words do not need.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from textual.content import Content

from cp_tui.tui.widgets.bars import BarLine

BEHIND = 2
"""Blank columns between the names and what is said."""
SENTENCE = 108
"""Columns that are enough for any sentence of the story: where they are left, all names stay."""


class ScreenName(Struct, frozen=True):
    """A screen that can be shown."""

    action_id: str
    key: str
    name: str
    """`Configuration`."""
    short: str
    """The same where there is little room: `Config`."""
    is_open: bool


class PlacedName(Struct, frozen=True):
    """A name where it stands in the line."""

    name: ScreenName
    text: str
    """Its key and its name: `1 Dashboard`, or its key alone."""
    start: int
    """The first column."""

    @property
    def end(self) -> int:
        """The column after the last."""
        return self.start + len(self.text)


class NamesLine(Struct, frozen=True):
    """The names beside each other."""

    placed: tuple[PlacedName, ...]

    @property
    def end(self) -> int:
        """The column after the names, and after the bracket of the last one."""
        return self.placed[-1].end + self.placed[-1].name.is_open if self.placed else 0

    @property
    def content(self) -> Content:
        """The names, the open one in brackets: reverse alone is not seen without colours."""
        cells = [" "] * self.end
        for each in self.placed:
            cells[each.start : each.end] = each.text
            if each.name.is_open:
                cells[each.start - 1], cells[each.end] = "[", "]"
        line = Content("".join(cells))
        for each in self.placed:
            if each.name.is_open:
                line = line.stylize("bold reverse", each.start, each.end)
        return line


def placed(names: Sequence[tuple[ScreenName, str]], gap: int, beside_open: int) -> NamesLine:
    """The names with so many columns between, and so many between the open one and the next."""
    found: list[PlacedName] = []
    for name, text in names:
        is_beside = name.is_open or (bool(found) and found[-1].name.is_open)
        blank = beside_open if is_beside else gap
        found.append(PlacedName(name, text, (found[-1].end if found else 0) + blank))
    return NamesLine(tuple(found))


def _whole(names: Sequence[ScreenName]) -> Iterator[NamesLine]:
    """All names, the widest way first; eight of them fit into 80 columns at the last."""
    whole = [(each, f"{each.key} {each.name}".lstrip()) for each in names]
    short = [(each, f"{each.key} {each.short}".lstrip()) for each in names]
    yield placed(whole, 2, 2)
    yield placed(short, 2, 2)
    yield placed(short, 1, 1)


def _keys(names: Sequence[ScreenName], *, with_open_name: bool) -> NamesLine:
    """The keys of all screens, and the name of the open one, if that is wanted."""
    texts = [
        (each, f"{each.key} {each.short}".lstrip() if with_open_name and each.is_open else each.key)
        for each in names
    ]
    return placed([(each, text) for each, text in texts if text], 1, 2 if with_open_name else 1)


def names_line(
    names: Sequence[ScreenName], lines: Sequence[Content], width: int, *, goes_on: bool
) -> NamesLine:
    """The names as far as they have room beside what is to be said; see `activity_line`."""
    all_keys, bare_keys = (_keys(names, with_open_name=is_named) for is_named in (True, False))
    open_one = [each for each in names if each.is_open]
    if not lines:
        fitting = (each for each in (*_whole(names), all_keys, bare_keys) if each.end <= width)
        return next(fitting, bare_keys)
    longest, least = lines[0].cell_length, lines[-1].cell_length
    wanted = min(longest, SENTENCE) if goes_on else longest
    for each in _whole(names):
        if _room(each, width) >= wanted:
            return each
    if goes_on:
        shorter, needed = (all_keys, bare_keys), least
    else:
        shorter, needed = (all_keys, _keys(open_one, with_open_name=True)), longest
    fitting = (each for each in shorter if _room(each, width) >= needed)
    return next(fitting, _keys(open_one, with_open_name=False))


def _room(names: NamesLine, width: int) -> int:
    return width - names.end - (BEHIND if names.placed else 1)


def activity_line(
    names: Sequence[ScreenName],
    lines: Sequence[Content],
    hint: Content,
    width: int,
    *,
    goes_on: bool = False,
) -> tuple[Content, tuple[PlacedName, ...]]:
    """The line for a width, and where the names stand in it.

    `lines` is what is to be said, the longest way first. Where that does not fit beside all names,
    the open screen keeps its own and the others their keys; an answer takes them those as well, to
    be told in full. What `goes_on` stands there for minutes: it is said in its shortest way before
    it takes a screen its key. Where nothing is said, the `hint` stands if it fits.
    """
    stand = names_line(names, lines, width, goes_on=goes_on)
    room = _room(stand, width)
    said = lines or ([hint] if hint.cell_length <= room else [])
    words = next((line for line in said if line.cell_length <= room), said[-1] if said else None)
    line = stand.content
    if words is not None:
        line = Content.assemble(line, " " * (BEHIND if stand.placed else 1), words)
    return line, stand.placed


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

    def _placed(self, width: int) -> tuple[Content, tuple[PlacedName, ...]]:
        return activity_line(self._names, self._lines, self._hint, width, goes_on=self._goes_on)

    def action_at(self, x: int) -> str:
        """Show the screen whose name stands there; elsewhere, tell more of what is said."""
        names = self._placed(self.size.width)[1]
        found = (each.name.action_id for each in names if each.start <= x < each.end)
        return next(found, super().action_at(x))
