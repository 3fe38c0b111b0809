"""The variable `reservations`."""

from __future__ import annotations

from datetime import datetime

from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables.value import GroupTag, Value


class Reservation(Value):
    """A reservation as the CSMS made it (S 5.13)."""

    reservation_id: int
    connector_id: int
    """0: any connector; one is kept free for it."""
    id_tag: str
    parent_id_tag: GroupTag = None
    """The group whose tags may use it as well."""
    expiry_date: datetime
    made_at: datetime


class EndedReservation(Value):
    """A reservation that is over, and why."""

    reservation: Reservation
    ended_at: datetime
    reason: Reason


class ReservationsView(Value):
    """The reservations in force, and those that ended lately, newest first."""

    active: tuple[Reservation, ...] = ()
    ended: tuple[EndedReservation, ...] = ()
