"""What there is to watch behind the door of a fleet."""

from __future__ import annotations

from cp_tui.engine.hub import Vocabulary
from cp_tui.fleet.fleet_events import FleetEvent
from cp_tui.fleet.report.fleet_report import FleetReport
from cp_tui.fleet.view import FleetOutline, FleetView

FLEET = Vocabulary(
    "fleet",
    {"outline": FleetOutline, "fleet": FleetView, "report": FleetReport},
    {"fleet_events": FleetEvent},
)
"""`outline` stays as it is, `fleet` is how the run stands, `report` all figures so far; the stream
tells what happens to all of it."""
