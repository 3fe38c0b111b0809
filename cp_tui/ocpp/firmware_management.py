"""The messages of the FirmwareManagement profile (S 4.4, S 4.5, S 5.9, S 5.19)."""

from __future__ import annotations

from cp_tui.ocpp.datatypes import (
    CiString255,
    DateTime,
    DiagnosticsStatus,
    FirmwareStatus,
    Integer,
    Seconds,
    String,
)
from cp_tui.ocpp.model import WireModel


class DiagnosticsStatusNotificationRequest(WireModel):
    """Progress of a diagnostics upload (S 4.4)."""

    status: DiagnosticsStatus


class DiagnosticsStatusNotificationResponse(WireModel):
    """Receipt of the progress."""


class FirmwareStatusNotificationRequest(WireModel):
    """Progress of a firmware update (S 4.5)."""

    status: FirmwareStatus


class FirmwareStatusNotificationResponse(WireModel):
    """Receipt of the progress."""


class GetDiagnosticsRequest(WireModel):
    """Upload a file with diagnostics (S 5.9)."""

    location: String
    """URL of a directory."""
    retries: Integer | None = None
    """After the first try (E 3.50)."""
    retry_interval: Seconds | None = None
    """Seconds."""
    start_time: DateTime | None = None
    stop_time: DateTime | None = None


class GetDiagnosticsResponse(WireModel):
    """Name of the file that will be uploaded; None: nothing to upload."""

    file_name: CiString255 | None = None


class UpdateFirmwareRequest(WireModel):
    """Fetch and install firmware (S 5.19)."""

    location: String
    """URL of the image."""
    retrieve_date: DateTime
    """Earliest moment of the download."""
    retries: Integer | None = None
    retry_interval: Seconds | None = None
    """Seconds."""


class UpdateFirmwareResponse(WireModel):
    """Receipt of the request."""
