"""The newest messages in an order of the reader's: sorted again with each message, looked at once.

Pure. What a settled exchange is compared by is remembered; of those that wait for their answer it
is made anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from textual.content import Content

from cp_tui.tui.messages.log_search import LogSearch
from cp_tui.tui.messages.search import MessageSearch
from cp_tui.tui.state.message_log import MessageLog, MessagePair
from cp_tui.tui.text.columns import Column, Row, row_of
from cp_tui.tui.text.order import Order, column_of, rank, sort_ranked

SORTED_MAX = 3_000
"""So many are sorted, the newest of them: some 50 ms at first, and then a few with each message."""


class SortedRows(Struct, frozen=True, eq=False):
    """Rows in the order of their numbers."""

    log: MessageLog
    numbers: Sequence[int]
    columns: Sequence[Column[MessagePair]]

    def __len__(self) -> int:
        return len(self.numbers)

    def key(self, index: int) -> str:
        return str(self.numbers[index])

    def row(self, index: int) -> Row:
        number = self.numbers[index]
        exchange = self.log.exchange(number)
        if exchange is None:
            return Row(str(number), tuple(Content("") for _column in self.columns))
        return row_of(str(number), exchange, self.columns)

    def find(self, key: str) -> int | None:
        return self.numbers.index(int(key)) if int(key) in self.numbers else None


class MessageSorter:
    """Remembers what the messages are compared by, as long as the order stays the same."""

    def __init__(self) -> None:
        self._order: Order | None = None
        self._ranks: dict[int, Any] = {}

    def rows(
        self,
        search: MessageSearch | LogSearch,
        length: int,
        columns: Sequence[Column[MessagePair]],
        order: Order,
    ) -> SortedRows:
        """The newest of the oldest `length` that were found, in this order."""
        column = column_of(columns, order)
        assert column is not None, "the table has the column by which it is sorted"
        if self._order is None or self._order.column != order.column:
            self._ranks.clear()
        self._order = order
        numbers = [search.numbers[index] for index in range(max(0, length - SORTED_MAX), length)]
        ranks: dict[int, Any] = {}
        settled: dict[int, Any] = {}
        for number in numbers:
            if number in self._ranks:
                ranks[number] = settled[number] = self._ranks[number]
            elif (exchange := search.log.exchange(number)) is not None:
                ranks[number] = rank(column, exchange)
                if exchange.is_settled:
                    settled[number] = ranks[number]
        self._ranks = settled
        # The newest first of those that say the same, as where there is no order.
        newest_first = [(ranks[number], number) for number in reversed(ranks)]
        return SortedRows(search.log, sort_ranked(newest_first, is_down=order.is_down), columns)
