"""What flows under its limit, around now: as a picture, whatever was measured and allowed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st
from msgspec.structs import replace

from cp_tui.charge_point.smart_charging.schedule import (
    CompositeSchedule,
    LimitSource,
    ProfileSource,
    SourceKind,
)
from cp_tui.tui.state.past import Flow
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.timeline.bends import source_words
from cp_tui.tui.timeline.curve import CurveColumn, curve
from cp_tui.tui.timeline.parts import POWER, Part
from cp_tui.tui.timeline.picture import Picture, draw
from cp_tui.tui.timeline.readout import Use
from cp_tui.tui.timeline.view import NOW_ZOOM, View
from tests.tiers import tier
from tests.tui.widgets.schedules import (
    ARMED,
    BY_TX_PROFILE,
    DEFAULT_PROFILE,
    NOW,
    SUM,
    schedule,
)

MINUTE_H = 1 / 60
START = NOW - timedelta(minutes=30)


def at(minutes: float) -> datetime:
    """So many minutes from now."""
    return NOW + timedelta(minutes=minutes)


def flow(begin_min: float, end_min: float, amount: str) -> Flow:
    """What flowed, in minutes from now."""
    return Flow(at(begin_min), at(end_min), Decimal(amount))


def lowered(connector_id: int = 1) -> CompositeSchedule:
    """32 A, from 6 minutes ago on 10 A, and in 3 minutes 24 A."""
    steps = [(24 * MINUTE_H, "32"), (9 * MINUTE_H, "10"), (12, "24")]
    return schedule(connector_id, steps, start=START)


def picture(width: int = 48, height: int = 12, glyphs: Glyphs = Glyphs.EIGHTH) -> Picture:
    idle = schedule(2, [(12, "32")], ARMED, start=START)
    return Picture(
        schedules=(schedule(0, [(12, "40")], SUM, start=START), lowered(), idle),
        now=NOW,
        view=View(zoom=NOW_ZOOM, lane=1, columns=width - 13),
        width=width,
        height=height,
        glyphs=glyphs.value,
        time_zone=UTC,
        has_texture=glyphs is Glyphs.ASCII,
        measured={1: [flow(-20, -5.9, "31.5"), flow(-5.9, 0, "9.8")]},
    )


def text(shown: Picture) -> list[str]:
    return ["".join(piece for piece, _ in line).rstrip() for line in draw(shown)]


def test_it_bends_where_the_limit_fell_and_says_why() -> None:
    assert text(picture()) == [
        "        │13:55      │14:00 ▼   │14:05",
        " 0 ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇ 40.0 A",
        "             ↓10.0 A TxProfile #7 CSMS",
        "   ▆▆▆▆▆▆▆▆▆▆  24.0 A TxProfile #7↑",
        "   ██████████                     ────",
        "   ███████████",
        "   ███████████▄▄▄▄▄▄▄▄▄▄▄▄▄▄──────",
        "▌1 █████████████████████████           10.0 A tx",
        " 2 ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇ 32.0 A",
        " now · connector 1 · 10.0 A until 14:06",
        " TxProfile #7 level 2 beats TxDefaultProfile #3…",
        " 6.90 kW / (230 V x 3) = 10.0 A",
    ]


@pytest.mark.parametrize(
    ("glyphs", "expected"),
    [
        (
            Glyphs.ASCII,
            [
                "             v10.0 A TxProfile #7 CSMS",
                "   ##########  24.0 A TxProfile #7^",
                "   ##########                     ~~~~",
                "   ###########",
                "   ###########--------------~~~~~~",
                ">1 #########################           10.0 A tx",
            ],
        ),
        (
            Glyphs.HALF,
            [
                "             ↓10.0 A TxProfile #7 CSMS",
                "   ██████████  24.0 A TxProfile #7↑",
                "   ██████████                     ────",
                "   ███████████",
                "   ███████████▄▄▄▄▄▄▄▄▄▄▄▄▄▄──────",
                ">1 █████████████████████████           10.0 A tx",
            ],
        ),
    ],
)
def test_a_poorer_terminal_tells_curve_and_limit_apart(glyphs: Glyphs, expected: list[str]) -> None:
    assert text(picture(glyphs=glyphs))[2:8] == expected


def test_where_there_is_one_row_for_each_it_shows_what_flows() -> None:
    assert text(picture(height=6))[2:4] == [
        "▌1 ▔▔▔▔▔▔▔▔▔▔▄▂▂▂▂▂▂▂▂▂▂▂▂▂▂▁▁▁▁▁▁──── 10.0 A tx",
        " 2 ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇ 32.0 A",
    ]


def test_a_charge_that_has_just_ended_stays_in_sight_while_another_goes_on() -> None:
    ended = {2: [flow(-20, -4, "16"), flow(-4, 0, "0")]}
    shown = replace(picture(height=16), measured={**picture().measured, **ended})
    assert shown.charging == (1,)
    assert shown.curves == (1, 2)
    assert text(shown)[7:12] == [
        "",
        "   ▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔",
        "",
        "   ██████████████▆",
        " 2 ███████████████                     32.0 A",
    ]
    left_the_window = {2: [flow(-20, -11, "16"), flow(-11, 0, "0")]}
    assert replace(shown, measured=left_the_window).curves == (1,)


def test_without_colour_the_forms_are_the_same() -> None:
    assert text(replace(picture(), has_texture=True))[4:7] == [
        "   ██████████                     ────",
        "   ███████████",
        "   ███████████▄▄▄▄▄▄▄▄▄▄▄▄▄▄──────",
    ]


def test_what_keeps_the_power_low_stands_between_curve_and_limit() -> None:
    shown = replace(
        picture(),
        measured={1: [flow(-20, 0, "6")]},
        short_restraints={1: "battery tapers"},
    )
    (line,) = (line for line in text(shown) if "battery tapers" in line)
    assert line == "             battery tapers       ────"


def test_too_much_is_marked_at_the_top_of_the_curve() -> None:
    six_ago = NOW - timedelta(minutes=6)
    shown = replace(
        picture(),
        measured={1: [flow(-20, 0, "31.5")]},
        violations={1: [(six_ago, NOW)]},
    )
    assert text(shown)[3].startswith(f"   {'▆' * 10}{'!' * 15}")


def test_the_mark_is_as_high_as_it_was_and_not_as_its_mean() -> None:
    """So it is seen above the curve, and not within what was allowed."""
    moment = [flow(-20, -6, "6"), flow(-6, -5.9, "30"), flow(-5.9, 0, "6")]
    shown = replace(picture(), measured={1: moment}, violations={1: [(at(-6), at(-5.9))]})
    assert [line for line in enumerate(text(shown)) if "!" in line[1]] == [(3, "   ▔▔▔▔▔▔▔▔▔▔!")]


def used(amount: Decimal, above: Decimal | None) -> Use:
    """A column of this mean; the most in it was so much above it, where that was too much."""
    return Use(amount, None if above is None else max(amount, Decimal(0)) + above)


COLUMNS = st.builds(
    CurveColumn,
    limit=st.none() | st.decimals(-50, 10**9, allow_nan=False, places=1),
    is_armed=st.booleans(),
    is_new=st.booleans(),
    use=st.none()
    | st.builds(
        used,
        st.decimals(-(10**9), 10**12, allow_nan=False, places=1),
        st.none() | st.decimals("0.1", 10**6, allow_nan=False, places=1),
    ),
)


@given(
    st.lists(COLUMNS, min_size=1, max_size=20),
    st.integers(1, 16),
    st.decimals(0, 10**6, allow_nan=False, places=1),
    st.sampled_from(Glyphs),
)
def test_a_column_is_filled_from_below_and_has_one_line_at_most(
    columns: list[CurveColumn], rows: int, scale: Decimal, glyphs: Glyphs
) -> None:
    grid = curve(columns, rows, scale, glyphs.value, has_texture=False)
    assert [len(row) for row in grid] == [len(columns)] * rows
    for index, column in enumerate(columns):
        cells = [row[index] for row in reversed(grid)]
        filled = [part in FILLED and sign != " " for sign, part in cells]
        marks = [row for row, (_sign, part) in enumerate(cells) if part is Part.VIOLATION]
        is_too_much = column.use is not None and column.use.too_much is not None
        assert len(marks) == is_too_much
        below_mark = filled[: marks[0]] if marks else filled
        assert below_mark == sorted(below_mark, reverse=True), "a hole in what flowed"
        assert sum(filled) == sum(below_mark), "the mark stands on top"
        lines = [part for sign, part in cells if part in LINES and sign != " "]
        assert len(lines) <= 1
        if column.use is None or column.use.amount <= 0:
            assert not any(filled)
        if column.use is None and scale > 0 and column.limit is not None and column.limit > 0:
            assert len(lines) == 1, "a limit that is known is seen"


FILLED = (Part.MEASURED, *POWER, Part.LIMIT_OVER_MEASURED)
LINES = (Part.REAL, Part.ARMED, Part.LIMIT_OVER_MEASURED)

STEPS = st.lists(
    st.tuples(st.floats(0.01, 0.4), st.sampled_from(["0", "6", "10", "32", "1e9", "-5"])),
    min_size=1,
    max_size=12,
)
FLOWS = st.lists(
    st.tuples(st.floats(0, 3), st.floats(0.01, 5), st.sampled_from(["-3", "0", "9.8", "1e12"])),
    max_size=12,
)


def flows(given_flows: list[tuple[float, float, str]]) -> list[Flow]:
    """Stretches with gaps between them, up to now at most."""
    found: list[Flow] = []
    begin = -20.0
    for gap, length, amount in given_flows:
        found.append(flow(begin + gap, min(begin + gap + length, 0), amount))
        begin += gap + length
    return [each for each in found if each.start < each.end]


@settings(max_examples=25)
@given(
    width=st.integers(24, 212),
    height=st.integers(0, 70),
    lanes=st.lists(st.tuples(STEPS, FLOWS, st.booleans()), min_size=1, max_size=30),
    glyphs=st.sampled_from(Glyphs),
    later_s=st.integers(-7200, 1200),
    restraint=st.sampled_from(["", "battery tapers", "x" * 300]),
)
def test_whatever_happened_the_picture_keeps_its_size_and_its_words_whole(
    width: int,
    height: int,
    lanes: list[tuple[list[tuple[float, str]], list[tuple[float, float, str]], bool]],
    glyphs: Glyphs,
    later_s: int,
    restraint: str,
) -> None:
    """Also where the clock was set back, behind all that was measured."""
    schedules = tuple(
        schedule(number, steps, BY_TX_PROFILE if is_real else ARMED, start=START)
        for number, (steps, _flows, is_real) in enumerate(lanes, start=1)
    )
    shown = replace(
        picture(width, height, glyphs),
        schedules=schedules,
        now=NOW + timedelta(seconds=later_s),
        measured={number: flows(each) for number, (_, each, _) in enumerate(lanes, start=1)},
        short_restraints=dict.fromkeys(range(1, 31), restraint),
        view=View(zoom=NOW_ZOOM, columns=width),
    )
    lines = draw(shown)
    assert len(lines) <= max(height, 1)
    for line in lines:
        assert sum(len(piece) for piece, _ in line) <= width
        words = [piece.strip() for piece, part in line if part is Part.DETAIL]
        assert all(word == restraint for word in words if "battery" in word)


@settings(max_examples=tier(10, deep=500))
@given(st.integers(0, 1200), st.integers(30, 200))
def test_a_steady_curve_only_moves_to_the_left(seconds: int, width: int) -> None:
    """What was cut into a column stays in that column: nothing dances."""
    first = replace(picture(width, 14), view=View(zoom=NOW_ZOOM))
    first = replace(first, view=replace(first.view, columns=first.columns))
    jagged = [flow(-20 + each / 3, -20 + (each + 1) / 3, f"{each * 7 % 30}") for each in range(60)]
    first = replace(
        first, measured={1: jagged}, schedules=(schedule(1, [(30, "32")], start=START),)
    )
    later = replace(first, now=NOW + timedelta(seconds=seconds))
    moved = round(
        (later.view.window_start(later.now) - first.view.window_start(NOW))
        * first.columns
        / first.view.span
    )
    rows = range(2, 2 + first.rows.heights[0] - 1)
    now_column = first.view.column_of(NOW, first.columns, NOW)
    left = first.label_width
    for before, after in ((text(first)[row], text(later)[row]) for row in rows):
        kept = before[left + moved : left + now_column].ljust(max(0, now_column - moved))
        assert after[left : left + len(kept)].ljust(len(kept)) == kept


def test_of_many_changes_as_many_are_written_as_fit_the_newest_first() -> None:
    steps = [(MINUTE_H, f"{6 + each * 5 % 26}") for each in range(28)]
    many = schedule(1, [*steps, (12, "16")], start=START)
    shown = replace(picture(36, 14), schedules=(many,), view=View(zoom=NOW_ZOOM, columns=23))
    assert text(shown)[:9] == [
        "      │13:55 │    ▼  │",
        "    27.0 A↑    ↑16.0 A #7",
        "   ▇▇▇▇▇▇ ── ↑11.0 A #7",
        "   ██████   ↓6.0 A #7",
        "   ██████▔",
        "   ██████▁     ▁▁▁▁▁▁▁▁▁▁▁",
        "   ███████",
        "   ███▔███▁▁▁▁▁▁▁▁▁",
        "   ████████████████",
    ]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (BY_TX_PROFILE, ("TxProfile #7 CSMS", "TxProfile #7", "#7", "")),
        (
            replace(ARMED, winner=replace(DEFAULT_PROFILE, installed_by=ProfileSource.OPERATOR)),
            (
                "TxDefaultProfile #3 operator",
                "TxDefaultProfile #3",
                "TxDefault #3 operator",
                "TxDefault #3",
                "#3",
                "",
            ),
        ),
        (replace(ARMED, kind=SourceKind.HARDWARE, winner=None), ("hardware", "")),
        (SUM, ("",)),
        (
            replace(BY_TX_PROFILE, kind=SourceKind.SHARE),
            ("share of TxProfile #7 CSMS", "share of TxProfile #7", "#7", ""),
        ),
    ],
)
def test_the_source_of_a_limit_in_fewer_and_fewer_words(
    source: LimitSource, words: tuple[str, ...]
) -> None:
    assert source_words(source) == words


def test_a_later_minute_of_a_picture_is_the_picture_of_that_minute() -> None:
    later = NOW + timedelta(minutes=7, seconds=13)
    went_on = View(zoom=NOW_ZOOM, lane=1, columns=35).with_charging([1], None, later)
    assert text(replace(picture(), now=later, view=went_on)) == text(replace(picture(), now=later))
    assert " now · connector 1 · 24.0 A, no end" in text(replace(picture(), now=later))


def test_nothing_is_known_of_a_clock_in_another_year() -> None:
    shown = replace(picture(), now=datetime(2031, 1, 5, tzinfo=UTC))
    assert "·" * 30 in "".join(text(shown))


def test_a_column_shows_its_mean_so_that_pauses_in_it_are_seen() -> None:
    """A vehicle that pauses for half of each 20 s, until 5 minutes ago; a column is 26 s."""
    begins = range(-1200, -300, 10)
    pulses = [flow(each / 60, (each + 10) / 60, "32" if each % 20 else "0") for each in begins]
    lanes = (schedule(0, [(12, "40")], SUM, start=START), schedule(1, [(30, "32")], start=START))
    shown = replace(picture(), schedules=lanes, measured={1: [*pulses, flow(-5, 0, "32")]})
    assert text(shown)[2:8] == [
        "",
        "   ▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔",
        "               ▇████████████",
        "     ▁▅  ▅  ▁▅ █████████████",
        "   █▂██▃▄██▂██▃█████████████",
        "   █████████████████████████",
    ]


def test_where_it_was_too_much_for_a_moment_the_mark_stays() -> None:
    moment = [flow(-20, -6, "0"), flow(-6, -5.99, "1"), flow(-5.99, 0, "0")]
    too_much = {1: [(at(-6), at(-5.99))]}
    for height in (6, 12):
        shown = replace(picture(height=height), measured={1: moment}, violations=too_much)
        assert sum(line.count("!") for line in text(shown)) == 1
