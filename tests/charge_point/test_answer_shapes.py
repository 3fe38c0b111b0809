"""Answers of any shape end their request; those of the wrong one authorize nobody."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from cp_tui.charge_point.events import AnswerUnread, SendCall
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.answer import read_answer
from cp_tui.ocpp.core import StartTransactionResponse
from tests.charge_point.answering import (
    INFO,
    QUIET,
    answers,
    asked,
    newest,
    open_call,
    registration,
)
from tests.charge_point.rig import T0, rig
from tests.tiers import tier

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=10)
    | st.sampled_from(
        [0, -1, 2**31, 2**63, 10**400, "17", "", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)
ACTIONS = (
    "Authorize",
    "BootNotification",
    "DataTransfer",
    "Heartbeat",
    "MeterValues",
    "StartTransaction",
    "StatusNotification",
    "StopTransaction",
)
FULL: dict[str, Any] = {
    "status": "Accepted",
    "currentTime": "2026-01-05T08:00:00Z",
    "interval": 300,
    "transactionId": 5,
    "idTagInfo": {**INFO, "expiryDate": "2030-01-05T08:00:00Z", "parentIdTag": "G"},
}


def has_id(payload: Any) -> bool:
    response, _ = read_answer(Action.START_TRANSACTION, payload)
    assert isinstance(response, StartTransactionResponse)
    return response.transaction_id is not None


@settings(max_examples=tier(15, deep=5_000))
@given(st.sampled_from(ACTIONS), st.sampled_from([3, 4]), st.data())
def test_any_answer_with_our_id_ends_the_call(action: str, kind: int, data: st.DataObject) -> None:
    made = rig()
    message_id = open_call(made, action)
    payload: Any = {**FULL, "idTagInfo": dict(FULL["idTagInfo"])}
    place = data.draw(st.sampled_from(["payload", "length", "tail", *FULL, *FULL["idTagInfo"]]))
    value = data.draw(JSON)
    if place == "payload":
        payload = value
    elif place in FULL["idTagInfo"] and data.draw(st.booleans()):
        payload["idTagInfo"][place] = value
    elif place in FULL:
        payload[place] = value
    elements = (
        [3, message_id, payload] if kind == 3 else [4, message_id, "GenericError", "", payload]
    )
    if place == "tail":
        elements.append(value)
    if place == "length":
        elements = elements[: data.draw(st.integers(2, len(elements)))]
    made.responders[action] = lambda _: None
    made.receive(json.dumps(elements))
    assert answers(made, message_id), "the answer is in no record"
    connection = registration(made).pending
    assert connection is None or connection.since == made.now
    made.receive(json.dumps(elements))
    is_answer = kind == 3 and len(elements) > 2 and isinstance(elements[2], dict | None)
    if is_answer and len(elements) > 3:
        is_answer = action == "StartTransaction" and has_id(elements[2] or {})
    made.after(400)
    if is_answer and action in ("StartTransaction", "StopTransaction"):
        assert asked(made, action) == [message_id]
    assert made.request("GetConfiguration")[0] == 3


@pytest.mark.parametrize(
    "text",
    [
        '[4,%,"InternalError"]',
        "[3,%,[]]",
        "[3,%]",
        '[3,%,"x"]',
        '[3,%,{"a":NaN}]',
        "[4,%]",
        '["3",%,{}]',
        "[3,%,{},{}]",
        '[4,%,"InternalError",null,{}]',
        '[3,%,{"a":' + "[" * 50_000,
    ],
)
@pytest.mark.parametrize("action", ["StatusNotification", "Heartbeat", "DataTransfer"])
def test_an_answer_of_the_wrong_shape_ends_the_call_at_once(action: str, text: str) -> None:
    made = rig()
    message_id = open_call(made, action)
    before = len(made.sent)
    made.receive(text.replace("%", json.dumps(message_id)))
    assert [frame for frame in made.sent[before:] if frame[0] == 4] == []
    (record,) = answers(made, message_id)
    assert record.action == action
    assert record.flaws
    made.act("plug_in", connector_id=2)
    assert made.sent[-1][2] == "StatusNotification", "the next message goes at once"


def test_an_answer_of_the_wrong_shape_is_a_failure_of_a_transaction_message() -> None:
    made = rig(keys={**QUIET, "TransactionMessageRetryInterval": "10"})
    first = open_call(made, "StartTransaction")
    made.receive(json.dumps([3, first, []]))
    del made.responders["StartTransaction"]
    made.after(9)
    assert asked(made, "StartTransaction") == [first]
    made.after(1)
    assert len(asked(made, "StartTransaction")) == 2
    assert newest(made).transaction_id == 1


TAILS = [[1], [None], [{}], [{"transactionId": 8}, []]]
"""What stands behind the payload of a CALLRESULT, which has three elements and no more."""


@pytest.mark.parametrize("tail", TAILS)
def test_an_authorize_answered_with_too_much_authorizes_nobody(tail: list[Any]) -> None:
    made = rig(keys={"AllowOfflineTxForUnknownId": "true"})
    made.responders["Authorize"] = lambda _: None
    made.act("plug_in", connector_id=1)
    request = made.swipe("TAG", 1)
    (message_id,) = asked(made, "Authorize")
    made.receive(json.dumps([3, message_id, {"idTagInfo": INFO}, *tail]))
    assert made.calls("StartTransaction") == []
    came = made.came(request)
    assert came is not None
    assert (came.outcome, came.by) == ("Refused", "CSMS")
    assert f"a CALLRESULT has 3 elements, this has {3 + len(tail)}" in came.text
    (record,) = answers(made, message_id)
    assert "like a CALLERROR" in record.flaws[0]
    made.after(600)
    assert len(asked(made, "Authorize")) == 1


@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.parametrize("tail", TAILS)
def test_a_start_answered_with_too_much_keeps_its_id(tail: list[Any], is_late: bool) -> None:
    made = rig(keys={**QUIET, "TransactionMessageAttempts": "1"})
    message_id = open_call(made, "StartTransaction")
    if is_late:
        made.after(31)
    made.receive(json.dumps([3, message_id, {"transactionId": 9, "idTagInfo": INFO}, *tail]))
    made.after(600)
    assert asked(made, "StartTransaction") == [message_id]
    (record,) = answers(made, message_id)
    assert "a CALLRESULT has 3 elements" in record.flaws[0]
    made.act("swipe", id_tag="TAG")
    assert [stop["transactionId"] for stop in made.calls("StopTransaction")] == [9]


@pytest.mark.parametrize("tail", [[], *TAILS])
def test_a_start_whose_answer_met_an_error_inside_keeps_its_id(tail: list[Any]) -> None:
    """The charge point has booted since, and does not send it again."""
    made = rig(keys=QUIET)
    message_id = open_call(made, "StartTransaction")
    made.cut()
    made.power_cycle()
    answer = json.dumps([3, message_id, {"transactionId": 9, "idTagInfo": INFO}, *tail])
    made.handle(AnswerUnread(answer, "ZeroDivisionError"))
    made.reconnect()
    made.after(600)
    assert asked(made, "StartTransaction") == [message_id]
    assert [stop["transactionId"] for stop in made.calls("StopTransaction")] == [9]


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("StartTransaction", {"idTagInfo": INFO}),
        ("StartTransaction", {"transactionId": None, "idTagInfo": INFO}),
        ("StopTransaction", {}),
        ("MeterValues", {}),
    ],
)
def test_other_transaction_messages_answered_with_too_much_are_sent_again(
    action: str, payload: dict[str, Any]
) -> None:
    made = rig(keys={"TransactionMessageRetryInterval": "10"})
    first = open_call(made, action)
    made.receive(json.dumps([3, first, payload, 1]))
    del made.responders[action]
    made.after(11)
    assert len(asked(made, action)) == 2


def test_a_boot_answered_with_too_much_is_not_accepted() -> None:
    made = rig(boot=False)
    message_id = open_call(made, "BootNotification")
    payload = {"status": "Accepted", "currentTime": T0.isoformat(), "interval": 300}
    made.receive(json.dumps([3, message_id, payload, 1]))
    told = registration(made)
    assert told.status is None
    assert told.reason is not None
    assert (told.reason.id, told.next_boot_at is None) == ("registration.refused", False)


def test_a_stray_answer_of_the_wrong_shape_is_recorded_and_ends_nothing() -> None:
    made = rig()
    message_id = open_call(made, "StatusNotification")
    made.receive('[3,"nobody",[]]')
    made.receive("[3]")
    assert registration(made).pending is None
    made.after(4)
    told = registration(made).pending
    assert told is not None
    assert answers(made, message_id) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('[3,"17",{"status":"Accepted"}]', "CALLRESULT"),
        ('[3,17,{"currentTime":"soon"}]', "CALLRESULT"),
        ('[3,"17",{},{}]', "invalid"),
        ('[4,"17","InternalError"]', "CALLERROR"),
        ('[4,17,"InternalError","",{}]', "CALLERROR"),
        ('[3,"17"]', "invalid"),
        ('[3,"17",[]]', "invalid"),
    ],
)
def test_a_composed_message_ends_with_any_answer(text: str, kind: str) -> None:
    made = rig()
    made.responders["Heartbeat"] = lambda _: None
    number = made.start_command(lambda n: SendCall(n, "Heartbeat", {}, "17"))
    made.receive(text)
    result: Any = made.replies[number].result
    assert result["kind"] == kind
    assert result["flaws"]
    (record,) = answers(made, "17")
    assert record.is_composed
    assert record.flaws


def test_a_csms_that_answers_nothing_is_told_until_it_answers_something() -> None:
    made = rig(keys={"MessageTimeout": "30"})
    made.responders["Heartbeat"] = lambda _: None
    asked_at = made.now
    made.request("TriggerMessage", {"requestedMessage": "Heartbeat"})
    made.after(29)
    assert registration(made).unanswered is None
    made.after(2)
    told = registration(made).unanswered
    assert told is not None
    assert (told.action, told.since) == ("Heartbeat", asked_at)
    made.after(250)
    assert registration(made).unanswered == told
    del made.responders["Heartbeat"]
    made.after(301)
    assert registration(made).unanswered is None
