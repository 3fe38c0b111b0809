"""The parameters of the methods at the door of the CSMS."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from cp_tui.engine.compose_params import ComposedCall, ComposedText
from cp_tui.engine.params import Params
from cp_tui.ocpp.datatypes import AuthorizationStatus, RegistrationStatus

ID_TAGS_MAX = 1_000
INTERVAL_S_MAX = 86_400 * 7
OFFSET_S_MAX = 86_400 * 366.0

ChargePointId = Annotated[str, StringConstraints(min_length=1)]
Status = Annotated[AuthorizationStatus, Field(strict=False)]


class Send(ComposedCall):
    """A CALL of the CSMS, as it stands."""

    charge_point_id: ChargePointId | None = None
    """None: the one that is connected."""


class SendRaw(ComposedText):
    """A text of the CSMS, as it stands."""

    charge_point_id: ChargePointId | None = None


class SetBehaviour(Params):
    """What changes about the answers of the CSMS; what is left out stays."""

    registration_status: Annotated[RegistrationStatus, Field(strict=False)] | None = None
    interval_s: Annotated[int, Field(ge=0, le=INTERVAL_S_MAX)] | None = None
    clock_offset_s: (
        Annotated[float, Field(strict=False, ge=-OFFSET_S_MAX, le=OFFSET_S_MAX)] | None
    ) = None
    id_tags: Annotated[dict[str, Status], Field(max_length=ID_TAGS_MAX)] | None = None
    unknown_id_tag: Status | None = None
    start_status: Status | None = None
    """`Accepted` leaves the verdict to the tag."""
    faults: dict[str, str] | None = None
    """Action, or `*` for all -> `silent`, `delay 5` (seconds) or the code of a CALLERROR."""


class RunScenario(Params):
    """Run a scenario; what runs is stopped first."""

    scenario: str


class Disconnect(Params):
    """Close the connection of a charge point."""

    charge_point_id: ChargePointId | None = None
    code: Annotated[int, Field(ge=1000, le=4999)] = 1001


class Nothing(Params):
    """No parameters."""
