"""Reservations: who may use a connector until when, and what ends that (S 5.1, S 5.13).

A reservation of connector n keeps that one. One of connector 0 keeps no certain connector: once no
more are free than such reservations exist, the free ones turn Reserved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from cp_tui.charge_point.authorization_rules import same_tag
from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.connector import Connector, PendingStart
from cp_tui.charge_point.effects import LogLevel, Table
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.reservation_rules import (
    can_be_kept,
    easiest,
    event,
    is_for,
    kept_for_another,
    name_of,
    obstacle,
)
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import EndedReservation, Reservation, ReservationsView
from cp_tui.ocpp.datatypes import (
    CancelReservationStatus,
    ReservationStatus,
)
from cp_tui.ocpp.length import moment

if TYPE_CHECKING:
    from cp_tui.ocpp.reservation import ReserveNowRequest

ENDED_MAX = 20
"""How many ended reservations the variable still shows."""


class Reservations:
    """The reservations in force; they survive a restart and expire also while OCPP is stopped."""

    def __init__(
        self,
        turn: Turn,
        configuration: Configuration,
        connectors: Iterable[Connector],
        *,
        on_kept: Callable[[Connector, str], None],
        on_released: Callable[[Connector, str], None],
    ) -> None:
        self._turn = turn
        self._whole, *others = connectors
        self._connectors = {c.connector_id: c for c in others}
        self._configuration = configuration
        self._on_kept = on_kept
        self._on_released = on_released
        self._ended: tuple[EndedReservation, ...] = ()
        self._news = ""
        """What ended a reservation since the last tick."""
        self._reservations = {
            each.reservation_id: each for _, each in turn.records(Table.RESERVATION, Reservation)
        }

    def reserve(self, request: ReserveNowRequest) -> tuple[ReservationStatus, Reason]:
        """Make or replace a reservation, by the order of checks of S 5.13."""
        refusal = self._rejection(request) or self._obstacle_for(request) or self._why_past(request)
        if refusal is not None:
            return refusal
        # The same reservationId again replaces the reservation, even at another connector (S 5.13).
        old = self._reservations.get(request.reservation_id)
        if old is not None:
            self._end(old, event("replaced", old, "the CSMS replaced it"))
        reservation = Reservation(
            reservation_id=request.reservation_id,
            connector_id=request.connector_id,
            id_tag=request.id_tag,
            parent_id_tag=request.parent_id_tag,
            expiry_date=request.expiry_date,
            made_at=self._turn.time,
        )
        self._reservations[request.reservation_id] = reservation
        self._turn.save(Table.RESERVATION, str(request.reservation_id), reservation)
        self._turn.changed("reservations", "connectors")
        text = f"kept until {moment(request.expiry_date)}"
        return ReservationStatus.ACCEPTED, event("accepted", reservation, text)

    def cancel(
        self, reservation_id: int, by: str = "the CSMS"
    ) -> tuple[CancelReservationStatus, Reason]:
        """Drop a reservation (S 5.1); `by` says in words who wants it."""
        reservation = self._reservations.get(reservation_id)
        if reservation is None:
            known = ", ".join(str(each) for each in self._reservations) or "none"
            reason = because(
                "reservation.unknown",
                "S 5.1",
                "there is no reservation {reservation}, only: {known}",
                reservation=reservation_id,
                known=known,
            )
            return CancelReservationStatus.REJECTED, reason
        reason = event("cancelled", reservation, f"{by} cancelled it")
        self._end(reservation, reason)
        return CancelReservationStatus.ACCEPTED, reason

    def why_not(self, connector: Connector, id_tag: str, parent: str | None) -> Reason | None:
        """Say why a tag of this group may not start here; None where nothing is against it."""
        keepers = self._keepers(connector)
        if not keepers or any(is_for(reservation, id_tag, parent) for reservation in keepers):
            return None
        return kept_for_another(keepers[0], connector, id_tag, parent)

    def depends_on_group(self, connector: Connector, id_tag: str) -> bool:
        """Say whether the group of this tag decides, so that it has to be learnt (S 5.13)."""
        keepers = self._keepers(connector)
        return self.why_not(connector, id_tag, None) is not None and any(
            reservation.parent_id_tag is not None for reservation in keepers
        )

    def own_connector(
        self, id_tag: str, parent: str | None, among: Iterable[Connector]
    ) -> Connector | None:
        """Find the connector that is reserved for this tag, or else for its group."""
        own = [
            (not same_tag(reservation.id_tag, id_tag), connector.connector_id)
            for connector in among
            for reservation in self._keepers(connector)
            if reservation.connector_id and is_for(reservation, id_tag, parent)
        ]
        return self._connectors[min(own)[1]] if own else None

    def usable_by(self, id_tag: str, parent: str | None) -> tuple[int, ...]:
        """Give the ids of the reservations that a tag may use."""
        return tuple(
            key for key, each in self._reservations.items() if is_for(each, id_tag, parent)
        )

    def may_move(
        self, source: Connector, target: Connector, id_tag: str, parent: str | None
    ) -> bool:
        """Say whether a tag that waits at one connector may start at another one instead."""
        own_here, own_there = self._at(source), self._at(target)
        if own_here is not None and is_for(own_here, id_tag, parent):
            return False
        return own_there is None or is_for(own_there, id_tag, parent)

    def use(self, connector: Connector, pending: PendingStart) -> int | None:
        """End the reservation that a transaction uses; give its id (S 4.8, S 5.13)."""
        found = [
            reservation
            for reservation in self._reservations.values()
            if reservation.connector_id in (0, connector.connector_id)
            and is_for(reservation, pending.id_tag, pending.parent_id_tag)
        ]
        if not found:
            return None
        # A tag may fit several: it uses up the most particular one, and of equal ones that which
        # ends first, so that the others are left for whom they may still serve.
        reservation = min(
            found,
            key=lambda each: (
                each.connector_id == 0,
                not same_tag(each.id_tag, pending.id_tag),
                each.expiry_date,
            ),
        )
        words = f"{pending.id_tag} started on connector {connector.connector_id}"
        self._end(reservation, event("used", reservation, words))
        return reservation.reservation_id

    @property
    def deadline(self) -> datetime | None:
        """When the next reservation expires, in the clock of the machine."""
        first = min((each.expiry_date for each in self._reservations.values()), default=None)
        return None if first is None else self._turn.machine_time(first)

    def restore(self) -> None:
        """After a boot: drop what is over, and keep the connectors of the others as before."""
        for reservation in list(self._reservations.values()):
            over = self._why_over(reservation)
            if over is not None:
                self._end(reservation, over)
                continue
            connector = self._connectors.get(reservation.connector_id)
            if connector is not None:
                # A cable that was plugged into a reserved connector left it Reserved.
                connector.is_reserved = not connector.is_session_over
        for connector_id in self._kept():
            self._connectors[connector_id].is_reserved = True

    def tick(self) -> None:
        """End what is over, then keep and release connectors as the rest demands."""
        for reservation in list(self._reservations.values()):
            over = self._why_over(reservation)
            if over is not None:
                self._end(reservation, over)
        kept = self._kept()
        for connector_id, connector in self._connectors.items():
            here = kept.get(connector_id)
            if (here is not None) == connector.is_reserved:
                continue
            connector.is_reserved = here is not None
            if here is not None:
                self._on_kept(connector, name_of(here))
            else:
                self._on_released(connector, self._news or "enough other connectors are free")
        self._news = ""

    def view(self) -> ReservationsView:
        """Give the variable `reservations`."""
        return ReservationsView(
            active=tuple(self._reservations.values()),
            ended=self._ended,
        )

    def at(self, connector: Connector) -> Reservation | None:
        """Give the reservation to show at a connector; at 0 the first one without a connector."""
        if connector.connector_id == 0:
            found = self._without_connector()
        else:
            found = self._keepers(connector)
        return found[0] if found else None

    def _rejection(self, request: ReserveNowRequest) -> tuple[ReservationStatus, Reason] | None:
        connector_id = request.connector_id
        if not self._configuration.boolean("ReservationEnabled"):
            words = "ReservationEnabled is false"
        elif connector_id == 0 and not self._configuration.boolean("ReserveConnectorZeroSupported"):
            words = "ReserveConnectorZeroSupported is false"
        elif connector_id != 0 and connector_id not in self._connectors:
            words = f"there is no connector {connector_id}, only 0 to {len(self._connectors)}"
        elif not request.id_tag.strip():
            words = "its idTag is empty, and that is nobody's tag"
        else:
            return None
        reason = Reason(id="reservation.rejected", rule="S 5.13", text=words)
        return ReservationStatus.REJECTED, reason

    def _why_past(self, request: ReserveNowRequest) -> tuple[ReservationStatus, Reason] | None:
        """Reject what would end at once; what is in the way of the target is told first."""
        if request.expiry_date > self._turn.time:
            return None
        expiry, time = (moment(t) for t in (request.expiry_date, self._turn.time))
        words = f"expiryDate {expiry} is past; it is {time}"
        reason = Reason(id="reservation.rejected", rule="S 5.13", text=words)
        return ReservationStatus.REJECTED, reason

    def _obstacle_for(self, request: ReserveNowRequest) -> tuple[ReservationStatus, Reason] | None:
        """Say what is in the way of the target, as if a replaced reservation were not there."""
        obstacles = {}
        for connector_id, connector in self._connectors.items():
            own = self._at(connector)
            is_replaced = own and own.reservation_id == request.reservation_id
            obstacles[connector_id] = obstacle(connector, None if is_replaced else own)
        free = [key for key, each in obstacles.items() if each is None]
        promised = [
            reservation
            for reservation in self._without_connector()
            if reservation.reservation_id != request.reservation_id
        ]
        found = obstacles.get(request.connector_id)
        if request.connector_id == 0:
            found = obstacle(self._whole, None)
            if found is None and not free:
                found = easiest(filter(None, obstacles.values()))
        if found is None and len(free) <= len(promised):
            count = len(free)
            words = f"{count} free and kept for {name_of(promised[0])}"
            found = ReservationStatus.OCCUPIED, f"no connector is left: {words}"
        if found is None:
            return None
        status, words = found
        return status, Reason(id=f"reservation.{status.lower()}", rule="S 5.13", text=words)

    def _why_over(self, reservation: Reservation) -> Reason | None:
        """Say what ends a reservation, apart from its use and the CSMS (S 5.13)."""
        connector_id = reservation.connector_id
        if self._turn.time >= reservation.expiry_date:
            words = f"it expired at {moment(reservation.expiry_date)}"
            return event("expired", reservation, words)
        if connector_id and connector_id not in self._connectors:
            words = f"there is no connector {connector_id} any more"
            return event("no_connector", reservation, words)
        targets = [self._connectors[connector_id]] if connector_id else [*self._connectors.values()]
        if any(c.is_operative and not c.is_faulted for c in targets) and not (
            connector_id == 0 and (self._whole.is_faulted or not self._whole.is_operative)
        ):
            return None
        state = "Faulted" if any(c.is_faulted for c in (*targets, self._whole)) else "Unavailable"
        name = f"connector {connector_id}" if connector_id else "every connector"
        return event(state.lower(), reservation, f"{name} became {state}")

    def _kept(self) -> dict[int, Reservation]:
        """Say which connectors are Reserved now, and for what."""
        if not self._reservations:
            return {}
        # Those of a certain connector keep theirs. Those of connector 0 are promised one of the
        # rest; as long as more are free than promised, whoever comes may still take one (S 5.13).
        own = {key: r for key, c in self._connectors.items() if (r := self._at(c)) is not None}
        able = [c for c in self._connectors.values() if can_be_kept(c)]
        kept = {c.connector_id: own[c.connector_id] for c in able if c.connector_id in own}
        open_ = [c for c in able if c.connector_id not in own]
        free = [c for c in open_ if not c.is_plugged]
        waiting = self._without_connector()
        if len(free) <= len(waiting):
            # Free ones first: one that a cable was plugged into is only kept where there is no
            # other.
            plugged = [c for c in open_ if c.is_plugged]
            kept |= {
                c.connector_id: reservation
                for c, reservation in zip([*free, *plugged], waiting, strict=False)
            }
        return kept

    def _keepers(self, connector: Connector) -> list[Reservation]:
        """Give the reservations that keep this connector; a tag that starts here must fit one."""
        own = self._at(connector)
        if own is not None:
            return [own]
        return self._without_connector() if connector.is_reserved else []

    def _at(self, connector: Connector) -> Reservation | None:
        for reservation in self._reservations.values():
            if reservation.connector_id == connector.connector_id:
                return reservation
        return None

    def _without_connector(self) -> list[Reservation]:
        """Give the reservations of connector 0, the one that ends first at the head."""
        found = [each for each in self._reservations.values() if each.connector_id == 0]
        return sorted(found, key=lambda each: each.expiry_date)

    def _end(self, reservation: Reservation, reason: Reason) -> None:
        del self._reservations[reservation.reservation_id]
        self._turn.forget(Table.RESERVATION, str(reservation.reservation_id))
        self._turn.changed("reservations", "connectors")
        self._turn.log(LogLevel.INFO, reason.text)
        self._news = reason.text
        ended = EndedReservation(reservation=reservation, ended_at=self._turn.time, reason=reason)
        self._ended = (ended, *self._ended)[:ENDED_MAX]
