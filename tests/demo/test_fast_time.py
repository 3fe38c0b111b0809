"""Fast time passes only where nothing is on its way."""

from __future__ import annotations

import asyncio
import socket
import time
from threading import Timer
from unittest.mock import patch

from tests.demo import fast_time
from tests.demo.fast_time import in_fast_time

CARRIED_S = 0.05


@in_fast_time
async def test_no_time_passes_while_a_busy_machine_carries_what_was_sent() -> None:
    loop = asyncio.get_running_loop()
    accepted = loop.create_future()
    server = await asyncio.start_server(lambda *ends: accepted.set_result(ends), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    _, other = await accepted
    raw = socket.socket(fileno=other.get_extra_info("socket").dup().detach())
    begun_at, late = loop.time(), Timer(CARRIED_S, raw.send, [b"x"])
    late.start()
    # As if the kernel had not handed over what is sent only then.
    with patch.object(fast_time, "_carried", lambda _: (1, 1, 0)):
        assert await asyncio.wait_for(reader.read(1), 60) == b"x"
    assert loop.time() == begun_at
    late.join()
    raw.close()
    for each in (writer, other, server):
        each.close()


@in_fast_time
async def test_no_time_passes_while_a_thread_works_for_somebody() -> None:
    """The package `ocpp` judges each message in one of those of the loop."""
    begun_at = asyncio.get_running_loop().time()
    await asyncio.wait_for(asyncio.to_thread(time.sleep, CARRIED_S), 60)
    assert asyncio.get_running_loop().time() == begun_at
