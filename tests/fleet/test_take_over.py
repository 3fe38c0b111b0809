"""A fleet that goes on with what an earlier one has left: it owes it, and bills it once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from cp_tui.charge_point.effects import Table
from cp_tui.charger.memory_store import FiledStore, MemoryStore
from cp_tui.fleet.cast import Cast
from cp_tui.fleet.misbehaviour import Kind
from cp_tui.fleet.plan import SessionPlan
from tests.fleet.plans import plan_of
from tests.fleet.virtual import T0, VirtualFleet, config

RUNS, WAITS, DONE = IDS = ("CP1", "CP2", "CP3")


def killed() -> tuple[VirtualFleet, dict[str, MemoryStore]]:
    """One charges, one has ended without a line, one owes nothing; gives what they have kept."""
    stores: dict[str, MemoryStore] = {id_: FiledStore({}) for id_ in IDS}
    fleet = VirtualFleet([config(id_) for id_ in IDS], stores=stores)
    fleet.power_on()
    fleet.after(5)
    for station in fleet.stations:
        fleet.charge(station)
    fleet.after(200)
    fleet.act(fleet.stations[2], "plug_out", 1)
    fleet.after(5)
    fleet.is_up = False
    for station in fleet.stations[:2]:
        fleet.drop(station)
    fleet.after(130)
    fleet.act(fleet.stations[1], "plug_out", 1)
    assert (fleet.bill.begun, fleet.bill.acknowledged, fleet.bill.taken_over) == (3, 1, 0)
    return fleet, {id_: FiledStore(store.load()) for id_, store in stores.items()}


def going_on(before: VirtualFleet, stores: Mapping[str, MemoryStore]) -> VirtualFleet:
    """The same charge points in a run after it, with the same CSMS; without power yet."""
    fleet = VirtualFleet([config(id_) for id_ in IDS], stores=stores)
    fleet.csms, fleet.now = before.csms, before.now
    return fleet


def test_what_was_left_is_owed_delivered_and_billed_once_with_every_wh() -> None:
    before, stores = killed()
    fleet = going_on(before, stores)
    bill = fleet.bill
    assert (bill.begun, bill.taken_over, bill.acknowledged, bill.open) == (2, 2, 0, 2)
    assert [each.missing != [] for each in fleet.stations] == [True, True, False]
    fleet.power_on()
    fleet.after(60)
    csms = fleet.csms
    assert (bill.acknowledged, bill.lost, bill.doubled) == (2, 0, 0)
    assert bill.closes, bill.figures()
    assert bill.values_made == bill.values_delivered > 0
    entries = [entry for id_ in IDS for entry in fleet.notes[id_].entries]
    assert [(each.station, each.reason) for each in entries] == [
        (RUNS, "PowerLoss"),
        (WAITS, "EVDisconnected"),
    ]
    assert len(csms.transactions) == 3, "none was begun twice"
    assert csms.wh() == before.bill.wh_acknowledged + bill.wh_acknowledged
    assert csms.transactions[entries[0].transaction_id or 0]["meterStop"] > 0


def test_the_same_left_again_and_again_is_taken_over_each_time() -> None:
    before, stores = killed()
    fleet = going_on(before, stores)
    fleet.is_up = False
    fleet.power_on()
    fleet.after(30)
    assert fleet.bill.acknowledged == 0
    left = {id_: FiledStore(store.load()) for id_, store in stores.items()}
    third = going_on(fleet, left)
    assert (third.bill.begun, third.bill.taken_over) == (2, 2)
    third.power_on()
    third.after(60)
    assert third.bill.closes
    assert third.csms.wh() == before.bill.wh_acknowledged + third.bill.wh_acknowledged


def test_an_id_of_before_that_is_given_out_again_is_doubled() -> None:
    before, stores = killed()
    fleet = going_on(before, stores)
    fleet.power_on()
    fleet.after(60)
    again = {"transactionId": 3, "idTagInfo": {"status": "Accepted"}}
    fleet.csms.answers["StartTransaction"] = lambda *_: again
    fleet.charge(fleet.stations[2], 2)
    fleet.after(60)
    assert fleet.bill.doubled == 1, "the one that owed nothing had it"


def test_cars_that_were_left_plugged_in_leave_and_others_come() -> None:
    before, stores = killed()
    fleet = going_on(before, stores)
    station = fleet.stations[0]
    nobody_comes = plan_of(sessions=SessionPlan((0.0,)))
    cast = Cast(nobody_comes, lambda _: config(RUNS), print, lambda _: stores[RUNS])
    (made,) = cast.at(0, fleet.now)
    assert (made.station.missing, cast.bill.taken_over) == ([1], 1)
    fleet.power_on()
    fleet.drive(station, made.people)
    fleet.after(30)
    assert [each.charge_wh for each in station.charger.station.record(fleet.now).connectors] == [
        None,
        None,
        None,
    ]
    fleet.charge(station)
    fleet.after(10)
    assert station.transactions == 1


def test_one_that_begins_offline_does_so_once_in_its_life() -> None:
    """A car may be there still, and what it has kept is younger than an hour."""
    _, stores = killed()
    fleet = VirtualFleet([config(RUNS)], stores=stores, kind=Kind.LATE_QUEUE)
    fleet.now = T0 + timedelta(minutes=10)
    fleet.power_on()
    fleet.after(60)
    assert (fleet.bill.begun, fleet.bill.taken_over, fleet.bill.acknowledged) == (1, 1, 1)


def test_a_store_with_a_file_tells_what_has_changed_and_the_newest_of_each() -> None:
    _, stores = killed()
    store = stores[RUNS]
    fleet = VirtualFleet([config(RUNS)], stores={RUNS: store})
    assert store.take_unsaved() == {}
    fleet.power_on()
    fleet.after(60)
    changed = store.take_unsaved()
    outbox = {key: record for (table, key), record in changed.items() if table is Table.OUTBOX}
    assert outbox
    assert set(outbox.values()) == {None}, "all that waited is delivered"
    loaded = store.load()
    for (table, key), record in changed.items():
        assert (key in loaded[table]) is (record is not None)
    assert store.take_unsaved() == {}
    assert MemoryStore().take_unsaved() == {}
