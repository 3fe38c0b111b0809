"""The file server of the small CSMS: firmware to be fetched, logs to be delivered, by HTTP.

A firmware file of any version is there: it is made of its name. What is delivered is kept in
memory, the newest few, and in a folder where there is one.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, unquote

from msgspec import Struct

FIRMWARE, LOGS = "/firmware/", "/logs/"
HEAD_BYTES_MAX = 16_384
BODY_BYTES_MAX = 20_000_000
"""The longest file that is taken."""
KEPT_MAX = 5
"""How many files that were delivered are kept."""
IDLE_S = 30.0
_FIRMWARE_NAME = re.compile(r"demo-([0-9A-Za-z.+-]{1,50})\.bin")
_FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")


class DeliveredFile(Struct, frozen=True):
    """A file that a charge point has delivered."""

    charge_point_id: str
    name: str
    content: bytes


def firmware(version: str) -> bytes:
    """Give the firmware file of a version; its first line names it."""
    return f"version: {version}\na firmware of the demo, of two lines\n".encode()


class _Refused(Exception):
    """A request that is not served."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class FileServer:
    """Serves on loopback, one request for each connection."""

    def __init__(self, delivered: Callable[[DeliveredFile], None], folder: Path | None) -> None:
        """`delivered` hears of each file; `folder` is where they are kept as well."""
        self._delivered = delivered
        self._folder = folder
        self._server: asyncio.Server | None = None
        self._is_secure = False
        self._connections: set[asyncio.Task[None]] = set()
        self.files: tuple[DeliveredFile, ...] = ()
        """What was delivered, the newest last."""

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        """Listen on a free port."""
        self._is_secure = tls is not None
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, ssl=tls, limit=HEAD_BYTES_MAX
        )

    async def close(self) -> None:
        """Serve nobody any more."""
        if self._server is None:
            return
        self._server.close()
        connections = [*self._connections]
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    def firmware_url(self, version: str) -> str:
        """Give the URL of a firmware file of this version."""
        return f"{self._base}{FIRMWARE}demo-{version}.bin"

    def log_url(self, charge_point_id: str) -> str:
        """Give the URL below which a charge point delivers its logs."""
        return f"{self._base}{LOGS}{quote(charge_point_id, safe='')}/"

    @property
    def _base(self) -> str:
        assert self._server is not None, "the CSMS is not started"
        port = self._server.sockets[0].getsockname()[1]
        return f"http{'s' if self._is_secure else ''}://127.0.0.1:{port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "asyncio serves each connection with a task"
        self._connections.add(task)
        try:
            async with asyncio.timeout(IDLE_S):
                await self._serve_one(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            # Whoever goes away, or says nothing, is not worth a word.
            pass
        finally:
            self._connections.discard(task)
            writer.close()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            status, content = HTTPStatus.OK, await self._answer(reader)
        except _Refused as refused:
            status, content = refused.status, f"{refused}\n".encode()
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\n"
            f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode() + content)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader) -> bytes:
        """Serve a request; gives the content of the answer."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        method, _, rest = first.partition(" ")
        path = rest.partition(" ")[0].partition("?")[0]
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        if method == "GET" and path.startswith(FIRMWARE):
            found = _FIRMWARE_NAME.fullmatch(unquote(path.removeprefix(FIRMWARE)))
            if found is not None:
                return firmware(found[1])
        elif method in ("PUT", "POST") and path.startswith(LOGS):
            who, _, name = path.removeprefix(LOGS).partition("/")
            name = unquote(name)
            if not _FILE_NAME.fullmatch(name):
                raise _Refused(HTTPStatus.BAD_REQUEST)
            self._keep(DeliveredFile(unquote(who), name, await _body(reader, headers)))
            return b""
        raise _Refused(HTTPStatus.NOT_FOUND)

    def _keep(self, file: DeliveredFile) -> None:
        self.files = (*self.files, file)[-KEPT_MAX:]
        if self._folder is not None:
            try:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                (self._folder / file.name).write_bytes(file.content)
            except OSError:
                raise _Refused(HTTPStatus.INSUFFICIENT_STORAGE) from None
        self._delivered(file)


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    """Read what is delivered, whole or in chunks (RFC 9112 6)."""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return await _chunks(reader)
    length = headers.get("content-length", "")
    if not length.isdecimal():
        raise _Refused(HTTPStatus.LENGTH_REQUIRED)
    if len(length) > 10 or int(length) > BODY_BYTES_MAX:
        raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return await reader.readexactly(int(length))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    content = b""
    while True:
        size = (await reader.readuntil(b"\r\n")).partition(b";")[0].strip()
        try:
            count = int(size, 16)
        except ValueError:
            raise _Refused(HTTPStatus.BAD_REQUEST) from None
        if not 0 <= count <= BODY_BYTES_MAX - len(content):
            raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        content += await reader.readexactly(count)
        await reader.readuntil(b"\r\n")
        if count == 0:
            return content
