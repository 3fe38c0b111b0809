"""The screen of the demo's CSMS: sending, playing, misbehaving, and what it saw."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from pydantic import JsonValue
from textual.widgets import Input

from cp_tui.demo.csms_variables import Exchange, RunState, Scenarios, ScenarioStep
from cp_tui.tui.app import Attachment, CpTuiApp
from cp_tui.tui.preferences import LayoutState
from tests.tui import csms_world, worlds
from tests.tui.driving import screen
from tests.tui.fake_engine import FakeEngine
from tests.tui.test_hostile_text import HOSTILE, assert_harmless, poisoned

SIZES = [(80, 24), (120, 40), (160, 50), (200, 60)]


@pytest.fixture
def csms() -> FakeEngine:
    return csms_world.normal()


async def test_the_screen_is_only_there_where_the_csms_is_ours(csms: FakeEngine) -> None:
    async with screen() as drive:
        await drive.press("7")
        assert drive.app.main is drive.dashboard
        assert drive.shows("this screen did not start the CSMS; cp-tui demo has one")
    async with screen(csms=csms) as drive:
        await drive.press("7")
        assert drive.app.main.NAME == "csms"


async def test_it_shows_actions_scenarios_state_and_exchanges_at_any_size(
    csms: FakeEngine,
) -> None:
    async with screen(csms=csms, at="csms") as drive:
        for size in SIZES:
            await drive.resize(*size)
            assert drive.shows("Actions 27", "ChangeAvailability", "Boot and profiles"), size
            assert drive.shows("step 3 of 4", "CP001 · Accepted", "everything, correctly"), size
            assert drive.shows("Exchanges 4, 1 with !", "! valid, answered Blocked"), size
            assert drive.shows("BootNotification"), size


async def test_a_wide_screen_shows_the_steps_beside_the_exchanges(csms: FakeEngine) -> None:
    async with screen(csms=csms, size=(160, 50), at="csms") as drive:
        assert drive.shows("1 passed Prepare: connected", "3 running Show a blocked tag")
        assert drive.shows("4 waiting Unplug")


async def test_without_a_charge_point_and_without_its_door_it_says_so() -> None:
    async with screen(csms=csms_world.empty(), at="csms") as drive:
        assert drive.shows("no charge point is connected", "Plays nothing", "nothing was exchanged")
    async with screen(csms=csms_world.broken(), at="csms") as drive:
        assert drive.shows("waiting for the CSMS")
        await drive.press("enter")
        assert drive.shows("the CSMS does not answer")


async def test_the_end_of_the_csms_is_told(csms: FakeEngine) -> None:
    async with screen(csms=csms, at="csms") as drive:
        csms.lose("the CSMS hung up")
        await drive.settle()
        assert drive.shows("waiting for the CSMS")


async def test_a_crowd_is_shown(csms: FakeEngine) -> None:
    async with screen(csms=csms_world.crowded(), at="csms") as drive:
        assert drive.shows("and 99 more", "boots with Pending", "Exchanges 500")
        assert drive.shows("StartTransaction with Invalid")


async def test_actions_are_sent_and_scenarios_run(csms: FakeEngine) -> None:
    async with screen(csms=csms, at="csms") as drive:
        async with drive.step("enter opens the form of the action and sends it to the csms"):
            answer: JsonValue = {
                "message_id": "x",
                "kind": "CALLRESULT",
                "payload": {"status": "Rejected"},
                "latency_ms": 3,
            }
            csms.answers("send", answer)
            await drive.press("down", "enter")
            assert drive.shows("CSMS sends: ChangeConfiguration", "takes it in earnest")
            await drive.press("ctrl+s")
            assert drive.shows("CALLRESULT Rejected", "in 3.0 ms")
            payload: JsonValue = {"key": "HeartbeatInterval", "value": "300"}
            assert csms.calls == [("send", {"action": "ChangeConfiguration", "payload": payload})]
            assert drive.engine.calls == []
        async with drive.step("another action is chosen from the list"):
            await drive.press("c", "ctrl+o")
            await drive.type("unlock")
            await drive.press("enter")
            assert drive.shows("CSMS sends: UnlockConnector")
        async with drive.step("a raw frame of the csms is written as text"):
            csms.answers("send_raw", {"kind": "sent"})
            await drive.press("end", "enter")
            assert drive.shows("CSMS sends: a raw frame")
            await drive.press("ctrl+s")
            assert csms.calls[-1][0] == "send_raw"
            await drive.press("escape", "C")
            assert drive.shows("CSMS sends: a raw frame")
        async with drive.step("enter runs a scenario and shows its steps"):
            await drive.press("tab", "down", "down", "down", "enter")
            assert csms.calls == [("run_scenario", {"scenario": "refused_tag"})]
            assert drive.shows("Scenario, step by step", "A tag is refused", "running")
            passed = csms_world.run(RunState.FAILED, 3)
            failed = replace(passed.steps[2], told=("The CSMS heard nothing of this.",))
            run = replace(passed, steps=(*passed.steps[:2], failed, passed.steps[3]))
            csms.publish("scenario", Scenarios(available=csms_world.available(), run=run))
            await drive.settle()
            assert drive.shows("failed Show a blocked tag", "The CSMS heard nothing of this.")
            await drive.press("escape")
            assert drive.shows("failed at 3")
            await drive.press("D")
            assert drive.shows("Scenario, step by step")


async def test_the_list_of_actions_is_filtered(csms: FakeEngine) -> None:
    async with screen(csms=csms, at="csms") as drive:
        await drive.press("slash")
        await drive.type("smart")
        assert drive.shows("3 of 27 match", "SetChargingProfile")
        assert not drive.shows("UnlockConnector")


async def test_a_scenario_is_chosen_in_the_menu_on_another_screen(csms: FakeEngine) -> None:
    async with screen(csms=csms) as drive:
        await drive.press("ctrl+p")
        await drive.type("run a scenario")
        await drive.press("enter")
        assert drive.shows("Run which scenario?", "The story of the demo", "passed")
        await drive.type("offline")
        assert drive.shows("Offline, with a queue", "failed")
        await drive.press(*["backspace"] * len("offline"))
        await drive.type("hard")
        assert drive.shows("A reset in the middle of a transaction")
        await drive.press("enter")
        assert csms.calls == [("run_scenario", {"scenario": "hard_reset"})]


async def test_the_csms_is_told_what_to_do_about_security_and_asked_about_first_where_it_cuts_off(
    csms: FakeEngine,
) -> None:
    async with screen(csms=csms, at="csms") as drive:
        csms.answers("update_signed_firmware", "Accepted")
        csms.answers("revoke_certificates", True)
        async with drive.step("an order is chosen from the list"):
            await drive.press("i")
            assert drive.shows("What shall the CSMS do?", "ExtendedTriggerMessage: the charge")
            await drive.type("forged")
            assert drive.shows("SignedUpdateFirmware: the signature is that of another file")
            await drive.press("enter")
            assert csms.calls == [("update_signed_firmware", {"signing": "forged"})]
            assert drive.shows("Update with forged firmware: Accepted")
        async with drive.step("what may cut a charge point off is asked about"):
            await drive.press("i")
            await drive.type("revoke")
            await drive.press("enter")
            assert drive.shows("Revoke its certificates?", "before it is lowered by hand")
            await drive.press("n")
            assert csms.calls == []
            await drive.press("i")
            await drive.type("revoke")
            await drive.press("enter")
            await drive.press("y")
            assert csms.calls == [("revoke_certificates", {})]


async def test_the_story_is_paused_played_and_stopped(csms: FakeEngine) -> None:
    scenarios = Scenarios(available=csms_world.available())
    csms.publish("scenario", scenarios)
    async with screen(csms=csms, at="csms") as drive:
        await drive.press("space")
        assert drive.shows("The story is told again")
        scenarios = replace(scenarios, is_story_on=True)
        for is_paused in (False, True):
            csms.publish("scenario", replace(scenarios, is_paused=is_paused))
            await drive.settle()
            await drive.press("space")
        csms.answers("stop_scenario", False)
        await drive.press("x")
        assert drive.shows("nothing runs")
        await drive.press("tab", "home", "enter")
        assert [method for method, _ in csms.calls] == [
            "play_story",
            "pause",
            "resume",
            "stop_scenario",
            "play_story",
        ]


async def fill(drive_screen: object, **values: str) -> None:
    """Put texts into the inputs of a form."""
    query = getattr(drive_screen, "query_one")  # noqa: B009
    for name, value in values.items():
        query(f"#{name}", Input).value = value


async def test_the_behaviour_is_changed_and_the_connection_closed(csms: FakeEngine) -> None:
    async with screen(csms=csms, at="csms") as drive:
        async with drive.step("the behaviour is filled in and applied"):
            await drive.press("e")
            assert drive.shows("How the CSMS answers", "Boot Accepted", "BLOCKED=Blocked")
            await fill(
                drive.app.screen,
                registration_status="Pending",
                clock_offset_s="-90",
                id_tags="A=Invalid, b = Expired",
                faults="*=delay 5, Heartbeat=GenericError",
            )
            await drive.press("enter")
            assert csms.calls == [
                (
                    "set_behaviour",
                    {
                        "registration_status": "Pending",
                        "unknown_id_tag": "Accepted",
                        "start_status": "Accepted",
                        "certificates": "normal",
                        "interval_s": 300,
                        "clock_offset_s": -90.0,
                        "id_tags": {"A": "Invalid", "b": "Expired"},
                        "faults": {"*": "delay 5", "Heartbeat": "GenericError"},
                    },
                )
            ]
            assert drive.shows("The CSMS answers in this way now", "Close", "Apply")
        for name, text, words in [
            ("interval_s", "soon", "Interval: 'soon' is no whole number of 0 to 604,800 s"),
            ("faults", "Heartbeat", "Faults: 'Heartbeat' is no NAME=VALUE"),
            ("id_tags", "=Blocked", "Tags: '=Blocked' is no NAME=VALUE"),
        ]:
            async with drive.step(f"a behaviour that cannot be read is not sent: {name}"):
                await drive.press("e")
                await fill(drive.app.screen, **{name: text})
                await drive.press("enter")
                assert drive.shows(words)
                assert csms.calls == []
        async with drive.step("the csms answers correctly again"):
            await drive.press("X")
            assert csms.calls == [("reset_behaviour", {})]
        async with drive.step("the connection is closed after a question"):
            await drive.press("N")
            assert drive.shows("Close the connection at the CSMS?", "connects again by itself")
            await drive.press("n")
            assert csms.calls == []
            await drive.press("N", "y")
            assert csms.calls == [("disconnect", {})]


async def test_the_newest_exchange_stays_under_the_cursor_until_it_is_moved(
    csms: FakeEngine,
) -> None:
    async with screen(csms=csms, at="csms") as drive:
        await drive.press("shift+tab")
        csms.emit("exchanges", csms_world.exchange(9, "Heartbeat"))
        await drive.settle()
        table = drive.app.screen.query_one("#csms-exchanges-table")
        assert getattr(table, "cursor_row") == 0  # noqa: B009
        await drive.press("down")
        csms.emit("exchanges", csms_world.exchange(10, "Heartbeat"))
        await drive.settle()
        assert getattr(table, "cursor_row") == 2  # noqa: B009


async def test_enter_opens_request_and_answer_and_the_arrows_go_on(csms: FakeEngine) -> None:
    async with screen(csms=csms, at="csms") as drive:
        await drive.press("shift+tab", "enter")
        assert drive.shows("Authorize · the charge point asked", '{"idTag": "BLOCKED"}')
        assert drive.shows('{"idTagInfo": {"status": "Blocked"}}')
        csms.emit("exchanges", csms_world.exchange(9, "Heartbeat"))
        await drive.settle()
        assert drive.shows("Authorize · the charge point asked")
        await drive.press("down")
        assert drive.shows("Reset · the CSMS asked")


async def test_an_observer_sees_everything_and_changes_nothing(csms: FakeEngine) -> None:
    async with screen(csms=csms, read_only=True, at="csms") as drive:
        assert drive.shows("Exchanges 4, 1 with !")
        for key in ("enter", "c", "C", "e", "R", "x", "space", "X", "N"):
            await drive.press(key)
            assert drive.shows("read only: attached as an observer")
        await drive.press("D")
        assert drive.shows("Scenario, step by step")
        assert csms.calls == []


@pytest.mark.parametrize("poison", HOSTILE.values(), ids=HOSTILE)
async def test_everything_from_outside_is_shown_harmlessly(poison: str) -> None:
    csms = csms_world.normal()
    for name, value in csms.world.items():
        csms.world[name] = poisoned(value, poison)
    request: JsonValue = {poison: [poison]}
    event = poisoned(csms_world.exchange(5, request=request, answer=request), poison)
    assert isinstance(event, Exchange)
    csms.emit("exchanges", event)
    async with screen(worlds.healthy(), csms=csms, at="csms") as drive:
        for size in ((80, 24), (160, 50)):
            await drive.resize(*size)
            assert_harmless(drive)
            for keys in (["shift+tab", "home", "enter"], ["D"], ["e"], ["tab", "tab", "R"]):
                await drive.press(*keys)
                assert_harmless(drive)
                await drive.press("escape")


def test_no_screen_starts_here(csms: FakeEngine) -> None:
    engine, state = FakeEngine(worlds.healthy()), LayoutState(screens={"A": "csms"})
    assert CpTuiApp(Attachment(engine.connect), state=state).main.NAME == "dashboard"
    app = CpTuiApp(Attachment(engine.connect, connect_csms=csms.connect), state=state)
    assert app.main.NAME == "dashboard"


async def test_the_title_marks_the_focus_from_the_first_moment(csms: FakeEngine) -> None:
    async with screen(csms=csms, at="csms") as drive:
        assert drive.shows("▶ Actions 27 c send")


async def test_the_step_that_runs_is_in_sight_however_many_came_before() -> None:
    steps = tuple(
        ScenarioStep(
            title=f"Chapter {number}",
            state=RunState.PASSED if number < 10 else RunState.RUNNING,
        )
        for number in range(1, 18)
    )
    csms = csms_world.normal()
    long = replace(csms_world.run(step=10), steps=steps)
    csms.publish("scenario", Scenarios(available=csms_world.available(), run=long))
    async with screen(csms=csms, size=(120, 40), at="csms") as drive:
        assert drive.shows("10 running Chapter 10", "11 running Chapter 11")
        assert not drive.shows("Chapter 5")
