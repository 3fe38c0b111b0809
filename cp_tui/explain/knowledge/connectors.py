"""The status of each connector, as it was told (S 4.9)."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from cp_tui.explain.finding import FrameRef
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.explain.survey import CONNECTOR_MAX
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import StatusNotificationRequest
from cp_tui.ocpp.datatypes import ChargePointStatus

IDLE = frozenset(
    {ChargePointStatus.AVAILABLE, ChargePointStatus.RESERVED, ChargePointStatus.UNAVAILABLE}
)
"""Where a connector is so, no transaction runs on it."""
CHARGES = frozenset(
    {ChargePointStatus.CHARGING, ChargePointStatus.SUSPENDED_EV, ChargePointStatus.SUSPENDED_EVSE}
)
"""A vehicle is there: energy flows, or one of the two has paused it."""


class StatusKnown(Struct, frozen=True):
    """What was told of a connector last."""

    request: StatusNotificationRequest
    where: FrameRef
    at: datetime | None
    breaks: int
    blurs: int

    @property
    def status(self) -> ChargePointStatus:
        return self.request.status


class KnownConnectors:
    """The last StatusNotification of each connector; 0 is the charge point."""

    ACTIONS = frozenset({Action.STATUS_NOTIFICATION})

    def __init__(self) -> None:
        self._told: dict[int, StatusKnown] = {}

    def get(self, connector: int) -> StatusKnown | None:
        """Return what was told last, also before a break of the log."""
        return self._told.get(connector)

    def current(self, connector: int, breaks: int) -> StatusKnown | None:
        """Return what was told last; None: the log broke off since then."""
        told = self._told.get(connector)
        return told if told and told.breaks == breaks else None

    @property
    def told(self) -> frozenset[int]:
        """The connectors of which a status was ever told."""
        return frozenset(self._told)

    def learn(self, moment: Moment) -> None:
        request = moment.request
        if isinstance(request, StatusNotificationRequest) and (
            0 <= request.connector_id <= CONNECTOR_MAX
        ):
            self._told[request.connector_id] = StatusKnown(
                request, moment.where, moment.at, moment.breaks, moment.blurs
            )
