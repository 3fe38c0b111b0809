"""Pictures of messages that were looked for."""

from __future__ import annotations

import pytest

from tests.tui import message_world
from tests.tui.driving import app_on
from tests.tui.test_snapshots import Compare


@pytest.mark.parametrize(
    "press",
    [
        ("2", *["down"] * 6, "enter"),
        ("2", "slash", *"error"),
        ("2", "slash", *"conn", "colon", "x"),
    ],
    ids=["opened", "filtered", "wrong-filter"],
)
def test_messages_looked_for(snap_compare: Compare, press: tuple[str, ...]) -> None:
    assert snap_compare(app_on(message_world.engine()), press=press)
