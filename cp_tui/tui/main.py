"""The screen as a program: what it takes from its environment, and how it ends with a terminal."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Thread
from types import FrameType

from cp_tui.engine.disk import on_disk_without_loop
from cp_tui.engine.thread import in_daemon_thread
from cp_tui.tui.actions.commands import commands_of
from cp_tui.tui.app import Attachment, CpTuiApp
from cp_tui.tui.preferences import (
    LayoutState,
    Look,
    Terminal,
    default_state_file,
    read_state,
    terminal_of,
    theme_for,
    write_state,
)
from cp_tui.tui.screen_desk import LEAVE
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.theme.themes import user_themes

ENDING = (signal.SIGHUP, signal.SIGTERM)
"""What ends the screen, and leaves the charge point as it is."""
LEAVE_S_MAX = 3
"""For an end in order when the terminal is lost."""

QUIET_S = 0.5
"""After the first picture, which comes before all that only a command needs."""
BRIEFLY_S = 2.0
"""For how the screen was left, before it is there and after it: nothing depends on it."""

COLLECTOR_THRESHOLDS = (5_000, 2, 100)
"""Python's own (700, 10, 10) look through everything four times while 200,000 messages come in, for
80 ms each when the log is full. So they do not at all, and the others take 2 to 4 ms, also where
each leap in a log makes some 10,000 objects that stay for a while."""


def run_screen(
    attachment: Attachment,
    look: Look,
    written_first: str = "",
    make: Callable[..., CpTuiApp] = CpTuiApp,
) -> str:
    """Show the charge point until somebody quits; returns `leave` or `stop`.

    `make` makes the screen of something else than a charge point that runs.
    `written_first` goes to the terminal before the first picture, to erase what stands there.
    A closed terminal (SIGHUP) or SIGTERM ends the screen and leaves the engine as it is.
    """
    path = default_state_file()
    state, problem = _state_of(path)
    app = make_app(attachment, look, state, os.environ, make)
    app.written_first = written_first
    if problem is not None:
        app.problems.append(problem)
    try:
        return asyncio.run(_run(app)) or LEAVE
    finally:
        signal.alarm(0)
        for number in ENDING:
            signal.signal(number, signal.SIG_DFL)
        # The terminal may be gone, and nothing is lost but where somebody was.
        if app.layout_state != state:
            # Another screen may have been closed meanwhile: what it remembers of others stays.
            with suppress(OSError):
                keep = partial(_keep, path, app.layout_state, attachment.whose, app.main.NAME)
                on_disk_without_loop(keep, f"writing {path}", limit_s=BRIEFLY_S)


def _state_of(path: Path) -> tuple[LayoutState, str | None]:
    """Read how the screen was left, if the disk answers soon."""
    try:
        return on_disk_without_loop(partial(read_state, path), f"reading {path}", limit_s=BRIEFLY_S)
    except OSError as error:
        return LayoutState(), f"{path}: {error.strerror}"


def _keep(path: Path, state: LayoutState, whose: str, screen: str) -> None:
    """Write how the screen is left."""
    kept = state.model_copy(update={"screens": read_state(path)[0].screens})
    write_state(path, kept.left(whose, screen))


def make_app(
    attachment: Attachment,
    look: Look,
    state: LayoutState,
    environment: Mapping[str, str],
    make: Callable[..., CpTuiApp] = CpTuiApp,
) -> CpTuiApp:
    """Make the screen for a terminal: what was asked for, as far as the terminal can show it."""
    terminal = terminal_of(environment, look.colors)
    is_ascii = look.is_ascii or not terminal.has_unicode
    return make(
        attachment,
        zone=datetime.now().astimezone().tzinfo or UTC,
        theme=theme_for(look, state, terminal, environment),
        theme_folders=[user_themes()],
        colors=terminal.colors,
        keymap=look.keymap,
        glyphs=_glyphs(terminal, is_ascii),
        is_ascii=is_ascii,
        flush_interval_s=look.flush_interval_s,
        has_bell=state.has_bell if look.has_bell is None else look.has_bell,
        state=state,
    )


def _glyphs(terminal: Terminal, is_ascii: bool) -> Glyphs:
    if is_ascii:
        return Glyphs.ASCII
    return Glyphs.EIGHTH if terminal.has_fine_blocks else Glyphs.HALF


async def _run(app: CpTuiApp) -> str | None:
    loop = asyncio.get_running_loop()

    def leave(number: int, frame: FrameType | None) -> None:
        # A lost terminal sends SIGCONT after SIGHUP, and Textual would start again on it: its
        # writer dies at the first byte, and the end of the app waits for it in vain.
        signal.signal(signal.SIGCONT, lambda number, frame: None)
        loop.call_soon_threadsafe(app.exit, LEAVE)

    for number in ENDING:
        signal.signal(number, leave)
    gc.disable()
    settling = asyncio.create_task(settle(app))
    try:
        with ended_if_stuck():
            return await app.run_async()
    finally:
        settling.cancel()
        gc.enable()


@contextmanager
def ended_if_stuck() -> Iterator[None]:
    """After a signal that ends the screen, end the process in `LEAVE_S_MAX` s whatever it does.

    The loop may be stuck in a write to a terminal that takes nothing any more, and nothing wakes it
    when the writer has died of the lost terminal. A handler of Python's runs in that very thread,
    between two steps of it: a signal that comes as it goes to wait is noted, and never handled. So
    the note itself wakes a thread, which sets an alarm that nobody handles.
    """
    far, near = os.pipe()
    os.set_blocking(near, False)
    before = signal.set_wakeup_fd(near, warn_on_full_buffer=False)
    watching = Thread(target=_set_the_alarm, args=(far,), name="lost-terminal", daemon=True)
    watching.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(near)
        watching.join()
        os.close(far)


def _set_the_alarm(noted: int) -> None:
    while numbers := os.read(noted, 64):
        if not set(ENDING).isdisjoint(numbers):
            signal.alarm(LEAVE_S_MAX)


async def settle(app: CpTuiApp) -> None:
    """Let the collector of garbage work from the first picture on, but not on what stays.

    A little later comes what the first command needs.
    """
    await app.until_shown()
    gc.freeze()
    gc.set_threshold(*COLLECTOR_THRESHOLDS)
    gc.enable()
    await asyncio.sleep(QUIET_S)
    if app.store.snapshot.fleet is not None:
        await in_daemon_thread(partial(commands_of, is_fleet=True))
        return
    for is_csms in (False, True) if app.store.snapshot.csms.is_ours else (False,):
        await in_daemon_thread(partial(commands_of, is_csms=is_csms))
