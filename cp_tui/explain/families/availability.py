"""Availability: what was changed has to show, and ends no transaction (S 5.2)."""

from __future__ import annotations

from collections.abc import Iterable

from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding
from cp_tui.explain.knowledge.transactions import TransactionKnown
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.explain.survey import CONNECTOR_MAX
from cp_tui.explain.waits import Waits
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import (
    ChangeAvailabilityRequest,
    ChangeAvailabilityResponse,
    StatusNotificationRequest,
    StopTransactionRequest,
)
from cp_tui.ocpp.datatypes import AvailabilityStatus, AvailabilityType, ChargePointStatus
from cp_tui.traces.record import Record

_UNAVAILABLE = ChargePointStatus.UNAVAILABLE


class AvailabilityRules(Family):
    """ChangeAvailability, and the status that has to follow."""

    ACTIONS = frozenset(
        {Action.STATUS_NOTIFICATION, Action.STOP_TRANSACTION, Action.CHANGE_AVAILABILITY}
    )

    def __init__(self) -> None:
        self._changes: Waits[int, ChangeAvailabilityRequest] = Waits()
        """By connector: its status has to change."""
        self._scheduled: dict[int, ChangeAvailabilityRequest] = {}
        """By connector: it becomes Unavailable when its transaction ends."""
        self._afterwards: Waits[int, ChangeAvailabilityRequest] = Waits()
        """By connector: the transaction has ended."""
        self._cut_off: Waits[int, TransactionKnown] = Waits()
        """By connector: it was Unavailable while a transaction ran."""

    @property
    def is_waiting(self) -> bool:
        return bool(self._changes or self._afterwards or self._cut_off)

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        yield from self._overdue(known)
        exchange = known.exchange
        if exchange.is_call:
            match exchange.request:
                case StatusNotificationRequest() as told:
                    self._told(record, told, known)
                case StopTransactionRequest() as stop:
                    self._stopped(record, stop, known)
        else:
            match exchange.request, exchange.response:
                case ChangeAvailabilityRequest() as request, ChangeAvailabilityResponse() as answer:
                    yield from self._answered(record, request, answer.status, known)

    def at_end(self, known: Known) -> Iterable[Finding]:
        yield from self._overdue(known)

    def _answered(
        self,
        record: Record,
        request: ChangeAvailabilityRequest,
        answer: AvailabilityStatus,
        known: Known,
    ) -> Iterable[Finding]:
        connector = request.connector_id
        for waits in (self._changes, self._afterwards):
            waits.end(connector)
        self._scheduled.pop(connector, None)
        if answer is AvailabilityStatus.SCHEDULED:
            is_one = 0 < connector <= CONNECTOR_MAX
            if request.type is AvailabilityType.INOPERATIVE and is_one:
                self._scheduled[connector] = request
        elif answer is AvailabilityStatus.ACCEPTED:
            running = _running(known, connector)
            if request.type is AvailabilityType.INOPERATIVE and running and not known.is_cold:
                yield found(
                    "availability.changed_in_transaction",
                    f"ChangeAvailability (Inoperative) was Accepted while transaction {running.id}"
                    f" runs on connector {running.connector}: the answer is Scheduled, and it goes"
                    " on to its end.",
                    record,
                    running.where,
                )
            elif self._has_to_change(request, known):
                limit_s = LIMITS.availability
                self._changes.begin(connector, request, limit_s, record, known)

    def _has_to_change(self, request: ChangeAvailabilityRequest, known: Known) -> bool:
        told = known.connectors.current(request.connector_id, known.breaks)
        if told is None or told.status is ChargePointStatus.FAULTED:
            return False
        is_out = told.status is _UNAVAILABLE
        return is_out is not (request.type is AvailabilityType.INOPERATIVE)

    def _told(self, record: Record, told: StatusNotificationRequest, known: Known) -> None:
        connector = told.connector_id
        self._changes.end(connector)
        if told.status in (_UNAVAILABLE, ChargePointStatus.FAULTED):
            self._afterwards.end(connector)
            self._scheduled.pop(connector, None)
        running = _running(known, connector) if connector > 0 else None
        if told.status is _UNAVAILABLE and running and not known.is_cold:
            # The stop may stand right behind.
            self._cut_off.begin(connector, running, LIMITS.availability, record, known)

    def _stopped(self, record: Record, stop: StopTransactionRequest, known: Known) -> None:
        ended = known.transactions.running.get(stop.transaction_id)
        if ended is None:
            return
        self._cut_off.end(ended.connector)
        request = self._scheduled.pop(ended.connector, None)
        if request is not None:
            limit_s = LIMITS.availability_scheduled
            self._afterwards.begin(ended.connector, request, limit_s, record, known)

    def _overdue(self, known: Known) -> Iterable[Finding]:
        for wait in self._changes.over(known):
            yield found(
                "availability.not_applied",
                f"ChangeAvailability ({wait.what.type}) was Accepted for connector"
                f" {wait.what.connector_id}, and no StatusNotification told of it within"
                f" {LIMITS.availability:g} s.",
                wait.where,
            )
        for after in self._afterwards.over(known):
            told = known.connectors.current(after.what.connector_id, known.breaks)
            # A vehicle that stays plugged in may hold it in Finishing.
            if told is not None and told.status is ChargePointStatus.AVAILABLE:
                yield found(
                    "availability.not_applied",
                    f"ChangeAvailability was Scheduled for connector {after.what.connector_id}; its"
                    f" transaction is over, and {LIMITS.availability_scheduled:g} s later it is"
                    " still Available.",
                    after.where,
                    told.where,
                )
        for cut in self._cut_off.over(known):
            yield found(
                "availability.changed_in_transaction",
                f"Connector {cut.what.connector} became Unavailable while transaction"
                f" {cut.what.id} runs on it: a transaction goes on to its end.",
                cut.where,
                cut.what.where,
            )


def _running(known: Known, connector: int) -> TransactionKnown | None:
    """A transaction that surely runs on a connector; with 0 on any."""
    for each in known.transactions.running.values():
        if connector in (0, each.connector) and each.breaks == known.breaks:
            return each
    return None
