"""One station of a fleet: the way to the CSMS and back, and what it tells of it."""

from __future__ import annotations

from cp_tui.fleet.stream_order import StationPhase
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
