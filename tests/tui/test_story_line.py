"""The line that tells what the demo plays: its words at every width, when it stands, its keys."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.content import Content

from cp_tui.demo.csms_variables import DemoView, RunState, Scenarios, ScenarioStep
from cp_tui.tui.csms.story_text import story_lines
from cp_tui.tui.frame import said
from cp_tui.tui.state.csms_state import CsmsState
from tests.tui import csms_world
from tests.tui.driving import Eye, screen
from tests.tui.fake_engine import FakeEngine

NOW = "The CSMS lowers connector 1 for a peak elsewhere; watch the curve bend"
STEPS = (
    ScenarioStep(title="A car plugs in", now="A car is plugged in", brief="A car plugs in"),
    ScenarioStep(title="A limit falls", now=NOW, brief="The CSMS lowers connector 1: watch it"),
    ScenarioStep(title="The limit rises", now="It rises again", brief="It rises"),
)


def told(step: int = 2, state: RunState = RunState.RUNNING, **changes: object) -> Scenarios:
    """The story at a step of three."""
    run = replace(csms_world.run(state, 1), id="story", step=step, steps=STEPS)
    return replace(Scenarios(run=run, is_story_on=True), **changes)


def lines(scenarios: Scenarios, *, is_here: bool = True) -> list[str]:
    state = CsmsState(is_ours=True, is_here=is_here, scenarios=scenarios)
    found = story_lines(
        state, lambda action_id: {"csms.faster": ">", "csms.story": "S"}.get(action_id, "")
    )
    return [line.plain for line in found]


def test_it_says_what_happens_why_what_comes_next_and_how_fast_as_far_as_there_is_room() -> None:
    assert lines(told(speed=0.5)) == [
        f"2 of 3, 0.5x · {NOW} · next: The limit rises · > faster  S pause",
        f"2 of 3, 0.5x · {NOW} · next: The limit rises",
        f"2 of 3, 0.5x · {NOW}",
        "2/3 0.5x · The CSMS lowers connector 1: watch it · next: The limit rises",
        "2/3 0.5x · The CSMS lowers connector 1: watch it",
    ]
    assert lines(told(is_paused=True))[0].startswith("2 of 3, paused · ")
    assert lines(told(is_paused=True))[0].endswith("S go on")
    assert lines(told(is_paused=True, speed=4.0))[-1].startswith("2/3 paused 4x · ")
    stepping = lines(told(is_paused=True, steps_asked=2))
    assert (stepping[1].split(" · ")[0], stepping[-1].split(" · ")[0]) == (
        "2 of 3, 2 more",
        "2/3 2 more",
    )
    assert lines(told(3))[1] == "3 of 3, 1x · It rises again"


def test_before_the_first_step_only_what_comes_is_told() -> None:
    assert lines(told(0)) == ["0/3 1x · next: A car plugs in"]
    assert lines(told(0, is_paused=True)) == ["0/3 paused · next: A car plugs in"]
    assert lines(told(0, RunState.STOPPED)) == []


def test_a_step_without_words_of_its_own_is_told_by_its_title() -> None:
    scenarios = Scenarios(run=csms_world.run(step=3))
    assert lines(scenarios)[-1] == "3/4 1x · Show a blocked tag"


def test_a_story_that_broke_off_says_why_and_that_it_begins_again() -> None:
    failed = told(2, RunState.FAILED)
    assert failed.run is not None
    step = replace(STEPS[1], told=("The CSMS heard nothing of this.",))
    failed = replace(failed, run=replace(failed.run, steps=(STEPS[0], step, STEPS[2])))
    assert lines(failed) == ["broke off at 2 of 3 · The CSMS heard nothing of this."]


@pytest.mark.parametrize("state", [RunState.PASSED, RunState.FAILED, RunState.STOPPED])
def test_it_goes_away_where_nothing_is_played(state: RunState) -> None:
    assert lines(told(2, state, is_story_on=False)) == []
    assert lines(Scenarios()) == []
    assert lines(told(), is_here=False) == []


def activity(drive: Eye) -> str:
    return drive.strips()[-2].text.strip()


async def test_a_second_screen_is_told_how_to_open_it_and_when_the_demo_ends() -> None:
    csms = csms_world.normal()
    async with screen(csms=csms) as drive:
        csms.publish("demo", DemoView(attach="cp-tui attach --id=DEMO-1"))
        await drive.settle()
        await drive.press("ctrl+p")
        await drive.type("second screen")
        await drive.press("enter")
        assert drive.shows("A second screen", "cp-tui attach --id=DEMO-1", "--read-only")
        await drive.press("escape")
        csms.publish("demo", DemoView(attach="cp-tui attach --id=DEMO-1", has_ended=True))
        await drive.settle()
        drive.engine.lose()
        await drive.settle()
        assert "The demo has ended · q leaves this screen" in activity(drive)
        assert drive.shows("■ Demo ended", "× The demo has ended: everything here is as it was")


async def test_it_stands_on_the_screen_gives_way_to_answers_and_comes_back() -> None:
    csms: FakeEngine = csms_world.normal()
    async with screen(csms=csms, size=(160, 40)) as drive:
        csms.publish("scenario", told())
        await drive.settle()
        assert NOW in activity(drive)
        drive.app.tell(Content("an answer"))
        await drive.settle()
        assert "an answer" in activity(drive)
        await drive.pass_time(said.ANSWER_S)
        assert NOW in activity(drive)

        await drive.press("greater_than_sign", "less_than_sign", "full_stop")
        assert csms.calls == [
            ("set_speed", {"speed": 2.0}),
            ("set_speed", {"speed": 0.5}),
            ("step", {}),
        ]
        assert NOW in activity(drive), "what is seen anyhow is not told"
        csms.publish("scenario", told(speed=8.0))
        await drive.settle()
        await drive.press("greater_than_sign")
        assert len(csms.calls) == 3
        assert "8x is the end of it" in activity(drive)

        held = [csms.holds(method) for method in ("set_speed", "pause", "resume")]
        csms.calls.clear()
        await drive.press(*["less_than_sign"] * 3, "greater_than_sign", "space", "space")
        assert [(method, *params.values()) for method, params in csms.calls] == [
            ("set_speed", 4.0),
            ("set_speed", 2.0),
            ("set_speed", 1.0),
            ("set_speed", 2.0),
            ("pause",),
            ("resume",),
        ], "keys of one packet each go on from what was asked last, not from what was told"
        for each in held:
            each.set()

        await drive.press("space")
        assert csms.calls[-1] == ("pause", {})
        assert "suspend_ev" not in [method for method, _ in drive.engine.calls]

        await drive.press("2")
        await drive.pass_time(said.ANSWER_S)
        assert NOW in activity(drive), "on every screen"
        csms.publish("scenario", told(2, RunState.STOPPED, is_story_on=False))
        await drive.settle()
        assert NOW not in activity(drive)
        await drive.press("full_stop")
        assert "no story is told now" in activity(drive)
        await drive.press("1", "space")
        assert "suspend_ev" in [method for method, _ in drive.engine.calls]
