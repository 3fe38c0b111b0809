"""What every filter of rows has in common: words that must be there, and words that must not."""

from __future__ import annotations

import pytest

from cp_tui.tui.dashboard.connectors_text import connectors_with
from cp_tui.tui.registry import SCREENS
from cp_tui.tui.text.words import with_words
from cp_tui.tui.widgets.table_pane import TablePane
from tests.tui import worlds
from tests.tui.driving import screen

ROWS = ["Heartbeat out", "MeterValues out", "Reset in", "MeterValues in"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ROWS),
        ("  ", ROWS),
        ("METER", ["MeterValues out", "MeterValues in"]),
        ("!meter", ["Heartbeat out", "Reset in"]),
        ("out !Meter", ["Heartbeat out"]),
        ("!meter out", ["Heartbeat out"]),
        ("!meter !reset", ["Heartbeat out"]),
        ("meter !in !out", []),
        ("meter !nothing", ["MeterValues out", "MeterValues in"]),
        # It is still being typed.
        ("!", ROWS),
        ("reset !", ["Reset in"]),
    ],
)
def test_words_must_be_there_and_those_behind_an_exclamation_mark_must_not(
    typed: str, found: list[str]
) -> None:
    assert with_words(ROWS, typed, str) == found


def test_a_number_is_a_connector_also_where_it_is_left_out() -> None:
    connectors = worlds.healthy()["connectors"]
    numbers = [each.connector_id for each in connectors]

    def found(typed: str) -> list[int]:
        return [each.connector_id for each in connectors_with(connectors, typed)]

    assert found("!1") == [number for number in numbers if number != 1]
    assert found("!charging") == [number for number in numbers if number not in found("charging")]
    assert found("!charging !0") == [2]


async def test_every_filter_says_that_it_can_leave_out_and_whose_it_is() -> None:
    async with screen(worlds.healthy(), size=(160, 50)) as drive:
        for key in (each.KEY for each in SCREENS[:-1]):
            await drive.press(key)
            tables = [pane for pane in drive.app.main.panes if isinstance(pane, TablePane)]
            assert [pane for pane in tables if "!" not in pane.FILTER] == []
        await drive.press("1")
        drive.dashboard.keys.take_focus()
        await drive.press("slash", *"!AuthorizationKey", "enter")
        assert drive.shows("match '!AuthorizationKey'")
        await drive.press("question_mark")
        assert drive.shows("!word leaves out those")
        await drive.press("q", "escape")
        drive.dashboard.schedule.take_focus()
        await drive.press("slash")
        assert drive.shows("Schedule is no table: this filters Keys")
