"""Rules of StopTransaction: why it ends, when, and the values that it brings along (S 4.10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from cp_tui.charge_point.authorization_rules import same_tag
from cp_tui.explain.catalogue import found
from cp_tui.explain.families.authorization import was_offline
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, FrameRef, Severity, ref
from cp_tui.explain.knowledge.connectors import CHARGES
from cp_tui.explain.knowledge.transactions import TransactionKnown
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.explain.samples import Sample
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.core import (
    RemoteStopTransactionRequest,
    RemoteStopTransactionResponse,
    ResetRequest,
    ResetResponse,
    StartTransactionRequest,
    StartTransactionResponse,
    StatusNotificationRequest,
    StopTransactionRequest,
    UnlockConnectorRequest,
    UnlockConnectorResponse,
)
from cp_tui.ocpp.datatypes import (
    AuthorizationStatus,
    ChargePointStatus,
    ReadingContext,
    RemoteStartStopStatus,
    ResetStatus,
    StopReason,
    UnlockStatus,
)
from cp_tui.traces.record import Record

CAUSES_MAX = 100
COLLECTED = ("StopTxnSampledData", "StopTxnAlignedData")
"""The keys that say what transactionData holds."""
ASKED_MAX = 100_000
_BY_TAG = frozenset({StopReason.LOCAL, StopReason.DE_AUTHORIZED, StopReason.OTHER})
"""Reasons with which a tag may be told."""
_RESET = frozenset(
    {StopReason.SOFT_RESET, StopReason.HARD_RESET, StopReason.REBOOT, StopReason.POWER_LOSS}
)
_RUNNING = CHARGES | {ChargePointStatus.PREPARING}


class _Cause(Struct, frozen=True):
    """Something after which a transaction ends for one reason."""

    what: str
    reasons: frozenset[StopReason]
    transaction: int | None
    """None: any."""
    connector: int | None
    asked: FrameRef
    answered: FrameRef
    seconds: float
    """What ends later, ends for another reason."""


class _Unplugged(Struct, frozen=True):
    """A stop that says that the vehicle has gone."""

    at: datetime
    breaks: int
    where: FrameRef


class StopRules(Family):
    """The ends of transactions."""

    ACTIONS = frozenset(
        {
            Action.STOP_TRANSACTION,
            Action.START_TRANSACTION,
            Action.STATUS_NOTIFICATION,
            Action.REMOTE_STOP_TRANSACTION,
            Action.RESET,
            Action.UNLOCK_CONNECTOR,
        }
    )

    def __init__(self) -> None:
        self._causes: list[_Cause] = []
        self._asked: set[int] = set()
        """Transactions that the CSMS ever asked to stop."""
        self._unplugged: dict[int, _Unplugged] = {}

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        exchange = known.exchange
        match exchange.request if exchange.is_call else None:
            case StopTransactionRequest() as stop if record.frame is not None:
                yield from self._stopped(record, stop, known)
            case RemoteStopTransactionRequest(transaction_id=id_):
                if len(self._asked) < ASKED_MAX:
                    self._asked.add(id_)
            case StartTransactionRequest(connector_id=connector):
                self._unplugged.pop(connector, None)
            case StatusNotificationRequest() as told:
                yield from self._told(record, told, known)
        self._learn(record, known)

    def _learn(self, record: Record, known: Known) -> None:
        """Remember why a transaction may end soon."""
        match known.exchange.request, known.exchange.response:
            case (
                RemoteStopTransactionRequest(transaction_id=id_),
                RemoteStopTransactionResponse(status=RemoteStartStopStatus.ACCEPTED),
            ):
                reasons = frozenset({StopReason.REMOTE})
                self._add("RemoteStopTransaction was Accepted", reasons, id_, None, record, known)
            case ResetRequest(), ResetResponse(status=ResetStatus.ACCEPTED):
                self._add("Reset was Accepted", _RESET, None, None, record, known)
            case (
                UnlockConnectorRequest(connector_id=connector),
                UnlockConnectorResponse(status=UnlockStatus.UNLOCKED),
            ):
                reasons = frozenset({StopReason.UNLOCK_COMMAND})
                what = "UnlockConnector was carried out"
                self._add(what, reasons, None, connector, record, known)
            case (
                StartTransactionRequest(),
                StartTransactionResponse(transaction_id=int(id_), id_tag_info=info),
            ) if info.is_said and info.status is not AuthorizationStatus.ACCEPTED:
                stops = known.keys.boolean("StopTransactionOnInvalidId")
                energy_wh = known.keys.integer("MaxEnergyOnInvalidId") or 0
                if stops is not False and energy_wh <= 0:
                    # Where it need not be stopped at once, a later end has a reason of its own.
                    seconds = LIMITS.remote_stop if stops else LIMITS.slow_answer
                    reasons = frozenset({StopReason.DE_AUTHORIZED})
                    what = f"its tag was {info.status}"
                    answer = ref(record)
                    cause = _Cause(what, reasons, id_, None, answer, answer, seconds)
                    self._causes = [*self._causes[-CAUSES_MAX + 1 :], cause]

    def _add(
        self,
        what: str,
        reasons: frozenset[StopReason],
        transaction: int | None,
        connector: int | None,
        record: Record,
        known: Known,
    ) -> None:
        asked = known.exchange.asked or record
        seconds = LIMITS.remote_stop
        cause = _Cause(what, reasons, transaction, connector, ref(asked), ref(record), seconds)
        self._causes = [*self._causes[-CAUSES_MAX + 1 :], cause]

    def _stopped(
        self, record: Record, stop: StopTransactionRequest, known: Known
    ) -> Iterator[Finding]:
        transaction = known.meant_by(stop)
        data = known.samples
        if stop.id_tag is not None and stop.reason not in (None, *_BY_TAG):
            yield found(
                "tx.stop_tag_unneeded",
                f"StopTransaction with reason {stop.reason} names a tag; it is for a stop that was "
                "made with one.",
                record,
                matter=stop.reason or "",
            )
        if transaction is None:
            return
        if data:
            yield from _contexts(record, transaction, data, known)
        yield from _times(record, stop, transaction, data, known)
        yield from _configured(record, stop, transaction, data, known)
        if not was_offline(record, stop.timestamp, known):
            yield from self._reason(record, stop, transaction, known)
        if stop.reason is StopReason.EV_DISCONNECTED:
            self._unplugged[transaction.connector] = _Unplugged(
                stop.timestamp, known.breaks, ref(record)
            )

    def _reason(
        self,
        record: Record,
        stop: StopTransactionRequest,
        transaction: TransactionKnown,
        known: Known,
    ) -> Iterator[Finding]:
        reason = stop.reason or StopReason.LOCAL
        said = "no reason, which is Local," if stop.reason is None else f"reason {reason}"
        causes = [each for each in self._causes if _may_end(each, stop, transaction, known)]
        self._causes = [each for each in self._causes if each.transaction != transaction.id]
        if causes and not any(reason in each.reasons for each in causes):
            cause = causes[-1]
            wanted = " or ".join(sorted(cause.reasons))
            yield found(
                "tx.reason_mismatch",
                f"StopTransaction of transaction {transaction.id} has {said} after {cause.what}; "
                f"that is {wanted}.",
                record,
                cause.answered,
                cause.asked,
            )
            return
        is_whole = transaction.request is not None and transaction.breaks == known.breaks
        is_unasked = transaction.id not in self._asked and is_whole and not known.is_cold
        is_unasked = is_unasked and not known.survey.is_filtered
        if reason is StopReason.REMOTE and not causes and is_unasked:
            yield found(
                "tx.reason_mismatch",
                f"StopTransaction of transaction {transaction.id} has reason Remote, and the CSMS "
                "had not asked for it.",
                record,
                transaction.where,
            )
        yield from _swiped(record, stop, transaction, reason, known)

    def _told(
        self, record: Record, told: StatusNotificationRequest, known: Known
    ) -> Iterator[Finding]:
        """Judge what a connector becomes after its vehicle is said to have gone."""
        gone = self._unplugged.pop(told.connector_id, None)
        if gone is None or gone.breaks != known.breaks:
            return
        if told.timestamp is None or told.timestamp <= gone.at:
            self._unplugged[told.connector_id] = gone
        elif told.status in CHARGES:
            yield found(
                "tx.reason_mismatch",
                f"StopTransaction had reason EVDisconnected, and connector {told.connector_id} was "
                f"told as {told.status} afterwards.",
                gone.where,
                record,
            )


def _may_end(
    cause: _Cause, stop: StopTransactionRequest, transaction: TransactionKnown, known: Known
) -> bool:
    """Whether a transaction ended because of this, and not of what came before it."""
    if cause.transaction not in (None, transaction.id):
        return False
    if cause.connector not in (None, transaction.connector):
        return False
    if cause.answered.place < transaction.where.place:
        return False
    # Without times nobody can tell which of two things came first.
    answered_at = cause.answered.at
    if answered_at is None or known.is_past(answered_at, cause.seconds):
        return False
    # The charge point had stopped for another reason when the order came. In the log of a CSMS the
    # order stands before it came; the answer tells better when.
    is_earlier = known.clock.is_surely_before(stop.timestamp, answered_at)
    told = known.connectors.get(transaction.connector)
    has_ended = (
        told is not None
        and told.status not in _RUNNING
        and transaction.where.place < told.where.place < cause.asked.place
    )
    return not is_earlier and not has_ended


def _swiped(
    record: Record,
    stop: StopTransactionRequest,
    transaction: TransactionKnown,
    reason: StopReason,
    known: Known,
) -> Iterator[Finding]:
    """Note a tag that stopped another one's transaction without anybody having been asked."""
    tag, own = stop.id_tag, transaction.id_tag
    if reason is not StopReason.LOCAL or tag is None or own is None or same_tag(tag, own):
        return
    if known.tags.get(tag) is None and tag.lower() not in known.local_list.entries:
        yield found(
            "tx.reason_mismatch",
            f"Transaction {transaction.id} was stopped by another tag than it was started with, "
            "and nothing in the log says that it may.",
            record,
            transaction.where,
            severity=Severity.NOTE,
        )


def _times(
    record: Record,
    stop: StopTransactionRequest,
    transaction: TransactionKnown,
    data: tuple[Sample, ...],
    known: Known,
) -> Iterator[Finding]:
    start = transaction.request
    if start is None:
        return
    is_set = known.clock.set_back_since(transaction.where)
    blur_s = LIMITS.interval_least
    first, last = later(start.timestamp, -blur_s), later(stop.timestamp, blur_s)
    outside = next((each for each in data if each.at and not first <= each.at <= last), None)
    if stop.timestamp < start.timestamp:
        words = f"ended at {stop.timestamp:%H:%M:%S}, before it began at {start.timestamp:%H:%M:%S}"
    elif outside is not None:
        words = (
            f"has a value of {outside.at_text}, which is not between its begin at "
            f"{start.timestamp:%H:%M:%S} and its end at {stop.timestamp:%H:%M:%S}"
        )
    else:
        return
    yield found(
        "tx.time_backwards",
        f"Transaction {transaction.id} {words}."
        + (" The CSMS had set the clock back in between." if is_set else ""),
        record,
        transaction.where,
        known.clock.set_back if is_set else None,
        severity=Severity.NOTE if is_set else None,
    )


def _contexts(
    record: Record, transaction: TransactionKnown, data: tuple[Sample, ...], known: Known
) -> Iterator[Finding]:
    keys = [known.keys.get(name) for name in COLLECTED]
    # What was set within the transaction was not there at its begin.
    is_changed = any(
        each and each.changed and each.changed.place > transaction.where.place for each in keys
    )
    contexts = {each.context for each in data}
    lacks = [
        each
        for each in (ReadingContext.TRANSACTION_BEGIN, ReadingContext.TRANSACTION_END)
        if each not in contexts and not is_changed
    ]
    words = [f"lacks {' and '.join(lacks)}"] if lacks else []
    if ReadingContext.TRIGGER in contexts:
        words.append("has values that were triggered")
    if words:
        yield found(
            "tx.data_context",
            f"transactionData {' and '.join(words)}. It has the values of begin and end, and those "
            "in between that were taken by themselves.",
            record,
            matter=" ".join(words),
        )


def _configured(
    record: Record,
    stop: StopTransactionRequest,
    transaction: TransactionKnown,
    data: tuple[Sample, ...],
    known: Known,
) -> Iterator[Finding]:
    """Compare transactionData with the keys that say what is collected."""
    keys = [known.keys.get(name) for name in COLLECTED]
    # What was set after the begin need not hold for it.
    are_older = all(each and each.where.place < transaction.where.place for each in keys)
    sampled, aligned = (known.keys.items(name) for name in COLLECTED)
    if not are_older or transaction.request is None:
        return
    if data and sampled == () and aligned == ():
        yield found(
            "tx.data_not_configured",
            f"StopTransaction has transactionData, and {' and '.join(COLLECTED)} are both empty.",
            record,
        )
    interval_s = known.keys.integer("MeterValueSampleInterval") or 0
    length_s = (stop.timestamp - transaction.request.timestamp).total_seconds()
    if not data and sampled and 0 < interval_s < length_s:
        yield found(
            "tx.data_not_configured",
            f"StopTransaction has no transactionData, and {COLLECTED[0]} is {', '.join(sampled)}.",
            record,
        )
