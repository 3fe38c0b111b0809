"""Whether the engine behind an open door still answers: a ping every few seconds, over the socket.

All well, it writes nothing to the terminal. Time is counted while this process runs: one that was
stopped, or slept with its machine, accuses nobody of the time it was away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from cp_tui.rpc.client import ConnectionLost, EngineConnection

PING_EVERY_S = 2.0
"""Between the answer to a ping and the next one; some 50 bytes each way on a Unix socket."""
HUNG_AFTER_S = 5.0
"""Without an answer for so long, people are told; the pause between two pings counts as silence."""
STEP_S = 0.5
"""Silence is counted in steps, each of them at most this long however late it ends."""

Tell = Callable[[datetime | None], None]


async def watch(
    connection: EngineConnection,
    tell: Tell,
    now: Callable[[], datetime],
    *,
    every_s: float = PING_EVERY_S,
    hung_after_s: float = HUNG_AFTER_S,
) -> None:
    """Ping until the connection is lost; tell since when there is no answer, and when there is."""
    answered_at, silent_s = now(), 0.0
    while True:
        ping = asyncio.create_task(connection.ping())
        try:
            while not (await asyncio.wait({ping}, timeout=STEP_S))[0]:
                silent_s += STEP_S
                if silent_s >= hung_after_s:
                    tell(answered_at)
            ping.result()
        except ConnectionLost:
            return
        finally:
            ping.cancel()
        tell(None)
        answered_at, silent_s = now(), every_s
        await asyncio.sleep(every_s)
