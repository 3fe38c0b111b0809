"""Rules of repetition and of the queue: Start, Stop and the MeterValues of transactions (S 3.7).

A message is the same again where it is of the same transaction or connector and of the same
instant; its id may be the same or another one (JE 3.1). What is kept of messages that the CSMS has
taken is bounded: a repetition that comes later than that is a message of its own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import Enum
from typing import Any

from msgspec import Struct

from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, FrameRef, Severity, ref
from cp_tui.explain.knowledge.transactions import QUEUED, UNKNOWN_ID
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.explain.payload import fields, instant, integer, text
from cp_tui.explain.samples import Sample
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import StopTransactionRequest
from cp_tui.ocpp.datatypes import ReadingContext, StopReason, format_date_time
from cp_tui.ocpp.errors import OcppError
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.units import energy, number
from cp_tui.ocpp.validation import parse_response, quoted
from cp_tui.traces.record import FrameDirection, Record, RecordKind

TAKEN_MAX = 200
"""How many messages that were taken are kept, to know them again."""
WAITING_MAX = 1_000
"""How many that were not; a log of a broken CSMS is long."""
NO_WAIT_S = 1.0
"""To repeat sooner than this is too early by any setting but 0."""

_AFTER_BOOT = frozenset({StopReason.POWER_LOSS, StopReason.REBOOT, StopReason.HARD_RESET})
_START, _STOP, _VALUES = Action.START_TRANSACTION, Action.STOP_TRANSACTION, Action.METER_VALUES


class _Outcome(Enum):
    """What became of the last send of a message."""

    OPEN = "no answer yet"
    FAILED = "answered with a CALLERROR"
    TAKEN = "answered"


class _Message(Struct):
    """A message of a transaction, through all its sends."""

    action: str
    key: tuple[Any, ...]
    payload: dict[str, Any]
    happened: datetime | None
    """The instant that it tells of."""
    frame: FrameRef
    """Its last send."""
    message_id: str
    breaks: int
    sends: int = 1
    """Those that the CSMS had to process; a lost connection takes one back."""
    outcome: _Outcome = _Outcome.OPEN
    answer: FrameRef | None = None
    answer_flaw: str = ""
    given_id: int | None = None
    is_passed: bool = False
    """Whether a later message was taken since it was sent last."""


class RetryRules(Family):
    """Repetition and order of the messages of transactions."""

    ACTIONS = QUEUED

    def __init__(self) -> None:
        self._waiting: OrderedDict[tuple[Any, ...], _Message] = OrderedDict()
        self._taken: OrderedDict[tuple[Any, ...], _Message] = OrderedDict()
        self._by_number: dict[int, _Message] = {}
        self._newest: _Message | None = None
        """Of those that were taken, the one that tells of the latest instant."""
        self._rewinds = 0

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        if known.rewinds != self._rewinds:
            # Another log, or the same once more, begins behind the seam.
            self._forget(known.rewinds)
        if record.frame is None or record.is_truncated:
            return
        if record.action in QUEUED:
            if record.kind is RecordKind.CALL:
                yield from self._sent(record, known)
            elif record.pair is not None:
                yield from self._answered(record, known)

    def at_end(self, known: Known) -> Iterable[Finding]:
        """Tell of starts and stops that the CSMS never took."""
        if not known.survey.answers_of(FrameDirection.TO_CHARGE_POINT):
            return
        attempts = _attempts(known)
        for each in self._waiting.values():
            is_over = each.is_passed or (attempts is not None and each.sends >= attempts)
            if each.action != _VALUES and is_over and _is_past(each, known):
                yield _given_up(each, known)

    def _forget(self, rewinds: int) -> None:
        self._rewinds, self._newest = rewinds, None
        for each in (self._waiting, self._taken, self._by_number):
            each.clear()

    def _sent(self, record: Record, known: Known) -> Iterator[Finding]:
        assert record.frame is not None
        payload, action = fields(record.frame.payload), record.action
        if action == _VALUES and not _is_queued(known.samples):
            return
        key = _key(action, payload, known.samples)
        unknown = (action, UNKNOWN_ID, text(payload, "timestamp"))
        before = self._waiting.get(key) or self._waiting.get(unknown)
        before = before or self._waiting_by_id(record, payload)
        if before is None:
            before = self._taken.get(key)
            # Values of another kind may be of the same instant.
            if before is not None and action == _VALUES and _changed(before.payload, payload):
                before = None
        if before is not None:
            yield from self._repeated(before, record, payload, known)
            message = before
        else:
            message = _message(record, key, payload, known)
            yield from self._first(message, record, known)
        self._by_number[record.number] = message
        self._keep_waiting(message)

    def _waiting_by_id(self, record: Record, payload: dict[str, Any]) -> _Message | None:
        """Find a message that was sent under the same id and not taken, whatever it tells now."""
        assert record.frame is not None
        for each in self._waiting.values():
            is_same = each.action == record.action and _place(each.payload) == _place(payload)
            if is_same and each.message_id == record.frame.message_id:
                return each
        return None

    def _keep_waiting(self, message: _Message) -> None:
        self._waiting[message.key] = message
        while len(self._waiting) > WAITING_MAX:
            self._waiting.popitem(last=False)
        while len(self._by_number) > WAITING_MAX:
            self._by_number.pop(next(iter(self._by_number)))

    def _first(self, message: _Message, record: Record, known: Known) -> Iterator[Finding]:
        """Judge a message that was not sent before by those that were."""
        yield from self._late(message, record, known)
        newest = self._newest
        if newest and newest.happened and message.happened:
            early_s = (newest.happened - message.happened).total_seconds()
            is_set_back = known.clock.set_back_since(newest.frame)
            is_order = not is_set_back and not _has_time_of_its_own(known)
            if early_s > LIMITS.interval_least and is_order:
                yield found(
                    "queue.order",
                    f"{message.action} tells of {message.happened:%H:%M:%S}, and came after "
                    f"{newest.action} of {newest.happened:%H:%M:%S} had been taken. Messages of "
                    "transactions are delivered in the order in which they happened.",
                    record,
                    newest.frame,
                )
        attempts = _attempts(known)
        for each in self._waiting.values():
            is_waiting = each.outcome is _Outcome.FAILED and not each.is_passed
            if is_waiting and attempts is not None and each.sends < attempts:
                each.is_passed = True
                yield found(
                    "queue.overtaken",
                    f"{message.action} was sent while {each.action} waited to be repeated: it had "
                    f"been sent {count(each.sends, 'time')} of {attempts} "
                    "(TransactionMessageAttempts). What comes later has to wait for it.",
                    record,
                    each.frame,
                )

    def _late(self, message: _Message, record: Record, known: Known) -> Iterator[Finding]:
        if record.at is None or message.happened is None:
            return
        late_s = (record.at - known.clock.in_log(message.happened)).total_seconds()
        if late_s > LIMITS.late_delivery:
            yield found(
                "queue.late",
                f"{message.action} was delivered {number(late_s)} s after what it tells of.",
                record,
                matter=record.action,
            )

    def _repeated(
        self, before: _Message, record: Record, payload: dict[str, Any], known: Known
    ) -> Iterator[Finding]:
        assert record.frame is not None
        has_break = before.breaks != known.breaks
        changed = _changed(before.payload, payload)
        if changed:
            yield found(
                "retry.content_changed",
                f"{before.action} was repeated with "
                f"{_differences(before.payload, payload, changed)}. A repeated message is the same "
                "message.",
                record,
                before.frame,
                values={"fields": list(changed)},
            )
        if before.outcome is _Outcome.TAKEN:
            if not changed:
                yield _after_answer(before, record, known, has_break=has_break)
            self._taken.pop(before.key, None)
        else:
            if not has_break:
                yield from _too_early(before, record, known)
                # Where the connection was lost, the answer may have been lost with it.
                before.sends += 1
                yield from _too_often(before, record, known)
        if before.key in self._waiting:
            self._waiting.move_to_end(before.key)
        before.payload, before.frame = payload, ref(record)
        before.message_id, before.breaks = record.frame.message_id, known.breaks
        before.outcome, before.is_passed = _Outcome.OPEN, False

    def _answered(self, record: Record, known: Known) -> Iterator[Finding]:
        message = self._by_number.pop(record.pair or 0, None)
        if message is None or record.frame is None:
            return
        message.answer = ref(record)
        if record.kind is RecordKind.CALL_ERROR:
            message.outcome = _Outcome.FAILED
            return
        message.outcome = _Outcome.TAKEN
        message.answer_flaw = _flaw(message.action, record, known)
        self._waiting.pop(message.key, None)
        self._taken[message.key] = message
        if len(self._taken) > TAKEN_MAX:
            self._taken.popitem(last=False)
        for each in self._waiting.values():
            each.is_passed = True
        newest = self._newest.happened if self._newest else None
        if message.happened and (newest is None or message.happened >= newest):
            self._newest = message
        yield from self._given_id(message, record)

    def _given_id(self, message: _Message, record: Record) -> Iterator[Finding]:
        assert record.frame is not None
        given = integer(record.frame.payload, "transactionId")
        if message.action != _START or given is None:
            return
        # Some CSMS give an id again; the stop of the transaction before is no repetition then.
        self._taken.pop((_STOP, given), None)
        if message.given_id not in (None, given):
            yield found(
                "retry.doubled_at_csms",
                f"The CSMS gave the repeated StartTransaction the id {given}; it had given it "
                f"{message.given_id} before. It now has one transaction twice.",
                record,
                message.frame,
                effect="one of the two is never stopped",
            )
        message.given_id = given


def _has_time_of_its_own(known: Known) -> bool:
    """Whether a stop is not of the moment when it was made.

    After a loss of power it tells of the last moment that is known of its transaction; and where it
    tells of one before its start, its time is what is wrong.
    """
    match known.exchange.request:
        case StopTransactionRequest() as stop:
            transaction = known.meant_by(stop)
            start = transaction.request if transaction else None
            is_early = start is not None and stop.timestamp < start.timestamp
            return is_early or stop.reason in _AFTER_BOOT
    return False


def _attempts(known: Known) -> int | None:
    """Give TransactionMessageAttempts; None: it is not known."""
    return known.keys.integer("TransactionMessageAttempts")


def _is_queued(values: tuple[Sample, ...]) -> bool:
    """Whether these values wait in the queue: periodic and clock-aligned ones do (S 3.7)."""
    waiting = (ReadingContext.SAMPLE_PERIODIC, ReadingContext.SAMPLE_CLOCK)
    # An interval is told with the time of its begin (S 9.1.5), which says nothing of the order.
    return any(each.context in waiting for each in values) and not any(
        each.measurand.endswith(".Interval") for each in values
    )


def _place(payload: dict[str, Any]) -> tuple[int | None, int | None]:
    return integer(payload, "connectorId"), integer(payload, "transactionId")


def _key(action: str, payload: dict[str, Any], values: tuple[Sample, ...]) -> tuple[Any, ...]:
    """Name what a message is about, by what stays the same when it is repeated."""
    if action == _START:
        return action, integer(payload, "connectorId"), text(payload, "timestamp")
    if action == _STOP:
        id_ = integer(payload, "transactionId")
        # A transaction has one stop; those without an id are told apart by their instants.
        return (action, id_, text(payload, "timestamp")) if id_ == UNKNOWN_ID else (action, id_)
    moments = frozenset((each.at_text, each.context) for each in values)
    return action, integer(payload, "connectorId"), moments


def _message(
    record: Record, key: tuple[Any, ...], payload: dict[str, Any], known: Known
) -> _Message:
    assert record.frame is not None
    happened = instant(payload, "timestamp")
    if record.action == _VALUES:
        happened = next((each.at for each in known.samples if each.at), None)
    return _Message(
        action=record.action,
        key=key,
        payload=payload,
        happened=happened,
        frame=ref(record),
        message_id=record.frame.message_id,
        breaks=known.breaks,
    )


def _changed(before: dict[str, Any], now: dict[str, Any]) -> tuple[str, ...]:
    """Name the fields that differ; the real transactionId may take the place of -1 (E 3.18)."""
    names = {*before, *now}
    if integer(before, "transactionId") == UNKNOWN_ID:
        names.discard("transactionId")
    return tuple(name for name in sorted(names) if before.get(name) != now.get(name))


def _differences(before: dict[str, Any], now: dict[str, Any], changed: tuple[str, ...]) -> str:
    """Say what differs, with the values where they are short."""
    words = []
    for name in changed:
        old, new = before.get(name), now.get(name)
        is_short = not isinstance(old, list | dict) and not isinstance(new, list | dict)
        # A tag is told to nobody who does not ask.
        is_told = is_short and name != "idTag"
        words.append(
            f"{name} {quoted(new)} in place of {quoted(old)}" if is_told else f"another {name}"
        )
    return ", ".join(words)


def _flaw(action: str, record: Record, known: Known) -> str:
    """Say what is wrong with an answer, for which a charge point may have taken it for none."""
    answer = known.exchange.answer
    if answer is not None and answer.message is not None and not answer.defects:
        return ""
    assert record.frame is not None
    try:
        parse_response(Action(action), fields(record.frame.payload))
    except OcppError as error:
        return error.description
    return ""


def _has_id(record: Record, message_id: str) -> bool:
    return record.frame is not None and record.frame.message_id == message_id


def _after_answer(before: _Message, record: Record, known: Known, *, has_break: bool) -> Finding:
    severity, why = None, "A message that was answered is not sent again."
    if before.answer_flaw:
        severity = Severity.WARNING
        why = f"The answer was not in order, which may be why: {before.answer_flaw}."
    elif has_break:
        severity = Severity.NOTE
        why = "The connection was lost in between; the answer may not have arrived."
    elif not known.survey.tells_of_connections and _has_id(record, before.message_id):
        # JE 3.1: the same id is for what was sent before the connection was lost.
        severity = Severity.WARNING
        why = "Perhaps the connection was lost in between, of which the log does not tell."
    return found(
        "retry.after_answer",
        f"{before.action} was sent again although it had been answered. {why}",
        record,
        before.answer,
        severity=severity,
        matter=before.action,
    )


def _too_early(before: _Message, record: Record, known: Known) -> Iterator[Finding]:
    is_failed = before.outcome is _Outcome.FAILED
    since = before.answer.at if is_failed and before.answer else before.frame.at
    if since is None or record.at is None:
        return
    interval_s = known.keys.integer("TransactionMessageRetryInterval")
    waited_s = (record.at - since).total_seconds()
    if interval_s is None:
        is_early, wanted = waited_s < NO_WAIT_S, "TransactionMessageRetryInterval"
    else:
        wait_s = interval_s * before.sends
        grace_s = max(LIMITS.interval_least, LIMITS.interval_factor * wait_s)
        is_early = waited_s < wait_s - grace_s
        wanted = (
            f"{number(wait_s)} s ({before.sends} x TransactionMessageRetryInterval {interval_s})"
        )
    if is_early:
        yield found(
            "retry.too_early",
            f"{before.action} was sent again after {number(waited_s)} s; it has to wait {wanted}.",
            record,
            before.frame,
            matter=before.action,
        )


def _too_often(before: _Message, record: Record, known: Known) -> Iterator[Finding]:
    attempts = _attempts(known)
    if attempts is not None and before.sends > max(attempts, 1):
        yield found(
            "retry.too_often",
            f"{before.action} was sent {count(before.sends, 'time')}; "
            f"TransactionMessageAttempts is {attempts}.",
            record,
            before.frame,
            matter=before.action,
        )


def _is_past(message: _Message, known: Known) -> bool:
    """Whether the log goes on for so long that an answer would have come."""
    if known.now is None or message.frame.at is None:
        return message.is_passed
    return (known.now - message.frame.at).total_seconds() >= LIMITS.unanswered


def _given_up(message: _Message, known: Known) -> Finding:
    payload, what = message.payload, ""
    stop_wh = integer(payload, "meterStop")
    transaction = known.transactions.get(integer(payload, "transactionId") or 0)
    if stop_wh is not None:
        what = f", with meterStop {stop_wh} Wh"
        if transaction and transaction.request:
            what += f" and {energy(stop_wh - transaction.request.meter_start)}"
    told = format_date_time(message.happened) if message.happened else "an unknown time"
    how = "a CALLERROR" if message.outcome is _Outcome.FAILED else "silence"
    return found(
        "retry.given_up",
        f"{message.action} of {told}{what} was sent "
        f"{count(message.sends, 'time')} and met with {how}: the CSMS does not have it.",
        message.frame,
        effect="the session is not billed, or stays open at the CSMS",
        matter=str(message.key),
    )
