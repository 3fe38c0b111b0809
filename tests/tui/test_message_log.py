"""The log pairs requests with answers, says what became of each, and stays within its bound."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from msgspec.structs import asdict, replace
from pydantic import JsonValue

from cp_tui.charge_point.variables import MessageKind, MessageRecord
from cp_tui.charge_point.variables.message import bounded
from cp_tui.tui.messages.details_text import frames_name
from cp_tui.tui.state.arrivals import Gap
from cp_tui.tui.state.message_log import ANSWER_AWAITED_S_MAX, SLACK, Fate, MessageLog, MessagePair
from tests.tui import message_world as world, worlds


def log_of(*records: MessageRecord, messages_max: int = 1000) -> MessageLog:
    log = MessageLog(messages_max)
    for record in records:
        log.add(record)
    return log


def only(log: MessageLog) -> MessagePair:
    (number,) = log.numbers
    exchange = log.exchange(number)
    assert exchange is not None
    return exchange


def fates(log: MessageLog) -> list[Fate]:
    found = [log.exchange(number) for number in log.numbers]
    return [exchange.fate for exchange in found if exchange is not None]


def test_an_answer_joins_its_request() -> None:
    asked = world.request("1", "Heartbeat")
    log = log_of(asked, world.answer(asked, {"currentTime": "2026-01-05T14:03:27Z"}))
    exchange = only(log)
    assert [frame.kind for frame in exchange.frames] == ["CALL", "CALLRESULT"]
    assert (len(log), exchange.fate) == (2, Fate.DONE)


def test_the_same_id_in_the_other_direction_is_another_request() -> None:
    """Each side chooses its own ids (J 4.1.4)."""
    ours = world.request("1", "Heartbeat")
    theirs = world.request("1", "Reset", {"type": "Soft"}, direction=world.IN)
    log = log_of(ours, theirs, world.answer(theirs, {"status": "Accepted"}))
    assert fates(log) == [Fate.WAITS, Fate.DONE]


def test_an_answer_that_nobody_asked_for_stands_alone() -> None:
    log = log_of(world.answer(world.request("1", "Heartbeat")))
    assert only(log).request is None


@pytest.mark.parametrize(("in_text", "answered"), [("", "-1"), ("mine", "mine"), ("mine", "-1")])
def test_the_answer_to_a_composed_text_joins_it(in_text: str, answered: str) -> None:
    text = replace(world.broken("[2,"), direction=world.OUT, message_id=in_text, is_composed=True)
    log = log_of(text)
    assert not only(log).is_settled
    asked = replace(text, message_id=answered)
    log.add(replace(world.error(asked, "GenericError", "no JSON"), is_composed=True))
    exchange = only(log)
    assert exchange.answer is not None
    assert (exchange.fate, exchange.answer.message_id) == (Fate.ERROR, answered)
    assert exchange.is_settled
    # Another text has no part in it, nor has an answer that is not composed.
    log.add(replace(text, message_id=""))
    log.add(world.error(asked, "GenericError", "no JSON"))
    assert fates(log) == [Fate.ERROR, Fate.INVALID, Fate.ERROR]


@pytest.mark.parametrize("status", ["Rejected", "Blocked", "NotSupported", "UnknownVendorId"])
def test_a_status_that_refuses_is_a_refusal(status: str) -> None:
    asked = world.request("1", "DataTransfer")
    assert only(log_of(asked, world.answer(asked, {"status": status}))).fate is Fate.REFUSED


@pytest.mark.parametrize("status", ["Accepted", "Scheduled", "RebootRequired", "Unlocked"])
def test_a_status_that_agrees_is_none(status: str) -> None:
    asked = world.request("1", "DataTransfer")
    assert only(log_of(asked, world.answer(asked, {"status": status}))).fate is Fate.DONE


def test_the_next_request_of_the_charge_point_means_that_the_one_before_got_no_answer() -> None:
    """It has one request under way at a time (J 4.1.1)."""
    log = log_of(world.request("1", "Heartbeat"), world.request("2", "Heartbeat"))
    assert fates(log) == [Fate.NO_ANSWER, Fate.WAITS]


def test_a_composed_request_does_not_give_up_another() -> None:
    composed = world.request("2", "Heartbeat", is_composed=True)
    assert fates(log_of(world.request("1", "Heartbeat"), composed)) == [Fate.WAITS, Fate.WAITS]


def test_a_lost_link_gives_up_what_waits_and_a_late_answer_is_taken_all_the_same() -> None:
    asked = world.request("1", "Heartbeat")
    log = log_of(asked)
    log.give_up()
    assert fates(log) == [Fate.NO_ANSWER]
    log.add(world.answer(asked))
    assert fates(log) == [Fate.DONE]


def test_what_is_never_answered_is_given_up_when_time_has_passed() -> None:
    later = worlds.NOW + timedelta(seconds=ANSWER_AWAITED_S_MAX + 1)
    early = world.request("1", "Reset", direction=world.IN)
    log = log_of(early, world.request("2", "Heartbeat", at=later))
    assert fates(log) == [Fate.NO_ANSWER, Fate.WAITS]


def test_the_oldest_go_and_the_numbers_stay() -> None:
    log = log_of(*world.many(SLACK), messages_max=100)
    assert 100 <= len(log) <= 100 + SLACK
    assert log.numbers.stop == SLACK
    assert log.exchange(log.numbers.start - 1) is None
    newest = log.exchange(SLACK - 1)
    assert newest is not None
    assert newest.frames[0].message_id == f"id{SLACK - 1}"


def test_long_messages_go_sooner() -> None:
    log = MessageLog(characters_max=100_000)
    for number in range(200):
        log.add(world.request(f"{number}", "DataTransfer", {"data": "x" * 10_000}))
    assert 8 <= len(log) <= 10
    assert log.numbers.stop == 200


def test_requests_without_an_answer_and_gaps_are_bounded_too() -> None:
    log = MessageLog(100)
    for number in range(5 * SLACK):
        log.miss(1, worlds.NOW)
        log.add(world.request(f"{number}", "Heartbeat", is_composed=True))
    assert len(log) <= 100 + SLACK
    assert len(log.numbers) <= 100 + SLACK
    assert len(log._open) <= 100 + SLACK


def test_an_answer_to_a_forgotten_request_stands_alone() -> None:
    asked = world.request("old", "Heartbeat")
    log = log_of(asked, *world.many(SLACK), messages_max=100)
    log.add(world.answer(asked))
    assert fates(log)[-1] is Fate.DONE
    newest = log.exchange(log.numbers.stop - 1)
    assert newest is not None
    assert newest.request is None


def test_what_was_missed_is_one_line_that_counts_up_and_says_from_when_to_when() -> None:
    log = MessageLog()
    log.miss(3, worlds.at(14, 1))
    log.miss(4, worlds.at(14, 2))
    hole = only(log)
    assert (hole.missed, hole.fate) == (7, Fate.MISSED)
    assert hole.gap is not None
    assert asdict(hole.gap) == asdict(
        Gap(worlds.at(14, 1), worlds.at(14, 2), is_slow=True, missed=7)
    )
    assert (len(log), log.missed) == (0, 7)


def test_what_was_missed_lies_between_its_neighbours_and_is_forgotten_with_them() -> None:
    log = MessageLog(100)
    for minute in range(3):
        log.add(world.request(f"{minute}", "Heartbeat", at=worlds.at(14, minute)))
    log.miss(5, worlds.at(14, 9))
    log.add(world.request("9", "Heartbeat", at=worlds.at(14, 9)))
    hole = log.exchange(3)
    assert hole is not None
    assert hole.gap is not None
    assert (hole.gap.lost_at, hole.gap.back_at) == (worlds.at(14, 2), worlds.at(14, 9))
    assert (len(log), log.missed) == (4, 5)
    for record in world.many(2 * SLACK):
        log.add(record)
    assert log.missed == 0


def test_a_frame_is_written_as_it_went_over_the_wire() -> None:
    payload: JsonValue = {"connectorId": 1, "info": "grün \u2028", "value": 1.50, "list": [None]}
    asked = world.request('a"1', "StatusNotification", payload)
    failed = world.error(asked, "InternalError", 'no "luck"')
    call, error = only(log_of(asked, failed)).frames
    assert json.loads(call.wire) == [2, 'a"1', "StatusNotification", payload]
    assert json.loads(error.wire) == [4, 'a"1', "InternalError", 'no "luck"', {}]
    result = only(log_of(world.answer(asked, {"status": "Accepted"}))).frames[0]
    assert json.loads(result.wire) == [3, 'a"1', {"status": "Accepted"}]
    assert json.loads(only(log_of(world.broken("<html>"))).frames[0].wire) == "<html>"


@pytest.mark.parametrize(
    ("kind", "payload", "place"),
    [
        (MessageKind.CALLERROR, {"description": "no", "details": {"trace": "x" * 100_000}}, 4),
        (MessageKind.CALLRESULT, {"data": "x" * 100_000}, 2),
    ],
    ids=str,
)
def test_of_a_long_payload_the_beginning_is_written_and_it_is_said(
    kind: MessageKind, payload: JsonValue, place: int
) -> None:
    call = world.request("1", "DataTransfer")
    found = only(log_of(call, world.answer(call, bounded(payload), kind=kind)))
    asked, answer = found.frames
    assert (asked.is_cut, answer.is_cut) == (False, True)
    assert "… (cut: 100" in json.loads(answer.wire)[place]
    assert "cut off" in frames_name(found)
    assert frames_name(only(log_of(call))) == "1 frame"


def test_the_reason_comes_back_whole() -> None:
    asked = world.request("1", "SetChargingProfile", direction=world.IN)
    rejected = world.answer(asked, {"status": "Rejected"}, reason=world.TOO_HIGH)
    answer = only(log_of(asked, rejected)).answer
    assert answer is not None
    assert answer.reason == world.TOO_HIGH
