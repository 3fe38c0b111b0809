"""`cp-tui csms`: the small CSMS alone, on loopback, a line per event."""

from __future__ import annotations

import asyncio
import signal
from argparse import Namespace
from contextlib import suppress

from cp_tui.cli.output import complain, told_without_waiting
from cp_tui.csms.serve import serve_central_system


def run(options: Namespace) -> int:
    """Serve until a signal."""
    try:
        asyncio.run(_serve(options.port))
    except OSError as error:
        return complain(f"csms: port {options.port}: {error.strerror}")
    return 0


async def _serve(port: int) -> None:
    with told_without_waiting() as tell:
        serving = asyncio.create_task(serve_central_system(port, tell))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, serving.cancel)
        with suppress(asyncio.CancelledError):
            await serving
