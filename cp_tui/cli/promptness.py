"""What else runs in a process than its charge point, kept from holding up an answer for long."""

from __future__ import annotations

import asyncio
import gc
import sys
from contextlib import suppress

from cp_tui.engine.thread import in_daemon_thread

BOOT_S = 1.0
"""A boot comes first."""
COLLECTOR_THRESHOLDS = (5_000, 10, 10)
"""Python's own (700, 10, 10) look through everything now and then, for 50 to 110 ms with 30
connectors. With these, and without what the boot made, the longest pause was 7 ms."""
SWITCH_S = 0.0005
"""After so long a thread that works (log, store, archive) gives way to the charge point, which it
may hold up with each frame. Python's own is ten times as long."""


async def stay_prompt(end: asyncio.Event) -> None:
    """Have nothing hold up the charge point of this process, until the end."""
    sys.setswitchinterval(SWITCH_S)
    with suppress(TimeoutError):
        async with asyncio.timeout(BOOT_S):
            await end.wait()
    if not end.is_set():
        await in_daemon_thread(_import_the_rest)
        # Of a boot nothing becomes garbage but the mind, should there be another: once, some MiB.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECTOR_THRESHOLDS)
    await end.wait()


def _import_the_rest() -> None:
    """Import what the first client and the first command need, before they wait for it."""
    import cp_tui.control.session
    import cp_tui.engine.commands  # noqa: F401
