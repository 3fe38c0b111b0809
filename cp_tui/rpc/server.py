"""The engine's end of the door: a Unix socket that only this user and root can open.

It must not know what a method does: that is the engine's table of commands.

A Unix socket and no TCP port, because the file system then says who may come in: the folder is 0700
and the socket 0600 from its first moment, and nothing has to be configured or encrypted. The path
names a socket that answers, or nothing: it is bound under another name and moved into place, so
that whoever starts the process and waits for the path may connect when it is there.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cp_tui.engine.errors import ErrorNumber
from cp_tui.rpc import paths
from cp_tui.rpc.engine_door import EngineDoor
from cp_tui.rpc.paths import SocketPathError
from cp_tui.rpc.protocol import (
    LINE_BYTES_MAX,
    RpcFailure,
    encode_response,
    error_response,
)

if TYPE_CHECKING:
    from cp_tui.rpc.client_session import ClientSession

CLIENTS_MAX = 32
"""How many screens and scripts may be connected; each may hold some MiB."""
BACKLOG = 16
TURN_AWAY_S = 1.0
"""How long a client has to read that there is no room for it."""
CLOSE_TIMEOUT_S = 2.0
"""How long clients have to take what is already written when the engine ends."""


_log = logging.getLogger(__name__)


def check_socket(path: Path) -> None:
    """Refuse a socket that cannot be opened, before anything else is started."""
    paths.check_length(path)
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise SocketPathError(f"socket {path}: {error.strerror}") from None
    if not stat.S_ISSOCK(mode):
        raise SocketPathError(f"socket {path}: there is a file of that name that is no socket")
    if paths.is_answering(path):
        raise SocketPathError(f"socket {path}: a charge point answers there already")


class RpcServer:
    """Listens at a socket path and gives each client a `Session` with the engine."""

    def __init__(
        self,
        engine: EngineDoor,
        path: Path,
        *,
        on_shutdown: Callable[[], None] | None = None,
        on_refused: Callable[[int], None] = lambda clients: None,
    ) -> None:
        """Without `on_shutdown` no client can end what is behind the door.

        `on_refused` hears of each client that was turned away, and how many are inside.
        """
        self._on_refused = on_refused
        self._engine = engine
        self._path = path
        self._on_shutdown = on_shutdown
        self._server: asyncio.Server | None = None
        self._turns = asyncio.Lock()
        self._sessions: dict[asyncio.Task[None], ClientSession] = {}
        self._inode: int | None = None

    async def start(self) -> None:
        """Open the door; call it when the engine is ready. Raises `SocketPathError`."""
        check_socket(self._path)
        try:
            make_folder(self._path.parent)
            listener = _listen(self._path)
        except OSError as error:
            text = error.strerror or str(error)
            raise SocketPathError(f"socket {self._path}: {text}") from None
        self._inode = self._path.stat().st_ino
        self._server = await asyncio.start_unix_server(
            self._welcome, sock=listener, limit=LINE_BYTES_MAX
        )

    async def close(self) -> None:
        """Close the door: no new client, and those inside get what was already written."""
        if self._server is None:
            return
        self._server.close()
        for task, session in self._sessions.items():
            session.say_the_end()
            task.cancel()
        if self._sessions:
            await asyncio.wait(self._sessions, timeout=CLOSE_TIMEOUT_S)
        # Another engine may have taken the path since; its socket is not ours to remove.
        try:
            if self._path.stat().st_ino == self._inode:
                self._path.unlink()
        except FileNotFoundError:
            pass

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(self._sessions) >= CLIENTS_MAX:
            await self._make_room()
        if len(self._sessions) >= CLIENTS_MAX:
            self._on_refused(len(self._sessions))
            await _turn_away(reader, writer)
            return
        # A boot needs no client, and what a client may ask for would hold it up.
        from cp_tui.rpc.client_session import ClientSession

        session = ClientSession(
            self._engine, reader, writer, self._on_shutdown, self._turns, self._screens
        )
        self._sessions[task] = session
        try:
            await session.run()
        except asyncio.CancelledError:
            # The engine ends; asyncio would report a cancelled client as an error.
            pass
        finally:
            del self._sessions[task]

    def _screens(self) -> int:
        return sum(each.is_screen for each in self._sessions.values())

    async def _make_room(self) -> None:
        """Hang up on the client that has been of no use for longest, if any is."""
        useless_s = {task: each.useless_for_s() for task, each in self._sessions.items()}
        task = max(useless_s, key=lambda each: useless_s[each])
        if useless_s[task] > 0:
            _log.warning("door: a client of no use for %.0f s makes room", useless_s[task])
            self._sessions[task].drop()
            await asyncio.wait({task}, timeout=TURN_AWAY_S)


async def _turn_away(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    text = f"too many clients: {CLIENTS_MAX} are connected already"
    with suppress(OSError, TimeoutError):
        writer.write(encode_response(error_response(RpcFailure(None, ErrorNumber.REFUSED, text))))
        writer.write_eof()
        # Whoever still writes when we close would hear of a broken pipe, and not of the reason.
        async with asyncio.timeout(TURN_AWAY_S):
            while await reader.read(LINE_BYTES_MAX):
                pass
    writer.close()


def make_folder(folder: Path) -> None:
    """Make the folder of the socket for this user alone; one that the user chose stays as it is."""
    if folder != paths.runtime_folder():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    # In a shared /tmp somebody else may have been faster and would own what we trust.
    for place, owners in ((folder.parent, {0, os.getuid()}), (folder, {os.getuid()})):
        if place.stat().st_uid not in owners:
            raise SocketPathError(f"folder {place} belongs to another user; choose --socket")
    folder.chmod(0o700)


def _listen(path: Path) -> socket.socket:
    """Bind under a passing name and move it into place: the path only ever names a live socket."""
    passing = path.with_name(f".{os.getpid() % 10_000:04}")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # The rights must be right from the first moment, not after a chmod.
    umask = os.umask(0o177)
    try:
        passing.unlink(missing_ok=True)
        listener.bind(str(passing))
        listener.listen(BACKLOG)
        passing.replace(path)
    except BaseException:
        listener.close()
        passing.unlink(missing_ok=True)
        raise
    finally:
        os.umask(umask)
    return listener
