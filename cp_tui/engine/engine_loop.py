"""The one task that works: takes what happened, lets the charger decide, carries it out in order.

A frame leaves only after the records that it rests on are on disk; what came together shares a
transaction. It never waits for the CSMS or for a subscriber.

Each item is one turn, and a turn is whole or it has not been. After an error inside nothing of the
turn is saved or sent: whoever wanted something is told that it failed, and the charge point boots
anew from the store, as after a watchdog.

Why one task: the mind is not made to be entered twice, and with one there is no order of events to
argue about. Why batches: a write to the disk takes from a millisecond to many, and a hundred
requests that came together need one of them and not a hundred. Why only as many as there is time
for: the first answer leaves when the last of its batch is decided and saved, so on a fast disk,
where deciding is what takes time, batches are short, and on a slow one they grow (`TURN_S`).

Why an error costs a boot: an exception in the middle of a turn leaves the mind half changed, and
nobody knows which half. The records are whole, since nothing of that turn was written; a mind made
from them is one that a power cut could have left behind, which the simulation goes through at every
point.

The order after the write is fixed. Frames leave first, for the CSMS waits for them; then who
watches is told what may have changed (they look for themselves, between turns); then who asked is
answered.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from time import monotonic
from typing import TypeVar

from msgspec import UNSET, Struct, field

from cp_tui.charge_point.codec import encode
from cp_tui.charge_point.effects import Effect, Forget, PutAside, Reboot, Save, Table
from cp_tui.charge_point.events import (
    DiskFailed,
    DiskWasSlow,
    DiskWorks,
    Event,
    FrameReceived,
    LinkClosed,
    LinkFailed,
    LinkOpened,
    OperatorEvent,
    PoweredOn,
    Tick,
)
from cp_tui.charge_point.views import VIEWS
from cp_tui.charger.charger import Charger, StationAct
from cp_tui.engine.connection import Sender
from cp_tui.engine.errands import Errands
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.failure import MindFailure, under_way
from cp_tui.engine.hub import Hub
from cp_tui.engine.inbox import AtStation, EndOfWork, Inbox, Item, PowerCut, StoreMended
from cp_tui.engine.link import Link
from cp_tui.engine.outlet import Decided, Outlet
from cp_tui.engine.pending_requests import CommandAnswer, PendingRequests, refuse, settle
from cp_tui.engine.recovery import STORE_RETRY_S, Recovery
from cp_tui.engine.transfers import Transfers
from cp_tui.engine.write_buffer import WriteBuffer
from cp_tui.ocpp import units
from cp_tui.station.errors import StationError

T = TypeVar("T")

TIMER_S_MAX = 10.0
"""The longest sleep before a deadline: a step of the wall clock must not delay it for long."""
LOOK_S = 0.005
"""Deadlines are looked at once for all turns within so long: a CSMS that asks one thing after the
other need not wait for it."""
STUCK_DEADLINE_S = 1.0
"""The wait for a deadline that a tick did not move: a bug must not become a busy loop."""
OBSERVE_S = 1.0
LATE_S = 0.2
"""A write that takes longer has held frames up: the time limits of their answers begin anew."""
STANDSTILL_S = 0.3
TURN_S = 0.002
"""How long a batch may be decided on, or a quarter of the newest write where that is longer: on a
slow disk the writes are what counts, and who shares one does not add to them."""
BUSY = "the charge point is busy: not done"
NOT_DONE = "an error inside: nothing of it was done, the charge point boots again; see the log"
MAYBE_DONE = "an error inside: the charge point boots again, look whether it was done; see the log"


class _Turn(Struct):
    """What a batch of items leads to."""

    decided_at: datetime
    """Before anything was decided: what is decided in this turn leaves after its records."""
    changes: dict[tuple[Table, str], str | None] = field(default_factory=dict)
    decided: list[Decided] = field(default_factory=list)
    acts: list[asyncio.Future[None]] = field(default_factory=list)
    aside: list[PutAside] = field(default_factory=list)
    reboot: Reboot | PowerCut | MindFailure | None = None
    is_end: bool = False


class EngineLoop:
    """Mind and body at work between link, store and subscribers."""

    def __init__(
        self,
        charger: Charger,
        *,
        write_buffer: WriteBuffer,
        recovery: Recovery,
        hub: Hub,
        log: logging.Logger,
        clock: Callable[[], datetime],
    ) -> None:
        self._charger = charger
        self._write_buffer = write_buffer
        self._recovery = recovery
        self._is_disk_told = False
        """The present mind knows that the disk takes no records."""
        self._is_on = False
        """The present mind has booted."""
        self._is_whole = False
        """The same, and no turn of it has failed: it may be asked for its variables."""
        self._hub = hub
        hub.provide(VIEWS, self._view, self._prepare)
        self._log = log
        self._clock = clock
        self._inbox = Inbox()
        self.deliver = self._inbox.put
        """Take an event of the link or of a file transfer."""
        self.deliver_if_room = self._inbox.put_if_room
        """Take an event if there is time for it."""
        self._link: Link
        self._transfers: Transfers
        self._errands: Errands
        self._outlet: Outlet
        self._send: Sender | None = None
        """Over the connection that the mind knows to be open: frames go there and nowhere else."""
        self._pending_requests = PendingRequests()
        self._timer: asyncio.TimerHandle | None = None
        self._look: asyncio.TimerHandle | None = None
        """The next look at the deadlines."""
        self._observer: asyncio.TimerHandle | None = None
        self._was_flowing = False
        self._ticked_at: datetime | None = None
        self._wrote_s = 0.0
        """What the newest write took."""

    def use(self, link: Link, transfers: Transfers, errands: Errands) -> None:
        """Send and receive over this link, move files so, and have keys and logs kept so."""
        self._link = link
        self._transfers = transfers
        self._errands = errands
        self._outlet = Outlet(
            link,
            transfers,
            errands,
            self._hub,
            self._pending_requests,
            self._recovery.tell_error,
            self._log,
        )

    async def ask(self, event_of: Callable[[int], Event], timeout_s: float) -> CommandAnswer:
        """Give the mind an event that carries a request number, and wait for its answer."""
        number, answer = self._pending_requests.expect()
        try:
            return await self._wait_for(event_of(number), answer, timeout_s, "no answer")
        finally:
            self._pending_requests.forget(number)

    async def act(self, act: StationAct, asked: str, timeout_s: float) -> None:
        """Do something at the station, which is `asked` in words; returns when it is saved."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._wait_for(AtStation(act, asked, done), done, timeout_s, BUSY)

    async def power_cycle(self, timeout_s: float) -> None:
        """Cut the power and switch it on again; returns after the boot."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._wait_for(PowerCut(done), done, timeout_s, BUSY)

    async def _wait_for(
        self, item: Item, answer: asyncio.Future[T], timeout_s: float, what: str
    ) -> T:
        try:
            async with asyncio.timeout(timeout_s):
                await self._inbox.put(item)
                return await answer
        except TimeoutError:
            text = f"{what} within {units.number(timeout_s)} s"
            raise CommandError(ErrorNumber.REFUSED, text) from None

    async def boot(self) -> None:
        """Switch the charger on: the first event of all."""
        await self._work([PoweredOn(keys=self._errands.readable_keys)])
        self._observer = asyncio.get_running_loop().call_later(OBSERVE_S, self._observe)

    async def run(self) -> None:
        """Work until `end`."""
        is_end = False
        while not is_end:
            items = await self._inbox.take()
            try:
                is_end = await self._work(items)
            except Exception:
                self._log.exception("internal error while working")
                is_end = any(isinstance(item, EndOfWork) for item in items)

    async def end(self) -> None:
        """Have `run` return after everything that came before."""
        await self._inbox.put(EndOfWork())

    async def close(self) -> None:
        """Save what the body knows at the end, and let nobody wait any longer."""
        for timer in (self._timer, self._look, self._observer):
            if timer is not None:
                timer.cancel()
        await self._recovery.close()
        self._pending_requests.refuse_all("the charge point is being stopped")
        await self._write_buffer.write(_changes(self._charger.save_station(self._clock())))

    async def _work(self, items: Sequence[Item]) -> bool:
        """Work off a batch; True at the end of all work."""
        waiting = list(items)
        booted: PowerCut | None = None
        while waiting:
            turn = self._turn(waiting)
            # Nothing of the turn has left yet. While the disk writes, the loop serves the door and
            # reads the socket; what comes meanwhile waits in the inbox, and the mind stands still.
            began = monotonic()
            is_saved = await self._write_buffer.write(turn.changes)
            took_s = monotonic() - began
            is_late = took_s > LATE_S
            if turn.changes:
                self._wrote_s = took_s
            not_sent = self._outlet.carry_out(turn.decided, is_saved)
            # Whoever watches looks when the frames are on their way.
            # The clock is told first, for schedules and measurements are read by it.
            self._hub.changed(
                sorted(self._charger.take_changed(), key=lambda name: name != "registration")
            )
            if turn.aside:
                await self._recovery.put_aside(turn.aside)
            for done in turn.acts:
                settle(done, is_saved)
            if booted is not None:
                settle(booted.done, True)
                booted = None
            if turn.is_end:
                return True
            if turn.reboot is None:
                # The mind learns in its next turn what became of this one; it comes before what
                # waits, for that must be decided with it known.
                waiting = [*self._news_of_disk(is_saved, not_sent), *waiting]
                if is_saved and is_late and turn.decided:
                    waiting.insert(0, DiskWasSlow(turn.decided_at))
            else:
                # What waits is for the new mind, but for the link's events: that link is gone.
                await self._reboot(turn.reboot)
                booted = turn.reboot if isinstance(turn.reboot, PowerCut) else None
                is_failure = isinstance(turn.reboot, MindFailure) and self._is_on
                power_on = PoweredOn(is_failure, self._errands.readable_keys)
                self._is_on = False
                unread = turn.reboot.unread if isinstance(turn.reboot, MindFailure) else None
                news = [power_on] if unread is None else [power_on, unread]
                waiting = [*news, *(each for each in waiting if not _is_from_link(each))]
            if waiting:
                # What was decided leaves before the rest is looked at.
                await asyncio.sleep(0)
        if isinstance(items[-1], Tick):
            # The timer is used up, and what a tick leads to may be due next.
            self._set_timer()
        elif self._look is None:
            self._look = asyncio.get_running_loop().call_later(LOOK_S, self._set_timer)
        self._recovery.look_at_store(self._inbox.put)
        return False

    def _turn(self, waiting: list[Item]) -> _Turn:
        """Decide on items, as many as there is time for; they are taken from the list."""
        assert waiting, "there is something to decide on"
        began, now = monotonic(), self._clock()
        turn = _Turn(now)
        while True:
            item = waiting.pop(0)
            try:
                self._add(self._decide(item, turn, now), turn)
            except CommandError as error:
                if isinstance(item, AtStation) and not item.done.done():
                    item.done.set_exception(error)
            except Exception as error:
                # Whatever goes wrong there, the engine goes on. What the items before this one have
                # led to is whole, and is saved and sent before the boot.
                self._failed(item, turn, error)
            else:
                if isinstance(item, AtStation):
                    turn.acts.append(item.done)
            is_late = monotonic() - began > max(TURN_S, self._wrote_s / 4)
            if is_late or not waiting or turn.reboot is not None or turn.is_end:
                return turn
            now = self._clock()

    def _add(self, effects: list[Effect], turn: _Turn) -> None:
        """Add what was decided on one item to the turn, all of it or nothing."""
        changes = _changes(effects)
        turn.changes |= changes
        for effect in effects:
            if isinstance(effect, PutAside):
                turn.aside.append(effect)
            elif isinstance(effect, Reboot):
                turn.reboot = turn.reboot or effect
        turn.decided.append(Decided(effects, self._send, bool(changes)))

    def _failed(self, item: Item, turn: _Turn, error: Exception) -> None:
        """Say that a turn has failed to whoever wanted it, and have the charge point boot anew."""
        self._is_whole = False
        self._recovery.tell_error(under_way(item), error)
        turn.reboot = MindFailure.at(item, error)
        match item:
            case AtStation(done=done):
                refuse(done, MAYBE_DONE)
            case FrameReceived(data):
                effects = self._charger.met_error(data, type(error).__name__, self._clock())
                turn.decided.append(Decided(effects, self._send, False))
            case _ if isinstance(item, OperatorEvent):
                self._pending_requests.refuse(item.request, NOT_DONE)

    def _decide(self, item: Item, turn: _Turn, now: datetime) -> list[Effect]:
        match item:
            case EndOfWork():
                turn.is_end = True
                return []
            case PowerCut():
                turn.reboot = item
                return []
            case StoreMended():
                turn.reboot = MindFailure()
                return []
            case AtStation(act):
                try:
                    return self._charger.act(act, now)
                except StationError as error:
                    raise CommandError(ErrorNumber.REFUSED, str(error)) from None
            case LinkOpened(connection):
                self._send = self._link.sender(connection)
            case LinkClosed():
                self._send = None
            case Tick():
                self._ticked_at = now
            case _ if isinstance(item, OperatorEvent):
                self._pending_requests.note_seen(item.request)
        effects = self._charger.handle(item, now)
        if isinstance(item, PoweredOn):
            self._is_on = self._is_whole = True
        return effects

    def _news_of_disk(self, is_saved: bool, not_sent: frozenset[str]) -> list[Event]:
        """Tell the mind when the disk begins to fail, and when it works again."""
        if not is_saved and (not_sent or not self._is_disk_told):
            self._is_disk_told = True
            return [DiskFailed(not_sent)]
        if is_saved and self._is_disk_told:
            self._is_disk_told = False
            return [DiskWorks()]
        return []

    async def _reboot(self, cause: Reboot | PowerCut | MindFailure) -> None:
        """End the mind, and have a new one made from what is in the store."""
        self._log.info("the charge point boots again")
        # Everything that the old mind had begun ends before there is a new one: its connection, its
        # transfers, the answers that wait for the disk, and who waits for an answer of it.
        self._send = None
        self._is_disk_told = False
        self._outlet.drop_held()
        self._transfers.cancel_all()
        self._errands.cancel_all()
        if isinstance(cause, PowerCut):
            # What was not on the disk is lost, as it would be; the sockets just fall silent.
            await self._link.cut()
            self._write_buffer.drop()
        else:
            # The answer to the Reset, or to what failed, is still on its way out.
            await self._link.end()
        self._is_whole = False
        self._inbox.drop(_is_from_link)
        self._pending_requests.lose_seen()
        is_calm = not isinstance(cause, MindFailure) or cause.is_asked
        await self._recovery.boot(self._charger, is_calm=is_calm)

    def _set_timer(self) -> None:
        """Have a tick come when the next deadline is due."""
        for timer in (self._timer, self._look):
            if timer is not None:
                timer.cancel()
        self._look = None
        delay_s = TIMER_S_MAX
        try:
            deadline = self._charger.next_deadline()
        except Exception as error:
            # Whatever is due: time goes on, and a tick finds out.
            self._recovery.tell_error("no deadline is known", error)
            deadline = self._ticked_at
        if deadline is not None:
            delay_s = max(0.0, (deadline - self._clock()).total_seconds())
            if self._ticked_at is not None and deadline <= self._ticked_at:
                # It was due at the newest tick and is so still, which only a bug can bring about.
                delay_s = STUCK_DEADLINE_S
        elif not self._write_buffer.is_failing:
            return
        # A failing disk is tried with each turn, so turns have to come by themselves.
        delay_s = min(delay_s, STORE_RETRY_S if self._write_buffer.is_failing else TIMER_S_MAX)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(delay_s, self._tick, loop.time() + delay_s)

    def _tick(self, due: float) -> None:
        """Let time go on; after a standstill first let in what has come meanwhile.

        A process that was stopped, or a machine that slept, finds the answers in its sockets: they
        came in time.
        """
        loop = asyncio.get_running_loop()
        if loop.time() - due > STANDSTILL_S:
            self._timer = loop.call_later(STANDSTILL_S, self._inbox.put_if_room, Tick())
        else:
            self._inbox.put_if_room(Tick())

    def _view(self, name: str) -> object:
        """Give a variable of the charge point; UNSET while it boots, or where that fails.

        An error there changes nothing: it is told, and the charge point goes on as it is.
        """
        if not self._is_whole:
            return UNSET
        try:
            return self._charger.mind.view(name, self._clock())
        except Exception as error:
            self._recovery.tell_error(f"{name} is not shown as it is", error)
            return UNSET

    def _prepare(self, name: str) -> bool:
        """Do a slice of what a variable needs; say whether there is more to do."""
        try:
            return self._is_whole and self._charger.mind.prepare(name)
        except Exception:
            # Who looks at it then meets the error again, and tells it.
            return False

    def _observe(self) -> None:
        """Have looked at what moves by itself, while somebody watches it and energy flows."""
        self._recovery.look_at_clock()
        is_flowing = self._hub.is_watched("connectors") and self._charger.is_energy_flowing(
            self._clock()
        )
        if is_flowing or self._was_flowing:
            self._hub.changed(("connectors",))
        self._was_flowing = is_flowing
        self._observer = asyncio.get_running_loop().call_later(OBSERVE_S, self._observe)


def _is_from_link(item: Item) -> bool:
    return isinstance(item, FrameReceived | LinkOpened | LinkFailed | LinkClosed)


def _changes(effects: list[Effect]) -> dict[tuple[Table, str], str | None]:
    """Give what is to be written; the last change of a record wins."""
    changes: dict[tuple[Table, str], str | None] = {}
    for effect in effects:
        if isinstance(effect, Save):
            changes[effect.table, effect.key] = encode(effect.record).decode()
        elif isinstance(effect, Forget):
            changes[effect.table, effect.key] = None
    return changes
