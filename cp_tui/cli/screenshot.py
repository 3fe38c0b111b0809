"""`cp-tui screenshot`: what the screen of a running engine shows, as a file; needs no terminal."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from functools import partial

from cp_tui.cli.output import ExitStatus, complain
from cp_tui.cli.patience import writing
from cp_tui.cli.screen import read_look
from cp_tui.rpc.paths import find_engine

SUFFIXES = (".svg", ".txt")


def run(options: Namespace) -> int:
    """Look at the engine, write the file, leave no trace."""
    file = options.file.expanduser()
    if file.suffix not in SUFFIXES:
        return complain(f"screenshot: {file}: the name must end in {' or '.join(SUFFIXES)}")
    path = find_engine(options.socket, options.id)
    look = read_look(options)
    from cp_tui.rpc.client import Client, ConnectionLost, EngineConnection
    from cp_tui.tui.start.screenshot import NoSuchScreen, take_picture

    async def connect() -> EngineConnection:
        return await Client.connect(path, read_only=True)

    picture = take_picture(
        connect,
        look,
        screen=options.screen,
        size=options.size,
        is_text=file.suffix == ".txt",
        warn=lambda problem: complain(f"screenshot: {problem}"),
    )
    try:
        writing(file, partial(file.write_text, asyncio.run(picture), encoding="utf-8"))
    except NoSuchScreen as error:
        return complain(f"screenshot: --screen: {error}")
    except OSError as error:
        # A TimeoutError is one of them.
        return complain(f"screenshot: {file}: {error.strerror or error}", ExitStatus.FAILED)
    except ConnectionLost as error:
        return complain(f"screenshot: {error}", ExitStatus.FAILED)
    return 0
