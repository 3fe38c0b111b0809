"""One client of the door: reads its requests, answers them, and writes what it follows.

Its own commands are those about the connection, such as `subscribe` and `observe`. Memory per
client is bounded: a few requests at a time, and updates are taken from the engine only when the
client has read the ones before; until then the engine's hub keeps the newest value of each.

Changes go before the answer (`_tell_changes`). Who plugs a cable in and then looks at `connectors`
expects to see it, and a script that subscribes, acts and waits for the answer has the news by then.
Variables are pulled and written in batches, so without this the answer would often overtake them.
It is a courtesy with a limit: a client that does not read its updates gets its answer all the same.

Long JSON is written in slices, and one client at a time has its slices worked out (`turns`): the
loop that does it is the one that answers the CSMS, and thirty screens that all open at once must
not be noticed there. Between two slices, and between two batches of events, an answer may be
written; within a line nothing may (`_writing`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from cp_tui.engine.command import Command, table
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.hub import (
    SLICE_PAUSE_S,
    EventHappened,
    Subscription,
    SubscriptionClosed,
    Update,
    VariableChanged,
)
from cp_tui.engine.pending_requests import CommandAnswer
from cp_tui.engine.pieces import Encoded, line
from cp_tui.rpc.protocol import (
    LINE_BYTES_MAX,
    Batch,
    Incoming,
    Request,
    RpcFailure,
    error_response,
    parse,
    result_response,
)

if TYPE_CHECKING:
    from cp_tui.rpc.engine_door import EngineDoor

_log = logging.getLogger(__name__)

REQUESTS_IN_FLIGHT_MAX = 16
"""How many requests of one client are carried out at a time; further ones wait unread."""
STUCK_S = 10.0
"""A client that has read nothing for this long may have to make room for others."""
IDLE_S = 60.0
"""So may one that follows nothing and has asked for nothing for this long."""
BYTES_IN_FLIGHT_MAX = LINE_BYTES_MAX
"""How long those requests may be: one as long as a line may be, several together no longer."""
SLICE_BYTES = 16 * 1024
"""How much JSON is worked out, for all clients, before the charge point has its turn."""
BATCH_INTERVAL_S = 0.02
"""The pause between two batches of updates; the first after a silence leaves at once."""
CHANGES_FIRST_MAX = 10
"""How many batches of updates an answer lets go before it at most."""
UNREAD_BYTES_MAX = 256 * 1024
"""How much may be written that the client has not read; beyond, its updates wait in the hub."""

END_TOLD = b'{"jsonrpc":"2.0","method":"ended","params":{"name":"door"}}\n'
"""The last line before the door closes: who hangs up without it has crashed, or was killed."""

NAMES_MAX = 100
"""How many names one subscription may have; there are a few dozen."""

Names = Annotated[list[str], Field(max_length=NAMES_MAX)]
Pages = Annotated[
    bool, Field(description="the histories follow as events, at the pace of the client")
]
"""In the answer each stream is empty then. Of what is followed already the history does not come
again."""
IsScreen = Annotated[
    bool, Field(description="this client counts as one, from here on and as long as it is here")
]
Response = dict[str, object]


class ClientSession:
    """The conversation with one client."""

    def __init__(
        self,
        engine: EngineDoor,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        on_shutdown: Callable[[], None] | None,
        turns: asyncio.Lock,
        screens: Callable[[], int],
    ) -> None:
        """`turns` is held by the client for which JSON is worked out; `screens` counts those who
        are one."""
        self._turns = turns
        self._screens = screens
        self.is_screen = False
        self._engine = engine
        self._reader = reader
        self._writer = writer
        self._on_shutdown = on_shutdown
        self._is_read_only = False
        self._followed: set[str] = set()
        self._announced: list[Subscription] = []
        """Made by the request that is carried out now."""
        self._subscriptions: list[Subscription] = []
        self._telling: set[Subscription] = set()
        """Those of which something is taken and not yet written."""
        self._requests: set[asyncio.Task[None]] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self._writing = asyncio.Lock()
        """Held while a line is written: nothing may come into its middle."""
        self._room = asyncio.Semaphore(REQUESTS_IN_FLIGHT_MAX)
        self._bytes_in_flight = 0
        self._has_ended = asyncio.Event()
        """A request of those in flight."""
        self._heard_at = asyncio.get_running_loop().time()
        self._stuck_since: float | None = None
        """Since when the client has not read what was written."""
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
            for subscription in self._subscriptions:
                subscription.close()
            self._writer.close()

    def useless_for_s(self) -> float:
        """Give the seconds for which this client has been stuck or idle; 0 where it may stay."""
        now = asyncio.get_running_loop().time()
        if self._stuck_since is not None and now - self._stuck_since > STUCK_S:
            return now - self._stuck_since
        is_busy = self._followed or self._requests
        return 0.0 if is_busy or now - self._heard_at < IDLE_S else now - self._heard_at

    def say_the_end(self) -> None:
        """Tell that what is behind the door ends in order, unless that would cut a line in two."""
        if not self._writing.locked() and not self._writer.is_closing():
            self._writer.write(END_TOLD)

    def drop(self) -> None:
        """Hang up without a word, for it would not be read."""
        self._writer.transport.abort()

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
                await self._answer_line(RpcFailure(None, ErrorNumber.INVALID_REQUEST, text))
                return
            except OSError:
                return
            if line.strip():
                await self._take(line)

    async def _take(self, line: bytes) -> None:
        """Start to answer one line; tasks start in order, so commands reach the engine in order."""
        self._heard_at = asyncio.get_running_loop().time()
        # Not read any further until there is room: the client is held back by its own socket.
        await self._room.acquire()
        while self._bytes_in_flight and self._bytes_in_flight + len(line) > BYTES_IN_FLIGHT_MAX:
            self._has_ended.clear()
            await self._has_ended.wait()
        self._bytes_in_flight += len(line)
        task = asyncio.create_task(self._answer_line(parse(line)))
        self._requests.add(task)
        task.add_done_callback(partial(self._ended, len(line)))

    def _ended(self, size: int, task: asyncio.Task[None]) -> None:
        self._requests.discard(task)
        self._bytes_in_flight -= size
        self._has_ended.set()
        self._room.release()

    async def _answer_line(self, incoming: Incoming | Batch) -> None:
        responses: list[Response] = []
        announced: list[Subscription] = []
        entries = incoming if isinstance(incoming, tuple) else (incoming,)
        for entry in entries:
            if (response := await self._answer(entry)) is not None:
                responses.append(response)
            announced += self._announced
            self._announced.clear()
        self._subscriptions += announced
        if responses:
            answer = responses if isinstance(incoming, tuple) else responses[0]
            # A client that hung up is noticed by the reading side.
            with suppress(OSError):
                await self._write(line(answer))
        # Updates follow the answer that announced them, never the other way round.
        for subscription in announced:
            pump = asyncio.create_task(self._pump(subscription))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _answer(self, incoming: Incoming) -> Response | None:
        """Carry out one request; None for a notification, which is never answered."""
        if isinstance(incoming, RpcFailure):
            return error_response(incoming)
        try:
            answer = await self._carry_out(incoming)
        except CommandError as error:
            failure = RpcFailure(incoming.id, error.code, error.message)
            return None if incoming.is_notification else error_response(failure)
        except Exception:
            # A bug behind one method must not cost the client its connection, nor go unseen.
            _log.exception("door: method %r failed", incoming.method)
            failure = RpcFailure(
                incoming.id, ErrorNumber.INTERNAL_ERROR, "internal error; see the log"
            )
            return None if incoming.is_notification else error_response(failure)
        if incoming.is_notification:
            return None
        return result_response(incoming.id, answer.result, answer.reason)

    async def _carry_out(self, request: Request) -> CommandAnswer:
        """Do what concerns the connection here, and hand on the rest."""
        command = CONNECTION_COMMANDS.get(request.method)
        if command is None or (request.method == "shutdown" and self._on_shutdown is None):
            try:
                return await self._engine.call(
                    request.method, request.params, read_only=self._is_read_only
                )
            finally:
                await self._tell_changes()
        return await command.carry_out(self, request.params)

    async def _tell_changes(self) -> None:
        """Have what a command changed told before its answer, unless the client is slow to read."""
        for _ in range(CHANGES_FIRST_MAX):
            if not any(s.has_changes or s in self._telling for s in self._subscriptions):
                break
            await asyncio.sleep(BATCH_INTERVAL_S)

    async def subscribe(self, variables: Names, pages: Pages = False) -> dict[str, Encoded]:
        """Give the values of variables and the histories of streams, then every change."""
        await self._engine.prepare(variables)
        seen = self._engine.subscribe(variables, history_as_events=pages)
        # What is followed already is in the answer all the same, with its value of now.
        if self._followed.isdisjoint(variables):
            self._announced.append(seen)
        else:
            # Following a name twice would deliver each of its updates twice.
            fresh = [name for name in variables if name not in self._followed]
            if fresh:
                self._announced.append(self._engine.subscribe(fresh, history_as_events=pages))
            seen.close()
        self._followed.update(variables)
        snapshot, seen.snapshot = seen.snapshot, {}
        return {name: Encoded(found.written) for name, found in snapshot.items()}

    async def get(self, variable: str) -> Any:
        """Give the value of one variable, as it is now; a stream has none, subscribe to it."""
        await self._engine.prepare([variable])
        return self._engine.get(variable)

    def observe(self, read_only: bool = True) -> bool:
        """Only look from here on."""
        if self._is_read_only and not read_only:
            raise CommandError(ErrorNumber.READ_ONLY, "an observer stays an observer; connect anew")
        self._is_read_only = read_only
        return read_only

    def screens(self, is_screen: IsScreen = False) -> int:
        """Say how many other screens show what is here."""
        self.is_screen |= is_screen
        return self._screens() - self.is_screen

    def ping(self) -> bool:
        """Say that the process runs; answered without the charge point."""
        return True

    def shutdown(self) -> bool:
        """End the program in order."""
        if self._is_read_only:
            raise CommandError(ErrorNumber.READ_ONLY, "an observer cannot end the charge point")
        if self._on_shutdown is not None:
            self._on_shutdown()
        return True

    async def _pump(self, subscription: Subscription) -> None:
        """Write updates, in batches and not faster than the client reads them."""
        try:
            while True:
                updates = await subscription.next()
                self._telling.add(subscription)
                for batch in _batches(updates):
                    await self._write(chain.from_iterable(map(_told, batch)))
                self._telling.discard(subscription)
                await asyncio.sleep(BATCH_INTERVAL_S)
        except (OSError, SubscriptionClosed):
            # The client hung up or the engine ends; whoever notices it handles it.
            pass
        finally:
            self._telling.discard(subscription)
            subscription.close()

    async def _write(self, pieces: Iterator[str]) -> None:
        """Write and wait until the client has read enough of it; raises `OSError`."""
        async with self._writing:
            is_more = True
            while is_more:
                async with self._turns:
                    data, is_more = _slice(pieces)
                    if is_more:
                        await asyncio.sleep(SLICE_PAUSE_S)
                if self._writer.is_closing():
                    # Written all the same, each line would be one in the log.
                    raise ConnectionResetError
                self._writer.write(data)
                self._stuck_since = asyncio.get_running_loop().time()
                try:
                    await self._writer.drain()
                finally:
                    self._stuck_since = None


def _slice(pieces: Iterator[str]) -> tuple[bytes, bool]:
    """Work out the next pieces; say whether there may be more."""
    data = bytearray()
    for piece in pieces:
        data += piece.encode("ascii")
        if len(data) >= SLICE_BYTES:
            return bytes(data), True
    return bytes(data), False


def _batches(updates: Iterable[Update]) -> Iterator[list[Update]]:
    """Put short events together; between two batches an answer may be written."""
    batch: list[Update] = []
    size = 0
    for update in updates:
        batch.append(update)
        size += len(update.json) if isinstance(update, EventHappened) else SLICE_BYTES
        if size >= SLICE_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _told(update: Update) -> Iterator[str]:
    """Write a notification as a line; a name that can be followed needs no escapes."""
    if isinstance(update, VariableChanged):
        yield f'{{"jsonrpc":"2.0","method":"variable","params":{{"name":"{update.name}","value":'
        yield from update.written
    else:
        yield f'{{"jsonrpc":"2.0","method":"event","params":{{"name":"{update.name}","event":'
        yield f'{update.json},"dropped":{update.dropped},"number":{update.number}'
    yield "}}\n"


CONNECTION_COMMANDS: Mapping[str, Command] = table(
    Command(ClientSession.subscribe, is_look=True, gives="an object: each name and its value"),
    Command(ClientSession.get, is_look=True, gives="the value"),
    Command(ClientSession.observe, is_look=True),
    Command(ClientSession.screens, is_look=True, gives="their number"),
    Command(ClientSession.ping, is_look=True),
    Command(ClientSession.shutdown),
)
"""What concerns one client and its connection, by name."""
