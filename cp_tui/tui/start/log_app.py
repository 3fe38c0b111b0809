"""The screen of a log: the same panes, telling what was known at an instant of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from textual import on
from textual.content import Content
from textual.timer import Timer

from cp_tui.charge_point.smart_charging.composite import whole
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.engine.thread import in_daemon_thread
from cp_tui.follow.follower import Follower
from cp_tui.follow.noted import NOTHING_NOTED
from cp_tui.ocpp.datatypes import ChargingRateUnitType
from cp_tui.ocpp.plural import count
from cp_tui.opened.log import ChargerOfLog
from cp_tui.rpc.client import ConnectionLost, EngineConnection
from cp_tui.tui.app import Attachment, CpTuiApp
from cp_tui.tui.messages.findings_panes import FindingsPane
from cp_tui.tui.messages.findings_screen import FindingsScreen
from cp_tui.tui.schedule.panes import SchedulePane
from cp_tui.tui.screen_desk import LEAVE
from cp_tui.tui.state.log_state import LogPlace, Then
from cp_tui.tui.state.then import Knower
from cp_tui.tui.state.travel import NO_TIME, LogToRead, Travel
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.widgets.log_line import LogLine
from cp_tui.tui.widgets.table_pane import TablePane

MESSAGES = "messages"

PATIENCE_S = 0.2
"""For what was known where somebody was; so the panes go along while a key is held."""
PLAY_S = 0.25
"""Between two pictures while a log is played."""


Span = tuple[int, ChargingRateUnitType, datetime]
"""How long, in which unit, and from when on."""


class FollowedLog(LogToRead, Protocol):
    """A log, and who says that more of it is known."""

    on_change: Callable[[], object]
    on_newer: Callable[[bool], object]

    def follower_at(
        self, place: int, charger: ChargerOfLog
    ) -> Coroutine[Any, Any, Follower | None]:
        """What was known once a frame had passed; None: somebody has gone on meanwhile."""

    async def close(self) -> None:
        """Let go of it."""


Opening = Callable[[], Awaitable[FollowedLog]]


async def no_engine() -> EngineConnection:
    """Behind a log there is nobody to ask."""
    raise ConnectionLost("a log answers nothing")


class LogApp(CpTuiApp):
    """The screen of one log."""

    HAS_LOG = True

    def __init__(self, opening: Opening, attachment: Attachment, **look: Any) -> None:
        """`look`: how it is shown, as of a charge point."""
        super().__init__(attachment, now=self._then, **look)
        self.has_no_log = ""
        """Why there is nothing to be shown."""
        self._opening = opening
        self._playing: Timer | None = None
        self._news = asyncio.Event()
        self._wish = asyncio.Event()
        self._is_known = asyncio.Event()
        self._knower: Knower | None = None
        """What is known where somebody is."""
        self._reckoning = asyncio.Lock()
        self.store.log_is(LogPlace())
        self.main = self.main_screen(FindingsScreen.NAME)

    def _then(self) -> datetime:
        return NO_TIME if self.travel is None else self.travel.now()

    async def _follow(self) -> None:
        """Follow what is read and judged of the log."""
        log = await self._opening()
        log.on_change = self._news.set
        self.travel = travel = Travel(log, self.store, self._moved_on, self._plays)
        log.on_newer = travel.renew
        self._has_heard.set()
        has_told, said = False, ""
        self.run_worker(self._know(travel, log), name="know", group="know")
        try:
            while True:
                travel.take_news()
                if not has_told and log.index is not None:
                    has_told = True
                    self._tell_of_others(log.index.told.others)
                if log.said != said:
                    said = log.said
                    self.tell(safe_text(said, "$text-warning"))
                if log.problem and log.index is None:
                    self.has_no_log = log.problem
                    self.exit(LEAVE)
                    return
                self._flush_soon()
                await self._news.wait()
                self._news.clear()
        finally:
            await log.close()

    def _tell_of_others(self, others: Sequence[str]) -> None:
        """Say which logs of the same file are not shown."""
        if others:
            words = f"the file holds {count(len(others), 'more log')}, not shown: {others[0]}"
            self.tell(safe_text(words, "$text-warning"))

    def _moved_on(self) -> None:
        """Show where in the log one is, and have what was known there worked out."""
        self._is_known.clear()
        self._wish.set()
        self.flush()

    async def until_known(self) -> None:
        """Wait until what was known where somebody is stands on the screen."""
        await self._is_known.wait()

    async def _know(self, travel: Travel, log: FollowedLog) -> None:
        """Show what was known, of all places that somebody goes through only the newest."""
        while True:
            await self._wish.wait()
            self._wish.clear()
            if travel.messages is not None:
                async with self._reckoning:
                    # Only here: it may have been read anew while somebody was waited for.
                    place, now = travel.place, travel.now()
                    charger = travel.chargers[place.charger]
                    follower = await self._unless_gone_on(log.follower_at(place.number, charger))
                    then = await self._known(follower, now)
                if then is not None:
                    self.store.known_is(then, now)
                    self.flush()
            if not self._wish.is_set():
                self._is_known.set()

    async def _unless_gone_on(
        self, asking: Coroutine[Any, Any, Follower | None]
    ) -> Follower | None:
        """Wait for what was known, but not for long where somebody has gone elsewhere meanwhile.

        Of the end of a long log it is known only when all of it was looked through.
        """
        asked = asyncio.create_task(asking)
        gone_on = asyncio.create_task(self._wish.wait())
        try:
            await asyncio.wait({asked, gone_on}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({asked}, timeout=None if not gone_on.done() else PATIENCE_S)
            return asked.result() if asked.done() else None
        finally:
            gone_on.cancel()
            asked.cancel()

    async def _known(self, follower: Follower | None, now: datetime) -> Then | None:
        if follower is None:
            return None
        if self._knower is None or self._knower.follower is not follower:
            assert self.travel is not None
            index = self.travel.log.index
            self._knower = Knower(follower, NOTHING_NOTED if index is None else index.noted)
        return await in_daemon_thread(partial(self._knower.then, now))

    async def _ask_schedules(self, wanted: SchedulePane.Wanted) -> None:
        """Work out for each connector what the schedules of then do not say."""
        ids = [each.connector_id for each in self.store.snapshot.connectors]
        now, span = self.clock.now, (wanted.duration_s, wanted.unit, wanted.start)
        # A follower learns while somebody goes on: not while it is asked.
        async with self._reckoning:
            if (knower := self._knower) is not None:
                found = await in_daemon_thread(lambda: _schedules(knower.follower, ids, span, now))
                wanted.pane.show_asked(found)

    def _plays(self, is_playing: bool) -> None:
        """Let the log go on by itself, or no more."""
        if self._playing is not None:
            self._playing.stop()
        self._playing = self.set_interval(PLAY_S, self._play_on) if is_playing else None
        self.flush()

    def _play_on(self) -> None:
        assert self.travel is not None
        self.travel.go_on(PLAY_S)

    @on(TablePane.Moved)
    def _went(self, event: TablePane.Moved) -> None:
        """Where the cursor of the messages goes, there one is in the log."""
        travel = self.travel
        if travel is None or event.cursor != MESSAGES or event.by_itself:
            return
        number, messages = int(event.record), travel.messages
        if messages is None or messages.exchange_at(travel.place.number) == number:
            return
        if number == messages.exchange_at(messages.last):
            # The answer in the same row is the end of the log.
            travel.go_to_end()
        else:
            travel.go_to_frame(messages.place_of(number))

    @on(FindingsPane.Wanted)
    async def _show_frame(self, event: FindingsPane.Wanted) -> None:
        assert self.travel is not None
        if not event.number:
            self.refuse(Content("no frame shows that: it is about the log as a whole"))
            return
        self.travel.go_to_frame(event.number)
        await self.go_to(MESSAGES)

    @on(LogLine.Wanted)
    def _go_to_part(self, event: LogLine.Wanted) -> None:
        assert self.travel is not None
        self.travel.go_to_part(event.part)


def _schedules(
    follower: Follower, ids: Sequence[int], span: Span, now: datetime
) -> dict[int, CompositeSchedule]:
    """The composite schedule of each connector."""
    return {each: whole(follower.composing(each, *span, now)) for each in ids}
