"""What a request of the CSMS comes to: the answer, why, and what follows when it is sent."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from cp_tui.charge_point.reason import Reason
from cp_tui.ocpp.model import Payload


class RequestAnswer(Struct, frozen=True):
    """The response, why it is so, and what is done once it is sent."""

    response: Payload
    reason: Reason | None = None
    then: Callable[[], None] | None = None
