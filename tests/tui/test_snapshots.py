"""Pictures of the dashboard: three sizes, dark and light, healthy, without CSMS, empty.

`pytest tests/tui/test_snapshots.py --snapshot-update` makes them anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import pytest
from textual.app import App
from textual.pilot import Pilot

from tests.tui import worlds
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


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("theme", ["cp-dark", "cp-light"])
@pytest.mark.parametrize("world", [worlds.healthy, worlds.broken, worlds.empty])
def test_dashboard(
    snap_compare: Compare, world: Callable[[], worlds.World], theme: str, size: tuple[int, int]
) -> None:
    assert snap_compare(app_on(FakeEngine(world()), theme=theme), terminal_size=size)


@pytest.mark.parametrize("theme", ["high-contrast", "ansi-16"])
def test_dashboard_in_the_other_themes(snap_compare: Compare, theme: str) -> None:
    assert snap_compare(app_on(FakeEngine(worlds.broken()), theme=theme))


@pytest.mark.parametrize(
    "press",
    [("s",), ("d",), ("ctrl+p",), ("question_mark",), ("enter",), ("tab", "tab", "z")],
    ids=["stop", "data-transfer", "menu", "help", "connector", "zoomed-keys"],
)
def test_dialogs(snap_compare: Compare, press: tuple[str, ...]) -> None:
    assert snap_compare(app_on(FakeEngine(worlds.healthy())), press=press)
