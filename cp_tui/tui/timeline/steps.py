"""A stepwise limit over time, cut into columns of equal length.

Pure arithmetic: it knows no glyph, no colour and no time zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from msgspec import Struct


class LimitPeriod(Protocol):
    """A limit over [start, end)."""

    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...
    @property
    def limit(self) -> Decimal: ...


class LimitColumn(Struct, frozen=True):
    """What is known of the limit during one column."""

    min: Decimal
    max: Decimal
    last: Decimal
    period: int
    """Index of the period that `last` belongs to."""


def steps(
    periods: Sequence[LimitPeriod], start: datetime, span: timedelta, columns: int
) -> list[LimitColumn | None]:
    """Cut [start, start + span) into columns; None where no period says anything.

    The periods are in order and do not overlap.
    """
    result: list[LimitColumn | None] = []
    first = 0
    for column in range(columns):
        left = start + span * column / columns
        right = start + span * (column + 1) / columns
        while first < len(periods) and periods[first].end <= left:
            first += 1
        last = first
        while last < len(periods) and periods[last].start < right:
            last += 1
        if last == first:
            result.append(None)
            continue
        limits = [period.limit for period in periods[first:last]]
        result.append(LimitColumn(min(limits), max(limits), limits[-1], last - 1))
    return result


def shown_limits(columns: Sequence[LimitColumn | None]) -> list[Decimal | None]:
    """The one limit that each column draws, so that nothing shorter than a column goes unseen.

    A dip or a peak that begins and ends inside a column would vanish between its neighbours; it is
    drawn instead of the column's last limit, the dip first: it is what a person looks for.
    """
    result: list[Decimal | None] = []
    before: Decimal | None = None
    for column in columns:
        if column is None:
            result.append(None)
            before = None
            continue
        ends = (column.last if before is None else before, column.last)
        if column.min < min(ends):
            result.append(column.min)
        elif column.max > max(ends):
            result.append(column.max)
        else:
            result.append(column.last)
        before = column.last
    return result
