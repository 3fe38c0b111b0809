"""What was read is written again, and read again: the same, in every format."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from cp_tui.traces.privacy import PrivateNames
from cp_tui.traces.reading import open_trace
from cp_tui.traces.recognise import FORMATS
from cp_tui.traces.record import FrameDirection
from cp_tui.traces.writing import trace_lines
from tests.traces.layouts import frames_of, read
from tests.traces.writers import NAMELESS, TIMELESS, WRITERS

SAMPLES = Path(__file__).parent.parent / "data" / "traces"
SESSION = SAMPLES / "open_ocpp_trace_session.jsonl"


def test_every_format_has_a_writer_here() -> None:
    assert WRITERS.keys() == FORMATS.keys()


@pytest.mark.parametrize("format", WRITERS)
def test_a_session_written_in_a_format_is_read_as_it_was(format: str) -> None:
    before = frames_of(open_trace(SESSION).records)
    again = read(WRITERS[format](before))
    assert again.format == format
    after = frames_of(again.records)
    assert len(after) == len(before)
    for old, new in zip(before, after, strict=True):
        assert (new.kind, new.action, new.pair is None) == (old.kind, old.action, False)
        assert new.direction is old.direction
        assert new.frame is not None
        assert old.frame is not None
        assert new.frame.elements == old.frame.elements
        assert (new.charger == old.charger) != (format in NAMELESS)
        if format not in TIMELESS:
            assert old.at is not None
            assert new.at is not None
            assert abs((new.at - old.at).total_seconds()) <= max(new.resolution, 0.0011)
        if new.is_raw_exact:
            assert new.raw == old.raw


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*")))
def test_a_sample_written_as_open_ocpp_trace_says_the_same(name: str) -> None:
    if name == "expected.json":
        return
    trace = open_trace(SAMPLES / name)
    before = [each for each in frames_of(trace.records) if each.at is not None]
    text = "\n".join(trace_lines(trace.records))
    if trace.first is None:
        assert text == ""
        return
    after = frames_of(read(text).records)
    assert [
        (each.kind, each.at, each.direction, each.action, each.charger, each.is_truncated)
        for each in after
    ] == [
        (each.kind, each.at, each.direction, each.action, each.charger, each.is_truncated)
        for each in before
    ]


SECRET = '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"00112233445566778899"}]'
TALK = (
    '[2,"1","BootNotification",{"chargePointSerialNumber":"SN-99812","chargePointModel":"M",'
    '"chargePointVendor":"V"}]',
    '[2,"SN-99812","StartTransaction",{"connectorId":1,"idTag":"04A2B3C4D5","meterStart":0,'
    '"timestamp":"2026-10-05T08:00:00Z"}]',
    '[3,"SN-99812",{"transactionId":77123,"idTagInfo":{"status":"Accepted","parentIdTag":"FLEET"}}]',
    '[2,"3","DataTransfer",{"vendorId":"V","data":"plate M-XY 123"}]',
    SECRET,
)


def test_what_is_written_for_others_names_nobody() -> None:
    trace = read("".join(f"2026-10-05T08:00:0{n}Z x: {each}\n" for n, each in enumerate(TALK)))
    names = PrivateNames.of(trace.records)
    lines = [json.loads(line) for line in trace_lines(trace.records, names)]
    text = json.dumps(lines)
    for private in ("SN-99812", "04A2B3C4D5", "FLEET", "77123", "plate", "00112233"):
        assert private not in text
    assert [each.get("chargePointId") for each in lines] == ["CP-1"] * 5
    assert lines[1]["messageId"] == lines[2]["messageId"]
    assert lines[1]["payload"]["idTag"] == "TAG-1"
    assert lines[2]["payload"]["transactionId"] == 1
    words = 'Transaction 77123 of "04A2B3C4D5" on SN-99812.'
    assert names.disguised_text(words) == 'Transaction 1 of "TAG-1" on CP-1.'
    assert names.shortened(words) == 'Transaction 77123 of "04A2…" on SN-99812.'


def test_no_secret_is_written() -> None:
    whole = read(f"2026-10-05T08:00:00Z x: {SECRET}\n2026-10-05T08:00:01Z x: {SECRET[:-8]}")
    text = "\n".join(trace_lines(whole.records))
    assert text.count("ChangeConfiguration") == 2
    assert "0011" not in text


def test_no_secret_is_written_of_what_is_cut_off_or_has_another_shape() -> None:
    for frame in (
        '[2,"1","ChangeConfiguration",{"value":"hunter2hunter2","key":"AuthorizationK ...',
        '[4,"1","GenericError","AuthorizationKey hunter2hunter2 is too short",{}]',
        '[4,"1","GenericError","",{"password":"hunter2hunter2"}]',
        '[4,"1","GenericError","",["AuthorizationKey","hunter2hunter2"]]',
        '[4,"1","AuthorizationKey: hunter2hunter2","",{}]',
        '[2,"2","ChangeConfiguration",["AuthorizationKey","hunter2hunter2"]]',
        '[2,"2","ChangeConfiguration",{"key":"AuthorizationKey"},{"value":"hunter2hunter2"}]',
        '[2,"2","GetDiagnostics","ftp://cp:hunter2@h/"]',
    ):
        head = "2026-10-05T08:00:00.100Z"
        text = f'{head} TX [2,"1","GetConfiguration",{{}}]\n{head} RX {frame}\n'
        (_, line) = trace_lines(read(text).records)
        assert "hunter2" not in line


def test_an_id_that_a_charge_point_makes_of_its_name_has_the_stand_in() -> None:
    trace = read(
        '2026-10-05 08:00:00,100 - ocpp - INFO - CP-Nord: send [2,"cp-nord-1","Heartbeat",{}]\n'
    )
    (line,) = trace_lines(
        [
            replace(each, at=datetime(2026, 10, 5, tzinfo=UTC), direction=FrameDirection.TO_CSMS)
            for each in trace.records
        ],
        PrivateNames.of(trace.records),
    )
    assert "nord" not in line.lower()
    assert json.loads(line)["messageId"] == "CP-1-1"
