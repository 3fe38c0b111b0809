"""Rules of a transaction from its start to its stop: which one runs where, under which id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, FrameRef, Severity, ref
from cp_tui.explain.knowledge.connectors import CHARGES
from cp_tui.explain.knowledge.transactions import UNKNOWN_ID, TransactionKnown
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.explain.waits import Waits
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import (
    MeterValuesRequest,
    StartTransactionRequest,
    StartTransactionResponse,
    StatusNotificationRequest,
    StopTransactionRequest,
)
from cp_tui.ocpp.datatypes import ChargePointStatus
from cp_tui.traces.record import FrameDirection, Record

EARLY_MAX = 100
"""Messages that are remembered until their start is answered."""


class _Second(Struct, frozen=True):
    """A start where another transaction was running."""

    connector: int
    first: TransactionKnown
    at: datetime
    """Its timestamp."""


class _Early(Struct, frozen=True):
    """A message that named an id before the start of its transaction was answered."""

    action: str
    id: int
    connector: int
    where: FrameRef
    at: datetime | None


class TransactionRules(Family):
    """Transactions of one charge point."""

    ACTIONS = frozenset(
        {
            Action.START_TRANSACTION,
            Action.STOP_TRANSACTION,
            Action.METER_VALUES,
            Action.STATUS_NOTIFICATION,
        }
    )

    def __init__(self) -> None:
        self._second: Waits[int, _Second] = Waits()
        self._over: Waits[int, TransactionKnown] = Waits(is_queued=True)
        """Those that seem to be over, by the number of their first frame."""
        self._early: list[_Early] = []

    @property
    def is_waiting(self) -> bool:
        return bool(self._second or self._over)

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        yield from self._waited(known)
        exchange = known.exchange
        match exchange.request if exchange.is_call else None:
            case StartTransactionRequest() as start:
                if known.transactions.start_of(start) is None:
                    self._started(record, start, known)
            case StopTransactionRequest() as stop:
                yield from self._stopped(record, stop, known)
            case MeterValuesRequest(connector_id=connector, transaction_id=int(id_)):
                yield from self._named(record, connector, id_, known)
            case StatusNotificationRequest() as told:
                self._told(record, told, known)
        match exchange.request, exchange.response:
            case StartTransactionRequest() as start, StartTransactionResponse(
                transaction_id=int(id_)
            ):
                yield from self._given(record, start, id_, known)

    def at_end(self, known: Known) -> Iterable[Finding]:
        yield from self._waited(known)
        for early in self._early:
            yield _before_answer(early)
        for each in known.transactions.running.values():
            yield found(
                "tx.open_at_end",
                f"Transaction {each.id} on connector {each.connector} was running when the log "
                "ended.",
                each.where,
                matter=str(each.id),
            )

    def _started(self, record: Record, start: StartTransactionRequest, known: Known) -> None:
        """Wait for the stop of what was running here: it may come late, and be earlier still."""
        first = known.transactions.on(start.connector_id)
        if first is None or first.id is None or first.breaks != known.breaks:
            return
        told = known.connectors.current(start.connector_id, known.breaks)
        is_newer = told is not None and told.where.place > first.where.place
        if told is not None and is_newer and told.status not in CHARGES:
            if first.where.number not in self._over:
                self._over.begin(first.where.number, first, LIMITS.not_stopped, record, known)
            return
        second = _Second(start.connector_id, first, start.timestamp)
        self._second.begin(first.where.number, second, LIMITS.not_stopped, record, known)

    def _told(self, record: Record, told: StatusNotificationRequest, known: Known) -> None:
        transaction = known.transactions.on(told.connector_id)
        if transaction is None or transaction.breaks != known.breaks:
            return
        start = transaction.request
        is_older = start and told.timestamp and told.timestamp < start.timestamp
        if told.status is ChargePointStatus.AVAILABLE and not is_older:
            number = transaction.where.number
            if number not in self._over:
                self._over.begin(number, transaction, LIMITS.not_stopped, record, known)

    def _waited(self, known: Known) -> Iterator[Finding]:
        for wait in self._second.over(known):
            yield _parallel(wait.what, wait.where, None)
        for over in self._over.over(known):
            number = over.what.where.number
            running = known.transactions.running.values()
            transaction = next((each for each in running if each.where.number == number), None)
            if transaction is None:
                continue
            yield found(
                "tx.not_stopped",
                f"Transaction {transaction.id} on connector {transaction.connector} is over, and "
                "no StopTransaction came for it.",
                over.where,
                transaction.where,
                effect="it stays open at the CSMS, and is not billed",
            )

    def _stopped(
        self, record: Record, stop: StopTransactionRequest, known: Known
    ) -> Iterator[Finding]:
        transactions, id_ = known.transactions, stop.transaction_id
        transaction = known.meant_by(stop)
        if transaction is not None:
            self._over.end(transaction.where.number)
            second = self._second.end(transaction.where.number)
            # An earlier stop that comes late is for the order of the queue.
            if second is not None and second.what.at < stop.timestamp:
                yield _parallel(second.what, second.where, record)
        if not known.survey.answers_of(FrameDirection.TO_CHARGE_POINT):
            return
        if id_ == UNKNOWN_ID:
            yield from _without_id(record, transaction, known)
        elif transactions.get(id_) is None:
            yield from self._unknown_stop(record, stop, transaction, known)
        elif transaction and transaction.request is None and transaction.was_idle_before:
            yield _never_started(record, stop)

    def _unknown_stop(
        self,
        record: Record,
        stop: StopTransactionRequest,
        transaction: TransactionKnown | None,
        known: Known,
    ) -> Iterator[Finding]:
        if any(each.breaks == known.breaks for each in known.transactions.starting):
            self._remember(
                _Early("StopTransaction", stop.transaction_id, 0, ref(record), record.at)
            )
            return
        if known.is_cold or not known.are_transactions_known:
            return
        if transaction is not None:
            yield found(
                "tx.wrong_id",
                f"StopTransaction names transaction {stop.transaction_id}; the one that was "
                f"running is {transaction.id}, on connector {transaction.connector}.",
                record,
                transaction.confirmed,
                effect="the CSMS cannot end the session",
            )
        elif not known.transactions.running:
            yield _never_started(record, stop)

    def _named(self, record: Record, connector: int, id_: int, known: Known) -> Iterator[Finding]:
        """Judge the id that values name."""
        transactions = known.transactions
        here = transactions.on(connector)
        if not known.survey.answers_of(FrameDirection.TO_CHARGE_POINT):
            return
        if id_ == UNKNOWN_ID:
            yield from _without_id(record, here, known)
            return
        named = transactions.get(id_)
        if here is not None and here.id is None and named is None:
            if here.breaks == known.breaks:
                self._remember(_Early("MeterValues", id_, connector, ref(record), record.at))
            return
        if named is not None and (named.connector == connector or named.request is None):
            return
        is_known = here is not None and here.request is not None and here.breaks == known.breaks
        if named is None and not is_known:
            return
        belongs = f"belongs to connector {named.connector}" if named else "was never given"
        running = f"; transaction {here.id} is running there" if here and here.id else ""
        if connector > 0:
            yield found(
                "tx.wrong_id",
                f"MeterValues of connector {connector} name transaction {id_}, which {belongs}"
                f"{running}.",
                record,
                here.confirmed if here else None,
                named.where if named else None,
                matter=str(id_),
            )

    def _given(
        self, record: Record, start: StartTransactionRequest, id_: int, known: Known
    ) -> Iterator[Finding]:
        """Judge the id that the CSMS gives."""
        mine, other = known.transactions.start_of(start), known.transactions.running.get(id_)
        is_again = mine is not None and mine.id == id_
        # Where the start of the other one is not in the log, it may be this very one.
        if other and other.request is None and other.connector == start.connector_id:
            other = None
        if other is not None and not is_again and other.breaks == known.breaks:
            yield _given_twice(record, id_, f"connector {other.connector}", other.where)
        elsewhere = known.file.open_transactions.get(id_, known.charger)
        if elsewhere != known.charger:
            yield _given_twice(record, id_, "another charge point", None)
        if id_ <= 0 and not is_again:
            yield found(
                "tx.zero_id",
                f"The CSMS gave the transactionId {id_}. That is allowed, and some charge points "
                "take it for none.",
                record,
            )
        early, self._early = self._early, []
        for each in early:
            if each.connector not in (0, start.connector_id):
                self._early.append(each)
            elif not _is_logger_order(each, id_, record):
                yield _before_answer(each)

    def _remember(self, early: _Early) -> None:
        self._early = [*self._early[-EARLY_MAX + 1 :], early]


def _is_logger_order(early: _Early, id_: int, record: Record) -> bool:
    """Whether a message stands before the answer only because it was written down so."""
    if early.id != id_:
        return False
    if early.at is None or record.at is None:
        return True
    waited_s = (record.at - early.at).total_seconds()
    return waited_s <= LIMITS.logger_order + record.resolution


def _before_answer(early: _Early) -> Finding:
    return found(
        "tx.stop_before_conf",
        f"{early.action} names transaction {early.id} before the StartTransaction that waited was "
        "answered. Messages of a transaction wait until its id is known.",
        early.where,
        matter=early.action,
    )


def _parallel(second: _Second, where: FrameRef, stop: Record | None) -> Finding:
    return found(
        "tx.parallel",
        f"A transaction was started on connector {second.connector} while transaction "
        f"{second.first.id} was running there. A connector has one at a time.",
        where,
        second.first.where,
        stop,
    )


def _never_started(record: Record, stop: StopTransactionRequest) -> Finding:
    return found(
        "tx.stop_without_start",
        f"StopTransaction ends transaction {stop.transaction_id}, which never began: the CSMS gave "
        "no such id.",
        record,
    )


def _given_twice(record: Record, id_: int, where: str, other: FrameRef | None) -> Finding:
    return found(
        "tx.id_given_twice",
        f"The CSMS gave the transactionId {id_}, which an open transaction of {where} has. Each "
        "has an id of its own.",
        record,
        other,
        effect="its messages cannot be told from those of the other one",
    )


def _without_id(
    record: Record, transaction: TransactionKnown | None, known: Known
) -> Iterator[Finding]:
    """Judge the id -1, which stands for one that was never told (E 3.18)."""
    if transaction is None or transaction.breaks != known.breaks:
        return
    if transaction.id is None:
        yield found(
            "tx.minus_one_id",
            f"{record.action} names transaction -1: its StartTransaction was not answered.",
            record,
            transaction.where,
            severity=Severity.NOTE,
            matter=record.action,
        )
    elif transaction.id != UNKNOWN_ID:
        yield found(
            "tx.minus_one_id",
            f"{record.action} names transaction -1; the CSMS had given the id {transaction.id}.",
            record,
            transaction.confirmed,
            matter=record.action,
        )
