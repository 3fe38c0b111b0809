"""The transactions of a charge point that is watched, and how far their messages came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.transactions import SHOWN_MAX
from cp_tui.charge_point.variables import (
    ConnectorTransaction,
    DeliveryState,
    MessageDelivery,
    TransactionEntry,
    TransactionMessages,
    TransactionsView,
)
from cp_tui.explain.finding import FrameRef
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.explain.knowledge.registration import KnownRegistration
from cp_tui.explain.knowledge.transactions import QUEUED, KnownTransactions, TransactionKnown
from cp_tui.ocpp.calendar import FIRST
from cp_tui.ocpp.core import (
    MeterValuesRequest,
    StartTransactionRequest,
    StopTransactionRequest,
)
from cp_tui.ocpp.datatypes import StopReason
from cp_tui.traces.record import RecordKind

KEPT_MAX = 3_000
"""Transactions whose messages are counted: all that may run, and those that are shown."""


class _Messages(Struct):
    """What came of the messages of one transaction."""

    readings: int = 0
    readings_delivered: int = 0
    stop_delivered_at: datetime | None = None
    has_stop_answer: bool = False
    told: int = 0
    """Where the charge point told of it last."""
    register_wh: int | None = None
    """The newest that was told while it ran."""


class FollowedSessions:
    """Beside what `KnownTransactions` has: the meters, and the answers of the CSMS."""

    ACTIONS = QUEUED

    def __init__(self, known: KnownTransactions, registration: KnownRegistration) -> None:
        self._known = known
        self._registration = registration
        self._messages: dict[FrameRef, _Messages] = {}
        self.is_counting = True
        """Every record came by, so that the readings are counted."""

    def learn(self, moment: Moment, register_wh: int | None) -> TransactionKnown | None:
        """Take in a message; gives the transaction that it is about."""
        request = moment.request or moment.exchange.request
        transaction = self._about(request)
        if transaction is None:
            return None
        kept = self._kept(transaction)
        if moment.exchange.is_call:
            kept.told = moment.where.place
        if isinstance(request, StartTransactionRequest):
            return transaction
        is_delivered = moment.record.kind is RecordKind.CALL_RESULT
        if isinstance(request, StopTransactionRequest):
            if is_delivered:
                kept.stop_delivered_at, kept.has_stop_answer = moment.at, True
        elif moment.exchange.is_call:
            kept.readings += 1
            if register_wh is not None:
                kept.register_wh = register_wh
        elif is_delivered:
            kept.readings_delivered += 1
        return transaction

    def running(self) -> Iterator[TransactionKnown]:
        """Give those that run, the oldest first."""
        yield from self._known.running.values()
        yield from self._known.starting

    def on_connectors(self) -> dict[int, ConnectorTransaction]:
        """Give what runs on each connector."""
        return {
            each.connector: ConnectorTransaction(
                transaction_id=each.id,
                id_tag=each.id_tag or "",
                started_at=each.began_at or FIRST,
                meter_start_wh=_meter_start(each),
                energy_wh=self._energy(each),
                is_begin_known=each.request is not None,
                is_from_before_boot=self._is_old(each),
            )
            for each in self.running()
        }

    def view(self) -> TransactionsView:
        """Give the variable `transactions`."""
        running = sorted(self.running(), key=lambda each: each.at or FIRST, reverse=True)
        past = [*self._known.ended.values()][-SHOWN_MAX:]
        return tuple(map(self._entry, (*running, *reversed(past))))

    def _about(self, request: object) -> TransactionKnown | None:
        match request:
            case StartTransactionRequest():
                return self._known.start_of(request)
            case (
                MeterValuesRequest(transaction_id=int(id_))
                | StopTransactionRequest(transaction_id=id_)
            ):
                return self._known.get(id_)
        return None

    def _is_old(self, transaction: TransactionKnown) -> bool:
        kept = self._messages.get(transaction.where)
        return self._registration.has_booted_since(kept.told if kept else 0)

    def _kept(self, transaction: TransactionKnown) -> _Messages:
        kept = self._messages.get(transaction.where)
        if kept is None:
            while len(self._messages) >= KEPT_MAX:
                del self._messages[next(iter(self._messages))]
            kept = self._messages[transaction.where] = _Messages()
        return kept

    def _energy(self, transaction: TransactionKnown) -> int:
        if transaction.request is None:
            return 0
        start = _meter_start(transaction)
        if transaction.stop is not None:
            return transaction.stop.meter_stop - start
        kept = self._messages.get(transaction.where)
        newest = kept.register_wh if kept else None
        return 0 if newest is None else max(0, newest - start)

    def _entry(self, each: TransactionKnown) -> TransactionEntry:
        kept, stop = self._messages.get(each.where) or _Messages(), each.stop
        has_start = each.id is not None
        is_over = stop is not None
        is_delivered = has_start and kept.has_stop_answer
        stopped = MessageDelivery(
            state=_state(kept.has_stop_answer), delivered_at=kept.stop_delivered_at
        )
        return TransactionEntry(
            key=f"{each.where.number}",
            connector_id=each.connector,
            transaction_id=each.id,
            id_tag=each.id_tag or "",
            started_at=each.began_at or FIRST,
            meter_start_wh=_meter_start(each),
            is_begin_known=each.request is not None,
            is_from_before_boot=not is_over and self._is_old(each),
            stopped_at=stop.timestamp if stop else None,
            meter_stop_wh=stop.meter_stop if stop else None,
            energy_wh=self._energy(each),
            stop_reason=_reason(stop),
            stop_explanation=_explained(stop),
            delivery=DeliveryState.DELIVERED if is_delivered else DeliveryState.WAITING,
            messages=TransactionMessages(
                start=MessageDelivery(state=_state(has_start), delivered_at=each.confirmed_at),
                meter_values_delivered=kept.readings_delivered if self.is_counting else None,
                meter_values_waiting=max(0, kept.readings - kept.readings_delivered)
                if self.is_counting
                else 0,
                stop=stopped if is_over else None,
            ),
        )


def _state(is_delivered: bool) -> DeliveryState:
    return DeliveryState.DELIVERED if is_delivered else DeliveryState.UNANSWERED


def _meter_start(transaction: TransactionKnown) -> int:
    return transaction.request.meter_start if transaction.request else 0


def _reason(stop: StopTransactionRequest | None) -> StopReason | None:
    """Give why a transaction has stopped; where nothing is said it is Local (S 4.10)."""
    return None if stop is None else stop.reason or StopReason.LOCAL


def _explained(stop: StopTransactionRequest | None) -> Reason | None:
    if stop is None:
        return None
    said = "says nothing, which means Local" if stop.reason is None else f"says {stop.reason}"
    by = f", by the tag {stop.id_tag}" if stop.id_tag else ""
    return Reason(id="follow.stopped", rule="S 4.10", text=f"StopTransaction.req {said}{by}")
