"""The pane of the queue: the transaction messages that the CSMS has not taken yet, and why."""

from __future__ import annotations

from typing import ClassVar

from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import FactSource
from cp_tui.tui.text.words import Clock
from cp_tui.tui.transactions.queue_text import queue_facts, queue_fields, queue_note, queue_source
from cp_tui.tui.widgets.facts_pane import FactsPane


class QueuePane(FactsPane):
    """What waits to be sent, in the order in which it goes out."""

    DEFAULT_CSS = """
    QueuePane FactLines { height: 3; }
    """

    NAME = "queue"
    TITLE = "Queue"
    SHOWS: ClassVar[frozenset[str]] = frozenset({"outbox", "transactions", "link", "cursor.queue"})
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "StartTransaction, MeterValues and StopTransaction that the CSMS has not confirmed.",
        "They go out one by one, oldest first; the first one says why all of them wait.",
        "Attempt n of m: TransactionMessageAttempts, TransactionMessageRetryInterval between.",
        "A lost link does not count as an attempt. n tries now; x gives one up, after a question.",
    )
    LABEL_WIDTH = 5

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints, "nothing waits to be sent")

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show what waits, and why the one under the cursor does."""
        records = [(str(entry.sequence), entry) for entry in snapshot.outbox.entries]
        self.fill_table(queue_fields(snapshot, clock), records)
        key = self.table.cursor_key
        entry = snapshot.waiting_message(int(key)) if key is not None else None
        self.facts.show(queue_facts(snapshot, entry, clock) if entry is not None else [])
        self.note(queue_note(snapshot.outbox, clock))

    def details(self, record: str) -> tuple[str, FactSource]:
        """Everything about a waiting message."""
        return "Waiting message", queue_source(int(record))
