"""The words of the CSMS screen and of an answer, without a screen."""

from __future__ import annotations

from datetime import UTC

import pytest
from pydantic import JsonValue

from cp_tui.csms.behaviour import CertificateAnswer
from cp_tui.demo.csms_variables import DemoView, RunState, ScenarioRun, Scenarios
from cp_tui.demo.scenarios import SCENARIOS
from cp_tui.demo.story import ROUND
from cp_tui.engine.hub import EventHappened, Update, VariableChanged
from cp_tui.ocpp.datatypes import AuthorizationStatus, RegistrationStatus
from cp_tui.tui.csms.scenarios_text import (
    ScenarioLine,
    run_facts,
    scenario_facts,
    scenario_lines,
    scenario_state,
)
from cp_tui.tui.csms.text import behaviour_words, csms_facts
from cp_tui.tui.state.csms_state import EXCHANGES_MAX, CsmsState
from cp_tui.tui.text.answer import answer_facts, answer_summary
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.words import Clock
from tests.tui import csms_world, worlds

CLOCK = Clock(worlds.NOW, UTC)


def plain(facts: list[Fact]) -> list[str]:
    return [f"{fact.label} {fact.text.plain}".strip() for fact in facts]


def playing(state: RunState, step: int) -> CsmsState:
    scenarios = Scenarios(available=csms_world.available(), run=csms_world.run(state, step))
    return CsmsState(is_ours=True, is_here=True, scenarios=scenarios)


@pytest.mark.parametrize(
    ("state", "step", "words"),
    [
        (RunState.RUNNING, 0, "running"),
        (RunState.RUNNING, 2, "step 2 of 4"),
        (RunState.FAILED, 3, "failed at 3"),
        (RunState.PASSED, 5, "passed"),
        (RunState.STOPPED, 2, "stopped"),
    ],
)
def test_a_scenario_tells_how_it_stands(state: RunState, step: int, words: str) -> None:
    lines = {line.id: line for line in scenario_lines(playing(state, step))}
    assert scenario_state(lines["refused_tag"]).plain == words
    assert scenario_state(lines["story"]).plain == "paused"
    assert scenario_state(lines["boot"]).plain == ""


def test_the_short_form_of_a_run_tells_only_where_it_is() -> None:
    run = csms_world.run(RunState.RUNNING, 2)
    whole, short = plain(run_facts(run, CLOCK)), plain(run_facts(run, CLOCK, is_short=True))
    assert whole[0] == short[0] == "A tag is refused · running · since 14:03:20"
    assert "· Connected and Accepted" in whole
    assert "· Connected and Accepted" not in short
    assert "· Connector 1: cable plugged in -> Preparing" in short
    assert short[-1] == "4 waiting  Unplug"
    assert plain(run_facts(None, CLOCK)) == ["No scenario has run yet."]


def line_of(scenario_id: str, state: CsmsState) -> ScenarioLine:
    return next(each for each in scenario_lines(state) if each.id == scenario_id)


def beside(scenario_id: str, state: CsmsState, room: int = 100, width: int = 70) -> list[str]:
    """What stands beside the list while the cursor is on this scenario."""
    return plain(scenario_facts(line_of(scenario_id, state), state, width, room))


def known(run: ScenarioRun | None = None) -> CsmsState:
    scenarios = Scenarios(
        available=csms_world.available(), story=csms_world.info(ROUND), run=run, is_story_on=False
    )
    return CsmsState(is_ours=True, is_here=True, scenarios=scenarios)


def test_beside_the_list_stand_the_steps_of_the_scenario_with_what_each_does() -> None:
    state = known()
    found = beside("first_car", state)
    assert found[:4] == [
        "First car",
        "Cable, tag, transaction, and the same tag to stop it.",
        "1 Prepare: connected, free, no limits",
        "Cars leave, errors are cleared, and every charging profile is removed",
    ]
    assert len(found) == 2 + 2 * 4
    assert beside("first_car", state, room=10)[3] == (
        "2 A car is plugged in at connector 1: Preparing; nothing flows before a tag is accepted"
    )
    assert beside("first_car", state, room=6)[3] == "2 Plug in at connector 1"
    assert beside("story", state, room=22)[-1] == "21 Both cars are gone; it begins again"


def test_of_the_scenario_that_runs_each_step_says_how_it_went_and_the_newest_is_in_sight() -> None:
    state = known(csms_world.run(step=3))
    assert beside("refused_tag", state)[2:7:2] == [
        "1 passed   Prepare: connected, free, no limits",
        "2 passed   Plug in at connector 1",
        "3 running  Show a blocked tag",
    ]
    cut = beside("refused_tag", state, room=5)
    assert cut[2:] == [
        "2 passed   Plug in at connector 1",
        "3 running  Show a blocked tag",
        "4 waiting  Unplug",
    ]
    assert not any("passed" in each for each in beside("first_car", state))


def test_every_step_that_can_be_played_says_what_it_does() -> None:
    for scenario in (*SCENARIOS, ROUND):
        for step in scenario.steps:
            assert step.now, f"{scenario.title}: {step.title}"
            assert not step.now.endswith("."), step.now


def test_the_state_says_what_is_missing() -> None:
    assert plain(csms_facts(CsmsState(), CLOCK)) == ["this screen did not start the CSMS"]
    assert plain(csms_facts(CsmsState(is_ours=True), CLOCK)) == ["waiting for the CSMS"]
    here = plain(csms_facts(CsmsState(is_ours=True, is_here=True), CLOCK))
    assert here == ["Has no charge point is connected", "Plays nothing"]


def test_a_demo_says_how_a_second_screen_comes_to_it() -> None:
    demo = DemoView(attach="cp-tui attach --id=DEMO-1")
    here = plain(csms_facts(CsmsState(is_ours=True, is_here=True, demo=demo), CLOCK))
    assert "Attach cp-tui attach --id=DEMO-1 · shows this on a second screen" in here


def test_what_went_wrong_is_told_with_the_step() -> None:
    facts = plain(csms_facts(playing(RunState.FAILED, 2), CLOCK))
    assert facts[1] == "Plays A tag is refused · failed · step 2 of 4: Plug in at connector 1"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "everything, correctly"),
        ({"registration_status": RegistrationStatus.REJECTED}, "boots with Rejected"),
        ({"clock_offset_s": -90.0}, "clock -90 s"),
        ({"start_status": AuthorizationStatus.INVALID}, "StartTransaction with Invalid"),
        ({"unknown_id_tag": AuthorizationStatus.BLOCKED}, "unknown tags with Blocked"),
        ({"faults": {"*": "silent"}}, "* silent"),
        ({"interval_s": 7}, "interval 7 s, tags changed"),
        (
            {"certificates": CertificateAnswer.OTHER_KEY},
            "SignCertificate with a certificate for another key",
        ),
    ],
)
def test_the_behaviour_names_what_is_odd(changes: dict[str, object], words: str) -> None:
    assert behaviour_words(csms_world.behaviour(**changes)).plain == words


def test_only_the_newest_exchanges_are_kept_under_their_numbers() -> None:
    updates: list[Update] = [
        EventHappened("exchanges", csms_world.exchange(number)) for number in range(700)
    ]
    state = CsmsState().told(updates)
    assert len(state.exchanges) == EXCHANGES_MAX
    assert state.exchange(199) is None
    assert state.exchange(200) == csms_world.exchange(200)
    assert state.exchange(700) is None
    assert state.told([VariableChanged("behaviour", csms_world.behaviour())]).first == 200


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"kind": "CALLRESULT", "payload": {}, "latency_ms": 3}, "CALLRESULT · in 3.0 ms"),
        (
            {"kind": "CALLRESULT", "payload": {"idTagInfo": {"status": "Blocked"}}},
            "CALLRESULT Blocked",
        ),
        ({"kind": "CALLERROR", "code": "GenericError"}, "CALLERROR GenericError"),
        ({"kind": "timeout"}, "no answer in time"),
        ({"kind": "lost"}, "the connection went before the answer"),
        ({"kind": "sent"}, "sent; no answer is due"),
        ({"kind": "invalid"}, "the answer is no OCPP frame"),
    ],
)
def test_an_answer_is_told_in_a_line(result: dict[str, JsonValue], words: str) -> None:
    assert answer_summary(result).plain == words


def test_an_answer_is_told_in_full() -> None:
    facts = answer_facts(
        {"message_id": "1", "kind": "CALLERROR", "description": "no", "details": {"a": 1}}
    )
    assert plain(list(facts)) == ["Description no", 'Details {"a": 1}', "Message id 1"]
