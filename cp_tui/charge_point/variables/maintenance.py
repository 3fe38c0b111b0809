"""The variables `firmware` and `diagnostics`; a location is shown without its credentials."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from cp_tui.charge_point.codec import Value


class FirmwareState(StrEnum):
    """Where a firmware update stands; finer than what FirmwareStatusNotification can say."""

    IDLE = "idle"
    """There was no update yet."""
    SCHEDULED = "scheduled"
    """Waits for retrieveDate."""
    DOWNLOADING = "downloading"
    RETRYING = "retrying"
    """A try to download failed; the next one waits for retryInterval."""
    DOWNLOADED = "downloaded"
    """Waits until nobody charges any more."""
    INSTALLING = "installing"
    REBOOTING = "rebooting"
    """Installed, and active from the boot that follows."""
    INSTALLED = "installed"
    DOWNLOAD_FAILED = "download failed"
    INSTALLATION_FAILED = "installation failed"


class DiagnosticsState(StrEnum):
    """Where an upload of diagnostics stands."""

    IDLE = "idle"
    """There was no upload yet."""
    UPLOADING = "uploading"
    RETRYING = "retrying"
    """A try failed; the next one waits for retryInterval."""
    UPLOADED = "uploaded"
    UPLOAD_FAILED = "upload failed"


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


class FirmwareView(Value, frozen=True, kw_only=True):
    """The firmware, and the newest update of it."""

    version: str | None
    """What BootNotification says."""
    state: FirmwareState = FirmwareState.IDLE
    """How far the newest update has come."""
    since: datetime | None = None
    transfer: Transfer | None = None
    file: FileFacts | None = None
    """What was fetched last."""
    waits_for: str = ""
    """What keeps a downloaded file from being installed."""


class DiagnosticsView(Value, frozen=True, kw_only=True):
    """The newest upload of diagnostics."""

    state: DiagnosticsState = DiagnosticsState.IDLE
    """How far the newest upload has come."""
    since: datetime | None = None
    file_name: str = ""
    """Of the archive; empty before the first."""
    transfer: Transfer | None = None
