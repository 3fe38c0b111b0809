"""Pictures of the configuration screen."""

from __future__ import annotations

import pytest

from tests.tui import key_world
from tests.tui.driving import app_on
from tests.tui.test_snapshots import Compare


@pytest.mark.parametrize(
    "press", [("3", *["down"] * 5), ("3", "v")], ids=["monitored-key", "only-changed"]
)
def test_configuration(snap_compare: Compare, press: tuple[str, ...]) -> None:
    assert snap_compare(app_on(key_world.engine()), press=press)
