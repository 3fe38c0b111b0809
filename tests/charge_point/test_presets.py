"""What each preset does, seen on the wire: one case for each that there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cp_tui.charge_point.effects import Log
from cp_tui.settings.load import every_preset, load_tables
from cp_tui.settings.preset import Preset
from tests.charge_point.rig import Rig

BASE = {"url": "ws://127.0.0.1:9016"}


def of_preset(name: str) -> Rig:
    tables: dict[str, Any] = {"csms": BASE, "charge_point": {"id": "CP001"}}
    if name:
        tables["charge_point"]["preset"] = name
    made = Rig(load_tables(tables, "test", None).engine.charge_point)
    made.power_on()
    made.forget_sent()
    return made


def charging(made: Rig) -> None:
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.after(120)


def installed(made: Rig, *, unit: str = "A", limit: float = 9.5, **period: Any) -> Any:
    schedule = {
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit, **period}],
    }
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    }
    request = {"connectorId": 0, "csChargingProfiles": profile}
    answer = made.request("SetChargingProfile", request)
    return answer[2]["status"] if answer[0] == 3 else answer[2]


def offered(made: Rig) -> float:
    change = {"key": "MeterValuesSampledData", "value": "Current.Offered"}
    assert made.request("ChangeConfiguration", change)[2]["status"] == "Accepted"
    charging(made)
    sample = made.calls("MeterValues")[-1]["meterValue"][0]["sampledValue"][0]
    return float(sample["value"])


def boots_anew(made: Rig) -> bool:
    made.cut()
    made.reconnect()
    return bool(made.calls("BootNotification"))


def omits_the_transaction(made: Rig) -> bool:
    charging(made)
    made.request("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1})
    values = [each for each in made.calls("MeterValues") if each["connectorId"] == 1]
    assert len(values) >= 2
    named = {"transactionId" in each for each in values}
    assert len(named) == 1
    return not named.pop()


def cuts_to_whole_amperes(made: Rig) -> bool:
    assert installed(made, limit=9.5) == "Accepted"
    found = offered(made)
    assert found in (9.0, 9.5)
    return found == 9.0


def ignores_phases(made: Rig) -> bool:
    assert installed(made, unit="W", limit=4600, numberPhases=1) == "Accepted"
    return offered(made) < 10


def never_says_suspended(made: Rig) -> bool:
    charging(made)
    made.act("suspend_ev", connector_id=1)
    made.after(60)
    assert "Charging" in made.statuses(1)
    return "SuspendedEV" not in made.statuses(1)


def drops_what_is_foreign(made: Rig) -> bool:
    answer = made.request("ChangeAvailability", {"connectorId": 0, "type": "Operative", "x": 1})
    nulls = made.request("GetConfiguration", {"key": None})
    assert answer[0] == nulls[0]
    wrong = made.request("ChangeAvailability", {"connectorId": 0, "type": "Nothing", "x": 1})
    assert wrong[0] == 4
    return bool(answer[0] == 3)


def forgets_profiles(made: Rig) -> bool:
    assert installed(made) == "Accepted"
    made.request("Reset", {"type": "Hard"})
    made.after(60)
    assert made.boots == 2
    return bool(made.request("ClearChargingProfile", {})[2]["status"] == "Unknown")


def has_short_lists(made: Rig) -> bool:
    tags = [{"idTag": f"T{n}", "idTagInfo": {"status": "Accepted"}} for n in range(6)]
    request = {"listVersion": 1, "updateType": "Full", "localAuthorizationList": tags}
    return bool(made.request("SendLocalList", request)[2]["status"] == "Failed")


def has_core_alone(made: Rig) -> bool:
    return bool(installed(made) == "NotSupported")


def takes_amperes_alone(made: Rig) -> bool:
    return bool(installed(made, unit="W") == "Rejected")


def has_one_phase(made: Rig) -> bool:
    asked = {"connectorId": 1, "duration": 60, "chargingRateUnit": "W"}
    schedule = made.request("GetCompositeSchedule", asked)[2]["chargingSchedule"]
    return bool(schedule["chargingSchedulePeriod"][0]["limit"] == 16 * 230)


def answers_late(made: Rig) -> bool:
    """What it answers and what it asks leaves 20 s late, one after the other all the same."""
    made.after(120)
    made.forget_sent()
    at_once = made.request("GetConfiguration", {"key": ["HeartbeatInterval"]})
    made.act("plug_in", connector_id=1)
    told = bool(made.statuses(1))
    assert told is bool(at_once)
    made.receive('[2,"second","ClearCache",{}]')
    made.after(19.9)
    assert bool(made.sent) is told
    made.after(0.2)
    assert made.statuses(1) == ["Preparing"]
    assert [frame[:2] for frame in made.sent if frame[0] == 3][-1] == [3, "second"]
    return not told


def writes_local_time(made: Rig) -> bool:
    charging(made)
    asked = {"connectorId": 1, "duration": 60}
    answer = made.request("GetCompositeSchedule", asked)[2]
    times = [each["timestamp"] for each in made.calls() if "timestamp" in each]
    times += [each["meterValue"][0]["timestamp"] for each in made.calls("MeterValues")]
    times += [answer["scheduleStart"]]
    assert len(times) >= 5
    hours = {each[11:13] for each in times}
    assert hours in ({"08"}, {"10"})
    assert all(each.endswith("Z") is (hours == {"08"}) for each in times)
    return hours == {"10"}


def begins_at_zero(made: Rig) -> bool:
    change = {"key": "StopTxnSampledData", "value": "Energy.Active.Import.Register"}
    made.request("ChangeConfiguration", change)
    for _ in range(2):
        charging(made)
        made.act("plug_out", connector_id=1)
    start, stop = made.calls("StartTransaction")[1], made.calls("StopTransaction")[1]
    data = [each["sampledValue"][0]["value"] for each in stop["transactionData"]]
    assert [int(data[0]), int(data[-1])] == [start["meterStart"], stop["meterStop"]]
    sampled = made.calls("MeterValues")[-1]["meterValue"][0]["sampledValue"][0]
    assert start["meterStart"] < int(sampled["value"]) <= stop["meterStop"]
    charging(made)
    made.forget_sent()
    made.power_cycle()
    assert (made.calls("StopTransaction")[0]["meterStop"] < 1.2 * stop["meterStop"]) is (
        start["meterStart"] == 0
    )
    return bool(start["meterStart"] == 0)


def keeps_connector_0_to_itself(made: Rig) -> bool:
    made.power_cycle()
    made.request("TriggerMessage", {"requestedMessage": "StatusNotification"})
    assert made.statuses(1) == ["Available"] * 2
    return not made.statuses(0)


AT_BOOT_ALONE = {"forgets_profiles", "no_connector_0"}
"""Habits that show in nothing but what is not there; the others are named where they show."""
CASES: dict[str, Callable[[Rig], bool]] = {
    "amperes-only": takes_amperes_alone,
    "answers-late": answers_late,
    "boots-at-reconnect": boots_anew,
    "core-only": has_core_alone,
    "forgets-profiles": forgets_profiles,
    "ignores-phases": ignores_phases,
    "local-time": writes_local_time,
    "meter-per-transaction": begins_at_zero,
    "meter-values-without-transaction": omits_the_transaction,
    "no-connector-0": keeps_connector_0_to_itself,
    "no-suspended-ev": never_says_suspended,
    "one-phase": has_one_phase,
    "small-lists": has_short_lists,
    "takes-foreign-fields": drops_what_is_foreign,
    "whole-amperes": cuts_to_whole_amperes,
}


def test_each_preset_has_a_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert list(every_preset()) == sorted(CASES)


@pytest.mark.parametrize("name", CASES)
def test_it_does_what_it_says_and_without_it_nobody_does(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    made = of_preset(name)
    quirks = made.config.quirks
    told = [each.text for each in made.effects if isinstance(each, Log) and "as it is" in each.text]
    assert [each.partition("it is set: ")[2] for each in told] == [*quirks.habits]
    identity = made.variables["identity"]
    assert (identity.preset, identity.habits) == (name, quirks.habits)
    preset = every_preset()[name]
    assert isinstance(preset, Preset)
    assert identity.preset_about == preset.about
    made.effects.clear()
    made.published.clear()
    assert CASES[name](made)
    said = f"{made.events}{made.published}"
    shown = [each for each in quirks.habits if each.partition(": ")[2] in said]
    assert shown == [each for each in quirks.habits if each.partition(":")[0] not in AT_BOOT_ALONE]
    assert not CASES[name](of_preset(""))
