"""The variable `reservations`."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from cp_tui.charge_point.codec import Value
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables.authorization import Grouped


class Reservation(Grouped, frozen=True, kw_only=True):
    """A reservation as the CSMS made it (S 5.13); the tags of its group may use it as well.

    So it is kept over a restart, and so it is shown.
    """

    WITHIN: ClassVar = "reservation"

    reservation_id: int
    connector_id: int
    """0: any connector; one is kept free for it."""
    id_tag: str
    expiry_date: datetime
    made_at: datetime
    """When ReserveNow came."""


class EndedReservation(Value, frozen=True, kw_only=True):
    """A reservation that is over, and why."""

    reservation: Reservation
    ended_at: datetime
    reason: Reason


class ReservationsView(Value, frozen=True, kw_only=True):
    """The reservations in force, and those that ended lately, newest first."""

    active: tuple[Reservation, ...] = ()
    ended: tuple[EndedReservation, ...] = ()
