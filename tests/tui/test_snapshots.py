"""Pictures of dialogs, of the schedule in its views, of other themes.

`pytest tests/tui/test_snapshots.py --snapshot-update` makes them anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import pytest
from textual.app import App
from textual.pilot import Pilot

from cp_tui.tui.theme.glyphs import Glyphs
from tests.tui import charging_world, worlds
from tests.tui.driving import app_on
from tests.tui.fake_engine import FakeEngine

SIZES = ((80, 24), (120, 40), (200, 60))


class Compare(Protocol):
    """The fixture of pytest-textual-snapshot."""

    def __call__(
        self,
        app: App[str],
        press: tuple[str, ...] = (),
        terminal_size: tuple[int, int] = (80, 24),
        run_before: Callable[[Pilot[str]], object] | None = None,
    ) -> bool: ...


@pytest.mark.parametrize("theme", ["high-contrast", "blue-orange", "night"])
def test_dashboard_in_the_other_themes(snap_compare: Compare, theme: str) -> None:
    assert snap_compare(app_on(FakeEngine(worlds.broken()), theme=theme))


@pytest.mark.parametrize(
    "press",
    [("s",), ("d",), ("ctrl+p",), ("question_mark",), ("enter",), ("tab", "tab", "z")],
    ids=["stop", "data-transfer", "menu", "help", "connector", "zoomed-keys"],
)
def test_dialogs(snap_compare: Compare, press: tuple[str, ...]) -> None:
    assert snap_compare(app_on(FakeEngine(worlds.healthy())), press=press)


CLOSE, FAR = ("4", "plus", "plus", "plus", "H"), ("4", "minus", "minus", "minus", "L")


@pytest.mark.parametrize(
    ("press", "size", "theme", "glyphs"),
    [
        (("4", "tab", "down", "down"), (160, 50), "cp-light", Glyphs.EIGHTH),
        (CLOSE, (80, 24), "cp-dark", Glyphs.EIGHTH),
        ((*FAR, "enter"), (120, 40), "cp-dark", Glyphs.EIGHTH),
        (("4", "u"), (120, 40), "cp-dark", Glyphs.EIGHTH),
        (("4",), (80, 24), "cp-dark", Glyphs.ASCII),
        (("4", "y"), (80, 24), "cp-dark", Glyphs.EIGHTH),
        (("i",), (80, 24), "cp-dark", Glyphs.EIGHTH),
    ],
    ids=["160x50", "close", "far-alone", "watts", "ascii", "why", "install"],
)
def test_schedule(
    snap_compare: Compare,
    press: tuple[str, ...],
    size: tuple[int, int],
    theme: str,
    glyphs: Glyphs,
) -> None:
    app = app_on(charging_world.engine(), theme=theme, glyphs=glyphs)
    assert snap_compare(app, press=press, terminal_size=size)
