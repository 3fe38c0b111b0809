"""The app as a frame for screens: which one is shown and with what, what is said, what a key does.

It knows no feature and no engine: the snapshot is filled by whoever follows one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer

from cp_tui.ocpp.plural import count
from cp_tui.tui.actions.commands import CommandRun, Commands
from cp_tui.tui.actions.desk import Desk
from cp_tui.tui.actions.keymap import Keymap
from cp_tui.tui.dialogs.ask import AskDialog
from cp_tui.tui.dialogs.dialog import Dialog
from cp_tui.tui.dialogs.facts import FactsDialog
from cp_tui.tui.dialogs.theme_picker import ThemePicker
from cp_tui.tui.frame.actions import leave, next_pane, show_help, show_menu
from cp_tui.tui.frame.activity_line import ScreenName
from cp_tui.tui.frame.footer import footer
from cp_tui.tui.frame.main_screen import MainScreen
from cp_tui.tui.frame.no_room import NoRoom
from cp_tui.tui.frame.ringer import Ringer, Rings
from cp_tui.tui.frame.said import LastSaid
from cp_tui.tui.state.store import CURSOR, SnapshotStore
from cp_tui.tui.terminal.look_app import LookApp, warnings
from cp_tui.tui.text.certificates import next_end
from cp_tui.tui.text.paths import words_first
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.words import Clock
from cp_tui.tui.theme.colors import TerminalColors
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.widgets.bars import ActionWanted, FooterItem
from cp_tui.tui.widgets.line_table import LineTable
from cp_tui.tui.widgets.size_classes import is_too_small
from cp_tui.tui.widgets.table_pane import TablePane

if TYPE_CHECKING:
    from cp_tui.tui.state.travel import Travel

EDGE_S = 0.01
"""A moment after a day or a certificate ends, so that rounding has gone over the edge."""
DAY_LOOK_S = 600.0
"""Between two looks whether the day has changed, before midnight as well: a timer does not notice
that the machine slept, or that its clock was set."""
PASSING = frozenset({"csms", "messages", "transactions"})
"""They change with every frame; where they are not shown, nobody waits for them."""

COUNTERS_WAIT = 28
"""Pauses between two pictures for which counters wait to be shown; 7 s, as it comes."""


class FrameApp(LookApp):
    """Screens, one of which is shown, and what can be done there."""

    HAS_LOG: ClassVar[bool] = False
    """A log is looked at, in the place of a charge point."""
    main: MainScreen
    """The one that is shown, or lies under a dialog."""
    desk: Desk
    """What actions are carried out on."""
    travel: Travel | None = None
    """The way about in a log, where one is looked at."""

    def __init__(
        self,
        *,
        theme: str,
        theme_folders: Sequence[Path],
        colors: TerminalColors,
        is_ascii: bool,
        glyphs: Glyphs,
        screens: Sequence[type[MainScreen]],
        keymap: Keymap,
        store: SnapshotStore,
        now: Callable[[], datetime],
        zone: tzinfo,
        is_utc: bool,
        flush_interval_s: float,
        new_bell: Callable[[], Rings],
        has_bell: bool,
        welcome: str,
    ) -> None:
        """`new_bell` makes what says, after each change, whether the terminal is to ring for it."""
        super().__init__(theme=theme, theme_folders=theme_folders, colors=colors, is_ascii=is_ascii)
        self.screen_classes: Mapping[str, type[MainScreen]] = {each.NAME: each for each in screens}
        """All of them, in the order of their digits."""
        self._main_screens: dict[str, MainScreen] = {}
        """Those that have been wanted: the first picture waits for no other."""
        self.orders: dict[str, str] = {}
        """By which column each table is sorted, by its name, for this time and the next."""
        self.glyphs = glyphs
        self._changed: frozenset[str] = frozenset()
        """All that has changed since the start: what a screen that comes late has missed."""
        self.keymap = keymap
        self.store = store
        self.commands = Commands(now, self._command_changed)
        self.chosen_theme: str | None = None
        self._now = now
        self._home_zone = zone
        self._zone = UTC if is_utc else zone
        self._flush_interval_s = flush_interval_s
        self._cooling: Timer | None = None
        self._counting: Timer | None = None
        self.said = LastSaid(
            self._say_on_main, self.set_timer, [safe_text(welcome)] if welcome else []
        )
        self._hint = hint(keymap)
        self._ringer = Ringer(
            self, new_bell, lambda: (self.store.snapshot, self.clock), is_on=has_bell
        )
        self._midnight: Timer | None = None
        self._day = self.clock.today
        self._end: datetime | None = None
        """When a certificate ends that is shown."""
        """The day for which what stands on the screen was written."""
        self._is_shown = asyncio.Event()
        # Textual's `set_keymap` would not do: it can leave no action without a key, and takes a key
        # away from every other action that has it, even if those work on other screens.
        for action_id in keymap.actions:
            for key in keymap.keys(action_id):
                self.bind(key, f"operate('{action_id}')", show=False)

    @property
    def clock(self) -> Clock:
        """Now, and the zone of the reader."""
        registration = self.store.snapshot.registration
        ahead_s = registration.clock_ahead_s if registration else 0.0
        return Clock(self._now(), self._zone, ahead_s)

    def choose_theme(self, name: str) -> None:
        """Take a theme, and remember it; say so where its file is broken, and it is as it was."""
        self.theme = self.chosen_theme = name
        if wrong := self.wrong_themes.get(name):
            words = words_first(wrong[0])
            self.tell(*warnings(f"{name} is not as its file says: {words}", words))

    def themes_changed(self) -> None:
        """Offer them as they are now, where one is being chosen."""
        for dialog in self.screen_stack:
            if isinstance(dialog, ThemePicker):
                dialog.show_themes(self.available_themes, self.wrong_themes)

    def refresh_css(self, animate: bool = True) -> None:
        """Style anew what is shown, also under a dialog, and every other screen when it is.

        However a theme changes, its colours come to the widgets through here: when one is chosen,
        tried or given up, and when the file of the one in use is read again.
        """
        super().refresh_css(animate)
        for screen in self._main_screens.values():
            # Those that were never shown are styled when their widgets are made.
            if screen.is_running and screen not in self.screen_stack:
                screen.style_when_shown()

    def main_screen(self, name: str) -> MainScreen:
        """The screen of this name, made when it is wanted for the first time."""
        if name not in self._main_screens:
            screen = self.screen_classes[name](self.keymap, self.glyphs)
            screen.miss(self._changed)
            screen.orders, screen.has_log = self.orders, self.HAS_LOG
            screen.now = lambda: self.clock
            self.install_screen(screen, name)
            self._main_screens[name] = screen
        return self._main_screens[name]

    def words_on(self, name: str) -> str:
        """What is typed into the filter of a screen; nothing where it was never shown."""
        screen = self._main_screens.get(name)
        pane = screen.table_pane if screen is not None and screen.is_running else None
        return "" if pane is None else pane.words

    def lines_of_alarms(self) -> Set[int]:
        """The first lines of the screen, also where a dialog lies over the rest of it."""
        return frozenset(range(self.main.head_lines))

    async def show_first(self) -> None:
        """Show a screen for the first time, with all that is known."""
        self.screen_change_signal.subscribe(self, self._screen_changed, immediate=True)
        problems = (warnings(each, words_first(each)) for each in reversed(self.problems))
        self.said.begin(next(problems, ()))
        with self.batch_update():
            self.main.make_room(self.store.snapshot, self.clock)
            await self.push_screen(self.main)
            self._show_said(self.main)
            self._is_shown.set()
            self.flush()
        self._await_midnight()
        self._cover_if_too_small()

    def on_resize(self) -> None:
        """Say what size is needed where nothing can be read."""
        # The app knows its size only after this.
        self.call_next(self._cover_if_too_small)

    def _cover_if_too_small(self) -> None:
        if not self._is_shown.is_set() or not is_too_small(self.size):
            return
        # Over dialogs as well: no key may act on what is not to be seen.
        if not isinstance(self.screen, NoRoom):
            self.push_screen(NoRoom(self.keymap.keys(leave.id)))

    def _await_midnight(self) -> None:
        """Date what stands here when it is no longer of today; until then nothing is painted.

        The same where a certificate ends before: each place that tells of it says so then.
        """
        if self._midnight is not None:
            self._midnight.stop()
        now = self._now()
        self._end = next_end(self.store.snapshot.security, now)
        looks = [self.clock.midnight, *([self._end] if self._end is not None else [])]
        left_s = (min(looks) - now).total_seconds()
        self._midnight = self.set_timer(min(left_s + EDGE_S, DAY_LOOK_S), self._look_at_day)

    def _look_at_day(self) -> None:
        has_ended = self._end is not None and self._now() >= self._end
        if has_ended or self.clock.today != self._day:
            self.store.look_again()
            self.flush()
        self._await_midnight()

    def _flush_soon(self) -> None:
        """Flush at once after a pause, else when the pause is over; idle, no timer runs.

        Where nothing but counters went on, it has time: a digit each second for each of them and
        for the time of the newest data would be all that a line carries while cars charge.
        """
        # The last screen goes before the timers do.
        if self._cooling is not None or not self.screen_stack:
            return
        if not self._is_urgent():
            if self.store.is_dirty and self._counting is None:
                pause_s = COUNTERS_WAIT * self._flush_interval_s
                self._counting = self.set_timer(pause_s, self._counted)
        else:
            self.flush()
            self._cooling = self.set_timer(self._flush_interval_s, self._cooled)

    def _is_urgent(self) -> bool:
        urgent = self.store.urgent
        if self.screen is self.main:
            urgent -= {name for name in PASSING if not self.main.shows(name)}
        return bool(urgent)

    def _counted(self) -> None:
        self._counting = None
        self.flush()

    def _cooled(self) -> None:
        self._cooling = None
        if self.store.is_dirty:
            self._flush_soon()

    def flush(self) -> None:
        """Show what has changed since the last time.

        Not with every update: the engine may tell hundreds in a second, and each picture goes to a
        terminal that may be at the end of a slow line. The first update after a quiet while is
        shown at once, what comes in the pause behind it together; so a key is answered without
        delay, a storm costs as much as a breeze, and an idle screen sends nothing at all.

        Only the panes that show something that has changed are filled; screens that are not seen
        remember what they have missed, and are brought up to date when they come.
        """
        if not self._is_shown.is_set() or not self.store.is_dirty or not self.screen_stack:
            return
        snapshot, clock = self.store.snapshot, self.clock
        if clock.today != self._day:
            self._day = clock.today
            self.store.look_again()
        dirty = self.store.take_dirty()
        if "security" in dirty:
            self._await_midnight()
        self._changed |= dirty
        self._ringer.follow()
        has_news = not all(name.startswith(CURSOR) for name in dirty)
        with self.batch_update():
            for screen in self._main_screens.values():
                if screen is not self.main:
                    screen.miss(dirty)
            if self.screen is self.main:
                self._show_main(dirty)
            else:
                self.main.miss(dirty)
                self.main.show_alarm(snapshot, clock, dirty)
            for dialog in self.screen_stack:
                if isinstance(dialog, FactsDialog) and has_news:
                    dialog.show(snapshot, clock)
                elif isinstance(dialog, AskDialog):
                    dialog.follow(snapshot)

    def _show_main(self, dirty: frozenset[str] = frozenset()) -> None:
        self.main.show(self.store.snapshot, self.clock, dirty)
        self.main.show_actions(self._footer())
        self.main.show_names(self._names(), self._hint)

    def _screen_changed(self, screen: Screen[Any]) -> None:
        """Show what the screen has missed under a dialog, before it is painted."""
        if screen is self.main and self._is_shown.is_set():
            with self.batch_update():
                self._show_main()
                self._show_said(self.main)
            self.said.uncovered()

    async def go_to(self, name: str) -> None:
        """Show another screen, with everything that it has missed."""
        if name == self.main.NAME or self.screen is not self.main:
            return
        screen = self.main_screen(name)
        with self.batch_update():
            screen.make_room(self.store.snapshot, self.clock)
            await self.switch_screen(screen)
            self.main = screen
            self._show_main()
            screen.enter(self.store.snapshot)
            self._show_said(screen)
        # A screen that was there before is painted when it is idle, but was told so in the batch.
        screen.check_idle()

    def select_connector(self, connector_id: int) -> None:
        """Put the cursor on a connector, on every screen that has one for connectors."""
        self.store.cursor_is("connectors", f"{connector_id}")
        for screen in self._main_screens.values():
            if screen.is_running:
                screen.select_connector(connector_id)
        self.flush()

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
        self._await_midnight()

    @property
    def has_bell(self) -> bool:
        """Whether the terminal rings when something becomes worse."""
        return self._ringer.is_on

    def change_bell(self) -> None:
        """Ring from now on, or no more; what is wrong already is no news."""
        self._ringer.switch()
        words = "rings when something becomes worse" if self.has_bell else "is silent"
        self.tell(Content(f"the terminal {words}"))

    def tell(self, text: Content, *shorter: Content) -> None:
        """Say something in the line of activity; in a shorter way where it does not fit."""
        self.said.tell([text, *shorter])

    def tell_late(self, *lines: Content) -> None:
        """Say it now, or when the dialog has gone that lies over the line."""
        if self.screen is self.main:
            self.tell(*lines)
        else:
            self.said.tell_late(lines)

    def goes_on(self, *lines: Content) -> None:
        """Tell what goes on by itself, in shorter ways behind the first; without any, nothing does.

        It stands in the line of activity wherever nothing else was said of late.
        """
        self.said.goes_on(lines)

    def _say_on_main(self) -> None:
        # Behind a dialog nobody reads it; it is shown when the dialog has gone.
        if self.screen_stack and self.screen is self.main:
            self._show_said(self.main)

    def _show_said(self, screen: MainScreen) -> None:
        screen.show_activity(self.said.lines, goes_on=self.said.is_going_on)

    def warn(self, words: str) -> None:
        """Say it under a dialog as well: it is that one for which the keys were meant."""
        super().warn(words)
        self._show_said(self.main)
        if isinstance(self.screen, Dialog):
            self.screen.warn(words)

    def _command_changed(self, run: CommandRun) -> None:
        """Tell what was asked last, and every outcome when it comes, however long ago it was."""
        if run.is_to_be_told:
            self.tell(*run.lines(self.clock))

    def _footer(self) -> list[FooterItem]:
        return footer(self.main.footer(self.store.snapshot), self.keymap, self.store.snapshot)

    def _names(self) -> list[ScreenName]:
        """Each screen that can be shown now, by the key that shows it."""
        snapshot, names = self.store.snapshot, []
        for screen in self.screen_classes.values():
            action_id = screen.action_id()
            key = self.keymap.first(action_id)
            if screen.why_not(snapshot) is None:
                is_open = screen.NAME == self.main.NAME
                called, short = screen.CALLED, screen.short_name()
                names.append(ScreenName(action_id, key, called, short, is_open))
        return names

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key may be that of several actions, each on screens of its own or at its own time."""
        if action != "operate":
            return super().check_action(action, parameters)
        wanted = self.keymap.actions[f"{parameters[0]}"]
        if wanted.gives_way is not None and wanted.gives_way(self.store.snapshot):
            return False
        return wanted.works_on(self.main.NAME)

    def action_operate(self, action_id: str) -> None:
        """Carry out an action of the registry, or say why it is not possible now.

        Textual would only be silent about one that its `check_action` does not let pass.
        """
        action = self.keymap.actions[action_id]
        if (why := action.why_not(self.store.snapshot)) is not None:
            text = Content.assemble(Content.styled(action.title, "bold"), f": {why}")
            self.refuse(text, Content(why))
            return
        self.act(action.run(self.desk), name=action_id, group="action")

    def refuse(self, why: Content, *shorter: Content) -> None:
        """Say why something is not done; what was typed behind it was meant for what does not come.

        A letter of a tag may be the key that pulls the network cable.
        """

        def tell(dropped: int) -> None:
            behind = f" · {count(dropped, 'key')} behind it dropped" if dropped else ""
            cross = Content.styled("× ", "$text-warning")
            self.tell(*(Content.assemble(cross, words, behind) for words in (why, *shorter)))

        self.gate.forget(tell)

    def act(self, work: Awaitable[object], *, name: str = "", group: str) -> None:
        """Do something that may change what the keys are for; they wait for that."""
        self.run_worker(self.gate.doing(work), name=name, group=group)

    async def action_quit(self) -> None:
        """Quit by whatever way Textual itself offers: ask as the action does."""
        self.action_operate(leave.id)

    def action_help_quit(self) -> None:
        """Ctrl+C interrupts nothing here; it says how to leave."""
        self.tell(Content(f"{self.keymap.first(leave.id)} quits this screen"))

    @on(ActionWanted)
    def _wanted(self, event: ActionWanted) -> None:
        self.action_operate(event.action_id)

    @on(LineTable.Sorted)
    def _sorted(self, event: LineTable.Sorted) -> None:
        table, order = event.table, event.table.order
        if table.id is not None:
            self.orders.pop(table.id, None)
            self.orders |= {table.id: order.text} if order is not None else {}

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
            # Others tell of the record that was opened, whatever the cursor is on by now.
            self.desk.show(
                *details,
                step=event.pane.table.action_cursor if event.pane.STEPS else None,
                copied=event.pane.copyable_in_details(event.row),
                acts=event.pane.ACTS,
            )


def hint(keymap: Keymap) -> Content:
    """The keys that help further."""
    keys = (
        (keymap.first(next_pane.id), "next pane"),
        ("enter", "details"),
        (keymap.first(show_help.id), "help"),
        (keymap.first(show_menu.id), "all actions"),
    )
    return Content.styled(" · ".join(f"{key} {word}" for key, word in keys if key), "$text-muted")
