"""Messages in words, without a screen."""

from __future__ import annotations

import json
from datetime import UTC

import pytest
from msgspec.structs import replace
from pydantic import JsonValue

from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables import MessageKind, MessageRecord
from cp_tui.tui.messages.actions import exported
from cp_tui.tui.messages.details_text import message_details, short_facts
from cp_tui.tui.messages.filter import message_filter
from cp_tui.tui.messages.text import about, message_columns, result
from cp_tui.tui.state.arrivals import Gap
from cp_tui.tui.state.message_log import Fate, MessageLog, MessagePair
from cp_tui.tui.text.columns import fit_columns
from cp_tui.tui.text.json_text import JSON_LINES_MAX, json_lines
from cp_tui.tui.text.words import Clock, latency
from tests.tui import message_world, worlds

CLOCK = Clock(worlds.NOW, UTC)


def day() -> dict[str, MessagePair]:
    """The exchanges of the day by the id of their first frame."""
    log = MessageLog()
    for record in message_world.day():
        log.add(record)
    found = [exchange for exchange in map(log.exchange, log.numbers) if exchange is not None]
    return {exchange.frames[0].message_id: exchange for exchange in found}


def line(exchange: MessagePair, width: int = 79) -> list[str]:
    """The cells of a row."""
    columns = message_columns(CLOCK, width, exchange.frames[0].at if exchange.frames else None)
    widths = fit_columns(columns, width, width)
    return [c.cell(exchange).plain for c, shown in zip(columns, widths, strict=True) if shown]


@pytest.mark.parametrize(
    ("message_id", "words"),
    [
        ("b1", "Accepted"),
        ("s1", "answered"),
        ("p1", "! Rejected"),
        ("d1", "! NotImplemented"),
        ("t1", "! Blocked"),
        ("m1", "! no answer"),
        ("h1", "waits"),
        ("", "! no OCPP frame"),
    ],
)
def test_a_sign_and_a_word_tell_what_became_of_it(message_id: str, words: str) -> None:
    assert result(day()[message_id]).plain == words


def test_a_line_holds_what_fits() -> None:
    cells = ["13:41:02", "in", "SetChargingProfile", "1", "1.4 ms", "! Rejected"]
    assert line(day()["p1"])[:6] == cells
    assert line(day()["p1"], 54) == [*cells[:3], "! Rejected"]
    assert line(day()["p1"], 160)[0] == "13:41:02.000"
    assert line(day()["p1"], 160)[-1] == "p1"


def test_a_composed_request_an_answer_alone_and_a_gap_are_told_apart() -> None:
    log = MessageLog()
    log.add(message_world.answer(message_world.request("1", "Heartbeat")))
    log.miss(12, worlds.at(14, 5))
    alone, gap = (log.exchange(0), log.exchange(1))
    assert alone is not None
    assert gap is not None
    assert line(alone)[2] == "Heartbeat (answer)"
    assert line(day()["x1"])[2] == "*Heartbeat"
    assert line(gap)[-1] == "the screen was too slow"
    since = line(alone)[0]
    assert line(gap)[:6] == [since, "", "(12 not shown)", "", "", "until 14:05:00"]
    words = [f"{since} · 12 not shown until 14:05:00, the screen was too slow"]
    assert [fact.text.plain for fact in message_details(gap, CLOCK)] == words
    assert [fact.text.plain for fact in short_facts(gap, CLOCK, 80)] == words


def test_the_date_stands_where_it_was_another_day() -> None:
    log = MessageLog()
    log.add(message_world.request("1", "Heartbeat", at=worlds.at(10, day=3)))
    exchange = log.exchange(0)
    assert exchange is not None
    assert line(exchange)[0] == "Jan 03 10:00"
    assert line(exchange, 160)[0] == "Jan 03 10:00"


def test_the_reason_comes_before_what_the_request_says() -> None:
    assert about(day()["p1"], CLOCK).plain == message_world.TOO_HIGH.text
    assert about(day()["d1"], CLOCK).plain == "no vendor is known here"
    assert about(day()["s1"], CLOCK).plain == "status Charging, errorCode NoError"


def test_the_details_hold_both_frames_times_ids_and_the_reason_with_its_values() -> None:
    facts = message_details(day()["p1"], CLOCK)
    text = "\n".join(f"{fact.label} {fact.text.plain}" for fact in facts)
    assert "Request SetChargingProfile CALL from the CSMS · 2026-01-05 13:41:02.000" in text
    assert '"chargingProfileId": 7,' in text
    assert "Answer SetChargingProfile CALLRESULT to the CSMS · 2026-01-05 13:41:02.001" in text
    assert "connector 1 · id p1 · 107 bytes" in text
    assert "after 1.4 ms · 30 bytes" in text
    assert "Rejected · after 1.4 ms" in text
    assert "Why stack level 9 is above ChargeProfileMaxStackLevel 3" in text
    assert "Rule S 5.16 · smart_charging.profile.stack_level_too_high" in text
    assert "stackLevel = 9" in text


def test_a_few_lines_say_what_was_asked_answered_and_why() -> None:
    facts = short_facts(day()["p1"], CLOCK, 80)
    assert [fact.label for fact in facts] == ["Asked", "Answer", "Why"]
    assert facts[1].text.plain == '! Rejected · 1.4 ms · {"status": "Rejected"}'
    assert facts[2].text.plain.endswith("(S 5.16)")
    assert [fact.label for fact in short_facts(day()[""], CLOCK, 80)] == ["Text", "Why"]


@pytest.mark.parametrize(
    ("meter_value", "words"),
    [
        (
            [{"sampledValue": [{"value": "22"}, {"value": "5506.2", "unit": "W"}]}],
            "0.02 kWh, 5.51 kW",
        ),
        ([], ""),
        ([None, {"sampledValue": 5}, {"sampledValue": [7]}], ""),
        ("text", ""),
    ],
)
def test_meter_values_are_read_as_readings(meter_value: JsonValue, words: str) -> None:
    log = MessageLog()
    payload: JsonValue = {"connectorId": 1, "meterValue": meter_value}
    log.add(message_world.request("1", "MeterValues", payload))
    exchange = log.exchange(0)
    assert exchange is not None
    assert about(exchange, CLOCK).plain == words


def test_json_is_coloured_by_what_it_is() -> None:
    lines = json_lines('{"a":1,"b":"text","c":null}')
    assert [found.plain for found in lines] == [
        "{",
        '  "a": 1,',
        '  "b": "text",',
        '  "c": null',
        "}",
    ]
    styles = [{str(span.style) for span in found.spans} for found in lines]
    assert styles[1] == {"$text-accent", "$text-warning"}
    assert styles[2] == {"$text-accent", "$text-success"}
    assert styles[3] == {"$text-accent", "bold"}


def test_hostile_json_stays_on_its_lines_and_shows_no_control() -> None:
    text = "\x1b]0;x\x07\x85\u2028\u202e[/red]\x00"
    lines = json_lines(json.dumps({text: text}, ensure_ascii=False))
    assert len(lines) == 3
    assert lines[1].plain.isprintable()
    assert "[/red]" in lines[1].plain


def test_a_huge_payload_is_cut_and_says_so() -> None:
    payload: JsonValue = {"list": list(range(5000)), "text": "x" * 1_000_000}
    lines = json_lines(json.dumps(payload))
    assert len(lines) == JSON_LINES_MAX + 1
    assert lines[-1].plain == "… 4705 more lines: copy or export it"
    assert sum(len(found.plain) for found in json_lines(json.dumps("y" * 1_000_000))) < 3000


def exchanged(*records: MessageRecord) -> MessagePair:
    log = MessageLog()
    for record in records:
        log.add(record)
    assert len(log.numbers) == 1
    exchange = log.exchange(log.numbers.start)
    assert exchange is not None
    return exchange


def test_the_flaws_of_an_answer_stand_with_it() -> None:
    asked = message_world.request("x1", "StatusNotification", {"connectorId": 1})
    flaw = "not of this message, and ignored: [/red]status"
    exchange = exchanged(asked, message_world.answer(asked, {"status": "Accepted"}, flaws=(flaw,)))
    assert about(exchange, CLOCK).plain == f"the answer has flaws: {flaw}"
    for facts in (short_facts(exchange, CLOCK, 79), message_details(exchange, CLOCK)):
        assert [fact.text.plain for fact in facts if fact.label == "Flaws"] == [flaw]


LATE = Reason(id="calls.too_late", rule="J 4.1.1", text="came too late and counts for nothing")


def answered_late(action: str = "Authorize") -> tuple[MessageRecord, MessageRecord]:
    """The tag was refused after 30 s; the CSMS accepts it after 45 s."""
    asked = message_world.request("a1", action, {"idTag": "T1"})
    late = message_world.answer(
        asked,
        {"idTagInfo": {"status": "Accepted"}},
        latency_ms=45_008.7,
        result="Accepted",
        reason=LATE,
        is_ignored=True,
    )
    return asked, late


def test_an_answer_that_came_too_late_looks_like_none_that_counts() -> None:
    exchange = exchanged(*answered_late())
    assert exchange.fate is Fate.IGNORED
    assert line(exchange)[1:] == ["out", "Authorize", "", "45.0 s", "! too late", LATE.text]
    for facts in (short_facts(exchange, CLOCK, 79), message_details(exchange, CLOCK)):
        text = "\n".join(f"{fact.label} {fact.text.plain}" for fact in facts)
        assert "! too late" in text
        assert f"Why {LATE.text}" in text
        assert "45.0 s" in text
    assert "· ! too late · Accepted · after 45.0 s" in text
    assert message_filter("error", CLOCK).takes(exchange)
    assert message_filter("too late", CLOCK).takes(exchange)
    assert not message_filter("-error", CLOCK).takes(exchange)


def test_an_answer_to_nothing_says_that_nobody_asked_and_an_error_too_late_is_none() -> None:
    asked, late = answered_late("")
    assert result(exchanged(late)).plain == "! not asked for"
    asked, late = answered_late()
    error = replace(late, kind=MessageKind.CALLERROR, result="InternalError")
    assert result(exchanged(asked, error)).plain == "! too late"


def test_what_is_exported_tells_which_answer_counts_for_nothing() -> None:
    log = MessageLog()
    for record in (*answered_late(), *message_world.day()):
        log.add(record)
    lines = [json.loads(line) for line in exported(log, message_filter("", CLOCK)) if line]
    ignored = [line for line in lines if line.get("is_ignored")]
    assert [(line["frame"][1], line["reason"]["id"]) for line in ignored] == [("a1", LATE.id)]


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(0.4, "0.4 ms"), (9999.94, "9999.9 ms"), (9999.96, "10.0 s"), (45_008.7, "45.0 s")],
)
def test_how_long_an_answer_took_fits_its_column_with_its_unit(
    milliseconds: float, words: str
) -> None:
    assert latency(milliseconds) == words
    assert len(words) <= 9


def test_an_answer_that_is_no_frame_joins_the_request_that_it_ends() -> None:
    asked = message_world.request("x1", "StatusNotification", {"connectorId": 1})
    broken = message_world.answer(
        asked, '[3,"x1"]', kind=MessageKind.INVALID, flaws=("2 elements",)
    )
    exchange = exchanged(asked, broken)
    assert result(exchange).plain == "! no OCPP frame"
    assert exchange.is_settled
    text = " ".join(f"{f.label} {f.text.plain}" for f in message_details(exchange, CLOCK))
    assert "StatusNotification CALL" in text
    assert "Flaws 2 elements" in text


def test_an_export_tells_where_messages_are_missing_whatever_is_looked_for() -> None:
    log = MessageLog()
    log.add(message_world.request("1", "Heartbeat", at=worlds.at(14, 1)))
    log.miss(12, worlds.at(14, 5))
    log.add(message_world.request("2", "Heartbeat", at=worlds.at(14, 5)))
    log.note_gap(Gap(worlds.at(14, 6), worlds.at(14, 7), is_started_anew=True))

    def exports(typed: str) -> list[dict[str, object]]:
        return [json.loads(line) for line in exported(log, message_filter(typed, CLOCK)) if line]

    one, hole, two, lost = exports("")
    assert hole == {
        "time": "2026-01-05T14:01:00+00:00",
        "until": "2026-01-05T14:05:00+00:00",
        "not_shown": 12,
        "why": "the screen was too slow",
    }
    assert lost["not_shown"] is None
    assert lost["why"] == "charge point lost, then started anew"
    assert exports("id:2 !status") == [hole, two, lost]
    assert exports("to:14:04") == [one, hole]
    assert exports("from:14:02 to:14:03") == [hole]
