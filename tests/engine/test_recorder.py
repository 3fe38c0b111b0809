"""The trace: what passed is on the disk, in a format that others read, and is there again later."""

from __future__ import annotations

import errno
import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from cp_tui.charge_point.reason import because
from cp_tui.charge_point.variables import (
    Direction,
    LinkAttempt,
    LinkPhase,
    MessageKind,
    MessageRecord,
    NotedFrame,
    Refusal,
    RefusedBy,
)
from cp_tui.engine.config import TraceConfig
from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.hub import HISTORY_MAX
from cp_tui.engine.recorder import (
    EVENTS_FILE,
    FRAMES_FILE,
    NOT_WRITING,
    TROUBLES,
    Recorder,
    StandingTroubles,
    events_in,
    read_back,
    trace_files,
)
from cp_tui.engine.tag_mask import KEY_FILE, TagMask
from cp_tui.engine.troubles import TroubleKeeper
from tests.charge_point.rig import rig
from tests.engine.fakes import NOON

REASON = because("test.it.was_so", "S 4.1", "tag {tag} is not known", tag="TAG1")
HEARTBEAT = '[2,"17","Heartbeat",{}]'


def record(number: int = 0, **more: object) -> MessageRecord:
    """Make the record of a frame, a second after the one before."""
    fields = {
        "time": NOON + timedelta(seconds=number),
        "direction": Direction.OUT,
        "kind": MessageKind.CALL,
        "message_id": f"{number}",
        "action": "Heartbeat",
        "payload": {},
    }
    return MessageRecord(**(fields | more))  # type: ignore[arg-type]


def recorded(folder: Path, *events: tuple[str, Struct], config: TraceConfig | None = None) -> None:
    """Write events down, as one run of an engine does."""
    recorder = Recorder(folder, "CP 1", config or TraceConfig())
    for stream, event in events:
        recorder.put(stream, event)
    recorder.close()


def messages_of(folder: Path) -> list[MessageRecord]:
    """Read the frames back."""
    return [each for each in read_back(folder)["messages"] if isinstance(each, MessageRecord)]


KINDS = [
    record(payload={"a": 1}, connector_id=2, is_composed=True),
    record(direction=Direction.IN, action="Reset", payload={"type": "Soft"}),
    record(
        kind=MessageKind.CALLRESULT,
        payload={"status": "Rejected"},
        latency_ms=12.5,
        result="Rejected",
        reason=REASON,
        flaws=("a flaw",),
        is_ignored=True,
    ),
    record(
        kind=MessageKind.CALLERROR,
        direction=Direction.IN,
        payload={"description": "no", "details": {"x": [1, None]}},
        result="InternalError",
    ),
    record(kind=MessageKind.CALL, payload="a long one… (cut: 70000 bytes)"),
    record(kind=MessageKind.INVALID, action="", payload="[2,", reason=REASON),
]


@pytest.mark.parametrize("frame", KINDS, ids=lambda each: f"{each.kind}-{each.direction}")
def test_every_kind_of_frame_is_read_back_as_it_was(tmp_path: Path, frame: MessageRecord) -> None:
    recorded(tmp_path, ("messages", NotedFrame(frame)))
    assert read_back(tmp_path)["messages"] == [frame]


def test_events_of_all_streams_are_read_back_in_order(tmp_path: Path) -> None:
    attempt = LinkAttempt(at=NOON, attempt=1, phase=LinkPhase.WAITING, text="refused", hint="look")
    refusal = Refusal(at=NOON, id_tag="TAG1", by=RefusedBy.CSMS, reason=REASON)
    noted = NotedFrame(record(1), HEARTBEAT)
    invalid = record(2, kind=MessageKind.INVALID, action="", payload="hello", reason=REASON)
    later = NotedFrame(record(3))
    recorded(tmp_path, ("link_attempts", attempt), ("refusals", refusal), ("messages", noted))
    recorded(tmp_path, ("messages", NotedFrame(invalid)), ("messages", later))
    found = read_back(tmp_path)
    assert found["link_attempts"] == [attempt]
    assert found["refusals"] == [refusal]
    assert found["messages"] == [noted.record(), invalid, later.record()]


def test_a_frame_is_a_line_of_open_ocpp_trace(tmp_path: Path) -> None:
    error = KINDS[3]
    recorded(
        tmp_path, ("messages", NotedFrame(record(), HEARTBEAT)), ("messages", NotedFrame(error))
    )
    call, failed = map(json.loads, (tmp_path / FRAMES_FILE).read_text().splitlines())
    assert call == {
        "schemaVersion": "1.1",
        "timestamp": "2026-01-01T12:00:00Z",
        "transport": "json",
        "ocppVersion": "1.6",
        "chargePointId": "CP 1",
        "direction": "cp-to-csms",
        "messageType": "CALL",
        "messageId": "0",
        "action": "Heartbeat",
        "payload": {},
    }
    assert failed["direction"] == "csms-to-cp"
    assert failed["error"] == {
        "code": "InternalError",
        "description": "no",
        "details": {"x": [1, None]},
    }
    assert "action" not in failed
    assert failed["meta"]["cp-tui"]["action"] == "Heartbeat"


def test_the_oldest_make_room(tmp_path: Path) -> None:
    lines = [("messages", NotedFrame(record(number))) for number in range(2 * HISTORY_MAX)]
    recorded(tmp_path, *lines, config=TraceConfig(keep_bytes=200_000))
    files = trace_files(tmp_path)
    assert len([path for path in files if path.name.startswith(FRAMES_FILE)]) == 4
    assert sum(path.stat().st_size for path in files) <= 200_000
    numbers = [int(each.message_id) for each in messages_of(tmp_path)]
    assert numbers == [*range(2 * HISTORY_MAX - len(numbers), 2 * HISTORY_MAX)]
    assert 500 < len(numbers) <= HISTORY_MAX


def test_what_is_damaged_is_passed_over(tmp_path: Path) -> None:
    recorded(tmp_path, ("messages", NotedFrame(record(1))))
    with (tmp_path / FRAMES_FILE).open("ab") as file:
        file.write(b'{"schemaVersion":"1.1","timesta\n\xff\xfe\n[1]\n{}\n')
    (tmp_path / EVENTS_FILE).write_bytes(
        b'{"stream":"of tears","event":{}}\n{"stream":"refusals","event":{"at":7}}\nnull\n'
    )
    recorded(tmp_path, ("messages", NotedFrame(record(2))))
    assert [each.message_id for each in messages_of(tmp_path)] == ["1", "2"]
    assert not read_back(tmp_path)["refusals"]


def test_no_secret_is_written_that_stands_as_an_id_an_action_a_status_or_a_code(
    tmp_path: Path,
) -> None:
    secret = "password=hunter2hunter2"
    made = rig()
    for text in (
        f'[2,"{secret}","Reset",{{"type":"Soft"}}]',
        f'[2,"1","{secret}",{{}}]',
        f'[3,"{secret}",{{"status":"{secret}"}}]',
        f'[4,"{secret}","{secret}","",{{}}]',
        f'[9,"{secret}"]',
        f'[3,"{secret}"]',
    ):
        made.receive(text)
    recorded(tmp_path, *(("messages", noted) for noted in made.noted))
    written = "".join(path.read_text() for path in trace_files(tmp_path))
    assert written.count("(23 characters, not shown)") >= 6
    assert "hunter2" not in written
    assert "hunter2" not in repr(made.events)


def test_tags_can_be_masked(tmp_path: Path) -> None:
    start = record(action="StartTransaction", payload={"idTag": "TAG1", "connectorId": 1})
    answer = record(
        kind=MessageKind.CALLRESULT,
        payload={"idTagInfo": {"status": "Accepted", "parentIdTag": "TAG1"}},
        reason=REASON,
    )
    send_list = record(payload={"localAuthorizationList": [{"idTag": "tag1"}, {"idTag": ""}]})
    foreign = record(payload={"vendorId": "v", "data": "it was TAG1"})
    invalid = record(kind=MessageKind.INVALID, payload="[TAG1")
    refusal = Refusal(at=NOON, id_tag="TAG1", by=RefusedBy.CSMS, reason=REASON)
    for _ in range(2):  # after a restart a tag has the same stand-in
        frames = [("messages", NotedFrame(each)) for each in (start, answer, send_list, foreign)]
        recorded(
            tmp_path,
            *frames,
            ("messages", NotedFrame(invalid)),
            ("refusals", refusal),
            config=TraceConfig(masks_id_tags=True),
        )
    written = b"".join(path.read_bytes() for path in trace_files(tmp_path))
    assert b"tag1" not in written.lower()
    refusals = [each for each in read_back(tmp_path)["refusals"] if isinstance(each, Refusal)]
    frames_read = messages_of(tmp_path)
    starts = [each for each in frames_read if each.action == "StartTransaction"]
    stand_ins = {each.id_tag for each in refusals} | {each["idTag"] for each in starts}
    assert len(stand_ins) == 1
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o077 == 0
    reason = next(each.reason for each in frames_read if each.reason)
    assert (reason.rule, reason.values) == ("S 4.1", {})


def test_whatever_field_a_tag_or_a_reason_stands_in_it_is_masked() -> None:
    told = {
        "authorized_id_tag": "TAG1",
        "vehicle": {"asked_id_tag": "TAG1", "parentIdTag": ""},
        "stop_explanation": {
            "id": "x",
            "rule": "S 4.10",
            "text": "by TAG1",
            "values": {"t": "TAG1"},
        },
        "list": [{"id_tag": None, "tags": 3}],
        "status": "Charging",
    }
    masked: Any = TagMask(b"k" * 16).walked(told)
    assert "TAG1" not in repr(masked)
    assert masked["authorized_id_tag"] == masked["vehicle"]["asked_id_tag"]
    assert masked["stop_explanation"]["rule"] == "S 4.10"
    assert (masked["list"], masked["status"]) == ([{"id_tag": None, "tags": 3}], "Charging")


def test_alarms_are_written_down_when_others_stand_and_not_when_one_counts_on(
    tmp_path: Path,
) -> None:
    recorder = Recorder(tmp_path, "CP1", TraceConfig())
    troubles = TroubleKeeper(lambda name, value: None, lambda: NOON)
    troubles.recorded_by(recorder.put_troubles)
    for _ in range(3):
        troubles.raise_trouble("store.slow", "the disk is slow")
    troubles.end_trouble("store.slow")
    recorder.close()
    told = events_in((tmp_path / EVENTS_FILE).read_bytes().splitlines())
    ids = [
        [each.id for each in one.troubles] for _, one in told if isinstance(one, StandingTroubles)
    ]
    assert ids == [[], ["store.slow"], []]
    assert TROUBLES not in read_back(tmp_path)


def test_a_place_that_takes_no_trace_is_told_at_start(tmp_path: Path) -> None:
    (tmp_path / FRAMES_FILE).mkdir()
    with pytest.raises(EngineStartError, match="cannot write the trace"):
        Recorder(tmp_path, "CP1", TraceConfig())


def test_a_disk_that_takes_nothing_holds_up_nobody_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    recorder = Recorder(tmp_path, "CP1", TraceConfig())
    published: dict[str, object] = {}
    troubles = TroubleKeeper(lambda name, value: published.update({name: value}), lambda: NOON)
    monkeypatch.setattr("cp_tui.engine.line_writer.os.write", full)
    recorder.put("messages", NotedFrame(record(1), HEARTBEAT))
    deadline = time.monotonic() + 30
    while not troubles.stands(NOT_WRITING) and time.monotonic() < deadline:
        recorder.look(troubles)
        time.sleep(0.005)
    assert "No space left on device" in str(published["troubles"])
    monkeypatch.undo()
    while troubles.stands(NOT_WRITING) and time.monotonic() < deadline:
        recorder.put("messages", NotedFrame(record(2), HEARTBEAT))
        recorder.look(troubles)
        time.sleep(0.005)
    recorder.close()
    assert not troubles.stands(NOT_WRITING)
    assert b'{"missing_lines":' in (tmp_path / FRAMES_FILE).read_bytes()
    assert {each.message_id for each in messages_of(tmp_path)} == {"2"}
