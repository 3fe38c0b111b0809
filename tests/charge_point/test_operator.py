"""The six commands of the interface, each with every result that it can have."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from cp_tui.charge_point.codec import encode
from cp_tui.charge_point.config import CustomKey
from cp_tui.charge_point.events import (
    MonitorConfigurationKeys,
    Restart,
    SetCustomConfigurationKey,
    Stop,
    TransferData,
)
from cp_tui.charge_point.variables import ConfigurationView, MonitorsView, StopReport
from cp_tui.ocpp.configuration_key import Access, KeySpec, KeyType
from tests.charge_point.rig import Rig, rig

CUSTOM = (
    CustomKey(KeySpec("SiteName"), "Depot"),
    CustomKey(KeySpec("Level", KeyType.INTEGER, minimum=1, maximum=5), "3"),
    CustomKey(KeySpec("Fixed", access=Access.READ_ONLY), "yes"),
)


def transfer(made: Rig) -> int:
    return made.start_command(partial(TransferData, vendor_id="com.example", data="x"))


def test_stop_closes_the_link_and_says_what_became_of_everything() -> None:
    made = rig()
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.responders["StopTransaction"] = lambda _: None
    made.forget_sent()
    reply = made.command(Stop)
    assert reply.result is True
    report: StopReport | None = made.variables["stop_report"]
    assert report is not None
    assert report.lines == (
        "transaction 1 of TAG on connector 1 ended with reason Other",
        "kept, and sent after restart: 1 transaction message",
    )
    assert made.command(Stop).result is False


def test_restart_without_stop_is_false() -> None:
    made = rig()
    reply = made.command(Restart)
    assert reply.result is False
    assert reply.reason is not None
    assert reply.reason.text == "OCPP was not stopped"


def test_nothing_of_the_stopped_time_is_sent_after_restart() -> None:
    made = rig(keys={"ClockAlignedDataInterval": "60", "AllowOfflineTxForUnknownId": "true"})
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="BEFORE")
    made.after(90)
    made.command(Stop)
    stopped_at = made.now
    made.forget_sent()
    made.act("plug_out", connector_id=1)
    made.act("plug_in", connector_id=2)
    made.act("swipe", id_tag="DURING")
    made.after(3600)
    made.act("plug_out", connector_id=2)
    assert made.sent == []
    assert transfer(made) in made.replies
    made.command(Restart)
    assert made.actions()[0] == "BootNotification"
    stops = made.calls("StopTransaction")
    assert [p["reason"] for p in stops] == ["Other"]
    assert stops[0]["timestamp"] == stopped_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    kinds = set(made.actions())
    assert kinds == {"BootNotification", "StatusNotification", "StopTransaction"}
    assert made.statuses(1) == ["Available"]


def test_profiles_keys_and_availability_survive_stop_and_restart() -> None:
    made = rig(custom_keys=CUSTOM)
    made.request("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "7"})
    made.request("ChangeAvailability", {"connectorId": 2, "type": "Inoperative"})
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 9}]}
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    }
    made.request("SetChargingProfile", {"connectorId": 1, "csChargingProfiles": profile})
    made.command(Stop)
    made.command(Restart)
    value = made.request("GetConfiguration", {"key": ["MeterValueSampleInterval"]})[2]
    assert value["configurationKey"][0]["value"] == "7"
    assert made.statuses(2)[-1] == "Unavailable"
    composite = made.request("GetCompositeSchedule", {"connectorId": 1, "duration": 60})[2]
    assert composite["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"] == 9


def test_a_charge_point_that_starts_again_is_not_stopped_any_more() -> None:
    made = rig()
    made.command(Stop)
    made.forget_sent()
    made.power_cycle()
    assert made.actions()[0] == "BootNotification"
    assert made.variables["stop_report"] is None
    assert made.command(Restart).result is False


def test_stopped_is_not_offline() -> None:
    made = rig()
    made.command(Stop)
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    connectors: Any = made.variables["connectors"]
    assert connectors[1].last_refusal.text == "OCPP is stopped by the operator"


@pytest.mark.parametrize("status", ["Accepted", "Rejected", "UnknownMessageId", "UnknownVendorId"])
def test_data_transfer_gives_the_answer_of_the_csms(status: str) -> None:
    made = rig()
    made.responders["DataTransfer"] = lambda _: {"status": status, "data": "y"}
    reply = made.replies[transfer(made)]
    assert reply.result == {"status": status, "data": "y"}
    assert made.calls("DataTransfer") == [{"vendorId": "com.example", "data": "x"}]


def test_data_transfer_that_brings_no_data_gives_the_status_alone() -> None:
    made = rig()
    made.responders["DataTransfer"] = lambda _: {"status": "Accepted"}
    assert made.replies[transfer(made)].result == {"status": "Accepted"}


def test_data_transfer_offline() -> None:
    made = rig()
    made.cut()
    reply = made.replies[transfer(made)]
    assert reply.result == {"status": "Offline"}
    made.reconnect()
    assert not made.calls("DataTransfer")


def test_data_transfer_when_the_link_breaks_meanwhile() -> None:
    made = rig()
    made.responders["DataTransfer"] = lambda _: None
    number = transfer(made)
    assert number not in made.replies
    made.cut()
    assert made.replies[number].result == {"status": "Offline"}


def test_data_transfer_without_an_answer() -> None:
    made = rig(keys={"MessageTimeout": "5"})
    made.responders["DataTransfer"] = lambda _: None
    number = transfer(made)
    made.after(4)
    assert number not in made.replies
    made.after(1)
    assert made.replies[number].result == {"status": "Timeout"}


def test_data_transfer_with_a_call_error() -> None:
    made = rig()
    made.responders["DataTransfer"] = lambda _: "SecurityError"
    expected = {"status": "CallError", "code": "SecurityError"}
    assert made.replies[transfer(made)].result == expected


def test_data_transfer_before_the_csms_accepts() -> None:
    made = rig(boot=False)
    answer = {"status": "Pending", "currentTime": "2026-01-05T08:00:00Z", "interval": 60}
    made.responders["BootNotification"] = lambda _: answer
    made.power_on()
    reply = made.replies[transfer(made)]
    assert reply.result == {"status": "Offline"}
    assert reply.reason is not None
    assert "has not accepted" in reply.reason.text


@pytest.mark.parametrize(
    ("key", "value", "status", "why"),
    [
        ("sitename", "Depot north", "Accepted", "Depot -> Depot north"),
        ("Level", "4", "Accepted", "3 -> 4"),
        ("Level", "6", "Rejected", "from 1 to 5"),
        ("Fixed", "no", "Rejected", "read-only"),
        ("HeartbeatInterval", "60", "Rejected", "standard key"),
        ("Nope", "1", "NotSupported", "no configuration key Nope"),
    ],
)
def test_set_custom_configuration_key(key: str, value: str, status: str, why: str) -> None:
    made = rig(custom_keys=CUSTOM)
    made.command(partial(MonitorConfigurationKeys, keys=["SiteName", "Level"]))
    made.forget_sent()
    reply = made.command(partial(SetCustomConfigurationKey, key=key, value=value))
    assert reply.result == status
    assert reply.reason is not None
    assert why in reply.reason.text
    assert not [event for name, event in made.events if name == "configuration_key"]


def test_a_key_that_needs_a_reboot_says_so_until_the_reboot() -> None:
    made = rig(custom_keys=(CustomKey(KeySpec("Modem", is_reboot_required=True), "LTE"),))

    def is_pending() -> bool:
        configuration: ConfigurationView = made.variables["configuration"]
        return next(e.is_reboot_pending for e in configuration if e.key == "Modem")

    change = {"key": "Modem", "value": "LTE"}
    assert made.request("ChangeConfiguration", change)[2] == {"status": "Accepted"}
    assert not is_pending()
    change = {"key": "Modem", "value": "5G"}
    assert made.request("ChangeConfiguration", change)[2] == {"status": "RebootRequired"}
    assert is_pending()
    made.power_cycle()
    assert not is_pending()
    known = made.request("GetConfiguration", {"key": ["Modem"]})[2]["configurationKey"]
    assert known[0]["value"] == "5G"


def test_monitors_add_and_never_replace() -> None:
    made = rig()
    made.command(partial(MonitorConfigurationKeys, keys=["heartbeatinterval"]))
    made.command(partial(MonitorConfigurationKeys, keys=["Nope", "HeartbeatInterval"]))
    monitors = made.variables["monitors"]
    assert isinstance(monitors, MonitorsView)
    assert [(m.key, m.is_known, m.value) for m in monitors.keys] == [
        ("HeartbeatInterval", True, "300"),
        ("Nope", False, None),
    ]
    made.command(partial(MonitorConfigurationKeys, keys=["nope"], add=False))
    monitors = made.variables["monitors"]
    assert isinstance(monitors, MonitorsView)
    assert [m.key for m in monitors.keys] == ["HeartbeatInterval"]


def test_a_change_by_the_csms_is_published_and_kept() -> None:
    made = rig()
    made.command(partial(MonitorConfigurationKeys, keys=["MeterValueSampleInterval"]))
    for value in ("30", "-1"):
        payload = {"key": "MeterValueSampleInterval", "value": value}
        made.request("ChangeConfiguration", payload)
    made.request("ChangeConfiguration", {"key": "ConnectionTimeOut", "value": "9"})
    changes: list[Any] = [event for name, event in made.events if name == "configuration_key"]
    assert [(c.key, c.value, c.old_value, c.read_only, c.answer) for c in changes] == [
        ("MeterValueSampleInterval", "30", "60", False, "Accepted")
    ]
    made.power_cycle()
    monitors = made.variables["monitors"]
    assert isinstance(monitors, MonitorsView)
    assert [c.value for c in monitors.history] == ["30"]
    assert monitors.keys[0].last_change == monitors.history[0]


def test_a_monitored_authorization_key_stays_secret() -> None:
    made = rig()
    secret = "SuperSecret0123456789"
    made.command(partial(MonitorConfigurationKeys, keys=["AuthorizationKey"]))
    answer = made.request("ChangeConfiguration", {"key": "AuthorizationKey", "value": secret})
    assert answer[2] == {"status": "Accepted"}
    shown = [encode(event).decode() for _, event in made.events]
    shown += [encode(value).decode() for value in made.variables.values()]
    shown.append(repr(made.effects))
    assert not [text for text in shown if secret in text]
    assert made.request("GetConfiguration", {"key": ["AuthorizationKey"]})[2] == {
        "configurationKey": [],
        "unknownKey": ["AuthorizationKey"],
    }
