"""Where a limit changed, to what and by whom in few words, written where there is room. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import pairwise

from msgspec import Struct

from cp_tui.charge_point.smart_charging.conversion import limit_text
from cp_tui.charge_point.smart_charging.schedule import (
    CompositePeriod,
    CompositeSchedule,
    LimitSource,
    SourceKind,
)
from cp_tui.tui.text.safe_text import drawn
from cp_tui.tui.theme.glyphs import GlyphSet
from cp_tui.tui.timeline.parts import Grid, Part

BENDS_MAX = 40
"""More than this no terminal has room for."""


class Bend(Struct, frozen=True):
    """A change of the limit."""

    column: int
    is_fall: bool
    texts: tuple[str, ...]
    """The new limit and its source, in fewer and fewer words."""


def bends(
    schedule: CompositeSchedule,
    column_of: Callable[[datetime], int],
    columns: int,
    now: datetime,
) -> list[Bend]:
    """The changes in sight: first the one to what is in force, then the next, then the past.

    Of several in one column the last counts.
    """
    found: dict[int, tuple[CompositePeriod, bool]] = {}
    for before, period in pairwise(schedule.periods):
        column = column_of(period.start)
        if 0 <= column < columns and before.limit != period.limit:
            found[column] = (period, period.limit < before.limit)
    past = sorted((column for column in found if found[column][0].start <= now), reverse=True)
    to_come = sorted(column for column in found if found[column][0].start > now)
    order = [*past[:1], *to_come, *past[1:]]
    return [
        Bend(
            column,
            is_fall,
            tuple(
                f"{limit_text(period.limit, schedule.unit)} {words}".rstrip()
                for words in source_words(period.source)
            ),
        )
        for column in order[:BENDS_MAX]
        for period, is_fall in [found[column]]
    ]


def source_words(source: LimitSource) -> tuple[str, ...]:
    """Who sets a limit, in fewer and fewer words: `TxProfile #7 CSMS`, `TxProfile #7`, `#7`."""
    if source.winner is None:
        words = {SourceKind.HARDWARE: "hardware", SourceKind.SHARE: "share"}.get(source.kind, "")
        return (words, "") if words else ("",)
    share = "share of " if source.kind is SourceKind.SHARE else ""
    name = f"{share}{source.winner.purpose} #{source.winner.profile_id}"
    # Not `Tx`: that is what a transaction is called.
    short = name.replace("DefaultProfile", "Default").replace("MaxProfile", "Max")
    names = [f"{each} {source.winner.installed_by}" for each in (name, short)]
    texts = (names[0], name, names[1], short, f"#{source.winner.profile_id}", "")
    return tuple(dict.fromkeys(map(drawn, texts)))


def write_bends(grid: Grid, found: Sequence[Bend], glyphs: GlyphSet) -> None:
    """Write as many as fit into what is empty in a picture, those that come first before others."""
    for bend in found:
        mark = glyphs.lower if bend.is_fall else glyphs.higher
        places = (
            (row, start, text)
            for words in bend.texts
            for text, start in (
                (f"{mark}{words}", bend.column),
                (f"{words}{mark}", bend.column - len(words)),
            )
            for row in range(len(grid))
            if is_free(grid, row, start, len(text))
        )
        if (place := next(places, None)) is not None:
            write(grid, *place, Part.VALUE)


def write_under(grid: Grid, text: str, end: int, part: Part) -> None:
    """Write a text that ends before a column as low as there is room; not at all where is none."""
    start = end - len(text)
    for row in reversed(range(len(grid))):
        if text and is_free(grid, row, start, len(text)):
            write(grid, row, start, text, part)
            return


def is_free(grid: Grid, row: int, start: int, width: int) -> bool:
    """Whether so many cells are empty, and one more at each side."""
    cells = grid[row]
    if start < 0 or start + width > len(cells):
        return False
    return all(sign == " " for sign, _part in cells[max(0, start - 1) : start + width + 1])


def write(grid: Grid, row: int, start: int, text: str, part: Part) -> None:
    """Write into a row."""
    grid[row][start : start + len(text)] = [(sign, part) for sign in text]
