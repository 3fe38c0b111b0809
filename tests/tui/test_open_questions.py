"""A question that stays open: what it says follows from what happens meanwhile."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual import events
from textual.widgets import Input

from cp_tui.charge_point import variables as v
from tests.tui import worlds
from tests.tui.driving import Drive, screen
from tests.tui.test_covered import connectors_at


def publish(drive: Drive, *, is_running: bool) -> None:
    """Let the transaction of connector 1 end, or run again."""
    found: v.Connectors = worlds.healthy()["connectors"]
    if not is_running:
        none = {"transaction": None, "restraint": None}
        found = v.Connectors(tuple(replace(each, **none) for each in found))
    drive.engine.publish("connectors", found)


QUESTIONS = {
    "s": ("#1234", "no transaction is running"),
    "b": ("#1234", "no transaction is running"),
    "q": ("#1234", "no transaction is running"),
    "S": ("#1234", "no transaction is running here any more"),
    "p": ("#1234", "no transaction is running here any more"),
}


async def test_an_open_question_follows_what_happens() -> None:
    async with screen(may_stop=lambda: True) as drive:
        for key, words in QUESTIONS.items():
            async with drive.step(f"an open question follows what happens: {key}"):
                running, ended = words
                await drive.press(key)
                assert drive.shows(running)
                publish(drive, is_running=False)
                await drive.settle()
                assert drive.shows(ended)
                assert not drive.shows(running)
                publish(drive, is_running=True)
                await drive.settle()
                assert drive.shows(running)


async def test_what_is_open_keeps_what_was_given() -> None:
    async with screen() as drive:
        async with drive.step("readings alone do not change an open question"):
            await drive.press("s")
            before = drive.text()
            drive.engine.publish("connectors", connectors_at(drive.engine.world, 9))
            await drive.settle()
            assert drive.text() == before
        async with drive.step("a paste of several lines loses none in a field of one"):
            await drive.press("w")
            drive.app.post_message(events.Paste("pasted\ntag two\n"))
            await drive.settle()
            assert drive.app.screen.query(Input).first().value == "pasted tag two"


@pytest.mark.parametrize(
    ("keys", "connector_id"), [(("1",), "1"), (("4",), "1"), (("4", "up"), "0")]
)
async def test_a_profile_is_for_the_connector_that_is_selected_in_list_or_timeline(
    keys: tuple[str, ...], connector_id: str
) -> None:
    async with screen(worlds.healthy()) as drive:
        await drive.press(*keys, "i")
        assert drive.app.screen.query_one("#connector", Input).value == connector_id
