"""A server that answers each connection with the next of some bytes, whatever it is asked."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

WEBSOCKET_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""RFC 6455, section 1.3."""
ACCEPT = b"{accept}"
"""Stands for the answer to the key of the handshake."""


@asynccontextmanager
async def raw_http(*answers: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Answer in this order, then the last one again and again; gives the URL, and what waits."""
    waiting = list(answers)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        key = re.search(rb"(?i)sec-websocket-key: *(\S+)", request)
        assert key is not None, request
        accept = base64.b64encode(hashlib.sha1(key[1] + WEBSOCKET_GUID).digest())
        chosen = waiting.pop(0) if waiting else answers[-1]
        writer.write(chosen.replace(ACCEPT, accept))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", waiting
