"""A CSMS that has forgotten us refuses everything but BootNotification: boot again (JE 3.10)."""

from __future__ import annotations

import json
from itertools import cycle
from typing import Any

import pytest

from cp_tui.charge_point.events import TryNow
from cp_tui.charge_point.variables import RegistrationView
from tests.charge_point.rig import Rig, rig
from tests.tiers import tier

QUIET = {"MeterValueSampleInterval": "0"}
ACTIONS = (
    "Authorize",
    "DataTransfer",
    "Heartbeat",
    "MeterValues",
    "StartTransaction",
    "StatusNotification",
    "StopTransaction",
)


def registration(made: Rig) -> RegistrationView:
    view = made.variables["registration"]
    assert isinstance(view, RegistrationView)
    return view


def charging(**keys: str) -> Rig:
    made = rig(keys={**QUIET, **keys})
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.forget_sent()
    return made


def forget(made: Rig, code: str, *, for_good: bool = False) -> None:
    """Let the CSMS refuse everything but the boot, until it is booted."""
    for action in ACTIONS:
        made.responders[action] = lambda _: code

    def boot(_: dict[str, Any]) -> dict[str, Any]:
        if not for_good:
            for action in ACTIONS:
                made.responders.pop(action, None)
        return {"status": "Accepted", "currentTime": made.now.isoformat(), "interval": 300}

    made.responders["BootNotification"] = boot


@pytest.mark.parametrize("code", ["SecurityError", "NotSupported", "InternalError"])
@pytest.mark.parametrize("attempts", ["1", "2", "3"])
def test_it_boots_again_and_no_transaction_message_is_lost(code: str, attempts: str) -> None:
    made = charging(TransactionMessageAttempts=attempts, TransactionMessageRetryInterval="10")
    forget(made, code)
    made.act("swipe", id_tag="TAG")
    made.after(120)
    assert len(made.calls("BootNotification")) == 1
    assert registration(made).status == "Accepted"
    assert made.statuses(0) == ["Available"]
    entry: Any = made.variables["transactions"]
    assert entry[0].delivery == "delivered"
    outbox: Any = made.variables["outbox"]
    assert outbox.count == 0


@pytest.mark.parametrize("code", ["SecurityError", "NotSupported", "InternalError"])
def test_an_idle_one_finds_out_by_its_heartbeats(code: str) -> None:
    made = rig()
    forget(made, code)
    made.after(3 * 300)
    assert len(made.calls("BootNotification")) == 1
    assert registration(made).status == "Accepted"


def test_it_says_what_the_csms_does_and_what_comes_next() -> None:
    made = charging()
    forget(made, "SecurityError", for_good=True)
    made.act("swipe", id_tag="TAG")
    made.after(100)
    told = registration(made)
    assert told.status is None
    assert told.next_boot_at is not None
    assert told.reason is not None
    assert told.reason.id == "registration.forgotten"
    assert "SecurityError" in told.reason.text
    outbox: Any = made.variables["outbox"]
    assert outbox.entries[0].attempts == 0


@pytest.mark.parametrize("code", ["SecurityError", "NotSupported", "InternalError"])
def test_a_csms_that_goes_on_refusing_is_not_hammered_and_nothing_is_lost(code: str) -> None:
    made = charging(TransactionMessageAttempts="1", TransactionMessageRetryInterval="1")
    forget(made, code, for_good=True)
    made.act("swipe", id_tag="TAG")
    time_s = tier(3_700, deep=86_400)
    made.after(time_s)
    boots = len(made.calls("BootNotification"))
    assert 10 < boots <= time_s / 300 + 10
    assert len(made.actions()) <= boots * 10
    entry: Any = made.variables["transactions"]
    assert entry[0].delivery == "waiting"
    forget(made, code)
    made.after(400)
    assert made.variables["transactions"][0].delivery == "delivered"


@pytest.mark.parametrize("code", ["SecurityError", "NotSupported", "InternalError"])
@pytest.mark.parametrize("also_refused", [(), ("Heartbeat",), ("Heartbeat", "DataTransfer")])
def test_a_message_that_is_refused_for_good_is_given_up(
    code: str, also_refused: tuple[str, ...]
) -> None:
    made = rig(keys={**QUIET, "TransactionMessageRetryInterval": "10"})
    for action in ("StartTransaction", *also_refused):
        made.responders[action] = lambda _: code
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.after(1800)
    entry: Any = made.variables["transactions"]
    assert entry[0].messages.start.state == "lost"
    starts = len(made.calls("StartTransaction"))
    assert 3 <= starts <= 9
    if not also_refused:
        assert starts == 3
        assert not made.calls("BootNotification")
    made.act("swipe", id_tag="TAG")
    made.after(1)
    assert made.calls("StopTransaction")[0]["transactionId"] == -1


def test_one_refusal_now_and_then_is_no_sign() -> None:
    made = rig()
    answers: Any = iter(["SecurityError", {}, "SecurityError", {}] * 50)
    made.responders["StatusNotification"] = lambda _: next(answers)
    for _ in range(20):
        made.act("plug_in", connector_id=1)
        made.act("plug_out", connector_id=1)
    assert not made.calls("BootNotification")


def test_a_line_that_breaks_while_the_csms_is_asked_holds_nothing_up() -> None:
    made = charging(TransactionMessageAttempts="1")
    made.responders["StopTransaction"] = lambda _: "InternalError"
    made.responders["Heartbeat"] = lambda _: None
    made.act("swipe", id_tag="TAG")
    assert made.actions()[-1] == "Heartbeat"
    made.cut()
    made.responders.clear()
    made.reconnect()
    assert made.actions()[-1] == "StopTransaction"
    entry: Any = made.variables["transactions"]
    assert entry[0].delivery == "delivered"


def test_silence_to_the_question_leaves_the_last_attempt_the_last() -> None:
    made = charging(TransactionMessageAttempts="1")
    made.responders["StopTransaction"] = lambda _: "InternalError"
    made.responders["Heartbeat"] = lambda _: None
    made.act("swipe", id_tag="TAG")
    made.after(31)
    entry: Any = made.variables["transactions"]
    assert entry[0].delivery == "lost"


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "InternalError",
        {},
        {"status": "Pending", "currentTime": "2026-01-05T08:00:00Z", "interval": 3600},
        {"status": "Rejected", "currentTime": "2026-01-05T08:00:00Z", "interval": 3600},
    ],
)
def test_try_now_boots_at_once_where_a_boot_is_waited_for(answer: Any) -> None:
    made = rig(boot=False)
    made.responders["BootNotification"] = lambda _: answer
    made.power_on()
    assert made.command(TryNow).result is False or answer is not None
    made.after(31)
    made.responders.clear()
    if registration(made).status is None or registration(made).next_boot_at:
        assert made.command(TryNow).result is True
    assert registration(made).status == "Accepted"
    assert made.command(TryNow).result is False


@pytest.mark.parametrize(
    ("answer", "id"),
    [
        (None, "registration.no_answer"),
        ("InternalError", "registration.refused"),
        ({}, "registration.unusable"),
        ([], "registration.refused"),
    ],
)
def test_what_the_csms_did_with_the_boot_is_told_as_it_was(answer: Any, id: str) -> None:
    made = rig(boot=False)
    made.responders["BootNotification"] = lambda _: None
    made.power_on()
    boot = made.sent[-1][1]
    if isinstance(answer, str):
        made.receive(json.dumps([4, boot, answer, "", {}]))
    elif answer is not None:
        made.receive(json.dumps([3, boot, answer]))
    else:
        made.after(31)
    told = registration(made)
    assert told.status is None
    assert told.reason is not None
    assert told.reason.id == id
    assert ("no answer" in told.reason.text) is (answer is None)


def refuse(made: Rig, *codes: str, but: tuple[str, ...] = ()) -> None:
    """Let the CSMS accept each boot and refuse everything else, with one code after the other."""
    following = cycle(codes)
    for action in set(ACTIONS) - set(but):
        made.responders[action] = lambda _: next(following)


@pytest.mark.parametrize(
    "codes",
    [
        ("InternalError", "NotSupported", "SecurityError", "GenericError"),
        ("SecurityError", "SecurityError", "SecurityError", "GenericError"),
        ("InternalError", "InternalError", "ProtocolError"),
        ("GenericError",),
    ],
    ids="-".join,
)
@pytest.mark.parametrize("but", [(), ("StatusNotification",), ("Heartbeat",), ("MeterValues",)])
@pytest.mark.parametrize("interval", ["0", "1"])
def test_whatever_it_refuses_it_is_not_hammered(
    codes: tuple[str, ...], but: tuple[str, ...], interval: str
) -> None:
    keys = {"MeterValueSampleInterval": "20", "TransactionMessageRetryInterval": interval}
    made = rig(keys={**keys, "TransactionMessageAttempts": "2"})
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.forget_sent()
    refuse(made, *codes, but=but)
    made.after(600)
    assert len(made.calls("BootNotification")) <= 7
    values = 600 / 20
    assert len(made.actions()) <= 7 * 10 + 4 * values
    made.responders.clear()
    made.act("swipe", id_tag="TAG")
    made.after(400)
    assert registration(made).status == "Accepted"
    outbox: Any = made.variables["outbox"]
    assert outbox.count == 0
    assert made.calls("StopTransaction")


def stray(kind: str) -> Any:
    """Give the answers of a CSMS that has forgotten us, but for a handler that does not check."""
    turns = cycle(["SecurityError", "GenericError"])
    return {
        "connector 0": lambda p: {} if p["connectorId"] == 0 else "SecurityError",
        "connector 2": lambda p: {} if p["connectorId"] == 2 else "SecurityError",
        "all": lambda p: {},
        "in turn": lambda p: next(turns),
    }[kind]


@pytest.mark.parametrize("kind", ["connector 0", "connector 2", "all", "in turn"])
def test_one_handler_that_does_not_check_costs_no_transaction_message(kind: str) -> None:
    """JE 3.10: no transaction message is dropped because of SecurityError."""
    made = charging(TransactionMessageAttempts="2", TransactionMessageRetryInterval="1")
    refuse(made, "SecurityError")
    made.responders["StatusNotification"] = stray(kind)
    made.act("swipe", id_tag="TAG")
    made.after(40)
    assert len(made.calls("BootNotification")) <= 3
    made.responders.clear()
    made.after(120)
    entry: Any = made.variables["transactions"]
    assert entry[0].delivery == "delivered"


@pytest.mark.parametrize("code", ["SecurityError", "InternalError", "NotSupported"])
@pytest.mark.parametrize("action", ["Heartbeat", "DataTransfer", "MeterValues", "Authorize"])
def test_one_action_that_is_answered_all_the_same_costs_no_transaction_message(
    action: str, code: str
) -> None:
    made = charging(TransactionMessageAttempts="3", TransactionMessageRetryInterval="1")
    refuse(made, code, but=(action,))
    made.act("swipe", id_tag="TAG")
    made.after(40)
    assert len(made.calls("BootNotification")) in (1, 2)
    made.responders.clear()
    made.after(120)
    entry: Any = made.variables["transactions"]
    assert entry[0].delivery == "delivered"


def test_other_refusals_between_those_of_a_csms_that_has_forgotten_us_cost_nothing() -> None:
    made = charging(TransactionMessageAttempts="2", TransactionMessageRetryInterval="1")
    refuse(made, "SecurityError", "GenericError")
    made.act("swipe", id_tag="TAG")
    made.after(40)
    assert len(made.calls("BootNotification")) <= 3
    made.responders.clear()
    made.after(400)
    entry: Any = made.variables["transactions"]
    assert entry[0].delivery == "delivered"


def test_a_csms_that_forgets_us_again_later_is_booted_at_once_again() -> None:
    made = charging()
    for _ in range(3):
        forget(made, "InternalError")
        made.act("swipe", id_tag="TAG")
        made.after(1)
        made.request("TriggerMessage", {"requestedMessage": "StatusNotification", "connectorId": 1})
        made.request("TriggerMessage", {"requestedMessage": "Heartbeat"})
        made.request("TriggerMessage", {"requestedMessage": "Heartbeat"})
        made.after(1)
        assert len(made.calls("BootNotification")) == 1
        made.forget_sent()
        made.after(400)
    entry: Any = made.variables["transactions"]
    assert entry[0].delivery == "delivered"
