"""A stepwise limit over time, cut into columns of equal length.

Pure arithmetic: it knows no glyph, no colour and no time zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Context, Decimal
from typing import Protocol

from msgspec import Struct

MEAN = Context(prec=5)
"""The edges of columns are rounded to microseconds; a mean must not tell."""


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
    for _left, _right, first, last in _columns(periods, start, span, columns):
        limits = [period.limit for period in periods[first:last]]
        found = LimitColumn(min(limits), max(limits), limits[-1], last - 1) if limits else None
        result.append(found)
    return result


def means(
    periods: Sequence[LimitPeriod], start: datetime, span: timedelta, columns: int
) -> list[Decimal | None]:
    """The mean over the part of each column of which something is known; None where nothing is.

    So the area under what is drawn is what the values add up to: of power, the energy.
    """
    result: list[Decimal | None] = []
    for left, right, first, last in _columns(periods, start, span, columns):
        total, lasted = Decimal(0), 0
        for period in periods[first:last]:
            part = (min(period.end, right) - max(period.start, left)) // timedelta.resolution
            total += period.limit * part
            lasted += part
        result.append(MEAN.divide(total, Decimal(lasted)) if lasted else None)
    return result


def _columns(
    periods: Sequence[LimitPeriod], start: datetime, span: timedelta, columns: int
) -> Iterator[tuple[datetime, datetime, int, int]]:
    """Left and right edge of each column, and the range of the periods that reach into it."""
    first = 0
    for column in range(columns):
        left = start + span * column / columns
        right = start + span * (column + 1) / columns
        while first < len(periods) and periods[first].end <= left:
            first += 1
        last = first
        while last < len(periods) and periods[last].start < right:
            last += 1
        yield left, right, first, last


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
