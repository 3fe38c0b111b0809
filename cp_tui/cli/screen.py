"""The screen on a running engine, for the commands that show one; Textual is imported late."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cp_tui.cli.bundling import bundled
from cp_tui.cli.patience import reading
from cp_tui.cli.quick_imports import importing
from cp_tui.cli.terminal import on_terminal

if TYPE_CHECKING:
    from cp_tui.tui.app import Attachment
    from cp_tui.tui.preferences import Look
    from cp_tui.tui.start.log_app import Opening

LEAVE = "leave"
STOP = "stop"


def read_look(options: Namespace) -> Look:
    """Read how the screen shall look; raises `SettingsError`."""
    with importing():
        from cp_tui.cli.look import ScreenOptions, load_look
        from cp_tui.settings.load import default_config_file
        from cp_tui.settings.problem import SettingsError

    asked = ScreenOptions(options.config, options.theme, options.colors, options.ascii)
    file = options.config or default_config_file()
    try:
        return reading(file, partial(load_look, asked))
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}") from None


def show_log(opening: Opening, look: Look, written_first: str = "") -> str:
    """Show a log until the user quits; says why where there is nothing to be shown."""
    with importing():
        from cp_tui.tui.app import Attachment
        from cp_tui.tui.main import run_screen
        from cp_tui.tui.start.log_app import LogApp, no_engine

    made: list[LogApp] = []

    def make(*given: Any, **look: Any) -> LogApp:
        made.append(LogApp(opening, *given, **look))
        return made[-1]

    with on_terminal():
        run_screen(Attachment(no_engine, read_only=True), look, written_first, make)
    return made[-1].has_no_log


def show_screen(attachment: Attachment, look: Look, written_first: str = "") -> str:
    """Show a charge point until the user quits; returns `LEAVE` or `STOP`.

    `written_first` goes to the terminal before the screen comes.
    """
    with importing():
        from cp_tui.tui.main import run_screen

    with on_terminal():
        return run_screen(attachment, look, written_first)


def attachment_at(
    path: Path,
    *,
    read_only: bool,
    may_stop: Callable[[], bool] | None = None,
    csms: Path | None = None,
    welcome: str = "",
    why_gone: Callable[[], str] | None = None,
    ends_with_screen: bool = False,
) -> Attachment:
    """Say how a screen comes to the charge point at the socket.

    `may_stop` says whether the one that this program started is still there to be stopped.
    `csms` is the socket of a CSMS that was started with it, `welcome` what is said first, and
    `why_gone` tells what a process that we started has said when it ended. `ends_with_screen`:
    whoever leaves the screen ends all of it.
    """
    with importing():
        from cp_tui.demo.csms_variables import CSMS
        from cp_tui.rpc.client import Client, ConnectionLost, EngineConnection
        from cp_tui.tui.app import Attachment

    async def connect_csms() -> EngineConnection:
        assert csms is not None
        return await Client.connect(csms, read_only=read_only, vocabulary=CSMS)

    async def connect() -> EngineConnection:
        nonlocal why_gone
        try:
            connection = await Client.connect(path, read_only=read_only, is_screen=True)
        except (ConnectionLost, OSError) as error:
            # What a child says goes to nobody while the screen is up.
            if why_gone is None or not (words := why_gone()):
                raise
            raise ConnectionLost(f"{error}; it has ended: {words}") from None
        if may_stop is not None and not may_stop():
            # It has ended, and another one answers: what ours has said is not about this one.
            why_gone = None
        return connection

    return Attachment(
        connect,
        read_only,
        may_stop,
        connect_csms=None if csms is None else connect_csms,
        # What was started with the screen is gone with it.
        whose=str(path) if csms is None else "",
        welcome=welcome,
        bundle=partial(bundled, path),
        ends_with_screen=ends_with_screen,
    )
