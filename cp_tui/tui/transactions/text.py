"""The transactions in words: a line each, why it ended and by whom, and whether the CSMS has it."""

from __future__ import annotations

from textual.content import Content

from cp_tui.charge_point.variables import (
    BEFORE_BOOT,
    DeliveryState,
    MessageDelivery,
    TransactionEntry,
)
from cp_tui.ocpp.datatypes import StopReason
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.units import energy
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.clock_steps import clock_facts, length
from cp_tui.tui.text.columns import Column, time_column, widest, widest_time
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.styles import BOLD_BAD, GOOD, ODD, QUIET
from cp_tui.tui.text.words import NOT_SEEN, Clock, duration, joined, reason_text
from cp_tui.tui.transactions.queue_text import queue_facts

STOPPED_BY = {
    StopReason.EMERGENCY_STOP: "emergency stop",
    StopReason.EV_DISCONNECTED: "EV unplugged",
    StopReason.HARD_RESET: "hard reset",
    StopReason.LOCAL: "tag at reader",
    StopReason.OTHER: "other",
    StopReason.POWER_LOSS: "power lost",
    StopReason.REBOOT: "own reboot",
    StopReason.REMOTE: "CSMS, remote",
    StopReason.SOFT_RESET: "soft reset",
    StopReason.UNLOCK_COMMAND: "CSMS, unlock",
    StopReason.DE_AUTHORIZED: "tag refused",
}
"""Who or what ended it, short enough for a column."""

STOPPED_BECAUSE = {"operator.stop": "operator", "sessions.button_stop": "stop button"}
"""Where the id of the reason tells more than the standard, which knows only Other or Local."""

UNKNOWN_LENGTH = "ends before it began: the clock was set back meanwhile"
"""Instead of a duration, where a store of before does not say by how much."""

LOST_ID = -1
"""The transactionId that is sent where a lost StartTransaction never brought one (E 3.18)."""


def transaction_columns(snapshot: Snapshot, clock: Clock) -> list[Column[TransactionEntry]]:
    """The columns of the table, in reading order."""
    entries = snapshot.transactions
    numbers = (f"#{entry.transaction_id or ''}" for entry in entries)
    return [
        Column("Tx", widest(numbers, 8), transaction_name),
        Column("#", 2, lambda e: Content(str(e.connector_id))),
        Column("Tag", 12, lambda e: safe_text(e.id_tag), rank=1),
        time_column("Started", clock.minute, entries, lambda e: e.started_at, 12, rank=2),
        Column(
            "Ended",
            widest_time(clock.minute, (e.stopped_at for e in entries if e.stopped_at), 12),
            lambda e: _ended(e, clock),
            order=lambda e: e.stopped_at,
        ),
        Column(
            "Energy",
            9,
            lambda e: Content(energy(energy_wh(snapshot, e))),
            align="right",
            order=lambda e: energy_wh(snapshot, e),
        ),
        Column("Stopped by", 14, stopped_by, is_flexible=True),
        Column("Delivery", 15, delivery_word),
    ]


def transaction_name(entry: TransactionEntry) -> Content:
    """The transaction id; none yet before the answer to StartTransaction, -1 where it was lost."""
    if entry.transaction_id is not None:
        return Content(f"#{entry.transaction_id}")
    if entry.messages.start.state is DeliveryState.LOST:
        return Content.styled(f"{LOST_ID}", BOLD_BAD)
    return Content.styled("none yet", ODD)


def stopped_by(entry: TransactionEntry) -> Content:
    """Who or what ended it, in a few words."""
    explanation = entry.stop_explanation
    if entry.stopped_at is None:
        return Content("")
    known = STOPPED_BECAUSE.get(explanation.id) if explanation is not None else None
    return Content(known or STOPPED_BY[entry.stop_reason or StopReason.LOCAL])


def waiting(entry: TransactionEntry) -> int:
    """How many of its messages the CSMS has not confirmed yet."""
    messages = entry.messages
    alone = [messages.start, *([messages.stop] if messages.stop else [])]
    return messages.meter_values_waiting + sum(m.state is DeliveryState.WAITING for m in alone)


def delivery_word(entry: TransactionEntry) -> Content:
    """Whether the CSMS has it."""
    messages = entry.messages
    if messages.start.state is DeliveryState.LOST:
        return Content.styled("start lost", BOLD_BAD)
    if messages.stop is not None and messages.stop.state is DeliveryState.LOST:
        return Content.styled("stop lost", BOLD_BAD)
    if DeliveryState.UNANSWERED in (messages.start.state, messages.stop and messages.stop.state):
        return Content.styled("no answer yet", ODD)
    if number := waiting(entry):
        return Content.styled(f"{count(number, 'message')} wait{'s' * (number == 1)}", ODD)
    return Content.styled("CSMS has it", GOOD)


def energy_wh(snapshot: Snapshot, entry: TransactionEntry) -> int | None:
    """The energy; of a running transaction what the connector says now. None: its begin is not
    known."""
    if entry.stopped_at is not None:
        return entry.known_energy_wh
    connector = snapshot.connector(entry.connector_id)
    live = connector.transaction if connector is not None else None
    is_same = live is not None and live.started_at == entry.started_at
    return live.known_energy_wh if live is not None and is_same else entry.known_energy_wh


def transaction_facts(snapshot: Snapshot, entry: TransactionEntry, clock: Clock) -> list[Fact]:
    """What is asked first: why it stopped, by whom, when, how much, and whether the CSMS has it."""
    name = Content.assemble(transaction_name(entry), " ", safe_text(entry.id_tag, "bold"))
    power = energy(energy_wh(snapshot, entry))
    session = joined([name, f"connector {entry.connector_id}", power])
    began = clock.of_csms(clock.time(entry.started_at))
    if entry.stopped_at is None:
        start = "runs since" if entry.is_begin_known else f"begin {NOT_SEEN}, first told of"
        told = BEFORE_BOOT if entry.is_from_before_boot else ""
        running = Fact("Tx", joined([session, f"{start} {began}", told]))
        return [running, *clock_facts(entry, clock), _delivery(snapshot, entry, clock)]
    ended = clock.of_csms(clock.time(entry.stopped_at))
    lasted = length(entry)
    took = UNKNOWN_LENGTH if lasted is None else duration(lasted)
    start = "began" if entry.is_begin_known else f"begin {NOT_SEEN}, first told of"
    return [
        Fact("Stopped", joined([ended, stopped_by(entry).stylize("bold"), _why(entry)])),
        Fact("Tx", joined([session, f"{start} {began}", took if entry.is_begin_known else ""])),
        *clock_facts(entry, clock),
        _delivery(snapshot, entry, clock),
        *([Fact("Lost", reason_text(entry.loss, clock))] if entry.loss is not None else []),
    ]


def transaction_details(snapshot: Snapshot, entry: TransactionEntry, clock: Clock) -> list[Fact]:
    """Everything about a transaction, and what of it waits."""
    start = energy(entry.meter_start_wh) if entry.is_begin_known else NOT_SEEN
    end = "…" if entry.meter_stop_wh is None else energy(entry.meter_stop_wh)
    said_end = "now" if entry.meter_stop_wh is None else end
    facts = [
        *transaction_facts(snapshot, entry, clock),
        Fact("Meter", Content(f"{start} → {end}"), f"{start} to {said_end}"),
    ]
    for message in snapshot.outbox.entries:
        if message.transaction_key == entry.key:
            facts += queue_facts(snapshot, message, clock)
    return facts


def _ended(entry: TransactionEntry, clock: Clock) -> Content:
    if entry.is_from_before_boot:
        return Content.styled("? running", QUIET)
    if entry.stopped_at is None:
        return Content.styled("running", "bold $connector-charging")
    return Content(clock.minute(entry.stopped_at))


def _why(entry: TransactionEntry) -> Content:
    reason = f"reason {entry.stop_reason or StopReason.LOCAL}"
    if entry.stop_explanation is None:
        return Content(reason)
    return joined([reason, reason_text(entry.stop_explanation)])


def _delivery(snapshot: Snapshot, entry: TransactionEntry, clock: Clock) -> Fact:
    messages = entry.messages
    is_lost = entry.delivery is DeliveryState.LOST
    word = Content.styled("the CSMS lacks a part", BOLD_BAD) if is_lost else delivery_word(entry)
    parts = [word, _delivered("Start", messages.start, clock)]
    parts.append(Content(_readings(entry, "unanswered" if snapshot.watched else "waiting")))
    if messages.stop is not None:
        parts.append(_delivered("Stop", messages.stop, clock))
    return Fact("Sent", joined(parts))


def _delivered(name: str, message: MessageDelivery, clock: Clock) -> Content:
    match message.state:
        case DeliveryState.DELIVERED:
            at = message.delivered_at
            return Content(f"{name} {clock.time(at) if at is not None else 'delivered'}")
        case DeliveryState.WAITING:
            return Content.styled(f"{name} waits", ODD)
        case DeliveryState.UNANSWERED:
            return Content.styled(f"{name} not answered yet", ODD)
        case DeliveryState.LOST:
            return Content.styled(f"{name} lost", BOLD_BAD)


def _readings(entry: TransactionEntry, open_word: str) -> str:
    """How far its MeterValues got; where all of them arrived, only how many."""
    messages = entry.messages
    if messages.meter_values_delivered is None:
        return ""
    parts = (
        (messages.meter_values_delivered, "delivered"),
        (messages.meter_values_waiting, open_word),
        (messages.meter_values_lost, "lost"),
    )
    told = [f"{number} {word}" for number, word in parts if number]
    if not told:
        return "no MeterValues"
    if told == [f"{messages.meter_values_delivered} delivered"]:
        return f"{messages.meter_values_delivered} MeterValues"
    return f"MeterValues {', '.join(told)}"
