"""The app: follows an engine through its door and shows what it says.

It holds no OCPP and no engine: when the terminal stalls or dies, the charge point does not notice.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import ClassVar

from msgspec import Struct, ValidationError
from textual import on
from textual.content import Content

from cp_tui.rpc.client import (
    ConnectionLost,
    EngineConnection,
    EngineEnded,
    OtherVersion,
    RpcError,
)
from cp_tui.tui.actions.action import ScreenAction
from cp_tui.tui.actions.keymap import Keymap
from cp_tui.tui.csms import follower
from cp_tui.tui.csms.story_text import story_lines
from cp_tui.tui.dashboard.bell import Bell
from cp_tui.tui.frame.frame_app import FrameApp
from cp_tui.tui.frame.main_screen import MainScreen
from cp_tui.tui.frame.ringer import Rings
from cp_tui.tui.preferences import FLUSH_INTERVAL_S, LayoutState
from cp_tui.tui.registry import ACTIONS, SCREENS
from cp_tui.tui.schedule.panes import SchedulePane
from cp_tui.tui.screen_desk import ScreenDesk
from cp_tui.tui.state import asking, liveness
from cp_tui.tui.state.csms_state import CsmsState
from cp_tui.tui.state.store import WATCHED, SnapshotStore
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.theme.colors import ALL_COLORS, TerminalColors
from cp_tui.tui.theme.glyphs import Glyphs

FIRST_WORD_S_MAX = 0.5
"""An engine that runs says everything within this; the first picture waits for it."""

ATTACH_AGAIN_S = 1.0
"""Between two looks for an engine that is gone; a look is one connect to a Unix socket."""

OTHER_VERSION_AGAIN_S = 30.0
"""The same for one that runs in another version: each look fetches all that it has to say."""

Connect = Callable[[], Awaitable[EngineConnection]]


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


class Attachment(Struct, frozen=True):
    """The charge point that a screen shows, and what the two have to do with each other."""

    connect: Connect
    read_only: bool = False
    may_stop: Callable[[], bool] | None = None
    """Whether the charge point that was started with the screen is still that one."""
    connect_csms: Connect | None = None
    """To the CSMS that was started with the screen."""
    whose: str = ""
    """Names the charge point, for its screen to be remembered."""
    welcome: str = ""
    """What is said first."""
    bundle: Callable[[Path], Awaitable[None]] | None = None
    """Makes one file for support of it; raises `OSError`."""
    ends_with_screen: bool = False
    """The charge point ends with this screen, for every other one as well."""


class CpTuiApp(FrameApp):
    """The screen of one engine."""

    ALL_SCREENS: ClassVar[Sequence[type[MainScreen]]] = SCREENS
    """All that there are; the first is the one to begin with."""
    ALL_ACTIONS: ClassVar[Sequence[ScreenAction]] = ACTIONS

    def __init__(
        self,
        attachment: Attachment,
        *,
        now: Callable[[], datetime] = utc_now,
        zone: tzinfo = UTC,
        theme: str = "cp-dark",
        theme_folders: Sequence[Path] = (),
        colors: TerminalColors = ALL_COLORS,
        keymap: Mapping[str, Sequence[str]] | None = None,
        glyphs: Glyphs = Glyphs.EIGHTH,
        is_ascii: bool = False,
        flush_interval_s: float = FLUSH_INTERVAL_S,
        state: LayoutState | None = None,
        has_bell: bool = False,
    ) -> None:
        """`has_bell`: the terminal rings when something becomes worse."""
        state = state or LayoutState()
        super().__init__(
            theme=theme,
            theme_folders=theme_folders,
            colors=colors,
            is_ascii=is_ascii,
            glyphs=glyphs,
            screens=self.ALL_SCREENS,
            keymap=Keymap(self.ALL_ACTIONS, keymap, has_log=self.HAS_LOG),
            store=SnapshotStore(is_read_only=attachment.read_only),
            now=now,
            zone=zone,
            is_utc=state.is_utc,
            flush_interval_s=flush_interval_s,
            new_bell=self.new_bell,
            has_bell=has_bell,
            welcome=attachment.welcome,
        )
        self._attachment = attachment
        self._state = state
        self.orders = dict(state.orders)
        self._has_user_themes = bool(theme_folders)
        self._has_heard = asyncio.Event()
        self.desk = self.new_desk(attachment)
        if attachment.connect_csms is not None:
            self.store.csms_is(CsmsState(is_ours=True))
        # A charge point that was started with this screen is looked at from the front; and the
        # screen of the CSMS is only there with one of our own.
        is_new = attachment.may_stop is not None or attachment.connect_csms is not None
        left = self._state.screens.get(attachment.whose, "")
        is_there = left in self.screen_classes and left != "csms"
        self.main = self.main_screen(left if is_there and not is_new else self.ALL_SCREENS[0].NAME)

    def new_desk(self, attachment: Attachment) -> ScreenDesk:
        """Make what the actions are carried out on."""
        return ScreenDesk(
            self,
            attachment.may_stop or (lambda: False),
            is_host=attachment.ends_with_screen,
            bundle=attachment.bundle,
        )

    def new_bell(self) -> Rings:
        """Make what says, after each change, whether the terminal is to ring for it."""
        return Bell().rings_in

    @property
    def layout_state(self) -> LayoutState:
        """What is to be remembered until the next time."""
        theme = self.chosen_theme or self._state.theme
        state = self._state.model_copy(
            update={
                "has_bell": self.has_bell,
                "theme": theme,
                "is_utc": self._zone is UTC,
                "orders": self.orders,
            }
        )
        return state.left(self._attachment.whose, self.main.NAME)

    async def until_shown(self) -> None:
        """Wait until what the engine says first stands on the screen."""
        await self._has_heard.wait()
        await self._is_shown.wait()

    async def on_mount(self) -> None:
        """Look for the engine, and show the dashboard with what it says first."""
        self.run_worker(self._follow(), name="follow", group="follow")
        if (connect_csms := self._attachment.connect_csms) is not None:
            csms = follower.follow(
                connect_csms, self.store, self.commands, self._csms_changed, self._now
            )
            self.run_worker(csms, name="csms", group="csms")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_WORD_S_MAX):
                await self._has_heard.wait()
        if self._has_user_themes:
            self.watch_themes()
        await self.show_first()

    async def _follow(self) -> None:
        """Follow the engine; where it is lost, say so, and attach again as soon as it is back."""
        told = other = ""
        while True:
            try:
                connection = await self._attachment.connect()
            except (ConnectionLost, RpcError, OSError) as error:
                lost, other = f"{error}", ""
            else:
                if told and not other:
                    self.tell(Content("the charge point is back, and attached again"))
                (lost, other), told = await self._listen(connection), told if other else ""
            self.commands.connection = None
            self._engine_hangs(None)
            if self.store.snapshot.has_engine or not told:
                self.store.engine_is(False, self._now(), other_version=other)
            self._has_heard.set()
            await self._is_shown.wait()
            self.flush()
            # What a door says that is gone is no news where it was ended in order.
            if lost != told and not (told and self.store.snapshot.has_ended):
                told = lost
                words = "read on in what is there; it is attached again by itself"
                if other:
                    words = "start it again with this version, or attach with its own"
                lost_words = Content.assemble(
                    ("Charge point lost: ", "bold $text-error"), safe_text(lost)
                )
                if self.store.snapshot.watched:
                    lost_words = Content.styled("It is no longer watched", "bold $text-warning")
                elif self.store.snapshot.has_ended:
                    lost_words = Content.styled("The charge point has ended", "bold $text-warning")
                if self.store.snapshot.csms.demo.has_ended:
                    lost_words = Content.styled("The demo has ended", "bold $text-warning")
                    words = f"{self.keymap.first('screen.quit')} leaves this screen"
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
            self.store.engine_is(True, self._now())
            self.store.end_is_told(False)
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
        except EngineEnded as error:
            self.store.end_is_told(True)
            return f"{error}", ""
        except OtherVersion as error:
            return f"{error}", f"{error}"
        except (ConnectionLost, RpcError) as error:
            return f"{error}", ""
        finally:
            with contextlib.suppress(ConnectionLost, OSError):
                await connection.close()

    def _csms_changed(self) -> None:
        """Show what the CSMS said, and tell what it plays."""
        self.goes_on(*story_lines(self.store.snapshot.csms, self.keymap.first))
        self._flush_soon()

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
        with self._asking("schedule"):
            found = await asking.schedules(
                connection, ids, wanted.start, wanted.duration_s, wanted.unit
            )
            wanted.pane.show_asked(found)

    async def _ask_measurements(self, connection: EngineConnection) -> None:
        """Ask once what flowed before this screen looked; from then on the meters are followed."""
        ids = [c.connector_id for c in self.store.snapshot.connectors]
        with self._asking("measurements"):
            found = await asking.measurements(connection, ids)
            for connector_id, known in found.items():
                self.store.measured_before(connector_id, known)
            self._flush_soon()

    @contextlib.contextmanager
    def _asking(self, what: str) -> Iterator[None]:
        """Tell what went wrong with a question; that the charge point is lost is told elsewhere."""
        try:
            yield
        except RpcError as error:
            self.tell(safe_text(f"{what}: {error.message}", "$text-warning"))
        except ValidationError:
            why = "the charge point answered something that this version of cp-tui does not know"
            self.tell(safe_text(f"{what}: {why}", "$text-warning"))
        except ConnectionLost:
            return
