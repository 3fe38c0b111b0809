"""Rules of remote starts and stops (S 5.11, S 5.12)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from cp_tui.charge_point.authorization_rules import same_tag
from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, FrameRef, ref
from cp_tui.explain.knowledge.connectors import CHARGES
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.explain.waits import Waits
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import (
    AuthorizeRequest,
    RemoteStartTransactionRequest,
    RemoteStartTransactionResponse,
    RemoteStopTransactionRequest,
    RemoteStopTransactionResponse,
    StartTransactionRequest,
    StatusNotificationRequest,
    StopTransactionRequest,
)
from cp_tui.ocpp.datatypes import ChargePointStatus, RemoteStartStopStatus, StopReason
from cp_tui.ocpp.units import number
from cp_tui.traces.record import Record

_CANNOT_START = CHARGES | {
    ChargePointStatus.RESERVED,
    ChargePointStatus.UNAVAILABLE,
    ChargePointStatus.FAULTED,
}


class _RemoteStart(Struct, frozen=True):
    """A remote start that was Accepted."""

    id_tag: str
    connector: int | None
    seconds: float


class RemoteRules(Family):
    """What the CSMS starts and stops from afar."""

    ACTIONS = frozenset(
        {
            Action.REMOTE_START_TRANSACTION,
            Action.REMOTE_STOP_TRANSACTION,
            Action.AUTHORIZE,
            Action.START_TRANSACTION,
            Action.STATUS_NOTIFICATION,
            Action.STOP_TRANSACTION,
        }
    )

    def __init__(self) -> None:
        self._starts: Waits[int, _RemoteStart] = Waits()
        self._stops: Waits[int, int] = Waits(is_queued=True)
        self._refused: Waits[int, int] = Waits()
        """Stops that were Rejected: transaction -> itself, until it is clear why."""

    @property
    def is_waiting(self) -> bool:
        return bool(self._starts or self._stops or self._refused)

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        yield from self._over(known)
        exchange = known.exchange
        match exchange.request if exchange.is_call else None:
            case RemoteStartTransactionRequest() as start:
                yield from _nowhere(record, start)
            case AuthorizeRequest(id_tag=tag):
                self._heard(tag, None)
            case StartTransactionRequest(id_tag=tag, connector_id=connector):
                self._heard(tag, connector)
            case StatusNotificationRequest(
                connector_id=connector, status=ChargePointStatus.PREPARING
            ):
                self._heard(None, connector)
            case StopTransactionRequest() as stop:
                yield from self._stopped(stop, known)
        match exchange.request, exchange.response:
            case RemoteStartTransactionRequest() as start, RemoteStartTransactionResponse() as told:
                yield from self._start_answered(record, start, told.status, known)
            case (
                RemoteStopTransactionRequest(transaction_id=id_),
                RemoteStopTransactionResponse(status=status),
            ):
                yield from self._stop_answered(record, id_, status, known)

    def at_end(self, known: Known) -> Iterable[Finding]:
        return self._over(known)

    def _over(self, known: Known) -> Iterator[Finding]:
        for start in self._starts.over(known):
            yield found(
                "remote.start_without_result",
                f"A remote start was Accepted, and within {number(start.seconds)} s neither "
                "Preparing, Authorize nor StartTransaction followed: perhaps nobody plugged in.",
                start.where,
            )
        for stop in self._stops.over(known):
            yield found(
                "remote.stop_without_result",
                f"The stop of transaction {stop.what} was Accepted, and no StopTransaction came "
                f"within {number(stop.seconds)} s.",
                stop.where,
                effect="the session goes on, and the vehicle cannot leave",
            )
        for refused in self._refused.over(known):
            yield _does_not_fit(refused.what, "Rejected", "is running", refused.where)

    def _heard(self, tag: str | None, connector: int | None) -> None:
        """Note that somebody begins: a remote start has come to something."""
        for key, wait in self._starts.items():
            is_tag = tag is None or same_tag(tag, wait.what.id_tag)
            is_place = None in (connector, wait.what.connector) or connector == wait.what.connector
            if is_tag and is_place:
                self._starts.end(key)

    def _start_answered(
        self,
        record: Record,
        start: RemoteStartTransactionRequest,
        status: RemoteStartStopStatus,
        known: Known,
    ) -> Iterator[Finding]:
        if status is RemoteStartStopStatus.ACCEPTED:
            told_s = known.keys.integer("ConnectionTimeOut")
            timeout_s = LIMITS.connection_timeout if told_s is None else told_s
            wait_s = timeout_s + LIMITS.remote_start_grace
            wait = _RemoteStart(start.id_tag, start.connector_id, wait_s)
            self._starts.begin(record.number, wait, wait_s, record, known)
            return
        yield found(
            "remote.start_refused_silently",
            f"A remote start was Rejected. {_why(start, known)}.",
            record,
            known.exchange.asked,
        )

    def _stop_answered(
        self, record: Record, id_: int, status: RemoteStartStopStatus, known: Known
    ) -> Iterator[Finding]:
        transactions = known.transactions
        running = transactions.running.get(id_)
        if status is RemoteStartStopStatus.ACCEPTED:
            ended = transactions.ended.get(id_)
            asked = known.exchange.asked or record
            # A stop on its way when the order came is no mistake.
            is_long_over = ended and ended.stopped and ended.stopped.place < asked.place
            if is_long_over or (not running and not ended and known.are_transactions_known):
                yield _does_not_fit(id_, "Accepted", "is not running", ref(record))
            elif not ended:
                self._stops.begin(id_, id_, LIMITS.remote_stop, record, known)
        elif running and running.breaks == known.breaks and known.registration.is_accepted:
            self._refused.begin(id_, id_, LIMITS.remote_stop, record, known)

    def _stopped(self, stop: StopTransactionRequest, known: Known) -> Iterator[Finding]:
        transaction = known.meant_by(stop)
        id_ = transaction.id if transaction and transaction.id is not None else stop.transaction_id
        self._stops.end(id_)
        refused = self._refused.end(id_)
        # Another reason: it had ended for itself when the order came.
        if refused and stop.reason is StopReason.REMOTE:
            yield _does_not_fit(id_, "Rejected", "was running", refused.where)


def _nowhere(record: Record, start: RemoteStartTransactionRequest) -> Iterator[Finding]:
    if start.connector_id is not None and start.connector_id <= 0:
        yield found(
            "remote.start_connector_zero",
            f"The CSMS asked for a start on connector {start.connector_id}. Connectors count from "
            "1; where any will do, none is named.",
            record,
        )


def _does_not_fit(id_: int, status: str, how: str, where: FrameRef) -> Finding:
    return found(
        "remote.stop_unknown_accepted",
        f"The charge point {status} the stop of transaction {id_}, which {how}.",
        where,
    )


def _why(start: RemoteStartTransactionRequest, known: Known) -> str:
    """Say what the log knows that may have been the reason."""
    registration, connector = known.registration.status, start.connector_id
    if registration is not None and not known.registration.is_accepted:
        return f"The charge point was {registration} at that time"
    if connector is not None:
        told = known.connectors.get(connector)
        if known.transactions.on(connector) is not None:
            return f"A transaction was running on connector {connector}"
        if told is not None and told.status in _CANNOT_START:
            return f"Connector {connector} was {told.status}"
    return "The log does not tell why"
