"""The messages of the security extension (W 5)."""

from __future__ import annotations

from cp_tui.ocpp.datatypes import (
    DateTime,
    FilledString800,
    Integer,
    NonEmptyArray,
    Seconds,
    String40,
    String50,
    String128,
    String255,
    String512,
    String5500,
    String10000,
    TriggerMessageStatus,
)
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.security_enumerations import (
    CertificateSignedStatus,
    CertificateUse,
    DeleteCertificateStatus,
    ExtendedMessageTrigger,
    GenericStatus,
    GetInstalledCertificateStatus,
    GetLogStatus,
    HashAlgorithm,
    InstallCertificateStatus,
    LogType,
    SignedFirmwareStatus,
    SignedUpdateFirmwareStatus,
    UploadLogStatus,
)


class CertificateHashData(WireModel):
    """Names a certificate as OCSP does (W 6)."""

    hash_algorithm: HashAlgorithm
    issuer_name_hash: String128
    issuer_key_hash: String128
    serial_number: String40
    """Hex without leading zeros."""


class CertificateSignedRequest(WireModel):
    """Deliver the signed certificate of the charge point (W 5.1)."""

    certificate_chain: String10000
    """PEM, leaf first."""


class CertificateSignedResponse(WireModel):
    """Whether the certificate is valid and stored."""

    status: CertificateSignedStatus


class DeleteCertificateRequest(WireModel):
    """Delete an installed root certificate (W 5.3)."""

    certificate_hash_data: CertificateHashData


class DeleteCertificateResponse(WireModel):
    """Result of DeleteCertificate."""

    status: DeleteCertificateStatus


class ExtendedTriggerMessageRequest(WireModel):
    """Send this message now, security messages included (W 5.5)."""

    requested_message: ExtendedMessageTrigger
    connector_id: Integer | None = None


class ExtendedTriggerMessageResponse(WireModel):
    """Whether the message will follow."""

    status: TriggerMessageStatus


class GetInstalledCertificateIdsRequest(WireModel):
    """Which root certificates are installed? (W 5.7)."""

    certificate_type: CertificateUse


class GetInstalledCertificateIdsResponse(WireModel):
    """The root certificates; None when there is none, never an empty list."""

    status: GetInstalledCertificateStatus
    certificate_hash_data: NonEmptyArray[CertificateHashData] | None = None


class LogParameters(WireModel):
    """Where a log goes, and from when it is wanted (W 6)."""

    remote_location: String512
    """URL of the upload."""
    oldest_timestamp: DateTime | None = None
    latest_timestamp: DateTime | None = None


class GetLogRequest(WireModel):
    """Upload a log (W 5.9)."""

    log: LogParameters
    log_type: LogType
    request_id: Integer
    """Comes back in LogStatusNotification."""
    retries: Integer | None = None
    retry_interval: Seconds | None = None
    """Seconds."""


class GetLogResponse(WireModel):
    """Result of GetLog, with the name of the file."""

    status: GetLogStatus
    filename: String255 | None = None


class InstallCertificateRequest(WireModel):
    """Install a root certificate (W 5.11)."""

    certificate_type: CertificateUse
    certificate: String5500
    """PEM."""


class InstallCertificateResponse(WireModel):
    """Result of InstallCertificate."""

    status: InstallCertificateStatus


class LogStatusNotificationRequest(WireModel):
    """Progress of a log upload (W 5.13)."""

    status: UploadLogStatus
    request_id: Integer | None = None


class LogStatusNotificationResponse(WireModel):
    """Receipt of the progress."""


class SecurityEventNotificationRequest(WireModel):
    """A security event has happened (W 5.15)."""

    type: String50
    timestamp: DateTime
    tech_info: String255 | None = None


class SecurityEventNotificationResponse(WireModel):
    """Receipt of the event."""


class SignCertificateRequest(WireModel):
    """Have a new certificate for the charge point signed (W 5.17)."""

    csr: String5500
    """PKCS#10 in PEM."""


class SignCertificateResponse(WireModel):
    """Whether the CSMS passes the request on."""

    status: GenericStatus


class SignedFirmwareStatusNotificationRequest(WireModel):
    """Progress of a signed firmware update (W 5.19)."""

    status: SignedFirmwareStatus
    request_id: Integer | None = None


class SignedFirmwareStatusNotificationResponse(WireModel):
    """Receipt of the progress."""


class FirmwareImage(WireModel):
    """A signed firmware image (W 6)."""

    location: String512
    retrieve_date_time: DateTime
    """Earliest moment of the download."""
    signing_certificate: String5500
    """PEM."""
    signature: FilledString800
    """Base64, over the file."""
    install_date_time: DateTime | None = None
    """Earliest moment of the installation."""


class SignedUpdateFirmwareRequest(WireModel):
    """Fetch and install signed firmware (W 5.21)."""

    request_id: Integer
    firmware: FirmwareImage
    retries: Integer | None = None
    retry_interval: Seconds | None = None
    """Seconds."""


class SignedUpdateFirmwareResponse(WireModel):
    """Result of SignedUpdateFirmware."""

    status: SignedUpdateFirmwareStatus
