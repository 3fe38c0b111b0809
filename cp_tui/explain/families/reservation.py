"""Reservations: who may start, with which id, and how they end (S 5.1, S 5.13)."""

from __future__ import annotations

from collections.abc import Iterable

from cp_tui.charge_point.authorization_rules import same_tag
from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, Severity, ref
from cp_tui.explain.knowledge.reservations import ReservationKnown
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.explain.survey import CONNECTOR_MAX
from cp_tui.explain.waits import Waits
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import StartTransactionRequest, StatusNotificationRequest
from cp_tui.ocpp.datatypes import CancelReservationStatus, ChargePointStatus, ReservationStatus
from cp_tui.ocpp.reservation import (
    CancelReservationRequest,
    CancelReservationResponse,
    ReserveNowRequest,
    ReserveNowResponse,
)
from cp_tui.traces.record import Record


class ReservationRules(Family):
    """ReserveNow, CancelReservation, and the starts on a reserved connector."""

    ACTIONS = frozenset(
        {
            Action.RESERVE_NOW,
            Action.CANCEL_RESERVATION,
            Action.START_TRANSACTION,
            Action.STATUS_NOTIFICATION,
        }
    )

    def __init__(self) -> None:
        self._to_be_reserved: Waits[int, ReserveNowRequest] = Waits()
        """By connector."""
        self._to_be_free: Waits[int, CancelReservationRequest] = Waits()
        """By connector."""
        self._expiring: dict[int, ReservationKnown] = {}
        """By connector: it has to be told as something else when the time is over."""

    @property
    def is_waiting(self) -> bool:
        return bool(self._to_be_reserved or self._to_be_free or self._expiring)

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        exchange = known.exchange
        if exchange.is_call:
            match exchange.request:
                case StartTransactionRequest() as start:
                    self._to_be_reserved.end(start.connector_id)
                    self._expiring.pop(start.connector_id, None)
                    yield from _started(record, start, known)
                case StatusNotificationRequest() as told:
                    self._told(told)
        else:
            match exchange.request, exchange.response:
                case ReserveNowRequest() as request, ReserveNowResponse() as response:
                    yield from self._reserved(record, request, response, known)
                case CancelReservationRequest() as request, CancelReservationResponse() as response:
                    yield from self._cancelled(record, request, response, known)
        yield from self._overdue(known)

    def at_end(self, known: Known) -> Iterable[Finding]:
        yield from self._overdue(known)

    def _told(self, told: StatusNotificationRequest) -> None:
        # Whatever came instead of Reserved has a cause of its own: the tag was there at once.
        self._to_be_reserved.end(told.connector_id)
        if told.status is not ChargePointStatus.RESERVED:
            self._to_be_free.end(told.connector_id)
            self._expiring.pop(told.connector_id, None)

    def _reserved(
        self,
        record: Record,
        request: ReserveNowRequest,
        response: ReserveNowResponse,
        known: Known,
    ) -> Iterable[Finding]:
        connector = request.connector_id
        told = known.connectors.current(connector, known.breaks)
        if response.status is ReservationStatus.ACCEPTED:
            self._to_be_free.end(connector)
            is_told = told is not None and told.status is ChargePointStatus.RESERVED
            if 0 < connector <= CONNECTOR_MAX:
                accepted = ReservationKnown(request, ref(record), known.breaks)
                self._expiring[connector] = accepted
            if connector > 0 and not is_told:
                wait_s = LIMITS.reservation
                self._to_be_reserved.begin(connector, request, wait_s, record, known)
        elif connector > 0 and told is not None and _is_odd(response.status, told.status):
            yield found(
                "reservation.rejected_codes",
                f"ReserveNow for connector {connector} was answered {response.status}, and its"
                f" status is {told.status}.",
                record,
                told.where,
            )

    def _cancelled(
        self,
        record: Record,
        request: CancelReservationRequest,
        response: CancelReservationResponse,
        known: Known,
    ) -> Iterable[Finding]:
        id_ = request.reservation_id
        reservation = known.reservations.in_force.get(id_)
        is_accepted = response.status is CancelReservationStatus.ACCEPTED
        if reservation is not None:
            connector = reservation.request.connector_id
            if is_accepted:
                self._expiring.pop(connector, None)
            told = known.connectors.current(connector, known.breaks)
            if is_accepted and told is not None and told.status is ChargePointStatus.RESERVED:
                wait_s = LIMITS.reservation_end
                self._to_be_free.begin(connector, request, wait_s, record, known)
            is_wrong = not is_accepted and _holds(reservation, known)
        else:
            is_wrong = is_accepted and not known.is_cold and id_ not in known.reservations.given
        if is_wrong:
            what = "is in force" if reservation else "was never made"
            yield found(
                "reservation.cancel_mismatch",
                f"CancelReservation of {id_} was answered {response.status}, and that reservation"
                f" {what}: Accepted is for one that there is, Rejected for one that there is not.",
                record,
                reservation.where if reservation else None,
            )

    def _overdue(self, known: Known) -> Iterable[Finding]:
        for wait in self._to_be_reserved.over(known):
            yield found(
                "reservation.status_missing",
                f"ReserveNow {wait.what.reservation_id} was Accepted for connector"
                f" {wait.what.connector_id}, and no StatusNotification with Reserved came within"
                f" {LIMITS.reservation:g} s.",
                wait.where,
            )
        for freed in self._to_be_free.over(known):
            yield found(
                "reservation.not_ended",
                f"CancelReservation {freed.what.reservation_id} was Accepted, and the connector is"
                f" still told as Reserved {LIMITS.reservation_end:g} s later.",
                freed.where,
            )
        yield from self._expired(known)

    def _expired(self, known: Known) -> Iterable[Finding]:
        for connector, each in list(self._expiring.items()):
            if not known.is_past(each.request.expiry_date, LIMITS.reservation_end):
                continue
            del self._expiring[connector]
            told = known.connectors.current(connector, known.breaks)
            if told is not None and told.status is ChargePointStatus.RESERVED:
                yield found(
                    "reservation.not_ended",
                    f"Reservation {each.request.reservation_id} has expired, and connector"
                    f" {connector} is still told as Reserved"
                    f" {LIMITS.reservation_end:g} s later.",
                    told.where,
                    each.where,
                )


def _is_odd(answer: ReservationStatus, told: ChargePointStatus) -> bool:
    """Whether an answer names what the status does not have, or the status is free for it."""
    match answer:
        case ReservationStatus.FAULTED:
            return told is not ChargePointStatus.FAULTED
        case ReservationStatus.UNAVAILABLE:
            return told is not ChargePointStatus.UNAVAILABLE
        case ReservationStatus.OCCUPIED:
            return told is ChargePointStatus.AVAILABLE
        case _:
            return False


def _holds(reservation: ReservationKnown, known: Known) -> bool:
    """Whether a reservation is surely in force: the log did not break off, it is not expired."""
    is_over = known.now is None or known.now >= reservation.request.expiry_date
    return reservation.breaks == known.breaks and not is_over


def _started(record: Record, start: StartTransactionRequest, known: Known) -> Iterable[Finding]:
    given = start.reservation_id
    if given is not None and given not in known.reservations.given and not known.is_cold:
        yield found(
            "reservation.id_missing",
            f"StartTransaction on connector {start.connector_id} names reservation {given}, which"
            " was never made.",
            record,
        )
    reservation = known.reservations.of_connector(start.connector_id)
    if reservation is None or not _holds(reservation, known):
        return
    reserved = reservation.request
    if start.timestamp >= reserved.expiry_date:
        return
    if same_tag(reserved.id_tag, start.id_tag):
        if given is None:
            yield found(
                "reservation.id_missing",
                f"StartTransaction on connector {start.connector_id} is by the tag that it is"
                f" reserved for, and does not name the reservation, {reserved.reservation_id}.",
                record,
                reservation.where,
                effect="The CSMS does not see that the reservation was used.",
            )
        return
    yield from _by_another(record, start, reservation, known)


def _by_another(
    record: Record, start: StartTransactionRequest, reservation: ReservationKnown, known: Known
) -> Iterable[Finding]:
    verdict = known.tags.get(start.id_tag)
    parent = verdict.info.parent_id_tag if verdict and verdict.info else None
    reserved_for = reservation.request.parent_id_tag
    if reserved_for is not None and (parent is None or same_tag(parent, reserved_for)):
        return
    # The charge point may know that both belong together, though nobody said so in the log.
    is_open = reserved_for is None and parent is not None
    yield found(
        "reservation.other_tag_started",
        f"Connector {start.connector_id} is reserved"
        f" (reservation {reservation.request.reservation_id}), and another tag started on it.",
        record,
        reservation.where,
        severity=Severity.NOTE if is_open else None,
    )
