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


@pytest.mark.parametrize(
    "text", ["", "hello", "{}", '[3,"csms-1",{}]', '[4,"x","GenericError","",{}]', '[9,"x"]', "[2]"]
)
def test_what_nobody_has_to_answer_is_just_sent(made: Rig, text: str) -> None:
    reply = made.command(partial(SendRaw, text=text))
    assert reply.result == {"kind": "sent"}
    assert len(made.garbage) + len(made.sent) == 1
    (record,) = records(made)
    assert record.is_composed
    assert record.direction is Direction.OUT


def test_a_raw_text_has_a_limit_in_bytes(made: Rig) -> None:
    request = made.start_command(partial(SendRaw, text="ä" * (TEXT_BYTES_MAX // 2 + 1)))
    assert "bytes are too long; at most 1048576" in refusal(made, request)
    assert made.command(partial(SendRaw, text="ä" * (TEXT_BYTES_MAX // 2))).result


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
    made.command(partial(SendRaw, text=f'AuthorizationKey "{SECRET}"'))
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
