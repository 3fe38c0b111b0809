"""The app: follows an engine through its door, shows what it says, carries out what the keys ask.

It holds no OCPP and no engine: when the terminal stalls or dies, the charge point does not notice.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from msgspec import ValidationError
from textual import on
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer

from cp_tui.ocpp.plural import count
from cp_tui.rpc.client import ConnectionLost, EngineConnection, OtherVersion, RpcError
from cp_tui.tui.actions.commands import CommandRun, Commands
from cp_tui.tui.actions.keymap import Keymap
from cp_tui.tui.all_screens import all_screens
from cp_tui.tui.csms.follower import CsmsFollower
from cp_tui.tui.dialogs.confirm import ConfirmDialog
from cp_tui.tui.dialogs.facts import FactsDialog
from cp_tui.tui.dialogs.options import OptionsDialog
from cp_tui.tui.frame.main_screen import MainScreen
from cp_tui.tui.preferences import FLUSH_INTERVAL_S, LayoutState
from cp_tui.tui.registry import BY_ID, FOOTERS
from cp_tui.tui.schedule.pane import SchedulePane
from cp_tui.tui.screen_desk import ScreenDesk
from cp_tui.tui.state import asking, liveness
from cp_tui.tui.state.csms_state import CsmsState
from cp_tui.tui.state.store import CURSOR, WATCHED, SnapshotStore
from cp_tui.tui.terminal.look_app import LookApp
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.words import Clock
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.widgets.bars import ActionBar, ActivityLine, FooterItem
from cp_tui.tui.widgets.table_pane import TablePane

FIRST_WORD_S_MAX = 0.5
"""An engine that runs says everything within this; the first picture waits for it."""

ATTACH_AGAIN_S = 1.0
"""Between two looks for an engine that is gone; a look is one connect to a Unix socket."""

OTHER_VERSION_AGAIN_S = 30.0
"""The same for one that runs in another version: each look fetches all that it has to say."""

Connect = Callable[[], Awaitable[EngineConnection]]

LEAVE = "leave"

WELCOME = "1 to 7: screens · tab: next pane · enter: details · ?: help · ^p: all actions"


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


class CpTuiApp(LookApp):
    """The screen of one engine."""

    def __init__(
        self,
        connect: Connect,
        *,
        read_only: bool = False,
        may_stop: Callable[[], bool] | None = None,
        now: Callable[[], datetime] = utc_now,
        zone: tzinfo = UTC,
        theme: str = "cp-dark",
        theme_folders: Sequence[Path] = (),
        keymap: Mapping[str, str] | None = None,
        glyphs: Glyphs = Glyphs.EIGHTH,
        is_ascii: bool = False,
        flush_interval_s: float = FLUSH_INTERVAL_S,
        state: LayoutState | None = None,
        connect_csms: Connect | None = None,
        whose: str = "",
        welcome: str = "",
    ) -> None:
        super().__init__(theme=theme, theme_folders=theme_folders, is_ascii=is_ascii)
        self.keymap = Keymap(keymap)
        self.problems += self.keymap.problems
        self.store = SnapshotStore(is_read_only=read_only)
        self.commands = Commands(now, self._command_changed)
        self.may_stop = may_stop or (lambda: False)
        """Whether quitting may end the charge point: it was started with this screen, and runs."""
        self._connect = connect
        self._now = now
        self._state = state or LayoutState()
        self._home_zone = zone
        self._zone = UTC if self._state.is_utc else zone
        self._flush_interval_s = flush_interval_s
        self._cooling: Timer | None = None
        self._has_user_themes = bool(theme_folders)
        for key in sorted(self.keymap.all_keys):
            self.bind(key, f"press('{key}')", show=False)
        screens = all_screens(self.keymap, zone=self._zone, glyphs=glyphs)
        self.main_screens: Mapping[str, MainScreen] = {screen.NAME: screen for screen in screens}
        self._connect_csms = connect_csms
        if connect_csms is not None:
            self.store.csms_is(CsmsState(is_ours=True))
        # A charge point that was started with this screen is looked at from the front; and the
        # screen of the CSMS is only there with one of our own.
        is_new = may_stop is not None or connect_csms is not None
        self._whose = whose
        left = self.main_screens.get(self._state.screens.get(whose, ""), screens[0])
        self.main = screens[0] if is_new or left.NAME == "csms" else left
        self._said: Sequence[Content] = [safe_text(welcome or WELCOME)]
        self._has_heard = asyncio.Event()
        self._is_shown = asyncio.Event()
        self.desk = ScreenDesk(self)

    @property
    def clock(self) -> Clock:
        """Now, and the zone of the reader."""
        registration = self.store.snapshot.registration
        offset_s = registration.clock_offset_s if registration else None
        return Clock(self._now(), self._zone, offset_s or 0.0)

    @property
    def layout_state(self) -> LayoutState:
        """What is to be remembered until the next time."""
        state = self._state.model_copy(update={"is_utc": self._zone is UTC})
        return state.left(self._whose, self.main.NAME)

    async def until_shown(self) -> None:
        """Wait until what the engine says first stands on the screen."""
        await self._has_heard.wait()
        await self._is_shown.wait()

    def choose_theme(self, name: str) -> None:
        """Take a theme, and remember it."""
        self.theme = name
        self._state = self._state.model_copy(update={"theme": name})

    async def on_mount(self) -> None:
        """Look for the engine, and show the dashboard with what it says first."""
        self.run_worker(self._follow(), name="follow", group="follow")
        if self._connect_csms is not None:
            csms = CsmsFollower(
                self._connect_csms, self.store, self.commands, self._flush_soon, self._now
            )
            self.run_worker(csms.follow(), name="csms", group="csms")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_WORD_S_MAX):
                await self._has_heard.wait()
        for name, screen in self.main_screens.items():
            self.install_screen(screen, name)
        self.screen_change_signal.subscribe(self, self._screen_changed, immediate=True)
        if self._has_user_themes:
            self.watch_themes()
        for problem in self.problems:
            self._said = [safe_text(problem, "$text-warning")]
        with self.batch_update():
            await self.push_screen(self.main)
            self.main.show_activity(self._said)
            self._is_shown.set()
            self.flush()

    # --- the engine -------------------------------------------------------------------------------

    async def _follow(self) -> None:
        """Follow the engine; where it is lost, say so, and attach again as soon as it is back."""
        told = other = ""
        while True:
            try:
                connection = await self._connect()
            except (ConnectionLost, RpcError, OSError) as error:
                lost, other = f"{error}", ""
            else:
                if told and not other:
                    self.tell(Content("the charge point is back, and attached again"))
                (lost, other), told = await self._listen(connection), told if other else ""
            self.commands.connection = None
            self._engine_hangs(None)
            if self.store.snapshot.has_engine or not told:
                self.store.engine_is(False, other_version=other)
            self._has_heard.set()
            await self._is_shown.wait()
            self.flush()
            if lost != told:
                told = lost
                words = "read on in what is there; it is attached again by itself"
                if other:
                    words = "start it again with this version, or attach with its own"
                lost_words = Content.assemble(
                    ("Charge point lost: ", "bold $text-error"), safe_text(lost)
                )
                self.tell(Content.assemble(lost_words, f" · {words}"))
            await asyncio.sleep(OTHER_VERSION_AGAIN_S if other else ATTACH_AGAIN_S)

    def _engine_hangs(self, since: datetime | None) -> None:
        """Show since when the engine does not answer, or that it does again."""
        if since == self.store.snapshot.hung_since:
            return
        self.store.engine_hangs(since)
        self.commands.engine_hangs(since)
        self._flush_soon()

    async def _listen(self, connection: EngineConnection) -> tuple[str, str]:
        """Take in updates until the engine is gone; say how it went, and which version hinders."""
        self.commands.connection = connection
        has_asked = False
        try:
            self.store.engine_is(True)
            self.run_worker(
                liveness.watch(connection, self._engine_hangs, self._now),
                group="liveness",
                exclusive=True,
            )
            await connection.subscribe(WATCHED)
            while True:
                self.store.apply(await connection.next_updates(), self._now())
                self._has_heard.set()
                self._flush_soon()
                if not has_asked and self.store.snapshot.connectors:
                    has_asked = True
                    self.run_worker(self._ask_measurements(connection), group="measurements")
        except OtherVersion as error:
            return f"{error}", f"{error}"
        except (ConnectionLost, RpcError) as error:
            return f"{error}", ""
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
        if not self._is_shown.is_set() or not self.store.is_dirty or not self.screen_stack:
            # The last screen goes before the timers do.
            return
        dirty = self.store.take_dirty()
        snapshot, clock = self.store.snapshot, self.clock
        has_news = not all(name.startswith(CURSOR) for name in dirty)
        with self.batch_update():
            for screen in self.main_screens.values():
                if screen is not self.main:
                    screen.miss(dirty)
            if self.screen is self.main:
                self.main.show(snapshot, clock, dirty)
                self.main.show_actions(self._footer())
            else:
                self.main.miss(dirty)
                self.main.show_alarm(snapshot, clock, dirty)
            for dialog in self.screen_stack:
                if isinstance(dialog, FactsDialog) and has_news:
                    dialog.show(snapshot, clock)
                elif isinstance(dialog, ConfirmDialog | OptionsDialog):
                    dialog.facts.follow(snapshot)

    def _screen_changed(self, screen: Screen[Any]) -> None:
        """Show what the screen has missed under a dialog, before it is painted."""
        if screen is self.main and self._is_shown.is_set():
            with self.batch_update():
                self.main.show(self.store.snapshot, self.clock, frozenset())
                self.main.show_actions(self._footer())
                self.main.show_activity(self._said)

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
        # A screen that was there before is painted when it is idle, but was told so in the batch.
        screen.check_idle()

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

    def tell(self, text: Content, *shorter: Content) -> None:
        """Say something in the line of activity; in a shorter way where it does not fit."""
        self._said = [text, *shorter]
        # Behind a dialog nobody reads it; it is shown when the dialog has gone.
        if self.screen_stack and self.screen is self.main:
            self.main.show_activity(self._said)

    def _dropped(self, count: int) -> None:
        """Say it under a dialog as well: it is that one for which the keys were meant."""
        super()._dropped(count)
        self.main.show_activity(self._said)

    def _command_changed(self, run: CommandRun) -> None:
        """Tell what was asked last, and every outcome when it comes, however long ago it was."""
        self.tell(*run.lines(self.clock))

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

    def action_press(self, key: str) -> None:
        """Carry out what a key does on this screen."""
        if (action := self.keymap.action_of(key, self.main.NAME)) is not None:
            self.action_operate(action.id)

    def action_operate(self, action_id: str) -> None:
        """Carry out an action of the registry, or say why it is not possible now."""
        action = BY_ID[action_id]
        if (why := action.why_not(self.store.snapshot)) is not None:
            text = Content.assemble(Content.styled(action.title, "bold"), f": {why}")
            self.refuse(text)
            return
        self.act(action.run(self.desk), name=action_id, group="action")

    def refuse(self, why: Content) -> None:
        """Say why something is not done; what was typed behind it was meant for what does not come.

        A letter of a tag may be the key that pulls the network cable.
        """
        dropped = self.gate.forget()
        behind = f" · {count(dropped, 'key')} behind it dropped" if dropped else ""
        self.tell(Content.assemble(Content.styled("× ", "$text-warning"), why, behind))

    def act(self, work: Awaitable[object], *, name: str = "", group: str) -> None:
        """Do something that may change what the keys are for; they wait for that."""
        self.run_worker(self.gate.doing(work), name=name, group=group)

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

    @on(TablePane.Moved)
    def _moved(self, event: TablePane.Moved) -> None:
        self.store.cursor_is(event.cursor, event.record)
        if event.by_itself:
            self._flush_soon()
        else:
            self.flush()

    @on(TablePane.Opened)
    def _opened(self, event: TablePane.Opened) -> None:
        if (details := event.pane.details(event.record)) is not None:
            step = event.pane.table.action_cursor if event.pane.STEPS else None
            self.desk.show(*details, step)

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
