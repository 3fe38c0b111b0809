"""The app: follows an engine through its door, shows what it says, carries out what the keys ask.

It holds no OCPP and no engine: when the terminal stalls or dies, the charge point does not notice.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from types import FrameType

from platformdirs import user_config_path
from pydantic import ValidationError
from textual import on
from textual.app import App
from textual.content import Content
from textual.timer import Timer

from cp_tui.control.client import ConnectionLost, EngineConnection, RpcError
from cp_tui.tui import asking
from cp_tui.tui.actions import ACTIONS, BY_ID, FOOTERS
from cp_tui.tui.bars import ActionBar, ActivityLine, FooterItem
from cp_tui.tui.commands import Commands
from cp_tui.tui.dialogs.facts import FactsDialog
from cp_tui.tui.keys import Keymap
from cp_tui.tui.panes.connectors import ConnectorsPane
from cp_tui.tui.panes.keys import KeysPane
from cp_tui.tui.panes.monitors import MonitorsPane
from cp_tui.tui.panes.profiles import ProfilesPane
from cp_tui.tui.panes.schedule import SchedulePane
from cp_tui.tui.safe_text import safe_text
from cp_tui.tui.screen_desk import ScreenDesk
from cp_tui.tui.screens.dashboard import DashboardScreen
from cp_tui.tui.screens.main_screen import MainScreen
from cp_tui.tui.screens.schedule import ScheduleScreen
from cp_tui.tui.store import WATCHED, Store
from cp_tui.tui.theme import load_themes, packaged_themes, variable_defaults
from cp_tui.tui.view.words import Clock
from cp_tui.tui.widgets.glyphs import Glyphs

FLUSH_INTERVAL_S = 0.25
"""Changes reach the widgets at most this often: what a bad link and an eye can follow."""

FIRST_WORD_S_MAX = 0.5
"""An engine that runs says everything within this; the first picture waits for it."""

LEAVE_S_MAX = 3
"""For an end in order when the terminal is lost."""

Connect = Callable[[], Awaitable[EngineConnection]]

LEAVE = "leave"

WELCOME = "tab: next pane · enter: details · ?: help · ^p: everything else"


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


class CpTuiApp(App[str]):
    """The screen of one engine."""

    TITLE = "cp-tui"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    LoadingIndicator { display: none; }
    Toast { display: none; }
    """

    def __init__(
        self,
        connect: Connect,
        *,
        read_only: bool = False,
        quit_choice: bool = False,
        now: Callable[[], datetime] = utc_now,
        zone: tzinfo = UTC,
        theme: str = "cp-dark",
        theme_folders: Sequence[Path] = (),
        keymap: Mapping[str, str] | None = None,
        glyphs: Glyphs = Glyphs.EIGHTH,
        flush_interval_s: float = FLUSH_INTERVAL_S,
    ) -> None:
        super().__init__()
        self.animation_level = "none"
        self.keymap = Keymap(keymap)
        self.store = Store(is_read_only=read_only)
        self.commands = Commands(now, self._command_changed)
        self.quit_choice = quit_choice
        self._connect = connect
        self._now = now
        self._zone = self._home_zone = zone
        self._flush_interval_s = flush_interval_s
        self._cooling: Timer | None = None
        self._problems = [*self.keymap.problems]
        self._load_themes(theme, theme_folders)
        for action in ACTIONS:
            if keys := self.keymap.keys(action):
                operate = f"operate('{action.id}')"
                self.bind(",".join(keys), operate, description=action.title, show=False)
        self.dashboard = DashboardScreen(self.keymap, zone=zone, glyphs=glyphs)
        self.schedule = ScheduleScreen(self.keymap, zone=zone, glyphs=glyphs)
        self.main_screens: dict[str, MainScreen] = {
            screen.NAME: screen for screen in (self.dashboard, self.schedule)
        }
        self.main: MainScreen = self.dashboard
        self._said = Content(WELCOME)
        self._has_heard = asyncio.Event()
        self._is_shown = asyncio.Event()
        self.desk = ScreenDesk(self)

    @property
    def clock(self) -> Clock:
        """Now, and the zone of the reader."""
        return Clock(self._now(), self._zone)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The colours that only cp-tui has."""
        return variable_defaults(self.current_theme)

    async def on_mount(self) -> None:
        """Look for the engine, and show the dashboard with what it says first."""
        self.run_worker(self._follow(), name="follow", group="follow")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_WORD_S_MAX):
                await self._has_heard.wait()
        for name, screen in self.main_screens.items():
            self.install_screen(screen, name)
        for problem in self._problems:
            self._said = safe_text(problem, "$text-warning")
        with self.batch_update():
            await self.push_screen(self.main)
            self.main.show_activity(self._said)
            self._is_shown.set()
            self.flush()

    # --- the engine -------------------------------------------------------------------------------

    async def _follow(self) -> None:
        """Follow the engine; where it is lost, say so and offer to connect again."""
        while True:
            try:
                connection = await self._connect()
            except (ConnectionLost, RpcError, OSError) as error:
                lost = f"{error}"
            else:
                lost = await self._listen(connection)
            self.commands.connection = None
            self.store.engine_is(False)
            self._has_heard.set()
            await self._is_shown.wait()
            self.flush()
            if await self.desk.engine_lost(lost) == LEAVE:
                self.exit(LEAVE)
                return

    async def _listen(self, connection: EngineConnection) -> str:
        """Take in updates until the engine is gone; say how it went."""
        self.commands.connection = connection
        has_asked = False
        try:
            self.store.engine_is(True)
            await connection.subscribe(WATCHED)
            while True:
                self.store.apply(await connection.next_updates(), self._now())
                self._has_heard.set()
                self._flush_soon()
                if not has_asked and self.store.snapshot.connectors:
                    has_asked = True
                    self.run_worker(self._ask_measurements(connection), group="measurements")
        except (ConnectionLost, RpcError) as error:
            return f"{error}"
        finally:
            with contextlib.suppress(ConnectionLost, OSError):
                await connection.close()

    # --- showing ----------------------------------------------------------------------------------

    def _flush_soon(self) -> None:
        """Flush at once after a pause, else when the pause is over; idle, no timer runs."""
        if self._cooling is None:
            self.flush()
            self._cooling = self.set_timer(self._flush_interval_s, self._cooled)

    def _cooled(self) -> None:
        self._cooling = None
        if self.store.is_dirty:
            self._flush_soon()

    def flush(self) -> None:
        """Show what has changed."""
        if not self._is_shown.is_set() or not self.store.is_dirty:
            return
        dirty = self.store.take_dirty()
        snapshot, clock = self.store.snapshot, self.clock
        with self.batch_update():
            for screen in self.main_screens.values():
                if screen is not self.main:
                    screen.miss(dirty)
            self.main.show(snapshot, clock, dirty)
            self.main.show_actions(self._footer())
            for dialog in self.screen_stack:
                if isinstance(dialog, FactsDialog) and dirty - {"cursor"}:
                    dialog.show(snapshot, clock)

    async def go_to(self, name: str) -> None:
        """Show another screen, with everything that it has missed."""
        screen = self.main_screens[name]
        if screen is self.main or self.screen is not self.main:
            return
        with self.batch_update():
            await self.switch_screen(screen)
            self.main = screen
            screen.show(self.store.snapshot, self.clock, frozenset())
            screen.enter(self.store.snapshot)
            screen.show_actions(self._footer())
            screen.show_activity(self._said)

    def change_zone(self) -> None:
        """Write times in the zone of the reader, or in UTC."""
        self._zone = UTC if self._zone is not UTC else self._home_zone
        zone = (
            "UTC"
            if self._zone is UTC
            else f"your time zone, {self._now().astimezone(self._zone):%Z}"
        )
        self.tell(Content(f"times are in {zone}"))
        self.store.look_again()
        self.flush()

    def tell(self, text: Content) -> None:
        """Say something in the line of activity."""
        self._said = text
        self.main.show_activity(text)

    def _command_changed(self) -> None:
        if (run := self.commands.newest) is not None:
            self.tell(run.line(self.clock))

    def _footer(self) -> list[FooterItem]:
        items: list[FooterItem] = []
        for action_id in FOOTERS[self.main.NAME]:
            action = BY_ID[action_id]
            is_possible = action.why_not(self.store.snapshot) is None
            items.append(
                FooterItem(action_id, self.keymap.first(action), action.short, is_possible)
            )
        return items

    # --- acting -----------------------------------------------------------------------------------

    def action_operate(self, action_id: str) -> None:
        """Carry out an action of the registry, or say why it is not possible now."""
        action = BY_ID[action_id]
        if (why := action.why_not(self.store.snapshot)) is not None:
            text = Content.assemble(Content.styled(action.title, "bold"), f": {why}")
            self.tell(Content.assemble(Content.styled("× ", "$text-warning"), text))
            return
        self.run_worker(action.run(self.desk), name=action_id, group="action")

    async def action_quit(self) -> None:
        """Quit by whatever way Textual itself offers: ask as the action does."""
        self.action_operate("screen.quit")

    def action_help_quit(self) -> None:
        """Ctrl+C interrupts nothing here; it says how to leave."""
        key = self.keymap.first(BY_ID["screen.quit"])
        self.tell(Content(f"{key} quits this screen"))

    @on(ActionBar.Clicked)
    def _clicked(self, event: ActionBar.Clicked) -> None:
        self.action_operate(event.action_id)

    @on(ActivityLine.Opened)
    def _log_wanted(self) -> None:
        self.desk.screen_does("log")

    @on(ConnectorsPane.Moved)
    def _connector_moved(self, event: ConnectorsPane.Moved) -> None:
        self.store.cursor_is(connector_id=event.connector_id)
        self.flush()

    @on(KeysPane.Moved)
    def _key_moved(self, event: KeysPane.Moved) -> None:
        self.store.cursor_is(key=event.key)
        self.flush()

    @on(MonitorsPane.Moved)
    def _monitor_moved(self, event: MonitorsPane.Moved) -> None:
        self.store.cursor_is(monitored_key=event.key)
        self.flush()

    @on(ProfilesPane.Moved)
    def _profile_moved(self, event: ProfilesPane.Moved) -> None:
        self.store.cursor_is(profile_id=event.profile_id)
        self.flush()

    @on(ProfilesPane.Opened)
    def _profile_opened(self, event: ProfilesPane.Opened) -> None:
        self.desk.show_profile(event.profile_id)

    @on(ConnectorsPane.Opened)
    def _connector_opened(self, event: ConnectorsPane.Opened) -> None:
        self.desk.show_connector(event.connector_id)

    @on(KeysPane.Opened)
    def _key_opened(self, event: KeysPane.Opened) -> None:
        self.desk.show_key(event.key)

    @on(MonitorsPane.Opened)
    def _monitor_opened(self, event: MonitorsPane.Opened) -> None:
        self.desk.show_key(event.key)

    @on(SchedulePane.Wanted)
    def _schedules_wanted(self, event: SchedulePane.Wanted) -> None:
        group = f"schedules {event.pane.screen.id}"
        self.run_worker(self._ask_schedules(event), group=group, exclusive=True)

    async def _ask_schedules(self, wanted: SchedulePane.Wanted) -> None:
        """Ask for each connector what the published schedules do not say."""
        connection = self.commands.connection
        if connection is None:
            return
        ids = [c.connector_id for c in self.store.snapshot.connectors]
        try:
            found = await asking.schedules(
                connection, ids, wanted.start, wanted.duration_s, wanted.unit
            )
        except (RpcError, ValidationError) as error:
            self.tell(safe_text(f"schedule: {asking.why(error)}", "$text-warning"))
        except ConnectionLost:
            return
        else:
            wanted.pane.show_asked(found)

    async def _ask_measurements(self, connection: EngineConnection) -> None:
        """Ask once what flowed before this screen looked; from then on the meters are followed."""
        ids = [c.connector_id for c in self.store.snapshot.connectors]
        try:
            found = await asking.measurements(connection, ids)
        except (RpcError, ValidationError) as error:
            self.tell(safe_text(f"measurements: {asking.why(error)}", "$text-warning"))
        except ConnectionLost:
            return
        else:
            for connector_id, points in found.items():
                self.store.measured_before(connector_id, points)
            self._flush_soon()

    # --- start ------------------------------------------------------------------------------------

    def _load_themes(self, theme: str, folders: Sequence[Path]) -> None:
        themes, problems = load_themes([packaged_themes(), *folders])
        self._problems += problems
        for found in themes:
            self.register_theme(found)
        if theme in self.available_themes:
            self.theme = theme


def run_screen(
    connect: Connect,
    *,
    read_only: bool,
    quit_choice: bool,
    keymap: Mapping[str, str] | None = None,
) -> str:
    """Show the engine until somebody quits; returns `leave` or `stop`.

    A closed terminal (SIGHUP) or SIGTERM ends the screen and leaves the engine as it is.
    """
    app = CpTuiApp(
        connect,
        read_only=read_only,
        quit_choice=quit_choice,
        zone=datetime.now().astimezone().tzinfo or UTC,
        theme=_default_theme(os.environ),
        theme_folders=[user_config_path("cp-tui") / "themes"],
        keymap=keymap,
        glyphs=Glyphs.HALF if os.environ.get("TERM") == "linux" else Glyphs.EIGHTH,
    )

    async def run() -> str | None:
        loop = asyncio.get_running_loop()

        def leave(number: int, frame: FrameType | None) -> None:
            # Not a handler of the loop: that may be stuck in a write to a terminal that takes
            # nothing any more. Nobody handles the alarm, so it ends the process whatever it does.
            signal.alarm(LEAVE_S_MAX)
            # A lost terminal sends SIGCONT after SIGHUP, and Textual would start again on it: its
            # writer dies at the first byte, and the end of the app waits for it in vain.
            signal.signal(signal.SIGCONT, lambda number, frame: None)
            loop.call_soon_threadsafe(app.exit, LEAVE)

        for number in (signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, leave)
        return await app.run_async()

    try:
        return asyncio.run(run()) or LEAVE
    finally:
        signal.alarm(0)
        for number in (signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)


def _default_theme(environment: Mapping[str, str]) -> str:
    """The theme for this terminal: 16 colours where it has no more."""
    if (name := environment.get("TEXTUAL_THEME")) is not None:
        return name
    is_plain = environment.get("TERM", "") in ("linux", "vt100", "screen")
    return "ansi-16" if is_plain else "cp-dark"
