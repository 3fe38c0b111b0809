"""What happens to a fleet as a whole is told once, with its time, and nothing is told of rest."""

from __future__ import annotations

from msgspec.structs import replace

from cp_tui.fleet.conductor import StageView
from cp_tui.fleet.fleet_events import WELL_S, FleetEventKind, Teller, ended
from cp_tui.fleet.view import FleetView, RunPart
from cp_tui.ocpp.calendar import later
from tests.tui import fleet_world


def told(*views: FleetView) -> list[tuple[str, str]]:
    """What is told while a run is as these, one after the other."""
    teller = Teller()
    return [(each.kind.value, each.text) for view in views for each in teller.look(view)]


def test_a_run_is_told_from_its_first_stage_to_its_end() -> None:
    steady, storm, back = (
        state().view() for state in (fleet_world.steady, fleet_world.storm, fleet_world.recovered)
    )
    arriving = fleet_world.arriving().view()
    settling = replace(back, part=RunPart.SETTLING)
    views = (arriving, steady, steady, storm, storm, back, back, settling, settling)
    assert told(*views) == [
        ("stage", "stage 1 of 1: 200 charge points"),
        ("arrived", "all 200 have been Accepted, 95.0s after the start"),
        ("storm", "network storm 50%: 100 charge points"),
        ("lost", f"100 of 200 are lost: {fleet_world.PULLED}"),
        ("back", "99 % are back, after 31.2s"),
        ("settling", "settling: 129 charge points with open messages"),
    ]
    teller = Teller()
    [*teller.look(steady)]
    (event, *_) = teller.look(storm)
    assert event.at == storm.storms[0].at, "and not when somebody looked"
    over = ended(fleet_world.failed().report(), settling.at)
    assert over.kind is FleetEventKind.ENDED
    assert over.text.startswith("failed: 3 of 4 · lost is above 0")


def test_whoever_looks_late_is_told_what_still_is_so() -> None:
    storm = fleet_world.storm().view()
    kinds = [kind for kind, _ in told(replace(storm, is_paused=True))]
    assert kinds == ["stage", "storm", "paused", "arrived", "lost"]


def test_pauses_errors_and_limits_of_our_own_are_told_as_they_come() -> None:
    steady = fleet_world.steady().view()
    paused, failed = replace(steady, is_paused=True), replace(steady, failures=2)
    full = replace(failed, no_room=3)
    slow = replace(full, figures=replace(full.figures, lag_p99_s=0.3))
    second = replace(slow, stage=StageView(2, 2, 100, False, None))
    said = told(steady, paused, steady, failed, full, slow, second, second)
    assert said[2:] == [
        ("paused", "the plan is paused: no charge point comes or goes"),
        ("resumed", "the plan goes on"),
        ("error", "2 charge points ended by an error inside"),
        ("no_room", "this machine has no room for a connection"),
        ("load", "the fleet itself is at its limit"),
        ("stage", "stage 2 of 2: 100 charge points"),
    ]
    ill = replace(steady, added=5, store_problem="the disk is full")
    assert told(steady, ill, ill, replace(ill, store_problem=""))[2:] == [
        ("added", "5 charge points added by hand"),
        ("disk", "the disk is full"),
        ("disk", "the store takes records again"),
    ]
    short = replace(steady, recoveries_s=(0.4,))
    assert told(steady, short)[2:] == [("back", "99 % are back, after 400ms")], "between two looks"


def test_a_fleet_that_swings_around_its_limit_is_told_once_until_it_has_been_well_for_long() -> (
    None
):
    well = fleet_world.steady().view()
    slow = replace(well, figures=replace(well.figures, lag_p99_s=0.101))
    seconds = range(0, 400)
    limited = [*range(10, 100, 3), *range(100, 300), 330, 391]
    views = (replace(slow if at in limited else well, at=later(well.at, at)) for at in seconds)
    teller = Teller()
    events = [each for view in views for each in teller.look(view)]
    found = [each.at for each in events if each.kind is FleetEventKind.LOAD]
    assert found == [later(well.at, at) for at in (10, 391)]
    assert 330 + WELL_S < 391
