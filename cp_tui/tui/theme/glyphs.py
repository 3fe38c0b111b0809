"""Signs for a bar of a given height: eighth blocks, half blocks for old consoles, plain ASCII."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

from msgspec import Struct


class GlyphSet(Struct, frozen=True):
    """What a terminal can draw."""

    levels: str
    """A cell that is filled a bit more at each place; the last one is full."""
    unknown: str
    tick: str
    now: str
    cursor: str
    selected: str
    separator: str
    ellipsis: str
    headroom: str
    """What was allowed and not used, where colour cannot tell."""
    line: str
    """A line in a cell, from low to high."""
    lower: str
    """Where a limit falls."""
    higher: str
    gauge: str
    """A cell that is filled a bit more from the left at each place; the last one is full."""
    gauge_empty: str
    gauge_edges: str
    violation: str = "!"


class Glyphs(Enum):
    """The sets of signs, from the finest to the one that works everywhere."""

    EIGHTH = GlyphSet(
        "▁▂▃▄▅▆▇█", "·", "│", "◆", "▼", "▌", "·", "…", "░", "▁─▔", "↓", "↑", "▏▎▍▌▋▊▉█", " ", "▕▏"
    )
    HALF = GlyphSet("▄█", "·", "│", "♦", "▼", ">", "·", "~", "░", "─", "↓", "↑", "▌█", "·", "[]")
    """For the Linux console, whose font has no eighth blocks."""
    ASCII = GlyphSet("_-=#", ".", "|", "N", "v", ">", "-", "~", ":", "~", "v", "^", "#", ".", "[]")


def bar(level: int, rows: int, glyphs: GlyphSet) -> str:
    """The cells of a bar from top to bottom; a cell has `len(levels)` levels."""
    per_cell = len(glyphs.levels)
    filled = [min(max(level - row * per_cell, 0), per_cell) for row in reversed(range(rows))]
    return "".join(glyphs.levels[part - 1] if part else " " for part in filled)


def level_of(limit: Decimal, scale: Decimal, rows: int, glyphs: GlyphSet) -> int:
    """How far a bar is filled; all above zero shows, and full leaves a gap to the lane above."""
    if limit <= 0:
        return 0
    per_cell = len(glyphs.levels)
    top = rows * per_cell - (1 if per_cell > 4 else 0)
    if scale <= 0:
        return 0
    return min(max(1, int((limit / scale * top).to_integral_value())), top)
