"""One station of a fleet: the way to the CSMS and back, and what it tells of it."""

from __future__ import annotations

import gc

import pytest
from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.http11 import Response

from cp_tui.engine.link_failure import status_failure
from cp_tui.fleet.misbehaviour import Kind
from cp_tui.fleet.stream_order import OrderKind, StationPhase
from cp_tui.fleet.watcher import Outcome
from tests.fleet.virtual import VirtualFleet, config


def test_a_station_boots_charges_and_is_billed() -> None:
    fleet = VirtualFleet([config("CP1")])
    station, notes = fleet.stations[0], fleet.notes["CP1"]
    phases = [station.phase]
    fleet.power_on()
    phases.append(station.phase)
    fleet.after(1)
    phases.append(station.phase)
    fleet.charge(station)
    fleet.after(600)
    phases.append(station.phase)
    assert fleet.bill.open == 1
    fleet.act(station, "plug_out", 1)
    fleet.after(1)
    phases.append(station.phase)
    phase = StationPhase
    assert phases == [
        *(phase.OFF, phase.CONNECTING, phase.ACCEPTED),
        *(phase.CHARGING, phase.ACCEPTED),
    ]
    assert (station.queue, station.transactions) == (0, 0)
    [entry] = notes.entries
    assert entry.energy_wh == fleet.csms.wh() == fleet.bill.wh_acknowledged > 0
    assert entry.values_made == entry.values_delivered == fleet.bill.values_delivered == 9
    assert entry.reason == "EVDisconnected"
    assert fleet.bill.closes
    assert notes.connects[0] < notes.accepts[0] < 1
    assert 0 < notes.charges[0] < 1
    boot = notes.answers[0]
    assert (boot[0], boot[2]) == ("BootNotification", Outcome.ANSWERED)
    assert 0.005 < boot[1] < 0.02


@pytest.mark.parametrize("kind", Kind)
def test_a_station_of_each_kind_goes_on_and_its_bill_closes(kind: Kind) -> None:
    fleet = VirtualFleet([config("CP1")], kind=kind)
    station, notes = fleet.stations[0], fleet.notes["CP1"]
    fleet.power_on()
    fleet.after(20)
    fleet.charge(station)
    fleet.after(600)
    fleet.act(station, "plug_out", 1)
    fleet.after(900)
    boots = [action for _, action in fleet.csms.asked if action == "BootNotification"]
    match kind:
        case Kind.HALF_OPEN:
            assert OrderKind.ABANDON in fleet.orders
        case Kind.BOOT_LOOP:
            assert len(boots) > 15
        case Kind.FLAPPING:
            assert fleet.orders.count(OrderKind.OPEN) > 15
            assert {*fleet.orders} == {OrderKind.OPEN, OrderKind.CLOSE, OrderKind.ABORT}
        case Kind.LATE_QUEUE:
            [late, _] = notes.entries
            assert late.values_delivered >= 59
            assert max(age for _, age in notes.ages) >= 3_600
        case Kind.REPEAT:
            assert fleet.csms.repeated >= len(fleet.csms.book) >= 10
        case _:
            assert len(boots) == 1
    assert fleet.bill.begun == 1 + (kind is Kind.LATE_QUEUE)
    assert fleet.bill.closes, fleet.bill
    assert fleet.csms.wh() == fleet.bill.wh_made > 0


def test_charging_and_reconnecting_leave_nothing_to_the_collector_of_cycles() -> None:
    """A fleet runs with the collector off: what is left there grows for as long as it runs."""
    fleet = VirtualFleet([config("CP1")])
    station = fleet.stations[0]
    fleet.power_on()
    fleet.after(30)
    gc.collect()
    gc.disable()
    try:
        fleet.charge(station)
        fleet.after(3_600)
        # The side of the CSMS is not ours: what it leaves is kept here.
        kept = list(fleet.streams.values())
        fleet.do(station, lambda: station.reconnect(fleet.now))
        fleet.after(60)
        fleet.act(station, "plug_out", 1)
        fleet.after(60)
        assert fleet.bill.closes
        assert station.is_accepted
        # The parser of a connection is a generator, which the collector ends without a word.
        alive = [each for each in gc.get_objects() if isinstance(each, ClientProtocol)]
        assert len(alive) == 1
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        assert [type(each).__name__ for each in gc.garbage] == []
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert kept[0].station is station


def test_a_station_that_waits_connects_again_whatever_is_asked_of_its_link() -> None:
    """The network is cut and put back, the connection is to be closed where there is none."""
    fleet = VirtualFleet([config("CP1")])
    station, notes = fleet.stations[0], fleet.notes["CP1"]
    fleet.is_up = False
    fleet.power_on()
    fleet.after(1)
    assert notes.refusals == [("TCP", "connection refused: nothing listens on 127.0.0.1:9")]
    assert station.last_error == notes.refusals[0][1]
    fleet.do(station, lambda: station.reconnect(fleet.now))
    fleet.after(120)
    assert len(notes.refusals) > 3
    fleet.is_up = True
    fleet.after(60)
    assert station.is_accepted
    for _ in range(2):
        fleet.do(station, lambda: station.cut(fleet.now))
        fleet.after(300)
        assert station.phase is StationPhase.WAITING
        fleet.do(station, lambda: station.restore(fleet.now))
        fleet.do(station, lambda: station.reconnect(fleet.now))
        fleet.after(15)
        assert station.is_accepted
    assert len(notes.losses) == len(notes.backs) == 2
    assert all(300 < back < 315 for back in notes.backs)
    fleet.do(station, lambda: station.reconnect(fleet.now))
    fleet.after(15)
    assert station.is_accepted
    assert len(notes.losses) == 2
    assert len(notes.backs) == 3


def test_a_password_that_is_refused_is_one_reason_for_all_who_have_it() -> None:
    fleet = VirtualFleet([config("CP1"), config("CP2")])
    for station in fleet.stations:
        refusal = status_failure(Response(401, "Unauthorized", Headers()), station.link._known, 16)
        station.link._failed(refusal, fleet.now)
        assert repr(station.id) in station.last_error, "each alone says whose it was"
    reasons = {each for notes in fleet.notes.values() for each in notes.refusals}
    assert reasons == {("HTTP", "HTTP 401 Unauthorized: refused the user with a key of 16 bytes")}
