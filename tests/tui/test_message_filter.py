"""The filter takes words and fields, leaves out what has a minus, and says what it cannot take."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from cp_tui.tui.messages.filter import WrongFilter, message_filter
from cp_tui.tui.state.message_log import MessageLog
from cp_tui.tui.text.words import Clock
from tests.tui import message_world, worlds

CLOCK = Clock(worlds.NOW, UTC)


def found(typed: str) -> list[str]:
    """The ids of the day that pass, oldest first; of the text that is no frame, `-`."""
    log = MessageLog()
    for record in message_world.day():
        log.add(record)
    log.miss(5, worlds.NOW)
    wanted = message_filter(typed, CLOCK)
    passed = [e for e in map(log.exchange, log.numbers) if e is not None and wanted.takes(e)]
    return [e.frames[0].message_id or "-" if e.frames else "missed" for e in passed]


ALL = ["b1", "s1", "p1", "d1", "t1", "x1", "-", "m1", "h1"]


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("", [*ALL, "missed"]),
        ("  ", [*ALL, "missed"]),
        ("shown", ["missed"]),
        ("too slow", ["missed"]),
        ("!shown from:13:41", ["p1", "d1", "t1", "x1", "-", "m1", "h1"]),
        ("example", ["b1", "d1"]),
        ("EXAMPLE demo-22", ["b1"]),
        ("chargeprofilemaxstacklevel", ["p1"]),
        ("gateway", ["-"]),
        ("action:Start*", ["t1"]),
        ("action:start", ["t1"]),
        ("action:*Notification", ["b1", "s1"]),
        ("action:?eartbeat", ["x1", "h1"]),
        ("conn:1", ["s1", "p1", "m1"]),
        ("dir:in", ["p1", "-"]),
        ("kind:callerror", ["d1"]),
        ("kind:invalid", ["-"]),
        ("id:b", ["b1"]),
        ("id:*1", [each for each in ALL if each != "-"]),
        ("result:Rej", ["p1"]),
        ("latency:>500", ["t1"]),
        ("latency:<5.1", ["p1"]),
        ("error", ["p1", "d1", "t1", "-", "m1"]),
        ("error -dir:in", ["d1", "t1", "m1"]),
        ("error !dir:in", ["d1", "t1", "m1"]),
        ("!error !heartbeat", ["b1", "s1", "missed"]),
        ("conn:1 !status", ["m1"]),
        ("! conn:2", ["t1"]),
        ("composed", ["x1"]),
        ("action:Start* conn:2 error", ["t1"]),
        ("action:Start* conn:1 error", []),
        ("-error -heartbeat", ["b1", "s1", "missed"]),
        ("- conn:2", ["t1"]),
        ("2026-01-05T11:49", ["b1"]),
        ("http://x", []),
        ("from:13:41", ["p1", "d1", "t1", "x1", "-", "m1", "h1", "missed"]),
        ("to:11:49", ["b1"]),
        ("from:11:49:03 to:13:40 -error", ["s1"]),
        ("from:2026-01-05T14:03", ["h1", "missed"]),
        ("from:2026-01-06t0:00", []),
        # Later today nothing can have been: yesterday is meant.
        ("from:23:00", [*ALL, "missed"]),
        ("to:23:00", []),
        ("-from:13:41", ["b1", "s1"]),
        ('"status":"accepted"', ["b1"]),
    ],
)
def test_the_filter_finds(typed: str, ids: list[str]) -> None:
    assert found(typed) == ids


@pytest.mark.parametrize(
    ("typed", "at", "expected"),
    [
        ("from:23:58 to:00:00:30", "2026-01-04T23:59", True),
        ("from:23:58 to:00:00:30", "2026-01-05T00:00:30", True),
        ("from:23:58 to:00:00:30", "2026-01-05T00:00:31", False),
        ("from:23:58 to:23:59", "2026-01-04T23:59:59", True),
        ("from:23:58 to:23:59", "2026-01-05T00:00", False),
        ("to:23:59", "2026-01-05T00:00", False),
        # It has not come yet, by the time of a picture that is some seconds old.
        ("to:00:01", "2026-01-05T00:00", True),
        ("from:00:00:50", "2026-01-04T23:00", False),
        ("from:00:00 to:00:00", "2026-01-05T00:00:40", True),
        ("from:2026-01-04T22:00 to:1:00", "2026-01-05T00:30", True),
    ],
)
def test_times_at_midnight(typed: str, at: str, expected: bool) -> None:
    now = datetime(2026, 1, 5, 0, 0, 45, tzinfo=UTC)
    request = message_world.request("1", "Heartbeat")
    log = MessageLog()
    log.add(replace(request, time=datetime.fromisoformat(at).replace(tzinfo=UTC)))
    (exchange,) = map(log.exchange, log.numbers)
    assert exchange is not None
    assert message_filter(typed, Clock(now, UTC)).takes(exchange) == expected


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("conn:x", "conn: takes the number of a connector, such as conn:1"),
        ("conn:", "conn: takes the number of a connector, such as conn:1"),
        ("dir:up", "dir: takes one of dir:in, dir:out"),
        (
            "kind:x",
            "kind: takes one of kind:CALL, kind:CALLRESULT, kind:CALLERROR, kind:invalid",
        ),
        ("latency:500", "latency: takes milliseconds, such as latency:>500 or latency:<50"),
        (
            "from:noon",
            ("from: takes a time, such as from:14:02, from:14:02:30 or from:2026-01-05T14:02"),
        ),
        ("to:25:00", "to: takes a time, such as to:14:02, to:14:02:30 or to:2026-01-05T14:02"),
        ("action:", "action: takes the beginning of a word, such as action:Start*"),
        ("ours:same", "ours: takes ours:differs, what ours would answer otherwise"),
        (
            "-foo:1",
            "no field 'foo': there are action, conn, dir, id, kind, latency, result, "
            "from, to, finding, who, ours",
        ),
    ],
)
def test_a_wrong_filter_says_what_is_allowed(typed: str, says: str) -> None:
    with pytest.raises(WrongFilter) as raised:
        message_filter(f"heartbeat {typed}", CLOCK)
    assert str(raised.value) == says


def test_a_pattern_of_many_wildcards_does_not_take_for_ever() -> None:
    assert found("action:" + "*a" * 200) == []
