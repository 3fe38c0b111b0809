"""The queue of transaction messages in words: what waits, why, and when it is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

from textual.content import Content

from cp_tui.charge_point.variables import LinkPhase, OutboxEntry, OutboxView, TransactionEntry
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.plural import count
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.columns import Column, time_column, widest
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.styles import BOLD_ODD, QUIET
from cp_tui.tui.text.words import Clock, joined

DELIVERED_WITHIN = timedelta(seconds=10)
"""A message that waits no longer than this is just on its way."""

LOSSES = {
    Action.START_TRANSACTION: (
        "the CSMS never hears that it began: the transaction gets no transactionId, its later "
        "messages go out with -1, and nobody can bill it"
    ),
    Action.METER_VALUES: (
        "these readings are missing at the CSMS; the energy in StopTransaction stays right"
    ),
    Action.STOP_TRANSACTION: (
        "the CSMS never hears that it ended: there the transaction runs on, and its energy is "
        "never billed"
    ),
}
"""What is lost with a message that is dropped."""


def queue_columns(snapshot: Snapshot, clock: Clock) -> list[Column[OutboxEntry]]:
    """The columns of the table, in reading order."""
    entries = snapshot.outbox.entries
    numbers = (f"#{entry.transaction_id or ''}" for entry in snapshot.transactions)
    return [
        Column("Message", 16, lambda e: safe_text(e.action)),
        Column("#", 2, _connector),
        Column("Tx", widest(numbers, 8), lambda e: _transaction(snapshot, e), rank=2),
        time_column("Since", clock.minute, entries, lambda e: e.since, 12, rank=1),
        Column("Why it waits", 18, lambda e: safe_text(e.why), is_flexible=True),
        Column("Attempt", 7, lambda e: Content(_attempt(e))),
        Column(
            "Next try",
            widest((next_try(snapshot, e, clock) for e in entries), 8),
            lambda e: Content(next_try(snapshot, e, clock)),
            order=lambda e: _next_at(snapshot, e),
        ),
    ]


def queue_note(outbox: OutboxView, clock: Clock) -> Content:
    """How many wait, what was dropped, since when the oldest waits, how many of them are shown."""
    if not outbox.count:
        return Content("")
    parts = [Content.styled(f"{outbox.count} wait{'s' * (outbox.count == 1)}", BOLD_ODD)]
    if outbox.thinned:
        parts.append(Content(f"{outbox.thinned} MeterValues dropped"))
    if outbox.entries:
        oldest = outbox.entries[0]
        # Not for how long: an age would have to be painted anew while nothing happens.
        parts.append(Content(f"the oldest since {clock.minute(oldest.since)}"))
    if len(outbox.entries) < outbox.count:
        parts.append(Content(f"the first {len(outbox.entries)} shown"))
    return joined(parts)


def is_stuck(snapshot: Snapshot, clock: Clock) -> bool:
    """Whether something waits longer than a message does that is just being delivered."""
    for oldest in snapshot.outbox.entries[:1]:
        is_late = clock.now - oldest.since > DELIVERED_WITHIN
        return is_late or oldest.attempts > 0 or not snapshot.is_connected
    return snapshot.outbox.count > 0 and not snapshot.is_connected


def queue_facts(snapshot: Snapshot, entry: OutboxEntry, clock: Clock) -> list[Fact]:
    """Why a message waits, how often it was tried and when it is tried next."""
    next_words = _next_words(snapshot, entry, clock)
    cause = safe_text(_cause(snapshot, entry))
    return [
        Fact("Why", joined([safe_text(entry.action, "bold"), safe_text(entry.why), cause])),
        Fact("Next", joined([_attempt_words(entry), next_words])),
        Fact("Since", joined([clock.time(entry.since), _about(snapshot, entry)])),
    ]


def queue_details(snapshot: Snapshot, entry: OutboxEntry, clock: Clock) -> list[Fact]:
    """Everything about a waiting message."""
    facts = queue_facts(snapshot, entry, clock)
    facts.append(Fact("Order", Content("transaction messages go out one by one, oldest first")))
    facts.append(Fact("If lost", Content(loss(entry))))
    return facts


def loss(entry: OutboxEntry) -> str:
    """What is lost with this message."""
    known = {action.value: words for action, words in LOSSES.items()}
    return known.get(entry.action, "the CSMS never gets it")


def next_try(snapshot: Snapshot, entry: OutboxEntry, clock: Clock) -> str:
    """When it is tried next, as a clock time where that is known."""
    at = _next_at(snapshot, entry)
    return "" if at is None else clock.time(at)


def _next_at(snapshot: Snapshot, entry: OutboxEntry) -> datetime | None:
    if entry.next_attempt_at is not None or not _is_oldest(snapshot, entry):
        return entry.next_attempt_at
    return snapshot.link.next_attempt_at if snapshot.link is not None else None


def _is_oldest(snapshot: Snapshot, entry: OutboxEntry) -> bool:
    return snapshot.outbox.entries[:1] == (entry,)


def _cause(snapshot: Snapshot, entry: OutboxEntry) -> str:
    """Why the link is down, which is what the oldest message waits for."""
    link = snapshot.link
    if not _is_oldest(snapshot, entry) or link is None or link.phase is not LinkPhase.WAITING:
        return ""
    return link.last_error.text if link.last_error is not None else ""


def _next_words(snapshot: Snapshot, entry: OutboxEntry, clock: Clock) -> str:
    if not snapshot.has_engine:
        return "it waited when the charge point was lost"
    if entry.next_attempt_at is not None:
        return f"next try at {clock.time(entry.next_attempt_at)}"
    if not _is_oldest(snapshot, entry):
        return "sent as soon as those before it are delivered"
    link = snapshot.link
    if link is None or link.phase is LinkPhase.OPEN:
        return ""
    if link.phase is LinkPhase.STOPPED:
        return "kept until OCPP is restarted"
    if link.next_attempt_at is None:
        return "sent as soon as the link is open"
    return f"the link is tried next at {clock.time(link.next_attempt_at)}"


def _attempt(entry: OutboxEntry) -> str:
    """The attempt that comes next, or is under way, of those that it has."""
    if not entry.attempts_max:
        return f"{entry.attempts + 1}"
    return f"{min(entry.attempts + 1, entry.attempts_max)} of {entry.attempts_max}"


def _attempt_words(entry: OutboxEntry) -> str:
    failed = f", {count(entry.attempts, 'attempt')} failed" if entry.attempts else ""
    until = "" if entry.attempts_max else ", tried until it is taken"
    return f"attempt {_attempt(entry)}{failed}{until}"


def _about(snapshot: Snapshot, entry: OutboxEntry) -> Content:
    transaction = _found(snapshot, entry)
    where = f"connector {entry.connector_id}" if entry.connector_id is not None else ""
    if transaction is None:
        return Content(where)
    number = transaction.transaction_id
    name = "transaction without an id" if number is None else f"transaction #{number}"
    return joined([name, where])


def _connector(entry: OutboxEntry) -> Content:
    return Content("" if entry.connector_id is None else str(entry.connector_id))


def _transaction(snapshot: Snapshot, entry: OutboxEntry) -> Content:
    """The transaction that it is about, as far as it has a number."""
    transaction = _found(snapshot, entry)
    if transaction is None:
        return Content("")
    if transaction.transaction_id is None:
        return Content.styled("no id", QUIET)
    return Content(f"#{transaction.transaction_id}")


def _found(snapshot: Snapshot, entry: OutboxEntry) -> TransactionEntry | None:
    found = (e for e in snapshot.transactions if e.key == entry.transaction_key)
    return next(found, None)
