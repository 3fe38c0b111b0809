"""The official test cases of the FirmwareManagement profile (OCTT, 2024-04), and retries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cp_tui.charge_point.effects import Download, Upload
from cp_tui.charge_point.variables import FileFacts
from tests.charge_point.rig import Rig, rig

LOCATION = "https://fw.example/firmware-2.0.0.bin"


def update(made: Rig, **payload: Any) -> None:
    request = {"location": LOCATION, "retrieveDate": "2026-01-05T07:00:00Z", **payload}
    assert made.request("UpdateFirmware", request)[2] == {}


def statuses(made: Rig, action: str = "FirmwareStatusNotification") -> list[str]:
    return [payload["status"] for payload in made.calls(action)]


def test_tc_044_1_firmware_update_download_and_install() -> None:
    made = rig(firmware_version="1.0.0")
    update(made)
    made.after(10)
    assert statuses(made) == ["Downloading", "Downloaded", "Installing", "Installed"]
    assert [p["firmwareVersion"] for p in made.calls("BootNotification")] == ["2.0.0"]
    order = made.actions()
    boot = order.index("BootNotification")
    assert order[boot:] == [
        "BootNotification",
        *["StatusNotification"] * 3,
        "FirmwareStatusNotification",
    ]
    assert made.statuses(1) == ["Unavailable", "Available"]
    assert made.statuses(2) == ["Unavailable", "Available"]


def test_tc_044_2_firmware_update_download_failed() -> None:
    made = rig()
    made.carrier = lambda _: "fw.example answered 404 Not Found"
    update(made, retries=0)
    made.after(3_600)
    assert statuses(made) == ["Downloading", "DownloadFailed"]
    assert not made.calls("BootNotification")
    assert not made.calls("StatusNotification")
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    assert made.statuses(1) == ["Preparing", "Charging"]


def test_tc_044_3_firmware_update_installation_failed() -> None:
    made = rig(firmware_version="1.0.0")
    broken = FileFacts(
        name="bad.bin", size_bytes=9, sha256="0" * 64, first_line="broken: wrong hardware"
    )
    made.carrier = lambda _: broken
    update(made)
    made.after(10)
    assert statuses(made) == ["Downloading", "Downloaded", "Installing", "InstallationFailed"]
    assert not made.calls("BootNotification")
    assert made.statuses(1) == ["Unavailable", "Available"]


def test_tc_045_1_get_diagnostics() -> None:
    made = rig()
    answer = made.request("GetDiagnostics", {"location": "ftp://logs.example/in"})
    assert answer[2] == {"fileName": "diagnostics-CP001-20260105T080000Z.zip"}
    assert statuses(made, "DiagnosticsStatusNotification") == ["Uploading", "Uploaded"]
    (upload,) = made.transfers
    assert isinstance(upload, Upload)
    assert upload.file_name == answer[2]["fileName"]


def test_tc_045_2_get_diagnostics_upload_failed() -> None:
    made = rig()
    made.carrier = lambda _: "logs.example refuses connections"
    made.request("GetDiagnostics", {"location": "ftp://logs.example/in", "retries": 0})
    made.after(3_600)
    assert statuses(made, "DiagnosticsStatusNotification") == ["Uploading", "UploadFailed"]
    made.act("plug_in", connector_id=1)
    assert made.statuses(1) == ["Preparing"]


def tries_of(made: Rig, action: str, payload: dict[str, Any]) -> list[float]:
    """Let every try fail, and give when each was made, in seconds after the request."""
    begun, start = list[datetime](), made.now

    def fail(transfer: Download | Upload) -> str:
        begun.append(made.now)
        return "no route"

    made.carrier = fail
    made.request(action, payload)
    made.after(3_600)
    return [(at - start).total_seconds() for at in begun]


def test_get_diagnostics_is_tried_again_as_often_and_as_late_as_was_asked() -> None:
    """`retries` counts what follows the first try (E 3.50)."""
    made = rig()
    payload = {"location": "ftp://logs.example/in", "retries": 3, "retryInterval": 20}
    assert tries_of(made, "GetDiagnostics", payload) == [0, 20, 40, 60]
    told = statuses(made, "DiagnosticsStatusNotification")
    assert told == ["Uploading", "UploadFailed"] * 4


def test_update_firmware_is_tried_again_as_often_and_as_late_as_was_asked() -> None:
    made = rig()
    payload = {
        "location": LOCATION,
        "retrieveDate": "2026-01-05T08:05:00Z",
        "retries": 2,
        "retryInterval": 45,
    }
    assert tries_of(made, "UpdateFirmware", payload) == [300, 345, 390]
    assert statuses(made) == ["Downloading", "DownloadFailed"] * 3


def test_tc_054_triggered_while_nothing_goes_on_says_idle() -> None:
    made = rig()
    for message in ("FirmwareStatusNotification", "DiagnosticsStatusNotification"):
        answer = made.request("TriggerMessage", {"requestedMessage": message})
        assert answer[2] == {"status": "Accepted"}
        assert statuses(made, message) == ["Idle"]


def test_both_can_be_triggered_while_the_registration_is_pending() -> None:
    made = rig(boot=False)
    pending = {"status": "Pending", "currentTime": "2026-01-05T08:00:00Z", "interval": 600}
    made.responders["BootNotification"] = lambda _: pending
    made.power_on()
    for message in ("FirmwareStatusNotification", "DiagnosticsStatusNotification"):
        made.request("TriggerMessage", {"requestedMessage": message})
        assert statuses(made, message) == ["Idle"]
