"""A picture of the screen without a terminal: of what a running engine says, as SVG or as text."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from textual.pilot import Pilot

from cp_tui.tui.app import Attachment, Connect, CpTuiApp
from cp_tui.tui.main import make_app
from cp_tui.tui.preferences import LayoutState, Look
from cp_tui.tui.svg.still import svg_picture
from cp_tui.tui.terminal.textual_private import painted_lines
from cp_tui.tui.text.safe_text import drawn

SETTLE_S = 0.5
"""After everything was heard: what the screen asks for itself, such as schedules, arrives."""
SHOWN_S_MAX = 8.0


class NoSuchScreen(ValueError):
    """The screen that was asked for does not exist; the text says which ones do."""


async def take_picture(
    connect: Connect,
    look: Look,
    *,
    screen: str,
    size: tuple[int, int],
    is_text: bool,
    warn: Callable[[str], object],
) -> str:
    """Show a screen (its name or its key) at this size, off any terminal; returns the picture.

    `warn` hears what is wrong with theme files: what is wrong there is left out of the picture.
    Raises `NoSuchScreen`, and `TimeoutError` where the engine says nothing.
    """
    app = _app(connect, look)
    name = _screen_name(app, screen)
    for problem in app.problems:
        warn(problem)
    pictures = await _taken(app, [name], size, _text if is_text else svg_of)
    return pictures[name]


async def take_texts(connect: Connect, look: Look, size: tuple[int, int]) -> Mapping[str, str]:
    """Show every screen at this size, off any terminal; gives each as text, by its name.

    Raises `TimeoutError` where the engine says nothing.
    """
    app = _app(connect, look)
    return await _taken(app, _of_charge_point(app), size, _text)


def _app(connect: Connect, look: Look) -> CpTuiApp:
    environment = {name: value for name, value in os.environ.items() if name == "NO_COLOR"}
    # A picture shows every colour, unless others were asked for.
    environment |= {"COLORTERM": "truecolor"}
    return make_app(Attachment(connect, read_only=True), look, LayoutState(), environment)


async def _taken(
    app: CpTuiApp, names: Sequence[str], size: tuple[int, int], draw: Callable[[CpTuiApp], str]
) -> Mapping[str, str]:
    """Go to each screen, and draw it when it is there."""
    pictures: dict[str, str] = {}

    async def take(pilot: Pilot[object]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(SHOWN_S_MAX):
                await app.until_shown()
        if app.store.snapshot.link is None or not app.store.snapshot.has_engine:
            app.exit()
            return
        for name in names:
            await app.go_to(name)
            await pilot.pause(SETTLE_S)
            pictures[name] = draw(app)
        app.exit()

    await app.run_async(headless=True, size=size, auto_pilot=take)
    if not pictures:
        why = app.store.snapshot.other_version or "the charge point does not answer"
        raise TimeoutError(f"{why}: there is nothing to show")
    return pictures


def _of_charge_point(app: CpTuiApp) -> list[str]:
    """The names of the screens that a charge point has, and not a log alone."""
    return [each.NAME for each in app.screen_classes.values() if each.gives_way() is None]


def _screen_name(app: CpTuiApp, asked: str) -> str:
    """Find a screen by its name, or by the key that shows it."""
    keys = {name: next((key for key in _keys(app, name)), "-") for name in _of_charge_point(app)}
    for name in keys:
        if asked == name or asked in _keys(app, name):
            return name
    known = ", ".join(f"{name} ({key})" for name, key in keys.items())
    raise NoSuchScreen(f"no screen {asked!r}; there are {known}")


def _keys(app: CpTuiApp, name: str) -> list[str]:
    return sorted(app.keymap.keys(f"screen.{name}"))


def svg_of(app: CpTuiApp, title: str = "") -> str:
    """Draw what the app shows now; without a title it is named by its charge point."""
    identity = app.store.snapshot.identity
    title = title or (f"cp-tui {drawn(identity.charge_point_id)}" if identity else "cp-tui")
    return svg_picture(painted_lines(app.screen), app.size.width, title, app.ansi_theme)


def _text(app: CpTuiApp) -> str:
    return "".join(f"{strip.text.rstrip()}\n" for strip in painted_lines(app.screen))
