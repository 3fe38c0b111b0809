"""A charge point's place in the shell: its socket, its turns, what comes of them.

Whatever happens to it is a turn: it is told, and then its bytes are written, its orders carried out
and its next deadline noted. An error of one charge point ends in its turn: it is cut off and told,
and all others go on.

Where records of a turn go into a file, its bytes and orders wait until they are there, and those of
later turns behind them; the charge point itself goes on.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from msgspec import Struct, field

from cp_tui.charge_point.variables import LinkStep
from cp_tui.charger.memory_store import Unsaved
from cp_tui.engine.link_failure import LinkFailure
from cp_tui.fleet.sessions import SessionDriver
from cp_tui.fleet.shell.dialling import Dialler, OwnLimitError
from cp_tui.fleet.shell.gate import Gate
from cp_tui.fleet.shell.stream import Stream
from cp_tui.fleet.station import FleetStation
from cp_tui.fleet.stream_order import OrderKind, StationPhase, StreamOrder
from cp_tui.fleet.tls_refusal import tls_refusal
from cp_tui.ocpp.calendar import FIRST

LEFT_OPEN_MAX = 2
"""How many connections a charge point that misbehaves may leave open behind it."""


class SeatOwner(Protocol):
    """What all seats share."""

    dialler: Dialler
    gate: Gate[Seat]

    @property
    def clock(self) -> Callable[[], datetime]:
        """What says what time it is."""

    def done(self, seat: Seat, now: datetime) -> None:
        """Note what a charge point needs next: its turn is over."""

    def met_error(self, seat: Seat, error: Exception) -> None:
        """Tell that a turn ended in an error inside."""

    def had_no_room(self, why: str) -> None:
        """Note that this machine had no room for a connection."""

    def keep(self, seat: Seat, records: Unsaved) -> int:
        """Have records put into the file; gives the number of the commit.

        `saved` is to be called once for each commit.
        """


class _Held(Struct):
    """What rests on records of one commit."""

    commit: int
    data: list[bytes] = field(default_factory=list)
    orders: list[StreamOrder] = field(default_factory=list)


class Seat:
    """Where one charge point meets its socket, and the people who charge there."""

    def __init__(
        self, station: FleetStation, owner: SeatOwner, people: SessionDriver | None = None
    ) -> None:
        self.station = station
        self._owner = owner
        self._people = people
        self._due: datetime | None = None
        self.looked_at = FIRST
        """When its deadline was looked at last."""
        self.stream: Stream | None = None
        self._order: StreamOrder | None = None
        """What the present connection, or the attempt to have one, was asked for with."""
        self._began_at: datetime | None = None
        """When the gate let it in."""
        self._is_at_gate = False
        self._dialling: asyncio.Task[None] | None = None
        self._left_open: tuple[Stream, ...] = ()
        self._held: deque[_Held] = deque()
        """What waits for records to be in the file: for the commit under way, and for the next."""
        self.gone = ""
        """Why nothing can happen to it any more."""

    def turn(self, happen: Callable[..., Any], *given: Any) -> Any:
        """Let something happen to the charge point, and do what comes of it.

        `happen` is called with what is given and the instant of now.
        """
        if self.gone:
            return None
        owner = self._owner
        now = owner.clock()
        try:
            result = happen(*given, now)
            self._carry_out()
        except Exception as error:
            self._break(error)
            return None
        owner.done(self, now)
        return result

    @property
    def is_shaking_hands(self) -> bool:
        """Whether it is the turn of the CSMS, in a connection that is being made."""
        return self.stream is not None and self._dialling is None and not self.station.is_open

    def next_deadline(self) -> datetime | None:
        """Say when it is to tick."""
        due = self.station.next_deadline()
        if self._people is not None and (theirs := self._people.next_deadline()) is not None:
            due = theirs if due is None else min(due, theirs)
        self._due = due
        return due

    def late_s(self, now: datetime) -> float:
        """Say by how much what was due is late."""
        if self._due is None:
            return 0.0
        return max(0.0, (now - max(self._due, self.looked_at)).total_seconds())

    def tick(self, now: datetime) -> None:
        """Do what is due by now; to be called in a turn."""
        due = self.station.next_deadline()
        if due is not None and due <= now:
            self.station.tick(now)
        if self._people is not None:
            due = self._people.next_deadline()
            if due is not None and due <= now:
                self._people.tick(self.station, now)

    def begin(self) -> None:
        """Connect: the gate has let it in."""
        assert self._order is not None
        self._began_at = self._owner.clock()
        dialling = self._dial(self._order)
        self._dialling = asyncio.get_running_loop().create_task(dialling, name="dial")

    def opened(self, stream: Stream) -> None:
        """Tell that TCP stands, and TLS where that is wanted."""
        opened = partial(self.station.stream_opened, began_at=self._began_at, tls=stream.tls)
        self.turn(opened)

    def received(self, stream: Stream, data: bytes) -> None:
        """Tell what has arrived."""
        self.turn(self.station.bytes_received, data)

    def ended(self, stream: Stream) -> None:
        """Tell that the CSMS writes no more."""
        self.turn(self.station.eof_received)

    def lost(self, stream: Stream, why: str) -> None:
        """Tell that the connection is gone."""
        self.stream = None
        self.turn(self.station.stream_lost, why)

    def failed(self, stream: Stream, error: Exception | None) -> None:
        """Tell that TLS was not made."""
        assert self._order is not None
        assert self._order.endpoint is not None
        self._tell(tls_refusal(error, self._order.endpoint))

    def cut(self) -> None:
        """Let go of whatever there is to the CSMS."""
        self._end(OrderKind.ABORT)
        for stream in self._left_open:
            stream.abort()
        self._left_open = ()

    def saved(self) -> None:
        """Take that the oldest records that were to be kept are in the file."""
        held = self._held.popleft()
        if not self.gone:
            try:
                self._release(held.data, held.orders)
            except Exception as error:
                self._break(error)

    def _break(self, error: Exception) -> None:
        self.gone = "an error inside has taken it out of the run"
        self.cut()
        self._owner.met_error(self, error)

    def _carry_out(self) -> None:
        station = self.station
        records = station.take_unsaved()
        data, orders = station.take_bytes(), station.take_orders()
        if records:
            commit = self._owner.keep(self, records)
            if not self._held or self._held[-1].commit != commit:
                self._held.append(_Held(commit))
        if self._held and (records or not self._is_handshake(orders)):
            self._held[-1].data += data
            self._held[-1].orders += orders
        else:
            self._release(data, orders)

    def _is_handshake(self, orders: Sequence[StreamOrder]) -> bool:
        """Whether a connection is being made that is allowed already: it rests on no record."""
        is_behind = any(each.data or each.orders for each in self._held)
        return not (self.station.is_open or orders or is_behind)

    def _release(self, data: Sequence[bytes], orders: Sequence[StreamOrder]) -> None:
        """Let bytes and orders of a charge point go."""
        if data and self.stream is not None:
            self.stream.write(data)
        for order in orders:
            if order.kind is OrderKind.OPEN:
                self._order, self._is_at_gate = order, True
                self._owner.gate.ask(self)
            else:
                self._end(order.kind)
        if self._is_at_gate and self.station.phase is not StationPhase.CONNECTING:
            self._leave_gate()

    def _end(self, kind: OrderKind) -> None:
        """End the present connection, or the attempt to have one."""
        if self._dialling is not None:
            self._dialling.cancel()
            self._dialling = None
        stream, self.stream = self.stream, None
        if stream is not None:
            match kind:
                case OrderKind.CLOSE:
                    stream.close()
                case OrderKind.ABANDON:
                    stream.leave()
                    for old in self._left_open[: 1 - LEFT_OPEN_MAX]:
                        old.abort()
                    self._left_open = (*self._left_open[1 - LEFT_OPEN_MAX :], stream)
                case _:
                    stream.abort()
        self._leave_gate()

    def _leave_gate(self) -> None:
        if self._is_at_gate:
            self._is_at_gate = False
            self._owner.gate.leave(self)

    async def _dial(self, order: StreamOrder) -> None:
        assert order.endpoint is not None
        try:
            self.stream = self._owner.dialler.stream(self, order)
            await self._owner.dialler.dial(self.stream, order.endpoint)
            self._dialling = None
        except OwnLimitError as failure:
            self._owner.had_no_room(failure.text)
            self._tell(failure)
        except LinkFailure as failure:
            self._tell(failure)
        except OSError as error:
            # Between the connected socket and the first byte the CSMS has hung up.
            text = f"the connection ended at once: {error.strerror or type(error).__name__}"
            self._tell(LinkFailure(LinkStep.TCP, text))

    def _tell(self, failure: LinkFailure) -> None:
        self.stream = self._dialling = None
        self.turn(self.station.stream_failed, failure)
