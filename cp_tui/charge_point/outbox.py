"""The transaction messages that the CSMS has not confirmed yet, in their order (S 3.7).

Each is on disk before it is first sent and leaves when it is confirmed, or when the CSMS has failed
to process it TransactionMessageAttempts times.

Nothing passes the message at the head, not even while it waits for its next attempt (S 3.7.1),
unless it is a security event: while that waits, all of them stand aside, in their order, and the
transactions go on. The critical ones are never given up (W A04.FR.02): where the CSMS does not have
the message at all they wait for the next boot, for by then it may be another CSMS.
The transactionId, which only the answer to StartTransaction brings, is filled in at sending.

A failure is a CALLERROR or silence (JE 3.3). After the n-th one the wait is n times
TransactionMessageRetryInterval: with 3 attempts and 60 s that is send, 60 s, send, 120 s, send,
give up. Losing the line says nothing about the message and is no attempt: it keeps its id over
that, by which the CSMS can tell that it has it already (JE 3.1). After a failure it gets a new id:
an answer to the earlier try, which may come late, is none to this one.

Two things may undo that count. A CSMS that refuses because it has forgotten this charge point has
not failed to process the message (`recognition`): the last attempt is held back until that is
clear, and forgiven if so. While the disk takes no records nothing leaves (`DiskFailed`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cp_tui.charge_point.calls import CallFailure, FailureKind, Outgoing
from cp_tui.charge_point.effects import LogLevel, Table
from cp_tui.charge_point.outbox_request import is_unnamed, request_of
from cp_tui.charge_point.records import OutboxRecord
from cp_tui.charge_point.retry_rule import RetryRule
from cp_tui.charge_point.thinning import thin_out
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import OutboxEntry, OutboxView
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.errors import FORGOTTEN_SIGNS, UNKNOWN_MESSAGE
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.plural import count

if TYPE_CHECKING:
    from pydantic import JsonValue

SHOWN_MAX = 100
SOON_MAX = 10
"""A status waits for its StartTransaction only if that is among so many first messages."""
GIVEN_UP_MAX = 20
"""How many messages that were given up are remembered for an answer that may come late."""
FORGIVEN_MAX = 3
"""How often the attempts of a message are forgiven because the CSMS had forgotten us."""


class Outbox:
    """The queue of transaction messages."""

    def __init__(
        self,
        turn: Turn,
        *,
        rule: Callable[[], RetryRule],
        kept_because: Callable[[], str | None],
        transaction_id: Callable[[str], int | None],
        on_confirmed: Callable[[OutboxRecord, WireModel], None],
        on_unread: Callable[[OutboxRecord, JsonValue], None],
        on_lost: Callable[[OutboxRecord, str], None],
    ) -> None:
        self._turn = turn
        self._rule = rule
        self._kept_because = kept_because
        self._transaction_id = transaction_id
        self._on_confirmed = on_confirmed
        self._on_unread = on_unread
        self._on_lost = on_lost
        records = [record for _, record in turn.records(Table.OUTBOX, OutboxRecord)]
        self._entries = sorted(records, key=lambda record: record.sequence)
        self._aside: list[OutboxRecord] = []
        """All security events, while the oldest of them waits for its next attempt."""
        self._sequence = self._entries[-1].sequence if self._entries else 0
        self._meter_values = sum(record.action == Action.METER_VALUES for record in records)
        self._thinned = 0
        self._given_up: dict[int, OutboxRecord] = {}
        self._is_in_flight = False
        self._held: str | None = None
        """Why the oldest message would be given up, once the CSMS is known to know us."""
        self._doubtful = 0
        """Attempts of the oldest message that are none if the CSMS has forgotten us."""
        self._forgiven: int | None = None
        """The message whose attempts were forgiven last."""
        self._forgiven_times = 0
        self._is_forgiveness_spent = False
        self._told_attempt_at: datetime | None = None
        self._has_taken_event = False
        """The CSMS has taken a security event since the boot, so it knows the message."""
        self._waits_for_boot = False
        """The CSMS has no security events: those that are kept stand aside until the next boot."""
        event = next((each for each in self._entries if each.is_event), None)
        # One that was on its way has its id.
        if event is not None and event.next_attempt_at is not None and event.message_id is None:
            self._set_aside()

    def __len__(self) -> int:
        return len(self._entries) + len(self._aside)

    @property
    def deadline(self) -> datetime | None:
        """When the message that waits for its next attempt is to be tried again."""
        record = self._tried_next()
        return None if record is None else record.next_attempt_at

    def _tried_next(self) -> OutboxRecord | None:
        """Give the message that waits for nothing but the time of its next attempt."""
        if self._is_in_flight or self.is_held:
            return None
        if self._entries and self._entries[0].attempts:
            return self._entries[0]
        return self._aside[0] if self._aside and not self._waits_for_boot else None

    def _all(self) -> list[OutboxRecord]:
        if not self._aside:
            return self._entries
        return sorted(self._entries + self._aside, key=lambda record: record.sequence)

    def _set_aside(self) -> None:
        """Let the transactions pass the security events; refused ones say nothing of the others."""
        self._aside = [record for record in self._entries if record.is_event]
        self._entries = [record for record in self._entries if not record.is_event]
        self._doubtful = 0

    def _take_back(self) -> None:
        """Put the security events back to their places if it is time, and nothing is on trial."""
        is_on_trial = bool(self._entries) and self._entries[0].attempts > 0
        if self._is_in_flight or self.is_held or is_on_trial or self._waits_for_boot:
            return
        due = self._aside[0].next_attempt_at if self._aside else None
        if self._aside and (due is None or self._turn.now >= due):
            self._entries, self._aside = self._all(), []

    def add(
        self, request: WireModel, action: Action, transaction_key: str | None, connector_id: int
    ) -> None:
        """Queue a message; it is on disk before it can be sent."""
        payload: dict[str, JsonValue] = request.to_payload()
        # It stands for an id that may not be known yet, and is put in when the message leaves.
        if transaction_key is not None:
            payload.pop("transactionId", None)
        self.add_payload(action, payload, transaction_key, connector_id)

    def add_payload(
        self,
        action: Action,
        payload: dict[str, JsonValue],
        transaction_key: str | None = None,
        connector_id: int | None = None,
        *,
        is_guaranteed: bool = False,
    ) -> int:
        """Queue a message as it is on the wire; give its place in the order."""
        self._sequence += 1
        record = OutboxRecord(
            sequence=self._sequence,
            action=action,
            payload=payload,
            transaction_key=transaction_key,
            connector_id=connector_id,
            created_at=self._turn.now,
            is_guaranteed=is_guaranteed,
        )
        queue = self._aside if self._aside and record.is_event else self._entries
        assert not queue or queue[-1].sequence < record.sequence
        queue.append(record)
        self._save(record)
        self._turn.watcher.queued(record)
        if action is Action.METER_VALUES:
            self._meter_values += 1
            self._thin_out()
        return record.sequence

    def _thin_out(self) -> None:
        """Drop a tenth of the MeterValues where too many wait; never a start or a stop (E 3.91)."""
        limit = self._rule().meter_values_max
        if self._meter_values <= limit:
            return
        # The head is not touched while it is on its way or on trial.
        is_kept = self._is_in_flight or self.is_held
        dropped = thin_out(self._entries[is_kept:], limit // 10 + 1)
        for record in self._entries:
            if record.sequence in dropped:
                self._turn.forget(Table.OUTBOX, record.key)
                self._on_lost(record, "because too many of them waited (WaitingMeterValuesMax)")
        self._entries = [r for r in self._entries if r.sequence not in dropped]
        self._meter_values -= len(dropped)
        self._thinned += len(dropped)
        self._turn.log(
            LogLevel.WARNING,
            f"too many MeterValues wait: {len(dropped)} of them were dropped, spread over time",
        )

    def next(self) -> Outgoing | None:
        """Give the oldest message if it is its time; nothing later may pass it."""
        if not self.is_ready():
            return None
        record, known = self._entries[0], self._transaction_id
        # The id is saved with the record before the frame leaves: a boot in between must not make
        # a new one, or the CSMS would take the message for another.
        if record.message_id is None:
            new = {"message_id": self._turn.new_id(), "is_unnamed": is_unnamed(record, known)}
            record = self._replace_first(self._entries, **new)
        else:
            self._turn.watcher.repeated(record)
        self._is_in_flight = True
        self._turn.changed("outbox")
        return Outgoing(
            request_of(record, known),
            partial(self._confirmed, record.sequence),
            partial(self._failed, record.sequence),
            message_id=record.message_id,
            counts_late=partial(self._is_open, record.sequence),
        )

    def starts_soon(self, transaction_key: str) -> bool:
        """Say whether the StartTransaction of this transaction goes now, or after a few others."""
        return self.is_ready() and any(
            record.action == Action.START_TRANSACTION and record.transaction_key == transaction_key
            for record in islice(self._entries, SOON_MAX)
        )

    def is_ready(self) -> bool:
        """Say whether it is the time of the oldest message."""
        self._take_back()
        if not self._entries or self._is_in_flight or self.is_held:
            return False
        return (due := self._entries[0].next_attempt_at) is None or self._turn.now >= due

    def try_now(self) -> str | None:
        """Do not wait any longer for the next attempt; give what is tried, if anything is."""
        tried, self._waits_for_boot = None, False
        if self._aside:
            tried = self._replace_first(self._aside, next_attempt_at=None).action
        if self._entries and self._entries[0].next_attempt_at:
            tried = self._replace_first(self._entries, next_attempt_at=None).action
        return tried

    def waiting(self) -> Counter[tuple[str | None, str]]:
        """Count the messages that wait, by transaction key and action."""
        return Counter((record.transaction_key, record.action) for record in self._all())

    def waits_for(self, transaction_key: str) -> bool:
        """Say whether a message of this transaction waits."""
        return any(record.transaction_key == transaction_key for record in self._entries)

    def view(self) -> OutboxView:
        """Give the variable `outbox`."""
        attempt_at = self._attempt_to_come()
        entries = [
            OutboxEntry(
                sequence=record.sequence,
                action=record.action,
                connector_id=record.connector_id,
                transaction_key=record.transaction_key,
                why=self._why(record),
                since=record.created_at,
                attempts=record.attempts,
                attempts_max=0 if record.is_guaranteed else self._rule().attempts_max,
                next_attempt_at=attempt_at if record is self._tried_next() else None,
            )
            for record in self._all()[:SHOWN_MAX]
        ]
        return OutboxView(count=len(self), thinned=self._thinned, entries=tuple(entries))

    @property
    def told_deadline(self) -> datetime | None:
        """When the published time of the next attempt passes, and has to be published anew."""
        return self._told_attempt_at

    def tick(self) -> None:
        """Publish the time of the next attempt where it has changed since it was published."""
        attempt_at = self._attempt_to_come()
        if attempt_at != self._told_attempt_at:
            self._told_attempt_at = attempt_at
            self._turn.changed("outbox")

    def _attempt_to_come(self) -> datetime | None:
        """Give when a message is tried again, if it is only the time that it waits for."""
        due = self.deadline
        is_to_come = due is not None and due > self._turn.now and self._kept_because() is None
        return due if is_to_come else None

    def failure(self, sequence: int | None) -> str:
        """Say why the newest attempt of a message failed; empty: none has, or it waits no more."""
        return record.last_failure if (record := self._head(sequence)) else ""

    def _head(self, sequence: int | None) -> OutboxRecord | None:
        """Give a message that was tried and waits: no other one than the oldest of a queue was."""
        heads = chain(self._entries[:1], self._aside[:1])
        return next((each for each in heads if each.sequence == sequence), None)

    def _why(self, record: OutboxRecord) -> str:
        is_head = record in self._entries[:1]
        if not is_head and record not in self._aside[:1]:
            return "waits behind older messages"
        if is_head and self._is_in_flight:
            return "sent, waits for the answer"
        if is_head and self.is_held:
            return f"{record.last_failure}; does the CSMS still know this charge point?"
        kept = self._kept_because()
        if self._waits_for_boot and not is_head:
            return record.last_failure
        if record.next_attempt_at is None:
            return kept or "waits for its turn"
        of = "" if record.is_guaranteed else f" of {self._rule().attempts_max}"
        failed = f"{record.last_failure}; attempt {record.attempts + 1}{of} waits"
        return f"{kept}; before: {failed}" if kept else failed

    def _is_open(self, sequence: int) -> bool:
        """Say whether an answer to a message still brings something."""
        return self._head(sequence) is not None or sequence in self._given_up

    def _confirmed(self, sequence: int, response: WireModel) -> None:
        if (record := self._head(sequence)) is None:
            # It has arrived after all, a start with its id: sent without it is another message.
            if given_up := self._given_up.pop(sequence, None):
                self._on_confirmed(given_up, response)
                key = given_up.transaction_key
                if key and self._entries and self._entries[0].transaction_key == key:
                    self._replace_first(self._entries, message_id=None)
            return
        # A security event that was set aside is answered late, while another message is on its way.
        self._is_in_flight &= record in self._aside
        self._has_taken_event |= record.is_event
        self._remove(record)
        self._on_confirmed(record, response)

    def awaited(self, message_id: str) -> Action | None:
        """Give the action of the message that was sent last with this id, if it still waits."""
        heads = self._entries[:1]
        return next((Action(e.action) for e in heads if e.message_id == message_id), None)

    def taken_unread(self, message_id: str, payload: JsonValue) -> None:
        """The CSMS has a message, but its answer could not be handled: it is not sent again."""
        if self.awaited(message_id):
            self._remove(record := self._entries[0])
            self._on_unread(record, payload)

    def refused_unread(self, message_id: str, why: str) -> None:
        """The CSMS refused a message, and its answer could not be handled: one attempt."""
        if self.awaited(message_id):
            self._failed(self._entries[0].sequence, CallFailure(FailureKind.CALL_ERROR, why))

    def _failed(self, sequence: int, failure: CallFailure) -> None:
        if not self._entries or self._entries[0].sequence != sequence:
            return
        self._is_in_flight = False
        # A security event says itself why it waits.
        self._turn.changed("outbox", "security_events")
        if failure.kind is FailureKind.OFFLINE:
            # Losing the line says nothing about the message: not counted (transactions.md).
            return
        # The rule is read anew each time: whoever sets TransactionMessageAttempts means now.
        if self._is_unknown(failure):
            self._keep_for_boot(f"the CSMS does not know it: {failure.text}")
            return
        rule, head = self._rule(), self._entries[0]
        attempts = head.attempts + 1
        is_sign = failure.code in FORGOTTEN_SIGNS
        # Refusals that may only mean that the CSMS has forgotten us are counted apart: should it be
        # so, they are taken back (`forgive`).
        self._doubtful += is_sign
        if attempts < rule.attempts_max or head.is_guaranteed:
            record = self._replace_first(
                self._entries,
                attempts=attempts,
                message_id=None,
                next_attempt_at=later(self._turn.now, rule.wait_s(attempts)),
                last_failure=failure.text,
            )
            if record.is_event:
                self._set_aside()
            return
        why = f"after {count(attempts, 'attempt')}: {failure.text}"
        if is_sign or self._doubtful:
            self._replace_first(
                self._entries, attempts=attempts, message_id=None, last_failure=failure.text
            )
            self._held = why
        else:
            self._give_up(head, why)

    def booted(self) -> None:
        """Note that the CSMS has accepted a boot: whether it has security events is seen anew."""
        self._waits_for_boot = self._has_taken_event = False

    def _keep_for_boot(self, why: str) -> None:
        """Let a critical event wait for the next boot; any other one is given up."""
        record = self._entries[0]
        if not record.is_guaranteed:
            self._give_up(record, f"because {why}")
            return
        self._replace_first(
            self._entries,
            attempts=record.attempts + 1,
            message_id=None,
            next_attempt_at=None,
            last_failure=f"{why}; it is sent again after the next boot",
        )
        self._waits_for_boot = True
        self._set_aside()

    def _is_unknown(self, failure: CallFailure) -> bool:
        """Whether the CSMS says of a security event that it has no such message (W A04)."""
        is_first = self._entries[0].is_event and not self._has_taken_event
        return is_first and failure.code in UNKNOWN_MESSAGE

    @property
    def is_held(self) -> bool:
        """Whether the oldest message waits until it is clear if the CSMS still knows us."""
        return self._held is not None

    def known(self) -> None:
        """Note that the CSMS knows us: whatever it refused counts as an attempt after all."""
        self._is_forgiveness_spent = self._forgiven_times >= FORGIVEN_MAX
        self.settle_doubt()

    def settle_doubt(self) -> None:
        """Give up the message that is held after its last attempt: the refusals were meant."""
        self._doubtful = 0
        if self._held is not None:
            assert not self._is_in_flight, "what is held is not sent"
            self._give_up(self._entries[0], self._held)

    def end_doubt(self) -> None:
        """Let the held message be tried again: whether the CSMS knows us was not found out."""
        self._held = None

    def forgive(self) -> None:
        """The CSMS has forgotten us: what it refused since are no attempts.

        A message that is refused again and again although the CSMS has answered other things since
        is refused for what it is.
        """
        if self._aside:
            self._replace_first(self._aside, next_attempt_at=None)
        if not self._entries:
            return
        head = self._entries[0]
        if head.sequence == self._forgiven and self._is_forgiveness_spent:
            self.settle_doubt()
            return
        self._held = None
        is_again = head.sequence == self._forgiven
        self._forgiven_times = self._forgiven_times + 1 if is_again else 1
        self._forgiven, self._is_forgiveness_spent = head.sequence, False
        attempts = max(0, head.attempts - self._doubtful)
        self._doubtful = 0
        if head.attempts or head.next_attempt_at:
            self._replace_first(self._entries, attempts=attempts, next_attempt_at=None)

    def drop(self, sequence: int) -> str | None:
        """Give up a message because the operator wants it; the text says why that cannot be."""
        record = next((r for r in self._all() if r.sequence == sequence), None)
        if record is None:
            return f"no message {sequence} waits; it was delivered, or given up"
        if self._is_in_flight and record is self._entries[0]:
            return f"{record.action} is sent and waits for its answer"
        self._give_up(record, "because the operator dropped it")
        return None

    def _give_up(self, record: OutboxRecord, why: str) -> None:
        self._remove(record)
        # MeterValues have nothing in their answer; a start brings its transactionId even late.
        if record.action != Action.METER_VALUES:
            self._given_up[record.sequence] = record
            if len(self._given_up) > GIVEN_UP_MAX:
                del self._given_up[next(iter(self._given_up))]
        self._turn.log(LogLevel.ERROR, f"{record.action} is given up {why}")
        self._on_lost(record, why)

    def _remove(self, record: OutboxRecord) -> None:
        if self._entries and record is self._entries[0]:
            self._held, self._doubtful = None, 0
        (self._aside if record in self._aside else self._entries).remove(record)
        self._meter_values -= record.action == Action.METER_VALUES
        assert 0 <= self._meter_values <= len(self._entries)
        self._turn.forget(Table.OUTBOX, record.key)
        self._turn.changed("outbox")

    def _replace_first(self, queue: list[OutboxRecord], **changes: object) -> OutboxRecord:
        record = queue[0] = replace(queue[0], **changes)
        self._save(record)
        return record

    def _save(self, record: OutboxRecord) -> None:
        self._turn.save(Table.OUTBOX, record.key, record)
        self._turn.changed("outbox")
