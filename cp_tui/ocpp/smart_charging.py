"""The messages of the SmartCharging profile (S 5.5, S 5.7, S 5.16)."""

from __future__ import annotations

from cp_tui.ocpp.datatypes import (
    ChargingProfile,
    ChargingProfilePurposeType,
    ChargingProfileStatus,
    ChargingRateUnitType,
    ChargingSchedule,
    ClearChargingProfileStatus,
    DateTime,
    GetCompositeScheduleStatus,
    Integer,
    Seconds,
)
from cp_tui.ocpp.model import WireModel


class ClearChargingProfileRequest(WireModel):
    """Remove the profiles that match every given field; no field at all: every profile (S 5.5)."""

    id: Integer | None = None
    """chargingProfileId; with it the other fields do not count."""
    connector_id: Integer | None = None
    charging_profile_purpose: ChargingProfilePurposeType | None = None
    stack_level: Integer | None = None


class ClearChargingProfileResponse(WireModel):
    """Whether anything matched."""

    status: ClearChargingProfileStatus


class GetCompositeScheduleRequest(WireModel):
    """Which limit will apply over the next seconds? (S 5.7)."""

    connector_id: Integer
    duration: Seconds
    """Seconds."""
    charging_rate_unit: ChargingRateUnitType | None = None


class GetCompositeScheduleResponse(WireModel):
    """The composite schedule; `start_schedule` stays out of the schedule itself (E 3.57)."""

    status: GetCompositeScheduleStatus
    connector_id: Integer | None = None
    schedule_start: DateTime | None = None
    charging_schedule: ChargingSchedule | None = None


class SetChargingProfileRequest(WireModel):
    """Install or replace a charging profile (S 5.16)."""

    connector_id: Integer
    cs_charging_profiles: ChargingProfile
    """One profile, in spite of its name."""


class SetChargingProfileResponse(WireModel):
    """Result of SetChargingProfile."""

    status: ChargingProfileStatus
