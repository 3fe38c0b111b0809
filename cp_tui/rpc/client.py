"""The other end of the door, for the screen and for programs: methods out, decoded variables in.

Updates are kept as they came and decoded only when taken, the newest of each variable, so that a
fast engine costs a slow screen next to nothing.

The engine may be of another version than this, since it outlives the screen that started it. What
this version cannot read is found when it is decoded, and told as what it is (`OtherVersion`): the
version there stands in `identity`, and of that only the one field that all versions share is read.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from msgspec import Raw, Struct, ValidationError, json

from cp_tui import __version__
from cp_tui.charge_point.codec import JsonValue, decode
from cp_tui.charge_point.reason import Reason
from cp_tui.engine.errors import ErrorNumber
from cp_tui.engine.hub import ENGINE, EventHappened, Update, VariableChanged, Vocabulary
from cp_tui.engine.pending_requests import CommandAnswer
from cp_tui.ocpp.printable import is_unicode
from cp_tui.rpc.protocol import Request, encode_request

CONNECT_TIMEOUT_S = 5.0
CALL_TIMEOUT_S = 120.0
"""How long a call may take: longer than the engine itself waits for anything."""
RESPONSE_BYTES_MAX = 64 * 1024 * 1024
"""The longest line that is read; a history of 1,000 long messages is some MiB."""
OBSERVE_ID, SCREEN_ID = 0, -1
EVENTS_MAX = 1000
"""How many events of a stream wait to be taken; older ones are dropped and counted."""
EVENTS_BYTES_MAX = 4_000_000
"""How long those events may be together, as they came."""


class RpcError(Exception):
    """The engine's refusal of a call."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class ConnectionLost(Exception):
    """The engine ended, or the connection to it broke."""


class EngineEnded(ConnectionLost):
    """The engine ended in order, and said so."""


class OtherVersion(ConnectionLost):
    """The engine says what this version cannot read; to connect again does not help."""


class EngineConnection(Protocol):
    """What a screen or a story needs of an engine, whatever lies between."""

    @property
    def is_read_only(self) -> bool:
        """Tell whether this is an observer, whose changes the engine refuses."""

    async def call(self, method: str, **params: JsonValue) -> CommandAnswer:
        """Carry out one command; raises `RpcError` or `ConnectionLost`."""

    async def subscribe(self, names: Sequence[str]) -> None:
        """Follow variables and streams; their present values arrive as updates, too."""

    async def next_updates(self) -> list[Update]:
        """Wait for at least one update; raises `ConnectionLost`."""

    async def ping(self) -> None:
        """Return when the engine has answered, however long that takes; raises `ConnectionLost`."""

    async def close(self) -> None:
        """Hang up; the engine goes on."""


class _Told(Struct):
    """The parameters of a notification: a variable with its value, or an event of a stream."""

    name: str
    value: Raw = Raw()
    event: Raw = Raw()
    dropped: int = 0
    number: int = 0


class _Maker(Struct):
    """The one field of `identity` that every version of the program publishes."""

    cp_tui_version: str = ""


class _Error(Struct):
    code: int
    message: str


class _Line(Struct):
    """One line from the engine: an answer or a notification, its contents not decoded yet."""

    method: str | None = None
    params: _Told | None = None
    id: int | None = None
    result: Raw = Raw()
    reason: Raw = Raw()
    error: _Error | None = None


class Client:
    """An `EngineConnection` over the Unix socket."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        vocabulary: Vocabulary = ENGINE,
        through: Callable[[bytes], bytes] | None = None,
    ) -> None:
        """`through` gives what counts of a line that arrives."""
        self._reader = reader
        self._writer = writer
        self._peer = vocabulary.peer
        self._through = through
        self._is_read_only = False
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[_Line]] = {}
        self._subscribing: set[int] = set()
        self._inbox = _Inbox(vocabulary)
        self._lost: ConnectionLost | None = None
        self._has_ended = False
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def connect(
        cls,
        path: Path,
        *,
        read_only: bool = False,
        is_screen: bool = False,
        vocabulary: Vocabulary = ENGINE,
        through: Callable[[bytes], bytes] | None = None,
    ) -> Client:
        """Connect to the engine, or to what else speaks at the socket; raises `ConnectionLost`.

        `is_screen`: to be counted among those that show it to somebody. `through` gives what counts
        of a line that arrives.
        """
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                reader, writer = await asyncio.open_unix_connection(
                    str(path), limit=RESPONSE_BYTES_MAX
                )
        except (OSError, TimeoutError) as error:
            text = getattr(error, "strerror", None) or "no answer"
            raise ConnectionLost(f"no {vocabulary.peer} answers at {path}: {text}") from None
        client = cls(reader, writer, vocabulary, through)
        if read_only:
            client._observe()
        if is_screen:
            # Nor is this answer waited for; one of another version may not know the method.
            client._writer.write(encode_request(Request("screens", {"is_screen": True}, SCREEN_ID)))
        return client

    def _observe(self) -> None:
        """Become an observer: the door carries out nothing that comes after this as anything else.

        Its answer is not waited for: an engine that hangs now is told as one, whoever looks.
        """
        self._is_read_only = True
        self._writer.write(encode_request(Request("observe", {"read_only": True}, OBSERVE_ID)))

    @property
    def is_read_only(self) -> bool:
        """Tell whether this is an observer, whose changes the engine refuses."""
        return self._is_read_only

    async def call(self, method: str, **params: JsonValue) -> CommandAnswer:
        """Carry out one command; raises `RpcError` or `ConnectionLost`."""
        answer = await self._request(method, params)
        reason = decode(Reason, answer.reason) if answer.reason else None
        return CommandAnswer(json.decode(answer.result), reason)

    async def subscribe(self, names: Sequence[str]) -> None:
        """Follow variables and streams; their present values arrive as updates, too."""
        await self._request("subscribe", {"variables": list(names), "pages": True})

    async def next_updates(self) -> list[Update]:
        """Wait for at least one update; raises `ConnectionLost`."""
        await self._inbox.filled.wait()
        try:
            updates = self._inbox.take()
        except ValidationError:
            there = self._inbox.version
            # Between two releases the numbers are the same.
            which = f"cp-tui {there}" if there != __version__ else f"another build of {there}"
            text = f"the {self._peer} runs {which}, and this is cp-tui {__version__}"
            raise OtherVersion(text) from None
        if self._lost is None:
            self._inbox.filled.clear()
        elif not updates:
            raise self._lost
        return updates

    async def ping(self) -> None:
        """Return when the engine has answered, however long that takes; raises `ConnectionLost`."""
        # A peer that does not know the method is there as well.
        with suppress(RpcError):
            await self._request("ping", {}, timeout_s=None)

    async def close(self) -> None:
        """Hang up; the engine goes on."""
        self._reading.cancel()
        with suppress(asyncio.CancelledError):
            await self._reading
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def _request(
        self,
        method: str,
        params: dict[str, JsonValue],
        timeout_s: float | None = CALL_TIMEOUT_S,
    ) -> _Line:
        if self._lost is not None:
            raise self._lost
        if not is_unicode(params):
            text = f"{method}: text must be Unicode, without a lone surrogate"
            raise RpcError(ErrorNumber.INVALID_PARAMS, text)
        request_id = next(self._ids)
        future: asyncio.Future[_Line] = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = future
        if method == "subscribe":
            self._subscribing.add(request_id)
        try:
            async with asyncio.timeout(timeout_s):
                self._writer.write(encode_request(Request(method, params, request_id)))
                await self._writer.drain()
                answer = await future
        except TimeoutError:
            text = f"the {self._peer} did not answer {method} within {timeout_s:.0f} s"
            raise ConnectionLost(text) from None
        except OSError:
            raise ConnectionLost(f"the {self._peer} hung up") from None
        finally:
            self._waiting.pop(request_id, None)
            self._subscribing.discard(request_id)
        if answer.error is not None:
            raise RpcError(answer.error.code, answer.error.message)
        return answer

    async def _read(self) -> None:
        """Sort what arrives into answers and updates until the engine hangs up."""
        text = "the client hung up"
        try:
            while line := await self._reader.readline():
                self._sort(line if self._through is None else self._through(line))
            text = f"the {self._peer} hung up"
            if self._has_ended:
                self._lose(EngineEnded(f"the {self._peer} has ended"))
        except OSError as error:
            text = f"the connection to the {self._peer} broke: {error.strerror or error}"
        except ValueError:
            text = f"the {self._peer} sent something that is no JSON-RPC"
        finally:
            self._lose(ConnectionLost(text))

    def _sort(self, line: bytes) -> None:
        content = decode(_Line, line)
        if content.method is None:
            self._take_answer(content)
        elif (told := content.params) is None:
            raise ValueError("nothing is told")
        elif content.method == "variable":
            self._inbox.put_value(told.name, told.value)
        elif content.method == "ended":
            self._has_ended = True
        elif content.method == "event":
            self._inbox.put_event(told.name, told.event, told.dropped, told.number)

    def _take_answer(self, answer: _Line) -> None:
        if answer.id is None or (answer.id == OBSERVE_ID and answer.error is not None):
            # Nobody asked: the engine turns this client away, and hangs up next; or it takes no
            # observer.
            why = answer.error.message if answer.error else "an answer to no request"
            self._lose(ConnectionLost(f"the {self._peer} says: {why}"))
            return
        if answer.id in self._subscribing and answer.error is None:
            # Here and not in subscribe(): later updates must not be overtaken by these values.
            self._inbox.put_snapshot(decode(dict[str, Raw], answer.result))
        future = self._waiting.get(answer.id)
        if future is not None and not future.done():
            future.set_result(answer)

    def _lose(self, error: ConnectionLost) -> None:
        if self._lost is not None:
            return
        self._lost = error
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(error)
        self._inbox.filled.set()


class _Inbox:
    """Updates that wait to be taken: the newest value of each variable, the newest events."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.filled = asyncio.Event()
        self._variables = vocabulary.variables
        self._streams = vocabulary.streams
        self._values: dict[str, Raw] = {}
        self._events: dict[str, deque[tuple[Raw, int]]] = {}
        """With their numbers."""
        self._bytes: dict[str, int] = {}
        self._dropped: dict[str, int] = {}
        self.version = ""
        """Of cp-tui there, as soon as it is told."""

    def put_value(self, name: str, value: Raw) -> None:
        if name == "identity":
            self.version = decode(_Maker, value).cp_tui_version
        if name in self._variables:
            self._values[name] = value
            self.filled.set()

    def put_event(self, name: str, event: Raw, dropped: int, number: int) -> None:
        """Keep an event; the oldest make room for it."""
        if name not in self._streams:
            return
        events = self._events.setdefault(name, deque())
        events.append((event, number))
        waiting = self._bytes.get(name, 0) + len(event)
        while len(events) > EVENTS_MAX or (waiting > EVENTS_BYTES_MAX and len(events) > 1):
            waiting -= len(events.popleft()[0])
            dropped += 1
        self._bytes[name] = waiting
        self._dropped[name] = self._dropped.get(name, 0) + dropped
        self.filled.set()

    def put_snapshot(self, values: dict[str, Raw]) -> None:
        for name, value in values.items():
            if name in self._streams:
                for event in decode(list[Raw], value):
                    self.put_event(name, event, 0, 0)
            else:
                self.put_value(name, value)

    def take(self) -> list[Update]:
        """Decode what waits, and forget it."""
        values, self._values = self._values, {}
        events, self._events, self._bytes = self._events, {}, {}
        dropped, self._dropped = self._dropped, {}
        updates: list[Update] = [
            VariableChanged(name, decode(self._variables[name], value))
            for name, value in values.items()
        ]
        for name, waiting in events.items():
            missed = dropped[name]
            for written, number in waiting:
                event = decode(self._streams[name], written)
                updates.append(EventHappened(name, event, missed, number=number))
                missed = 0
        return updates
