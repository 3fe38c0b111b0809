"""The connections and timers of all charge points of one process, carried by one greenlet.

Whatever happens to a charge point is a turn: it is told, then its bytes are written, its orders
carried out, its next deadline noted, and whoever waits for something of it is woken. Nothing in a
turn waits, so no other greenlet gets between, and no lock is needed. An error of one charge point
ends in its turn: it is cut off and told, and all others go on.
"""

from __future__ import annotations

import logging
import ssl
import traceback
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Protocol

import gevent
from gevent.event import Event
from gevent.lock import BoundedSemaphore

from cp_tui.charge_point.variables import LinkStep
from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.link_failure import LinkFailure
from cp_tui.engine.timeouts import Timeouts
from cp_tui.engine.tls import OwnCertificateError, TlsMaker
from cp_tui.fleet.locust.green_socket import GreenSocket, connected
from cp_tui.fleet.locust_options import LoadOptions
from cp_tui.fleet.result import HELD_S
from cp_tui.fleet.station import FleetStation
from cp_tui.fleet.stream_order import OrderKind, StreamOrder
from cp_tui.fleet.wheel import Wheel
from cp_tui.station.errors import StationError

TURNS_MAX = 50
"""How many charge points get their turn before all other greenlets get theirs."""
LEFT_OPEN_MAX = 2
"""How many connections a charge point that misbehaves may leave open behind it."""
BROKEN = "an error inside has taken this charge point out of the run"
DOES_NOT_READ = "the CSMS does not read: too much waits to be sent"
_LOGGER = logging.getLogger(__name__)


class Owner(Protocol):
    """Whose charge points they are."""

    @property
    def clock(self) -> Callable[[], datetime]:
        """The time of the run."""

    def done(self, line: StationLine, now: datetime) -> None:
        """A turn is over."""

    def met_error(self, line: StationLine, error: Exception) -> None:
        """An error inside has taken one out of the run."""

    def late(self, seconds: float) -> None:
        """A timer was late by so much."""


class Agenda(Protocol):
    """What else has its time."""

    def next_deadline(self) -> datetime | None:
        """Say when it is due."""

    def tick(self, now: datetime, at_most: int) -> bool:
        """Do what is due, but no more than so many things; says whether there was any."""


class StationLine:
    """A charge point with its socket, and with whoever waits for something of it."""

    __slots__ = ("_board", "_dialling", "_left_open", "_socket", "_waits", "is_broken", "station")

    def __init__(self, station: FleetStation, board: Switchboard) -> None:
        self.station = station
        self.is_broken = False
        """An error inside has taken it out of the run."""
        self._board = board
        self._socket: GreenSocket | None = None
        self._dialling: gevent.Greenlet | None = None
        self._left_open: tuple[GreenSocket, ...] = ()
        self._waits: list[tuple[Callable[[], bool], Event]] = []

    def turn(self, happen: Callable[..., Any], *given: Any) -> Any:
        """Let something happen to the charge point, and do what comes of it.

        `happen` is called with what is given and the instant of now. What a person does that the
        charge point does not allow is raised (`StationError`); any other error ends it, with None.
        """
        if self.is_broken:
            return None
        now = self._board.owner.clock()
        try:
            result = happen(*given, now)
            self._carry_out(now)
        except StationError:
            raise
        except Exception as error:
            self._break(error)
            return None
        return result

    def until(self, holds: Callable[[], bool], timeout_s: float | None = None) -> bool:
        """Wait until something holds; False where it does not within the time."""
        if holds():
            return True
        woken = Event()
        waiting = holds, woken
        self._waits.append(waiting)
        try:
            woken.wait(timeout_s)
        finally:
            self._waits.remove(waiting)
        return holds()

    def look(self) -> None:
        """Wake those for whom it is time."""
        for holds, woken in self._waits:
            try:
                is_time = holds()
            except Exception:
                # It is raised again where somebody waits for it.
                is_time = True
            if is_time:
                woken.set()

    def next_deadline(self) -> datetime | None:
        """Say when it is due; None: never."""
        return None if self.is_broken else self.station.next_deadline()

    def serve(self) -> None:
        """Read what has arrived, and write what there is room for now."""
        sock = self._socket
        if sock is None:
            return
        sock.flush()
        try:
            is_open = sock.read(partial(self.turn, self.station.bytes_received))
        except OSError as error:
            is_reset = isinstance(error, ConnectionError)
            self._lose("the connection was reset" if is_reset else f"{error.strerror or error}")
            return
        if not is_open and self._socket is sock:
            self.turn(self.station.eof_received)
            self._lose("")

    def cut(self) -> None:
        """Let go of whatever there is to the CSMS, without a word to the charge point."""
        self._hang_up()
        for sock in self._left_open:
            sock.close()
        self._left_open = ()

    def _lose(self, why: str) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
            self.turn(self.station.stream_lost, why)

    def _carry_out(self, now: datetime) -> None:
        station = self.station
        data = station.take_bytes()
        if data and self._socket is not None and not self._socket.write(data):
            self._board.soon(partial(self._lose, DOES_NOT_READ))
        for order in station.take_orders():
            self._obey(order)
        self._board.schedule(self)
        self._board.owner.done(self, now)
        self.look()

    def _obey(self, order: StreamOrder) -> None:
        if order.kind is OrderKind.OPEN:
            self._dialling = gevent.spawn(self._dial, order)
        elif order.kind is not OrderKind.ABANDON:
            self._hang_up()
        elif self._socket is not None:
            self._socket.leave()
            kept = (*self._left_open, self._socket)
            self._socket = None
            for sock in kept[:-LEFT_OPEN_MAX]:
                sock.close()
            self._left_open = kept[-LEFT_OPEN_MAX:]

    def _dial(self, order: StreamOrder) -> None:
        assert order.endpoint is not None
        board = self._board
        with board.gate:
            began_at = board.owner.clock()
            try:
                sock = connected(order.endpoint, board.context_of(order), board.timeouts)
            except LinkFailure as failure:
                self._dialling = None
                self.turn(self.station.stream_failed, failure)
                return
            self._dialling = None
            mine = self._socket = GreenSocket(sock, partial(board.ready, self))
            agreed = mine.agreed
            self.turn(lambda now: self.station.stream_opened(now, began_at, agreed))
            # The upgrade is part of the handshake, so it holds its place at the gate for a while.
            self.until(lambda: self.station.is_open or self._socket is not mine, HELD_S)

    def _hang_up(self) -> None:
        if self._dialling is not None:
            self._dialling.kill(block=False)
            self._dialling = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _break(self, error: Exception) -> None:
        self.is_broken = True
        self.cut()
        # Where it came from, without its words: they may hold what a key has said.
        steps = "".join(traceback.format_tb(error.__traceback__))
        _LOGGER.error("%s: %s\n%s%s", self.station.id, BROKEN, steps, type(error).__name__)
        self._board.schedule(self)
        self._board.owner.met_error(self, error)
        for _, woken in self._waits:
            woken.set()


class Switchboard:
    """What all charge points of this process share: one greenlet, one wheel, one gate."""

    def __init__(self, owner: Owner, agenda: Agenda, options: LoadOptions) -> None:
        self.owner = owner
        self.gate = BoundedSemaphore(options.connecting)
        self.timeouts = Timeouts()
        self._agenda = agenda
        self._wheel = Wheel[StationLine]()
        self._tls = TlsMaker(options.ca_file, True)
        self._woken = Event()
        self._ready: dict[StationLine, None] = {}
        self._soon: list[Callable[[], None]] = []
        self._sleeps_until: datetime | None = None
        self._greenlet = gevent.spawn(self._run)

    def wake(self) -> None:
        """Have it look again for what is due."""
        self._woken.set()

    def ready(self, line: StationLine) -> None:
        """Have a socket served that can be read, or written again."""
        self._ready[line] = None
        self._woken.set()

    def soon(self, happen: Callable[[], None]) -> None:
        """Have something done once the present turn is over."""
        self._soon.append(happen)
        self._woken.set()

    def schedule(self, line: StationLine) -> None:
        """Note when a charge point is due next."""
        self._wheel.schedule(line)
        due, until = self._wheel.next_due, self._sleeps_until
        if due is not None and (until is None or due < until):
            self._woken.set()

    def context_of(self, order: StreamOrder) -> ssl.SSLContext | None:
        """Give what TLS is made with, the same for all who want the same; raises `LinkFailure`."""
        assert order.endpoint is not None
        if not order.endpoint.is_secure or order.sent is None:
            return None
        try:
            return self._tls.make(order.sent).context
        except (EngineStartError, OwnCertificateError) as error:
            raise LinkFailure(LinkStep.TLS, f"{error}") from None

    def stop(self) -> None:
        """End it; nothing happens to any charge point any more."""
        self._greenlet.kill()

    def _run(self) -> None:
        while True:
            self._rest()
            soon, self._soon = self._soon, []
            for happen in soon:
                happen()
            ready, self._ready = list(self._ready), {}
            for number, line in enumerate(ready, 1):
                line.serve()
                if number % TURNS_MAX == 0:
                    gevent.sleep(0)
            self._tick()

    def _rest(self) -> None:
        """Sleep until something is due, or somebody wakes it; others run in any case."""
        times = (self._wheel.next_due, self._agenda.next_deadline())
        due = min((each for each in times if each is not None), default=None)
        self._sleeps_until = due
        if due is None:
            self._woken.wait()
        elif (rest_s := (due - self.owner.clock()).total_seconds()) > 0:
            self._woken.wait(rest_s)
        else:
            gevent.sleep(0)
        self._woken.clear()

    def _tick(self) -> None:
        now, due = self.owner.clock(), self._wheel.next_due
        if due is not None and due <= now:
            self.owner.late((now - due).total_seconds())
        for line in self._wheel.take_due(now, TURNS_MAX):
            line.turn(line.station.tick)
        self._agenda.tick(now, TURNS_MAX)
