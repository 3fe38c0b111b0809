"""A conversation as it passes, and the same once it is written down: one reading of both."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cp_tui.charge_point.codec import encode
from cp_tui.charge_point.variables import LinkAttempt, LinkStep
from cp_tui.explain.explain import explain
from cp_tui.explain.finding import Finding
from cp_tui.explain.live import LiveExplainer
from cp_tui.follow.follower import Follower
from cp_tui.follow.messages import message_record, noted_frame
from cp_tui.ocpp.calendar import later
from cp_tui.tap.conversation import Conversation
from cp_tui.tap.trace_lines import tapped_line
from cp_tui.tap.wire import Passed, WireKind
from cp_tui.traces.reading import open_trace
from cp_tui.traces.record import ANSWERS, FrameDirection, LinkKind, Record
from tests.explain.talk import BEGIN, BOOT

UP, DOWN = FrameDirection.TO_CSMS, FrameDirection.TO_CHARGE_POINT
TOLD = {"currentTime": "2026-11-03T08:00:00Z"}
ACCEPTED = TOLD | {"status": "Accepted", "interval": 300}


class Planted(NamedTuple):
    """what passes: seconds and way of each frame; none is a new connection."""

    frames: tuple[tuple[float, FrameDirection, list[Any]], ...]
    pairs: tuple[int, ...]
    """For each answer the number of its CALL."""
    found: tuple[tuple[str, str], ...]
    """What is above a note: id, and who is at fault."""


def boot(id: str) -> list[Any]:
    return [2, id, "BootNotification", BOOT]


def beat(id: str) -> list[Any]:
    return [2, id, "Heartbeat", {}]


REUSED, OUTSTANDING = ("frame.id_reused", "charger"), ("call.two_outstanding", "charger")
BEFORE = ("boot.call_before_accepted", "charger")
PLANTED = {
    "one id twice in a packet, answered in order": Planted(
        (
            *((0, UP, boot("1")), (0, UP, beat("1"))),
            *((0.1, DOWN, [3, "1", ACCEPTED]), (0.1, DOWN, [3, "1", TOLD])),
        ),
        (1, 2),
        (BEFORE, OUTSTANDING, REUSED),
    ),
    "the other way round, which nobody can tell": Planted(
        (
            *((0, UP, boot("1")), (0, UP, beat("1"))),
            *((0.1, DOWN, [3, "1", TOLD]), (0.2, DOWN, [3, "1", ACCEPTED])),
        ),
        (1, 2),
        (BEFORE, OUTSTANDING, REUSED),
    ),
    "and one answer more than there were CALLs": Planted(
        (
            *((0, UP, boot("1")), (0, UP, beat("1"))),
            *((0.1, DOWN, [3, "1", ACCEPTED]), (0.1, DOWN, [3, "1", TOLD])),
            (0.1, DOWN, [4, "1", "InternalError", "", {}]),
        ),
        (1, 2, 2),
        (BEFORE, OUTSTANDING, REUSED),
    ),
    "two answers to one CALL": Planted(
        ((0, UP, boot("1")), (0.1, DOWN, [3, "1", ACCEPTED]), (0.2, DOWN, [3, "1", ACCEPTED])),
        (1, 1),
        (("call.answered_twice", "csms"),),
    ),
    "given up and sent once more": Planted(
        (
            *((0, UP, boot("0")), (0.1, DOWN, [3, "0", ACCEPTED])),
            *((1, UP, beat("1")), (11, UP, beat("1"))),
            *((11.1, DOWN, [3, "1", TOLD]), (11.2, DOWN, [3, "1", TOLD])),
        ),
        (1, 4, 3),
        (OUTSTANDING,),
    ),
    "counted anew on another connection": Planted(
        (
            *((0, UP, boot("0")), (0.1, DOWN, [3, "0", ACCEPTED]), (1, UP, beat("1"))),
            *((2, UP, []), (3, UP, beat("1")), (3.1, DOWN, [3, "1", TOLD])),
        ),
        (1, 4),
        (),
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_told_at_once_is_what_explain_tells_of_the_trace(name: str, tmp_path: Path) -> None:
    planted = PLANTED[name]
    records, file = passed(planted), tmp_path / "trace.jsonl"
    lines = [tapped_line(record, None) for record in records if record.number]
    file.write_bytes(b"".join(encode(line) + b"\n" for line in lines))
    trace = open_trace(file)
    for read in (records, trace.records):
        answers = [record.pair for record in read if record.kind in ANSWERS]
        assert tuple(answers) == planted.pairs
    live, follower = LiveExplainer("CP1", is_whole=True), Follower("CP1", is_whole=True)
    told = above_note([each for record in records for each in live.take(record)])
    assert told == above_note([each for record in records for each in follower.take(record)])
    assert told == above_note(explain(trace).findings) == sorted(planted.found)


def passed(planted: Planted) -> list[Record]:
    conversation, connection = Conversation("CP1"), 1
    records = [conversation.link(LinkKind.OPEN, "1", BEGIN)]
    for seconds, way, elements in planted.frames:
        at = later(BEGIN, seconds)
        if elements:
            text = Passed(WireKind.TEXT, way, json.dumps(elements))
            records.append(conversation.record(text, f"{connection}", at))
        else:
            records.append(conversation.link(LinkKind.CLOSE, f"{connection}", at))
            connection += 1
            records.append(conversation.link(LinkKind.OPEN, f"{connection}", at))
    return records


def above_note(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    return sorted({(each.id, str(each.at_fault)) for each in findings if each.severity != "note"})


def test_no_secret_is_told_that_stands_as_an_id_an_action_a_status_or_a_code() -> None:
    secret = "password=hunter2hunter2"
    frames = (
        (0.0, UP, [2, secret, secret, {}]),
        (0.1, DOWN, [3, secret, {"status": secret}]),
        (0.2, DOWN, [4, secret, secret, "", {}]),
    )
    for record in passed(Planted(frames, (), ()))[1:]:
        line, noted = tapped_line(record, None), noted_frame(record, None, None)
        for told in (line, noted.record(), message_record(record, None)):
            assert "(23 characters, not shown)" in encode(told).decode()
            assert "hunter2" not in encode(told).decode()


def test_of_two_connections_at_once_each_has_its_own_end_and_length() -> None:
    conversation, follower = Conversation("CP1"), Follower("CP1")

    def happens(seconds: float, connection: str, kind: LinkKind, code: int | None = None) -> None:
        at = later(BEGIN, seconds)
        if code is not None:
            closing = Passed(WireKind.CLOSE, DOWN, "replaced", code)
            follower.take(conversation.record(closing, connection, at))
        follower.take(conversation.link(kind, connection, at, step="TCP"))

    happens(0, "1", LinkKind.OPEN)
    happens(98, "2", LinkKind.OPEN)
    happens(98.5, "1", LinkKind.CLOSE, 1008)
    happens(99, "3", LinkKind.FAILED)
    link = follower.view("link", BEGIN)
    assert (link.phase, link.since, link.last_error) == ("open", later(BEGIN, 98), None)
    happens(130, "2", LinkKind.CLOSE, 1007)
    link = follower.view("link", BEGIN)
    assert (link.phase, link.since) == ("waiting", later(BEGIN, 130))
    assert link.last_error.close_code == 1007
    told = [event for _, event in follower.take_events() if isinstance(event, LinkAttempt)]
    assert [(each.step, each.close_code, each.open_for_s) for each in told] == [
        (None, None, None),
        (None, None, None),
        (LinkStep.OPEN, 1008, 98.5),
        (LinkStep.TCP, None, None),
        (LinkStep.OPEN, 1007, 32.0),
    ]
