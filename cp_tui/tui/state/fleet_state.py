"""What is known of a fleet that is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace
from pydantic import JsonValue

from cp_tui.engine.hub import EventHappened, Update, VariableChanged
from cp_tui.fleet.fleet import StationRow
from cp_tui.fleet.fleet_events import FleetEvent
from cp_tui.fleet.report.fleet_report import FleetReport
from cp_tui.fleet.view import FleetOutline, FleetView, RunPart

EVENTS_MAX = 100
"""More of the past than anybody scrolls through."""


class StationPage(Struct, frozen=True):
    """A part of the list of charge points."""

    count: int = 0
    """How long the list is."""
    offset: int = 0
    rows: tuple[StationRow, ...] = ()
    asked: Mapping[str, JsonValue] | None = None
    """With which filter and order it was asked for; None: no page has come yet."""

    def row(self, index: int) -> StationRow | None:
        """Give the one at a place of the list, if it is in this part."""
        place = index - self.offset
        return self.rows[place] if 0 <= place < len(self.rows) else None


class FleetState(Struct, frozen=True):
    """What a fleet said last."""

    is_here: bool = False
    """Its door is open."""
    outline: FleetOutline | None = None
    view: FleetView | None = None
    report: FleetReport | None = None
    page: StationPage = StationPage()
    events: tuple[FleetEvent, ...] = ()
    """What has happened, the newest last."""
    leaves_at_end: bool = False
    """Somebody has ended the run, and the screen goes with it."""

    @property
    def part(self) -> RunPart | None:
        """How far the run is, as far as is known."""
        return None if self.view is None else self.view.part

    @property
    def has_ended(self) -> bool:
        """It is over, and all figures are there."""
        return self.part is RunPart.ENDED

    def told(self, updates: Iterable[Update]) -> FleetState:
        """The state after these updates."""
        state = self
        for update in updates:
            match update:
                case VariableChanged("outline", outline):
                    state = replace(state, outline=outline)
                case VariableChanged("fleet", view):
                    state = replace(state, view=view)
                case VariableChanged("report", report):
                    state = replace(state, report=report)
                case EventHappened(event=FleetEvent() as event):
                    events = (*state.events, event)[-EVENTS_MAX:]
                    state = replace(state, events=events)
        return state
