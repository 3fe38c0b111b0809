"""The reservations that are in force, as far as the log tells (S 5.1, S 5.13)."""

from __future__ import annotations

from msgspec import Struct

from cp_tui.charge_point.authorization_rules import same_tag
from cp_tui.explain.finding import FrameRef
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import StartTransactionRequest, StatusNotificationRequest
from cp_tui.ocpp.datatypes import CancelReservationStatus, ChargePointStatus, ReservationStatus
from cp_tui.ocpp.reservation import (
    CancelReservationRequest,
    CancelReservationResponse,
    ReserveNowRequest,
    ReserveNowResponse,
)

RESERVATIONS_MAX = 1_000
ENDING = (ChargePointStatus.FAULTED, ChargePointStatus.UNAVAILABLE)
"""A connector that becomes so is not kept for anybody any more."""


class ReservationKnown(Struct, frozen=True):
    """A reservation that was Accepted."""

    request: ReserveNowRequest
    where: FrameRef
    breaks: int


class KnownReservations:
    """Reservations by their ids; whether one has expired is for those who know the time."""

    ACTIONS = frozenset(
        {
            Action.RESERVE_NOW,
            Action.CANCEL_RESERVATION,
            Action.START_TRANSACTION,
            Action.STATUS_NOTIFICATION,
        }
    )

    def __init__(self) -> None:
        self.in_force: dict[int, ReservationKnown] = {}
        self.given: set[int] = set()
        """Every id that was ever Accepted."""

    def of_connector(self, connector: int) -> ReservationKnown | None:
        for each in self.in_force.values():
            if each.request.connector_id == connector:
                return each
        return None

    def learn(self, moment: Moment) -> None:
        match moment.request:
            case StartTransactionRequest() as start:
                self._use(start)
            case StatusNotificationRequest(status=status, connector_id=connector) if (
                status in ENDING
            ):
                for id_, each in list(self.in_force.items()):
                    if connector in (0, each.request.connector_id):
                        del self.in_force[id_]
        match moment.answered:
            case ReserveNowRequest() as request, ReserveNowResponse(
                status=ReservationStatus.ACCEPTED
            ):
                if len(self.in_force) < RESERVATIONS_MAX:
                    self.given.add(request.reservation_id)
                    self.in_force[request.reservation_id] = ReservationKnown(
                        request, moment.where, moment.breaks
                    )
            case CancelReservationRequest(reservation_id=id_), CancelReservationResponse(
                status=CancelReservationStatus.ACCEPTED
            ):
                self.in_force.pop(id_, None)

    def _use(self, start: StartTransactionRequest) -> None:
        if start.reservation_id is not None:
            self.in_force.pop(start.reservation_id, None)
            return
        for id_, each in list(self.in_force.items()):
            reserved = each.request
            is_here = reserved.connector_id == start.connector_id
            if is_here and same_tag(reserved.id_tag, start.id_tag):
                del self.in_force[id_]
