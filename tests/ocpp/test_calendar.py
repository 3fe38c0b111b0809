"""Time that is added stays within the calendar, and only one module adds what others say."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, strategies as st

from cp_tui.ocpp.calendar import FIRST, LAST, in_zone, is_never, later, span, took_ms
from tests.sources import parsed, python_files, shown

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ANY_ZONE = st.integers(-23 * 60, 23 * 60).map(lambda m: timezone(timedelta(minutes=m)))


@pytest.mark.parametrize(
    ("instant", "by", "found"),
    [
        (NOON, 60, NOON + timedelta(minutes=1)),
        (NOON, timedelta(minutes=-1), NOON - timedelta(minutes=1)),
        (NOON, 10**12, LAST),
        (NOON, -(10**12), FIRST),
        (NOON, 2**63 - 1, LAST),
        (NOON, -1e300, FIRST),
        (LAST, 1, LAST),
        (FIRST, -1, FIRST),
        (LAST, timedelta.max, LAST),
        (LAST, -1, LAST - timedelta(seconds=1)),
    ],
)
def test_beyond_an_end_of_the_calendar_is_that_end(
    instant: datetime, by: timedelta | float, found: datetime
) -> None:
    assert later(instant, by) == found


def test_a_length_of_time_is_at_most_the_longest_there_is() -> None:
    assert span(2**63) == timedelta.max
    assert span(-(2**63)) == timedelta.min
    assert span(1.5) == timedelta(seconds=1.5)


def test_an_answer_took_milliseconds_to_a_tenth_also_where_a_clock_went_back() -> None:
    assert took_ms(NOON, NOON + timedelta(microseconds=12_349)) == 12.3
    assert took_ms(NOON, NOON - timedelta(seconds=1)) == -1000.0


def test_the_last_second_of_the_calendar_is_never() -> None:
    assert is_never(LAST)
    assert is_never(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
    assert not is_never(datetime(9999, 12, 31, 23, 59, 58, tzinfo=UTC))


@given(instant=st.datetimes(timezones=st.just(UTC)) | st.sampled_from([FIRST, LAST]), zone=ANY_ZONE)
def test_an_instant_has_a_place_on_the_clocks_of_every_zone(
    instant: datetime, zone: timezone
) -> None:
    shown_there = in_zone(instant, zone)
    assert shown_there == instant or instant in (FIRST, LAST)
    assert abs(shown_there - instant) < timedelta(days=1)


ALLOWED = {
    "cp_tui/ocpp/calendar.py": "the one place",
    "cp_tui/engine/link.py": "its own delay, of minutes at most",
    "cp_tui/charge_point/deauthorization.py": "LOOK_S at most",
    "cp_tui/demo/story_steps.py": "its own time, of minutes at most",
    "cp_tui/station/connector.py": "HORIZON_S at most",
    "cp_tui/engine/steady_clock.py": "how long the machine runs",
    "cp_tui/tui/dashboard/session_text.py": "a length of time without its seconds",
    "cp_tui/tui/frame/frame_app.py": "the clock of the machine",
    "cp_tui/tui/main.py": "the clock of the machine",
    "cp_tui/tui/schedule/periods_text.py": "LENGTH_S_MAX at most",
    "cp_tui/tui/timeline/time_axis.py": "a step between two marks",
    "cp_tui/tui/timeline/view.py": "a zoom or a round step",
}
"""Where a variable becomes a length of time, or a zone is asked, elsewhere: why it cannot end."""


def test_time_that_others_have_a_say_in_is_added_in_one_place() -> None:
    found = {
        shown(path)
        for path in python_files("cp_tui")
        if re.search("timedelta|astimezone", path.read_text("utf-8"))
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and (_is_variable_length(node) or _asks_a_zone(node))
    }
    assert found == set(ALLOWED)


def _is_variable_length(call: ast.Call) -> bool:
    is_length = isinstance(call.func, ast.Name) and call.func.id == "timedelta"
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return is_length and any(
        isinstance(node, ast.Name | ast.Attribute | ast.Call)
        and not (isinstance(node, ast.Name) and node.id.isupper())
        for value in given
        for node in ast.walk(value)
    )


def _asks_a_zone(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "astimezone"
