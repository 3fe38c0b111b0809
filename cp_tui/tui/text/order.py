"""The order of the rows of a table: by which column, and which way. Pure.

Records that say nothing in that column come last, whichever way; those that say the same stay in
the order in which they come.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeVar

from msgspec import Struct

from cp_tui.tui.text.columns import Column, Divider
from cp_tui.tui.text.units import ELLIPSIS

S = TypeVar("S")
T = TypeVar("T")

UP, DOWN = "↑", "↓"

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")

SIGNS = "!*×●○◉◌◐◒◇◆■▶◼#("
"""Stand before a word and mark it; what is compared is the word."""

NO_TITLE = "marks"
"""What a column without a title has."""


class Order(Struct, frozen=True):
    """By a column, upwards or downwards."""

    column: str
    """Its title."""
    is_down: bool = False

    @property
    def turned(self) -> Order:
        """The other way round."""
        return Order(self.column, not self.is_down)

    @property
    def sign(self) -> str:
        """Which way, as it stands beside the title."""
        return DOWN if self.is_down else UP

    @property
    def words(self) -> str:
        """`by Value ↑`."""
        return f"by {named(self.column)} {self.sign}"

    @property
    def text(self) -> str:
        """As it is kept for the next time."""
        return f"{'-' if self.is_down else '+'}{self.column}"


def order_of(text: str) -> Order | None:
    """The order that was kept; None where that is none."""
    return Order(text[1:], text[0] == "-") if text[:1] in ("+", "-") else None


def named(title: str) -> str:
    """What a column is called where its title may not be empty."""
    return title or NO_TITLE


def chosen(order: Order | None, column: str) -> Order:
    """The order after a column was chosen: upwards, and the other way round if it is that one."""
    return order.turned if order is not None and order.column == column else Order(column)


def column_of(columns: Sequence[Column[T]], order: Order | None) -> Column[T] | None:
    """The column of an order, if the table has it now."""
    found = (column for column in columns if order is not None and column.title == order.column)
    return next(found, None)


def ordered(
    records: Sequence[tuple[str, S]], columns: Sequence[Column[Any]], order: Order | None
) -> Sequence[tuple[str, S]]:
    """The records in an order; as they come where there is none, or no such column."""
    column = column_of(columns, order)
    if order is None or column is None:
        return records
    # What stands between two records means nothing where their neighbours are others.
    ranked = [
        (rank(column, record), (key, record))
        for key, record in records
        if not isinstance(record, Divider)
    ]
    return sort_ranked(ranked, is_down=order.is_down)


def sort_ranked(ranked: Sequence[tuple[Any, S]], *, is_down: bool) -> list[S]:
    """Things in the order of what each is compared by."""
    told = [each for each in ranked if each[0] is not None]
    told.sort(key=lambda each: each[0], reverse=is_down)
    silent = [each for each in ranked if each[0] is None]
    return [thing for _rank, thing in (*told, *silent)]


def rank(column: Column[T], record: T) -> Any:
    """What a record is compared by; None where it says nothing in this column."""
    if column.order is not None:
        return column.order(record)
    text = column.cell(record).plain.strip()
    return natural(text.lstrip(f"{SIGNS} ") or text) if text else None


def natural(text: str) -> tuple[tuple[int, float, str], ...]:
    """What texts are compared by: without capitals, and numbers as numbers."""
    parts: list[tuple[int, float, str]] = []
    at = 0
    for number in NUMBER.finditer(text):
        if before := text[at : number.start()].casefold():
            parts.append((1, 0.0, before))
        parts.append((0, float(number[0].replace(",", "")), ""))
        at = number.end()
    if rest := text[at:].casefold():
        parts.append((1, 0.0, rest))
    return tuple(parts)


def title_of(column: Column[Any], order: Order | None, width: int) -> str:
    """The title in the header, with which way where the rows are in its order."""
    if order is None or column.title != order.column:
        return column.title
    title = column.title
    if len(title) + len(order.sign) > width:
        title = title[: max(0, width - len(order.sign) - 1)] + ELLIPSIS * (width > 1)
    return f"{title}{order.sign}"
