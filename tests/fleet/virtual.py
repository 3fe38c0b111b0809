"""A fleet, its network and its CSMS in virtual time: real frames, no socket and no waiting.

The CSMS is a book and a function; the WebSocket of its side is the library's. Bytes take some
milliseconds each way, and what a test plants may cut a connection, lose an answer or keep it back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import Any

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charger.memory_store import MemoryStore
from cp_tui.engine.backoff import BackoffSettings
from cp_tui.engine.link_failure import tcp_failure
from cp_tui.fleet.bill import Bill
from cp_tui.fleet.misbehaving_station import MisbehavingStation
from cp_tui.fleet.misbehaviour import Kind, misbehave
from cp_tui.fleet.sessions import SessionDriver
from cp_tui.fleet.station import FleetStation
from cp_tui.fleet.stream_order import OrderKind, StreamOrder
from cp_tui.fleet.web_socket import Connect
from cp_tui.fleet.wheel import Wheel
from tests.acts import act_of
from tests.fleet.notes import Notes

T0 = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
WAY_S = 0.005
"""How long bytes are on their way."""
TICKS_MAX = 1_000_000

Answer = Callable[[str, str, dict[str, Any]], "dict[str, Any] | str | None"]
"""Station, Action and payload -> payload of the answer, code of a CALLERROR, or silence."""


def config(id: str, **keys: str) -> ChargePointConfig:
    """A charge point of two connectors."""
    return ChargePointConfig(
        charge_point_id=id,
        url=f"ws://127.0.0.1:9/{id}",
        keys={"MeterValueSampleInterval": "60", **keys},
    )


@dataclass
class BookCsms:
    """Accepts everything and knows each message by its id: a bill is held against its book."""

    now: Callable[[], datetime]
    answers: dict[str, Answer] = field(default_factory=dict)
    """What a test has it answer instead, by Action."""
    book: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """Answer to each transaction message, by station and message id."""
    transactions: dict[int, dict[str, Any]] = field(default_factory=dict)
    repeated: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Station and Action of each request, in order."""
    silent: list[str] = field(default_factory=list)
    """Ids of the requests that got no answer."""
    _ids: count[int] = field(default_factory=lambda: count(1))

    def answer(self, station: str, text: str) -> str | None:
        """Answer a request; anything else gets nothing."""
        try:
            kind, message_id, *rest = json.loads(text)
        except ValueError:
            return None
        if kind != 2:
            return None
        action, payload = rest
        self.asked.append((station, action))
        known = self.book.get((station, message_id))
        if known is not None:
            self.repeated += 1
            return json.dumps([3, message_id, known])
        found: dict[str, Any] | str | None
        if action in self.answers:
            found = self.answers[action](station, action, payload)
        else:
            found = self.friendly(station, action, payload)
        if found is None:
            self.silent.append(message_id)
            return None
        if isinstance(found, str):
            return json.dumps([4, message_id, found, "", {}])
        if action in ("StartTransaction", "StopTransaction", "MeterValues"):
            self.book[station, message_id] = found
        return json.dumps([3, message_id, found])

    def friendly(self, station: str, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Give the answer of a CSMS that likes everybody."""
        match action:
            case "BootNotification":
                at = self.now().isoformat()
                return {"status": "Accepted", "currentTime": at, "interval": 300}
            case "Heartbeat":
                return {"currentTime": self.now().isoformat()}
            case "Authorize":
                return {"idTagInfo": {"status": "Accepted"}}
            case "StartTransaction":
                number = next(self._ids)
                self.transactions[number] = {"station": station, **payload}
                return {"transactionId": number, "idTagInfo": {"status": "Accepted"}}
            case "StopTransaction":
                known = self.transactions.get(payload["transactionId"], {})
                known["meterStop"] = payload["meterStop"]
                return {}
            case _:
                return {}

    def wh(self) -> int:
        """What the CSMS would bill, in Wh."""
        ended = [each for each in self.transactions.values() if "meterStop" in each]
        return sum(each["meterStop"] - each["meterStart"] for each in ended)


@dataclass
class Stream:
    """One connection: the server's side of it, and whether it still carries bytes."""

    station: FleetStation
    server: ServerProtocol
    is_up: bool = True


class VirtualFleet:
    """Stations, the wheel, and what is on its way between them and the CSMS."""

    def __init__(
        self,
        configs: Sequence[ChargePointConfig],
        *,
        seed: int = 0,
        backoff: BackoffSettings | None = None,
        connect: Connect | None = None,
        kind: Kind | None = None,
        stores: Mapping[str, MemoryStore] | None = None,
    ) -> None:
        self.now = T0
        self._stores = stores or {}
        self.is_up = True
        """Whether anybody listens where the stations connect to."""
        self.csms = BookCsms(lambda: self.now)
        self.losing: Callable[[FleetStation, str], bool] = lambda station, text: False
        """Whether the connection is cut instead of this answer."""
        self.bill = Bill()
        self.wheel: Wheel[FleetStation] = Wheel()
        self.people: Wheel[SessionDriver] = Wheel()
        self._places: dict[SessionDriver, FleetStation] = {}
        self.notes = {each.charge_point_id: Notes() for each in configs}
        self.stations = [self._made(each, seed, backoff, connect, kind) for each in configs]
        self.streams: dict[FleetStation, Stream] = {}
        self.orders: list[OrderKind] = []
        self._dialling: dict[FleetStation, StreamOrder] = {}
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()

    def _made(
        self,
        config: ChargePointConfig,
        seed: int,
        backoff: BackoffSettings | None,
        connect: Connect | None,
        kind: Kind | None,
    ) -> FleetStation:
        id = config.charge_point_id
        others: dict[str, Any] = {
            "seed": seed,
            "watcher": self.notes[id],
            "bill": self.bill,
            "backoff": backoff,
            "connect": connect,
            "store": self._stores.get(id),
        }
        if kind is None:
            return FleetStation(id, config, **others)
        return MisbehavingStation(id, config, misbehave(kind, seed=seed, id=id), **others)

    def do(self, station: FleetStation, call: Callable[[], object]) -> None:
        """Call a station, then write its bytes and carry out its orders."""
        call()
        data, stream = station.take_bytes(), self.streams.get(station)
        if stream is not None and data:
            self.later(WAY_S, lambda: self._arrive(stream, b"".join(data)))
        for order in station.take_orders():
            self.orders.append(order.kind)
            if order.kind is OrderKind.OPEN:
                assert order.endpoint is not None
                self.later(WAY_S, partial(self._connect, station, order))
                self._dialling[station] = order
                continue
            self._dialling.pop(station, None)
            if (gone := self.streams.pop(station, None)) is not None:
                # What is on its way out still arrives, unless it is cut.
                gone.is_up = order.kind is OrderKind.CLOSE
                if order.kind is OrderKind.CLOSE:
                    self.later(2 * WAY_S, lambda: setattr(gone, "is_up", False))
        self.wheel.schedule(station)

    def later(self, seconds: float, do: Callable[[], None]) -> None:
        """Have something happen after a while."""
        at = self.now + timedelta(seconds=seconds)
        heappush(self._agenda, (at, next(self._numbers), do))

    def after(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + timedelta(seconds=seconds)
        for _ in range(TICKS_MAX):
            at = self._agenda[0][0] if self._agenda else None
            times = (at, self.people.next_due, self.wheel.next_due)
            first = min((each for each in times if each is not None), default=None)
            if first is None or first > end:
                break
            self.now = max(self.now, first)
            if first == at:
                heappop(self._agenda)[2]()
            elif first == times[1]:
                for driver in self.people.take_due(self.now):
                    station = self._places[driver]
                    self.do(station, partial(driver.tick, station, self.now))
                    self.people.schedule(driver)
            else:
                for station in self.wheel.take_due(self.now):
                    self.do(station, partial(station.tick, self.now))
        else:
            raise AssertionError("time does not move: a deadline stays in the past")
        self.now = end

    def power_on(self) -> None:
        """Boot every station."""
        for station in self.stations:
            self.do(station, partial(station.power_on, self.now))

    def drive(self, station: FleetStation, driver: SessionDriver) -> None:
        """Have people come to a station."""
        self._places[driver] = station
        self.people.schedule(driver)

    def end(self, station: FleetStation, driver: SessionDriver) -> None:
        """Have everybody stop, and nobody come any more."""
        self.do(station, lambda: driver.end_all(station, self.now))
        self.people.schedule(driver)

    def act(self, station: FleetStation, method: str, connector_id: int) -> None:
        """Do something at a station."""
        act = act_of(method, connector_id=connector_id)
        self.do(station, lambda: station.act(act, self.now))

    def charge(self, station: FleetStation, connector_id: int = 1, id_tag: str = "TAG") -> None:
        """Plug in, and show a tag."""
        self.act(station, "plug_in", connector_id)
        self.do(station, lambda: station.swipe(connector_id, id_tag, self.now))

    def drop(self, station: FleetStation) -> None:
        """Break a connection without a word; both sides see it."""
        stream = self.streams.pop(station, None)
        if stream is not None:
            stream.is_up = False
            self.do(station, lambda: station.stream_lost("", self.now))

    def request(self, station: FleetStation, action: str, payload: dict[str, Any]) -> None:
        """Have the CSMS send a request."""
        self.write(station, json.dumps([2, f"csms-{next(self._numbers)}", action, payload]))

    def write(self, station: FleetStation, text: str) -> None:
        """Have the CSMS send a text."""
        stream = self.streams[station]
        stream.server.send_text(text.encode())
        self._flush(stream)

    def _connect(self, station: FleetStation, order: StreamOrder) -> None:
        if self._dialling.get(station) is not order:
            return
        del self._dialling[station]
        if not self.is_up:
            failure = tcp_failure(ConnectionRefusedError(111, "refused"), "127.0.0.1", 9)
            self.do(station, lambda: station.stream_failed(failure, self.now))
            return
        server = ServerProtocol(subprotocols=[Subprotocol("ocpp1.6")])
        self.streams[station] = Stream(station, server)
        self.do(station, lambda: station.stream_opened(self.now))

    def _arrive(self, stream: Stream, data: bytes) -> None:
        if not stream.is_up:
            return
        server = stream.server
        server.receive_data(data)
        for event in server.events_received():
            if isinstance(event, Request):
                server.send_response(server.accept(event))
            elif isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                text = bytes(event.data).decode()
                answer = self.csms.answer(stream.station.id, text)
                if answer is not None and self.losing(stream.station, text):
                    self.drop(stream.station)
                    return
                if answer is not None and server.state is State.OPEN:
                    server.send_text(answer.encode())
        self._flush(stream)

    def _flush(self, stream: Stream) -> None:
        data = stream.server.data_to_send()
        if data:
            self.later(WAY_S, lambda: self._deliver(stream, data))

    def _deliver(self, stream: Stream, data: list[bytes]) -> None:
        station = stream.station
        for part in data:
            if not stream.is_up or self.streams.get(station) is not stream:
                return
            if part:
                self.do(station, partial(station.bytes_received, part, self.now))
            else:
                self.do(station, lambda: station.eof_received(self.now))
