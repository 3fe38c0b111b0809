"""The screen of a fleet: follows it through its door, and lets it be ended, or go on without us."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from textual import on
from textual.content import Content

from cp_tui.fleet.fleet_variables import FLEET
from cp_tui.fleet.view import RunPart
from cp_tui.rpc.client import ConnectionLost, EngineConnection, EngineEnded, RpcError
from cp_tui.tui.app import ATTACH_AGAIN_S, Attachment, CpTuiApp
from cp_tui.tui.dialogs.ask import AskDialog, Option
from cp_tui.tui.fleet.actions import to_fleet
from cp_tui.tui.fleet.alarms import alarms
from cp_tui.tui.fleet.news import EVENTS, EVERYTHING, PAGE, REPORT, changes
from cp_tui.tui.fleet.registry import FLEET_ACTIONS, FLEET_SCREENS
from cp_tui.tui.fleet.screens import FleetStationsScreen
from cp_tui.tui.fleet.stations_pane import FleetStationsPane, page_of
from cp_tui.tui.frame.ringer import Rings
from cp_tui.tui.screen_desk import LEAVE, ScreenDesk
from cp_tui.tui.state.fleet_state import FleetState
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.styles import BOLD_BAD
from cp_tui.tui.text.words import Clock

GOES_ON, OVER, STATION = "goes on", "over", "one charge point"
"""How the screen was left: the fleet runs on without it, it has come to its end, or one charge
point is looked at. Any other way (`LEAVE`), such as a lost terminal, asks for nothing."""
SETTLE, AT_ONCE = "settle", "at-once"


class FleetVisit(Struct):
    """What stays while somebody looks at one charge point of the fleet, and comes back."""

    is_host: bool
    """The fleet was started with this screen, which says what becomes of it."""
    state: FleetState = FleetState()
    station: Path | None = None
    """The socket of the charge point that is to be looked at."""
    station_id: str = ""
    screen: str = ""
    """The one that was left for it."""


class FleetApp(CpTuiApp):
    """The screen of one fleet."""

    ALL_SCREENS = FLEET_SCREENS
    ALL_ACTIONS = FLEET_ACTIONS

    def __init__(self, visit: FleetVisit, attachment: Attachment, **look: Any) -> None:
        """`look`: how it is shown, as of a charge point."""
        self.visit = visit
        super().__init__(attachment, **look)
        self._show_state(replace(visit.state, is_here=False), set(EVERYTHING))
        if visit.screen:
            self.main = self.main_screen(visit.screen)

    @property
    def fleet(self) -> FleetState:
        """What is known of it."""
        return self.store.snapshot.fleet or FleetState()

    def new_desk(self, attachment: Attachment) -> ScreenDesk:
        """A desk that asks what becomes of the fleet."""
        return FleetDesk(self, lambda: False)

    def new_bell(self) -> Rings:
        """Ring when one thing more is gravely wrong."""
        known: set[str] = set()

        def rings_in(snapshot: Snapshot, clock: Clock) -> float | None:
            found = alarms(snapshot.fleet) if snapshot.fleet is not None else []
            # The numbers in them go on.
            bad = {"".join(filter(str.isalpha, e.words)) for e in found if e.style == BOLD_BAD}
            is_news = bool(bad - known)
            known.clear()
            known.update(bad)
            return 0.0 if is_news else None

        return rings_in

    def action_help_quit(self) -> None:
        """Ctrl+C asks what q asks: who has started a load test expects that it ends it."""
        self.action_operate("screen.quit")

    def _show_state(
        self, state: FleetState, changed: set[str], patient: frozenset[str] | set[str] = frozenset()
    ) -> None:
        self.visit.state = state
        self.store.fleet_is(state, changed, patient)

    async def _follow(self) -> None:
        """Follow the fleet until it has ended; where it is lost, look for it again."""
        is_lost = False
        while True:
            try:
                connection = await self._attachment.connect()
            except (ConnectionLost, RpcError, OSError) as error:
                lost = f"{error}"
            else:
                lost = await self._listen_to(connection)
            self.commands.connection = None
            self._show_state(replace(self.fleet, is_here=False), {*EVERYTHING})
            self.store.engine_is(False, self._now())
            self._has_heard.set()
            await self._is_shown.wait()
            self.flush()
            if self.fleet.has_ended:
                self._tell_end()
                return
            if not is_lost:
                is_lost = True
                words = safe_text(lost)
                self.tell(Content.assemble(("Fleet lost: ", "bold $text-error"), words))
            await asyncio.sleep(ATTACH_AGAIN_S)

    async def _listen_to(self, connection: EngineConnection) -> str:
        """Take in updates until it is gone; say how it went."""
        self.commands.connection = connection
        try:
            self.store.engine_is(True, self._now())
            # Its past comes anew, as the first events.
            self.visit.state = replace(self.visit.state, events=())
            self._show_state(self.visit.state, {EVENTS})
            await connection.subscribe([*FLEET.variables, *FLEET.streams])
            while True:
                updates = await connection.next_updates()
                before = self.fleet
                state = replace(before.told(updates), is_here=True)
                changed, patient = changes(before, state)
                self.store.heard(self._now())
                self._show_state(state, changed, patient)
                if state.view is not None and state.report is not None:
                    self._has_heard.set()
                self._flush_soon()
                if self.main.NAME == FleetStationsScreen.NAME and REPORT in changed:
                    self._renew_page()
                if state.has_ended and not before.has_ended:
                    self._tell_end()
        except EngineEnded as error:
            return f"{error}"
        except (ConnectionLost, RpcError) as error:
            return f"{error}"
        finally:
            with contextlib.suppress(ConnectionLost, OSError):
                await connection.close()

    def _tell_end(self) -> None:
        if self.fleet.leaves_at_end:
            self.exit(OVER)
            return
        key = self.keymap.first("screen.quit")
        self.tell(Content(f"the run is over; {key} closes the screen and prints its figures"))

    @on(FleetStationsPane.Wanted)
    def _page_wanted(self) -> None:
        self._ask_page()

    def _renew_page(self) -> None:
        """Ask for the same anew; a fleet that takes long to answer is not asked again meanwhile."""
        if not any(each.group == "page" and not each.is_finished for each in self.workers):
            self._ask_page()

    def _ask_page(self) -> None:
        self.run_worker(self._fetch_page, name="page", group="page", exclusive=True)  # type: ignore[arg-type]

    async def _fetch_page(self) -> None:
        """Ask for the part of the list that is in sight."""
        fleet, screen = self.commands.connection, self.main
        if fleet is None or not isinstance(screen, FleetStationsScreen):
            return
        wanted = screen.stations.wanted()
        with self._asking("charge points"):
            answer = await fleet.call("charge_points", **wanted)
            self._show_state(replace(self.fleet, page=page_of(answer.result, wanted)), {PAGE})
            self.flush()

    @on(FleetStationsPane.Chosen)
    def _station_wanted(self, event: FleetStationsPane.Chosen) -> None:
        self.act(self._open_station(event.station_id), group="action")

    async def _open_station(self, station_id: str) -> None:
        """Leave for the dashboard of a charge point."""
        fleet = self.commands.connection
        if fleet is None:
            is_over = self.fleet.has_ended
            self.refuse(Content("the run is over" if is_over else "the fleet does not answer"))
            return
        try:
            answer = await fleet.call("watch", id=station_id)
        except (RpcError, ConnectionLost) as error:
            self.refuse(safe_text(f"{station_id}: {error}"))
            return
        self.visit.station, self.visit.station_id = Path(f"{answer.result}"), station_id
        self.visit.screen = self.main.NAME
        self.exit(STATION)


class FleetDesk(ScreenDesk):
    """Carries out actions on the screens of a fleet."""

    _app: FleetApp

    async def quit(self) -> None:
        """Ask what becomes of the fleet, where it was started with this screen."""
        app, part = self._app, self._app.fleet.part
        if app.fleet.has_ended:
            app.exit(OVER)
            return
        if not app.visit.is_host or not app.fleet.is_here:
            app.exit(GOES_ON if not app.visit.is_host else LEAVE)
            return
        settle = Option(SETTLE, "e", "Settle and end", short="End")
        options = (
            *((settle,) if part is RunPart.RUNNING else ()),
            Option(AT_ONCE, "o", "End at once", short="At once"),
            Option(GOES_ON.replace(" ", "-"), "l", "Leave it running", short="Leave"),
        )
        facts = (
            Fact("End", Content("sessions end, what is open is waited for; then the figures")),
            Fact("At once", Content("what is open stays open, and counts as lost")),
            Fact("Leave", Content("it goes on; cp-tui attach --fleet shows it again")),
        )
        dialog = AskDialog("Quit", facts, options, self.snapshot)
        match await self._answer_to(dialog):
            case "settle":
                await self._end(at_once=False)
            case "at-once":
                await self._end(at_once=True)
            case "goes-on":
                app.exit(GOES_ON)

    async def _end(self, *, at_once: bool) -> None:
        app = self._app
        app._show_state(replace(app.fleet, leaves_at_end=True), set())
        await self.command(to_fleet("end", {"at_once": at_once}))
        if not app.fleet.has_ended:
            app.tell(Content("the run ends; the screen closes when it is over"))
