"""Whole days by a script, in virtual time: a day without the CSMS, and days of power cuts."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from cp_tui.charge_point.config import ConnectorConfig
from cp_tui.charge_point.events import Tick
from tests.simulation import ending
from tests.simulation.options import Options, Trouble
from tests.simulation.simulation import T0, Simulation
from tests.tiers import tier

KEYS = {
    "AllowOfflineTxForUnknownId": "true",
    "LocalPreAuthorize": "true",
    "MeterValueSampleInterval": "300",
    "StopTxnSampledData": "Energy.Active.Import.Register",
}
DAYS = tier(4, deep=10_000)
CUTS_A_DAY = 50
SESSIONS_A_DAY = 8
CUTS = ("power_cycle", "kill", Trouble.CRASH_BEFORE_COMMIT, Trouble.CRASH_BEFORE_SEND)
"""Where a cut finds the program: at rest, twice, or in the midst of the next thing to be done."""

Moment = tuple[datetime, int, str, dict[str, Any]]


def world(seed: int = 1) -> Simulation:
    """Give a charger of two connectors where nothing goes wrong but what the script says."""
    hardware = (ConnectorConfig(), ConnectorConfig(fixed_cable=True))
    made = Simulation(Options(seed, steps=0, pace_s=1.0, connectors=hardware, keys=KEYS))
    # Heartbeats would take most of the time.
    made.csms.interval_s = 3_600
    return made


def sessions(count: int) -> Iterator[Moment]:
    """Give what people do in a day: so many sessions of 25 minutes, on both connectors in turn."""
    for number in range(count):
        begin = T0 + timedelta(minutes=5 + number * 23 * 60 // count)
        connector = {"connector_id": 1 + number % 2}
        tag = {"id_tag": f"TAG-{number}"}
        yield begin, 4 * number, "plug_in", connector
        yield begin + timedelta(minutes=1), 4 * number + 1, "swipe", {**tag, **connector}
        end = begin + timedelta(minutes=25)
        yield end, 4 * number + 2, "swipe", {**tag, **connector}
        yield end + timedelta(minutes=2), 4 * number + 3, "plug_out", connector


def play(made: Simulation, moments: Iterable[Moment]) -> None:
    """Do what the script says when it says so."""
    for at, _, method, params in moments:
        made.after(max(0.0, (at - made.now).total_seconds()))
        made.note(f"{method} {params}")
        if made.next_crash and at_power(method):
            made.handle(Tick())
        match method:
            case "power_cycle":
                made.power_cycle()
            case "kill":
                made.kill()
            case Trouble.CRASH_BEFORE_COMMIT | Trouble.CRASH_BEFORE_SEND:
                made.next_crash = Trouble(method)
            case _:
                made.act(method, **params)
    if made.next_crash:
        made.handle(Tick())


def at_power(method: str) -> bool:
    """Say whether a step of the script is a power cut."""
    return method in CUTS


def of(made: Simulation, action: str) -> list[dict[str, Any]]:
    """Give what the CSMS received of one action, in its order."""
    return [each.payload for each in made.csms.book.received if each.action == action]


def test_a_day_offline_with_20_transactions_arrives_in_order_and_once() -> None:
    made = world()
    made.after(60)
    made.network.is_up = False
    made.network.cut()
    before = len(made.csms.book.received)
    play(made, sorted(sessions(20)))
    made.after(3 * 3_600)
    assert made.now - T0 > timedelta(hours=24)
    assert len(made.csms.book.received) == before
    made.network.is_up = True
    ending.come_to_rest(made)
    ending.check(made)

    starts, stops = of(made, "StartTransaction"), of(made, "StopTransaction")
    assert [start["idTag"] for start in starts] == [f"TAG-{number}" for number in range(20)]
    assert len(stops) == 20
    for messages in (starts, stops):
        stamps = [message["timestamp"] for message in messages]
        assert stamps == sorted(set(stamps))
    ids = [stop["transactionId"] for stop in stops]
    assert sorted(ids) == sorted(set(ids))
    values = of(made, "MeterValues")
    assert len(values) == 20 * 4
    assert {value["transactionId"] for value in values} == set(ids)


def cuts(random: Random) -> Iterator[Moment]:
    """Give the moments of a day at which the power goes, and where it finds the program."""
    for number in range(CUTS_A_DAY):
        at = T0 + timedelta(seconds=random.uniform(0, 86_000))
        yield at, 1_000 + number, random.choice(CUTS), {}


@pytest.mark.parametrize("day", range(DAYS))
def test_power_is_cut_at_50_random_moments_of_a_scripted_day(day: int) -> None:
    made = world(day)
    play(made, heapq.merge(sorted(sessions(SESSIONS_A_DAY)), sorted(cuts(Random(day)))))
    made.after(3_600)
    ending.come_to_rest(made)
    ending.check(made)
    assert made.boots - 1 == CUTS_A_DAY
    for action in ("StartTransaction", "MeterValues", "StopTransaction"):
        messages = [json.dumps(payload) for payload in of(made, action)]
        assert len(messages) == len(set(messages)), f"{action} came twice"
    starts = of(made, "StartTransaction")
    assert len(starts) == len(of(made, "StopTransaction"))
    # Most cuts part a session in two; one in the midst of a swipe can cost it.
    assert len(starts) >= SESSIONS_A_DAY // 2
