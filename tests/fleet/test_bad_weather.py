"""A fleet through cut lines, cut power, lost answers and a CSMS that goes away: the bill closes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
from random import Random

import pytest

from cp_tui.charge_point.effects import Effect, Save, Table
from cp_tui.charge_point.records import OutboxRecord
from cp_tui.charger.memory_store import MemoryStore
from cp_tui.engine.backoff import BackoffSettings
from cp_tui.fleet.plan import SessionPlan
from cp_tui.fleet.sessions import SessionDriver
from cp_tui.fleet.station import FleetStation
from tests.fleet.virtual import VirtualFleet, config
from tests.tiers import tier

SEEDS = tier(range(1), deep=range(4))
STATIONS = tier(8, deep=100)
TROUBLES = tier(40, deep=300)
TROUBLE_EVERY_S = tier(30.0, deep=10.0)
PEOPLE = SessionPlan(per_hour=(20.0,), length_s=(60, 600), tags=("A", "B"))
QUICK = BackoffSettings(wait_minimum_s=1.0, random_range_s=3.0, doublings=2)
LOST_SHARE = tier(0.2, deep=0.1)
LOST_ANSWERS = ("StartTransaction", "MeterValues", "StopTransaction")


class Weather:
    """Makes trouble from a seed, and ends it."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        ids = [f"CP{number}" for number in range(STATIONS)]
        self.fleet = fleet = VirtualFleet([config(id) for id in ids], seed=seed, backoff=QUICK)
        fleet.losing = self._is_lost
        self.lost = 0
        fleet.power_on()
        self.people = [SessionDriver(id, 2, PEOPLE, seed, fleet.now) for id in ids]
        for station, driver in zip(fleet.stations, self.people, strict=True):
            fleet.drive(station, driver)

    def make_trouble(self) -> None:
        """Have one thing after the other happen."""
        for _ in range(TROUBLES):
            station = self.random.choice(self.fleet.stations)
            self.random.choice(
                (self._cut, self._cut, self._power, self._cable, self._close, self._csms)
            )(station)
            self.fleet.after(self.random.expovariate(1 / TROUBLE_EVERY_S))

    def settle(self) -> None:
        """End all trouble and all sessions, and wait until nothing is left to send."""
        fleet = self.fleet
        fleet.losing = lambda station, text: False
        fleet.is_up = True
        fleet.after(120)
        for station, driver in zip(fleet.stations, self.people, strict=True):
            fleet.end(station, driver)
        fleet.after(300)

    def check(self) -> None:
        """Hold the bill against the book of the CSMS, and both against what was begun."""
        fleet, bill = self.fleet, self.fleet.bill
        assert {each.queue for each in fleet.stations} == {0}
        assert (bill.begun, bill.wh_made) == (bill.acknowledged, bill.wh_acknowledged), bill
        assert (bill.open, bill.lost, bill.doubled) == (0, 0, 0)
        assert bill.closes
        entries = [each for notes in fleet.notes.values() for each in notes.entries]
        ours = {each.transaction_id: (each.meter_start_wh, each.meter_stop_wh) for each in entries}
        assert len(ours) == len(entries) == bill.begun
        assert ours == {
            number: (each["meterStart"], each.get("meterStop"))
            for number, each in fleet.csms.transactions.items()
        }
        assert bill.values_made == bill.values_delivered
        assert bill.values_dropped == bill.values_given_up == 0

    def _is_lost(self, station: FleetStation, text: str) -> bool:
        """Lose an answer with its connection, or with the power of who waits for it."""
        if json.loads(text)[2] not in LOST_ANSWERS or self.random.random() > LOST_SHARE:
            return False
        self.lost += 1
        if self.random.random() < 0.5:
            self._power(station)
        return True

    def _cut(self, station: FleetStation) -> None:
        self.fleet.drop(station)

    def _power(self, station: FleetStation) -> None:
        if station.is_on:
            self.fleet.do(station, partial(station.power_off, self.fleet.now))
            self._soon(station, self._power_back)

    def _power_back(self, station: FleetStation) -> None:
        self.fleet.do(station, partial(station.power_on, self.fleet.now))

    def _cable(self, station: FleetStation) -> None:
        self.fleet.do(station, partial(station.cut, self.fleet.now))
        self._soon(station, self._cable_back)

    def _cable_back(self, station: FleetStation) -> None:
        self.fleet.do(station, partial(station.restore, self.fleet.now))

    def _close(self, station: FleetStation) -> None:
        self.fleet.do(station, partial(station.reconnect, self.fleet.now))

    def _csms(self, station: FleetStation) -> None:
        """The CSMS goes away with all its connections, sometimes."""
        if self.random.random() < 0.1:
            self.fleet.is_up = False
            for each in self.fleet.stations:
                self.fleet.drop(each)
            self.fleet.later(20, lambda: setattr(self.fleet, "is_up", True))

    def _soon(self, station: FleetStation, do: Callable[[FleetStation], None]) -> None:
        self.fleet.later(self.random.expovariate(1 / 10), partial(do, station))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bill_closes_whatever_is_cut_and_whatever_answer_is_lost(seed: int) -> None:
    weather = Weather(seed)
    weather.make_trouble()
    weather.settle()
    weather.check()
    fleet = weather.fleet
    assert fleet.bill.begun > 2 * STATIONS
    # Every lost answer has the message sent again with its id, and the CSMS knows it by that.
    assert fleet.bill.repeated >= fleet.csms.repeated >= weather.lost > 0
    entries = [each for notes in fleet.notes.values() for each in notes.entries]
    assert {each.reason for each in entries} >= {"Local", "PowerLoss"}
    assert any(each.is_repeated for each in entries)
    assert any(notes.backs for notes in fleet.notes.values())


def forgets_stops(effects: Iterable[Effect]) -> list[Effect]:
    """A store that loses every third StopTransaction that is to be kept."""
    return [
        each
        for each in effects
        if not (
            isinstance(each, Save)
            and isinstance(each.record, OutboxRecord)
            and each.record.action == "StopTransaction"
            and each.record.sequence % 3 == 0
        )
    ]


def forgets_ids(effects: Iterable[Effect]) -> list[Effect]:
    """A store that does not keep the id under which a message left."""
    return [
        each
        for each in effects
        if not (
            isinstance(each, Save)
            and each.table is Table.OUTBOX
            and isinstance(each.record, OutboxRecord)
            and each.record.message_id is not None
        )
    ]


@pytest.mark.parametrize("plant", [forgets_stops, forgets_ids])
def test_a_store_that_loses_a_record_is_found_by_the_bill(
    plant: Callable[[Iterable[Effect]], list[Effect]], monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = MemoryStore.commit

    def commit_less(store: MemoryStore, effects: Iterable[Effect]) -> None:
        commit(store, plant(effects))

    monkeypatch.setattr(MemoryStore, "commit", commit_less)
    weather = Weather(0)
    weather.make_trouble()
    weather.settle()
    with pytest.raises(AssertionError):
        weather.check()
