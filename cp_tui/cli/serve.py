"""`cp-tui serve`: the engine and its door, until a signal, `shutdown` or the end of its input."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from argparse import Namespace
from pathlib import Path

from cp_tui.cli.output import say
from cp_tui.cli.parent_pipe import when_stdin_closes
from cp_tui.cli.promptness import stay_prompt
from cp_tui.cli.settings import read_settings
from cp_tui.engine.disk import TOLD_S
from cp_tui.engine.engine import Engine
from cp_tui.rpc.server import RpcServer, check_socket
from cp_tui.settings.build import ServeSettings
from cp_tui.settings.problem import SettingsError

END_S_MAX = 9
"""How long an end in order may take: half is enough on a busy machine, and who started us waits 10
s."""


def run(options: Namespace) -> int:
    """Serve until told to end; everything that can be wrong is found before anything starts."""
    settings = read_settings(options)
    check_socket(settings.socket)
    asyncio.run(
        _serve(settings, quiet=options.quiet, until_stdin_closes=options.until_stdin_closes)
    )
    return 0


async def _serve(settings: ServeSettings, *, quiet: bool, until_stdin_closes: bool) -> None:
    end = asyncio.Event()
    _end_on_signals(end)
    if until_stdin_closes:
        try:
            await when_stdin_closes(end.set)
        except ValueError:
            raise SettingsError("--until-stdin-closes: standard input must be a pipe") from None
    engine = Engine(
        settings.engine, data_dir=settings.data_dir, log_stream=None if quiet else sys.stderr
    )
    door = RpcServer(engine, settings.socket, on_shutdown=end.set, on_refused=engine.client_refused)
    await _started(engine, settings.data_dir)
    # What asyncio and the door have to say goes the same way: printed, it would wait for a reader.
    logging.getLogger().handlers[:] = engine.log.handlers
    try:
        await door.start()
        await stay_prompt(end)
    finally:
        # Nobody handles it: it ends the process whatever hangs, be it a disk at its last write.
        signal.alarm(END_S_MAX)
        await door.close()
        await engine.close()


async def _started(engine: Engine, data_dir: Path) -> None:
    """Start the engine; a disk that holds that up is told."""
    text = f"cp-tui: still opening {data_dir} ..."
    telling = asyncio.get_running_loop().call_later(TOLD_S, say, text)
    try:
        await engine.start()
    finally:
        telling.cancel()


def _end_on_signals(end: asyncio.Event) -> None:
    """End in order, as if power went away but with a clean store; `nohup` keeps its meaning."""
    loop = asyncio.get_running_loop()

    def ask_to_end() -> None:
        # Also for a start that hangs; nobody handles it, see below.
        signal.alarm(END_S_MAX)
        end.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, ask_to_end)
