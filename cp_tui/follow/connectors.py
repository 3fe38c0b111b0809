"""The connectors of a charge point that is watched: what their notifications tell (S 4.9)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.charge_point.variables import (
    BEFORE_BOOT,
    Connectors,
    ConnectorTransaction,
    ConnectorView,
    Fault,
    LimitView,
    Reservation,
    StatusChange,
)
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.explain.knowledge.registration import KnownRegistration
from cp_tui.explain.survey import CONNECTOR_MAX
from cp_tui.follow.instants import told_at
from cp_tui.follow.meters import FollowedMeters
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import (
    ChangeAvailabilityRequest,
    ChangeAvailabilityResponse,
    StatusNotificationRequest,
)
from cp_tui.ocpp.datatypes import (
    AvailabilityStatus,
    AvailabilityType,
    ChargePointErrorCode,
    ChargePointStatus,
)

CAUSE = "as StatusNotification tells"
WITH_CABLE = frozenset(
    {
        ChargePointStatus.CHARGING,
        ChargePointStatus.SUSPENDED_EV,
        ChargePointStatus.SUSPENDED_EVSE,
    }
)
"""A vehicle is there: energy flows, or one of the two has paused it."""


class _Status(Struct, frozen=True):
    """The newest notification of a connector, and since when the status is the same."""

    request: StatusNotificationRequest
    since: datetime
    place: int
    """Where it was told."""
    error_since: datetime


class _Order(Struct, frozen=True):
    """A ChangeAvailability that was Accepted or Scheduled."""

    number: int
    """Of two the one with the higher number came later."""
    is_operative: bool
    is_scheduled: bool


class FollowedConnectors:
    """Status and availability of each connector."""

    ACTIONS = frozenset({Action.STATUS_NOTIFICATION, Action.CHANGE_AVAILABILITY})

    def __init__(self, registration: KnownRegistration) -> None:
        self._registration = registration
        self._told: dict[int, _Status] = {}
        self._orders: dict[int, _Order] = {}
        """The newest ChangeAvailability that was taken; of 0 it concerns every connector."""
        self._number = 0
        self.changes: deque[StatusChange] = deque()
        """Not told yet; whoever follows takes them."""

    @property
    def ids(self) -> frozenset[int]:
        """The connectors of which anything was told."""
        return frozenset(self._told)

    def learn(self, moment: Moment, at: datetime) -> None:
        """Take in a notification, or what became of a ChangeAvailability."""
        request = moment.request
        if isinstance(request, StatusNotificationRequest):
            if 0 <= request.connector_id <= CONNECTOR_MAX:
                self._status(request, at, moment.where.place)
            return
        match moment.answered:
            case (
                ChangeAvailabilityRequest(connector_id=connector, type=kind),
                ChangeAvailabilityResponse(status=status),
            ) if 0 <= connector <= CONNECTOR_MAX:
                self._order(connector, kind is AvailabilityType.OPERATIVE, status)

    def view(
        self,
        ids: Iterable[int],
        *,
        meters: FollowedMeters,
        transactions: dict[int, ConnectorTransaction],
        limits: dict[int, LimitView],
        reservations: dict[int, Reservation],
    ) -> Connectors:
        """Give the variable `connectors`, for these and all that were told of."""
        known = sorted({*ids, *self._told} | ({0} if self._told or ids else set()))
        return tuple(
            replace(
                self._connector(each, self._told.get(each)),
                measurement=meters.of(each),
                transaction=transactions.get(each),
                limit=limits.get(each),
                reservation=reservations.get(each),
            )
            for each in known
        )

    def _connector(self, connector: int, told: _Status | None) -> ConnectorView:
        request = told.request if told else None
        code = request.error_code if request else ChargePointErrorCode.NO_ERROR
        status = request.status if request else None
        is_old = told is not None and self._registration.has_booted_since(told.place)
        is_operative, scheduled = self._availability(connector, status)
        return ConnectorView(
            connector_id=connector,
            status=status,
            error_code=code,
            info=request.info if request else None,
            since=told_at(told.since) if told else None,
            cause=(BEFORE_BOOT if is_old else CAUSE) if told else "",
            is_from_before_boot=is_old,
            is_plugged=request is not None and request.status in WITH_CABLE,
            is_operative=is_operative,
            scheduled_operative=scheduled,
            faults=() if told is None else _faults(told),
        )

    def _status(self, request: StatusNotificationRequest, at: datetime, place: int) -> None:
        connector = request.connector_id
        before = self._told.get(connector)
        is_same = before is not None and before.request.status is request.status
        is_same_error = before is not None and before.request.error_code is request.error_code
        self._told[connector] = _Status(
            request,
            before.since if before and is_same else at,
            place,
            before.error_since if before and is_same_error else at,
        )
        if is_same and is_same_error:
            return
        self.changes.append(
            StatusChange(
                connector_id=connector,
                old_status=before.request.status if before else None,
                status=request.status,
                code="",
                cause=CAUSE,
                error_code=request.error_code,
                info=request.info,
                time=at,
            )
        )

    def _order(self, connector: int, is_operative: bool, status: AvailabilityStatus) -> None:
        if status is not AvailabilityStatus.REJECTED:
            self._number += 1
            is_later = status is AvailabilityStatus.SCHEDULED
            self._orders[connector] = _Order(self._number, is_operative, is_later)

    def _availability(
        self, connector: int, status: ChargePointStatus | None
    ) -> tuple[bool, bool | None]:
        """Whether it is in operation as far as was ordered, and what is to come (S 5.2).

        What was Scheduled is in force once the connector says so: Unavailable.
        """
        orders = [self._orders[each] for each in {connector, 0} if each in self._orders]
        order = max(orders, key=lambda each: each.number, default=None)
        if order is None or order.is_operative:
            return True, None
        if order.is_scheduled and status is not ChargePointStatus.UNAVAILABLE:
            return True, False
        return False, None


def _faults(told: _Status) -> tuple[Fault, ...]:
    """Give the error that the newest notification tells of."""
    request = told.request
    if request.error_code is ChargePointErrorCode.NO_ERROR:
        return ()
    fault = Fault(
        error_code=request.error_code,
        info=request.info,
        vendor_error_code=request.vendor_error_code,
        blocks_charging=request.status is ChargePointStatus.FAULTED,
        since=told.error_since,
    )
    return (fault,)
