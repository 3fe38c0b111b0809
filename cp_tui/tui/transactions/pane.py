"""The pane of the transactions: running and past, and in words what became of the selected one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content

from cp_tui.charge_point.variables import TransactionEntry
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import FactSource
from cp_tui.tui.text.words import Clock, joined
from cp_tui.tui.transactions.text import (
    transaction_details,
    transaction_facts,
    transaction_fields,
    transaction_source,
)
from cp_tui.tui.widgets.facts_pane import FactsPane

ROOM_FOR_DETAILS = 12
"""Lines from which the facts below the table tell everything."""


class TransactionsPane(FactsPane):
    """Running transactions first, then past ones, newest first."""

    DEFAULT_CSS = """
    TransactionsPane FactLines { height: 4; }
    """

    NAME = "transactions"
    TITLE = "Transactions"
    SHOWS: ClassVar[frozenset[str]] = frozenset(
        {"transactions", "connectors", "outbox", "cursor.transactions"}
    )
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "Running transactions first, then past ones. #: the connector.",
        "Tx: the transactionId of the CSMS; -1 is sent where its StartTransaction was lost.",
        "Stopped by: who or what ended it. Below: the reason in words, and the rule.",
        "Delivery: how far its messages got. Lost: the CSMS never took it, in spite of retries.",
        "Enter opens everything about it, with its messages.",
    )

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints, "no transaction yet")
        self._newest: str | None = None
        self._seen: frozenset[str] = frozenset()

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the transactions, and what became of the one under the cursor."""
        entries = snapshot.transactions
        records = [(entry.key, entry) for entry in entries]
        self.fill_table(transaction_fields(snapshot, clock), records)
        self.follow(self._newest_of(entries))
        entry = next((e for e in entries if e.key == self.table.cursor_key), None)
        has_room = self.facts.size.height >= ROOM_FOR_DETAILS
        tell = transaction_details if has_room else transaction_facts
        self.facts.show(tell(snapshot, entry, clock) if entry is not None else [])
        running = sum(entry.stopped_at is None for entry in entries)
        parts = [f"{running} running", f"{len(entries) - running} past"] if entries else []
        self.note(joined([*parts, clock.csms_mark]) if parts else Content(""))

    def _newest_of(self, entries: Sequence[TransactionEntry]) -> str | None:
        """The one that began last: not seen before, for the clock may have been set back since."""
        began = [entry for entry in entries if entry.key not in self._seen]
        self._seen = frozenset(entry.key for entry in entries)
        newest = max(began, key=lambda entry: entry.started_at, default=None)
        return self._newest if newest is None else newest.key

    def follow(self, newest: str | None) -> None:
        """A transaction that begins comes under the cursor, unless somebody reads an older one.

        One that ends stays there, though others that run stand above it.
        """
        if newest != self._newest:
            if newest is not None and self.table.cursor_key == self._newest:
                self.table.move_cursor(newest)
            self._newest = newest

    def details(self, record: str) -> tuple[str, FactSource]:
        """Everything about a transaction, with its messages."""
        return "Transaction", transaction_source(record)
