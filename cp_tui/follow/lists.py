"""The local list and the reservations of a charge point that is watched (S 5.13, S 5.15)."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from cp_tui.charge_point.local_list import SHOWN_MAX
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables import (
    EndedReservation,
    LocalListView,
    Reservation,
    ReservationsView,
    TagEntry,
)
from cp_tui.explain.knowledge.local_list import KnownLocalList
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.explain.knowledge.reservations import KnownReservations, ReservationKnown
from cp_tui.explain.known import Known
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import FIRST
from cp_tui.ocpp.datatypes import IdTagInfo

ENDED_MAX = 50
"""Reservations that are over and are still shown."""


class FollowedLists:
    """Beside what is known of both: when they changed, and what has ended."""

    ACTIONS = KnownReservations.ACTIONS

    def __init__(self, known: Known) -> None:
        self._known = known
        self._in_force: dict[int, ReservationKnown] = {}
        """As it was after the record before."""
        self._ended: deque[EndedReservation] = deque(maxlen=ENDED_MAX)
        self._made_at: dict[int, datetime] = {}

    def learn(self, moment: Moment, at: datetime) -> None:
        """Note what the record in hand has begun or ended."""
        now = self._known.reservations.in_force
        if now.keys() == self._in_force.keys() and all(
            now[each] is old for each, old in self._in_force.items()
        ):
            return
        for each, old in self._in_force.items():
            if now.get(each) is not old:
                made_at = self._made_at.pop(each, at)
                why = _WHY.get(moment.exchange.action, "another one has taken its place")
                reason = Reason(id="follow.reservation_ended", rule="S 5.13", text=why)
                self._ended.append(
                    EndedReservation(
                        reservation=_reservation(old, made_at), ended_at=at, reason=reason
                    )
                )
        for each, new in now.items():
            if self._in_force.get(each) is not new:
                self._made_at[each] = new.where.at or at
        self._in_force = dict(now)

    def reservations(self, now: datetime) -> ReservationsView:
        """Give the variable `reservations`."""
        active: list[Reservation] = []
        expired: list[Reservation] = []
        for each, known in self._in_force.items():
            reservation = _reservation(known, self._made_at.get(each, FIRST))
            (active if reservation.expiry_date > now else expired).append(reservation)
        over = [
            EndedReservation(
                reservation=each,
                ended_at=each.expiry_date,
                reason=Reason(
                    id="follow.reservation_expired", rule="S 5.13", text="it has expired"
                ),
            )
            for each in expired
        ]
        ended = sorted((*self._ended, *over), key=lambda each: each.ended_at, reverse=True)
        return ReservationsView(active=tuple(active), ended=tuple(ended[:ENDED_MAX]))

    def reserved(self, now: datetime) -> dict[int, Reservation]:
        """Give for whom each connector is kept."""
        return {each.connector_id: each for each in self.reservations(now).active}

    def local_list(self) -> LocalListView:
        """Give the variable `local_list`."""
        known, keys = self._known.local_list, self._known.keys
        shown = sorted(known.entries)[:SHOWN_MAX]
        return LocalListView(
            is_enabled=keys.boolean("LocalAuthListEnabled"),
            version=known.version,
            count=len(known.entries) if known.are_all_known else None,
            count_max=keys.integer("LocalAuthListMaxLength"),
            updated_at=known.where.at if known.where else None,
            entries=tuple(_tag(known, tag) for tag in shown),
        )


_WHY: dict[Action | None, str] = {
    Action.CANCEL_RESERVATION: "the CSMS has cancelled it",
    Action.START_TRANSACTION: "its transaction has begun",
    Action.STATUS_NOTIFICATION: "its connector is out of order",
}


def _reservation(known: ReservationKnown, made_at: datetime) -> Reservation:
    request = known.request
    return Reservation(
        reservation_id=request.reservation_id,
        connector_id=request.connector_id,
        id_tag=request.id_tag,
        parent_id_tag=request.parent_id_tag,
        expiry_date=request.expiry_date,
        made_at=made_at,
    )


def _tag(known: KnownLocalList, tag: str) -> TagEntry:
    info: IdTagInfo = known.entries[tag]
    return TagEntry(
        id_tag=known.spelt.get(tag, tag),
        status=info.status,
        expiry_date=info.expiry_date,
        parent_id_tag=info.parent_id_tag,
    )
