"""What can be at the other end of the line: every situation of the twelve questions, made real."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.end_to_end.raw_csms import RawCsms
from tests.engine.links import tcp_server

TAG = "04A2B3C4D5"
OTHER_TAG = "04FFEE0102"
HEARTBEAT_S = 3600


def boot(
    status: str = "Accepted", interval_s: int = HEARTBEAT_S, *, ahead_s: float = 0.0
) -> dict[str, Any]:
    """An answer to BootNotification, by a clock that may be ahead."""
    now = datetime.now(UTC) + timedelta(seconds=ahead_s)
    return {"status": status, "currentTime": now.isoformat(), "interval": interval_s}


def csms(
    *, boot_answer: Mapping[str, Any] | None = None, tag_status: str = "Accepted", **how: Any
) -> RawCsms:
    """A CSMS that accepts, if not told otherwise."""
    tag = {"idTagInfo": {"status": tag_status}}
    heartbeat = {"currentTime": datetime.now(UTC).isoformat()}
    answers = {
        "BootNotification": boot_answer or boot(),
        "Heartbeat": heartbeat,
        "Authorize": tag,
        "StartTransaction": {"transactionId": 77, **tag},
    }
    return RawCsms(answers, **how)


@asynccontextmanager
async def idle_dropper(target: int, idle_s: float) -> AsyncIterator[str]:
    """A proxy that forgets a connection on which nothing was said for so long."""

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await asyncio.wait_for(reader.read(65_536), idle_s):
            writer.write(data)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
        ways = [
            asyncio.ensure_future(pass_on(reader, far_writer)),
            asyncio.ensure_future(pass_on(far_reader, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
                with contextlib.suppress(asyncio.CancelledError, TimeoutError, ConnectionError):
                    await way
            far_writer.close()

    async with tcp_server(serve) as port:
        yield f"ws://127.0.0.1:{port}"
