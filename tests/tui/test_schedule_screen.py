"""The schedule screen: why a limit holds, what was measured, profiles installed or cleared."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from cp_tui.charge_point import variables as v
from cp_tui.charge_point.command_fields import SCHEDULE_DURATION_S_MAX
from cp_tui.charge_point.reason import Reason
from cp_tui.tui.schedule.panes import PAUSE_S
from cp_tui.tui.timeline.view import ZOOMS
from tests.tui import charging_world, worlds
from tests.tui.driving import Drive, screen
from tests.tui.fake_engine import FakeEngine

WHY_NOT = Reason(
    id="smart_charging.profile.stack_level_too_high",
    rule="S 5.16",
    text="stack level 9 is above ChargeProfileMaxStackLevel 3",
)


async def fill(drive: Drive, **texts: str) -> None:
    """Type into fields of the form, and send it."""
    for name, text in texts.items():
        drive.app.screen.query_one(f"#{name}").focus()
        await drive.press("end", "ctrl+u")
        await drive.type(text)
    await drive.press("enter")


async def test_limits_are_explained_and_profiles_cleared() -> None:
    async with screen(engine=charging_world.engine()) as drive:
        engine = drive.engine
        # Question 8: two keys from the dashboard at the most.
        async with drive.step("4 shows why the selected connector has its limit at 80x24"):
            await drive.press("4")
            assert drive.shows("now · connector 1 · 10.0 A until 15:20")
            assert drive.shows("TxProfile #7 level 2 beats TxDefaultProfile #2 level 0")
            await drive.press("1")
            assert drive.shows("Connection", "Monitors")
        async with drive.step("a digit without a screen does nothing"):
            before = drive.text()
            await drive.press("9", "0")
            assert drive.text() == before
            assert drive.engine.calls == []
        async with drive.step("what flowed and where it was too much is told at the cursor"):
            await drive.press("4", "H")
            assert drive.shows(
                "!!", "13:40 · connector 1 · 10.0 A", "Measured 15.8 A: above the limit"
            )
            await drive.press("left", "left")
            assert drive.shows("connector 1 · 16.0 A until 13:40", "Measured 15.8 A")
            assert not drive.shows("above the limit")
        async with drive.step("what flows now goes on where the history ends"):
            points = drive.app.store.snapshot.measured[1]
            assert [point.current_a for point in points] == [0, 15.8, 9.8, 8.1, 9.8, 9.8]
            assert points[-1].at == worlds.NOW
            before = drive.text()
            engine.publish("connectors", engine.world["connectors"])
            await drive.settle()
            assert drive.app.store.snapshot.measured[1] is points
            assert drive.text() == before
        async with drive.step("v shows one connector alone and all again"):
            await drive.press("4", "v")
            assert drive.shows("1-1/3", "16.0 A", "24.0 A")
            assert not drive.shows("26.0 A")
            await drive.press("v")
            assert drive.shows("26.0 A")
        async with drive.step("from the dashboard a profile to clear is chosen from a list"):
            await drive.press("ctrl+p")
            await drive.type("schedule.clear")
            await drive.press("enter")
            assert drive.shows(
                "Clear which charging profile?", "#7 TxProfile level 2 on connector 1"
            )
        for texts, expected in [
            ({"purpose": "TxProfile"}, {"purpose": "TxProfile"}),
            ({"connector_id": "0", "stack_level": "1"}, {"connector_id": 0, "stack_level": 1}),
            ({"purpose": " ", "stack_level": " 1 "}, {"stack_level": 1}),
            ({"profile_id": "all"}, {}),
        ]:
            async with drive.step(f"profiles are cleared by filter: {texts}"):
                engine.answers("clear_charging_profile", {"status": "Unknown", "removed": []})
                await drive.press("X")
                await fill(drive, **texts)
                assert engine.calls == [("clear_charging_profile", expected)]
                assert drive.shows("Result", "Unknown")
        async with drive.step("an empty filter clears nothing"):
            await drive.press("X")
            assert drive.shows("optional; space: choices")
            await drive.press("enter")
            assert drive.shows("nothing given would clear every profile")
            assert drive.engine.calls == []
        for name in ["profile_id", "connector_id", "purpose", "stack_level"]:
            async with drive.step(f"a filter of blanks clears nothing: {name}"):
                await drive.press("X")
                await fill(drive, **{name: "  "})
                assert drive.shows("nothing given would clear every profile")
                assert drive.engine.calls == []


async def test_a_screen_that_was_hidden_shows_what_it_missed() -> None:
    async with screen(engine=charging_world.engine(), at="schedule") as drive:
        drive.engine.publish("outbox", v.OutboxView(count=4))
        drive.engine.publish("monitors", v.MonitorsView())
        await drive.settle()
        assert drive.shows("queue 4")
        await drive.press("1")
        assert drive.shows("queue 4", "nothing monitored")


async def test_profiles_are_read_cleared_and_exported(tmp_path: Path) -> None:
    async with screen(engine=charging_world.engine(), at="schedule") as drive:
        engine = drive.engine
        async with drive.step("the table tells what each profile does and what comes next"):
            await drive.press("z")
            await drive.press("z", "tab", "down", "down")
            assert drive.shows("#1 ChargePointMax 0 Absolute A CSMS allows more 16:00 40.0 A")
            assert drive.shows("#2 TxDefault 0 Daily A CSMS armed 16.0 A 20:00 6.0 A")
            assert drive.shows("#7 Tx 2 Relative A CSMS ● 10.0 A 15:20 6.0 A")
            assert drive.shows("0:00 16.0 A · 0:20 10.0 A · 2:00 6.0 A 1 ph · 3:00 24.0 A · no end")
            assert drive.shows("Now sets the limit of connector 1")
            await drive.press("enter")
            assert drive.shows(
                "Charging profile", "TxProfile #7 level 2 on connector 1", "12:05:00"
            )
        async with drive.step("x asks and clears the selected profile"):
            engine.answers("clear_charging_profile", {"status": "Accepted", "removed": [2]})
            await drive.press("tab", "down", "x")
            assert drive.shows("Clear TxDefaultProfile #2?", "the next of the stack holds at once")
            await drive.press("n")
            assert engine.calls == []
            await drive.press("x", "y")
            assert engine.calls == [("clear_charging_profile", {"profile_id": 2})]
            assert drive.shows("Clear charging profiles: Accepted")
        async with drive.step("the schedule is exported and never over a file"):
            await drive.press("E")
            await fill(drive, path=str(tmp_path / "a.csv"))
            assert drive.shows("written", "a.csv")
            rows = list(csv.DictReader((tmp_path / "a.csv").read_text().splitlines()))
            assert {row["connector_id"] for row in rows} == {"0", "1", "2"}
            await drive.press("escape", "E")
            await fill(drive, path=str(tmp_path / "a.csv"))
            assert drive.shows("file exists")
            await fill(drive, path=str(tmp_path / "b.json"))
            assert len(json.loads((tmp_path / "b.json").read_text())) == 3
        async with drive.step("the timeline is saved as a picture"):
            await drive.press("P")
            await fill(drive, path=str(tmp_path / "day.svg"))
            picture = (tmp_path / "day.svg").read_text()
            assert picture.startswith("<svg")
            assert "10.0\xa0A" in picture
            assert "ChargePointMax" not in picture.replace("ChargePointMaxProfile", "")
        async with drive.step("a picture that cannot be written says why"):
            await drive.press("P")
            await fill(drive, path=str(tmp_path / "no" / "day.svg"))
            assert drive.shows("its folder is not there")


@pytest.mark.parametrize("key", ["W", "enter"])
async def test_why_tells_everything_about_the_limit_at_the_cursor(key: str) -> None:
    async with screen(engine=charging_world.engine()) as drive:
        await drive.press("4", "down", "L", key)
        assert drive.shows("Why this limit", "18:00 · connector 2 · 15.9 A")
        assert drive.shows("11.00 kW / (230 V x 3) = 15.9 A")
        assert drive.shows("TxDefaultProfile #9 level 3 starts at Jan 06 08:00")
        assert drive.shows("If a transaction started now.")


async def test_panning_fast_asks_the_engine_rarely_and_for_more_than_is_seen() -> None:
    engine = charging_world.engine()
    engine.refuses("get_composite_schedule", "not now")
    async with screen(engine=engine, at="schedule") as drive:
        for _pause in range(3):
            await drive.press(*["right_square_bracket"] * 10)
            await drive.pass_time(PAUSE_S)
        asked = [params for method, params in engine.calls if method == "get_composite_schedule"]
        assert 3 <= len(asked) <= 12, asked
        assert drive.shows("schedule: not now")


async def test_nothing_is_asked_that_lies_beyond_what_the_engine_reckons() -> None:
    engine = charging_world.engine()
    engine.refuses("get_composite_schedule", "not now")
    async with screen(engine=engine, at="schedule") as drive:
        await drive.press(*["minus"] * len(ZOOMS), "g")
        await drive.type("+400d")
        await drive.press("enter")
        assert drive.shows("'+400d' is too far ahead; allowed: up to +330d")
        await drive.press("ctrl+u", *"+330d", "enter")
        for _pause in range(20):
            await drive.press("right_square_bracket")
            await drive.pass_time(PAUSE_S)
        asked = [params for method, params in engine.calls if method == "get_composite_schedule"]
        durations = [int(f"{params['duration_s']}") for params in asked]
        assert SCHEDULE_DURATION_S_MAX in durations
        assert [each for each in durations if each > SCHEDULE_DURATION_S_MAX] == []


async def test_t_writes_times_in_the_zone_of_the_reader_or_in_utc() -> None:
    async with screen(engine=charging_world.engine(), zone="Asia/Kolkata") as drive:
        await drive.press("4")
        assert drive.shows("as of 19:33:27 IST", "10.0 A until 20:50", "20:50 6.0 A")
        await drive.press("t")
        assert drive.shows("times are in UTC", "as of 14:03:27 UTC", "until 15:20", "15:20 6.0 A")
        await drive.press("t")
        assert drive.shows("times are in your time zone, IST", "until 20:50")


async def test_a_profile_from_the_form_is_installed_and_a_refusal_explained() -> None:
    engine = charging_world.engine()
    engine.answers("install_charging_profile", {"status": "Rejected"}, WHY_NOT)
    async with screen(engine=engine, size=(100, 30)) as drive:
        await drive.press("i")
        await fill(
            drive,
            level="9",
            periods="0:16, 3600:8:1",
            duration="7200",
            start="15:00",
            valid_from=" ",
            valid_to="  ",
        )
        (call,) = engine.calls
        assert call == (
            "install_charging_profile",
            {
                "connector_id": 1,
                "profile": {
                    "chargingProfileId": 10,
                    "stackLevel": 9,
                    "chargingProfilePurpose": "TxDefaultProfile",
                    "chargingProfileKind": "Absolute",
                    "chargingSchedule": {
                        "chargingRateUnit": "A",
                        "chargingSchedulePeriod": [
                            {"startPeriod": 0, "limit": 16.0},
                            {"startPeriod": 3600, "limit": 8.0, "numberPhases": 1},
                        ],
                        "duration": 7200,
                        "startSchedule": "2026-01-05T15:00:00Z",
                    },
                },
            },
        )
        assert drive.shows("Rejected", "stack level 9 is above ChargeProfileMaxStackLevel 3")


async def test_what_a_form_or_a_file_says_is_checked_and_sent(tmp_path: Path) -> None:
    async with screen(engine=charging_world.engine()) as drive:
        engine = drive.engine
        async with drive.step("a profile from a file is installed"):
            profile = charging_world.installed()[0].profile.to_payload()
            path = tmp_path / "cap.json"
            path.write_text(json.dumps({"connectorId": 0, "csChargingProfiles": profile}))
            engine.answers(
                "install_charging_profile",
                {
                    "status": "Accepted",
                    "remarks": ["it has no effect before 18:00"],
                    "replaced": [1],
                },
            )
            await drive.press("I")
            await fill(drive, path=str(path))
            assert engine.calls == [
                ("install_charging_profile", {"connector_id": 0, "profile": profile})
            ]
            assert drive.shows("Accepted", "Replaced #1", "Note it has no effect before 18:00")
        async with drive.step("the vehicle is changed by what is filled in only"):
            await drive.press("ctrl+p")
            await drive.type("connector.set_vehicle")
            await drive.press("enter")
            assert drive.shows("Vehicle at connector 1", "now 45.2 %")
            await fill(drive, soc_percent="81.5", phases="1")
            expected = {"connector_id": 1, "soc_percent": 81.5, "phases": 1}
            assert drive.engine.calls == [("set_vehicle", expected)]
            assert drive.shows("Result", "is changed", "SoC 81.5 %", "Phases 1")


async def test_an_observer_looks_and_exports_but_changes_nothing() -> None:
    engine = charging_world.engine()
    async with screen(engine=engine, read_only=True) as drive:
        for key in ("x", "X", "i", "I"):
            await drive.press("4", key)
            assert drive.shows("read only: attached as an observer")
        await drive.press("E")
        assert drive.shows("Export the schedule")
        assert engine.calls == []


async def test_without_profiles_the_hardware_limit_is_explained() -> None:
    engine = FakeEngine({**worlds.healthy(), "profiles": v.Profiles(())})
    async with screen(engine=engine, at="schedule") as drive:
        assert drive.shows("no charging profile is installed: the hardware limits apply")
        await drive.press("x")
        assert drive.shows("no charging profile is installed")
