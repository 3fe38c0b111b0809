"""`cp-tui csms`: the small CSMS alone, on loopback, a line per event."""

from __future__ import annotations

import asyncio
import signal
from argparse import Namespace
from contextlib import suppress
from pathlib import Path

import platformdirs

from cp_tui.cli.output import complain, told_without_waiting
from cp_tui.csms.errors import FolderDamaged
from cp_tui.csms.serve import serve_central_system


def run(options: Namespace) -> int:
    """Serve until a signal."""
    try:
        asyncio.run(_serve(options))
    except FolderDamaged as error:
        return complain(f"csms: {error}; --new-certificates makes everything there anew")
    except OSError as error:
        place = f"port {options.port}" if error.filename is None else str(error.filename)
        return complain(f"csms: {place}: {error.strerror}")
    return 0


async def _serve(options: Namespace) -> None:
    with told_without_waiting() as tell:
        serving = asyncio.create_task(
            serve_central_system(
                options.port,
                tell,
                profile=options.profile,
                folder=options.folder or default_folder(),
                anew=options.new_certificates,
            )
        )
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, serving.cancel)
        with suppress(asyncio.CancelledError):
            await serving


def default_folder() -> Path:
    """Give where passwords and certificates are kept, unless told otherwise."""
    return platformdirs.user_data_path("cp-tui-csms", appauthor=False)
