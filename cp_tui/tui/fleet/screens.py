"""The two screens of a fleet: all of it at one look, and the list of its charge points."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Size

from cp_tui.fleet.view import RunPart
from cp_tui.tui.actions.keymap import Keymap
from cp_tui.tui.fleet.actions import show_alarms
from cp_tui.tui.fleet.alarms import alarm_line
from cp_tui.tui.fleet.news import FLEET, OUTLINE, REPORT
from cp_tui.tui.fleet.panes import (
    FleetBillPane,
    FleetCommandsPane,
    FleetCurvePane,
    FleetEventsPane,
    FleetPhasesPane,
    FleetRequestsPane,
    FleetRunPane,
)
from cp_tui.tui.fleet.stations_pane import FleetStationsPane
from cp_tui.tui.frame.main_screen import MainScreen
from cp_tui.tui.state.fleet_state import FleetState
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.units import cut
from cp_tui.tui.text.words import Clock
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.widgets.bars import BarLine

HEAD_SHOWS = frozenset({FLEET, OUTLINE, REPORT})
PARTS = {
    RunPart.RUNNING: ("●", "running", "$text-success"),
    RunPart.SETTLING: ("◐", "settling", "$text-warning"),
    RunPart.ENDING: ("◐", "ending", "$text-warning"),
    RunPart.ENDED: ("■", "over", "$text-warning"),
}


def top_line(fleet: FleetState, *, is_read_only: bool, width: int) -> Content:
    """Who they are, how far the run is, and against which CSMS."""
    sign, word, style = PARTS[fleet.part] if fleet.part else ("○", "starting", "$text-muted")
    if not fleet.is_here and not fleet.has_ended:
        sign, word, style = "×", "fleet lost", "$text-error"
    outline = fleet.outline
    name = f" {outline.first_id} to {outline.last_id}" if outline is not None else " fleet"
    parts = [safe_text(name, "bold"), Content.styled(f"{sign} {word}", f"bold {style}")]
    if is_read_only:
        parts.append(Content.styled("read only", "reverse bold"))
    line = Content("  ").join(parts)
    if outline is None:
        return cut(line, width)
    line = Content.assemble(line, "  ", safe_text(outline.url))
    seed = Content.styled(f"  seed {outline.seed}", "$text-muted")
    whole = line.cell_length + seed.cell_length < width
    # What stands behind it begins at once.
    return Content.assemble(line, seed) if whole else cut(line, width - 1)


class FleetMainScreen(MainScreen):
    """What both share: who it is on top, and below that what is wrong."""

    DEFAULT_CSS = """
    FleetMainScreen {
        #alarm { dock: top; margin-top: 1; }
    }
    """
    ALLOW_IN_MAXIMIZED_VIEW = f"#alarm, {MainScreen.ALLOW_IN_MAXIMIZED_VIEW}"
    HEAD_LINES = 2

    def __init__(self, keymap: Keymap, glyphs: Glyphs) -> None:
        super().__init__(keymap, glyphs)
        self.alarm = BarLine("alarm", show_alarms.id)

    def show(self, snapshot: Snapshot, clock: Clock, dirty: frozenset[str]) -> None:
        """Say what is wrong, and hand the news to the panes."""
        self.show_alarm(snapshot, clock, dirty | self._missed)
        super().show(snapshot, clock, dirty)

    def show_alarm(self, snapshot: Snapshot, clock: Clock, dirty: frozenset[str]) -> None:
        """Say what is wrong, under a dialog as well."""
        fleet = snapshot.fleet
        if fleet is not None and HEAD_SHOWS & dirty:
            self.alarm.show(lambda width: alarm_line(fleet, width))
            self._show_top(snapshot, clock)

    def _show_top(self, snapshot: Snapshot, clock: Clock) -> None:
        fleet, is_read_only = snapshot.fleet or FleetState(), snapshot.is_read_only
        self._top.show(lambda width: top_line(fleet, is_read_only=is_read_only, width=width))


class FleetScreen(FleetMainScreen):
    """Phases beside the curve; the bill over the run, beside the requests of both sides."""

    DEFAULT_CSS = """
    FleetScreen {
        #fleet-upper { height: 8; }
        #fleet-lower { height: 1fr; }
        #fleet-left { width: 2fr; min-width: 38; max-width: 76; }
        #fleet-right { width: 3fr; margin-left: 1; }
        FleetPhasesPane { width: 2fr; min-width: 38; max-width: 76; }
        FleetCurvePane { width: 3fr; margin-left: 1; }
        FleetBillPane { height: 6; }
        FleetRunPane { height: 1fr; }
        FleetEventsPane { display: none; height: 1fr; min-height: 3; }
        FleetRequestsPane { height: 1fr; }
        &.-low FleetBillPane { height: 4; }
        FleetCommandsPane { height: 3; }
        FactLines { scrollbar-size-vertical: 0; scrollbar-gutter: auto; }
        &.-medium #fleet-upper { height: 2fr; min-height: 10; }
        &.-medium #fleet-lower { height: 3fr; }
        &.-tall #fleet-upper, &.-tall #fleet-lower { height: 1fr; }
        &.-medium FleetBillPane, &.-tall FleetBillPane { height: 8; }
        &.-medium FleetRunPane, &.-tall FleetRunPane { height: 7; }
        &.-medium FleetEventsPane, &.-tall FleetEventsPane { display: block; }
        &.-medium FleetCommandsPane, &.-tall FleetCommandsPane { height: 1fr; max-height: 12; }
        &.-medium FleetRequestsPane, &.-tall FleetRequestsPane { height: 2fr; }
    }
    """
    NAME = "fleet"
    KEY = "1"
    CALLED = "Fleet"
    ABOUT = "Phases, arrival and recovery, the bill so far, the requests of both sides, its load."
    FOOTER = (
        "fleet.storm",
        "fleet.add",
        "fleet.pause",
        "fleet.end",
        "fleet.alarms",
        "screen.help",
        "screen.palette",
        "screen.quit",
        "screen.zoom",
    )
    ALL_PANES_FROM = Size(60, 20)

    def __init__(self, keymap: Keymap, glyphs: Glyphs) -> None:
        super().__init__(keymap, glyphs)
        hints = keymap.hints
        self.phases = FleetPhasesPane(hints("fleet-phases"), glyphs)
        self.curve = FleetCurvePane(hints("fleet-curve"), glyphs)
        self.bill = FleetBillPane(hints("fleet-bill"))
        self.run_pane = FleetRunPane(hints("fleet-run"))
        self.events = FleetEventsPane(hints("fleet-events"))
        self.requests = FleetRequestsPane(hints("fleet-requests"))
        self.commands = FleetCommandsPane(hints("fleet-commands"))

    def compose_panes(self) -> ComposeResult:
        """What is wrong; who is where, and was; what is billed, and how it goes."""
        yield self.alarm
        with Horizontal(id="fleet-upper"):
            yield self.phases
            yield self.curve
        with Horizontal(id="fleet-lower"):
            with Vertical(id="fleet-left"):
                yield self.bill
                yield self.run_pane
                yield self.events
            with Vertical(id="fleet-right"):
                yield self.requests
                yield self.commands


class FleetStationsScreen(FleetMainScreen):
    """The list of the charge points."""

    NAME = "charge-points"
    KEY = "2"
    CALLED = "Charge points"
    SHORT = "List"
    ABOUT = "Every charge point of the fleet: phase, queue, newest error; enter opens it."
    FOOTER = (
        "screen.filter",
        "screen.sort",
        "fleet.storm",
        "fleet.add",
        "fleet.end",
        "screen.help",
        "screen.palette",
        "screen.quit",
        "screen.fleet",
    )

    def __init__(self, keymap: Keymap, glyphs: Glyphs) -> None:
        super().__init__(keymap, glyphs)
        self.stations = FleetStationsPane(keymap.hints("charge-points"))

    def compose_panes(self) -> ComposeResult:
        """The list."""
        yield self.alarm
        yield self.stations
