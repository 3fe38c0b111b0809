"""An answer of the CSMS is an answer, whatever is wrong with it (wire.md, Bad input; S 3.7.1)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from cp_tui.charge_point.effects import Send, Table
from cp_tui.charge_point.events import Stop
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
from tests.tiers import tier


@pytest.mark.parametrize(
    "payload",
    [
        {"transactionId": 9, "idTagInfo": INFO, "status": "Accepted"},
        {"transactionId": 9, "idTagInfo": {**INFO, "parentIdTag": None, "expiryDate": ""}},
        {"transactionId": "9", "idTagInfo": {**INFO, "expiryDate": "never"}},
        {"transactionId": 9.0, "idTagInfo": {**INFO, "parentIdTag": {}, "x": [1]}},
        {"transactionId": 9, "idTagInfo": INFO, "connectorId": 1, "idTag": "TAG", "meterStart": 0},
        {"transactionId": 9, "idTagInfo": {"status": "accepted"}},
    ],
)
def test_a_start_with_flaws_is_not_sent_again_and_brings_its_id(payload: dict[str, Any]) -> None:
    made = rig(keys=QUIET)
    made.responders["StartTransaction"] = lambda _: payload
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.after(600)
    (message_id,) = asked(made, "StartTransaction")
    assert newest(made).transaction_id == 9
    assert newest(made).stopped_at is None
    (record,) = answers(made, message_id)
    assert record.flaws
    assert made.request("RemoteStopTransaction", {"transactionId": 9})[2] == INFO
    assert made.calls("StopTransaction")[0]["transactionId"] == 9


@pytest.mark.parametrize("number", [None, "", 2**63, 1.5, True, [], "?"])
def test_a_start_without_an_id_is_as_lost_and_is_not_sent_again(number: Any) -> None:
    made = rig(keys=QUIET)
    made.responders["StartTransaction"] = lambda _: {"transactionId": number, "idTagInfo": INFO}
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.after(600)
    assert len(asked(made, "StartTransaction")) == 1
    assert newest(made).messages.start.state == "lost"
    assert "without a transactionId" in newest(made).loss.text
    made.act("swipe", id_tag="TAG")
    assert made.calls("StopTransaction")[0]["transactionId"] == -1


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**63 - 1, -(2**63)])
def test_ids_at_the_ends_of_the_numbers_are_ids(number: int) -> None:
    made = rig(keys=QUIET)
    made.responders["StartTransaction"] = lambda _: {"transactionId": number, "idTagInfo": INFO}
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.act("swipe", id_tag="TAG")
    assert newest(made).messages.start.state == "delivered"
    assert made.calls("StopTransaction")[0]["transactionId"] == number


@pytest.mark.parametrize("info", [None, {}, [], {"status": "?"}, {"status": None}, "Accepted"])
def test_a_start_without_a_status_ends_as_invalid_and_teaches_nothing(info: Any) -> None:
    made = rig(keys={**QUIET, "StopTransactionOnInvalidId": "true"})
    made.responders["StartTransaction"] = lambda _: {"transactionId": 9, "idTagInfo": info}
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    stop = made.calls("StopTransaction")[0]
    assert (stop["transactionId"], stop["reason"]) == (9, "DeAuthorized")
    heard = 'the unknown status "?"' if info == {"status": "?"} else "no status"
    assert f"{heard}, which is taken as Invalid" in newest(made).stop_explanation.text
    cache: Any = made.variables["authorization_cache"]
    assert [(e.id_tag, e.status) for e in cache.entries if e.id_tag == "TAG"] in (
        [],
        [("TAG", "Accepted")],
    )


@pytest.mark.parametrize("action", ["StopTransaction", "MeterValues", "StartTransaction"])
@pytest.mark.parametrize(
    "payload", [{}, {"status": "Accepted"}, {"idTagInfo": {}}, {"idTagInfo": None}, "echo"]
)
def test_no_transaction_message_is_repeated_for_a_flaw(action: str, payload: Any) -> None:
    made = rig(keys={"MeterValueSampleInterval": "60", "StopTransactionOnInvalidId": "false"})
    made.responders[action] = lambda request: request if payload == "echo" else payload
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.after(70)
    made.act("swipe", id_tag="TAG")
    made.after(600)
    assert len(asked(made, action)) == 1
    outbox: Any = made.variables["outbox"]
    assert outbox.count == 0


def test_the_late_answer_to_a_stop_keeps_it_from_being_sent_again() -> None:
    made = rig(keys=QUIET)
    message_id = open_call(made, "StopTransaction")
    made.after(31)
    made.receive(json.dumps([3, message_id, {"idTagInfo": None}]))
    made.after(600)
    assert asked(made, "StopTransaction") == [message_id]
    assert newest(made).delivery == "delivered"


def test_a_callerror_after_the_time_limit_counts_once() -> None:
    made = rig(keys={**QUIET, "TransactionMessageAttempts": "2"})
    message_id = open_call(made, "StartTransaction")
    made.after(31)
    made.receive(json.dumps([4, message_id, "InternalError", "", {}]))
    outbox: Any = made.variables["outbox"]
    assert outbox.entries[0].attempts == 1
    del made.responders["StartTransaction"]
    made.after(600)
    assert newest(made).transaction_id == 1


def test_both_answers_to_a_start_that_was_sent_twice_are_one_transaction() -> None:
    made = rig(keys={**QUIET, "TransactionMessageRetryInterval": "1"})
    open_call(made, "StartTransaction")
    made.after(32)
    first, second = asked(made, "StartTransaction")
    made.receive(json.dumps([3, first, {"transactionId": 5, "idTagInfo": INFO}]))
    made.receive(json.dumps([3, second, {"transactionId": 6, "idTagInfo": INFO}]))
    made.receive(json.dumps([3, second, {"transactionId": 7, "idTagInfo": INFO}]))
    made.act("swipe", id_tag="TAG")
    made.after(600)
    assert len(asked(made, "StartTransaction")) == 2
    assert [stop["transactionId"] for stop in made.calls("StopTransaction")] == [5]


def booting(**answer: Any) -> Rig:
    """Boot against a CSMS that answers BootNotification so."""
    made = rig(boot=False)
    made.responders["BootNotification"] = lambda _: answer
    made.power_on()
    return made


def test_a_boot_without_an_interval_keeps_that_of_the_key() -> None:
    made = booting(status="Accepted", currentTime=T0.isoformat(), interval=None)
    assert registration(made).status == "Accepted"
    key = made.request("GetConfiguration", {"key": ["HeartbeatInterval"]})[2]["configurationKey"]
    assert registration(made).next_heartbeat_at == T0 + timedelta(seconds=int(key[0]["value"]))


@pytest.mark.parametrize("interval", [-1, -(2**63), 0, 2**31, 2**63 - 1, 2**63, 1.5, "?", "60"])
@pytest.mark.parametrize("status", ["Accepted", "Pending", "Rejected"])
def test_no_interval_harms(interval: Any, status: str) -> None:
    made = booting(status=status, currentTime=T0.isoformat(), interval=interval)
    told = registration(made)
    assert told.status == status
    due = told.next_heartbeat_at if status == "Accepted" else told.next_boot_at
    assert due is not None
    assert due > T0
    made.after(tier(3_700, deep=86_400))


@pytest.mark.parametrize("interval", [-5, -1, -(2**63), 2**31, 10**12, 2**63 - 1, "-5", -5.0])
@pytest.mark.parametrize("status", ["Accepted", "Pending", "Rejected"])
def test_an_interval_that_nobody_can_wait_for_is_none_and_a_flaw(
    interval: Any, status: str
) -> None:
    made = booting(status=status, currentTime=T0.isoformat(), interval=interval)
    told = registration(made)
    assert told.interval_s is None
    (record,) = answers(made, asked(made, "BootNotification")[0])
    assert record.flaws[-1].startswith(f"interval is {int(interval)}, must be from 0 to 2147483647")
    assert record.flaws[-1].endswith("the interval stays our own")
    if status == "Accepted":
        assert told.next_heartbeat_at == T0 + timedelta(seconds=300), "HeartbeatInterval"
        assert made.store.get(Table.KEY, {}).get("HeartbeatInterval") is None
    else:
        assert told.reason is not None
        assert "our own choice" in told.reason.text
        assert told.next_boot_at is not None
        assert told.next_boot_at <= T0 + timedelta(seconds=40)


@pytest.mark.parametrize("before", ["Rejected", "Pending"])
@pytest.mark.parametrize(
    ("now", "words"),
    [({}, "without a status"), ("SecurityError", "SecurityError"), (None, "no answer")],
)
def test_what_the_csms_said_before_is_not_told_for_what_it_says_now(
    before: str, now: dict[str, Any] | str | None, words: str
) -> None:
    made = booting(status=before, currentTime=T0.isoformat(), interval=30)
    made.responders["BootNotification"] = lambda _: now
    made.after(70)
    told = registration(made)
    assert told.status is None
    assert told.reason is not None
    assert words in told.reason.text
    # Who was rejected still answers nothing (S 4.2).
    assert made.charger.mind.may_answer == (before != "Rejected")


@pytest.mark.parametrize("status", ["Rejected", "Pending"])
def test_the_same_answer_once_more_is_since_the_first_one(status: str) -> None:
    made = booting(status=status, currentTime=T0.isoformat(), interval=30)
    first = registration(made).since
    # Boots at 30, 60 and 90 s; each is told the time that it is.
    made.responders["BootNotification"] = lambda _: {
        "status": status,
        "currentTime": made.now.isoformat(),
        "interval": 30,
    }
    made.after(100)
    assert len(asked(made, "BootNotification")) > 2
    assert first is not None
    assert registration(made).since == first
    made.responders["BootNotification"] = lambda _: {
        "status": "Accepted",
        "currentTime": made.now.isoformat(),
        "interval": 30,
    }
    made.after(30)
    assert (registration(made).since or first) > first + timedelta(seconds=90)


def test_an_answer_without_a_status_takes_no_acceptance_back() -> None:
    made = booting(status="Accepted", currentTime=T0.isoformat(), interval=30)
    made.responders["BootNotification"] = lambda _: {}
    made.request("TriggerMessage", {"requestedMessage": "BootNotification"})
    told = registration(made)
    assert (told.status, told.reason, told.next_boot_at) == ("Accepted", None, None)


@pytest.mark.parametrize(
    ("interval", "words"), [(30, "30 s"), (3600, "1 h 00 min"), (2**31 - 1, "68 years")]
)
def test_the_longest_interval_is_waited_for_and_told_in_words(interval: int, words: str) -> None:
    made = booting(status="Pending", currentTime=T0.isoformat(), interval=interval)
    told = registration(made)
    assert told.next_boot_at == T0 + timedelta(seconds=interval)
    assert told.reason is not None
    assert f"the next BootNotification comes after {words} (its interval)" in told.reason.text


@pytest.mark.parametrize("word", ["accepted", "ACCEPTED", " Accepted", "aCCEPTED\n"])
@pytest.mark.parametrize("action", ["BootNotification", "Authorize", "StartTransaction"])
def test_a_status_in_another_case_is_read_and_a_flaw_everywhere(action: str, word: str) -> None:
    made = rig(keys={"StopTransactionOnInvalidId": "true"})
    message_id = open_call(made, action)
    info = {"idTagInfo": {"status": word}, "transactionId": 5}
    boot = {"status": word, "currentTime": T0.isoformat(), "interval": 300}
    payload = boot if action == "BootNotification" else info
    if action == "Authorize":
        del payload["transactionId"]
    made.receive(json.dumps([3, message_id, payload]))
    made.after(10)
    (record,) = answers(made, message_id)
    assert len(record.flaws) == 1
    assert "it is read as Accepted" in record.flaws[0]
    if action == "BootNotification":
        assert registration(made).status == "Accepted"
    else:
        assert made.statuses(1)[-1] == "Charging"


@pytest.mark.parametrize("time", [None, "", "soon", 5, "2026-13-01T00:00:00Z"])
def test_a_boot_without_a_time_leaves_the_clock_alone(time: Any) -> None:
    made = booting(status="Accepted", currentTime=time, interval=300)
    told = registration(made)
    assert told.status == "Accepted"
    assert made.charger.mind.clock_offset == timedelta(0)
    assert told.clock_set_at is None
    assert told.clock_refused is not None
    assert "no time that can be read" in told.clock_refused.text


@pytest.mark.parametrize(
    "time",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_a_time_at_the_ends_of_the_calendar_is_not_followed(time: str) -> None:
    made = booting(status="Accepted", currentTime=time, interval=300)
    assert registration(made).status == "Accepted"
    refused = registration(made).clock_refused
    assert refused is not None
    assert f"it says {time[:10]}" in refused.text
    assert answers(made, asked(made, "BootNotification")[0])[0].flaws == ()
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.after(600)
    assert made.calls("StartTransaction")[0]["timestamp"].startswith("2026-01-05")


@pytest.mark.parametrize("status", [None, "", "Yes", 1, ["Accepted"]])
def test_a_boot_without_a_status_is_none_and_says_so(status: Any) -> None:
    made = booting(status=status, currentTime=T0.isoformat(), interval=60)
    told = registration(made)
    assert told.status is None
    assert told.next_boot_at == T0 + timedelta(seconds=60)
    assert told.reason is not None
    assert told.reason.id == "registration.unusable"
    assert "without a status" in told.reason.text
    assert told.clock_set_by == "BootNotification"
    del made.responders["BootNotification"]
    made.after(61)
    assert registration(made).status == "Accepted"


@pytest.mark.parametrize("status", ["Accepted", "Pending", "Rejected"])
def test_a_late_answer_to_a_boot_counts(status: str) -> None:
    made = rig(boot=False)
    made.responders["BootNotification"] = lambda _: None
    made.power_on()
    made.after(31)
    told = registration(made)
    assert (told.status, told.reason and told.reason.id) == (None, "registration.no_answer")
    (message_id,) = asked(made, "BootNotification")
    payload = {"status": status, "currentTime": made.now.isoformat(), "interval": 500}
    made.receive(json.dumps([3, message_id, payload]))
    told = registration(made)
    assert told.status == status
    if status == "Accepted":
        assert told.reason is None
        assert made.statuses(0) == ["Available"]
    else:
        assert told.next_boot_at == made.now + timedelta(seconds=500)
    made.after(400)
    assert len(asked(made, "BootNotification")) == 1


def boots_twice() -> tuple[Rig, str, str]:
    """Leave one BootNotification unanswered, and have another one open."""
    made = rig(boot=False)
    made.responders["BootNotification"] = lambda _: None
    made.power_on()
    made.after(80)
    first, second = asked(made, "BootNotification")
    return made, first, second


def conf(message_id: str, status: str) -> str:
    payload = {"status": status, "currentTime": "2026-01-05T08:01:20Z", "interval": 300}
    return json.dumps([3, message_id, payload])


def test_of_two_answers_to_boots_that_of_the_newer_one_counts() -> None:
    for order, expected in (
        (("first Accepted", "second Rejected"), "Rejected"),
        (("second Accepted", "first Rejected"), "Accepted"),
        (("first Pending", "second Accepted"), "Accepted"),
    ):
        made, first, second = boots_twice()
        ids = {"first": first, "second": second}
        for each in order:
            which, status = each.split()
            made.receive(conf(ids[which], status))
        assert registration(made).status == expected, order


def test_after_a_late_acceptance_the_failure_of_the_next_boot_changes_nothing() -> None:
    made, first, second = boots_twice()
    made.receive(conf(first, "Accepted"))
    assert registration(made).status == "Accepted"
    made.after(40)
    told = registration(made)
    assert (told.status, told.reason, told.next_boot_at) == ("Accepted", None, None)
    made.receive(json.dumps([4, second, "InternalError", "", {}]))
    assert registration(made).status == "Accepted"


def test_a_boot_from_before_a_power_cycle_or_a_stop_is_past() -> None:
    made, first, _ = boots_twice()
    made.power_cycle()
    made.receive(conf(first, "Accepted"))
    assert registration(made).status is None


def test_an_error_of_ours_is_answered_by_nobody_while_ocpp_is_stopped() -> None:
    """A request may still have been on its way when the operator stopped it."""
    made = rig()
    reset = '[2,"late","Reset",{"type":"Soft"}]'
    told = made.charger.met_error(reset, "an error", made.now)
    assert any(isinstance(each, Send) for each in told)
    made.handle(Stop(request=1))
    assert made.charger.met_error(reset, "an error", made.now) == []
