"""The panes of the sessions: those that ran, those that never began, and what the CSMS lacks."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from cp_tui.charge_point.variables import TransactionEntry
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.gaps import divided
from cp_tui.tui.text.words import Clock, joined
from cp_tui.tui.transactions.queue_text import (
    queue_columns,
    queue_details,
    queue_facts,
    queue_note,
)
from cp_tui.tui.transactions.refusals_text import (
    refusal_columns,
    refusal_details,
    refusal_facts,
    refusal_id,
)
from cp_tui.tui.transactions.text import (
    transaction_columns,
    transaction_details,
    transaction_facts,
)
from cp_tui.tui.widgets.table_pane import TablePane


class TransactionsPane(TablePane):
    """Running transactions first, then past ones, newest first; what became of the selected one."""

    DEFAULT_CSS = """
    TransactionsPane FactLines { height: 4; }
    """

    NAME = "transactions"
    COPIED_FIRST = "Tx"
    TITLE = "Transactions"
    SHOWS = frozenset({"transactions", "connectors", "outbox", "cursor.transactions"})
    HELP_SENTENCES = (
        "Running transactions first, then past ones. #: the connector.",
        "Tx: the transactionId of the CSMS; -1 where its StartTransaction was lost.",
        "Stopped by: who or what ended it. Below: the reason in words, and the rule.",
        "Delivery: how far its messages got.",
        "Lost: the CSMS never took it, in spite of retries.",
        "Enter opens everything about it, with its messages.",
    )
    EMPTY = "no transaction yet"
    UNSEEN = "no transaction was seen yet"
    FACTS = "beside"
    LABEL_WIDTH = 8
    DETAILS = "Transaction"
    GONE = "This transaction is no longer among those that are shown."

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints)
        self._newest: str | None = None
        self._seen: frozenset[str] = frozenset()

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the transactions, and what became of the one under the cursor."""
        entries = snapshot.transactions
        records = [(entry.key, entry) for entry in entries]
        self.fill_table(transaction_columns(snapshot, clock), records)
        self.follow(self._newest_of(entries))
        entry = next((e for e in entries if e.key == self.table.cursor_key), None)
        facts = transaction_facts(snapshot, entry, clock) if entry is not None else []
        self.show_facts(facts, snapshot, clock)
        unsure = sum(entry.is_from_before_boot for entry in entries)
        past = sum(entry.stopped_at is not None for entry in entries)
        running = len(entries) - past - unsure
        parts = [f"{running} running", f"{unsure} ? running" if unsure else "", f"{past} past"]
        self.note(joined([*parts, clock.csms_mark]) if entries else Content(""))

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

    def everything(self, record: str, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """Everything about a transaction, with its messages."""
        found = (entry for entry in snapshot.transactions if entry.key == record)
        return next((transaction_details(snapshot, entry, clock) for entry in found), ())


class RefusalsPane(TablePane):
    """The attempts to start that were refused, the newest first: by whom, and by which key."""

    DEFAULT_CSS = """
    RefusalsPane FactLines { height: 3; }
    """

    NAME = "refusals"
    COPIED_FIRST = "Tag"
    TITLE = "Not started"
    SHOWS = frozenset({"refusals", "configuration", "cursor.refusals"})
    HELP_SENTENCES = (
        "Sessions that somebody wanted and that did not start, the newest first.",
        (
            "Refused by: local list, cache, CSMS, offline rule, reservation, fault, connector, "
            "connection timeout (tag and cable did not both come), operator, or another rule."
        ),
        "Below: the tag, and the configuration key that decides, with its value.",
    )
    EMPTY = "no attempt to start was refused"
    UNSEEN = "none was seen; whom it refuses by itself is not told"
    NEWEST_FIRST = True
    FACTS = "beside"
    LABEL_WIDTH = 5
    DETAILS = "Not started"
    GONE = "Too long ago: it is no longer remembered."

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the refusals, and what decided the one under the cursor."""
        records = [(refusal_id(each), each) for each in reversed(snapshot.refusals)]
        gaps = snapshot.gaps.get("refusals", ())
        lines = divided(records, gaps, clock, reversed(snapshot.refusals))
        refusal = self.fill_table(refusal_columns(snapshot.refusals, clock), lines)
        facts = refusal_facts(snapshot, refusal, clock) if refusal is not None else []
        self.show_facts(facts, snapshot, clock)
        self.note(Content(f"{len(records)}" if records else ""))

    def everything(self, record: str, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """Everything about a refusal, with the values that were compared."""
        found = (each for each in snapshot.refusals if refusal_id(each) == record)
        return next((refusal_details(snapshot, refusal, clock) for refusal in found), ())


class QueuePane(TablePane):
    """What waits to be sent, in the order in which it goes out, and why it waits."""

    DEFAULT_CSS = """
    QueuePane FactLines { height: 3; }
    """

    NAME = "queue"
    TITLE = "Queue"
    SHOWS = frozenset({"outbox", "transactions", "link", "cursor.queue"})
    HELP_SENTENCES = (
        "StartTransaction, MeterValues and StopTransaction that the CSMS has not confirmed.",
        "They go out one by one, oldest first; the first one says why all wait.",
        "Attempt n of m: m is TransactionMessageAttempts; n alone is tried until it is taken.",
        "Between attempts: TransactionMessageRetryInterval times those so far.",
        "A lost link does not count as an attempt.",
        "n tries now; x gives one up, after a question.",
    )
    EMPTY = "nothing waits to be sent"
    UNSEEN = "what waits to be sent is not seen"
    FACTS = "beside"
    LABEL_WIDTH = 7
    DETAILS = "Waiting message"
    GONE = "It no longer waits: it was delivered or given up."

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show what waits, and why the one under the cursor does."""
        records = [(str(entry.sequence), entry) for entry in snapshot.outbox.entries]
        entry = self.fill_table(queue_columns(snapshot, clock), records)
        facts = queue_facts(snapshot, entry, clock) if entry is not None else []
        self.show_facts(facts, snapshot, clock)
        self.note(queue_note(snapshot.outbox, clock))

    def everything(self, record: str, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """Everything about a waiting message."""
        entry = snapshot.waiting_message(int(record))
        return queue_details(snapshot, entry, clock) if entry is not None else ()
