"""Each program's way to write a log: recognised by itself, and every fact of it in its place."""

from __future__ import annotations

import json

import pytest

from cp_tui.traces.recognise import FORMATS
from cp_tui.traces.record import FrameDirection, RecordKind
from tests.traces.layouts import CALL, LAYOUTS, RESULT, frames_of, read


@pytest.mark.parametrize("name", LAYOUTS)
def test_an_exchange_is_read_from_every_layout(name: str) -> None:
    format, charger, text = LAYOUTS[name]
    trace = read(text)
    assert trace.format == format
    assert trace.chargers == (charger,)
    call, result = frames_of(trace.records)
    assert (call.kind, result.kind) == (RecordKind.CALL, RecordKind.CALL_RESULT)
    assert call.direction is FrameDirection.TO_CSMS
    assert result.direction is FrameDirection.TO_CHARGE_POINT
    assert (call.pair, result.pair) == (result.number, call.number)
    assert json.loads(call.raw) == json.loads(CALL)
    assert json.loads(result.raw) == json.loads(RESULT)
    assert result.action == "Heartbeat"
    assert not any(
        each.is_truncated or each.is_masked or each.is_injected for each in (call, result)
    )
    assert trace.counts.unanswered_calls == trace.counts.answers_without_call == 0
    if call.at is not None:
        assert f"{call.at:%Y-%m-%d %H}" == "2026-10-05 08"


def test_every_format_has_a_layout_here() -> None:
    assert {format for format, _, _ in LAYOUTS.values()} == FORMATS.keys()
