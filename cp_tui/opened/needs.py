"""Which rows say what was known at a row of a log: noted once, and answered whenever asked.

The newest wish counts: whoever goes through a log quickly wants to see where the way ends.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from queue import Empty, SimpleQueue

from cp_tui.follow.relevance import Relevance
from cp_tui.opened.words import NeededRows, Said, Wish
from cp_tui.traces.record import Record

ANSWER_EVERY = 64
"""Rows after which it is looked whether somebody wishes something: some milliseconds."""


class Needs:
    """What matters later of every charge point of a log."""

    def __init__(
        self, who: Sequence[int], wishes: SimpleQueue[Wish], tell: Callable[[Said], None]
    ) -> None:
        """`who` says of each row which charge point it is of."""
        self._who, self._wishes, self._tell = who, wishes, tell
        self._relevant: defaultdict[int, Relevance] = defaultdict(Relevance)
        self._rows = 0
        self._wish: Wish | None = None

    def noting(self, records: Iterable[Record]) -> Iterator[Record]:
        """Note each row of the log while another one walks through it."""
        for row, record in enumerate(records):
            self._relevant[self._who[row]].note(record, row)
            self._rows = row + 1
            if row % ANSWER_EVERY == 0:
                self.answer()
            yield record

    def answer(self) -> None:
        """Answer the newest wish, as soon as the log was walked through as far as that."""
        try:
            while True:
                self._wish = self._wishes.get_nowait()
        except Empty:
            self._answer()

    def answer_always(self) -> None:
        """Answer wishes for as long as this process lives."""
        while True:
            self._wish = self._wishes.get()
            self.answer()

    def _answer(self) -> None:
        wish = self._wish
        if wish is not None and wish.row < self._rows:
            self._wish = None
            rows = self._relevant[wish.charger].numbers(wish.row)
            self._tell(NeededRows(wish.wish, rows))
