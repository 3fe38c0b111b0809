"""The messages of the Reservation profile (S 5.1, S 5.13)."""

from __future__ import annotations

from cp_tui.ocpp.datatypes import (
    CancelReservationStatus,
    CiString20,
    DateTime,
    Integer,
    ReservationStatus,
)
from cp_tui.ocpp.model import WireModel


class CancelReservationRequest(WireModel):
    """Drop a reservation (S 5.1)."""

    reservation_id: Integer


class CancelReservationResponse(WireModel):
    """Whether there was such a reservation."""

    status: CancelReservationStatus


class ReserveNowRequest(WireModel):
    """Reserve a connector, or with 0 any of them, for a tag (S 5.13)."""

    connector_id: Integer
    expiry_date: DateTime
    id_tag: CiString20
    reservation_id: Integer
    """An existing id is replaced."""
    parent_id_tag: CiString20 | None = None


class ReserveNowResponse(WireModel):
    """Result of ReserveNow."""

    status: ReservationStatus
