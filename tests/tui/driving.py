"""A screen on a fake engine, with a hand on its keys and an eye on its cells."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from textual import events
from textual._context import visible_screen_stack
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Input

from cp_tui.tui.app import Attachment, CpTuiApp
from cp_tui.tui.dashboard.screen import DashboardScreen
from cp_tui.tui.frame.main_screen import MainScreen
from cp_tui.tui.theme.colors import ALL_COLORS, TerminalColors
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.widgets.table_pane import TablePane
from tests.tui import worlds
from tests.tui.fake_engine import FakeEngine
from tests.tui.quiet import let_time_pass

SETTLE_ROUNDS_MAX = 200
JOB_ROUNDS_MAX = 30
"""For a file; one that hangs is not waited for."""
DIALOGS_MAX = 3
"""One above the other; no key opens more."""


def app_on(
    engine: FakeEngine,
    *,
    read_only: bool = False,
    may_stop: Callable[[], bool] | None = None,
    theme: str = "cp-dark",
    theme_folders: Sequence[Path] = (),
    colors: TerminalColors = ALL_COLORS,
    keymap: Mapping[str, Sequence[str]] | None = None,
    zone: str = "",
    glyphs: Glyphs = Glyphs.EIGHTH,
    csms: FakeEngine | None = None,
    now: Callable[[], datetime] = lambda: worlds.NOW,
    at: str = "dashboard",
    ends_with_screen: bool = False,
) -> CpTuiApp:
    """The app; its clock stands still in UTC, unless told otherwise.

    `at` names the screen that it begins with. One that is led to by its digit shows the same, and
    costs twice as much: the dashboard is made first.
    """
    app = CpTuiApp(
        Attachment(
            engine.connect,
            read_only,
            may_stop,
            connect_csms=None if csms is None else csms.connect,
            ends_with_screen=ends_with_screen,
        ),
        now=now,
        zone=ZoneInfo(zone) if zone else UTC,
        glyphs=glyphs,
        theme=theme,
        theme_folders=theme_folders,
        colors=colors,
        keymap=keymap,
        flush_interval_s=0.01,
    )
    app.main = app.main_screen(at)
    return app


@dataclass(frozen=True, slots=True)
class Sight:
    """Whether words can be read; a test that fails prints which cannot, and what can."""

    missing: tuple[str, ...]
    text: str

    def __bool__(self) -> bool:
        return not self.missing

    def __repr__(self) -> str:
        return f"not to be read: {self.missing}; in:\n{self.text}" if self.missing else self.text


@dataclass(frozen=True, slots=True)
class Eye:
    """A running screen: keys go in, cells come out."""

    app: CpTuiApp
    pilot: Pilot[str]

    @property
    def dashboard(self) -> DashboardScreen:
        """The first screen."""
        found = self.app.main_screen("dashboard")
        assert isinstance(found, DashboardScreen)
        return found

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until nothing moves."""
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        """Bring a text into the input that has the focus, as a terminal pastes it."""
        assert self.app.focused is not None
        self.app.focused.post_message(events.Paste(text))
        await self.settle()

    async def resize(self, width: int, height: int) -> None:
        """Give the terminal another size."""
        await self.pilot.resize_terminal(width, height)
        await self.settle()

    async def settle(self) -> None:
        """Wait until everything that was said is shown."""
        for _round in range(SETTLE_ROUNDS_MAX):
            await self.pilot.pause()
            if not self.app.store.is_dirty:
                break
            await self.pilot.pause(0.01)
        for _round in range(JOB_ROUNDS_MAX):
            if not any(each.name == "job" and each.is_running for each in self.app.workers):
                break
            await self.pilot.pause(0.01)
        await self.pilot.pause()

    async def pass_time(self, seconds: float) -> None:
        """Let what is to happen within this time happen now."""
        await self.settle()
        let_time_pass(seconds)
        await self.settle()

    async def until_it_shows(self, *words: str, seconds: float = 60.0) -> None:
        """Wait until all of these words can be read; only a test that fails waits so long."""
        try:
            async with asyncio.timeout(seconds):
                while not self.shows(*words):
                    await self.pilot.pause(0.02)
        except TimeoutError as error:
            error.add_note(repr(self.shows(*words)))
            raise

    def strips(self) -> list[Strip]:
        """The lines of the terminal, with what is covered where a dialog lets it be seen."""
        visible_screen_stack.set(self.app._background_screens)
        return self.app.screen._compositor.render_strips()

    def text(self) -> str:
        """What the terminal shows, line by line; of a dialog only what is in its box."""
        boxes = self.app.screen.query(".box")
        if not boxes:
            return "\n".join(strip.text for strip in self.strips())
        box = boxes.first().region
        # What lies behind the box costs more than what is in it, and is not asked for.
        with patch.object(self.app.screen, "render_lines", _blank_lines):
            inside = self.strips()[max(box.y, 0) : box.bottom]
        return "\n".join(strip.crop(max(box.x, 0), box.right).text for strip in inside)

    def shows(self, *words: str) -> Sight:
        """Whether all of these words can be read, however the lines are broken."""
        text = self.text()
        flat = " ".join(text.replace("│", " ").split())
        return Sight(tuple(word for word in words if word not in flat), text)


def _blank_lines(crop: Region) -> list[Strip]:
    """What stands behind everything, where it is covered."""
    return [Strip.blank(crop.width)] * crop.height


@dataclass(frozen=True, slots=True)
class Drive(Eye):
    """A running screen on a fake engine."""

    engine: FakeEngine
    csms: FakeEngine | None = None

    @asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[None]:
        """Try one thing of several on the same screen; where it fails, its name is told.

        Afterwards everything is put back, and every cell has to be as it was before: so each step
        begins where a screen of its own would.
        """
        put_back = [each.noted() for each in (self.engine, self.csms) if each is not None]
        main, said, before = self.app.main, self.app.said.lines, self.strips()
        cursors = {pane: pane.table.cursor_key for pane in main.query(TablePane)}  # type: ignore[type-abstract]
        try:
            yield
            for engine_is_again in put_back:
                engine_is_again()
            await self._go_back_to(main, cursors)
            self.app.said.say(said)
            await self.settle()
            assert self.strips() == before, f"it leaves behind:\n{self.text()}"
        except Exception as error:
            error.add_note(f"in the step: {name}")
            raise

    async def _go_back_to(self, main: MainScreen, cursors: Mapping[TablePane, str | None]) -> None:
        """Close what is open, and have each table as it was at first."""
        for _dialog in range(DIALOGS_MAX):
            if self.app.screen is self.app.main:
                break
            await self.press("escape")
        for pane in self.app.main.query(TablePane):  # type: ignore[type-abstract]
            if pane.query(Input):
                pane.action_clear_filter()
        self.app.main.action_restore()
        if self.app.main is not main:
            await self.press(main.KEY)
        await self.settle()
        for pane, cursor in cursors.items():
            if cursor is not None:
                pane.table.move_cursor(cursor)
        main.start().take_focus()
        await self.settle()


@asynccontextmanager
async def screen(
    world: Mapping[str, Any] | None = None,
    *,
    engine: FakeEngine | None = None,
    size: tuple[int, int] = (80, 24),
    read_only: bool = False,
    may_stop: Callable[[], bool] | None = None,
    theme: str = "cp-dark",
    theme_folders: Sequence[Path] = (),
    colors: TerminalColors = ALL_COLORS,
    keymap: Mapping[str, Sequence[str]] | None = None,
    zone: str = "",
    glyphs: Glyphs = Glyphs.EIGHTH,
    csms: FakeEngine | None = None,
    now: Callable[[], datetime] = lambda: worlds.NOW,
    at: str = "dashboard",
    ends_with_screen: bool = False,
) -> AsyncIterator[Drive]:
    """Run a screen on a world; it has shown what there is when it is handed over."""
    engine = engine or FakeEngine(worlds.healthy() if world is None else world)
    app = app_on(
        engine,
        read_only=read_only,
        may_stop=may_stop,
        theme=theme,
        theme_folders=theme_folders,
        colors=colors,
        keymap=keymap,
        zone=zone,
        glyphs=glyphs,
        csms=csms,
        now=now,
        at=at,
        ends_with_screen=ends_with_screen,
    )
    async with app.run_test(size=size) as pilot:
        drive = Drive(app, pilot, engine, csms)
        await drive.settle()
        yield drive
