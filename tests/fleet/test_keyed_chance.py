"""Chance from a seed: even, the same again, and ids that no other life has."""

from __future__ import annotations

from datetime import timedelta

from cp_tui.charge_point.chance import Chance
from cp_tui.fleet.keyed_chance import KeyedChance
from tests.fleet.virtual import T0


def drawn(chance: Chance, number: int = 1_000) -> list[float]:
    """Some numbers between 3 and 13."""
    return [chance.uniform(3, 13) for _ in range(number)]


def test_the_same_seed_and_name_give_the_same_even_numbers() -> None:
    found = drawn(KeyedChance(1, "CP1"))
    assert found == drawn(KeyedChance(1, "CP1"))
    assert found[:5] != drawn(KeyedChance(2, "CP1"))[:5]
    assert found[:5] != drawn(KeyedChance(1, "CP2"))[:5]
    assert all(3 <= each < 13 for each in found)
    assert abs(sum(found) / len(found) - 8) < 0.3
    assert sum(each < 5.5 for each in found) in range(200, 300)


def test_ids_are_those_of_one_life_and_leave_the_other_numbers_alone() -> None:
    lives = []
    for hours in (0, 1):
        chance = KeyedChance(1, "CP1")
        chance.booted(T0 + timedelta(hours=hours))
        lives.append([(chance.getrandbits(128), chance.uniform(0, 1)) for _ in range(100)])
    ids = [number for life in lives for number, _ in life]
    assert len({*ids}) == len(ids)
    assert all(0 <= each < 1 << 128 for each in ids)
    assert [chance for _, chance in lives[0]] == [chance for _, chance in lives[1]]
    assert {KeyedChance(1, f"{n}").getrandbits(1) for n in range(20)} == {0, 1}
