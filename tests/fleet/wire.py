"""A charge point of a fleet and a CSMS that is bytes alone, in virtual time."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from cp_tui.fleet.station import FleetStation
from cp_tui.fleet.stream_order import OrderKind

BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)


@dataclass
class Peer:
    """One stream as the CSMS has it."""

    number: int
    protocol: ServerProtocol = field(
        default_factory=lambda: ServerProtocol(
            subprotocols=[Subprotocol("ocpp1.6")], max_size=4 << 20
        )
    )
    ended: OrderKind | None = None
    """How the charge point ended it."""
    pings: int = 0
    pongs: int = 0


class Wire:
    """Carries bytes at once, and lets time pass from one deadline to the next."""

    def __init__(self, station: FleetStation, *, is_welcome: bool = True) -> None:
        self.station = station
        self.now = BEGIN
        self.peers: list[Peer] = []
        self.heard: list[tuple[float, Any]] = []
        """Frames of the charge point with their second; text where it is no JSON."""
        self.upgrades: list[Request] = []
        self._is_welcome = is_welcome

    @property
    def peer(self) -> Peer:
        """The newest stream."""
        return self.peers[-1]

    def do(self, act: Callable[[datetime], object]) -> Wire:
        """Do something now, and carry what comes of it."""
        act(self.now)
        self._carry()
        return self

    def after(self, seconds: float) -> Wire:
        """Let time pass."""
        end = self.now + timedelta(seconds=seconds)
        while (due := self.station.next_deadline()) is not None and due <= end:
            self.now = max(due, self.now)
            self.do(self.station.tick)
        self.now = end
        return self

    def ask(self, action: str, payload: object, peer: Peer | None = None) -> Wire:
        """Send a request of the CSMS."""
        found = peer or self.peer
        found.protocol.send_text(json.dumps([2, f"r-{action}", action, payload]).encode())
        self._carry()
        return self

    def ping(self, peer: Peer) -> Wire:
        """Send a ping of the CSMS."""
        peer.protocol.send_ping(b"?")
        self._carry()
        return self

    def calls(self, action: str) -> list[Any]:
        """Give the requests of an Action."""
        return [frame for _, frame in self.heard if frame[0] == 2 and frame[2] == action]

    def answers(self, action: str) -> list[tuple[float, Any]]:
        """Give the answers to a request of the CSMS, with the second of each."""
        return [entry for entry in self.heard if entry[1][:2] == [3, f"r-{action}"]]

    def _carry(self) -> None:
        for _ in range(1_000):
            data, orders = self.station.take_bytes(), self.station.take_orders()
            if data and self.peers and self.peer.ended is None:
                self.peer.protocol.receive_data(b"".join(data))
            for order in orders:
                if order.kind is OrderKind.OPEN:
                    self.peers.append(Peer(len(self.peers) + 1))
                    self.station.stream_opened(self.now)
                elif self.peers and self.peer.ended is None:
                    self.peer.ended = order.kind
            if not (self._answer() or data or orders):
                return
        raise AssertionError("no end of frames")

    def _answer(self) -> bool:
        """Let the CSMS answer on the newest stream; whether it has written anything."""
        if not self.peers or self.peer.ended is not None:
            return False
        protocol = self.peer.protocol
        for event in protocol.events_received():
            if isinstance(event, Request):
                self.upgrades.append(event)
                welcome = protocol.accept(event)
                refusal = protocol.reject(HTTPStatus.UNAUTHORIZED, "no")
                protocol.send_response(welcome if self._is_welcome else refusal)
            elif isinstance(event, Frame) and event.opcode is Opcode.PONG:
                self.peer.pongs += 1
            elif isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self._take(protocol, bytes(event.data).decode())
        sent = protocol.data_to_send()
        for data in sent:
            if data:
                self.station.bytes_received(data, self.now)
            else:
                self.station.eof_received(self.now)
        return bool(sent)

    def _take(self, protocol: ServerProtocol, text: str) -> None:
        try:
            frame = json.loads(text)
        except ValueError:
            frame = text
        self.heard.append(((self.now - BEGIN).total_seconds(), frame))
        if frame[0] == 2 and protocol.state is State.OPEN:
            now = self.now.isoformat()
            answers: dict[str, dict[str, object]] = {
                "BootNotification": {"status": "Accepted", "currentTime": now, "interval": 300},
                "Heartbeat": {"currentTime": now},
                "StartTransaction": {"transactionId": 7, "idTagInfo": {"status": "Accepted"}},
                "Authorize": {"idTagInfo": {"status": "Accepted"}},
            }
            answer = [3, frame[1], answers.get(frame[2], {})]
            protocol.send_text(json.dumps(answer).encode())
