"""Rules of firmware updates and uploads, each found and silent."""

from __future__ import annotations

from typing import Any

import pytest

from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import format_date_time
from cp_tui.traces.record import LinkKind
from tests.explain.talk import BOOT, Talk

IMAGE = {
    "location": "https://example.com/f.bin",
    "retrieveDateTime": "2026-11-03T08:00:00Z",
    "signingCertificate": "-",
    "signature": "c2ln",
}


def booted(version: str = "1.0") -> Talk:
    talk = Talk()
    boot(talk, version)
    return talk


def boot(talk: Talk, version: str) -> None:
    answer = {"status": "Accepted", "currentTime": talk.time, "interval": 7200}
    talk.tell("BootNotification", BOOT | {"firmwareVersion": version}, answer)


def update(talk: Talk, after_s: float = 0) -> None:
    when = format_date_time(later(talk.now, after_s))
    talk.ask("UpdateFirmware", {"location": "ftp://u:p@example.com/f", "retrieveDate": when}, {})


def told(talk: Talk, *statuses: str, action: str = "Firmware", **more: Any) -> None:
    for status in statuses:
        talk.tell(f"{action}StatusNotification", {"status": status} | more)


def of(talk: Talk, *areas: str) -> list[str]:
    """What was found, of these subjects."""
    return [each for each in talk.noted() if each.partition(".")[0] in areas]


@pytest.mark.parametrize(
    ("statuses", "is_right"),
    [
        ("Downloading Downloaded Installing Installed", True),
        ("Downloading Downloading Downloaded Installing Installed", True),
        ("Downloading DownloadFailed Downloading Downloaded Installing Installed", True),
        ("Downloading Downloaded InstallationFailed", True),
        ("Downloaded Installing", False),
        ("Downloading Installing", False),
        ("Downloading Downloaded Installing Installed Installing", False),
        ("Downloading Downloaded Downloading", False),
    ],
)
def test_a_firmware_update_goes_step_by_step(statuses: str, is_right: bool) -> None:
    talk = booted()
    update(talk)
    told(talk, *statuses.split())
    found = [each for each in of(talk, "firmware") if each != "firmware.failed"]
    assert found == ([] if is_right else ["firmware.sequence"])


def test_a_boot_in_between_and_a_new_update_begin_anew() -> None:
    talk = booted()
    update(talk)
    told(talk, "Downloading", "Downloaded", "Installing")
    boot(talk, "2.0")
    told(talk, "Installed")
    update(talk)
    told(talk, "Downloading")
    assert of(talk, "firmware") == []


def test_a_failure_is_noted_without_the_password() -> None:
    talk = booted()
    update(talk)
    told(talk, "Downloading", "DownloadFailed")
    [finding] = [each for each in talk.report().findings if each.id == "firmware.failed"]
    assert "ftp://***@example.com/f" in finding.text
    assert "u:p" not in repr(talk.report().findings)
    assert "security.credentials_in_location" in talk.noted()


def test_what_nobody_asked_for_is_told_by_nobody() -> None:
    for statuses, id in ((["Downloading"], "unasked"), (["Idle"], "idle_untriggered")):
        talk = booted()
        told(talk, *statuses)
        assert talk.only(f"firmware.{id}").at_fault == "charger"
        cold = Talk()
        told(cold, *statuses)
        assert cold.noted() == []
    talk = booted()
    talk.ask(
        "TriggerMessage", {"requestedMessage": "FirmwareStatusNotification"}, {"status": "Accepted"}
    )
    told(talk, "Idle")
    assert talk.found() == []


def test_it_does_not_begin_before_its_time_nor_stay_silent() -> None:
    talk = booted()
    update(talk, after_s=300)
    told(talk, "Downloading")
    assert talk.only("firmware.too_early").at_fault == "charger"
    for waits in ((800,), (1000,)):
        talk = booted()
        update(talk, after_s=300)
        talk.wait(*waits)
        talk.charge_point("Heartbeat")
        assert of(talk, "firmware") == (["firmware.silent"] if waits == (1000,) else [])
    talk = booted()
    update(talk)
    told(talk, "Downloading")
    for _ in range(10):
        talk.wait(800)
        talk.charge_point("Heartbeat")
        talk.answer({"currentTime": talk.time})
    assert of(talk, "firmware") == ["firmware.silent"]


def test_a_new_firmware_has_a_new_version() -> None:
    for version in ("1.0", "2.0"):
        talk = booted()
        update(talk)
        told(talk, "Downloading", "Downloaded", "Installing", "Installed")
        talk.link(LinkKind.CLOSE)
        boot(talk, version)
        is_old = version == "1.0"
        assert of(talk, "firmware") == (["firmware.version_unchanged"] if is_old else [])


def test_an_upload_of_diagnostics_goes_step_by_step() -> None:
    for statuses in (["Uploading", "Uploaded"], ["Uploading", "UploadFailed", "Uploading"]):
        talk = booted()
        talk.ask("GetDiagnostics", {"location": "ftp://example.com"}, {"fileName": "a.zip"})
        told(talk, *statuses, action="Diagnostics")
        assert talk.found() == []
    talk = booted()
    talk.ask("GetDiagnostics", {"location": "ftp://example.com"}, {"fileName": "a.zip"})
    told(talk, "Uploaded", action="Diagnostics")
    assert talk.only("diagnostics.sequence").at_fault == "charger"
    talk = booted()
    told(talk, "Uploading", action="Diagnostics")
    assert talk.only("diagnostics.unasked").severity == "warning"
    talk = booted()
    told(talk, "Idle", action="Diagnostics")
    assert talk.only("diagnostics.unasked").severity == "error"


def test_an_upload_that_was_promised_comes() -> None:
    for answer in ({"fileName": "a.zip"}, {}):
        talk = booted()
        talk.ask("GetDiagnostics", {"location": "ftp://example.com"}, answer)
        talk.wait(700)
        talk.charge_point("Heartbeat")
        assert of(talk, "diagnostics") == (["diagnostics.silent"] if answer else [])


def test_a_signed_update_goes_step_by_step() -> None:
    right = "DownloadScheduled Downloading Downloaded SignatureVerified Installing Installed"
    for statuses in (right, "Downloading Downloaded InvalidSignature", "SignatureVerified"):
        talk = booted()
        payload = {"requestId": 4, "firmware": IMAGE}
        talk.ask("SignedUpdateFirmware", payload, {"status": "Accepted"})
        told(talk, *statuses.split(), action="SignedFirmware", requestId=4)
        is_wrong = statuses == "SignatureVerified"
        assert of(talk, "signed_firmware") == (["signed_firmware.sequence"] if is_wrong else [])


def test_an_upload_of_logs_names_its_request() -> None:
    for statuses, request, found in (
        ("Uploading Uploaded", 4, []),
        ("Uploading UploadFailure Uploading Uploaded", 4, []),
        ("Uploaded", 4, ["log_upload.sequence"]),
        ("Uploading", 5, ["log_upload.request_id"]),
        ("Uploading", None, ["log_upload.request_id"]),
    ):
        talk = booted()
        log = {"remoteLocation": "ftp://example.com"}
        payload = {"log": log, "logType": "SecurityLog", "requestId": 4}
        talk.ask("GetLog", payload, {"status": "Accepted", "filename": "a"})
        more = {} if request is None else {"requestId": request}
        told(talk, *statuses.split(), action="Log", **more)
        assert of(talk, "log_upload") == found
