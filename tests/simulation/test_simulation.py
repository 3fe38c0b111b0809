"""Many lives of a charge point, each from its seed; see `simulation.py`.

`--deep` runs thousands of them, and longer ones. `SIMULATION_SEEDS=1000:5000` runs other seeds,
`SIMULATION_STEPS=500` lives of another length. A seed that fails becomes a named test beside the
module that was wrong.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace

import pytest

from cp_tui.charge_point.effects import Effect
from cp_tui.charger.memory_store import MemoryStore
from cp_tui.network.weathers import WEATHERS
from tests.simulation.delivery_watch import METER_VALUES, START, STOP
from tests.simulation.fault_points import PARTS
from tests.simulation.options import Trouble, options_of
from tests.simulation.simulation import Simulation
from tests.tiers import tier

SEEDS = os.environ.get("SIMULATION_SEEDS", tier("0:6", deep="0:10000"))
FAULTY_STEPS = tier(30, deep=60)
LIVES_MAX = 8
PLANTED_STEPS = 30
WEATHER_STEPS = 30
CUTS = frozenset(
    {Trouble.POWER_CYCLES, Trouble.KILLS, Trouble.CRASH_BEFORE_COMMIT, Trouble.CRASH_BEFORE_SEND}
)
FAULTY_SEEDS = tier(1, deep=200)
OTHERS = (Trouble.REQUESTS, Trouble.PROFILES, Trouble.CUTS, Trouble.FAULTS, Trouble.OPERATOR_STOPS)
RARE = {
    "ComposedMessages",
    "Diagnostics",
    "Firmware",
    "LogUploads",
    "Monitors",
    "Operator",
    "TriggeredMessages",
}
"""Parts that a short life may not call often enough."""
STEPS = int(os.environ.get("SIMULATION_STEPS", tier("100", deep="250")))


@pytest.mark.parametrize("first", range(FAULTY_SEEDS))
@pytest.mark.parametrize("part", sorted(PARTS))
def test_an_error_at_any_point_of_a_part_leaves_nothing_half_done(part: str, first: int) -> None:
    made = 0
    # Any change of the mind draws other lives: one of a few calls the part in a turn that fails.
    for life in range(LIVES_MAX):
        seed = 1_000_000 * (first + 1) + sorted(PARTS).index(part) + 1_000 * life
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


@pytest.mark.parametrize("seed", range(tier(4, deep=1_000)))
def test_certificates_and_profiles_leave_a_charge_point_that_connects(seed: int) -> None:
    """Whatever was cut off in between: it boots, and gets in with a profile that it has to try."""
    options = options_of(seed, STEPS)
    troubles = options.troubles | CUTS | {Trouble.SECURITY}
    world = Simulation(replace(options, troubles=troubles))
    world.run()
    asked = {each.action for each in world.csms.book.received}
    assert "SecurityEventNotification" in asked


@pytest.mark.parametrize("name", WEATHERS)
@pytest.mark.parametrize("seed", range(tier(1, deep=200)))
def test_in_no_weather_a_message_of_a_transaction_is_lost(name: str, seed: int) -> None:
    """Nor doubled, nor out of order, wherever the power is cut: none may be given up here."""
    drawn = options_of(seed, WEATHER_STEPS)
    keys = {
        "AllowOfflineTxForUnknownId": "true",
        "LocalPreAuthorize": "true",
        "MessageTimeout": "30",
        "MeterValueSampleInterval": "300",
        "TransactionMessageAttempts": "1000",
        "TransactionMessageRetryInterval": "10",
        "WebSocketPingInterval": "60",
    }
    world = Simulation(
        replace(drawn, pace_s=60.0, troubles=CUTS, keys=keys, weather=WEATHERS[name])
    )
    world.run()
    delivery = world.checker.delivery
    assert all(each.is_delivered for each in delivery.saved)
    assert {each.record.action for each in delivery.saved} == {START, METER_VALUES, STOP}


def test_a_queue_that_is_saved_after_it_was_sent_is_found_and_again_from_its_seed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def life(seed: int) -> str:
        try:
            Simulation(options_of(seed, PLANTED_STEPS)).run()
        except AssertionError as error:
            return str(error)
        return ""

    in_time = MemoryStore.commit
    held: dict[MemoryStore, list[Effect]] = {}

    def too_late(store: MemoryStore, effects: Iterable[Effect]) -> None:
        in_time(store, held.pop(store, ()))
        held[store] = list(effects)

    with monkeypatch.context() as planted:
        planted.setattr(MemoryStore, "commit", too_late)
        seed, found = next((n, words) for n in range(LIVES_MAX) if (words := life(n)))
        assert f"SIMULATION_SEEDS={seed}:{seed + 1} SIMULATION_STEPS={PLANTED_STEPS} " in found
        assert life(seed) == found
    assert life(seed) == ""


@pytest.mark.parametrize("seed", range(tier(1, deep=1_000)))
def test_a_charge_point_that_is_late_on_purpose_loses_nothing(seed: int) -> None:
    """Whatever happens between the decision upon a message and its leaving."""
    Simulation(replace(options_of(seed, STEPS), answers_late_s=0.5)).run()


@pytest.mark.parametrize("seed", range(*map(int, SEEDS.split(":"))))
def test_a_life_full_of_trouble_loses_nothing(seed: int) -> None:
    Simulation(options_of(seed, STEPS)).run()
