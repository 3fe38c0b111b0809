"""The variables `firmware`, `diagnostics` and `log_upload`; no location shows its credentials."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from cp_tui.certificates.facts import CertificateFacts, SignatureScheme
from cp_tui.charge_point.codec import Value
from cp_tui.charge_point.reason import Reason
from cp_tui.ocpp.datatypes import DiagnosticsStatus, FirmwareStatus


class FirmwareState(StrEnum):
    """Where a firmware update stands; finer than what the status notifications can say."""

    IDLE = "idle"
    """There was no update yet."""
    SCHEDULED = "scheduled"
    """Waits for retrieveDate."""
    DOWNLOADING = "downloading"
    RETRYING = "retrying"
    """A try to download failed; the next one waits for retryInterval."""
    DOWNLOADED = "downloaded"
    """Nobody has signed it; waits until nobody charges any more."""
    VERIFYING = "verifying"
    """It is signed: the signature is checked over the file as it lies there."""
    VERIFIED = "verified"
    """The signature is good; waits until nobody charges any more."""
    INSTALL_SCHEDULED = "installation scheduled"
    """The signature is good; waits for installDateTime, then until nobody charges any more."""
    INSTALLING = "installing"
    REBOOTING = "rebooting"
    """Installed, and active from the boot that follows."""
    INSTALLED = "installed"
    DOWNLOAD_FAILED = "download failed"
    INVALID_SIGNATURE = "invalid signature"
    """The signature does not fit the file; nothing is installed."""
    VERIFICATION_FAILED = "verification failed"
    """The file is not any more what was verified; nothing is installed."""
    INSTALLATION_FAILED = "installation failed"


class DiagnosticsState(StrEnum):
    """Where an upload of diagnostics, or of a log, stands."""

    IDLE = "idle"
    """There was no upload yet."""
    UPLOADING = "uploading"
    RETRYING = "retrying"
    """A try failed; the next one waits for retryInterval."""
    UPLOADED = "uploaded"
    UPLOAD_FAILED = "upload failed"


class TransferFault(StrEnum):
    """What was wrong with a transfer that failed, as far as the CSMS can be told (W 6.19)."""

    BAD_MESSAGE = "bad message"
    """The other side does not understand what it is sent, or is not understood."""
    PERMISSION_DENIED = "permission denied"
    """It refuses the login, or gives no right to the file."""
    NOT_SUPPORTED_OPERATION = "operation not supported"
    """It cannot do what it is asked for, or we cannot."""
    OTHER = "other"


class FileFacts(Value, frozen=True, kw_only=True):
    """A file that was fetched."""

    name: str
    """As in the downloads of the data folder."""
    size_bytes: int
    sha256: str
    first_line: str = ""
    """Shortened; empty where the file does not begin with text."""


class Transfer(Value, frozen=True, kw_only=True):
    """A file on its way, try by try."""

    location: str
    """Without credentials."""
    attempt: int
    """The present or the newest try; 0 before the first."""
    attempts_max: int
    next_try_at: datetime | None = None
    done_bytes: int | None = None
    """Moved so far in the present try."""
    total_bytes: int | None = None
    """None: the other side does not say."""
    last_error: str = ""
    """Why the newest try failed; empty: none did."""


class SignedFirmware(Value, frozen=True, kw_only=True):
    """What SignedUpdateFirmware says of an update, and what was found out about it (W L01)."""

    request_id: int
    status: str
    """As SignedFirmwareStatusNotification has it; `Idle`: nothing goes on."""
    signer: CertificateFacts
    """The signing certificate, which is good."""
    anchor: CertificateFacts
    """The root of the manufacturer that stands for it."""
    install_at: datetime | None = None
    """installDateTime, in the clock of the machine; None: as soon as nobody charges."""
    scheme: SignatureScheme | None = None
    """How the file is signed; None: the signature was not verified, or does not fit."""
    verified_at: datetime | None = None


class RunningFirmware(Value, frozen=True, kw_only=True):
    """The firmware that runs since an update has installed it."""

    since: datetime | None = None
    """None: an older version of this program has installed it."""
    sha256: str = ""
    """Of its file; empty as above."""
    scheme: SignatureScheme | None = None
    """How its file was signed; None: nobody has signed it."""
    signer: CertificateFacts | None = None
    """The certificate with whose key it was signed."""


class FirmwareView(Value, frozen=True, kw_only=True):
    """The firmware, and the newest update of it."""

    version: str | None
    """What BootNotification says."""
    running: RunningFirmware | None = None
    """None: no update has installed it, its version is that of the settings."""
    state: FirmwareState = FirmwareState.IDLE
    """How far the newest update has come."""
    status: FirmwareStatus = FirmwareStatus.IDLE
    """The same, as FirmwareStatusNotification has it."""
    signed: SignedFirmware | None = None
    """None: the newest update was ordered with UpdateFirmware, so nobody has signed it."""
    since: datetime | None = None
    transfer: Transfer | None = None
    file: FileFacts | None = None
    """What was fetched last."""
    waits_for: str = ""
    """What keeps a downloaded file from being installed."""
    problem: str = ""
    """Why the newest update has failed: which check, and what it found; empty: it has not."""
    refusal: Reason | None = None
    """Why the newest SignedUpdateFirmware since the boot was not begun; None: it was."""


class LogKind(StrEnum):
    """Which log GetLog is about, as it stands on the wire (W 6.13)."""

    DIAGNOSTICS = "DiagnosticsLog"
    SECURITY = "SecurityLog"


class DiagnosticsView(Value, frozen=True, kw_only=True):
    """The newest upload of diagnostics that GetDiagnostics asked for."""

    state: DiagnosticsState = DiagnosticsState.IDLE
    """How far the newest upload has come."""
    status: DiagnosticsStatus = DiagnosticsStatus.IDLE
    """The same, as DiagnosticsStatusNotification has it."""
    since: datetime | None = None
    file_name: str = ""
    """Of the archive; empty before the first."""
    transfer: Transfer | None = None


class LogUploadView(Value, frozen=True, kw_only=True):
    """The newest upload that GetLog asked for (W N01)."""

    state: DiagnosticsState = DiagnosticsState.IDLE
    """How far the newest upload has come."""
    status: str = "Idle"
    """The same, as LogStatusNotification has it: what a failure was as well."""
    kind: LogKind | None = None
    """None: no log was asked for yet."""
    request_id: int | None = None
    oldest: datetime | None = None
    """Limits of the entries that were asked for, in the clock of the charge point."""
    latest: datetime | None = None
    since: datetime | None = None
    file_name: str = ""
    """Empty before the first."""
    transfer: Transfer | None = None
    refusal: Reason | None = None
    """Why the newest GetLog since the boot uploads nothing; None: it does."""
