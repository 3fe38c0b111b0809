"""The dashboard: five panes at once, from 80x24 on; a pane can fill the terminal."""

from __future__ import annotations

from datetime import tzinfo

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from cp_tui.charge_point.variables import LinkPhase
from cp_tui.tui.keys import Keymap
from cp_tui.tui.panes.connection import ConnectionPane
from cp_tui.tui.panes.connectors import ConnectorsPane
from cp_tui.tui.panes.keys import KeysPane
from cp_tui.tui.panes.monitors import MonitorsPane
from cp_tui.tui.panes.pane import Pane
from cp_tui.tui.panes.schedule import SchedulePane
from cp_tui.tui.screens.main_screen import MainScreen
from cp_tui.tui.store import Snapshot
from cp_tui.tui.view.words import Clock
from cp_tui.tui.widgets.glyphs import Glyphs

SCHEDULE_HINTS = "+ - zoom  u A/W"
"""The keys of the timeline that nobody would guess."""

CALM = (LinkPhase.OPEN, LinkPhase.STOPPED)
"""Where nothing has to be explained about the link."""


class DashboardScreen(MainScreen):
    """Connection, connectors, schedule, configuration keys and monitors."""

    DEFAULT_CSS = """
    DashboardScreen {
        #upper { height: 4fr; }
        #lower { height: 3fr; }
        #left { width: 2fr; min-width: 40; max-width: 76; }
        SchedulePane { width: 3fr; }
        KeysPane FactLines { scrollbar-size-vertical: 0; scrollbar-gutter: auto; }
        #upper SchedulePane, #lower MonitorsPane { margin-left: 1; }
        ConnectionPane { height: 6fr; }
        ConnectorsPane { height: 7fr; }
        KeysPane { width: 5fr; }
        MonitorsPane { width: 4fr; }
        ConnectorsPane LineTable { max-height: 70%; }
        &.-short #upper { height: 13fr; }
        &.-short #lower { height: 8fr; }
        &.-trouble ConnectionPane { height: 8fr; }
        &.-trouble ConnectorsPane { height: 5fr; }
        &.-trouble ConnectorsPane LineTable { max-height: 100%; }
        &.-tall #upper, &.-tall #lower { height: 1fr; }
        &.-medium KeysPane FactLines { height: 3; }
        &.-tall KeysPane FactLines { height: 4; }
    }
    """

    NAME = "dashboard"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as declared by Textual
        (0, "-narrow"),
        (100, "-normal"),
        (160, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - as declared by Textual
        (0, "-short"),
        (34, "-medium"),
        (50, "-tall"),
    ]

    def __init__(self, keymap: Keymap, *, zone: tzinfo, glyphs: Glyphs) -> None:
        super().__init__()
        hints = keymap.hints
        self.connection = ConnectionPane(hints("connection"))
        self.connectors = ConnectorsPane(hints("connectors"))
        self.schedule = SchedulePane(SCHEDULE_HINTS, zone=zone, glyphs=glyphs)
        self.keys = KeysPane(hints("keys"))
        self.monitors = MonitorsPane(hints("monitors"))

    @property
    def panes(self) -> tuple[Pane, ...]:
        """The panes, in the order of the focus."""
        return (self.connection, self.connectors, self.schedule, self.keys, self.monitors)

    def compose_panes(self) -> ComposeResult:
        """Left: connection over connectors. Right: schedule. Below: keys and monitors."""
        with Horizontal(id="upper"):
            with Vertical(id="left"):
                yield self.connection
                yield self.connectors
            yield self.schedule
        with Horizontal(id="lower"):
            yield self.keys
            yield self.monitors

    def on_mount(self) -> None:
        """Start on the connectors: what a person in front of the charger acts on."""
        self.connectors.take_focus()

    def show(self, snapshot: Snapshot, clock: Clock, dirty: frozenset[str]) -> None:
        """Give the trouble room, and hand the news to the panes."""
        if snapshot.link is not None:
            # What fails and what to check must be readable on a small terminal, too.
            self.set_class(snapshot.link.phase not in CALM, "-trouble")
        super().show(snapshot, clock, dirty)
