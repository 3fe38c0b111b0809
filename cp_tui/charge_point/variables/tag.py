"""What came of a tag: the answer of `swipe`, and the stream `refusals`."""

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
    CHARGE_POINT = "charge point"
    """Of one that is only watched, which does not say why."""


class Refusal(Value, frozen=True, kw_only=True):
    """An attempt to start that was refused: the event of the stream `refusals`."""

    at: datetime
    connector_id: int | None = None
    """None: several connectors, or none that exists."""
    id_tag: str | None = None
    """None: no tag was shown."""
    by: RefusedBy
    """Who, or what, refused."""
    key: str | None = None
    """The configuration key that decides, where one does."""
    is_remote: bool = False
    """RemoteStartTransaction asked for it."""
    reason: Reason
    """Why, in words, and by which rule."""


class SwipeOutcome(StrEnum):
    """What a tag did at the reader."""

    ACCEPTED = "Accepted"
    """It may charge: the transaction has begun, or waits for the cable."""
    REFUSED = "Refused"
    STOPPED = "Stopped"
    """It ended the transaction that it or its group had started."""
    CANCELLED = "Cancelled"
    """Shown a second time before the cable came: it does not start any more."""
    RELEASED = "Released"
    """It unlocked the cable that had stayed locked after its transaction."""
    ASKED = "Asked"
    """The CSMS is being asked, and has not answered yet."""
    OVERTAKEN = "Overtaken"
    """Something happened before it was decided upon: it does not start."""


class SwipeResult(Value, frozen=True, kw_only=True):
    """What came of a tag, who decided, why, and what to do next."""

    id_tag: str
    connector_id: int | None = None
    """None: no certain one, such as a tag that is refused everywhere."""
    outcome: SwipeOutcome
    by: RefusedBy | None = None
    """Who decided; None where nobody had to, as when a tag ends what it had started."""
    reason: Reason
    text: str
    """One sentence for a person: who, what, why, and what to do next."""
    plug_in_by: datetime | None = None
    """Accepted without a cable: until when it waits for one, in the clock of the machine."""
