"""Many lives of a charge point, each from its seed; see `simulation.py`.

`SIMULATION_SEEDS=1000:5000` runs other seeds than the default ones, `SIMULATION_STEPS=500` longer
lives. A seed that fails becomes a named test in `test_regressions.py` or beside the module that was
wrong.
"""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from tests.simulation.fault_points import PARTS
from tests.simulation.options import Trouble, options_of
from tests.simulation.simulation import Simulation

SEEDS = os.environ.get("SIMULATION_SEEDS", "0:40")
FAULTY_STEPS = 60
LIVES_MAX = 8
OTHERS = (Trouble.REQUESTS, Trouble.PROFILES, Trouble.CUTS, Trouble.FAULTS, Trouble.OPERATOR_STOPS)
RARE = {"ComposedMessages", "Diagnostics", "Firmware", "Monitors", "Operator"}
"""Parts that a short life may not call often enough."""
STEPS = int(os.environ.get("SIMULATION_STEPS", "100"))


@pytest.mark.parametrize("part", sorted(PARTS))
def test_an_error_at_any_point_of_a_part_leaves_nothing_half_done(part: str) -> None:
    made = 0
    # Any change of the mind draws other lives: one of a few calls the part in a turn that fails.
    for life in range(LIVES_MAX):
        seed = 1_000_000 + sorted(PARTS).index(part) + 1_000 * life
        world = Simulation(
            replace(
                options_of(seed, FAULTY_STEPS),
                troubles=frozenset({Trouble.DEFECTS, *OTHERS}),
                faulty=(part,),
            )
        )
        world.run()
        made += world.faults.made
        if made or part in RARE:
            break
    assert made > 0 or part in RARE


@pytest.mark.parametrize("seed", range(*map(int, SEEDS.split(":"))))
def test_a_life_full_of_trouble_loses_nothing(seed: int) -> None:
    Simulation(options_of(seed, STEPS)).run()
