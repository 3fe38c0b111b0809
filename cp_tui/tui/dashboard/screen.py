"""The dashboard: five panes at once, from 80x24 on; a pane can fill the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Size

from cp_tui.charge_point.variables import LinkPhase
from cp_tui.tui.actions.keymap import Keymap
from cp_tui.tui.configuration.panes import KeysPane
from cp_tui.tui.dashboard.alarm import ALARM_SHOWS
from cp_tui.tui.dashboard.alarm_line import AlarmLine
from cp_tui.tui.dashboard.charge_point_actions import restart, show_connection
from cp_tui.tui.dashboard.connector_actions import press_stop
from cp_tui.tui.dashboard.panes import ConnectionPane, ConnectorsPane, MonitorsPane
from cp_tui.tui.frame.main_screen import MainScreen
from cp_tui.tui.schedule.panes import SchedulePane
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.words import Clock
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.timeline.timeline import Timeline
from cp_tui.tui.widgets.pane import Pane

SCHEDULE_HINTS = "+ - zoom  g time  u A/W"
"""The keys of the timeline that nobody would guess."""

CALM = (LinkPhase.OPEN, LinkPhase.STOPPED)
"""Where nothing has to be explained about the link."""


class DashboardScreen(MainScreen):
    """Connection, connectors, schedule, configuration keys and monitors."""

    DEFAULT_CSS = """
    DashboardScreen {
        AlarmLine { dock: top; margin-top: 1; }
        #alarm-second { display: none; }
        &.-medium #alarm-second.-needed, &.-tall #alarm-second.-needed { display: block; }
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
        &.-short #lower { height: 7fr; }
        &.-short ConnectionPane { height: 5fr; }
        &.-short ConnectorsPane { height: 8fr; }
        &.-short KeysPane FactLines { display: none; }
        &.-short KeysPane.-maximized FactLines { display: block; }
        &.-trouble ConnectionPane, &.-short.-trouble ConnectionPane { height: 8fr; }
        &.-trouble ConnectorsPane, &.-short.-trouble ConnectorsPane { height: 5fr; }
        &.-trouble ConnectorsPane LineTable { max-height: 100%; }
        &.-tall #upper, &.-tall #lower { height: 1fr; }
        &.-medium KeysPane FactLines { height: 3; }
        &.-tall KeysPane FactLines { height: 4; }
        &.-low ConnectorsPane FactLines { max-height: 100%; }
        &.-one ConnectorsPane LineTable { max-height: 100%; }
    }
    """

    ALLOW_IN_MAXIMIZED_VIEW = f"AlarmLine, {MainScreen.ALLOW_IN_MAXIMIZED_VIEW}"
    HEAD_LINES = 2
    NAME = "dashboard"
    KEY = "1"
    CALLED = "Dashboard"
    SHORT = "Dash"
    ABOUT = "Connection, connectors, schedule, configuration keys and monitors at one glance."
    FOOTER = (
        "charge_point.stop",
        "connector.press_stop",
        "charge_point.restart",
        "charge_point.data_transfer",
        "configuration.get",
        "configuration.set",
        "configuration.monitor",
        "screen.help",
        "screen.palette",
        "screen.zoom",
        "screen.schedule",
        "screen.quit",
    )
    ALL_PANES_FROM = Size(56, 14)
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as declared by Textual
        (0, "-narrow"),
        (100, "-normal"),
        (160, "-wide"),
    ]

    def __init__(self, keymap: Keymap, glyphs: Glyphs) -> None:
        super().__init__(keymap, glyphs)
        hints = keymap.hints
        self.alarm = AlarmLine(keymap.first, lambda: self.now())
        details = f"{keymap.first(show_connection.id)} {show_connection.short.lower()}"
        self.connection = ConnectionPane(hints("connection"), details)
        self.connectors = ConnectorsPane(hints("connectors"), glyphs)
        self.schedule = SchedulePane(
            lambda: self.now(), SCHEDULE_HINTS, glyphs=glyphs, follows_charging=True
        )
        self.keys = KeysPane(hints("keys"))
        self.monitors = MonitorsPane(hints("monitors"))

    @property
    def timeline(self) -> Timeline:
        """The timeline of the schedule."""
        return self.schedule.timeline

    @property
    def head_lines(self) -> int:
        """With the second line for alarms where there are two."""
        return self.HEAD_LINES + self.alarm.has_second

    def footer(self, snapshot: Snapshot) -> Sequence[str]:
        """While something charges it can be stopped; a restart comes only after a stop of OCPP.

        Both at once do not fit the line at 80 columns, and both are never possible.
        """
        can_charge = snapshot.in_session and not snapshot.is_stopped
        other = restart if can_charge else press_stop
        return [each for each in self.FOOTER if each != other.id]

    def compose_panes(self) -> ComposeResult:
        """What is wrong; left connection over connectors, right schedule; keys and monitors."""
        yield self.alarm
        yield self.alarm.second
        with Horizontal(id="upper"):
            with Vertical(id="left"):
                yield self.connection
                yield self.connectors
            yield self.schedule
        with Horizontal(id="lower"):
            yield self.keys
            yield self.monitors

    def select_connector(self, connector_id: int) -> None:
        """In the list, which its filter may have to show again, and on the timeline."""
        if not self.connectors.table.move_cursor(f"{connector_id}") and self.connectors.words:
            self.connectors.action_clear_filter()
            self.connectors.table.move_cursor(f"{connector_id}")
        self.timeline.look_at(connector_id)

    def start(self) -> Pane:
        """The connectors: what a person in front of the charger acts on."""
        return self.connectors

    def make_room(self, snapshot: Snapshot, clock: Clock) -> None:
        """Give the trouble room."""
        if snapshot.link is not None:
            # What fails and what to check must be readable on a small terminal, too; who has pulled
            # the cable knows it.
            is_failing = snapshot.link.phase not in CALM and snapshot.link.network_up
            self.set_class(is_failing, "-trouble", update=self.is_running)

    def show(self, snapshot: Snapshot, clock: Clock, dirty: frozenset[str]) -> None:
        """Say what is wrong, and hand the news to the panes."""
        self.show_alarm(snapshot, clock, dirty | self._missed)
        # Of the line alone: with a class of the screen, everything on it would be styled anew.
        self.alarm.second.set_class(self.alarm.has_second, "-needed")
        super().show(snapshot, clock, dirty)

    def show_alarm(self, snapshot: Snapshot, clock: Clock, dirty: frozenset[str]) -> None:
        """Say what is wrong, under a dialog as well; the second line gets its room later."""
        super().show_alarm(snapshot, clock, dirty)
        if ALARM_SHOWS & dirty:
            self.alarm.tell(snapshot, clock)
