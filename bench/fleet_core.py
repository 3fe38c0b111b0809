"""What one charge point of a fleet costs, with its connection: `python -m bench.fleet_core`.

In virtual time, with a CSMS that accepts everything at once. Memory is that of one more among many;
time is that of the processor within the charge point alone, the shortest of some runs.
"""

from __future__ import annotations

import gc
import json
import sys
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from itertools import count
from time import process_time
from typing import Any, NamedTuple

from msgspec.structs import replace
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from bench.budgets import Budgets
from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.fleet.bill import Bill
from cp_tui.fleet.measures import Measures
from cp_tui.fleet.station import FleetStation
from cp_tui.fleet.stream_order import OrderKind, StationPhase
from cp_tui.ocpp.calendar import later
from cp_tui.station.station import Station

BEGIN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
CROWD = 100
RUNS = 7
HOUR_S = 3_600.0
MEMORY_KIB = 45
BOOT_MS = 2
CHARGING_MS = 40
BOOT_RATIO = 20
EXCHANGE_RATIO = 45
BARE_EXCHANGES = 1_000
BOOT_EXCHANGES = 4
VALUES = {
    "connectorId": 1,
    "transactionId": 1,
    "meterValue": [
        {
            "timestamp": "2026-01-05T08:00:00Z",
            "sampledValue": [{"value": "1000", "context": "Sample.Periodic", "unit": "Wh"}],
        }
    ],
}


class Bench:
    """One charge point, and all that answers it."""

    _ids = count(1)

    def __init__(self, number: int, shared: Shared) -> None:
        id = f"CP{number:05d}"
        config = shared.config(id)
        self.now = BEGIN
        self.spent_s = 0.0
        self.ticks = 0
        self.frames = 0
        self._accept = b""
        since = process_time()
        self.station = FleetStation(id, config, seed=1, watcher=shared.measures, bill=shared.bill)
        self.spent_s = process_time() - since

    def do(self, call: Callable[[datetime], object]) -> None:
        """Do something, and carry the bytes until nothing is left."""
        self._timed(partial(call, self.now))
        while True:
            data = b"".join(self.station.take_bytes())
            orders = self.station.take_orders()
            if not data and not orders:
                return
            if any(each.kind is OrderKind.OPEN for each in orders):
                self._timed(partial(self.station.stream_opened, self.now))
            if data:
                self._timed(partial(self.station.bytes_received, self._answer(data), self.now))

    def after(self, seconds: float) -> None:
        """Let time pass."""
        end = later(self.now, seconds)
        while (due := self.station.next_deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            self.ticks += 1
            self.do(self.station.tick)
        self.now = end

    def took_ms(self, work: Callable[[], object]) -> float:
        """Give the time of the processor that something takes within the charge point."""
        before = self.spent_s
        work()
        return (self.spent_s - before) * 1_000

    def boot(self) -> None:
        """Have it accepted, with all that it says then."""
        self.do(self.station.power_on)
        self.after(1)
        assert self.station.phase is StationPhase.ACCEPTED

    def start(self) -> None:
        """Plug in, and show a tag."""
        plug_in = partial(Station.plug_in, connector_id=1)
        self.do(lambda now: self.station.act(plug_in, now))
        self.do(lambda now: self.station.swipe(1, "TAG", now, is_awaited=False))
        self.after(1)
        assert self.station.phase is StationPhase.CHARGING

    def stop(self) -> None:
        """Pull the cable out."""
        plug_out = partial(Station.plug_out, connector_id=1)
        self.do(lambda now: self.station.act(plug_out, now))

    def _timed(self, call: Callable[[], object]) -> None:
        since = process_time()
        call()
        self.spent_s += process_time() - since

    def _answer(self, data: bytes) -> bytes:
        state = State.CONNECTING if data.startswith(b"GET") else State.OPEN
        server = ServerProtocol(subprotocols=[Subprotocol("ocpp1.6")], state=state)
        server.receive_data(data)
        for event in server.events_received():
            if isinstance(event, Request):
                server.send_response(server.accept(event))
            elif isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                kind, message_id, *rest = json.loads(bytes(event.data))
                if kind == 2:
                    self.frames += 1
                    text = json.dumps([3, message_id, self._accepted(rest[0])])
                    server.send_text(text.encode())
        found = b"".join(server.data_to_send())
        server.parser.close()
        return found

    def _accepted(self, action: str) -> dict[str, Any]:
        at = self.now.isoformat()
        match action:
            case "BootNotification":
                return {"status": "Accepted", "currentTime": at, "interval": 300}
            case "Heartbeat":
                return {"currentTime": at}
            case "Authorize":
                return {"idTagInfo": {"status": "Accepted"}}
            case "StartTransaction":
                return {"transactionId": next(self._ids), "idTagInfo": {"status": "Accepted"}}
            case _:
                return {}


class Shared(NamedTuple):
    """What the charge points of one fleet have together."""

    measures: Measures
    bill: Bill
    of_all: ChargePointConfig

    def config(self, id: str) -> ChargePointConfig:
        """Give the configuration of one, as a fleet makes it."""
        return replace(self.of_all, charge_point_id=id, url=f"ws://127.0.0.1:9000/{id}")


def shared() -> Shared:
    """Begin a fleet."""
    of_all = ChargePointConfig(
        charge_point_id="CP", url="ws://127.0.0.1:9000/CP", keys={"MeterValueSampleInterval": "60"}
    )
    return Shared(Measures(), Bill(), of_all)


def memory_kib() -> tuple[float, float, float]:
    """Give what one more takes: booted, while it charges, and after an hour of that."""
    crowd = shared()
    warm = Bench(0, crowd)
    warm.boot()
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    kept = [Bench(number, crowd) for number in range(1, CROWD + 1)]
    for each in kept:
        each.boot()
    gc.collect()
    booted, _ = tracemalloc.get_traced_memory()
    for each in kept:
        each.start()
        each.after(HOUR_S)
    gc.collect()
    charging, _ = tracemalloc.get_traced_memory()
    for each in kept:
        each.stop()
        each.after(1)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    one = CROWD * 1024
    return (booted - before) / one, (charging - before) / one, (after - before) / one


class Times(NamedTuple):
    """The shortest time of each part, in ms of the processor."""

    construct: float
    boot: float
    start: float
    idle_hour: float
    charging_hour: float


def times() -> tuple[Times, int, int]:
    """Give the times, and the ticks of an idle hour and of one that charges."""
    crowd = shared()
    found: list[Times] = []
    for number in range(RUNS):
        each = Bench(number, crowd)
        construct = each.spent_s * 1_000
        boot = each.took_ms(each.boot)
        begun = each.ticks
        idle = each.took_ms(partial(each.after, HOUR_S))
        idle_ticks = each.ticks - begun
        start = each.took_ms(each.start)
        begun = each.ticks
        charging = each.took_ms(partial(each.after, HOUR_S))
        charging_ticks = each.ticks - begun
        found.append(Times(construct, boot, start, idle, charging))
    shortest = Times(*map(min, zip(*found, strict=True)))
    return shortest, idle_ticks, charging_ticks


def bare_ms() -> tuple[float, float]:
    """Give what a bare client takes to connect, and for an exchange; the shortest of some runs."""
    connects, exchanges = [], []
    for _ in range(RUNS):
        since = process_time()
        for _ in range(CROWD):
            client = ClientProtocol(
                parse_uri("ws://127.0.0.1:9000/CP"), subprotocols=[Subprotocol("ocpp1.6")]
            )
            client.send_request(client.connect())
            client.data_to_send()
            client.receive_data(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")
            client.events_received()
            client.parser.close()
        connects.append((process_time() - since) / CROWD)
        client = ClientProtocol(parse_uri("ws://127.0.0.1:9000/CP"), state=State.OPEN)
        answer = Frame(Opcode.TEXT, b'[3, "0123456789abcdef0123456789abcdef", {}]')
        data = answer.serialize(mask=False)
        since = process_time()
        for _ in range(BARE_EXCHANGES):
            text = json.dumps([2, "0123456789abcdef0123456789abcdef", "MeterValues", VALUES])
            client.send_text(text.encode())
            client.data_to_send()
            client.receive_data(data)
            for event in client.events_received():
                assert isinstance(event, Frame)
                json.loads(bytes(event.data))
        exchanges.append((process_time() - since) / BARE_EXCHANGES)
    return min(connects) * 1_000, min(exchanges) * 1_000


def main() -> int:
    """Print the table; the exit status says whether the budgets hold."""
    budgets = Budgets()
    took, idle_ticks, charging_ticks = times()
    booted_kib, charging_kib, after_kib = memory_kib()
    connect_ms, exchange_ms = bare_ms()
    boot_ratio = took.boot / (connect_ms + BOOT_EXCHANGES * exchange_ms)
    exchange_ratio = took.charging_hour / 60 / exchange_ms
    print("| One of many, two connectors, connected | measured | at most |")
    print("|---|---|---|")
    rows = (
        ("memory, booted, KiB", booted_kib, MEMORY_KIB),
        ("memory, charging, KiB", charging_kib, None),
        ("memory after its end, KiB", after_kib, None),
        ("construct, ms", took.construct, None),
        ("connect and boot, ms", took.boot, BOOT_MS),
        ("plug in, swipe and start, ms", took.start, None),
        (f"an hour idle, {idle_ticks} ticks, ms", took.idle_hour, None),
        (f"an hour charging, {charging_ticks} ticks, ms", took.charging_hour, CHARGING_MS),
        ("connect and boot, times a bare client", boot_ratio, BOOT_RATIO),
        ("a value of that hour, times a bare client", exchange_ratio, EXCHANGE_RATIO),
    )
    for name, measured, most in rows:
        if most is not None and measured > most:
            budgets.cell(name, measured, most)
        print(f"| {name} | {measured:.2f} | {'' if most is None else most} |")
    return budgets.status()


if __name__ == "__main__":
    sys.exit(main())
