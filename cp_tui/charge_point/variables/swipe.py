"""What came of a tag that was shown: the answer of the method `swipe`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from cp_tui.charge_point.codec import Value
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables.refusal import RefusedBy


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
