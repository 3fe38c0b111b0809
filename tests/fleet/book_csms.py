"""A CSMS for fleets, as a process: `python -m tests.fleet.book_csms BOOK`, a line with its ports.

It keeps its own book (`book`), notes what each charge point does on the wire, can be told to make
mistakes (`Faults`), and is asked over a second port: one JSON object a line. It is written to cost
little: 10,000 charge points and a bench share a machine with it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import resource
import signal
import socket
import ssl
from base64 import b64decode
from collections import Counter
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from tests.fleet.book import Book

BACKLOG = 8_192
MESSAGE_BYTES_MAX = 4 << 20
TRANSACTION_ACTIONS = frozenset({"StartTransaction", "MeterValues", "StopTransaction"})
NOTED_ACTIONS = frozenset(
    {
        "StatusNotification",
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "LogStatusNotification",
        "SecurityEventNotification",
        "SignedFirmwareStatusNotification",
    }
)
"""What is answered `{}`."""
ACCEPTED = '{"status":"Accepted"}'
TAG_ACCEPTED = '{"idTagInfo":{"status":"Accepted"}}'


class Faults(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What the CSMS is to do wrong; nothing by itself."""

    drop_stop_every: int = 0
    """One StopTransaction in so many is acknowledged, and is not in the book."""
    double_id_at: int = 0
    """From this StartTransaction on, the first after one of another charge point gets its id."""
    late_s: float = 0.0
    """Every answer waits so long."""
    is_twice: bool = False
    """Every answer is given twice."""
    error_every: int = 0
    """One message of a transaction in so many is answered with a CALLERROR."""
    lose_answer_every: int = 0
    """Of one message of a transaction in so many the answer is lost, and the line with it."""
    silent_from: str = ""
    """`tcp`: connections are taken and nothing is ever said; `boot`: nothing after its answer."""
    starts_remotely: bool = False
    """No fault: where a car waits for it, a transaction is begun by RemoteStartTransaction."""
    dies_after: int = 0
    """After so many requests it kills itself, with the last one written down and not answered."""


class Notes(msgspec.Struct):
    """What one charge point did on the wire."""

    is_accepted: bool = False
    connections: int = 0
    refused: int = 0
    """Handshakes that were answered 401."""
    open_at_once: int = 0
    closed_properly: int = 0
    """Connections that ended with a close frame of the charge point."""
    cut: int = 0
    calls: dict[str, int] = msgspec.field(default_factory=dict)
    unreadable: int = 0
    repeated: int = 0
    """Messages of transactions whose id was there before."""
    longest: int = 0
    """Characters of the longest frame."""
    most_off_s: float = 0.0
    """How far a timestamp was from the clock here."""
    answers: list[tuple[str, str, float]] = msgspec.field(default_factory=list)
    """Of requests sent to it: Action, status or code, seconds."""
    asked: int = 0
    """How many requests were sent to it."""
    silent_s: float = 0.0
    """Since its newest frame; worked out when it is asked for."""


class Connection(asyncio.Protocol):
    """One connection, of the moment before it names itself on."""

    def __init__(self, csms: BookCsms) -> None:
        self.csms = csms
        self.id = ""
        self.ws = ServerProtocol(subprotocols=[Subprotocol("ocpp1.6")], max_size=MESSAGE_BYTES_MAX)
        self.asked: dict[str, tuple[str, float, asyncio.Future[Any] | None]] = {}
        self.heard_at = csms.loop.time()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self.csms.faults.silent_from == "tcp":
            return
        self.heard_at = self.csms.loop.time()
        self.ws.receive_data(data)
        self._go_on()

    def eof_received(self) -> bool:
        self.ws.receive_eof()
        self._go_on()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.csms.leave(self)

    def say(self, text: str) -> None:
        """Send a frame, if anybody is there."""
        if self.ws.state is State.OPEN:
            self.ws.send_text(text.encode())
            self.flush()

    def flush(self) -> None:
        """Write what the protocol wants to be written."""
        for data in self.ws.data_to_send():
            if data:
                self.transport.write(data)
            else:
                self.transport.close()

    def _go_on(self) -> None:
        for event in self.ws.events_received():
            if isinstance(event, Request):
                self._welcome(event)
            elif isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self.csms.take(self, bytes(event.data))
        self.flush()

    def _welcome(self, request: Request) -> None:
        self.id = unquote(request.path.rpartition("/")[2])
        if self.csms.password and _password(request) != self.csms.password:
            self.csms.notes_of(self.id).refused += 1
            self.ws.send_response(self.ws.reject(HTTPStatus.UNAUTHORIZED, "no\n"))
            return
        response = self.ws.accept(request)
        self.ws.send_response(response)
        if response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            self.csms.join(self)


class BookCsms:
    """All connections, the book, and the faults."""

    def __init__(self, book: Path, faults: Faults, interval_s: int, password: str) -> None:
        self.loop = asyncio.get_running_loop()
        self.book = Book(book)
        self.faults = faults
        self.interval_s = interval_s
        self.password = password
        self.notes: dict[str, Notes] = {}
        self.connections: dict[str, list[Connection]] = {}
        self.counts = Counter[str]()
        self._last_call = 0
        self._has_doubled = False

    def notes_of(self, id: str) -> Notes:
        """Give the notes about a charge point."""
        return self.notes.setdefault(id, Notes())

    def join(self, connection: Connection) -> None:
        """Take a connection in; older ones of the same charge point stay."""
        notes = self.notes_of(connection.id)
        notes.connections += 1
        found = self.connections.setdefault(connection.id, [])
        found.append(connection)
        notes.open_at_once = max(notes.open_at_once, len(found))
        self.counts["connections"] += 1

    def leave(self, connection: Connection) -> None:
        """Forget a connection."""
        if connection not in (found := self.connections.get(connection.id, [])):
            return
        found.remove(connection)
        if not found:
            del self.connections[connection.id]
        notes = self.notes_of(connection.id)
        if connection.ws.close_rcvd is not None:
            notes.closed_properly += 1
        else:
            notes.cut += 1

    def take(self, connection: Connection, data: bytes) -> None:
        """Read a frame, and answer it."""
        self.counts["frames"] += 1
        notes = self.notes_of(connection.id)
        notes.longest = max(notes.longest, len(data))
        try:
            kind, message_id, *rest = msgspec.json.decode(data)
        except (msgspec.DecodeError, TypeError, ValueError):
            notes.unreadable += 1
            return
        if kind == 2:
            self._answer(connection, notes, message_id, rest[0], rest[1], data)
        elif message_id in connection.asked:
            action, at, waiting = connection.asked.pop(message_id)
            status = str(rest[0].get("status", "")) if kind == 3 else rest[0]
            notes.answers.append((action, status, round(self.loop.time() - at, 3)))
            if waiting is not None and not waiting.done():
                waiting.set_result([kind, *rest])

    def ask(
        self, id: str, action: str, payload: object, waiting: asyncio.Future[Any] | None = None
    ) -> bool:
        """Send a request on the newest connection of a charge point; False: there is none."""
        if not (found := self.connections.get(id)):
            return False
        self._last_call += 1
        message_id = f"csms-{self._last_call}"
        found[-1].asked[message_id] = (action, self.loop.time(), waiting)
        self.notes_of(id).asked += 1
        found[-1].say(msgspec.json.encode([2, message_id, action, payload]).decode())
        return True

    def _answer(
        self,
        connection: Connection,
        notes: Notes,
        message_id: str,
        action: str,
        payload: dict[str, Any],
        data: bytes,
    ) -> None:
        faults = self.faults
        notes.calls[action] = notes.calls.get(action, 0) + 1
        count = self.counts[action] = self.counts[action] + 1
        self.counts["requests"] += 1
        self._look_at_times(notes, payload)
        if notes.is_accepted and faults.silent_from == "boot":
            return
        answer = self._payload(connection, notes, message_id, action, payload, data, count)
        if faults.dies_after and self.counts["requests"] >= faults.dies_after:
            os.kill(os.getpid(), signal.SIGKILL)
        if answer is None:
            connection.transport.abort()
            return
        times = 2 if faults.is_twice else 1
        for _ in range(times):
            if faults.late_s:
                self.loop.call_later(faults.late_s, connection.say, answer)
            else:
                connection.say(answer)
        if faults.starts_remotely and payload.get("status") == "Preparing":
            wanted = {"connectorId": payload["connectorId"], "idTag": "REMOTE"}
            self.ask(connection.id, "RemoteStartTransaction", wanted)

    def _payload(
        self,
        connection: Connection,
        notes: Notes,
        message_id: str,
        action: str,
        payload: dict[str, Any],
        data: bytes,
        count: int,
    ) -> str | None:
        """Work the answer out and write the book; None: the line is cut instead."""
        found = "{}"
        if action in TRANSACTION_ACTIONS:
            faults = self.faults
            number = self.counts["transaction messages"] = self.counts["transaction messages"] + 1
            if faults.error_every and number % faults.error_every == 0:
                return f'[4,"{message_id}","InternalError","planted",{{}}]'
            if action == "StopTransaction" and _is_nth(count, faults.drop_stop_every):
                return f'[3,"{message_id}",{{}}]'
            if action == "StartTransaction" and self._is_doubled(connection.id, count):
                transaction_id = self.book.hand_out_again(connection.id, message_id, payload)
            else:
                known = self.book.repeated
                content = data[data.index(b"{") :]
                transaction_id = self.book.note(connection.id, message_id, action, content, payload)
                notes.repeated += self.book.repeated - known
            if _is_nth(number, faults.lose_answer_every):
                return None
            if action == "StartTransaction":
                found = f'{{"transactionId":{transaction_id},"idTagInfo":{ACCEPTED}}}'
        elif action == "Heartbeat":
            found = f'{{"currentTime":"{_now()}"}}'
        elif action == "BootNotification":
            notes.is_accepted = True
            found = f'{{"status":"Accepted","currentTime":"{_now()}","interval":{self.interval_s}}}'
        elif action == "Authorize":
            found = TAG_ACCEPTED
        elif action == "DataTransfer":
            found = ACCEPTED
        elif action not in NOTED_ACTIONS:
            return f'[4,"{message_id}","NotImplemented","",{{}}]'
        return f'[3,"{message_id}",{found}]'

    def _is_doubled(self, id: str, count: int) -> bool:
        """Whether it is its turn to get an id again: two of one charge point are no two bills."""
        at, newest = self.faults.double_id_at, self.book.newest_of
        if not at or count < at or self._has_doubled or newest in ("", id):
            return False
        self._has_doubled = True
        return True

    def _look_at_times(self, notes: Notes, payload: dict[str, Any]) -> None:
        text = payload.get("timestamp")
        if "meterValue" in payload:
            text = payload["meterValue"][0].get("timestamp")
        if isinstance(text, str):
            off = abs((datetime.now(UTC) - datetime.fromisoformat(text)).total_seconds())
            notes.most_off_s = max(notes.most_off_s, round(off, 3))


class Desk:
    """Answers whoever asks at the second port; a line is `{"do": ..., ...}`."""

    def __init__(self, csms: BookCsms) -> None:
        self._csms = csms

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one line after the other."""
        while line := await reader.readline():
            asked = msgspec.json.decode(line)
            writer.write(msgspec.json.encode(await getattr(self, asked.pop("do"))(**asked)) + b"\n")
            await writer.drain()
        writer.close()

    async def counts(self) -> dict[str, float]:
        """Tell what has been counted."""
        csms, book = self._csms, self._csms.book
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {
            **csms.counts,
            "open": sum(map(len, csms.connections.values())),
            "charge points": len(csms.connections),
            # Only who is Accepted tells its status.
            "accepted": sum("StatusNotification" in each.calls for each in csms.notes.values()),
            "transactions": len(book.transactions),
            "billed": len(book.billed),
            "values": book.values,
            "repeated": book.repeated,
            "renewed": book.renewed,
            "newest id": book.newest_id,
            "cpu_s": used.ru_utime + used.ru_stime,
        }

    async def station(self, id: str) -> Notes:
        """Tell what a charge point did."""
        notes = self._csms.notes_of(id)
        if found := self._csms.connections.get(id):
            notes.silent_s = self._csms.loop.time() - found[-1].heard_at
        return notes

    async def call(
        self, id: str, action: str, payload: dict[str, Any], timeout_s: float = 0.0
    ) -> Any:
        """Send a request; the answer within a time, or None."""
        if not timeout_s:
            return self._csms.ask(id, action, payload)
        waiting = self._csms.loop.create_future()
        if not self._csms.ask(id, action, payload, waiting):
            return None
        try:
            return await asyncio.wait_for(waiting, timeout_s)
        except TimeoutError:
            return None

    async def faults(self, **faults: Any) -> bool:
        """Do these things wrong from now on."""
        self._csms.faults = msgspec.convert(faults, Faults)
        return True

    async def hang_up(self) -> int:
        """Cut every connection; how many there were."""
        found = [each for some in self._csms.connections.values() for each in some]
        for connection in found:
            connection.transport.abort()
        return len(found)


def _is_nth(count: int, every: int) -> bool:
    return bool(every) and count % every == 0


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _password(request: Request) -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return b64decode(value).decode().partition(":")[2] if scheme == "Basic" else ""


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("book", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--faults", default="{}")
    parser.add_argument("--interval", type=int, default=300, help="of heartbeats, in s")
    parser.add_argument("--password", default="")
    parser.add_argument("--certificate", default="", help="PEM of certificate and key")
    given = parser.parse_args()
    gc.disable()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    context = None
    if given.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(given.certificate)
    csms = BookCsms(
        given.book, msgspec.json.decode(given.faults, type=Faults), given.interval, given.password
    )
    loop = asyncio.get_running_loop()
    door = socket.create_server(("127.0.0.1", given.port), backlog=BACKLOG)
    await loop.create_server(lambda: Connection(csms), sock=door, backlog=BACKLOG, ssl=context)
    desk = await asyncio.start_server(Desk(csms).serve, "127.0.0.1", 0)
    ports = {"port": door.getsockname()[1], "desk": desk.sockets[0].getsockname()[1]}
    print(msgspec.json.encode(ports).decode(), flush=True)
    await loop.create_future()


if __name__ == "__main__":
    asyncio.run(main())
