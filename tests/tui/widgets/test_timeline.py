"""The timeline under the hands of an operator: keys, mouse, and what it costs on the line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from textual.geometry import Region

from cp_tui.ocpp.datatypes import ChargingRateUnitType
from cp_tui.tui.timeline.timeline import Timeline
from tests.tui.widgets.harness import WidgetApp, lines
from tests.tui.widgets.schedules import NOW, demo, schedule

pytestmark = pytest.mark.usefixtures("painting")

SIZE = (40, 7)


class RecordingTimeline(Timeline):
    """Remembers what it was asked to paint again."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[Region | None] = []

    def refresh(self, *regions: Region, repaint: bool = True, **more: Any) -> RecordingTimeline:
        if repaint and hasattr(self, "painted"):
            self.painted += regions or (None,)
        return super().refresh(*regions, repaint=repaint, **more)


def at(hour: int, minute: int, day: int = 5) -> datetime:
    return datetime(2026, 1, day, hour, minute, tzinfo=UTC)


async def test_without_schedules_it_is_empty_and_keys_do_nothing() -> None:
    timeline = Timeline()
    async with WidgetApp(timeline).run_test(size=SIZE) as pilot:
        await pilot.press("right", "down", "L", "plus", "right_square_bracket", "0", "u")
        await pilot.click(Timeline, offset=(10, 2))
        assert set(lines(timeline)) == {""}
        assert timeline.connector_id == 0


async def test_what_is_shown_is_the_picture() -> None:
    timeline = Timeline()
    async with WidgetApp(timeline).run_test(size=SIZE):
        timeline.show(demo(), NOW)
        assert lines(timeline)[2] == " 1 ▇▇▇▇▄▄▄0▂▂▂▂▂▂▂▁▁▁▁▁▁▁▁▁▇▇▇ 32.0 A tx"
        assert timeline.caption == "6 h  A"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("right", (0, at(14, 14))),
        ("right,right,left", (0, at(14, 14))),
        ("left", (0, at(13, 47))),
        ("down,shift+right", (1, at(15, 3))),
        ("down,L,L,L", (1, at(15, 54))),
        ("down,L,L,H", (1, at(15, 3))),
        ("j,j,j,j,k", (1, NOW)),
        ("right,0", (0, NOW)),
        ("right_square_bracket", (0, NOW + timedelta(minutes=90))),
        ("left_square_bracket,home", (0, NOW)),
    ],
)
async def test_the_cursor_moves_by_keys(keys: str, expected: tuple[int, datetime]) -> None:
    timeline = Timeline()
    async with WidgetApp(timeline).run_test(size=SIZE) as pilot:
        timeline.show(demo(), NOW)
        await pilot.press(*keys.split(","))
        assert (timeline.connector_id, timeline.cursor_time) == expected


async def test_who_moves_the_cursor_within_what_is_seen_asks_for_nothing() -> None:
    timeline = Timeline()
    app = WidgetApp(timeline)
    async with app.run_test(size=SIZE, message_hook=app.remember) as pilot:
        timeline.show(demo(), NOW)
        await pilot.pause()
        app.seen.clear()
        for key, place in (
            ("right", (0, at(14, 14))),
            ("down", (1, at(14, 14))),
            ("up", (0, at(14, 14))),
            ("up", (0, at(14, 14))),
        ):
            await pilot.press(key)
            assert (timeline.connector_id, timeline.cursor_time) == place
        assert not app.messages(Timeline.ViewChanged)


async def test_zooming_panning_and_the_unit_ask_for_other_schedules() -> None:
    timeline = Timeline()
    app = WidgetApp(timeline)
    async with app.run_test(size=SIZE, message_hook=app.remember) as pilot:
        timeline.show(demo(), NOW)
        await pilot.pause()
        app.seen.clear()
        amperes, watts = ChargingRateUnitType.A, ChargingRateUnitType.W
        for times, (key, hours, unit) in enumerate(
            (
                ("minus", 12, amperes),
                ("right_square_bracket", 12, amperes),
                ("u", 12, watts),
                ("plus", 6, watts),
            ),
            start=1,
        ):
            await pilot.press(key)
            assert (timeline.window[1], timeline.unit) == (timedelta(hours=hours), unit)
            assert len(app.messages(Timeline.ViewChanged)) == times
        assert timeline.caption == "6 h  A", "until schedules in W are given"
        assert timeline.unit is watts
        watt_schedule = schedule(1, [(9, "11040")], unit=watts)
        timeline.show({1: watt_schedule}, NOW)
        assert timeline.caption == "6 h  W"
        assert "11.04 kW tx" in "".join(lines(timeline))


async def test_a_click_puts_the_cursor_on_lane_and_time() -> None:
    timeline = Timeline()
    async with WidgetApp(timeline).run_test(size=SIZE) as pilot:
        timeline.show(demo(), NOW)
        await pilot.click(Timeline, offset=(10, 2))
        assert (timeline.connector_id, timeline.cursor_time) == (1, at(15, 34))
        await pilot.click(Timeline, offset=(38, 3))
        assert (timeline.connector_id, timeline.cursor_time) == (2, at(15, 34))
        await pilot.click(Timeline, offset=(14, 5))
        assert (timeline.connector_id, timeline.cursor_time) == (2, at(15, 34)), "no time is there"
        await pilot.click(Timeline, offset=(14, 0))
        assert (timeline.connector_id, timeline.cursor_time) == (2, at(16, 27))


async def test_a_step_of_the_cursor_paints_the_axis_and_the_readout_only() -> None:
    timeline = RecordingTimeline()
    app = WidgetApp(timeline)
    async with app.run_test(size=SIZE) as pilot:
        timeline.show(demo(), NOW)
        await pilot.press("right")
        timeline.painted.clear()
        app.take_written()
        await pilot.press("right")
        assert [region and (region.y, region.height) for region in timeline.painted] == [
            (0, 1),
            (4, 1),
        ]
        assert 0 < len(app.take_written()) < 20


async def test_the_same_schedules_paint_nothing() -> None:
    timeline = RecordingTimeline()
    async with WidgetApp(timeline).run_test(size=SIZE) as pilot:
        timeline.show(demo(), NOW)
        await pilot.pause()
        timeline.painted.clear()
        timeline.show(demo(), NOW)
        timeline.show(demo(), NOW + timedelta(seconds=20))
        await pilot.pause()
        assert timeline.painted == []


async def test_the_lane_stays_when_there_are_fewer_connectors() -> None:
    timeline = Timeline()
    async with WidgetApp(timeline).run_test(size=SIZE) as pilot:
        timeline.show(demo(), NOW)
        await pilot.press("down", "down")
        timeline.show({0: demo()[0], 1: demo()[1]}, NOW)
        assert timeline.connector_id == 1
        timeline.show({}, NOW)
        assert set(lines(timeline)) == {""}


async def test_more_lanes_than_lines_scroll_with_the_chosen_one() -> None:
    timeline = Timeline()
    many = {number: schedule(number, [(9, "16")]) for number in range(20)}
    async with WidgetApp(timeline).run_test(size=SIZE) as pilot:
        timeline.show(many, NOW)
        assert lines(timeline)[0].endswith(" 0-5/20")
        await pilot.press(*["down"] * 10)
        shown = lines(timeline)
        assert shown[0].endswith(" 5-10/20")
        assert shown[6].startswith("▌10 ")


async def test_a_new_size_and_a_new_theme_draw_again() -> None:
    timeline = Timeline()
    app = WidgetApp(timeline)
    async with app.run_test(size=SIZE) as pilot:
        timeline.show(demo(), NOW)
        await pilot.pause()
        dark = [segment.style for segment in timeline.render_line(1)]
        await pilot.resize_terminal(60, 20)
        assert timeline.render_line(1).cell_length == 60
        await pilot.resize_terminal(*SIZE)
        app.theme = "cp-light"
        await pilot.pause()
        assert [segment.style for segment in timeline.render_line(1)] != dark


async def test_without_colour_armed_bars_have_a_texture_and_the_cursor_is_reverse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    timeline = Timeline()
    async with WidgetApp(timeline).run_test(size=SIZE) as pilot:
        timeline.show(demo(), NOW)
        await pilot.press("right")
        assert "▇ ▇ ▇" in lines(timeline)[3]
        reverse = [s.text for s in timeline.render_line(0) if s.style and s.style.reverse]
        assert len("".join(reverse)) == 1
