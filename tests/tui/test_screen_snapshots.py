"""Pictures of every screen in every state, in the sizes, themes and terminals that people have.

`pytest tests/tui/test_screen_snapshots.py --snapshot-update` makes them anew. What a screen shows
on a key (dialogs, subjects, filters) is in the `test_snapshots*.py` of its own.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from cp_tui.tui.theme.glyphs import Glyphs
from tests.tui import states
from tests.tui.crowded_world import crowded
from tests.tui.driving import Eye, app_on
from tests.tui.states import State
from tests.tui.test_snapshots import SIZES, Compare

SCREENS = (
    "dashboard",
    "messages",
    "configuration",
    "schedule",
    "transactions",
    "maintenance",
    "csms",
)
"""In the order of their digits."""

on_every_screen = pytest.mark.parametrize("screen", SCREENS)
in_every_size = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
in_good_and_bad_times = pytest.mark.parametrize("state", [states.normal, states.broken])


def is_unchanged(
    snap_compare: Compare,
    state: State,
    screen: str,
    size: tuple[int, int] = (80, 24),
    *,
    theme: str = "cp-dark",
    glyphs: Glyphs = Glyphs.EIGHTH,
) -> bool:
    """Whether a screen on a charge point in this state looks as it did."""
    app = app_on(state.engine, csms=state.csms, theme=theme, glyphs=glyphs)

    async def arrive(pilot: Pilot[str]) -> None:
        eye = Eye(app, pilot)
        await eye.settle()
        await eye.press(f"{SCREENS.index(screen) + 1}")

    return snap_compare(app, terminal_size=size, run_before=arrive)


@on_every_screen
@in_every_size
@pytest.mark.parametrize("state", [states.normal, states.fresh, crowded, states.broken])
def test_every_state(
    snap_compare: Compare, state: Callable[[], State], size: tuple[int, int], screen: str
) -> None:
    assert is_unchanged(snap_compare, state(), screen, size)


@on_every_screen
@in_every_size
def test_a_light_theme(snap_compare: Compare, size: tuple[int, int], screen: str) -> None:
    assert is_unchanged(snap_compare, states.normal(), screen, size, theme="cp-light")


@on_every_screen
@in_good_and_bad_times
def test_sixteen_colours(snap_compare: Compare, state: Callable[[], State], screen: str) -> None:
    assert is_unchanged(snap_compare, state(), screen, theme="ansi-16", glyphs=Glyphs.HALF)


@on_every_screen
@in_good_and_bad_times
def test_no_colour(
    snap_compare: Compare,
    monkeypatch: pytest.MonkeyPatch,
    state: Callable[[], State],
    screen: str,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert is_unchanged(snap_compare, state(), screen, theme="mono")


@on_every_screen
def test_an_engine_that_has_said_nothing_yet(snap_compare: Compare, screen: str) -> None:
    assert is_unchanged(snap_compare, states.silent(), screen)
