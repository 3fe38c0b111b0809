"""What reservations are judged by: tags and groups, obstacles, free connectors (S 3.10, S 5.13).

Pure, and without memory; `reservations` keeps them.
"""

from __future__ import annotations

from collections.abc import Iterable

from cp_tui.charge_point.authorization_rules import same_group, same_tag
from cp_tui.charge_point.connector import Connector
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.variables import Reservation
from cp_tui.ocpp.datatypes import ReservationStatus
from cp_tui.ocpp.length import moment

Refusal = tuple[ReservationStatus, str]
"""The answer to ReserveNow, and why in words."""

_EASIEST_FIRST = (
    ReservationStatus.OCCUPIED,
    ReservationStatus.UNAVAILABLE,
    ReservationStatus.FAULTED,
)


def is_for(reservation: Reservation, id_tag: str, parent: str | None) -> bool:
    """Say whether a tag may use a reservation: it is the tag, or one of the same group."""
    if same_tag(reservation.id_tag, id_tag):
        return True
    # A parent compares with a parent only, never with a tag (S 3.10).
    return same_group(reservation.parent_id_tag, parent)


def can_be_kept(connector: Connector) -> bool:
    """A free connector can be kept; so can a reserved one that a cable was plugged into."""
    return (
        connector.is_operative
        and not connector.is_faulted
        and connector.transaction is None
        and connector.pending_start is None
        and not connector.is_session_over
        and not connector.is_left_locked
        and (not connector.is_plugged or connector.is_reserved)
    )


def obstacle(connector: Connector, own: Reservation | None) -> Refusal | None:
    """Say why a connector cannot be reserved; `own` is the reservation that it has already."""
    name = f"connector {connector.connector_id}"
    if connector.is_faulted:
        return ReservationStatus.FAULTED, f"{name} is Faulted"
    if not connector.is_operative:
        return ReservationStatus.UNAVAILABLE, f"{name} is Unavailable"
    if own is not None:
        return ReservationStatus.OCCUPIED, f"{name} has {name_of(own)}"
    if connector.attempt is not None:
        words = f"{connector.attempt.id_tag} is being authorized for {name}"
        return ReservationStatus.OCCUPIED, words
    if not can_be_kept(connector):
        return ReservationStatus.OCCUPIED, f"{name} is {connector.current_status()}"
    return None


def easiest(obstacles: Iterable[Refusal]) -> Refusal:
    """Of several obstacles, give the one that is overcome most easily."""
    return min(obstacles, key=lambda refusal: _EASIEST_FIRST.index(refusal[0]))


def name_of(reservation: Reservation) -> str:
    """Name a reservation in words."""
    return f"reservation {reservation.reservation_id} for {reservation.id_tag}"


def event(subject: str, reservation: Reservation, words: str) -> Reason:
    """Say what happened to a reservation."""
    return because(
        f"reservation.{subject}",
        "S 5.13",
        "{name}: {words}",
        name=name_of(reservation),
        words=words,
        reservation=reservation.reservation_id,
        connector=reservation.connector_id,
        tag=reservation.id_tag,
    )


def kept_for_another(
    reservation: Reservation, connector: Connector, id_tag: str, parent: str | None
) -> Reason:
    """Say why a tag may not start at a connector that is reserved."""
    text = "{by} {reservation} keeps connector {connector} for {owner} until {until}, not for {tag}"
    if reservation.parent_id_tag is not None:
        text += "; tags of the group {group} may use it too, the group of {tag} is {own_group}"
    return because(
        "reservation.kept_for_another",
        "S 5.13",
        text,
        by="reservation",
        reservation=reservation.reservation_id,
        connector=connector.connector_id,
        owner=reservation.id_tag,
        until=moment(reservation.expiry_date),
        tag=id_tag,
        group=reservation.parent_id_tag,
        own_group=parent or "not known",
    )
