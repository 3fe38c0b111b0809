"""The picture of the schedules, as text: what a technician reads without any colour."""

from __future__ import annotations

from datetime import UTC, timedelta
from decimal import Decimal
from itertools import product

from hypothesis import given, strategies as st
from msgspec.structs import replace

from cp_tui.charge_point.smart_charging.conversion import limit_text
from cp_tui.ocpp.datatypes import ChargingRateUnitType
from cp_tui.tui.theme.glyphs import Glyphs, bar, level_of
from cp_tui.tui.timeline.parts import Part
from cp_tui.tui.timeline.picture import (
    Picture,
    draw,
)
from cp_tui.tui.timeline.rows import share_rows, share_with_curves
from cp_tui.tui.timeline.view import View
from tests.tui.widgets.schedules import ARMED, BY_TX_PROFILE, NOW, demo, schedule


def picture(width: int = 40, height: int = 8, glyphs: Glyphs = Glyphs.EIGHTH) -> Picture:
    return Picture(
        schedules=tuple(demo().values()),
        now=NOW,
        view=View(),
        width=width,
        height=height,
        glyphs=glyphs.value,
        time_zone=UTC,
        has_texture=glyphs is Glyphs.ASCII,
    )


def text(shown: Picture) -> list[str]:
    return ["".join(piece for piece, _ in line).rstrip() for line in draw(shown)]


def parts(shown: Picture, y: int) -> dict[Part, str]:
    return {part: piece for piece, part in draw(shown)[y]}


def test_three_lanes_with_axis_and_readout_fit_eight_lines_of_forty() -> None:
    assert text(picture()) == [
        "   ▼14 │15  │16 │17  │18 │19",
        "▌0 ▇▇▇▇▇▇▅▅▅▅▅▅▅▅▅▂▂▂▂▂▂▂▂▂▅▅▅ 63.0 A",
        " 1 ▇▇▇▇▄▄▄0▂▂▂▂▂▂▂▁▁▁▁▁▁▁▁▁▇▇▇ 32.0 A tx",
        " 2 ▇▇▇▇▇▇▇▇▇▃▃▃▃▃▃▃▃▃▃▃▃▃0     32.0 A",
        " now · charge point · 63.0 A until 15:33",
        " Connectors together: 32.0 A + 31.0 A",
    ]


def test_a_label_under_the_mark_of_now_is_left_out_not_beheaded() -> None:
    """Without its first digit 14:00 would be another time."""
    later = replace(picture(width=80), now=NOW + timedelta(minutes=8))
    assert text(later)[0].split() == ["│", "▼", *(f"│{hour}:00" for hour in range(15, 20))]


def test_ascii_needs_no_other_character() -> None:
    shown = replace(picture(glyphs=Glyphs.ASCII), view=View(at=NOW + timedelta(hours=1)))
    lines = text(shown)
    assert all(line.isascii() for line in lines)
    assert lines[0].startswith("   N14 v")
    assert lines[3].startswith(" 2 # # # # ")


def test_half_blocks_are_enough_for_the_linux_console() -> None:
    lines = text(picture(glyphs=Glyphs.HALF))
    assert set("".join(lines[1:4])) <= set(" ▄█>0123456789.Atx")


def test_beyond_the_schedule_is_dots_not_zero() -> None:
    shown = replace(picture(), view=View(zoom=8))
    assert parts(shown, 1)[Part.UNKNOWN].strip("·") == ""
    assert "·····" in text(shown)[1]
    assert text(replace(shown, view=View(zoom=8, start=NOW, at=NOW + timedelta(days=2))))[4:] == [
        " Jan 07 14:03 · charge point · not known",
        " It is known until Jan 06 14:03.",
    ]
    assert text(
        replace(shown, view=View(start=NOW - timedelta(hours=5), at=NOW - timedelta(hours=1)))
    )[4:] == [" 13:03 · charge point · past", " Limits are known from 14:03 on."]


def test_a_limit_of_nothing_is_written_where_it_begins() -> None:
    stopped = schedule(1, [(1, "16"), (2, "0"), (9, "16")])
    line = text(replace(picture(height=3), schedules=(stopped,)))[1]
    assert line.count("0") == 2, "one in the bars, one in the value"
    assert "▇0 " in line


def test_armed_and_running_differ_in_words_colour_and_texture() -> None:
    shown = replace(picture(), has_texture=True)
    assert Part.REAL in parts(shown, 2)
    assert Part.ARMED in parts(shown, 3)
    running, idle = text(shown)[2:4]
    assert running.endswith("32.0 A tx")
    assert idle.endswith("32.0 A")
    assert "▇▇▇▇" in running
    assert "▇ ▇ ▇" in idle


def test_a_change_of_an_armed_limit_is_drawn_in_any_texture() -> None:
    lane = schedule(2, [(1, "32"), (0.24, "6"), (9, "32")], ARMED)
    shown = replace(picture(height=3), schedules=(lane,), has_texture=True)
    assert "▁" in text(shown)[1]


def test_the_readout_names_the_winner_the_losers_and_the_conversion() -> None:
    shown = replace(picture(width=70, height=20), view=View(at=NOW, lane=1))
    assert text(shown)[-3:] == [
        " now · connector 1 · 32.0 A until 15:03",
        " TxProfile #7 level 2 beats TxDefaultProfile #3 level 0",
        " 6.90 kW / (230 V x 3) = 10.0 A",
    ]


def test_the_readout_says_that_nothing_runs() -> None:
    shown = replace(picture(width=70, height=20), view=View(at=NOW, lane=2))
    assert " If a transaction started now." in text(shown)


def test_a_number_is_not_parted_from_its_unit() -> None:
    source = replace(
        BY_TX_PROFILE, sentence="ChargePointMaxProfile #1 level 0 allows 22.00 kW", losers=()
    )
    shown = replace(picture(width=46, height=9), schedules=(schedule(1, [(1, "8")], source),))
    assert " ChargePointMaxProfile #1 level 0 allows" in text(shown)
    assert "   22.00 kW" in text(shown)


def test_the_day_is_named_where_it_is_not_today() -> None:
    shown = replace(picture(width=70), view=View(zoom=7, at=NOW + timedelta(hours=12), lane=1))
    assert text(shown)[4] == " Jan 06 02:03 · connector 1 · 32.0 A, no end"


def test_a_readout_without_room_leaves_the_connector_to_the_marked_lane() -> None:
    shown = replace(picture(width=36), view=View(at=NOW + timedelta(hours=2), lane=1))
    assert text(shown)[4] == " 16:03 · 10.0 A until 17:24"


def test_watts_are_kilowatts_from_a_thousand_on() -> None:
    unit = ChargingRateUnitType.W
    assert limit_text(Decimal(11040), unit) == "11.04 kW"
    assert limit_text(Decimal("999.9"), unit) == "1.00 kW"
    assert limit_text(Decimal(0), unit) == "0.00 kW"
    assert limit_text(Decimal(16), ChargingRateUnitType.A) == "16.0 A"


def test_hostile_words_from_a_profile_stay_words() -> None:
    source = replace(BY_TX_PROFILE, sentence="\x1b[2J[/red]\r", losers=())
    shown = replace(picture(), schedules=(schedule(1, [(1, "8")], source),))
    assert all(line.isprintable() for line in text(shown))
    assert any("␛[2J[/red]␍" in line for line in text(shown))


def test_the_height_is_shared_without_a_line_too_many() -> None:
    for lanes, height in product((1, 2, 3, 5, 12), range(40)):
        for selected in range(lanes):
            rows = share_rows(height, lanes, selected)
            used = 1 + sum(rows.heights) + rows.readout_rows
            assert used <= max(height, 1), (lanes, height)
            assert height <= 1 or selected in rows.lanes, (lanes, height)


@given(st.integers(0, 70), st.sets(st.integers(1, 30), min_size=1), st.integers(0, 5))
def test_those_that_charge_share_what_the_others_leave(
    height: int, charging: set[int], idle: int
) -> None:
    lanes = max(charging) + 1 + idle
    rows = share_with_curves(height, lanes, sorted(charging))
    if rows is None:
        assert height < 1 + lanes + len(charging) + 3, "every curve could have had two rows"
        return
    assert 1 + sum(rows.heights) + rows.readout_rows <= height
    assert {rows.heights[lane] for lane in range(lanes) if lane not in charging} == {1}
    (curve_rows,) = {rows.heights[lane] for lane in charging}
    assert curve_rows > 1
    found = [rows.lane_at(y) for y in range(1, 1 + sum(rows.heights))]
    assert found == [lane for lane, each in enumerate(rows.heights) for _ in range(each)]
    assert rows.lane_at(0) is rows.lane_at(1 + sum(rows.heights)) is None


@given(st.integers(1, 200), st.integers(0, 60), st.sampled_from(Glyphs), st.integers(0, 10))
def test_no_line_is_wider_than_the_widget(
    width: int, height: int, glyphs: Glyphs, zoom: int
) -> None:
    shown = replace(picture(max(width, 4), height, glyphs), view=View(zoom=zoom))
    lines = draw(shown)
    assert len(lines) <= max(height, 1)
    for line in lines:
        assert sum(len(piece) for piece, _ in line) <= max(width, 4)


@given(st.integers(1, 6), st.sampled_from(Glyphs), st.integers(0, 1000), st.integers(1, 1000))
def test_a_higher_limit_is_never_a_lower_bar(
    rows: int, glyphs: Glyphs, limit: int, scale: int
) -> None:
    levels = [
        level_of(Decimal(value), Decimal(scale), rows, glyphs.value)
        for value in (1, limit + 1, limit + 2)
    ]
    assert 1 <= levels[0] <= levels[1] <= levels[2] <= rows * len(glyphs.value.levels)
    assert len(bar(levels[2], rows, glyphs.value)) == rows


def test_a_tall_lane_writes_the_limits_above_its_steps() -> None:
    lane = schedule(1, [(2, "32"), (1, "0"), (0.1, "20"), (9, "16")])
    assert text(replace(picture(height=11), schedules=(lane,)))[1:7] == [
        "   32.0 A",
        "   ▇▇▇▇▇▇▇▇▇",
        "   █████████     16.0 A",
        "   █████████    █▄▄▄▄▄▄▄▄▄▄▄▄▄",
        "   █████████    ██████████████",
        "▌1 █████████0   ██████████████ 32.0 A tx",
    ]


def test_a_bar_over_several_rows_fills_from_below() -> None:
    eighth = Glyphs.EIGHTH.value
    assert bar(11, 3, eighth) == " ▃█"
    assert bar(0, 2, eighth) == "  "
    assert bar(16, 2, eighth) == "██"
