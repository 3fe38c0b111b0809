"""How a scenario ends that does not pass, and how it is told."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from cp_tui.scenarios import report
from cp_tui.scenarios.plan import Plan
from cp_tui.scenarios.python_scenario import read_python
from cp_tui.scenarios.reading import read_text
from cp_tui.scenarios.steps import Surroundings
from cp_tui.scenarios.verdict import ScenarioOutcome, Verdict, exit_status
from cp_tui.settings.problem import SettingsError
from tests.demo.fast_time import in_fast_time
from tests.scenarios.bench import named, own_csms, runner_for
from tests.scenarios.faulty_csms import BLOCKED, FaultyCsms

PLUG = '[[step]]\ndo = "plug_in"\nwith = { connector_id = 1 }\n'


def plan(steps: str, head: str = "") -> Plan:
    return read_text(f'about = "A test."\nsection = "S 1"\nwithin_s = 2\n{head}\n{steps}', "t", "t")


@in_fast_time
async def test_each_way_to_end_has_its_verdict(tmp_path: Path) -> None:
    expected = {
        "the charge point is at fault": (
            '[[step]]\nexpect = "Authorize"\n',
            (Verdict.INCONCLUSIVE, "the charge point did not send it"),
        ),
        "a command is refused": (
            '[[step]]\ndo = "plug_out"\nwith = { connector_id = 1 }\n',
            (Verdict.INCONCLUSIVE, "the charge point refused"),
        ),
        "the CSMS answers otherwise": (
            f'{PLUG}[[step]]\ndo = "swipe"\nwith = {{ id_tag = "{{blocked_tag}}" }}\n'
            '[[step]]\nexpect = "Authorize"\nanswer = { "idTagInfo.status" = "Accepted" }\n',
            (Verdict.FAILED, "idTagInfo.status is Blocked, not Accepted"),
        ),
        "the charge point is otherwise": (
            '[[step]]\nsee = "connectors.1.status=Charging"\n',
            (Verdict.FAILED, "connectors.1.status is Available, not Charging"),
        ),
        "a result has no such place": (
            '[[step]]\ndo = "get_configuration_key"\ngives = { keyss = 1 }\n',
            (Verdict.INCONCLUSIVE, "gives: no "),
        ),
        "there is no such place": (
            '[[step]]\nsee = "link.colour=red"\n',
            (Verdict.INCONCLUSIVE, "no colour; there are: phase"),
        ),
        "what must not be": (
            '[[step]]\ndo = "swipe"\nwith = { id_tag = "{tag}" }\nforbid = ["Authorize"]\n',
            (Verdict.FAILED, "Authorize was seen, which must not be"),
        ),
        "the charge point has to refuse": (
            '[[step]]\nask = "RemoteStopTransaction"\nwith = { transactionId = 5 }\n'
            'answer = { status = "Accepted" }\n',
            (Verdict.FAILED, "answered: status is Rejected, not Accepted, because"),
        ),
        "the CSMS sends what breaks a rule": (
            '[[step]]\nask = "Reset"\nwith = { type = "Warm" }\n',
            (Verdict.FAILED, "the charge point had to answer"),
        ),
        "nothing was sent twice": (
            '[[step]]\nask = "Reset"\nwith = { type = "Hard" }\n'
            '[[step]]\nsame = "StartTransaction"\nfield = "transactionId"\n',
            (Verdict.FAILED, "there are fewer than 2 answers to StartTransaction"),
        ),
    }
    async with own_csms(tmp_path) as (_csms, runner):
        for name, (steps, (verdict, begin)) in expected.items():
            (outcome,) = await runner.run_all([plan(steps)])
            assert (outcome.verdict, outcome.reason[: len(begin)]) == (verdict, begin), name
            assert outcome.frames, name


@in_fast_time
async def test_a_csms_that_leaves_a_call_unanswered_has_failed(tmp_path: Path) -> None:
    silent = (
        '[[step]]\noperator = "behave"\npress = "x"\nwith = { faults = { Authorize = "silent" } }\n'
    )
    swipe = '[[step]]\ndo = "swipe"\nwith = { id_tag = "T", wait = false }\n'
    async with own_csms(tmp_path) as (_csms, runner):
        named_one, other = await runner.run_all(
            [
                plan(f'{silent}{swipe}[[step]]\nexpect = "Authorize"\n'),
                plan(f'{silent}{swipe}[[step]]\nexpect = "StartTransaction"\n'),
            ]
        )
    assert named_one.reason == "Authorize was left without an answer for 2 s"
    assert other.reason == "Authorize was left without an answer; StartTransaction waits behind it"
    assert {named_one.verdict, other.verdict} == {Verdict.FAILED}


@in_fast_time
async def test_what_the_weather_of_a_scenario_ate_is_no_fault_of_the_csms(tmp_path: Path) -> None:
    """On its way there, and on its way back."""
    swipe = '[[step]]\ndo = "swipe"\nwith = { id_tag = "T", wait = false }\n'
    eats = '[[step]]\nweather = "eats"\n[weathers.eats]\nabout = "x"\n'
    loss = '[[weathers.eats.faults]]\nkind = "loss"\ndirection = "{}"\n'
    expect = f'{swipe}[[step]]\nexpect = "Authorize"\n'
    async with own_csms(tmp_path) as (_csms, runner):
        there, back = await runner.run_all(
            [plan(eats + loss.format(way) + expect) for way in ("to_csms", "to_charge_point")]
        )
    begin = "Authorize was left without an answer for 2 s: "
    assert there.reason == f"{begin}it is lost on its way by the weather eats, seed 1"
    assert back.reason == f"{begin}the weather has lost 1 frame"
    assert {there.verdict, back.verdict} == {Verdict.INCONCLUSIVE}


@in_fast_time
async def test_a_csms_that_never_accepts_says_nothing_about_the_rest() -> None:
    async with FaultyCsms() as csms:
        csms.registration = "Pending"
        started = asyncio.get_running_loop().time()
        outcomes = await runner_for(csms.url, accept_s=1.0).run_all(
            named("plug-first", "tag-first", "two-connectors")
        )
        assert asyncio.get_running_loop().time() - started < 10
    assert [each.verdict for each in outcomes] == [Verdict.INCONCLUSIVE] * 3
    assert outcomes[2].reason.startswith("the CSMS has not accepted the charge point within 1 s")
    assert exit_status(outcomes) == 3


@in_fast_time
async def test_without_a_hook_a_person_is_told_or_it_is_skipped(tmp_path: Path) -> None:
    reset = plan('[[step]]\nask = "Reset"\nwith = { type = "Soft" }\npress = "Press Reset"\n')
    away = plan('[[step]]\noperator = "restart"\npress = "Restart it"\n')
    told: list[tuple[str, bool]] = []

    async def press(words: str, confirm: bool) -> None:
        told.append((words, confirm))
        if confirm:
            await asyncio.Event().wait()
        await csms.carry_out("Reset", {"type": "Soft"}, {})

    async with FaultyCsms() as csms:
        runner = runner_for(csms.url)
        (skipped,) = await runner.run_all([reset])
        runner._around = Surroundings(runner._around.hooks, press, attended_s=5)
        passed, nobody = await runner.run_all([reset, away])
    assert (skipped.verdict, skipped.reason.partition(":")[0]) == (
        Verdict.SKIPPED,
        "nobody can have the CSMS do Reset",
    )
    assert passed.verdict is Verdict.PASSED
    assert (nobody.verdict, nobody.reason) == (
        Verdict.INCONCLUSIVE,
        "nobody has done this at the CSMS: Restart it",
    )
    assert told == [("Press Reset", False), ("Restart it", True)]


@in_fast_time
async def test_a_failure_is_told_with_step_section_and_frames() -> None:
    async with FaultyCsms(BLOCKED) as csms:
        outcomes = await runner_for(csms.url, csms).run_all(named("blocked-tag", "tag-first"))
    text = "\n".join(report.lines(outcomes[0]))
    assert text.startswith("FAILED       blocked-tag (")
    assert "step 2: swipe id_tag {blocked_tag}, connector_id 1" in text
    assert "seen: outcome is Accepted, not Refused" in text
    assert "section: S 4.1" in text
    assert '<- Authorize CALLRESULT {"idTagInfo":{"status":"Accepted"}}' in text
    assert report.summary(outcomes, 7).startswith("1 passed, 1 failed in ")
    assert report.summary(outcomes, 7).endswith("seed 7")
    suite = Xml.fromstring(report.junit(outcomes, 7))
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
    told = suite.find("testcase/failure")
    assert told is not None
    assert "outcome is Accepted, not Refused" in (told.get("message") or "")
    written = json.loads(report.as_json(outcomes, 7))
    assert [each["verdict"] for each in written["scenarios"]] == ["failed", "passed"]
    assert exit_status(outcomes) == 1


def test_what_is_skipped_or_odd_is_harmless_text() -> None:
    odd = ScenarioOutcome(name="a", verdict=Verdict.INCONCLUSIVE, reason="\x1b[31m]]> & <b>")
    skipped = ScenarioOutcome(name="b", verdict=Verdict.SKIPPED, reason="no hook")
    assert "\x1b" not in "\n".join(report.lines(odd))
    assert report.lines(skipped) == ["SKIPPED      b: no hook"]
    suite = Xml.fromstring(report.junit([odd, skipped], 1))
    assert (suite.get("errors"), suite.get("skipped")) == ("1", "1")
    assert exit_status((skipped,)) == 3
    assert exit_status(()) == 3


@in_fast_time
async def test_a_scenario_in_python_asserts(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "async def starts(charger):\n"
        '    """A tag starts a transaction."""\n'
        '    await charger.do("plug_in", connector_id=1)\n'
        '    outcome = await charger.do("swipe", id_tag="TAG1", connector_id=1, wait=True)\n'
        '    assert outcome["outcome"] == "Accepted"\n'
        '    await charger.step(expect="StartTransaction")\n'
        '    assert charger.sent("StartTransaction")[0]["idTag"] == "TAG1"\n'
        '    assert charger.get("is_connected")\n'
        "async def fails(charger):\n"
        '    assert charger.sent("Authorize"), "nobody was asked"\n'
        "async def refused(charger):\n"
        '    await charger.do("plug_out", connector_id=1)\n'
        "async def slips(charger):\n"
        '    charger.sent("Authorize")[0]\n'
        "async def mistypes(charger):\n"
        '    await charger.step(expct="Authorize")\n'
        "async def misfills(charger):\n"
        '    await charger.step(expect="Authorize", within=2)\n'
    )
    plans = read_python(file)
    assert [(each.name, each.about) for each in plans][:2] == [
        ("starts", "A tag starts a transaction."),
        ("fails", "fails"),
    ]
    async with own_csms(tmp_path) as (_csms, runner):
        outcomes = await runner.run_all(plans)
    assert [each.verdict for each in outcomes] == [
        Verdict.PASSED,
        Verdict.FAILED,
        *[Verdict.INCONCLUSIVE] * 4,
    ]
    assert outcomes[1].reason == "nobody was asked (line 10)"
    assert outcomes[3].reason == "IndexError: list index out of range (line 14)"
    assert outcomes[4].reason.startswith("ValueError: a step has one of: do, expect")
    assert outcomes[4].reason.endswith("(line 16)")
    assert outcomes[5].reason.startswith("ValueError: within: Extra inputs")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = 1\ny = (", "line 2: not Python: '\\(' was never closed"),
        ("\n1 / 0", "line 2: ZeroDivisionError"),
        ("x = 1", "no scenario"),
    ],
)
def test_a_file_of_python_that_holds_none_says_why(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "bad.py"
    file.write_text(text)
    with pytest.raises(SettingsError, match=told):
        read_python(file)
    with pytest.raises(SettingsError, match="No such file"):
        read_python(tmp_path / "none.py")
