"""What is known of one charge point at a record of its log, so that no rule has to guess.

A rule sees what was known before the record in hand; the record itself is learned from afterwards.
What the log cannot tell is None, and the rules then stay silent. Two counters say how long a fact
holds: `breaks` grows wherever the log may have missed something (a connection that was lost, a
reboot, a gap), `blurs` with every frame that cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cp_tui.explain.exchange import Half, KnownExchange, action_named, read_half
from cp_tui.explain.finding import FrameRef, ref
from cp_tui.explain.knowledge.calls import KnownCalls
from cp_tui.explain.knowledge.clock import KnownClock
from cp_tui.explain.knowledge.connectors import KnownConnectors
from cp_tui.explain.knowledge.counted_ids import CountedIds
from cp_tui.explain.knowledge.keys import KnownKeys
from cp_tui.explain.knowledge.local_list import KnownLocalList
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.explain.knowledge.profiles import KnownProfiles
from cp_tui.explain.knowledge.queue import KnownQueue
from cp_tui.explain.knowledge.registration import KnownRegistration
from cp_tui.explain.knowledge.reservations import KnownReservations
from cp_tui.explain.knowledge.tags import KnownTags
from cp_tui.explain.knowledge.transactions import KnownTransactions, TransactionKnown
from cp_tui.explain.knowledge.triggers import KnownTriggers
from cp_tui.explain.limits import LIMITS
from cp_tui.explain.payload import fields
from cp_tui.explain.samples import Sample, samples
from cp_tui.explain.survey import FileKnown, Survey
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import StopTransactionRequest
from cp_tui.traces.other_versions import is_of_other_version
from cp_tui.traces.record import ANSWERS, FrameDirection, LinkKind, Record, RecordKind
from cp_tui.traces.survey import BACKWARDS_S

NOTHING = KnownExchange(None, None)
_OF_TRANSACTIONS = frozenset({Action.START_TRANSACTION, Action.STOP_TRANSACTION})
_BREAKING = frozenset({LinkKind.OPEN, LinkKind.CLOSE, LinkKind.REBOOT, LinkKind.ROTATION})


def _action_of(call: Record) -> Action | None:
    """Return the action of a CALL; None: OCPP 1.6 has none such, or another payload for it."""
    elements = call.frame.elements if call.frame else ()
    is_other = is_of_other_version(call.action, elements[3:])
    return None if is_other else action_named(call.action)


class Known:
    """What is known of one charge point."""

    def __init__(
        self,
        charger: str | None = None,
        survey: Survey | None = None,
        file: FileKnown | None = None,
    ) -> None:
        self.charger = charger
        self.survey = survey or Survey()
        """This charge point in the whole log."""
        self.file = file or FileKnown()
        """All charge points of the log."""
        self.record: Record | None = None
        """The one in hand; None before the first."""
        self.exchange = NOTHING
        """The record in hand with its other half."""
        self.now: datetime | None = None
        """The time of the record in hand, or of the last one before that had a time."""
        self.before: datetime | None = None
        """The time of the record before that."""
        self.resolution_s = 0.0
        self.breaks = 0
        self.blurs = 0
        self.rewinds = 0
        """How often the time of the log jumped back, as where one was pasted behind another."""
        self.broken_at: FrameRef | None = None
        """The record with which the log went on after it last broke off."""
        self.is_gap = False
        """Whether nothing was recorded for long just before the record in hand."""
        self.skipped = 0
        """How many CALLs of the charge point are missing just before the record in hand."""
        self._ids = CountedIds()
        self.is_connected: bool | None = None
        """None: the log does not tell."""
        self.heard_at: datetime | None = None
        """When the charge point was last heard, before the record in hand."""
        self.back_at: datetime | None = None
        """When it was heard again after a while, and may have begun to send what had waited."""
        self.heard_breaks = 0
        """How often the log had broken off when it was heard."""
        self._connection: str | None = None
        self.registration = KnownRegistration()
        self.calls = KnownCalls()
        self.clock = KnownClock()
        self.queue = KnownQueue(self.clock)
        self.connectors = KnownConnectors()
        self.transactions = KnownTransactions(self.survey.connectors)
        self.keys = KnownKeys()
        self.profiles = KnownProfiles()
        self.local_list = KnownLocalList()
        self.reservations = KnownReservations()
        self.tags = KnownTags()
        self.triggers = KnownTriggers()
        self.parts = (
            *(self.registration, self.clock, self.queue, self.connectors, self.transactions),
            *(self.keys, self.profiles, self.local_list, self.reservations, self.tags),
            self.triggers,
        )
        self._learners: dict[Action, list[Callable[[Moment], None]]] = {}
        self._samples: tuple[Sample, ...] | None = None
        self.was_asked = False
        """Whether a trigger has asked for the CALL in hand."""

    @property
    def is_cold(self) -> bool:
        """Whether the registration is not known so far."""
        return self.registration.status is None

    @property
    def are_transactions_known(self) -> bool:
        """Whether every transaction that may run began in this log, which misses nothing since."""
        return self.transactions.are_all_known(self.breaks, self.blurs)

    @property
    def is_held_up(self) -> bool:
        """Whether a message of a transaction may be waiting behind another one (J 4.1.1, S 3.7)."""
        longest_s = self.call_timeout_s + LIMITS.unanswered
        return self.queue.is_late or any(
            not self.is_past(call.at, longest_s)
            for call in self.calls.open_of(FrameDirection.TO_CSMS)
        )

    def meant_by(self, stop: StopTransactionRequest) -> TransactionKnown | None:
        """Return the transaction that a stop ends."""
        return self.transactions.meant_by(stop, self.breaks, self.blurs)

    @property
    def heartbeat_interval_s(self) -> int | None:
        """Seconds between heartbeats; None: not known."""
        key = self.keys.get("HeartbeatInterval")
        registration = self.registration
        is_newer = key is not None and (
            registration.told is None or key.where.place > registration.told.place
        )
        if is_newer:
            return self.keys.integer("HeartbeatInterval")
        return registration.interval_s if registration.is_accepted else None

    @property
    def call_timeout_s(self) -> float:
        """How long a CALL is open (MessageTimeout)."""
        told = self.keys.integer("MessageTimeout")
        return float(told) if told is not None and told > 0 else LIMITS.call_timeout

    @property
    def online_at(self) -> datetime | None:
        """Until when the charge point was surely there: it answers now, or was heard before.

        A CALL in hand may be the first of many that had to wait while it was offline.
        """
        record = self.record
        is_answering = (
            record is not None
            and record.direction is FrameDirection.TO_CSMS
            and record.kind in ANSWERS
        )
        return self.now if is_answering else self.heard_at

    @property
    def may_be_draining(self) -> bool:
        """Whether the charge point was silent a moment ago: what waited may still be on its way."""
        return self.back_at is not None and not self.is_past(self.back_at, LIMITS.draining)

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The values of a meter in the record in hand, read once for all that ask."""
        if self._samples is None:
            payload = fields(
                self.record.frame.payload if self.record and self.record.frame else None
            )
            is_values = self.exchange.action is Action.METER_VALUES
            found = payload.get("meterValue" if is_values else "transactionData")
            self._samples = tuple(samples(found))
        return self._samples

    def call_of(self, record: Record) -> Half | None:
        """Return the CALL that an answer belongs to."""
        return self.calls.get(record.pair)

    def seconds_since(self, instant: datetime | None) -> float | None:
        """Seconds from then to the record in hand; None: the log cannot tell."""
        if instant is None or self.now is None:
            return None
        return (self.now - instant).total_seconds()

    def is_past(
        self, instant: datetime | None, seconds: float, *, by: datetime | None = None
    ) -> bool:
        """Whether more than so many seconds have surely gone by since then, up to now or `by`."""
        end = by or self.now
        if instant is None or end is None:
            return False
        return (end - instant).total_seconds() > seconds + self.resolution_s

    def meet(self, record: Record) -> None:
        """Take a record in hand: the time moves on, and the log may have broken off before."""
        self.record = record
        self._samples = None
        self.is_gap = False
        self.resolution_s = max(record.resolution, 0.0)
        if record.at is not None:
            self.before, self.now = self.now, record.at
            gone = self.seconds_since(self.before)
            # The least that a gap is decides nearly always.
            self.is_gap = gone is not None and gone > LIMITS.gap and gone > self._gap_s
            is_back = gone is not None and gone < -BACKWARDS_S - self.resolution_s
            if is_back:
                self.rewinds += 1
                self.keys.forget()
                self.transactions.ended.clear()
            if self.is_gap or is_back:
                self.break_off(record)
        self.skipped = self._ids.skipped(record)
        if self.skipped:
            self.break_off(record)
        if record.connection != self._connection and record.connection is not None:
            if self._connection is not None:
                self.break_off(record)
            self._connection = record.connection
        self.exchange = self._exchange_of(record)
        self.was_asked = self.triggers.wants(self.exchange)

    def learn(self, record: Record) -> None:
        """Take over what the record in hand tells."""
        if record.direction is FrameDirection.TO_CSMS and record.at is not None:
            if self.is_past(self.heard_at, LIMITS.draining):
                self.back_at = record.at
            self.heard_at, self.heard_breaks = record.at, self.breaks
        if record.kind is RecordKind.LINK:
            self._learn_link(record)
            return
        half = self.exchange.call if self.exchange.is_call else self.exchange.answer
        is_unread = (
            half is not None and half.message is None and half.record.action in _OF_TRANSACTIONS
        )
        if record.kind is RecordKind.UNREADABLE or record.is_truncated or record.frame is None:
            self.blurs += 1
        elif is_unread and record.kind is not RecordKind.CALL_ERROR:
            # Its flaw is told; what it would have begun or ended is not known.
            self.blurs += 1
        if half is not None:
            self.calls.learn(half)
        if self._is_reboot(record):
            self.break_off(record)
        action = self.exchange.action
        if action is None:
            return
        moment = Moment(record, self.exchange, self.breaks, self.blurs)
        if action is Action.STOP_TRANSACTION:
            self._end_profiles(moment)
        learners = self._learners.get(action)
        if learners is None:
            learners = [part.learn for part in self.parts if action in part.ACTIONS]
            self._learners[action] = learners
        for learn in learners:
            learn(moment)
        if action in FileKnown.ACTIONS:
            self.file.learn(self.charger, moment)

    def break_off(self, record: Record) -> None:
        """From here on what was known before may have changed unseen."""
        self.breaks += 1
        self.broken_at = ref(record)

    @property
    def _gap_s(self) -> float:
        interval = self.heartbeat_interval_s or 0
        return max(LIMITS.gap_intervals * interval, LIMITS.gap)

    def _exchange_of(self, record: Record) -> KnownExchange:
        if record.kind is RecordKind.CALL:
            action = _action_of(record)
            return KnownExchange(action, read_half(record, action))
        if record.kind not in ANSWERS:
            return NOTHING
        call = self.call_of(record)
        action = _action_of(call.record) if call else action_named(record.action)
        return KnownExchange(action, call, read_half(record, action), is_call=False)

    def _is_reboot(self, record: Record) -> bool:
        """A charge point that is registered and boots has been away."""
        return (
            self.exchange.is_call
            and self.exchange.action is Action.BOOT_NOTIFICATION
            and record.direction is FrameDirection.TO_CSMS
            and self.registration.is_accepted
        )

    def _learn_link(self, record: Record) -> None:
        event = record.link.event if record.link else None
        if event in _BREAKING:
            self.break_off(record)
        if event is LinkKind.OPEN:
            self.is_connected = True
        elif event is LinkKind.CLOSE:
            self.is_connected = False

    def _end_profiles(self, moment: Moment) -> None:
        request = moment.request
        if isinstance(request, StopTransactionRequest):
            transaction = self.meant_by(request)
            if transaction is not None:
                self.profiles.transaction_ended(transaction.connector)
