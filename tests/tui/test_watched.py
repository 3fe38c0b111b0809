"""A charge point that is only watched: its screens say what was seen, and what was not."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from syrupy.assertion import SnapshotAssertion

from tests.tui import watched_world
from tests.tui.driving import screen
from tests.tui.pictures import pictures
from tests.tui.test_screen_pictures import walk

SIZES = ((80, 24), (160, 50))


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count nothing down."""
    monkeypatch.setattr("cp_tui.tui.dashboard.alarm_text.stale_after_s", lambda at, now: None)


SEEN = ("dashboard", "messages", "configuration", "schedule", "transactions", "maintenance")
NEVER = ("hunter2", "1000000", "every key has its default", "nothing waits", "settings")
"""A secret, a limit that stands for none, and what only our own charge point knows of itself."""


async def test_every_screen_of_one_that_is_watched(snapshot: SnapshotAssertion) -> None:
    async with screen(engine=watched_world.engine()) as drive:
        with pictures(snapshot) as seen:
            for size in SIZES:
                await drive.resize(*size)
                async for name in walk(drive, (*SEEN, "security")):
                    seen.text(f"{name}-{size[0]}x{size[1]}", drive)
                    text = drive.text()
                    assert "only watched" in text
                    assert [words for words in NEVER if words in text] == [], name
        assert "Stop OCPP" not in drive.text()
        await drive.press("1", "p")
        assert drive.shows("only watched, through tap 127.0.0.1:9100: nothing can be asked of it")
        unseen = drive.engine.world["registration"]
        drive.engine.publish("registration", replace(unseen, status=None))
        await drive.settle()
        assert drive.shows("Boot not seen")
        drive.engine.lose("the charge point hung up")
        await drive.until_it_shows("No longer watched", "as it was at 14:03:27")
