"""Messages that a person composed: sent as they stand, answered, and without consequences."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from pydantic import JsonValue

from cp_tui.charge_point.codec import encode
from cp_tui.charge_point.events import SendCall, SendRaw, Stop
from cp_tui.charge_point.operator.composed_messages import PENDING_MAX, TEXT_BYTES_MAX
from cp_tui.charge_point.variables import (
    ConfigurationView,
    Direction,
    MessageKind,
    MessageRecord,
    RegistrationView,
)
from tests.charge_point.rig import Rig, rig

SECRET = "0123456789abcdef"


def compose(made: Rig, action: str, payload: dict[str, JsonValue] | None = None) -> Any:
    """Send a CALL that the CSMS answers at once; give the result."""
    return made.command(partial(SendCall, action=action, payload=payload or {})).result


def start_call(made: Rig, message_id: str | None = None, action: str = "Heartbeat") -> int:
    return made.start_command(partial(SendCall, action=action, payload={}, message_id=message_id))


def refusal(made: Rig, request: int) -> str:
    assert request not in made.replies
    return made.refusals[request].text


def records(made: Rig) -> list[MessageRecord]:
    return [event for _, event in made.events if isinstance(event, MessageRecord)]


@pytest.fixture
def made() -> Rig:
    return rig()


def test_a_call_goes_out_as_it_stands_even_if_no_such_action_exists(made: Rig) -> None:
    made.responders["Dance"] = lambda _: {"steps": 3}
    result = compose(made, "Dance", {"idTag": 7, "x": [None, {}]})
    (sent,) = made.sent
    assert sent[2:] == ["Dance", {"idTag": 7, "x": [None, {}]}]
    assert result == {
        "message_id": sent[1],
        "kind": "CALLRESULT",
        "payload": {"steps": 3},
        "latency_ms": 0.0,
    }


def test_a_callerror_is_the_answer_too(made: Rig) -> None:
    made.responders["Dance"] = lambda _: "NotImplemented"
    request = start_call(made, "mine", "Dance")
    assert made.replies[request].result == {
        "message_id": "mine",
        "kind": "CALLERROR",
        "code": "NotImplemented",
        "description": "",
        "details": {},
        "latency_ms": 0.0,
    }


def test_a_silent_csms_is_given_up_after_message_timeout(made: Rig) -> None:
    made.responders["Heartbeat"] = lambda _: None
    request = start_call(made, "mine")
    made.after(29.9)
    assert request not in made.replies
    made.after(0.2)
    reply = made.replies[request]
    assert reply.result == {"message_id": "mine", "kind": "timeout"}
    assert reply.reason is not None
    assert reply.reason.text == "no answer within MessageTimeout = 30 s"


def test_an_answer_after_the_timeout_is_recorded_and_nothing_more(made: Rig) -> None:
    made.responders["Heartbeat"] = lambda _: None
    start_call(made, "mine")
    made.after(31)
    made.receive('[3,"mine",{}]')
    assert records(made)[-1].is_composed
    assert len(made.replies) == 1


def test_when_the_link_goes_the_answer_is_lost(made: Rig) -> None:
    made.responders["Heartbeat"] = lambda _: None
    request = start_call(made, "mine")
    made.cut()
    assert made.replies[request].result == {"message_id": "mine", "kind": "lost"}


def test_stop_loses_the_answer_as_well(made: Rig) -> None:
    made.responders["Heartbeat"] = lambda _: None
    request = start_call(made, "mine")
    made.command(Stop)
    assert made.replies[request].result == {"message_id": "mine", "kind": "lost"}


def test_it_goes_past_the_queue_and_says_so(made: Rig) -> None:
    """J 4.1.1: one CALL at a time, but for those that a person composes."""
    made.responders["DataTransfer"] = made.responders["StatusNotification"] = lambda _: None
    made.act("plug_in", connector_id=1)
    reply = made.command(partial(SendCall, action="Heartbeat", payload={}))
    assert reply.reason is not None
    assert reply.reason.rule == "J 4.1.1"
    assert reply.reason.text.endswith("the queue while StatusNotification waited for its answer")
    # The one that waits is not touched by it.
    assert made.actions() == ["StatusNotification", "Heartbeat"]
    made.act("plug_in", connector_id=2)
    assert made.actions() == ["StatusNotification", "Heartbeat"]


@pytest.mark.parametrize("message_id", ["mine", None])
def test_an_id_whose_answer_is_awaited_is_refused(made: Rig, message_id: str | None) -> None:
    if message_id is None:
        made.responders["StatusNotification"] = lambda _: None
        made.act("plug_in", connector_id=1)
        message_id = made.sent[-1][1]
    else:
        made.responders["Heartbeat"] = lambda _: None
        start_call(made, message_id)
    count = len(made.sent)
    text = refusal(made, start_call(made, message_id))
    assert text == f"not sent: the message id {message_id} waits for its answer already"
    assert len(made.sent) == count


def test_an_id_may_be_used_again_after_its_timeout(made: Rig) -> None:
    made.responders["Heartbeat"] = lambda _: None
    start_call(made, "mine")
    made.after(31)
    del made.responders["Heartbeat"]
    result: Any = made.replies[start_call(made, "mine")].result
    assert result["kind"] == "CALLRESULT"


def test_only_so_many_may_wait(made: Rig) -> None:
    made.responders["Heartbeat"] = lambda _: None
    for number in range(PENDING_MAX):
        start_call(made, str(number))
    request = start_call(made, "one more")
    assert refusal(made, request).startswith(f"not sent: {PENDING_MAX} composed messages wait")
    made.receive('[3,"0",{}]')
    start_call(made, "one more")
    assert made.sent[-1][1] == "one more"


def test_offline_and_stopped_refuse_with_the_reason(made: Rig) -> None:
    made.cut()
    text = refusal(made, start_call(made))
    assert text == "not sent: there is no connection to the CSMS"
    made.command(Stop)
    text = refusal(made, start_call(made))
    assert text == "not sent: OCPP is stopped by the operator"


def test_what_is_no_json_is_refused(made: Rig) -> None:
    request = made.start_command(partial(SendCall, action="X", payload={"x": float("nan")}))
    assert "cannot be written as JSON" in refusal(made, request)


def test_the_answer_to_a_composed_boot_does_not_change_the_registration(made: Rig) -> None:
    before = made.variables["registration"]
    made.responders["BootNotification"] = lambda _: {
        "status": "Rejected",
        "currentTime": "2030-01-01T00:00:00Z",
        "interval": 7,
    }
    assert compose(made, "BootNotification")["payload"]["status"] == "Rejected"
    after = made.variables["registration"]
    assert isinstance(after, RegistrationView)
    assert after == before
    assert made.charger.mind.clock_offset.total_seconds() == 0


def test_a_composed_start_transaction_begins_no_transaction(made: Rig) -> None:
    before = made.variables["transactions"]
    count, published = len(made.effects), len(made.published)
    result = compose(made, "StartTransaction", {"connectorId": 1, "idTag": "T"})
    assert result["payload"]["transactionId"] == 1
    assert made.variables["transactions"] == before
    assert {type(e).__name__ for e in made.effects[count:]} == {"Send", "Emit", "Reply"}
    assert made.published[published:] == []


def test_a_composed_message_does_not_put_off_the_heartbeat(made: Rig) -> None:
    made.after(200)
    compose(made, "DataTransfer", {"vendorId": "x"})
    made.after(101)
    assert made.actions() == ["DataTransfer", "Heartbeat"]


def test_a_raw_call_is_awaited_like_any(made: Rig) -> None:
    reply = made.command(partial(SendRaw, text=' [2, "a",  "Heartbeat", {}]'))
    result: Any = reply.result
    assert (result["message_id"], result["kind"]) == ("a", "CALLRESULT")
    assert records(made)[0].action == "Heartbeat"


def test_a_broken_call_whose_id_can_be_read_is_awaited_too(made: Rig) -> None:
    reply = made.command(partial(SendRaw, text='[2,"a","Heartbeat"]'))
    result: Any = reply.result
    assert (result["message_id"], result["code"]) == ("a", "FormationViolation")
    assert records(made)[0].kind is MessageKind.INVALID


def raw(made: Rig, text: str) -> int:
    return made.start_command(partial(SendRaw, text=text))


@pytest.mark.parametrize(
    "text", ["", "hello", "{}", '[3,"csms-1",{}]', '[4,"x","GenericError","",{}]', '[9,"x"]', "[2]"]
)
def test_what_nobody_has_to_answer_is_just_sent(made: Rig, text: str) -> None:
    request = raw(made, text)
    if not text.startswith(("[3", "[4", "[9")):
        # A CSMS may say that it is no frame.
        assert request not in made.replies
        made.after(5)
    reply = made.replies[request]
    assert reply.result == {"kind": "sent"}
    assert len(made.garbage) + len(made.sent) == 1
    (record,) = records(made)
    assert record.is_composed
    assert record.direction is Direction.OUT


@pytest.mark.parametrize(
    ("text", "message_id"),
    [
        ("hello", "-1"),
        ("hello", "of the CSMS"),
        ('[2,"mine","Heartbeat",{},]', "mine"),
        ('[2,"mine","Heartbeat",{},]', "-1"),
        ('[2,"mine","Heartbeat"', "mine"),
    ],
)
def test_the_answer_to_a_text_that_is_no_frame_is_the_answer(
    made: Rig, text: str, message_id: str
) -> None:
    made.after(1)
    request = raw(made, text)
    made.after(2)
    made.receive(f'[4,"{message_id}","GenericError","no JSON",{{}}]')
    reply = made.replies[request]
    assert reply.result == {
        "message_id": message_id,
        "kind": "CALLERROR",
        "code": "GenericError",
        "description": "no JSON",
        "details": {},
        "latency_ms": 2000.0,
    }
    sent, answer = records(made)
    assert sent.message_id == ("mine" if "mine" in text else "")
    assert (answer.message_id, answer.latency_ms) == (message_id, 2000.0)
    assert answer.is_composed
    assert not answer.is_ignored
    made.after(60)
    assert len(made.replies) == 1


def test_a_csms_that_reads_more_than_json_answers_as_well(made: Rig) -> None:
    request = raw(made, '[2,"mine","Heartbeat",{},]')
    made.receive('[3,"mine",{"currentTime":"2026-01-05T14:00:00Z"}]')
    result: Any = made.replies[request].result
    assert (result["message_id"], result["kind"]) == ("mine", "CALLRESULT")
    assert not records(made)[-1].is_ignored


def test_answers_to_texts_without_an_id_come_in_order(made: Rig) -> None:
    requests = [raw(made, "one"), raw(made, "two")]
    for code in ("GenericError", "FormationViolation"):
        made.receive(f'[4,"-1","{code}","",{{}}]')
    results: list[Any] = [made.replies[each].result for each in requests]
    assert [each["code"] for each in results] == ["GenericError", "FormationViolation"]


def test_an_answer_to_something_else_is_not_that_to_a_text(made: Rig) -> None:
    made.responders["StatusNotification"] = made.responders["Heartbeat"] = lambda _: None
    composed = start_call(made, "late")
    made.after(31)
    made.act("plug_in", connector_id=1)
    own = made.sent[-1][1]
    request = raw(made, "hello")
    made.receive('[3,"nobody",{}]')
    assert records(made)[-1].is_ignored
    for message_id in ("late", own):
        made.receive(f'[4,"{message_id}","GenericError","",{{}}]')
    assert request not in made.replies
    assert made.replies[composed].result == {"message_id": "late", "kind": "timeout"}
    made.after(5)
    assert made.replies[request].result == {"kind": "sent"}
    reason = made.replies[request].reason
    assert reason is not None
    assert reason.text == "sent as it stands; no answer came within 5 s"
    # What comes now, nobody has asked for.
    made.receive('[4,"-1","GenericError","",{}]')
    assert records(made)[-1].is_ignored


def test_a_text_whose_id_waits_for_its_answer_is_sent_all_the_same(made: Rig) -> None:
    made.responders["Heartbeat"] = lambda _: None
    call = start_call(made, "mine")
    text = raw(made, '[2,"mine","Heartbeat",{},]')
    made.receive('[3,"mine",{}]')
    result: Any = made.replies[call].result
    assert result["kind"] == "CALLRESULT"
    made.receive('[4,"-1","GenericError","",{}]')
    result = made.replies[text].result
    assert result["kind"] == "CALLERROR"


def test_any_number_of_texts_is_sent_and_only_so_many_are_waited_for(made: Rig) -> None:
    requests = [raw(made, "hello") for _ in range(PENDING_MAX + 1)]
    assert [each in made.replies for each in requests] == [False] * PENDING_MAX + [True]
    made.cut()
    assert made.replies[requests[0]].result == {"kind": "lost"}


def test_a_raw_text_has_a_limit_in_bytes(made: Rig) -> None:
    request = made.start_command(partial(SendRaw, text="ä" * (TEXT_BYTES_MAX // 2 + 1)))
    assert "bytes are too long; at most 1048576" in refusal(made, request)
    request = raw(made, "ä" * (TEXT_BYTES_MAX // 2))
    made.after(5)
    assert made.replies[request].result == {"kind": "sent"}


def test_half_a_surrogate_pair_is_refused(made: Rig) -> None:
    assert "lone surrogate" in refusal(
        made, made.start_command(partial(SendRaw, text='[2,"\ud800","X",{}]'))
    )


def test_request_and_answer_carry_the_mark_and_others_do_not(made: Rig) -> None:
    compose(made, "Heartbeat")
    made.act("plug_in", connector_id=1)
    marks = [(r.action, r.kind.value, r.is_composed) for r in records(made)]
    assert marks == [
        ("Heartbeat", "CALL", True),
        ("Heartbeat", "CALLRESULT", True),
        ("StatusNotification", "CALL", False),
        ("StatusNotification", "CALLRESULT", False),
    ]


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("ChangeConfiguration", {"key": "AuthorizationKey", "value": SECRET}),
        ("changeconfiguration", {"key": " authorizationKEY ", "value": SECRET}),
        ("X", {"a": [{"key": "AuthorizationKey", "readonly": False, "Value": SECRET}]}),
        ("X", {"AuthorizationKey": SECRET}),
        ("X", {"keys": ["AuthorizationKey", SECRET]}),
        ("DataTransfer", {"vendorId": "v", "data": f"AuthorizationKey={SECRET}"}),
        ("X", {"a": {"myAuthorizationKeys": [SECRET]}}),
    ],
)
def test_a_composed_secret_reaches_the_wire_only(
    made: Rig, action: str, payload: dict[str, JsonValue]
) -> None:
    made.responders[action] = lambda sent: sent
    event = SendCall(1, action, payload)
    assert SECRET not in repr(event)
    result = compose(made, action, payload)
    assert SECRET in str(made.sent)
    assert len(records(made)) == 2
    assert SECRET not in f"{result}{[record.payload for record in records(made)]}"
    configuration: ConfigurationView = made.variables["configuration"]
    assert SECRET not in encode(configuration).decode()


def test_a_raw_secret_is_not_shown(made: Rig) -> None:
    raw(made, f'AuthorizationKey "{SECRET}"')
    (record,) = records(made)
    assert record.payload == "(35 characters, not shown)"


def test_a_payload_nested_too_deep_for_a_frame_is_sent_and_recorded_as_text(made: Rig) -> None:
    nested: JsonValue = []
    for _ in range(100):
        nested = [nested]
    request = made.start_command(
        partial(SendCall, action="X", payload={"a": nested}, message_id="deep")
    )
    result: Any = made.replies[request].result
    assert (result["message_id"], result["kind"]) == ("deep", "CALLRESULT")
    assert records(made)[0].kind is MessageKind.INVALID
    assert encode(records(made)[0])


def test_a_payload_that_no_json_writer_can_write_is_refused(made: Rig) -> None:
    nested: JsonValue = []
    for _ in range(100_000):
        nested = [nested]
    request = made.start_command(partial(SendCall, action="X", payload={"a": nested}))
    assert "nested too deep" in refusal(made, request)
