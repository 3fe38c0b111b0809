"""SignedUpdateFirmware in virtual time: every step, and what the CSMS is told of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from cp_tui.certificates.authority import new_root
from cp_tui.certificates.facts import SignatureScheme
from cp_tui.charge_point.events import Restart, Stop
from cp_tui.charge_point.firmware_statuses import plain_status, told_status
from cp_tui.charge_point.records import FirmwareRecord
from cp_tui.charge_point.variables import FirmwareState
from cp_tui.ocpp.datatypes import FirmwareStatus
from tests.charge_point.rig import NEW_FIRMWARE, T0, Rig
from tests.charge_point.securing import DECADE, events, install, reason_of
from tests.charge_point.signing import (
    LOCATION,
    MANUFACTURER,
    SWAPPED,
    VERIFIED,
    at,
    hostile,
    order,
    shown,
    signed,
    slow,
    state,
    told,
)
from tests.conformance.steps import charging

State = FirmwareState
INSTALLED = [*VERIFIED, "Installing", "Installed"]


def test_what_is_signed_well_is_installed_and_each_step_told_with_its_request() -> None:
    """W L01, T TC_080."""
    made = signed()
    assert order(made) == "Accepted"
    assert [frame[0] for frame in made.sent][:2] == [3, 2], "the answer comes first"
    made.after(10)
    assert told(made) == INSTALLED
    assert made.calls("FirmwareStatusNotification") == []
    assert made.calls("BootNotification")[-1]["firmwareVersion"] == "2.0.0"
    assert "FirmwareUpdated" in events(made)
    view = shown(made)
    assert view.state is State.INSTALLED
    assert view.status is FirmwareStatus.INSTALLED
    assert view.signed is not None
    assert view.signed.status == "Installed"
    assert view.signed.request_id == 9
    assert view.signed.signer.common_name == "Firmware"
    assert view.signed.anchor.common_name == "Maker Root"
    assert view.signed.scheme is SignatureScheme.ECDSA
    assert view.running is not None
    assert view.running.signer == view.signed.signer
    assert view.running.scheme is SignatureScheme.ECDSA
    assert view.running.sha256 == NEW_FIRMWARE.sha256
    seen = [*map(repr, made.effects), *map(repr, made.events), *map(repr, made.published)]
    assert not [text for text in seen if "geheim" in text or "sig=xyz" in text]


def test_it_waits_for_both_of_its_times_in_the_clock_of_the_csms() -> None:
    made = signed()
    answer = {"currentTime": (T0 + timedelta(hours=1)).isoformat()}
    made.responders["Heartbeat"] = lambda _: answer
    made.request("TriggerMessage", {"requestedMessage": "Heartbeat"})
    order(made, retrieveDateTime=at(hours=2), installDateTime=at(hours=3))
    assert told(made) == ["DownloadScheduled"]
    made.responders.pop("Heartbeat")
    view = shown(made)
    assert view.signed is not None
    assert view.signed.install_at == T0 + timedelta(hours=2)
    assert view.transfer is not None
    assert view.transfer.next_try_at == T0 + timedelta(hours=1)
    made.responders["Heartbeat"] = lambda _: {
        "currentTime": (made.now + timedelta(hours=1)).isoformat()
    }
    made.after(3_599)
    assert told(made) == ["DownloadScheduled"]
    made.after(2)
    assert told(made) == ["DownloadScheduled", *VERIFIED, "InstallScheduled"]
    made.after(3_590)
    assert state(made) is State.INSTALL_SCHEDULED
    made.after(20)
    assert told(made)[-2:] == ["Installing", "Installed"]


ENDS = "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+00:00"


@pytest.mark.parametrize("ahead_h", [-1, 1])
@pytest.mark.parametrize("date", ENDS)
def test_a_date_at_the_end_of_the_calendar_harms_nothing(date: str, ahead_h: int) -> None:
    made = signed()
    clock = {"currentTime": (T0 + timedelta(hours=ahead_h)).isoformat()}
    made.responders["Heartbeat"] = lambda _: clock
    made.request("TriggerMessage", {"requestedMessage": "Heartbeat"})
    slow(made)
    order(made, 8, retrieveDateTime=date)
    assert state(made) is (State.SCHEDULED if date == ENDS[0] else State.DOWNLOADING)
    made.carrier = lambda _: NEW_FIRMWARE
    order(made, retrieveDateTime=at(hours=-9), installDateTime=date)
    made.after(10)
    assert state(made) is (State.INSTALL_SCHEDULED if date == ENDS[0] else State.INSTALLED)


def test_what_was_verified_waits_for_whoever_charges() -> None:
    """W L01.FR.06, 07: free connectors leave service, others follow as they become free."""
    made = signed()
    charging(made, 1, "TAG")
    order(made, installDateTime=at(minutes=10))
    made.after(599)
    assert made.statuses(2) == [], "its time has not come"
    assert shown(made).waits_for == ""
    made.after(1)
    assert made.statuses(2) == ["Unavailable"]
    assert shown(made).waits_for == "connector 1 to become free"
    assert told(made)[-1] == "InstallScheduled"
    made.act("plug_out", connector_id=1)
    made.after(10)
    assert told(made)[-2:] == ["Installing", "Installed"]


def test_each_try_is_told_and_after_the_last_there_is_silence() -> None:
    """n + 1 times Downloading and DownloadFailed."""
    made = signed()
    made.carrier = lambda _: "no route"
    order(made, more={"retries": 2, "retryInterval": 60})
    made.after(59)
    assert told(made) == ["Downloading", "DownloadFailed"]
    made.after(600)
    assert told(made) == ["Downloading", "DownloadFailed"] * 3
    assert shown(made).problem == "no route"
    made.cut()
    made.reconnect()
    made.power_cycle()
    made.after(600)
    assert told(made) == ["Downloading", "DownloadFailed"] * 3


def _in(made: Rig, wanted: FirmwareState) -> None:
    """Bring an update of request 1 as far as a state."""
    if wanted is State.SCHEDULED:
        order(made, 1, retrieveDateTime=at(minutes=20))
    elif wanted is State.DOWNLOADING:
        slow(made)
        order(made, 1)
    elif wanted is State.RETRYING:
        made.carrier = lambda _: "no route"
        order(made, 1)
    elif wanted is State.VERIFYING:
        made.inspects = False
        order(made, 1)
    elif wanted is State.VERIFIED:
        charging(made, 1, "TAG")
        order(made, 1)
    elif wanted is State.INSTALL_SCHEDULED:
        order(made, 1, installDateTime=at(minutes=20))
    else:
        order(made, 1)
    assert state(made) is wanted, state(made)


REPLACEABLE = (
    State.SCHEDULED,
    State.DOWNLOADING,
    State.RETRYING,
    State.VERIFYING,
    State.VERIFIED,
    State.INSTALL_SCHEDULED,
)


@pytest.mark.parametrize("before", REPLACEABLE)
def test_another_request_takes_the_place_of_what_is_not_being_installed(
    before: FirmwareState,
) -> None:
    """W L01.FR.26: AcceptedCanceled, and nothing more of the old request."""
    made = signed()
    _in(made, before)
    # A status of the old request still waits for its turn.
    made.responders["Heartbeat"] = lambda _: None
    made.request("TriggerMessage", {"requestedMessage": "Heartbeat"})
    made.request("ExtendedTriggerMessage", {"requestedMessage": "FirmwareStatusNotification"})
    before_it = told(made, 1)
    made.inspects = True
    made.carrier = lambda _: NEW_FIRMWARE
    assert order(made, 2) == "AcceptedCanceled"
    assert "in place of the update before" in reason_of(made, "SignedUpdateFirmware").text
    assert made.cancelled == (
        [made.transfers[0].transfer_id] if before is State.DOWNLOADING else []
    )
    if before is State.VERIFIED:
        made.act("plug_out", connector_id=1)
    made.after(120)
    assert told(made, 1) == before_it
    assert told(made, 2)[-1] == "Installed"
    made.after(1_500)
    assert made.boots == 2


def test_a_look_at_the_file_of_a_replaced_update_counts_for_nothing() -> None:
    made = signed()
    _in(made, State.VERIFYING)
    order(made, 2)
    made.files[NEW_FIRMWARE.name] = SWAPPED
    made.inspect(made.inspections[0])
    assert state(made) is State.VERIFYING
    made.files[NEW_FIRMWARE.name] = NEW_FIRMWARE
    made.inspect(made.inspections[1])
    assert told(made, 2) == [*VERIFIED, "Installing"]


def test_connectors_come_back_when_the_update_that_emptied_them_is_replaced() -> None:
    made = signed()
    _in(made, State.VERIFIED)
    assert made.statuses(2) == ["Unavailable"]
    assert order(made, 2, retrieveDateTime=at(minutes=20)) == "AcceptedCanceled"
    made.act("plug_out", connector_id=1)
    made.after(10)
    assert made.statuses(2) == ["Unavailable", "Available"]
    assert made.statuses(1)[-1] == "Available"


def test_what_is_being_installed_is_not_replaced() -> None:
    """W L01.FR.27: Rejected, with the state that forbids it."""
    made = signed()
    _in(made, State.INSTALLING)
    assert order(made, 2) == "Rejected"
    words = "the update before is installing and can be stopped no longer: request 2 is not begun"
    assert reason_of(made, "SignedUpdateFirmware").text == words
    assert hostile(made) == []
    made.after(10)
    assert told(made, 1) == INSTALLED
    assert told(made, 2) == []
    assert order(made, 3) == "Accepted", "it is over"


def test_a_refused_certificate_comes_before_an_installation_that_goes_on() -> None:
    made = signed()
    _in(made, State.INSTALLING)
    assert order(made, 2, signingCertificate="no PEM") == "InvalidCertificate"


def trigger(made: Rig, message: str = "ExtendedTriggerMessage") -> dict[str, object]:
    """Ask for the status of the firmware; give what was told."""
    made.forget_sent()
    made.request(message, {"requestedMessage": "FirmwareStatusNotification"})
    (action,) = made.actions()
    found: dict[str, object] = {"action": action, **made.calls(action)[0]}
    return found


SIGNED, PLAIN = "SignedFirmwareStatusNotification", "FirmwareStatusNotification"


def test_triggered_it_repeats_the_last_status_until_an_update_has_succeeded() -> None:
    """W L01.FR.28 and 29."""
    made = signed()
    assert trigger(made) == {"action": SIGNED, "status": "Idle"}
    order(made, signature="AAAA")
    assert trigger(made) == {"action": SIGNED, "status": "InvalidSignature", "requestId": 9}
    assert trigger(made, "TriggerMessage") == {"action": PLAIN, "status": "Idle"}
    order(made, 10, retrieveDateTime=at(hours=1))
    assert trigger(made) == {"action": SIGNED, "status": "DownloadScheduled", "requestId": 10}
    assert trigger(made, "TriggerMessage") == {"action": PLAIN, "status": "Idle"}
    order(made, 11, installDateTime=at(hours=1))
    assert trigger(made) == {"action": SIGNED, "status": "InstallScheduled", "requestId": 11}
    assert trigger(made, "TriggerMessage") == {"action": PLAIN, "status": "Downloaded"}
    made.after(3_610)
    assert trigger(made) == {"action": SIGNED, "status": "Idle"}
    slow(made)
    made.request("UpdateFirmware", {"location": LOCATION, "retrieveDate": at()})
    assert trigger(made) == {"action": PLAIN, "status": "Downloading"}
    made.finish_transfer(NEW_FIRMWARE)
    made.after(10)
    assert trigger(made) == {"action": SIGNED, "status": "Idle"}


def test_unsigned_firmware_is_refused_where_the_settings_say_so() -> None:
    """W L01.FR.20."""
    made = signed(unsigned_firmware=False)
    answer = made.request("UpdateFirmware", {"location": LOCATION, "retrieveDate": at()})
    assert answer[2] == "NotSupported"
    assert "security.unsigned_firmware is false" in answer[3]
    assert made.transfers == []
    assert order(made) == "Accepted"


def test_an_unsigned_request_does_not_stop_what_was_verified() -> None:
    made = signed()
    _in(made, State.INSTALL_SCHEDULED)
    made.request("UpdateFirmware", {"location": LOCATION, "retrieveDate": at()})
    text = reason_of(made, "UpdateFirmware").text
    assert text.startswith("ignored: an update is installation scheduled already")
    assert state(made) is State.INSTALL_SCHEDULED
    assert len(made.transfers) == 1


def test_what_was_not_heard_is_told_after_the_reconnect_with_its_request() -> None:
    made = signed()
    slow(made)
    order(made)
    made.cut()
    made.finish_transfer(NEW_FIRMWARE)
    made.after(10)
    assert told(made) == ["Downloading"]
    made.reconnect()
    assert told(made) == ["Downloading", "Installed"]
    made.cut()
    made.reconnect()
    assert told(made) == ["Downloading", "Installed"]


def test_a_stopped_charge_point_goes_on_after_restart() -> None:
    made = signed()
    slow(made)
    order(made)
    made.command(Stop)
    made.finish_transfer(NEW_FIRMWARE)
    made.after(60)
    assert state(made) is State.VERIFIED
    made.command(Restart)
    made.after(60)
    assert state(made) is State.INSTALLED


CUTS = (*REPLACEABLE, State.INSTALLING)


@pytest.mark.parametrize("where", CUTS)
def test_a_power_cut_at_any_step_leads_to_the_same_end(where: FirmwareState) -> None:
    made = signed()
    _in(made, where)
    made.inspects = True
    made.carrier = lambda _: NEW_FIRMWARE
    made.power_cycle()
    made.after(1_500)
    assert state(made) is State.INSTALLED
    assert told(made, 1)[-1] == "Installed"
    assert told(made, 1).count("Installed") == 1
    assert shown(made).running is not None


@pytest.mark.parametrize("where", [State.VERIFYING, State.INSTALL_SCHEDULED, State.INSTALLING])
def test_a_file_that_is_swapped_while_the_power_is_off_is_not_installed(
    where: FirmwareState,
) -> None:
    made = signed()
    _in(made, where)
    made.inspects = True
    made.files[NEW_FIRMWARE.name] = SWAPPED
    made.power_cycle()
    made.after(1_500)
    failure = "InvalidSignature" if where is State.VERIFYING else "InstallVerificationFailed"
    assert told(made, 1)[-1] == failure
    assert hostile(made) == ["InvalidFirmwareSignature"]
    assert shown(made).running is None
    assert made.statuses(1)[-1:] in ([], ["Available"])


@pytest.mark.parametrize("step", range(12))
def test_a_power_cut_after_any_effect_of_an_update_leaves_one_that_ends(step: int) -> None:
    """The records of each turn are whole; whichever was the last, the update goes on from it."""
    made = signed()
    order(made, retrieveDateTime=at(seconds=5), installDateTime=at(seconds=10))
    made.after(step * 1.5)
    made.power_cycle()
    made.after(120)
    assert state(made) is State.INSTALLED
    assert told(made).count("Installed") == 1


@pytest.mark.parametrize("state", FirmwareState)
def test_each_state_has_its_word_in_both_vocabularies(state: FirmwareState) -> None:
    made = signed()
    order(made, retrieveDateTime=at(minutes=20))
    record = made.charger.mind._components.firmware._record
    assert isinstance(record, FirmwareRecord)
    assert plain_status(state) in FirmwareStatus
    word = told_status(replace(record, state=state))
    assert (word == "Idle") == (state is FirmwareState.IDLE)


def test_roots_that_the_csms_installs_stand_for_the_server_of_the_firmware() -> None:
    made = signed()
    slow(made)
    order(made)
    assert made.transfers[-1].trust.roots is None
    other = new_root("CSMS Root", "Operator", DECADE).certificate
    assert install(made, other) == "Accepted"
    order(made, 10)
    trust = made.transfers[-1].trust
    assert trust.roots is not None
    assert len(trust.roots) == 1
    assert trust.with_system, "the settings name no file"
    made.request("GetDiagnostics", {"location": "https://logs.example/in"})
    assert made.transfers[-1].trust == trust
    assert install(made, other, MANUFACTURER) == "Accepted"
    order(made, 11)
    assert made.transfers[-1].trust == trust, "one of the manufacturer stands for no server"
