"""Whatever a plan does and whoever interferes: at the end nothing is open, and all is billed once.

Stages, storms, outages, pauses and more charge points, all from a seed, in virtual time.
"""

from __future__ import annotations

from random import Random

import pytest

from cp_tui.fleet.plan import FleetStage, FleetStorm, SessionPlan, StormKind
from tests.fleet.conducted import Conducted
from tests.fleet.plans import plan_of
from tests.tiers import tier

KINDS = tuple(StormKind)
FOUND = (115, 395)
"""A power storm met one that was to leave: what it had broken off was never ended."""


def run_from(seed: int) -> tuple[Conducted, Random]:
    """Make a plan of a few charge points."""
    random = Random(seed)
    stages = [
        FleetStage(
            random.randint(1, 6), random.choice((0.0, 5.0)), random.choice((0.0, 10.0, 20.0))
        )
        for _ in range(random.randint(1, 4))
    ]
    storms = [
        FleetStorm(
            random.uniform(0, 60),
            random.choice(KINDS),
            random.choice((0.3, 1.0)),
            random.choice((0.0, 5.0, 40.0)),
            random.choice((None, 0.0, 1.0)),
            random.choice((0.0, 1.0)),
        )
        for _ in range(random.randint(0, 4))
    ]
    sessions = (random.choice((3.0, 30.0)), random.choice((60.0, 900.0)))
    plan = plan_of(
        *stages,
        storms=tuple(sorted(storms, key=lambda each: each.at_s)),
        seed=seed,
        settle_s=sessions[0],
        sessions=SessionPlan(per_hour=(sessions[1],), length_s=(3.0, 20.0)),
    )
    return Conducted(plan), random


def interfere(run: Conducted, random: Random) -> None:
    """Do something that the plan does not know of, or nothing."""
    conductor, now = run.conductor, run.now
    match random.randrange(8):
        case 0:
            conductor.pause(now)
        case 1:
            conductor.resume(now)
        case 2:
            conductor.add(random.randint(1, 2), now)
        case 3:
            down_s = random.choice((0.0, 20.0))
            conductor.storm(FleetStorm(0, random.choice(KINDS), 0.5, down_s), now)
        case 4:
            run.is_up = not run.is_up


@pytest.mark.parametrize("seed", [*FOUND, *range(tier(6, deep=500))])
def test_at_the_end_nothing_is_open_and_everything_is_billed_once(seed: int) -> None:
    run, random = run_from(seed)
    for _ in range(random.randint(3, 10)):
        run.pass_s(random.uniform(1, 12))
        interfere(run, random)
        run.assert_counted()
    run.is_up = True
    run.conductor.settle(run.now)
    for _ in range(12):
        run.pass_s(10)
        if run.conductor.is_idle and run.fleet.is_quiet:
            break
    run.assert_counted()
    assert run.conductor.is_idle
    assert run.fleet.is_quiet, run.phases()
    assert run.bill.closes, run.bill.figures()
    assert run.bill.wh_acknowledged == run.csms.wh()
