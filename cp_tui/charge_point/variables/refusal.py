"""The stream `refusals`: why sessions did not start."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from cp_tui.charge_point.codec import Value
from cp_tui.charge_point.reason import Reason


class RefusedBy(StrEnum):
    """Who said no."""

    LOCAL_LIST = "local list"
    CACHE = "authorization cache"
    CSMS = "CSMS"
    OFFLINE_RULE = "offline rule"
    """The CSMS could not be asked, and a key decides what happens then (S 3.5.4)."""
    RESERVATION = "reservation"
    FAULT = "fault"
    CONNECTOR = "connector"
    """It is Unavailable, occupied, or its lock is jammed."""
    TIMEOUT = "connection timeout"
    """Tag and cable did not both come within ConnectionTimeOut."""
    OPERATOR = "operator"
    """OCPP is stopped."""
    RULE = "rule"
    """Another rule of the standard, such as a charging profile that is not valid."""


class Refusal(Value, frozen=True, kw_only=True):
    """An attempt to start that was refused: the event of the stream `refusals`."""

    at: datetime
    connector_id: int | None = None
    """None: several connectors, or none that exists."""
    id_tag: str | None = None
    """None: no tag was shown."""
    by: RefusedBy
    key: str | None = None
    """The configuration key that decides, where one does."""
    is_remote: bool = False
    """RemoteStartTransaction asked for it."""
    reason: Reason
