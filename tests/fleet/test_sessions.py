"""What people do at a station: when they come, how long they charge; a seed says it all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cp_tui.fleet.plan import SessionPlan
from cp_tui.fleet.sessions import ANY_TAG, SessionDriver, after_sessions
from tests.fleet.virtual import T0, VirtualFleet, config

BUSY = SessionPlan(per_hour=(6.0,), length_s=(120, 300), tags=("A", "B", "C"))


def people(fleet: VirtualFleet, plan: SessionPlan, seed: int = 0) -> list[SessionDriver]:
    """Have people come to every station of a fleet."""
    made = [SessionDriver(each.id, 2, plan, seed, fleet.now) for each in fleet.stations]
    for station, driver in zip(fleet.stations, made, strict=True):
        fleet.drive(station, driver)
    return made


def test_sessions_come_at_their_rate_and_each_is_billed() -> None:
    fleet = VirtualFleet([config(f"CP{number}") for number in range(3)])
    fleet.power_on()
    drivers = people(fleet, BUSY)
    fleet.after(2 * 3_600)
    assert 3 * 2 * 12 * 0.6 < fleet.bill.begun < 3 * 2 * 12 * 1.2
    for station, driver in zip(fleet.stations, drivers, strict=True):
        fleet.end(station, driver)
    fleet.after(60)
    assert fleet.bill.closes, fleet.bill
    assert fleet.csms.wh() == fleet.bill.wh_made
    assert sum(driver.given_up for driver in drivers) == 0
    entries = [entry for notes in fleet.notes.values() for entry in notes.entries]
    lengths = [(each.stopped_at - each.started_at).total_seconds() for each in entries]
    assert max(lengths) <= 306
    assert sum(length >= 119 for length in lengths) >= len(lengths) - 10
    assert {entry.id_tag for entry in entries} == {"A", "B", "C"}
    assert fleet.people.next_due is None
    assert not any(notes.waits or notes.tags_refused for notes in fleet.notes.values())


def test_enough_energy_ends_a_session_as_well() -> None:
    fleet = VirtualFleet([config("CP1")])
    fleet.power_on()
    plan = SessionPlan(per_hour=(60.0,), length_s=(7_200, 7_200), energy_wh=(1_000, 3_000))
    people(fleet, plan)
    fleet.after(3_600)
    entries = fleet.notes["CP1"].entries
    assert len(entries) > 6
    assert all(900 < each.energy_wh < 3_100 for each in entries)
    assert {each.id_tag for each in entries} == {ANY_TAG}


def test_the_same_seed_gives_the_same_sessions_whoever_else_there_is() -> None:
    def lived(ids: list[str], seed: int) -> list[tuple[object, ...]]:
        fleet = VirtualFleet([config(id, MeterValueSampleInterval="0") for id in ids], seed=seed)
        fleet.power_on()
        people(fleet, BUSY, seed)
        fleet.after(3_600)
        return [
            (each.connector_id, each.id_tag, each.started_at, each.energy_wh)
            for each in fleet.notes["CP7"].entries
        ]

    alone = lived(["CP7"], 3)
    assert alone
    assert lived(["CP1", "CP7", "CP2"], 3) == alone
    assert lived(["CP2", "CP7", "CP1"], 3) == alone
    assert lived(["CP7"], 4) != alone


def test_somebody_who_gets_no_energy_leaves_and_the_next_one_comes() -> None:
    fleet = VirtualFleet([config("CP1")])
    fleet.csms.answers["Authorize"] = lambda *_: {"idTagInfo": {"status": "Invalid"}}
    fleet.power_on()
    [driver] = people(fleet, SessionPlan(per_hour=(30.0,), remote_share=0.5))
    fleet.after(3_600)
    assert fleet.bill.begun == 0
    assert driver.given_up > 10
    notes = fleet.notes["CP1"]
    # Each is told once, whoever was to start it, and who is refused with the tag and the status.
    assert notes.waits in (driver.given_up, driver.given_up + 1, driver.given_up + 2)
    assert 0 < len(notes.tags_refused) < notes.waits
    assert set(notes.tags_refused) == {(ANY_TAG, "Invalid")}


def test_a_power_cut_ends_sessions_and_people_come_again() -> None:
    fleet = VirtualFleet([config("CP1")])
    station = fleet.stations[0]
    fleet.power_on()
    [driver] = people(fleet, SessionPlan(per_hour=(30.0,), length_s=(1_800, 1_800)))
    fleet.after(900)
    assert fleet.bill.open == 2
    fleet.do(station, lambda: station.power_off(fleet.now))
    fleet.after(7_200)
    fleet.do(station, lambda: station.power_on(fleet.now))
    fleet.after(3_600)
    fleet.end(station, driver)
    fleet.after(10)
    assert fleet.bill.begun >= 4
    assert fleet.bill.closes
    assert {each.reason for each in fleet.notes["CP1"].entries} >= {"PowerLoss", "Local"}


def test_someone_who_waits_for_the_app_charges_once_it_starts() -> None:
    fleet = VirtualFleet([config("CP1")])
    station = fleet.stations[0]
    fleet.power_on()
    people(fleet, SessionPlan(per_hour=(30.0,), remote_share=1.0, length_s=(60, 60)))
    fleet.after(400)
    for connector_id in (1, 2):
        start = {"connectorId": connector_id, "idTag": "APP"}
        fleet.request(station, "RemoteStartTransaction", start)
    fleet.after(120)
    assert {each.id_tag for each in fleet.notes["CP1"].entries} == {"APP"}
    asked = [(action, status) for action, status, _ in fleet.notes["CP1"].asks]
    assert ("RemoteStartTransaction", "Accepted") in asked


@pytest.mark.parametrize(
    ("per_hour", "sessions", "hours"),
    [
        ((2.0,), 3.0, 1.5),
        ((0.0,), 0.1, None),
        ((0.0,) * 9 + (1.0,) + (0.0,) * 14, 0.5, 1.5),
        ((0.0,) * 9 + (1.0,) + (0.0,) * 14, 3.5, 3 * 24 + 1.5),
        ((0.0,) * 7 + (1.0,) + (0.0,) * 16, 0.25, 23.25),
        ((1.0,) * 8 + (4.0,) + (1.0,) * 15, 3.0, 0.75),
        ((1.0,) * 8 + (4.0,) + (1.0,) * 15, 5.0, 2.0),
    ],
)
def test_the_rate_of_each_hour_counts(
    per_hour: tuple[float, ...], sessions: float, hours: float | None
) -> None:
    """It is eight o'clock."""
    found = after_sessions(per_hour, sessions, T0)
    if hours is None:
        assert found.year == 9999
    else:
        assert abs(found - T0 - timedelta(hours=hours)) < timedelta(milliseconds=1)


def test_a_short_session_is_as_short_as_the_plan_has_it() -> None:
    fleet = VirtualFleet([config("CP1")])
    fleet.power_on()
    people(fleet, SessionPlan(per_hour=(3_600.0,), length_s=(2, 2)))
    fleet.after(60)
    entries = fleet.notes["CP1"].entries
    lengths = [(each.stopped_at - each.started_at).total_seconds() for each in entries]
    assert len(entries) >= 20
    assert max(lengths) <= 2.6
