"""The data types of OCPP 1.6: enumerations, primitive types and the structures that messages share.

Everything is imported from here, wherever it is written down.
"""

from __future__ import annotations

from cp_tui.ocpp.enumerations import (
    AuthorizationStatus,
    AvailabilityStatus,
    AvailabilityType,
    CancelReservationStatus,
    ChargePointErrorCode,
    ChargePointStatus,
    ChargingProfileKindType,
    ChargingProfilePurposeType,
    ChargingProfileStatus,
    ChargingRateUnitType,
    ClearCacheStatus,
    ClearChargingProfileStatus,
    ConfigurationStatus,
    DataTransferStatus,
    DiagnosticsStatus,
    FirmwareStatus,
    GetCompositeScheduleStatus,
    Location,
    Measurand,
    MessageTrigger,
    Phase,
    ReadingContext,
    RecurrencyKindType,
    RegistrationStatus,
    RemoteStartStopStatus,
    ReservationStatus,
    ResetStatus,
    ResetType,
    StopReason,
    TriggerMessageStatus,
    UnitOfMeasure,
    UnlockStatus,
    UpdateStatus,
    UpdateType,
    ValueFormat,
)
from cp_tui.ocpp.fields import (
    DATE_TIME_FIELDS,
    Array,
    Boolean,
    CiString20,
    CiString25,
    CiString50,
    CiString255,
    CiString500,
    DateTime,
    FilledString800,
    Integer,
    Limit,
    NonEmptyArray,
    Rate,
    Seconds,
    String,
    String40,
    String50,
    String128,
    String255,
    String512,
    String800,
    String5500,
    String10000,
    WattHours,
    format_date_time,
    limit_number,
    parse_date_time,
)
from cp_tui.ocpp.model import WireModel

__all__ = [
    "DATE_TIME_FIELDS",
    "Array",
    "AuthorizationData",
    "AuthorizationStatus",
    "AvailabilityStatus",
    "AvailabilityType",
    "Boolean",
    "CancelReservationStatus",
    "ChargePointErrorCode",
    "ChargePointStatus",
    "ChargingProfile",
    "ChargingProfileKindType",
    "ChargingProfilePurposeType",
    "ChargingProfileStatus",
    "ChargingRateUnitType",
    "ChargingSchedule",
    "ChargingSchedulePeriod",
    "CiString20",
    "CiString25",
    "CiString50",
    "CiString255",
    "CiString500",
    "ClearCacheStatus",
    "ClearChargingProfileStatus",
    "ConfigurationStatus",
    "DataTransferStatus",
    "DateTime",
    "DiagnosticsStatus",
    "FilledString800",
    "FirmwareStatus",
    "GetCompositeScheduleStatus",
    "IdTagInfo",
    "Integer",
    "KeyValue",
    "Limit",
    "Location",
    "Measurand",
    "MessageTrigger",
    "MeterValue",
    "NonEmptyArray",
    "Phase",
    "Rate",
    "ReadingContext",
    "RecurrencyKindType",
    "RegistrationStatus",
    "RemoteStartStopStatus",
    "ReservationStatus",
    "ResetStatus",
    "ResetType",
    "SampledValue",
    "Seconds",
    "StopReason",
    "String",
    "String40",
    "String50",
    "String128",
    "String255",
    "String512",
    "String800",
    "String5500",
    "String10000",
    "TriggerMessageStatus",
    "UnitOfMeasure",
    "UnlockStatus",
    "UpdateStatus",
    "UpdateType",
    "ValueFormat",
    "WattHours",
    "format_date_time",
    "limit_number",
    "parse_date_time",
]


class IdTagInfo(WireModel):
    """What the CSMS says about an idTag (S 7.27)."""

    status: AuthorizationStatus
    expiry_date: DateTime | None = None
    """End of validity; None: without end."""
    parent_id_tag: CiString20 | None = None
    """Group: tags with the same parent stand for each other."""
    _heard: str = ""
    """What the CSMS wrote in place of a status of the standard, fit to be shown."""

    @property
    def is_said(self) -> bool:
        """Whether the CSMS gave the status; else it stands in for one that was not to be read."""
        return "status" in self.model_fields_set

    @property
    def status_words(self) -> str:
        """The status, or that there was none."""
        if self.is_said:
            return self.status
        heard = f"the unknown status {self._heard}" if self._heard else "no status"
        return f"{heard}, which is taken as {self.status},"


class AuthorizationData(WireModel):
    """An entry of the local authorization list (S 7.1)."""

    id_tag: CiString20
    id_tag_info: IdTagInfo | None = None
    """In a differential update None deletes the tag."""


class KeyValue(WireModel):
    """A configuration key as GetConfiguration reports it (S 7.29)."""

    key: CiString50
    readonly: Boolean
    value: CiString500 | None = None


class SampledValue(WireModel):
    """One value of a meter (S 7.43)."""

    value: String
    """A number as text, or a signed block in hex."""
    context: ReadingContext | None = None
    format: ValueFormat | None = None
    measurand: Measurand | None = None
    phase: Phase | None = None
    location: Location | None = None
    unit: UnitOfMeasure | None = None


class MeterValue(WireModel):
    """Values sampled at one instant (S 7.33)."""

    timestamp: DateTime
    sampled_value: NonEmptyArray[SampledValue]


class ChargingSchedulePeriod(WireModel):
    """From `start_period` on, this limit (S 7.14)."""

    start_period: Integer
    """Seconds from the start of the schedule."""
    limit: Limit
    """In the unit of the schedule: A per phase, or W over all phases."""
    number_phases: Integer | None = None
    """None: three are assumed."""


class ChargingSchedule(WireModel):
    """Limits over time (S 7.13)."""

    charging_rate_unit: ChargingRateUnitType
    charging_schedule_period: Array[ChargingSchedulePeriod]
    duration: Seconds | None = None
    """Seconds; None: the last period goes on."""
    start_schedule: DateTime | None = None
    min_charging_rate: Rate | None = None
    """A hint, not a limit."""


class ChargingProfile(WireModel):
    """A charging schedule and when it counts (S 7.8)."""

    charging_profile_id: Integer
    stack_level: Integer
    """0 is the lowest; the higher level wins."""
    charging_profile_purpose: ChargingProfilePurposeType
    charging_profile_kind: ChargingProfileKindType
    charging_schedule: ChargingSchedule
    transaction_id: Integer | None = None
    recurrency_kind: RecurrencyKindType | None = None
    valid_from: DateTime | None = None
    valid_to: DateTime | None = None
