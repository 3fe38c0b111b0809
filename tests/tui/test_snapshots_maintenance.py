"""Pictures of the subjects of the maintenance screen, and of what is asked there.

`pytest tests/tui/test_snapshots_maintenance.py --snapshot-update` makes them anew.
"""

from __future__ import annotations

import pytest

from tests.tui import maintenance_world as world
from tests.tui.driving import app_on
from tests.tui.test_snapshots import Compare


@pytest.mark.parametrize(
    "press",
    [
        ("6", "i"),
        ("6", "v"),
        ("6", "l"),
        ("6", "c"),
        ("6", "e"),
        ("6", "h"),
        ("6", "a"),
        ("6", "v", "x"),
        ("6", "v", "u"),
    ],
    ids=[
        "diagnostics",
        "reservations",
        "local-list",
        "cache",
        "certificates",
        "status-history",
        "link-history",
        "cancel",
        "look-up",
    ],
)
def test_subjects(snap_compare: Compare, press: tuple[str, ...]) -> None:
    assert snap_compare(app_on(world.engine()), press=press)
