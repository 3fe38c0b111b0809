"""How warm what flowed is drawn: by the share of its limit that a cell reaches up to. Pure.

So the warm end lies along the limit, and bends with it. A row has one colour while the limit stays,
whatever flows: a picture that moves on by a column costs few bytes. Only the highest cell of a
column goes by what flowed itself, for in a lane of one row there is no other.
"""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal

from cp_tui.tui.theme.glyphs import GlyphSet, level_of
from cp_tui.tui.timeline.parts import POWER, Part

SHARES = (0.4, 0.6, 0.75, 0.9)
"""Of the limit, where the next of `POWER` begins."""


def heat(
    amount: Decimal, limit: Decimal | None, scale: Decimal, rows: int, glyphs: GlyphSet
) -> list[Part]:
    """What a column of so much is in each row, from the bottom; `scale` is what fills all rows."""
    if limit is None:
        return [Part.MEASURED] * rows
    if limit <= 0:
        return [POWER[-1]] * rows
    share = float(amount / limit)
    allowed = max(1, level_of(limit, scale, rows, glyphs))
    per_cell = len(glyphs.levels)
    reached = (min(share, (row + 1) * per_cell / allowed) for row in range(rows))
    return [POWER[bisect_right(SHARES, each)] for each in reached]
