"""Pictures of every screen in every state, in the sizes, themes and terminals that people have.

What a screen shows on a key (dialogs, subjects, filters) is in `test_key_pictures.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

import pytest
from rich.color import Color, ColorType
from syrupy.assertion import SnapshotAssertion

from cp_tui.tui.theme.colors import ALL_COLORS, TerminalColors, terminal_colors
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.widgets.fact_lines import FactLines
from tests.tiers import tier
from tests.tui import states
from tests.tui.crowded_world import crowded
from tests.tui.driving import Drive, app_on, screen
from tests.tui.pictures import SnapCompare, pictures, pressed
from tests.tui.states import State
from tests.tui.test_unit_breaks import breaks

SIZES = ((80, 24), (120, 40), (200, 60))

SCREENS = (
    "dashboard",
    "messages",
    "configuration",
    "schedule",
    "transactions",
    "maintenance",
    "csms",
    "security",
)
"""In the order of their digits."""

MakeState = Callable[[], State]
WITHOUT_COLOURS = terminal_colors({"NO_COLOR": "1"}, None)

in_bad_times = pytest.mark.parametrize("state", [states.broken])
"""Where most is told; good times in few colours and in none are among those of `test_face.py`."""


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count nothing down: how long a picture takes is another question."""
    monkeypatch.setattr("cp_tui.tui.dashboard.alarm_text.stale_after_s", lambda at, now: None)


@asynccontextmanager
async def screens(
    state: MakeState,
    size: tuple[int, int] = (80, 24),
    *,
    theme: str = "cp-dark",
    glyphs: Glyphs = Glyphs.EIGHTH,
    terminal: TerminalColors = ALL_COLORS,
) -> AsyncIterator[Drive]:
    """The screens of a charge point in this state."""
    found = state()
    async with screen(
        engine=found.engine,
        csms=found.csms,
        size=size,
        theme=theme,
        glyphs=glyphs,
        colors=terminal,
    ) as drive:
        yield drive


async def walk(drive: Drive, names: Iterable[str] = SCREENS) -> AsyncIterator[str]:
    """Go from screen to screen."""
    for name in names:
        await drive.press(f"{SCREENS.index(name) + 1}")
        yield name


def colors(drive: Drive) -> set[Color]:
    """Every colour on the screen, in front and behind."""
    styles = [segment.style for strip in drive.strips() for segment in strip if segment.style]
    found = {style.color for style in styles} | {style.bgcolor for style in styles}
    return {color for color in found if color is not None}


@pytest.mark.parametrize("state", [states.normal, states.fresh, crowded, states.broken])
async def test_every_state(snapshot: SnapshotAssertion, state: MakeState) -> None:
    """What stands where; and no line of facts parts a number from its unit."""
    async with screens(state) as drive:
        with pictures(snapshot) as seen:
            for size in SIZES:
                await drive.resize(*size)
                async for name in walk(drive):
                    seen.text(f"{name}-{size[0]}x{size[1]}", drive)
                    facts = [each.plain.split("\n") for each in drive.app.screen.query(FactLines)]
                    assert facts
                    assert [found for lines in facts for found in breaks(lines)] == [], name


async def test_an_engine_that_has_said_nothing_yet(snapshot: SnapshotAssertion) -> None:
    async with screens(states.silent) as drive:
        with pictures(snapshot) as seen:
            async for name in walk(drive):
                seen.text(name, drive)


@pytest.mark.parametrize("size", tier(SIZES[:1], deep=SIZES))
async def test_a_light_theme_moves_nothing(size: tuple[int, int]) -> None:
    async with screens(states.normal, size) as drive:
        dark = {name: drive.text() async for name in walk(drive)}
        drive.app.theme = "cp-light"
        await drive.settle()
        async for name in walk(drive):
            assert drive.text() == dark[name], name


async def test_a_theme_is_taken_over_by_a_screen_that_was_left_before() -> None:
    async with screens(states.normal, theme="cp-light") as drive:
        await drive.press("2")
        light = drive.strips()
    async with screens(states.normal) as drive:
        await drive.press("2", "1")
        drive.app.theme = "cp-light"
        await drive.press("2")
        assert drive.strips() == light


MENU = ("ctrl+p", *"theme", "enter")
"""Keys that open the list of themes."""


CHANGES: tuple[tuple[str | tuple[str, ...], ...], ...] = (
    ("cp-light", ("2",), "cp-dark"),
    (("question_mark",), "cp-light", ("escape", "2"), "cp-dark"),
    ((*MENU, "down", "escape", "2", *MENU, "down", "enter"),),
)
"""Themes that come to be on, and keys between them."""


async def test_both_screens_have_the_colours_of_the_theme_that_is_on() -> None:
    async with screens(states.normal) as drive:
        for changes in CHANGES:
            await drive.press("1")
            for change in changes:
                if isinstance(change, str):
                    drive.app.theme = change
                    await drive.settle()
                else:
                    await drive.press(*change)
            for key in ("1", "2"):
                await drive.press(key)
                painted = drive.strips()
                drive.app.refresh_css(animate=False)
                await drive.settle()
                assert drive.strips() == painted, (changes, key)


@in_bad_times
async def test_sixteen_colours(snapshot: SnapshotAssertion, state: MakeState) -> None:
    async with screens(state, theme="ansi-16", glyphs=Glyphs.HALF) as drive:
        with pictures(snapshot) as seen:
            async for name in walk(drive):
                seen.text(name, drive)
                kinds = {color.type for color in colors(drive)}
                assert kinds <= {ColorType.DEFAULT, ColorType.STANDARD}, name


@in_bad_times
async def test_no_colour(snapshot: SnapshotAssertion, state: MakeState) -> None:
    async with screens(state, theme="mono", terminal=WITHOUT_COLOURS) as drive:
        with pictures(snapshot) as seen:
            async for name in walk(drive):
                seen.text(name, drive)
                assert colors(drive) == set(), name


COLOURED: tuple[tuple[MakeState, str, tuple[str, ...]], ...] = (
    (states.normal, "cp-dark", SCREENS),
    (states.broken, "cp-dark", ("dashboard", "transactions", "maintenance", "csms")),
    (states.normal, "cp-light", ("schedule",)),
    (states.broken, "cp-light", ("dashboard",)),
    (states.broken, "ansi-16", ("dashboard", "schedule")),
    (states.broken, "mono", ("dashboard", "schedule")),
    (states.broken, "high-contrast", ("dashboard",)),
    (states.broken, "blue-orange", ("dashboard",)),
    (states.broken, "night", ("dashboard",)),
)


@pytest.mark.parametrize(
    ("state", "theme", "name"),
    [
        pytest.param(state, theme, name, id=f"{state.__name__}-{theme}-{name}")
        for state, theme, names in COLOURED
        for name in names
    ],
)
def test_colours(snap_compare: SnapCompare, state: MakeState, theme: str, name: str) -> None:
    colors = WITHOUT_COLOURS if theme == "mono" else ALL_COLORS
    glyphs = Glyphs.HALF if theme == "ansi-16" else Glyphs.EIGHTH
    found = state()
    # The schedule begins with the connector that is selected on the dashboard.
    at = "dashboard" if name == "schedule" else name
    app = app_on(found.engine, csms=found.csms, theme=theme, colors=colors, glyphs=glyphs, at=at)
    keys = [f"{SCREENS.index(name) + 1}"] if name != at else []
    assert snap_compare(app, run_before=pressed(app, *keys))
