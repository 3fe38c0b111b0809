"""What is news of a fleet, and what only goes on."""

from __future__ import annotations

from datetime import datetime

from cp_tui.fleet.view import FleetView
from cp_tui.tui.state import store
from cp_tui.tui.state.fleet_state import FleetState

EVERYTHING = store.FLEET
FLEET, OUTLINE, REPORT, PAGE, EVENTS = EVERYTHING
"""The names under which each counts as changed."""
STEP_S = 5.0
"""So often other words are due for what comes soon."""


def changes(old: FleetState, new: FleetState) -> tuple[set[str], set[str]]:
    """Name what is another now, and of these what nobody waits for."""
    changed = {
        name
        for name, before, after in (
            (OUTLINE, old.outline, new.outline),
            (FLEET, old.view, new.view),
            (REPORT, old.report, new.report),
            (EVENTS, old.events, new.events),
        )
        if before is not after
    }
    patient = set()
    if old.report is not None and not new.has_ended:
        patient.add(REPORT)
    if old.view is not None and new.view is not None and _matter(old.view) == _matter(new.view):
        patient.add(FLEET)
    return changed, patient & changed


def _matter(view: FleetView) -> tuple[object, ...]:
    """What is more than time that goes on, and figures of the fleet itself."""
    return (
        *(view.part, view.is_paused, view.counts, view.bill, view.is_away, view.failures),
        *(view.unanswered, view.store_problem),
        *(view.no_room, len(view.storms), view.is_at_limit),
        *(_step(each, view.at) for each in (view.ends_at, _next_storm_at(view))),
    )


def _next_storm_at(view: FleetView) -> datetime | None:
    return None if view.next_storm is None else view.next_storm.at


def _step(at: datetime | None, now: datetime) -> int | None:
    """Count what is left in steps; far away nothing is counted."""
    if at is None:
        return None
    left_s = (at - now).total_seconds()
    return int(left_s // (STEP_S if left_s < 60 else 60)) if left_s < 600 else 600
