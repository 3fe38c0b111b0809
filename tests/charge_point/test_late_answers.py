"""An answer after the time limit: which counts, and that its record says so (wire.md)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cp_tui.charge_point.events import SendCall
from cp_tui.charge_point.variables import DeliveryState, MessageRecord
from tests.charge_point.answering import (
    INFO,
    QUIET,
    answers,
    asked,
    newest,
    open_call,
    registration,
)
from tests.charge_point.rig import T0, Rig, rig

BOOTED = {"status": "Accepted", "currentTime": T0.isoformat(), "interval": 300}
PAYLOADS: dict[str, dict[str, Any]] = {
    "Authorize": {"idTagInfo": INFO},
    "StartTransaction": {"transactionId": 9, "idTagInfo": INFO},
    "StopTransaction": {},
    "MeterValues": {},
    "BootNotification": BOOTED,
    "Heartbeat": {"currentTime": "2026-01-05T09:00:00Z"},
    "DataTransfer": INFO,
}
TOO_LATE = (True, "calls.too_late")
COUNTS = (False, "calls.counts_late")


def told(record: MessageRecord) -> tuple[bool, str | None]:
    """Whether it counts for nothing, and by which reason."""
    return record.is_ignored, None if record.reason is None else record.reason.id


def answered_late(action: str, frame: list[Any]) -> tuple[Rig, MessageRecord]:
    """Let the CSMS answer a request 45 s after it, which is 15 s after it was given up."""
    made = rig(keys=QUIET if action != "MeterValues" else {"MeterValueSampleInterval": "60"})
    message_id = open_call(made, action)
    made.after(45)
    made.receive(json.dumps([frame[0], message_id, *frame[1:]]))
    (record,) = answers(made, message_id)
    assert record.action == action
    assert record.latency_ms == 45_000.0
    return made, record


@pytest.mark.parametrize("action", ["Authorize", "Heartbeat", "DataTransfer"])
def test_what_nobody_waits_for_any_more_is_ignored_and_says_so(action: str) -> None:
    made, record = answered_late(action, [3, PAYLOADS[action]])
    assert told(record) == TOO_LATE
    assert record.reason is not None
    assert "too late and counts for nothing" in record.reason.text
    assert made.calls("StartTransaction") == []
    assert abs((made.charger.mind.clock_offset).total_seconds()) < 60


@pytest.mark.parametrize(
    "action", ["StartTransaction", "StopTransaction", "MeterValues", "BootNotification"]
)
def test_what_the_csms_has_processed_counts_all_the_same_and_says_so(action: str) -> None:
    made, record = answered_late(action, [3, PAYLOADS[action]])
    assert told(record) == COUNTS
    made.after(200)
    if action != "MeterValues":
        assert len(asked(made, action)) == 1
    if action == "StartTransaction":
        assert newest(made).transaction_id == 9


@pytest.mark.parametrize("action", ["Authorize", "StartTransaction", "BootNotification"])
def test_an_error_after_the_time_limit_is_no_other_failure(action: str) -> None:
    _, record = answered_late(action, [4, "InternalError", "", {}])
    assert told(record) == TOO_LATE


@pytest.mark.parametrize("frame", [[3, PAYLOADS["Authorize"]], [4, "InternalError", "", {}]])
def test_a_csms_that_answers_too_late_does_not_count_as_silent(frame: list[Any]) -> None:
    made = rig(keys=QUIET)
    message_id = open_call(made, "Authorize")
    made.after(45)
    made.receive(json.dumps([3, "never-sent", PAYLOADS["Authorize"]]))
    assert registration(made).unanswered is not None
    made.receive(json.dumps([frame[0], message_id, *frame[1:]]))
    assert registration(made).unanswered is None


def test_a_csms_that_answers_what_a_person_composed_does_not_count_as_silent() -> None:
    made = rig(keys=QUIET)
    open_call(made, "Authorize")
    made.after(45)
    assert registration(made).unanswered is not None
    made.start_command(lambda number: SendCall(number, "Heartbeat", {}, "17"))
    made.receive(json.dumps([3, "17", PAYLOADS["Heartbeat"]]))
    assert registration(made).unanswered is None


def test_of_two_late_answers_to_a_boot_the_older_one_counts_for_nothing() -> None:
    made = rig(boot=False)
    made.responders["BootNotification"] = lambda _: None
    made.power_on()
    made.after(80)
    first, second = asked(made, "BootNotification")
    made.after(31)
    made.receive(json.dumps([3, second, BOOTED]))
    made.receive(json.dumps([3, first, {**BOOTED, "status": "Rejected"}]))
    assert [told(answers(made, each)[0]) for each in (second, first)] == [COUNTS, TOO_LATE]


def test_after_the_answer_to_the_second_try_that_to_the_first_counts_for_nothing() -> None:
    made = rig(keys={**QUIET, "TransactionMessageRetryInterval": "1"})
    first = open_call(made, "StartTransaction")
    made.after(33)
    second = asked(made, "StartTransaction")[-1]
    for message_id in (second, first):
        made.receive(json.dumps([3, message_id, PAYLOADS["StartTransaction"]]))
    assert told(answers(made, second)[0]) == (False, None)
    assert told(answers(made, first)[0]) == TOO_LATE


def test_an_answer_over_the_next_connection_is_too_late_and_one_to_nothing_says_that() -> None:
    made = rig(keys=QUIET)
    message_id = open_call(made, "Heartbeat")
    made.cut()
    made.reconnect()
    for each in (message_id, message_id, "never-sent"):
        made.receive(json.dumps([3, each, PAYLOADS["Heartbeat"]]))
    late, twice, unknown = [*answers(made, message_id), *answers(made, "never-sent")]
    assert told(late) == TOO_LATE
    assert told(twice) == told(unknown) == (True, "calls.not_asked")


def test_an_answer_in_time_is_not_called_late() -> None:
    made = rig(keys=QUIET)
    message_id = open_call(made, "Authorize")
    made.after(29)
    made.receive(json.dumps([3, message_id, PAYLOADS["Authorize"]]))
    assert told(answers(made, message_id)[0]) == (False, None)


def test_what_was_sent_without_the_transaction_id_is_another_message_once_it_is_known() -> None:
    """The same id with another content would be taken for the message that is there (JE 3.1)."""
    keys = {"MeterValueSampleInterval": "60", "TransactionMessageAttempts": "1"}
    made = rig(keys=keys)
    made.responders["MeterValues"] = lambda _: None
    start = open_call(made, "StartTransaction")
    made.after(62)
    [before] = asked(made, "MeterValues")
    assert made.calls("MeterValues")[0]["transactionId"] == -1
    made.receive(json.dumps([3, start, PAYLOADS["StartTransaction"]]))
    made.cut()
    made.reconnect()
    made.after(5)
    again = asked(made, "MeterValues")[1]
    assert made.calls("MeterValues")[1]["transactionId"] == 9
    assert again != before


def test_a_start_that_is_answered_after_its_stop_tells_why_it_is_lost() -> None:
    made = rig(keys={**QUIET, "TransactionMessageAttempts": "1"})
    start = open_call(made, "StartTransaction")
    made.after(32)
    made.act("swipe", id_tag="TAG")
    made.after(2)
    assert newest(made).loss.id == "transactions.message_lost"
    made.receive(json.dumps([3, start, PAYLOADS["StartTransaction"]]))
    found = newest(made)
    assert (found.transaction_id, found.delivery, found.loss.id) == (
        9,
        DeliveryState.LOST,
        "transactions.not_named",
    )


def test_a_start_that_is_answered_while_its_stop_is_under_way_without_an_id_is_lost_as_well() -> (
    None
):
    made = rig(keys={**QUIET, "TransactionMessageAttempts": "1"})
    made.responders["StopTransaction"] = lambda _: None
    start = open_call(made, "StartTransaction")
    made.after(32)
    made.act("swipe", id_tag="TAG")
    made.after(2)
    [stop] = asked(made, "StopTransaction")
    made.receive(json.dumps([3, start, PAYLOADS["StartTransaction"]]))
    made.receive(json.dumps([3, stop, {}]))
    found = newest(made)
    assert (found.delivery, found.loss.id) == (DeliveryState.LOST, "transactions.not_named")


def test_a_start_that_is_answered_after_its_stop_was_given_up_stays_lost_for_that() -> None:
    made = rig(keys={**QUIET, "TransactionMessageAttempts": "1"})
    made.responders["StopTransaction"] = lambda _: None
    start = open_call(made, "StartTransaction")
    made.after(32)
    made.act("swipe", id_tag="TAG")
    made.after(40)
    made.receive(json.dumps([3, start, PAYLOADS["StartTransaction"]]))
    found = newest(made)
    assert (found.delivery, found.loss.id) == (DeliveryState.LOST, "transactions.message_lost")
