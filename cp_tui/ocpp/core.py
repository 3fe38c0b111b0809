"""The messages of the Core profile (S 4, S 5, S 6)."""

from __future__ import annotations

from pydantic import Field

from cp_tui.ocpp.datatypes import (
    Array,
    AvailabilityStatus,
    AvailabilityType,
    ChargePointErrorCode,
    ChargePointStatus,
    ChargingProfile,
    CiString20,
    CiString25,
    CiString50,
    CiString255,
    CiString500,
    ClearCacheStatus,
    ConfigurationStatus,
    DataTransferStatus,
    DateTime,
    IdTagInfo,
    Integer,
    KeyValue,
    MeterValue,
    NonEmptyArray,
    RegistrationStatus,
    RemoteStartStopStatus,
    ResetStatus,
    ResetType,
    Seconds,
    StopReason,
    String,
    UnlockStatus,
    WattHours,
)
from cp_tui.ocpp.model import WireModel


class AuthorizeRequest(WireModel):
    """May this tag charge? (S 4.1)."""

    id_tag: CiString20


class AuthorizeResponse(WireModel):
    """Verdict on the tag."""

    id_tag_info: IdTagInfo


class BootNotificationRequest(WireModel):
    """Who the charge point is; the first message after every boot (S 4.2)."""

    charge_point_vendor: CiString20
    charge_point_model: CiString20
    charge_point_serial_number: CiString25 | None = None
    charge_box_serial_number: CiString25 | None = None
    firmware_version: CiString50 | None = None
    iccid: CiString20 | None = None
    imsi: CiString20 | None = None
    meter_type: CiString25 | None = None
    meter_serial_number: CiString25 | None = None


class BootNotificationResponse(WireModel):
    """Whether the CSMS wants the charge point, and the time.

    Every field is required on the wire; None stands for one that `read_answer` did not find.
    """

    status: RegistrationStatus | None
    current_time: DateTime | None
    interval: Seconds | None
    """Seconds: between heartbeats when Accepted, else before the next BootNotification."""


class ChangeAvailabilityRequest(WireModel):
    """Take a connector, or with 0 everything, into or out of service (S 5.2)."""

    connector_id: Integer
    type: AvailabilityType


class ChangeAvailabilityResponse(WireModel):
    """Result of ChangeAvailability."""

    status: AvailabilityStatus


class ChangeConfigurationRequest(WireModel):
    """Write one configuration key (S 5.3)."""

    key: CiString50
    value: CiString500 = Field(repr=False)
    """Not in `repr`: it may be the AuthorizationKey."""


class ChangeConfigurationResponse(WireModel):
    """Result of ChangeConfiguration."""

    status: ConfigurationStatus


class ClearCacheRequest(WireModel):
    """Empty the authorization cache (S 5.4)."""


class ClearCacheResponse(WireModel):
    """Result of ClearCache."""

    status: ClearCacheStatus


class DataTransferRequest(WireModel):
    """A message of a vendor, either way (S 4.3, S 5.6)."""

    vendor_id: CiString255
    message_id: CiString50 | None = None
    data: String | None = None


class DataTransferResponse(WireModel):
    """Answer of the vendor's extension."""

    status: DataTransferStatus
    data: String | None = None


class GetConfigurationRequest(WireModel):
    """Read configuration keys; none named means all (S 5.8)."""

    key: Array[CiString50] | None = None


class GetConfigurationResponse(WireModel):
    """The keys that exist, and the names that do not."""

    configuration_key: Array[KeyValue] | None = None
    unknown_key: Array[CiString50] | None = None


class HeartbeatRequest(WireModel):
    """Sign of life (S 4.6)."""


class HeartbeatResponse(WireModel):
    """The time of the CSMS, required on the wire; None: `read_answer` did not find it."""

    current_time: DateTime | None


class MeterValuesRequest(WireModel):
    """Meter values of a connector; 0 is the main meter (S 4.7)."""

    connector_id: Integer
    meter_value: NonEmptyArray[MeterValue]
    transaction_id: Integer | None = None


class MeterValuesResponse(WireModel):
    """Receipt of the meter values."""


class RemoteStartTransactionRequest(WireModel):
    """Start a transaction for a tag (S 5.11)."""

    id_tag: CiString20
    connector_id: Integer | None = None
    charging_profile: ChargingProfile | None = None


class RemoteStartTransactionResponse(WireModel):
    """Whether the start will be tried."""

    status: RemoteStartStopStatus


class RemoteStopTransactionRequest(WireModel):
    """Stop a running transaction (S 5.12)."""

    transaction_id: Integer


class RemoteStopTransactionResponse(WireModel):
    """Whether the transaction will be stopped."""

    status: RemoteStartStopStatus


class ResetRequest(WireModel):
    """Restart the charge point (S 5.14)."""

    type: ResetType


class ResetResponse(WireModel):
    """Whether the charge point will restart."""

    status: ResetStatus


class StartTransactionRequest(WireModel):
    """A transaction has started (S 4.8)."""

    connector_id: Integer
    id_tag: CiString20
    meter_start: WattHours
    """Wh."""
    timestamp: DateTime
    reservation_id: Integer | None = None


class StartTransactionResponse(WireModel):
    """Id of the transaction and verdict on the tag."""

    id_tag_info: IdTagInfo
    transaction_id: Integer | None
    """Required on the wire; None: `read_answer` did not find it."""


class StatusNotificationRequest(WireModel):
    """Status or error of a connector; 0 is the charge point (S 4.9)."""

    connector_id: Integer
    error_code: ChargePointErrorCode
    status: ChargePointStatus
    info: CiString50 | None = None
    timestamp: DateTime | None = None
    vendor_id: CiString255 | None = None
    vendor_error_code: CiString50 | None = None


class StatusNotificationResponse(WireModel):
    """Receipt of the status."""


class StopTransactionRequest(WireModel):
    """A transaction has ended (S 4.10)."""

    meter_stop: WattHours
    """Wh."""
    timestamp: DateTime
    transaction_id: Integer
    """-1 when StartTransaction was never answered (E 3.18)."""
    id_tag: CiString20 | None = None
    reason: StopReason | None = None
    transaction_data: Array[MeterValue] | None = None


class StopTransactionResponse(WireModel):
    """Verdict on the tag that stopped the transaction."""

    id_tag_info: IdTagInfo | None = None


class UnlockConnectorRequest(WireModel):
    """Open the cable lock of a connector (S 5.18)."""

    connector_id: Integer


class UnlockConnectorResponse(WireModel):
    """Result of UnlockConnector."""

    status: UnlockStatus
