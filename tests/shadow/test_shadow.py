"""Our charge point lives through a log: alike where the real one is right, with a reason if not."""

from __future__ import annotations

import json
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest

from cp_tui.cli import main
from cp_tui.shadow.answer import OtherAnswer
from cp_tui.shadow.shadow import other_answers
from cp_tui.traces.reading import open_trace
from tests.explain.talk import BOOT, Talk, status
from tests.explain.test_charging import booted, is_set, profile, told
from tests.traces.writers import WRITERS

LOGS = Path(__file__).parents[1] / "data" / "traces"


def found(talk: Talk) -> list[OtherAnswer]:
    return list(other_answers(talk.records))


def session(remote_stop: int = 7) -> Talk:
    talk = Talk()
    talk.booted(connectors=2)
    talk.started()
    talk.ask("RemoteStopTransaction", {"transactionId": remote_stop}, {"status": "Accepted"})
    talk.stopped(reason="Remote")
    return talk


def test_a_session_as_it_should_be_is_answered_alike() -> None:
    talk = session()
    talk.ask(
        "ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}, {"status": "Accepted"}
    )
    talk.ask("TriggerMessage", {"requestedMessage": "Heartbeat"}, {"status": "Accepted"})
    talk.ask("ClearCache", {}, {"status": "Accepted"})
    assert found(talk) == []


def test_what_it_would_refuse_stands_there_with_its_reason() -> None:
    [other] = found(session(remote_stop=8))
    assert (other.action, other.theirs, other.ours) == (
        "RemoteStopTransaction",
        "Accepted",
        "Rejected",
    )
    assert "transaction 8 does not run" in other.reason
    assert other.rule == "S 5.12"


def test_ids_tags_and_keys_are_those_of_the_log() -> None:
    talk = Talk()
    talk.booted(connectors=2)
    keys = [{"key": "ChargeProfileMaxStackLevel", "readonly": True, "value": "2"}]
    talk.ask("GetConfiguration", {"key": [keys[0]["key"]]}, {"configurationKey": keys})
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 3,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6}],
        },
    }
    payload = {"connectorId": 1, "csChargingProfiles": profile}
    talk.ask("SetChargingProfile", payload, {"status": "Accepted"})
    [other] = found(talk)
    assert "ChargeProfileMaxStackLevel" in other.reason
    # A remote start begins a transaction of ours before the real one tells of its own.
    talk = Talk()
    talk.booted()
    talk.tell("StatusNotification", status(1, "Preparing"))
    talk.ask("RemoteStartTransaction", {"connectorId": 1, "idTag": "TAG-1"}, {"status": "Accepted"})
    talk.wait(5)
    start = {"connectorId": 1, "idTag": "TAG-1", "meterStart": 0, "timestamp": talk.time}
    accepted = {"idTagInfo": {"status": "Accepted"}}
    talk.tell("StartTransaction", start, {"transactionId": 99} | accepted)
    talk.ask("RemoteStopTransaction", {"transactionId": 99}, {"status": "Accepted"})
    assert found(talk) == []


def test_a_log_with_its_newest_line_first_names_the_same_transactions() -> None:
    talk = Talk()
    talk.booted(connectors=2)
    for id in (7, 8):
        talk.started(id=id)
        talk.ask("RemoteStopTransaction", {"transactionId": id}, {"status": "Accepted"})
        talk.stopped(id=id, reason="Remote")
    lines = WRITERS["open-ocpp-trace"]([*talk.records]).splitlines()
    turned = open_trace(BytesIO("\n".join(lines[::-1]).encode()))
    assert [*other_answers(turned.records)] == found(talk) == []


def test_what_is_not_known_or_not_there_is_not_compared() -> None:
    cold = Talk()
    cold.ask("RemoteStopTransaction", {"transactionId": 7}, {"status": "Accepted"})
    assert found(cold) == []
    talk = Talk()
    talk.booted()
    vendor = {"key": "VendorKey", "value": "1"}
    talk.ask("ChangeConfiguration", vendor, {"status": "Accepted"})
    talk.csms("GetLocalListVersion", {})
    talk.error("NotSupported")
    talk.csms("ClearCache", {})
    assert found(talk) == []


def test_schedules_that_are_told_are_held_against_ours() -> None:
    # From 08:00, seen from 08:10 on: 10 A until 08:15, then 20 A.
    what = profile((0, 10), (900, 20))
    for periods, both in (
        (((0, 10), (300, 20)), ()),
        (((0, 10), (303, 16)), ()),  # the hardware may allow no more
        (((0, 10), (300, 4)), ("4.0 A", "20.0 A")),  # but no less than 6 A
        (((0, 12), (300, 20)), ("12.0 A", "10.0 A")),
    ):
        talk = booted()
        is_set(talk, what)
        told(talk, *periods)
        others = found(talk)
        assert [(each.theirs, each.ours) for each in others] == ([both] if both else []), periods
        for each in others:
            assert "TxDefaultProfile #1" in each.reason
            assert (each.connector, each.holds_until) == (1, time("08:20"))
    # What it told elsewhere, its hardware allows, too; and what is asked anew is told anew.
    talk = booted()
    is_set(talk, profile((0, 16)))
    told(talk, (0, 9))
    told(talk, (0, 16))
    [other] = found(talk)
    assert (other.theirs, other.ours) == ("9.0 A", "16.0 A")
    assert other.holds_until is not None
    assert other.at is not None
    assert (other.holds_until - other.at).total_seconds() < 60


def test_schedules_are_held_against_the_profiles_that_the_real_one_accepted() -> None:
    keys = {"ChargeProfileMaxStackLevel": "3"}
    for limit, both in ((12, None), (16, ("16.0 A", "12.0 A")), (6, ("6.0 A", "12.0 A"))):
        talk = booted(keys)
        is_set(talk, profile((0, 16), chargingProfileId=2), "Rejected")
        is_set(talk, profile((0, 12), chargingProfileId=3, stackLevel=50))
        told(talk, (0, limit))
        told(talk, (0, 16))
        rejected, accepted, *schedules = found(talk)
        assert (rejected.ours, accepted.ours) == ("Accepted", "Rejected")
        assert [(each.theirs, each.ours) for each in schedules[:-1]] == ([both] if both else [])
        assert all("TxDefaultProfile #3" in each.reason for each in schedules)


def time(at: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-03T{at}:00Z")


def test_a_reset_and_a_power_cut_are_lived_through() -> None:
    for is_reset in (True, False):
        talk = Talk()
        talk.booted()
        talk.started()
        if is_reset:
            talk.ask("Reset", {"type": "Hard"}, {"status": "Accepted"})
        talk.wait(60)
        answer = {"status": "Accepted", "currentTime": talk.time, "interval": 300}
        talk.tell("BootNotification", BOOT, answer)
        talk.ask("RemoteStopTransaction", {"transactionId": 7}, {"status": "Rejected"})
        talk.ask("UnlockConnector", {"connectorId": 5}, {"status": "NotSupported"})
        assert found(talk) == []


def test_of_sixteen_logs_one_answer_is_other() -> None:
    others = {
        path.name: [each.action for each in other_answers(open_trace(path).records)]
        for path in sorted(LOGS.iterdir())
        if path.suffix != ".md" and path.name != "expected.json"
    }
    assert {name: each for name, each in others.items() if each} == {
        "citrineos_profile.json": ["SetChargingProfile"]
    }


def test_the_command_tells_it_to_people_and_programs(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(LOGS / "citrineos_profile.json")
    assert main(["explain", "--ours", file]) == 1
    assert (
        "SetChargingProfile Accepted, and ours Rejected: TxProfile needs" in capsys.readouterr().out
    )
    assert main(["explain", "--ours", "--json", file]) == 1
    [told] = json.loads(capsys.readouterr().out)["ours"]
    assert (told["theirs"], told["ours"], told["rule"]) == ("Accepted", "Rejected", "S 3.13.1")
