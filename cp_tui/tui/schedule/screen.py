"""The screen of the schedule: the limits over time, why each holds, and the installed profiles."""

from __future__ import annotations

from textual.app import ComposeResult

from cp_tui.tui.actions.keymap import Keymap
from cp_tui.tui.frame.main_screen import MainScreen
from cp_tui.tui.schedule.panes import PAN_HINT, ProfilesPane, SchedulePane
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.timeline.timeline import Timeline

TIMELINE_HINTS = f"+ - zoom  {PAN_HINT}H L change  g time  0 now  u A/W  v one"
"""The keys of the timeline that nobody would guess."""


class ScheduleScreen(MainScreen):
    """The timeline over the table of profiles."""

    DEFAULT_CSS = """
    ScheduleScreen {
        SchedulePane { height: 12fr; }
        ProfilesPane { height: 9fr; }
        &.-medium SchedulePane, &.-tall SchedulePane { height: 3fr; }
        &.-medium ProfilesPane, &.-tall ProfilesPane { height: 2fr; }
        &.-medium #profiles-facts, &.-tall #profiles-facts { height: 50%; }
        &.-wide ProfilesPane Horizontal { layout: horizontal; }
        &.-wide #profiles-table { width: 3fr; }
        &.-wide #profiles-facts { width: 2fr; height: 1fr; max-height: 100%; margin-left: 2; }
    }
    """

    NAME = "schedule"
    KEY = "4"
    CALLED = "Schedule"
    ABOUT = "The limits over time, why each holds, and the installed charging profiles."
    FOOTER = (
        "schedule.explain",
        "schedule.install",
        "schedule.clear",
        "schedule.export",
        "screen.zone",
        "screen.dashboard",
        "screen.help",
        "screen.palette",
        "screen.sort",
        "screen.zoom",
        "screen.quit",
    )
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as declared by Textual
        (0, "-narrow"),
        (130, "-wide"),
    ]

    def __init__(self, keymap: Keymap, glyphs: Glyphs) -> None:
        super().__init__(keymap, glyphs)
        self.schedule = SchedulePane(lambda: self.now(), TIMELINE_HINTS, glyphs=glyphs)
        self.profiles = ProfilesPane(keymap.hints("profiles"), glyphs=glyphs)

    @property
    def timeline(self) -> Timeline:
        """The timeline of the schedule."""
        return self.schedule.timeline

    def compose_panes(self) -> ComposeResult:
        """What holds when, and what makes it so."""
        yield self.schedule
        yield self.profiles

    def select_connector(self, connector_id: int) -> None:
        """On the timeline."""
        self.timeline.look_at(connector_id)

    def enter(self, snapshot: Snapshot) -> None:
        """Look at the connector that was selected."""
        self.schedule.timeline.look_at(snapshot.connector_id)
