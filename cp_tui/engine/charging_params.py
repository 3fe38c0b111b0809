"""The parameters of the commands about smart charging."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

from cp_tui.engine.params import ConnectorIdOrZero, Params
from cp_tui.ocpp.datatypes import ChargingProfilePurposeType, ChargingRateUnitType, DateTime

SCHEDULE_DURATION_S_MAX = 366 * 86_400

Instant = Annotated[DateTime, Field(strict=False)]
Number = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]


class GetCompositeSchedule(Params):
    """A composite schedule, as GetCompositeSchedule.req asks for it (S 5.7)."""

    connector_id: ConnectorIdOrZero
    duration_s: Annotated[int, Field(ge=1, le=SCHEDULE_DURATION_S_MAX)]
    start: Instant | None = None
    unit: Annotated[ChargingRateUnitType, Field(strict=False)] = ChargingRateUnitType.A


class GetMeasurements(Params):
    """The measured power of a connector; without start and end, all that is known."""

    connector_id: ConnectorIdOrZero
    start: Instant | None = None
    end: Instant | None = None


class InstallChargingProfile(Params):
    """A profile as it stands in `csChargingProfiles` of SetChargingProfile.req (S 5.16)."""

    connector_id: Annotated[int, Field(ge=0, le=2**63 - 1)]
    profile: dict[str, JsonValue]


class ClearChargingProfile(Params):
    """What to remove, as ClearChargingProfile.req says it (S 5.5); nothing given: every profile."""

    profile_id: Number | None = None
    connector_id: Number | None = None
    purpose: Annotated[ChargingProfilePurposeType, Field(strict=False)] | None = None
    stack_level: Number | None = None
