"""What a tap writes down says what has passed: its log is judged as the conversation itself was."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

from cp_tui.charge_point.codec import encode
from cp_tui.explain.explain import explain
from cp_tui.explain.live import LiveExplainer
from cp_tui.tap.conversation import Conversation
from cp_tui.tap.trace_lines import tapped_line
from cp_tui.tap.wire import Passed, WireKind
from cp_tui.traces.record import FrameDirection, Record
from tests.traces.layouts import read

START = datetime(2026, 11, 3, 8, tzinfo=UTC)
CP, CSMS = FrameDirection.TO_CSMS, FrameDirection.TO_CHARGE_POINT
BOOT = '[2,"1","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]'
BOOTED = '[3,"1",{"status":"Accepted","currentTime":"2026-11-03T08:00:00Z","interval":300}]'
BEAT, NEXT = '[2,"2","Heartbeat",{}]', '[2,"3","Heartbeat",{}]'
BEATEN = '[3,"2",{"currentTime":"2026-11-03T08:00:03Z"}]'
ODD = [
    "no JSON",
    "[]",
    '{"a":1}',
    "7",
    '[5,"x",{}]',
    '[2,5,"Heartbeat",{}]',
    '[2,"6","Heartbeat"]',
    '[2,"7","Heartbeat",null]',
    '[2,"8","Heartbeat",{},1]',
    '[2,"9",4,{}]',
    '[2, "10","Heartbeat",{}] and more',
    'before [2,"11","Heartbeat",{}]',
    '[2,"12","StatusNotification",{"connectorId":"4","errorCode":"NoError","status":"Available"}]',
    '[2,"13","Heartbeat",{"n":' + "9" * 30 + "}]",
    '[2,"14","Heart\\ud800beat",{}]',
    '[2,null,"Heartbeat",' + "[" * 200 + "]" * 200 + "]",
]
"""What a charge point may say that has not the shape of a frame, or has other types in it."""


def passed(*texts: tuple[FrameDirection, str]) -> list[Record]:
    """What a tap reads of these messages, a second apart."""
    conversation = Conversation("CP1")
    return [
        conversation.record(
            Passed(WireKind.TEXT, direction, text=text), "1", START + timedelta(seconds=second)
        )
        for second, (direction, text) in enumerate(texts)
    ]


def written(records: list[Record]) -> str:
    return "".join(f"{encode(tapped_line(each, None)).decode()}\n" for each in records)


def test_a_log_of_a_tap_is_judged_as_what_passed() -> None:
    found = set.union(*(judged_as_it_passed(odd) for odd in ODD))
    wanted = {"not_json", "shape", "unknown_type", "id_not_text"}
    assert {f"frame.{each}" for each in wanted} | {"schema.wrong_type"} <= found


def judged_as_it_passed(odd: str) -> set[str]:
    named = re.match('\\[2, ?"([0-9]+)"', odd)
    answer = f'[4,"{named[1] if named else -1}","FormationViolation","",{{}}]'
    after = (CP, BEAT), (CSMS, BEATEN)
    records = passed((CP, BOOT), (CSMS, BOOTED), (CP, odd), (CSMS, answer), *after)
    judge = LiveExplainer("CP1", is_whole=True)
    live = {each.id for record in records for each in judge.take(record)}
    trace = read(written(records))
    again = list(trace.records)
    assert [each.kind for each in again] == [each.kind for each in records], odd
    found = {each.id for each in explain(trace).findings}
    assert found == live, odd
    assert found.isdisjoint({"call.answer_without_call", "call.answers_crossed"}), odd
    return found


def test_frames_that_could_not_be_written_are_nobodys_fault() -> None:
    records = passed((CP, BOOT), (CSMS, BOOTED), (CP, BEAT), (CSMS, BEATEN), (CP, NEXT))
    lines = [encode(tapped_line(each, None)).decode() for each in (records[0], records[1])]
    for missing, ids in ((0, {"call.answer_without_call"}), (1, {"log.gap"})):
        behind = [(records[3], missing), (records[4], 0)]
        rest = [encode(tapped_line(each, None, gone)).decode() for each, gone in behind]
        trace = read("\n".join([*lines, *rest]))
        assert len([each for each in trace.records if each.number]) == 4
        assert {each.id for each in explain(trace).findings} == ids


def test_no_secret_is_written_of_what_is_no_frame() -> None:
    secret = "correct-horse"
    keys = ["AuthorizationKey", "authorization key", "WifiPassword"]
    shapes = [
        '[2,5,"ChangeConfiguration",{"key":"%s","value":"%s"}]',
        '[5,"1","ChangeConfiguration",{"key":"%s","value":"%s"}]',
        '[2,"1","ChangeConfiguration",{"key":"%s"},"%s"]',
        '[2,5,"ChangeConfiguration",{"key":"%s","value":"%s","key":"a","value":"b"}]',
        '[3,5,{"configurationKey":[{"key":"%s","readonly":false,"value":"%s"}]}]',
        '{"key":"%s","value":"%s"}',
        '[2,"1","ChangeConfiguration",{"key":"%s","value":"%s',
    ]
    texts = [shape % (key, secret) for key in keys for shape in shapes]
    locations = '[2,5,"GetDiagnostics",{"location":"ftp://user:correct-horse@host/"}]'
    lines = written(passed(*((CSMS, text) for text in [*texts, locations]))).splitlines()
    assert not [text for text in lines if secret in text]
    # What holds none is written as it came.
    (line,) = written(passed((CP, ODD[9]))).splitlines()
    assert json.loads(line)["raw"] == ODD[9]
