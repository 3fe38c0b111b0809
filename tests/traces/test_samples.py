"""The sample logs of tests/data/traces: format, counts, charge points, pairs and times of each.

All are invented. What is expected of each, and found in it, is in expected.json beside them.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cp_tui.traces.reading import open_trace
from cp_tui.traces.recognise import FORMATS
from cp_tui.traces.record import FrameDirection, RecordKind, ZoneFrom
from cp_tui.traces.trace import Trace
from tests.traces.layouts import frames_of

SAMPLES = Path(__file__).parent.parent / "data" / "traces"
EXPECTED: dict[str, dict[str, Any]] = json.loads((SAMPLES / "expected.json").read_text())["files"]
ZONES = {"stated": ZoneFrom.STATED, "UTC, by the format": ZoneFrom.BY_FORMAT, "none": ZoneFrom.NONE}
COUNTS = (
    *("frames", "calls", "results", "errors", "truncated"),
    *("unanswered_calls", "answers_without_call"),
)


@pytest.fixture(params=[name for name, each in EXPECTED.items() if each["format"] in FORMATS])
def sample(request: pytest.FixtureRequest) -> tuple[Trace, dict[str, Any]]:
    """Give a sample that was read, and what is expected of it."""
    return open_trace(SAMPLES / request.param), EXPECTED[request.param]


def test_a_sample_is_read_as_its_program_meant_it(sample: tuple[Trace, dict[str, Any]]) -> None:
    trace, expected = sample
    assert trace.format == expected["format"]
    assert {name: getattr(trace.counts, name) for name in COUNTS} == {
        name: expected[name] for name in COUNTS
    }
    assert list(trace.chargers) == expected["chargers"]
    assert trace.inferred_charger == expected["inferred_charger"]
    assert trace.zone is ZONES.get(expected["zone"], ZoneFrom.ESTIMATED)
    records = [*trace.records]
    frames = frames_of(records)
    assert sorted(each.number for each in frames) == list(range(1, expected["frames"] + 1))
    resolution = max(each.resolution for each in frames)
    for found, name in ((trace.first, "first"), (trace.last, "last")):
        wanted = expected[name] and datetime.fromisoformat(expected[name])
        assert (found is None) == (wanted is None)
        assert found is None or abs((found - wanted).total_seconds()) <= max(resolution, 0.001)
    lines = {each.number: each.source.line for each in frames}
    told = expected["findings"]
    assert [lines[each["frame"]] for each in told] == [each["line"] for each in told]
    assert [*trace.records] == records  # Walked again, it is the same.


def test_every_frame_of_a_sample_is_known_by_action_and_direction(
    sample: tuple[Trace, dict[str, Any]],
) -> None:
    trace, _ = sample
    frames = {each.number: each for each in frames_of(trace.records)}
    for each in frames.values():
        assert each.action
        assert each.direction is not None
        assert each.pair is not None
        other = frames[each.pair]
        assert other.action == each.action
        assert other.direction is not each.direction
        assert each.charger == other.charger is not None
    boots = [each for each in frames.values() if each.action == "BootNotification"]
    assert {each.direction for each in boots if each.kind is RecordKind.CALL} <= {
        FrameDirection.TO_CSMS
    }
