"""Security events that the CSMS refuses: critical ones are kept, and hold up nothing (W A04)."""

from __future__ import annotations

from typing import Any

import pytest

from cp_tui.charge_point.events import DropMessage, TryNow
from cp_tui.charge_point.retry_rule import AGAIN_MAX_S, AGAIN_MIN_S, RetryRule
from cp_tui.charge_point.variables import SecurityEventState, SecurityEventType
from tests.charge_point.answering import asked
from tests.charge_point.rig import Rig
from tests.charge_point.securing import events, secured
from tests.charge_point.test_security_events import newest, raised

EVENT = "SecurityEventNotification"
KEYS = {"MessageTimeout": "5", "MeterValueSampleInterval": "0"}


def refusing(answer: Any, **keys: str) -> Rig:
    """Give a charge point that is on line, at a CSMS that refuses security events from now on."""
    made, _ = secured(1, keys=KEYS | keys)
    made.responders[EVENT] = lambda _: answer
    made.forget_sent()
    return made


def transaction(made: Rig) -> None:
    """Begin a transaction and end it."""
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.act("plug_out", connector_id=1)


def infos(made: Rig) -> list[Any]:
    """Give what was sent of the events."""
    return [each.get("techInfo") for each in made.calls(EVENT)]


@pytest.mark.parametrize("answer", ["InternalError", "GenericError", None])
def test_a_critical_one_is_never_given_up(answer: str | None) -> None:
    made = refusing(answer, TransactionMessageAttempts="2")
    raised(made)
    made.after(86_400)
    assert newest(made).state is SecurityEventState.QUEUED
    assert made.variables["security_events"].waiting == 1
    assert 10 < len(events(made)) < 60, "not all the time"
    del made.responders[EVENT]
    made.after(AGAIN_MAX_S + 10)
    assert newest(made).state is SecurityEventState.SENT
    assert made.variables["outbox"].count == 0


def test_those_behind_it_do_not_overtake_and_stay_over_a_boot() -> None:
    made = refusing("GenericError")
    for number in range(3):
        raised(made, info=str(number))
    made.after(600)
    assert set(infos(made)) == {"0"}
    made.power_cycle()
    made.after(600)
    assert set(infos(made)) == {"0"}
    made.forget_sent()
    del made.responders[EVENT]
    made.after(AGAIN_MAX_S)
    assert infos(made) == ["0", "1", "2", None]


@pytest.mark.parametrize("answer", ["GenericError", "InternalError", None])
def test_transactions_go_on_while_one_waits(answer: str | None) -> None:
    made = refusing(answer)
    raised(made)
    made.after(10)
    made.forget_sent()
    transaction(made)
    assert [a for a in made.actions() if a in ("StartTransaction", "StopTransaction")] == [
        "StartTransaction",
        "StopTransaction",
    ]
    outbox = made.variables["outbox"]
    assert [each.action for each in outbox.entries] == [EVENT]
    assert outbox.entries[0].next_attempt_at is not None
    assert outbox.entries[0].attempts_max == 0


def test_a_transaction_on_trial_is_passed_by_none() -> None:
    """S 3.7.1 holds for it, also when the time of the event has come."""
    made = refusing("GenericError")
    raised(made)
    made.responders["StartTransaction"] = lambda _: "GenericError"
    transaction(made)
    del made.responders[EVENT]
    made.forget_sent()
    made.after(60)
    sent = [a for a in made.actions() if a in (EVENT, "StartTransaction", "StopTransaction")]
    assert sent[0] == "StartTransaction"
    made.after(600)
    assert newest(made).state is SecurityEventState.SENT
    assert made.variables["outbox"].count == 0


def test_one_that_is_not_critical_is_given_up() -> None:
    made = refusing("GenericError")
    raised(made, SecurityEventType.INVALID_CSMS_CERTIFICATE)
    made.after(59)
    assert newest(made).state is SecurityEventState.QUEUED
    made.after(600)
    assert newest(made).state is SecurityEventState.GIVEN_UP
    assert len(events(made)) == 3


def test_one_that_waits_says_why() -> None:
    made = refusing("GenericError")
    raised(made)
    assert newest(made).why == "the CSMS answered SecurityEventNotification with GenericError"
    assert "attempt 2 waits" in made.variables["outbox"].entries[0].why
    del made.responders[EVENT]
    made.after(61)
    assert newest(made).why == ""


def test_it_is_tried_at_once_where_the_operator_wants_that_and_can_be_dropped() -> None:
    made = refusing("GenericError")
    raised(made)
    assert made.command(TryNow).result is True
    assert len(events(made)) == 2
    (entry,) = made.variables["outbox"].entries
    made.command(lambda request: DropMessage(request, entry.sequence))
    assert newest(made).state is SecurityEventState.GIVEN_UP
    assert made.variables["outbox"].count == 0


def test_a_csms_that_forgot_the_charge_point_hears_it_after_the_boot() -> None:
    made = refusing("SecurityError")
    for action in ("Heartbeat", "StatusNotification", "StartTransaction"):
        made.responders[action] = lambda _: "SecurityError"
    raised(made)

    def booted(_: Any) -> dict[str, Any]:
        for action in (EVENT, "Heartbeat", "StatusNotification", "StartTransaction"):
            made.responders.pop(action, None)
        return {"status": "Accepted", "currentTime": made.now.isoformat(), "interval": 86_400}

    made.responders["BootNotification"] = booted
    transaction(made)
    made.after(5)
    assert newest(made).state is SecurityEventState.SENT


@pytest.mark.parametrize(
    ("interval_s", "attempts", "wait_s"),
    [(60, 1, 60), (60, 2, 120), (60, 3, 180), (0, 3, AGAIN_MIN_S), (60, 99, AGAIN_MAX_S)],
)
def test_the_wait_is_bounded_once_the_attempts_were_in_vain(
    interval_s: int, attempts: int, wait_s: int
) -> None:
    assert RetryRule(3, interval_s, 9).wait_s(attempts) == wait_s


def test_the_late_answer_to_one_that_was_given_up_leaves_the_next_one_as_it_is() -> None:
    made = refusing(None, TransactionMessageAttempts="1")
    for number in range(2):
        raised(made, SecurityEventType.INVALID_CHARGE_POINT_CERTIFICATE, str(number))
    made.after(6)
    first, second = asked(made, EVENT)
    made.receive(f'[3,"{first}",{{}}]')
    made.cut()
    made.reconnect()
    made.after(3)
    assert infos(made)[:3] == ["0", "1", "1"]
    assert asked(made, EVENT)[2] == second
