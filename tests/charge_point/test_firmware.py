"""UpdateFirmware in virtual time: waiting, retrying, installing, and power cuts in between."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from cp_tui.charge_point.effects import Log
from cp_tui.charge_point.events import Restart, Stop, TransferFinished, TransferProgressed
from cp_tui.charge_point.firmware_file import defect, version_of
from cp_tui.charge_point.variables import FileFacts, FirmwareState, FirmwareView, Identity
from tests.charge_point.rig import NEW_FIRMWARE, Rig, rig
from tests.conformance.steps import charging

PAST = "2026-01-05T07:00:00Z"
LOCATION = "ftp://user:geheim@fw.example/firmware-2.0.0.bin?sig=xyz"
BROKEN = FileFacts(name="x.bin", size_bytes=0, sha256="0" * 64)


def update(made: Rig, **payload: Any) -> list[Any]:
    return made.request("UpdateFirmware", {"location": LOCATION, "retrieveDate": PAST, **payload})


def statuses(made: Rig) -> list[str]:
    return [payload["status"] for payload in made.calls("FirmwareStatusNotification")]


def shown(made: Rig) -> FirmwareView:
    value = made.variables["firmware"]
    assert isinstance(value, FirmwareView)
    return value


def logged(made: Rig) -> str:
    return "\n".join(effect.text for effect in made.effects if isinstance(effect, Log))


def slow(made: Rig) -> None:
    """Have transfers go on until the test ends them."""
    made.carrier = lambda _: None


def test_nothing_happens_before_retrieve_date() -> None:
    made = rig()
    slow(made)
    update(made, retrieveDate="2026-01-05T08:10:00Z")
    made.after(599)
    assert made.transfers == []
    assert shown(made).state is FirmwareState.SCHEDULED
    transfer = shown(made).transfer
    assert transfer is not None
    assert transfer.next_try_at is not None
    assert transfer.next_try_at.isoformat() == "2026-01-05T08:10:00+00:00"
    made.after(1)
    assert len(made.transfers) == 1
    assert statuses(made) == ["Downloading"]


def test_retrieve_date_is_in_the_clock_of_the_csms() -> None:
    made = rig(boot=False)
    ahead = {"status": "Accepted", "currentTime": "2026-01-05T09:00:00Z", "interval": 300}
    made.responders["BootNotification"] = lambda _: ahead
    made.power_on()
    slow(made)
    update(made, retrieveDate="2026-01-05T09:01:00Z")
    made.after(59)
    assert made.transfers == []
    made.after(1)
    assert len(made.transfers) == 1


@pytest.mark.parametrize("date", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+00:00"])
def test_a_date_at_the_end_of_the_calendar_harms_nothing(date: str) -> None:
    made = rig()
    slow(made)
    update(made, retrieveDate=date)
    made.after(10)
    assert made.request("GetConfiguration")[0] == 3


@pytest.mark.parametrize("retries", [-5, 2**62])
def test_numbers_without_sense_are_brought_within_reason(retries: int) -> None:
    made = rig()
    made.carrier = lambda _: "no route"
    update(made, retries=retries, retryInterval=-(2**60))
    made.after(10)
    assert len(made.transfers) == (1 if retries < 0 else 101)
    update(made, retries=1, retryInterval=2**62)
    assert shown(made).state is FirmwareState.RETRYING


def test_without_numbers_it_is_tried_three_times_a_minute_apart() -> None:
    made = rig()
    made.carrier = lambda _: "no route"
    update(made)
    made.after(119)
    assert len(made.transfers) == 2
    transfer = shown(made).transfer
    assert transfer is not None
    assert (transfer.attempt, transfer.attempts_max) == (2, 3)
    assert transfer.last_error == "no route"
    assert transfer.next_try_at is not None
    made.after(3_600)
    assert len(made.transfers) == 3
    assert shown(made).state is FirmwareState.DOWNLOAD_FAILED


def test_progress_is_shown() -> None:
    made = rig()
    slow(made)
    update(made)
    made.handle(TransferProgressed(made.transfers[-1].transfer_id, 500, 1_000))
    transfer = shown(made).transfer
    assert transfer is not None
    assert (transfer.done_bytes, transfer.total_bytes) == (500, 1_000)
    made.handle(TransferProgressed("another", 700, 1_000))
    transfer = shown(made).transfer
    assert transfer is not None
    assert transfer.done_bytes == 500


def test_credentials_go_to_the_transfer_and_nowhere_else() -> None:
    made = rig()
    made.carrier = lambda _: "no route"
    update(made)
    assert made.transfers[-1].location == LOCATION
    transfer = shown(made).transfer
    assert transfer is not None
    assert transfer.location == "ftp://***@fw.example/firmware-2.0.0.bin?***"
    seen = [*map(repr, made.effects), *map(repr, made.events), *map(repr, made.published)]
    assert not [text for text in seen if "geheim" in text or "sig=xyz" in text]


def test_a_second_request_replaces_one_that_waits_or_downloads() -> None:
    made = rig()
    slow(made)
    update(made, retrieveDate="2026-01-05T09:00:00Z")
    update(made)
    first = made.transfers[-1].transfer_id
    update(made, location="http://other.example/3.0.0.bin")
    assert made.cancelled == [first]
    assert made.transfers[-1].location == "http://other.example/3.0.0.bin"
    made.handle(TransferFinished(first, True, "too late", NEW_FIRMWARE))
    assert shown(made).state is FirmwareState.DOWNLOADING


def test_a_second_request_is_ignored_once_the_file_is_here() -> None:
    made = rig()
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    update(made)
    assert shown(made).state is FirmwareState.DOWNLOADED
    assert update(made, location="http://other.example/3.0.0.bin")[2] == {}
    assert len(made.transfers) == 1
    assert "ignored: an update is downloaded already" in logged(made)


def test_it_waits_for_transactions_and_takes_free_connectors_out_of_service() -> None:
    """S 5.19, E 3.49."""
    made = rig()
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.forget_sent()
    update(made)
    made.after(600)
    assert statuses(made) == ["Downloading", "Downloaded"]
    assert made.statuses(1) == []
    assert made.statuses(2) == ["Unavailable"]
    assert shown(made).waits_for == "connector 1 to become free"
    made.act("plug_out", connector_id=1)
    made.after(10)
    assert made.statuses(1)[:2] == ["Finishing", "Unavailable"]
    assert statuses(made) == ["Downloading", "Downloaded", "Installing", "Installed"]
    assert made.boots == 2


def test_a_tag_that_is_about_to_start_is_waited_for() -> None:
    made = rig()
    made.act("swipe", id_tag="TAG")
    made.forget_sent()
    update(made)
    assert statuses(made) == ["Downloading", "Downloaded"]
    made.after(3_600)
    assert made.statuses(1)[:2] == ["Available", "Unavailable"]
    assert statuses(made)[-1] == "Installed"


def test_a_cable_without_tag_ends_its_attempt_before_the_installation() -> None:
    """No way leads from Preparing to Unavailable (status.md, Changes)."""
    made = rig()
    made.act("plug_in", connector_id=1)
    made.forget_sent()
    made.carrier = lambda _: BROKEN
    update(made)
    assert made.statuses(1) == ["Finishing", "Unavailable"]
    made.act("swipe", id_tag="TAG")
    assert not made.calls("StartTransaction")
    made.after(10)
    assert made.statuses(1)[2:] == ["Preparing"]
    assert "is no legal transition" not in logged(made)


@pytest.mark.parametrize("how", ["local", "remote"])
def test_a_cable_without_tag_begins_nothing_while_another_connector_is_waited_for(
    how: str,
) -> None:
    """E 3.49: else one car after the other would put the installation off."""
    made = rig()
    charging(made, 2, "OTHER")
    made.act("plug_in", connector_id=1)
    update(made)
    if how == "local":
        came = made.came(made.swipe("TAG", 1))
        assert came is not None
        assert came.outcome == "Refused"
        assert "1 is to be Unavailable as soon as it is free" in came.text
        assert came.text.endswith("or wait until the new firmware is installed")
    else:
        request = {"connectorId": 1, "idTag": "TAG"}
        answer = made.request("RemoteStartTransaction", request)
        assert answer[2] == {"status": "Rejected"}
    assert made.calls("StartTransaction") == []
    made.act("swipe", id_tag="OTHER", connector_id=2)
    assert statuses(made)[-1] == "Installing"


def test_a_cable_may_begin_again_after_an_installation_that_failed() -> None:
    made = rig()
    charging(made, 2, "OTHER")
    made.act("plug_in", connector_id=1)
    made.carrier = lambda _: BROKEN
    update(made)
    made.act("swipe", id_tag="OTHER", connector_id=2)
    made.after(30)
    assert statuses(made)[-1] == "InstallationFailed"
    made.act("swipe", id_tag="TAG", connector_id=1)
    assert [p["idTag"] for p in made.calls("StartTransaction")] == ["TAG"]


def test_nobody_can_start_while_it_installs() -> None:
    made = rig()
    update(made)
    assert shown(made).state is FirmwareState.INSTALLING
    answer = made.request("RemoteStartTransaction", {"connectorId": 1, "idTag": "TAG"})
    assert answer[2] == {"status": "Rejected"}
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    assert not made.calls("StartTransaction")


def test_change_availability_outlives_a_failed_installation() -> None:
    made = rig()
    made.carrier = lambda _: BROKEN
    update(made)
    made.request("ChangeAvailability", {"connectorId": 2, "type": "Inoperative"})
    made.after(10)
    assert made.statuses(1)[-1] == "Available"
    assert made.statuses(2) == ["Unavailable"]


def test_the_new_version_is_in_identity_and_outlives_every_boot() -> None:
    made = rig(firmware_version="1.0.0")
    update(made)
    made.after(10)
    made.power_cycle()
    assert [p["firmwareVersion"] for p in made.calls("BootNotification")] == ["2.0.0", "2.0.0"]
    assert statuses(made).count("Installed") == 1
    identity = made.variables["identity"]
    assert isinstance(identity, Identity)
    assert identity.firmware_version == shown(made).version == "2.0.0"


def test_a_version_that_is_configured_anew_counts_again() -> None:
    made = rig(firmware_version="1.0.0")
    update(made)
    made.after(10)
    again = rig(firmware_version="1.5.0", boot=False)
    again.store.update(made.store)
    again.power_cycle()
    assert again.calls("BootNotification")[-1]["firmwareVersion"] == "1.5.0"


def test_a_power_cut_while_waiting_changes_nothing() -> None:
    made = rig()
    slow(made)
    update(made, retrieveDate="2026-01-05T08:10:00Z")
    made.power_cycle()
    made.after(600)
    assert len(made.transfers) == 1


def test_a_power_cut_while_downloading_begins_the_same_try_again() -> None:
    made = rig()
    slow(made)
    update(made, retries=0)
    made.power_cycle()
    assert len(made.transfers) == 2
    transfer = shown(made).transfer
    assert transfer is not None
    assert (transfer.attempt, transfer.attempts_max) == (1, 1)
    made.finish_transfer(NEW_FIRMWARE)
    made.after(10)
    assert statuses(made)[-3:] == ["Downloaded", "Installing", "Installed"]


def test_a_power_cut_between_tries_keeps_the_count() -> None:
    made = rig()
    made.carrier = lambda _: "no route"
    update(made, retries=1, retryInterval=60)
    made.power_cycle()
    made.after(59)
    assert len(made.transfers) == 1
    made.after(60)
    assert len(made.transfers) == 2
    assert statuses(made)[-1] == "DownloadFailed"


def test_a_power_cut_during_a_transaction_lets_the_installation_begin() -> None:
    made = rig()
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    update(made)
    made.power_cycle()
    made.after(10)
    assert statuses(made)[-2:] == ["Installing", "Installed"]
    assert made.calls("StopTransaction")[0]["reason"] == "PowerLoss"


def test_a_power_cut_while_installing_installs_again() -> None:
    made = rig()
    update(made)
    made.after(2)
    made.power_cycle()
    assert shown(made).state is FirmwareState.INSTALLING
    assert made.statuses(1)[-1] == "Unavailable"
    made.after(10)
    assert statuses(made) == ["Downloading", "Downloaded", "Installing", "Installed"]


def test_what_the_csms_did_not_hear_is_told_when_it_is_there_again() -> None:
    made = rig()
    slow(made)
    update(made)
    made.cut()
    made.finish_transfer(NEW_FIRMWARE)
    made.after(10)
    assert shown(made).state is FirmwareState.INSTALLED
    assert statuses(made) == ["Downloading"]
    made.reconnect()
    assert statuses(made) == ["Downloading", "Installed"]
    made.cut()
    made.reconnect()
    assert statuses(made) == ["Downloading", "Installed"]


def test_a_csms_that_refuses_the_notification_is_not_asked_again() -> None:
    made = rig()
    made.responders["FirmwareStatusNotification"] = lambda _: "NotSupported"
    made.carrier = lambda _: "no route"
    update(made, retries=0)
    made.cut()
    made.reconnect()
    assert statuses(made) == ["Downloading", "DownloadFailed"]


def test_a_reset_does_not_end_an_update() -> None:
    made = rig()
    slow(made)
    update(made)
    made.request("Reset", {"type": "Soft"})
    assert made.boots == 2
    assert len(made.transfers) == 2


def test_a_stopped_charge_point_goes_on_after_restart() -> None:
    made = rig()
    slow(made)
    update(made)
    made.command(Stop)
    made.finish_transfer(NEW_FIRMWARE)
    made.after(60)
    assert shown(made).state is FirmwareState.DOWNLOADED
    made.command(Restart)
    made.after(60)
    assert shown(made).state is FirmwareState.INSTALLED
    assert statuses(made)[-1] == "Installed"


def test_triggered_it_tells_the_present_status() -> None:
    made = rig()
    slow(made)
    trigger = {"requestedMessage": "FirmwareStatusNotification"}
    update(made)
    made.request("TriggerMessage", trigger)
    made.finish_transfer("no route")
    made.request("TriggerMessage", trigger)
    assert statuses(made) == [*["Downloading"] * 2, *["DownloadFailed"] * 2]
    update(made)
    made.finish_transfer(NEW_FIRMWARE)
    made.request("TriggerMessage", trigger)
    assert statuses(made)[-1] == "Installing"
    made.after(10)
    made.request("TriggerMessage", trigger)
    assert statuses(made)[-2:] == ["Installed", "Idle"]


@pytest.mark.parametrize(
    ("name", "first_line", "version"),
    [
        ("firmware-1.2.3.bin", "", "1.2.3"),
        ("fw_v2.0.tar.gz", "", "2.0"),
        ("1.2.3-rc1.bin", "", "1.2.3-rc1"),
        ("firmware.bin", "version: 4.5 beta", "4.5 beta"),
        ("firmware-1.2.3.bin", "Version:9", "9"),
        ("firmware-1.2.3.bin", "version:", "1.2.3"),
        ("firmware.bin", "version: " + "9" * 80, "9" * 50),
        ("firmware.bin", "", "sha256-abababababab"),
    ],
)
def test_the_version_comes_from_the_first_line_or_the_name(
    name: str, first_line: str, version: str
) -> None:
    file = FileFacts(name=name, size_bytes=1, sha256="ab" * 32, first_line=first_line)
    assert version_of(file) == version
    assert defect(file) is None


def test_an_empty_or_broken_file_has_a_defect() -> None:
    file = FileFacts(name="x.bin", size_bytes=0, sha256="0" * 64)
    assert defect(file) == "x.bin is empty"
    broken = replace(file, size_bytes=9, first_line="broken")
    assert defect(broken) == "x.bin says that it is broken"
    worse = replace(broken, first_line="Broken: bad checksum")
    assert defect(worse) == "x.bin says that it is broken: bad checksum"
