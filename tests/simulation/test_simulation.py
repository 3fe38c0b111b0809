"""Many lives of a charge point, each from its seed; see `simulation.py`.

`SIMULATION_SEEDS=1000:5000` runs other seeds than the default ones, `SIMULATION_STEPS=500` longer
lives. A seed that fails becomes a named test in `test_regressions.py` or beside the module that was
wrong.
"""

from __future__ import annotations

import os

import pytest

from tests.simulation.options import options_of
from tests.simulation.simulation import Simulation

SEEDS = os.environ.get("SIMULATION_SEEDS", "0:40")
STEPS = int(os.environ.get("SIMULATION_STEPS", "100"))


@pytest.mark.parametrize("seed", range(*map(int, SEEDS.split(":"))))
def test_a_life_full_of_trouble_loses_nothing(seed: int) -> None:
    Simulation(options_of(seed, STEPS)).run()
