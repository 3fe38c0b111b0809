"""One client of the door: reads its requests, answers them, and writes what it follows.

Its own methods are those about the connection: `subscribe`, `get`, `observe` and `shutdown`. Memory
per client is bounded: a few requests at a time, and updates are taken from the engine only when the
client has read the ones before; until then the engine's hub keeps the newest value of each.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from pydantic import BaseModel, JsonValue

from cp_tui.control.methods import Get, Observe, Ping, Shutdown, Subscribe
from cp_tui.control.protocol import (
    LINE_BYTES_MAX,
    Batch,
    Failure,
    Incoming,
    Request,
    RpcCode,
    encode_notification,
    encode_response,
    error_response,
    parse,
    result_response,
)
from cp_tui.engine.errors import CommandError
from cp_tui.engine.hub import EventHappened, Subscription, SubscriptionClosed, Update
from cp_tui.engine.params import checked
from cp_tui.engine.replies import Answer

if TYPE_CHECKING:
    from cp_tui.control.server import EngineDoor

_log = logging.getLogger(__name__)

REQUESTS_IN_FLIGHT_MAX = 16
"""Of one client; further ones wait unread in its socket."""
BATCH_BYTES = 64 * 1024
"""Of updates written at once."""
BATCH_INTERVAL_S = 0.02
"""Between two batches; the first update after a silence leaves at once."""
UNREAD_BYTES_MAX = 256 * 1024
"""Written but not read by the client; beyond, its updates wait in the hub, where they coalesce."""

EVENTS_IN_SLICE = 20
"""Turned into JSON before the charge point has its turn."""

Response = dict[str, JsonValue]


class Session:
    """The conversation with one client."""

    def __init__(
        self,
        engine: EngineDoor,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        on_shutdown: Callable[[], None] | None,
    ) -> None:
        self._engine = engine
        self._reader = reader
        self._writer = writer
        self._on_shutdown = on_shutdown
        self._is_read_only = False
        self._followed: set[str] = set()
        self._announced: list[Subscription] = []
        self._requests: set[asyncio.Task[None]] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self._subscribing = asyncio.Lock()
        self._room = asyncio.Semaphore(REQUESTS_IN_FLIGHT_MAX)
        writer.transport.set_write_buffer_limits(high=UNREAD_BYTES_MAX)

    async def run(self) -> None:
        """Serve the client until it hangs up."""
        try:
            await self._read_requests()
            # A script may close its sending side at once and still waits for the answers.
            if self._requests:
                await asyncio.wait(self._requests)
        finally:
            for task in (*self._requests, *self._pumps):
                task.cancel()
            for subscription in self._announced:
                subscription.close()
            self._writer.close()

    async def _read_requests(self) -> None:
        while True:
            try:
                line = await self._reader.readuntil(b"\n")
            except asyncio.IncompleteReadError as error:
                if error.partial.strip():
                    await self._take(error.partial)
                return
            except asyncio.LimitOverrunError:
                text = f"a line may have at most {LINE_BYTES_MAX} bytes"
                failure = Failure(None, RpcCode.INVALID_REQUEST, text)
                await self._answer_line(failure)
                return
            except OSError:
                return
            if line.strip():
                await self._take(line)

    async def _take(self, line: bytes) -> None:
        """Start to answer one line; tasks start in order, so commands reach the engine in order."""
        await self._room.acquire()
        task = asyncio.create_task(self._answer_line(parse(line)))
        self._requests.add(task)
        task.add_done_callback(self._requests.discard)
        task.add_done_callback(lambda _: self._room.release())

    async def _answer_line(self, incoming: Incoming | Batch) -> None:
        if isinstance(incoming, tuple):
            answers = [await self._answer(entry) for entry in incoming]
            responses = [answer for answer in answers if answer is not None]
            line = encode_response(responses) if responses else b""
        else:
            response = await self._answer(incoming)
            line = encode_response(response) if response is not None else b""
        # Updates follow the answer that announced them, never the other way round.
        self._writer.write(line)
        while self._announced:
            pump = asyncio.create_task(self._pump(self._announced.pop()))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)
        # A client that hung up is noticed by the reading side.
        with suppress(OSError):
            await self._writer.drain()

    async def _answer(self, incoming: Incoming) -> Response | None:
        """Carry out one request; None for a notification, which is never answered."""
        if isinstance(incoming, Failure):
            return error_response(incoming)
        try:
            answer = await self._carry_out(incoming)
        except CommandError as error:
            failure = Failure(incoming.id, error.code, error.message)
            return None if incoming.is_notification else error_response(failure)
        except Exception:
            # A bug behind one method must not cost the client its connection, nor go unseen.
            _log.exception("door: method %r failed", incoming.method)
            failure = Failure(incoming.id, RpcCode.INTERNAL_ERROR, "internal error; see the log")
            return None if incoming.is_notification else error_response(failure)
        if incoming.is_notification:
            return None
        reason = None if answer.reason is None else answer.reason.model_dump(mode="json")
        return result_response(incoming.id, answer.result, reason)

    async def _carry_out(self, request: Request) -> Answer:
        """Do what concerns the connection here, and hand on the rest."""
        method, params = request.method, request.params
        match method:
            case "subscribe":
                wanted = checked(Subscribe, method, params)
                return Answer(await self._subscribe(wanted.variables, pages=wanted.pages))
            case "get":
                value = self._engine.get(checked(Get, method, params).variable)
                return Answer(value.model_dump(mode="json"))
            case "ping":
                checked(Ping, method, params)
                return Answer(True)
            case "observe":
                return Answer(self._observe(checked(Observe, method, params).read_only))
            case "shutdown" if self._on_shutdown is not None:
                checked(Shutdown, method, params)
                if self._is_read_only:
                    raise CommandError(RpcCode.READ_ONLY, "an observer cannot end the charge point")
                self._on_shutdown()
                return Answer(True)
            case _:
                return await self._engine.call(method, params, read_only=self._is_read_only)

    def _observe(self, read_only: bool) -> bool:
        if self._is_read_only and not read_only:
            raise CommandError(RpcCode.READ_ONLY, "an observer stays an observer; connect anew")
        self._is_read_only = read_only
        return read_only

    async def _subscribe(self, names: Sequence[str], *, pages: bool) -> JsonValue:
        """Give the present values, and follow what is not followed yet."""
        # One after the other: a client that asks in a loop holds one history at a time.
        async with self._subscribing:
            seen = self._engine.subscribe(names, history_as_events=pages)
            result = {name: await _to_json(value) for name, value in seen.snapshot.items()}
            # Only now, with the answer ready: its updates must not come before it.
            if self._followed.isdisjoint(names):
                self._announced.append(seen)
            else:
                # Following a name twice would deliver each of its updates twice.
                seen.close()
                fresh = [name for name in names if name not in self._followed]
                if fresh:
                    self._announced.append(self._engine.subscribe(fresh, history_as_events=pages))
            self._followed.update(names)
            return result

    async def _pump(self, subscription: Subscription) -> None:
        """Write updates, in batches and not faster than the client reads them."""
        try:
            while True:
                batch = bytearray()
                for update in await subscription.next():
                    batch += _encode_update(update)
                    if len(batch) > BATCH_BYTES:
                        await self._write(bytes(batch))
                        batch.clear()
                await self._write(bytes(batch))
                await asyncio.sleep(BATCH_INTERVAL_S)
        except (OSError, SubscriptionClosed):
            # The client hung up or the engine ends; whoever notices it handles it.
            pass
        finally:
            subscription.close()

    async def _write(self, lines: bytes) -> None:
        """Write and wait until the client has read enough of it; raises `OSError`."""
        self._writer.write(lines)
        await self._writer.drain()
        # While the client keeps up, draining lets nobody else have a turn.
        await asyncio.sleep(0)


async def _to_json(value: BaseModel | Sequence[BaseModel]) -> JsonValue:
    """Turn the value of a variable, or the history of a stream, into JSON, in slices."""
    if isinstance(value, BaseModel):
        dumped: JsonValue = value.model_dump(mode="json")
        return dumped
    events: list[JsonValue] = []
    for number, event in enumerate(value, start=1):
        events.append(event.model_dump(mode="json"))
        if number % EVENTS_IN_SLICE == 0:
            await asyncio.sleep(0)
    return events


def _encode_update(update: Update) -> bytes:
    if isinstance(update, EventHappened):
        event = update.event.model_dump(mode="json")
        return encode_notification(
            "event", {"name": update.name, "event": event, "dropped": update.dropped}
        )
    value = update.value.model_dump(mode="json")
    return encode_notification("variable", {"name": update.name, "value": value})
