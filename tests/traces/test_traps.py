"""What makes logs hard to read: each trap of the field, and what is made of it."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from html import escape
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest

from cp_tui.traces.formats.handshake import handshake
from cp_tui.traces.opening import UnreadableTrace
from cp_tui.traces.reading import open_trace
from cp_tui.traces.record import (
    ChargerFrom,
    DirectionFrom,
    FrameDirection,
    LinkKind,
    Record,
    RecordKind,
    ZoneFrom,
)
from tests.traces.layouts import CALL, RESULT, frames_of, read

HA = "2026-10-05 10:00:0{n}.{ms} {level} (MainThread) "


def frames(text: str | bytes) -> list[Record]:
    """Give the frames of a text."""
    return frames_of(read(text).records)


def notes(text: str | bytes) -> set[str]:
    """Give the ids of what there is to say about a recording."""
    return {note.id for note in read(text).notes}


def stamped(*frames: str, step: int = 1) -> str:
    """Give frames with a time before each, an arrow by their kind."""
    return "".join(
        f"2026-10-05T08:{n * step // 60:02}:{n * step % 60:02}.100Z "
        f"{'TX' if frame.startswith('[2') else 'RX'} {frame}\n"
        for n, frame in enumerate(frames)
    )


WRAPPED = {
    "docker compose": "evcc-1  | {}\n",
    "containers": "2026-10-05T08:00:01.123456789Z stdout F {}\n",
    "syslog": "Okt  5 10:00:01 pi evcc[812]: {}\n",
    "a quote in an issue": "> {}\n",
    "colour": "\x1b[32m{}\x1b[0m\n",
}


@pytest.mark.parametrize("name", WRAPPED)
def test_what_a_collector_has_put_around_each_line_goes(name: str) -> None:
    around = WRAPPED[name]
    evcc = "[ocpp  ] TRACE 2026/10/05 10:00:01 {} CP-1: {}"
    text = "".join(
        around.format(evcc.format(verb, frame))
        for verb, frame in (("recv", CALL), ("send", RESULT))
    )
    trace = read(text)
    assert (trace.format, trace.chargers, trace.counts.frames) == ("evcc", ("CP-1",), 2)


def test_a_page_with_entities_for_quotation_marks_is_read() -> None:
    trace = read(f"{escape(CALL)}\n{escape(RESULT)}\n")
    assert [each.raw for each in trace.records] == [CALL, RESULT]


def test_three_layers_are_peeled_and_the_pieces_of_docker_joined() -> None:
    inner = f"[ocpp  ] TRACE 2026/10/05 10:00:01 recv CP-1: {CALL}"
    pieces = (inner[:70], f"{inner[70:]}\n")
    text = "".join(
        "node | "
        + json.dumps({"log": each, "stream": "stdout", "time": "2026-10-05T08:00:02Z"})
        + "\n"
        for each in (*pieces, "[ocpp  ] INFO 2026/10/05 10:00:01 ready\n")
    )
    (call,) = frames(f"```\n{text}```\n")
    assert (call.raw, call.source.line, call.source.last_line) == (CALL, 2, 3)


def test_the_zone_is_told_by_the_csms_or_by_a_collector_or_not_at_all() -> None:
    once = f"[ocpp  ] TRACE 2026/10/05 10:00:01 send CP-1: {RESULT}"
    assert read(once).zone is ZoneFrom.NONE  # One answer alone may be a wrong clock.
    twice = f"{once}\n{once}"
    trace = read(twice)
    assert trace.zone is ZoneFrom.ESTIMATED
    assert [each.offset_s for each in trace.records] == [7200, 7200]
    wrapped = "".join(
        json.dumps({"message": f"[ocpp  ] TRACE 2026/10/05 10:00:01 recv CP-1: {CALL}", "time": at})
        + "\n"
        for at in ("2026-10-05T08:00:03Z", "2026-10-05T08:00:09Z")
    )
    first = frames(wrapped)[0]
    assert (first.zone, f"{first.at:%H:%M:%S}") == (ZoneFrom.ESTIMATED, "08:00:01")
    yearless = f"Okt 11 10:00:01 pi x[1]: [MO] Recv: {RESULT}"
    (record,) = open_trace(BytesIO(yearless.encode()), zone=ZoneInfo("Europe/Berlin")).records
    assert f"{record.at:%Y-%m-%d %H:%M:%S}" == "2026-10-11 08:00:01"
    given = open_trace(BytesIO(once.encode()), zone=ZoneInfo("America/New_York"))
    assert [f"{each.at:%H} {each.zone}" for each in given.records] == ["14 given"]


def test_in_the_night_of_the_autumn_each_day_has_its_offset() -> None:
    lines = "".join(
        f"[ocpp  ] TRACE 2026/10/{day} {hour}:00:0{n} send CP-1: "
        f'[3,"{day}{n}",{{"currentTime":"2026-10-{day}T10:00:00Z"}}]\n'
        for day, hour in ((24, 12), (26, 11))
        for n in range(3)
    )
    assert [each.offset_s for each in frames(lines)] == [7200] * 3 + [3600] * 3


def test_who_wrote_the_log_is_told_by_vote() -> None:
    as_csms = "INFO:ocpp:: receive message {}\nINFO:ocpp:: send {}\n"
    as_charge_point = "INFO:ocpp:: send {}\nINFO:ocpp:: receive message {}\n"
    for text in (as_csms, as_charge_point):
        call, result = frames(text.format(CALL, RESULT))
        assert (call.direction, call.direction_from) == (
            FrameDirection.TO_CSMS,
            DirectionFrom.PERSPECTIVE,
        )
        assert result.direction is FrameDirection.TO_CHARGE_POINT
    # DataTransfer alone tells nothing: either side may send it.
    both = '[2,"1","DataTransfer",{"vendorId":"V"}]', '[3,"1",{"status":"Accepted"}]'
    call, _ = frames(as_csms.format(*both))
    assert call.direction_from is DirectionFrom.ACTION


def test_a_frame_of_two_loggers_counts_once_and_a_real_repetition_twice() -> None:
    line = "2026-10-05T08:00:00.{ms}Z {logger} TX {frame}\n"
    first = line.format(ms=100, logger="a", frame=CALL)
    doubled = read(first + line.format(ms=101, logger="b", frame=CALL))
    assert (doubled.counts.frames, doubled.counts.doubled) == (1, 1)
    assert [each.number for each in doubled.records] == [1]
    assert read(first + line.format(ms=900, logger="a", frame=CALL)).counts.frames == 2


def test_frames_over_several_lines_are_put_together() -> None:
    pretty = json.dumps(json.loads(CALL), indent=1)
    head = HA.format(n=0, ms=100, level="INFO")
    text = f"{head}[ocpp] CP-1: receive message {pretty}\n{head}[x] other\n"
    (call,) = frames(text)
    assert (call.source.line, call.source.last_line, call.is_truncated) == (1, 6, False)
    # The text is that of the wire: a charge point may send it so.
    assert call.raw == pretty
    wrapped = "".join(
        f"2026-10-05T08:00:00.100Z:COM:x.c:4:{piece}\n"
        for piece in ('-> [2,"m1","Heart', 'beat",', "{}", "]")
    )
    (call,) = frames(wrapped)
    assert call.raw == CALL


def test_a_frame_that_was_cut_off_keeps_its_head() -> None:
    text = "[MO] Send: " + '[2,"7","MeterValues",{"connectorId":1,"meterVal [...]\n'
    (call,) = frames(text)
    assert (call.kind, call.is_truncated, call.action) == (RecordKind.CALL, True, "MeterValues")
    assert call.frame is not None
    assert (call.frame.message_id, call.frame.payload) == ("7", None)
    (note,) = (each for each in read(text).notes if each.id == "log.truncated_frame")
    assert (note.text, note.lines) == ("A frame was cut off by who wrote the log.", (1,))


def test_what_stands_in_the_place_of_a_frame_is_kept_as_unreadable() -> None:
    head = "[INFO ] 2026-10-05 08:00:00,100 x.WebSocketLogger - [chargeBoxId=CP-1] Received: "
    bad = '[3,"4",{"configurationKey":],"unknownKey":[]}]'
    both = frames(f"{head}{CALL}\n{head}{bad}\n")
    assert [each.kind for each in both] == [RecordKind.CALL, RecordKind.UNREADABLE]
    assert (both[1].raw, both[1].frame, both[1].is_truncated) == (bad, None, False)


def test_answers_find_their_call() -> None:
    twice = frames(stamped(CALL, RESULT, RESULT, '[3,"other",{}]'))
    assert [each.pair for each in twice] == [2, 1, 1, None]
    later = CALL.replace("m1", "m2")
    counts = read(stamped(CALL, RESULT, RESULT, '[3,"other",{}]', CALL, later, later)).counts
    assert (counts.answers_without_call, counts.unanswered_calls) == (2, 3)
    # The same id from either side, crossing.
    lines = (
        ("cp-to-csms", "CALL", "Heartbeat"),
        ("csms-to-cp", "CALL", "Reset"),
        ("csms-to-cp", "CALLRESULT", None),
        ("cp-to-csms", "CALLRESULT", None),
    )
    text = "".join(
        json.dumps(
            {
                "timestamp": f"2026-10-05T08:00:0{n}Z",
                "direction": way,
                "messageType": kind,
                "messageId": "1",
                "action": action,
                "payload": {},
            }
        )
        + "\n"
        for n, (way, kind, action) in enumerate(lines)
    )
    assert [(each.pair, each.action) for each in frames(text)] == [
        (3, "Heartbeat"),
        (4, "Reset"),
        (1, "Heartbeat"),
        (2, "Reset"),
    ]


def test_a_logger_may_write_the_answer_just_before_its_call() -> None:
    head = "2026-10-05T08:00:00.{ms}Z: "
    text = (
        head.format(ms=100)
        + f"CentralSystem>ChargePoint  HeartbeatResponse\n{RESULT}\n\n"
        + head.format(ms=115)
        + f"ChargePoint>CentralSystem Heartbeat \n{CALL}\n\n"
    )
    assert [each.pair for each in frames(text)] == [2, 1]


def test_the_newest_first_is_turned_round_and_nothing_else_is_sorted() -> None:
    lines = stamped(CALL, RESULT, CALL.replace("m1", "m2"), RESULT.replace("m1", "m2"))
    turned = "".join(reversed(lines.splitlines(keepends=True)))
    assert [each.number for each in frames(turned)] == [4, 3, 2, 1]
    assert "log.newest_first" in notes(turned)
    assert read(turned).counts.unanswered_calls == 0
    joined = lines + lines
    assert [each.number for each in frames(joined)] == list(range(1, 9))
    assert "log.time_backwards" in notes(joined)


def test_events_and_numbers_beyond_64_bits_are_turned_round_as_well() -> None:
    big = CALL.replace("{}", '{"n": 123456789012345678901234567890}')
    closed = "[ocpp  ] TRACE 2026/10/05 10:00:04 charge point disconnected: CP1\n"
    lines = [f"[ocpp  ] TRACE 2026/10/05 10:00:0{n} recv CP1: {big}\n" for n in range(4)]
    found = [*read("".join(reversed([*lines, closed]))).records]
    assert [each.number for each in found] == [4, 3, 2, 1, 0]
    assert {each.raw for each in found} == {big, ""}


def test_rows_of_a_table_that_have_one_time_keep_their_order_or_turn_with_it() -> None:
    frames = (CALL, RESULT, CALL.replace("m1", "m2"), RESULT.replace("m1", "m2"))

    def order(*places: int, step: int = 0) -> list[str]:
        rows = [
            {
                "stationId": "CP-1",
                "origin": "csms" if place % 2 else "cs",
                "message": json.loads(frames[place]),
                "timestamp": f"2026-10-05T08:00:00.{100 + place * step}Z",
            }
            for place in places
        ]
        return [each.raw for each in read(json.dumps(rows)).records]

    assert order(3, 2, 1, 0) == order(0, 1, 2, 3) == [*frames]
    assert order(2, 0, 3, 1, step=1) == order(1, 0, 3, 2, step=1) == [*frames]
    assert order(1, 2, 3, 0) == [frames[n] for n in (2, 0, 1, 3)], "calls first where all is mixed"


def test_charge_points_without_a_name_are_told_by_their_boot_or_not_at_all() -> None:
    boot = '[2,"{n}","BootNotification",{{"chargePointVendor":"V","chargePointModel":"M",{more}}}]'
    one = boot.format(n=1, more='"chargePointSerialNumber":"SN1"')
    other = boot.format(n=2, more='"chargePointSerialNumber":"SN2"')
    trace = read(stamped(one))
    assert trace.inferred_charger == "SN1"
    assert [each.charger_from for each in trace.records] == [ChargerFrom.BOOT]
    mixed = read(stamped(one, other))
    assert mixed.is_mixed
    assert mixed.inferred_charger is None
    given = read(stamped(one, other), charger="CP-7")
    assert {(each.charger, each.charger_from) for each in given.records} == {
        ("CP-7", ChargerFrom.OPTION)
    }


def test_a_handshake_tells_path_and_scheme_and_no_secret() -> None:
    socket = HA.format(n=0, ms=100, level="DEBUG") + "[websockets.server] "
    text = "".join(
        f"{socket}{each}\n"
        for each in (
            "< GET /ocpp/CP%20A HTTP/1.1",
            "< authorization: Basic c2VjcmV0OnNlY3JldA==",
            "> HTTP/1.1 101 Switching Protocols",
            "> sec-websocket-protocol: ocpp1.6",
            "= connection is OPEN",
            "< PING '' [0 bytes]",
            "= connection is CLOSED",
        )
    )
    ocpp = HA.format(n=0, ms=200, level="INFO")
    trace = read(f"{text}{ocpp}[ocpp] : receive message {CALL}\n")
    links = [each.link for each in trace.records if each.link]
    assert [link.event for link in links] == [
        LinkKind.HANDSHAKE,
        LinkKind.OPEN,
        LinkKind.PING,
        LinkKind.CLOSE,
    ]
    shake = links[0]
    assert (shake.url, shake.status, shake.subprotocol) == ("/ocpp/CP%20A", 101, "ocpp1.6")
    assert (shake.authorization, shake.has_secret) == ("Basic", True)
    assert "c2Vj" not in repr(shake)
    assert trace.inferred_charger == "CP A"


def test_what_stands_for_a_secret_is_none_and_a_secret_may_hold_its_letters() -> None:
    for credentials, has_secret in (("***", False), ("XXXX", False), ("dXxxeHg6eHh4eHg=", True)):
        link = handshake("/ocpp/CP-1", [("Authorization", f"Basic {credentials}")])
        assert link.has_secret is has_secret, credentials


def test_raw_wins_over_the_fields_beside_it_and_other_protocols_are_passed_over() -> None:
    record = {
        "timestamp": "2026-10-05T08:00:00Z",
        "direction": "cp-to-csms",
        "messageType": "CALL",
        "messageId": "m1",
        "action": "Heartbeat",
        "payload": {"x": 1},
        "raw": CALL,
    }
    text = json.dumps(record)
    (call,) = frames(text)
    assert call.is_raw_exact
    assert call.frame is not None
    assert call.frame.payload == {}
    assert "log.damaged" in notes(text)
    other = json.dumps({**record, "ocppVersion": "2.0.1"})
    assert read(f"{text}\n{other}\n").counts.frames == 1
    assert "log.other_protocol" in notes(f"{text}\n{other}\n")
    assert "log.other_protocol" in notes(stamped('[2,"1","TransactionEvent",{}]'))


def test_masked_and_composed_frames_are_marked() -> None:
    (masked,) = frames(stamped('[2,"1","Authorize",{"idTag":"***"}]'))
    assert masked.is_masked
    export = {"time": "2026-10-05T08:00:00+00:00", "direction": "out", "kind": "CALL"}
    more = {"message_id": "1", "action": "Heartbeat", "payload": {}, "is_composed": True}
    (composed,) = frames(json.dumps({**export, **more}))
    assert composed.is_injected
    assert not composed.is_raw_exact


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings_are_told_by_their_mark(encoding: str) -> None:
    assert len(frames(stamped(CALL, RESULT).encode(encoding))) == 2


def test_a_packed_file_that_is_cut_off_is_read_as_far_as_it_goes() -> None:
    whole = stamped(*(CALL.replace("m1", f"m{n}") for n in range(500)))
    cut = read(gzip.compress(whole.encode())[:-300])
    assert 100 < cut.counts.frames < 500
    assert "it is cut off" in cut.notes[0].text
    with pytest.raises(UnreadableTrace, match="cannot be unpacked"):
        read(b"\x1f\x8b\x08\x00\x00")


def test_times_of_a_log_stand_as_they_are_printed() -> None:
    first, second = frames(stamped(CALL, RESULT))
    assert first.at_text == "2026-10-05T08:00:00.100Z"
    assert first.resolution == pytest.approx(0.001)
    assert first.at is not None
    assert second.at == first.at + timedelta(seconds=1)
