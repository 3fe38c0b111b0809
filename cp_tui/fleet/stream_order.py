"""What a station wants of whoever moves its bytes, and how far it is."""

from __future__ import annotations

from enum import Enum, StrEnum

from msgspec import Struct

from cp_tui.charge_point.effects import SetCredentials
from cp_tui.engine.endpoint import Endpoint


class StationPhase(StrEnum):
    """How far a charge point is."""

    OFF = "off"
    WAITING = "waiting"
    """It is on, and waits until it tries to connect."""
    CONNECTING = "connecting"
    OPEN = "open"
    ACCEPTED = "accepted"
    CHARGING = "charging"
    """Accepted, and a transaction runs."""


class OrderKind(Enum):
    """What is to be done with the stream."""

    OPEN = "open"
    CLOSE = "close"
    ABORT = "abort"
    ABANDON = "abandon"


class StreamOrder(Struct, frozen=True):
    """One order; they are carried out in their order."""

    kind: OrderKind
    endpoint: Endpoint | None = None
    """Of OPEN: where to."""
    sent: SetCredentials | None = None
    """Of OPEN: what TLS is made with."""
