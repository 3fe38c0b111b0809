"""The scenarios that come with cp-tui: against our CSMS, and against one with planted faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from cp_tui.scenarios import report
from cp_tui.scenarios.reading import built_in
from cp_tui.scenarios.verdict import ScenarioOutcome, Verdict, exit_status
from tests.demo.fast_time import in_fast_time
from tests.scenarios.bench import named, own_csms, runner_for
from tests.scenarios.faulty_csms import FAULTS, FaultyCsms
from tests.tiers import tier

SOUND = ("two-connectors", "offline-transaction", "remote-start")
"""Scenarios that find none of the faults, though they come near them."""


def told(outcomes: tuple[ScenarioOutcome, ...]) -> str:
    return "\n".join(line for each in outcomes for line in report.lines(each))


def test_there_are_many_and_each_says_what_it_is_for() -> None:
    plans = built_in()
    assert len(plans) >= 40
    assert len({plan.name for plan in plans}) == len(plans)
    assert all(plan.about.endswith(".") and plan.section for plan in plans)
    assert {plan.group for plan in plans} == {
        "core",
        "field",
        "firmware",
        "local-list",
        "network",
        "offline",
        "remote-trigger",
        "reservation",
        "security",
        "smart-charging",
    }


@in_fast_time
async def test_our_csms_passes_all_of_them(tmp_path: Path) -> None:
    async with own_csms(tmp_path) as (_csms, runner):
        outcomes = await runner.run_all(built_in())
    assert {each.verdict for each in outcomes} == {Verdict.PASSED}, told(outcomes)
    assert exit_status(outcomes) == 0


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_by_the_scenario_that_is_about_it(fault: str) -> None:
    @in_fast_time
    async def play() -> tuple[ScenarioOutcome, ...]:
        async with FaultyCsms(fault) as csms:
            plans = tier(named(FAULTS[fault], *SOUND), deep=[*built_in()])
            return await runner_for(csms.url, csms).run_all(plans)

    outcomes = play()
    found = {each.name for each in outcomes if each.verdict is Verdict.FAILED}
    assert found == {FAULTS[fault]}, told(outcomes)
    assert not [each for each in outcomes if each.verdict is Verdict.INCONCLUSIVE], told(outcomes)


@in_fast_time
async def test_without_a_fault_each_of_those_passes() -> None:
    async with FaultyCsms() as csms:
        outcomes = await runner_for(csms.url, csms).run_all(named(*FAULTS.values(), *SOUND))
    assert {each.verdict for each in outcomes} == {Verdict.PASSED}, told(outcomes)
