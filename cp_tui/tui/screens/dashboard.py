"""The dashboard: five panes at once, from 80x24 on; a pane can fill the terminal."""

from __future__ import annotations

from datetime import tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen

from cp_tui.charge_point.variables import LinkPhase
from cp_tui.tui.bars import ActionBar, ActivityLine, FooterItem, Line
from cp_tui.tui.keys import Keymap
from cp_tui.tui.panes.connection import ConnectionPane
from cp_tui.tui.panes.connectors import ConnectorsPane
from cp_tui.tui.panes.keys import KeysPane
from cp_tui.tui.panes.monitors import MonitorsPane
from cp_tui.tui.panes.pane import Pane
from cp_tui.tui.panes.schedule import SchedulePane
from cp_tui.tui.store import Snapshot
from cp_tui.tui.view.top_line import top_line
from cp_tui.tui.view.words import Clock
from cp_tui.tui.widgets.glyphs import Glyphs

SCHEDULE_HINTS = "+ - zoom  u A/W"
"""The keys of the timeline that nobody would guess."""

TOP_LINE_SHOWS = frozenset({"identity", "link", "registration", "outbox", "engine"})


CALM = (LinkPhase.OPEN, LinkPhase.STOPPED)
"""Where nothing has to be explained about the link."""


class DashboardScreen(Screen[None]):
    """Connection, connectors, schedule, configuration keys and monitors."""

    DEFAULT_CSS = """
    DashboardScreen {
        #top-line { dock: top; background: $panel; }
        ActivityLine { dock: bottom; margin-bottom: 1; color: $text-muted; }
        ActionBar { dock: bottom; }
        #upper { height: 4fr; }
        #lower { height: 3fr; }
        #left { width: 2fr; min-width: 40; max-width: 76; }
        SchedulePane { width: 3fr; }
        KeysPane FactLines { scrollbar-size-vertical: 0; scrollbar-gutter: auto; }
        Pane.-maximized { width: 1fr !important; height: 1fr !important; margin: 0 !important; }
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

    ALLOW_IN_MAXIMIZED_VIEW = "#top-line, ActivityLine, ActionBar"
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
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "restore", "All panes", show=False, id="dashboard.restore"),
    ]

    def __init__(self, keymap: Keymap, *, zone: tzinfo, glyphs: Glyphs) -> None:
        super().__init__()
        self._top = Line("top-line")
        self._activity = ActivityLine("activity")
        self._bar = ActionBar("actions")
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

    @property
    def focused_pane(self) -> Pane | None:
        """The pane that holds the focus."""
        if self.focused is None:
            return None
        return next((n for n in self.focused.ancestors_with_self if isinstance(n, Pane)), None)

    def compose(self) -> ComposeResult:
        """Left: connection over connectors. Right: schedule. Below: keys and monitors."""
        yield self._top
        with Horizontal(id="upper"):
            with Vertical(id="left"):
                yield self.connection
                yield self.connectors
            yield self.schedule
        with Horizontal(id="lower"):
            yield self.keys
            yield self.monitors
        yield self._activity
        yield self._bar

    def on_mount(self) -> None:
        """Start on the connectors: what a person in front of the charger acts on."""
        self.connectors.take_focus()

    def show(self, snapshot: Snapshot, clock: Clock, dirty: frozenset[str]) -> None:
        """Hand the news to the panes that show them."""
        if "link" in dirty and snapshot.link is not None:
            # What fails and what to check must be readable on a small terminal, too.
            self.set_class(snapshot.link.phase not in CALM, "-trouble")
        for pane in self.panes:
            if pane.SHOWS & dirty:
                pane.show(snapshot, clock)
        if TOP_LINE_SHOWS & dirty:
            self._top.show(lambda width: top_line(snapshot, clock, width))

    def show_activity(self, line: Content) -> None:
        """Show what is under way, or what was said last."""
        self._activity.show(lambda width: Content.assemble(" ", line))

    def show_actions(self, items: list[FooterItem]) -> None:
        """Show what can be done."""
        self._bar.show(items)

    def next_pane(self, step: int) -> None:
        """Move the focus to another pane, or within the one that fills the terminal."""
        if self.maximized is not None:
            return
        panes = self.panes
        here = self.focused_pane
        index = panes.index(here) if here in panes else -step
        panes[(index + step) % len(panes)].take_focus()

    def zoom(self) -> None:
        """Let the focused pane fill the terminal, or show all again."""
        if self.maximized is not None:
            self.minimize()
        elif (pane := self.focused_pane) is not None:
            self.maximize(pane, container=False)

    def action_restore(self) -> None:
        """Show all panes again."""
        if self.maximized is not None:
            self.minimize()
