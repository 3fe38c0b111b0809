"""A deadline in the past that no tick moves would keep the machine busy for nothing."""

from __future__ import annotations

from typing import Any

from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import charging


def silence(payload: dict[str, Any]) -> None:
    """Answer nothing."""


def assert_time_moves(made: Rig) -> None:
    """After a tick the next one is due later, never now."""
    made.after(0)
    due = made.charger.next_deadline()
    assert due is None or due > made.now


def test_a_heartbeat_that_waits_behind_an_unanswered_call_is_not_due_again_and_again() -> None:
    made = rig(keys={"MessageTimeout": "60"})
    made.responders["BootNotification"] = lambda _: {
        "status": "Accepted",
        "currentTime": made.now.isoformat(),
        "interval": 20,
    }
    made.power_cycle()
    made.responders["Authorize"] = silence
    made.act("swipe", id_tag="TAG")
    made.after(21)
    assert_time_moves(made)


def test_a_message_that_is_tried_again_has_no_deadline_while_its_answer_is_awaited() -> None:
    made = rig(keys={"TransactionMessageAttempts": "3", "TransactionMessageRetryInterval": "10"})
    made.responders["StartTransaction"] = lambda _: "InternalError"
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.responders["StartTransaction"] = silence
    made.after(11)
    assert made.actions().count("StartTransaction") == 2
    assert_time_moves(made)


def test_a_retry_that_is_due_waits_quietly_for_the_call_that_is_under_way() -> None:
    made = rig(keys={"TransactionMessageAttempts": "3", "TransactionMessageRetryInterval": "10"})
    charging(made)
    made.responders["StopTransaction"] = lambda _: "InternalError"
    made.act("swipe", id_tag="IDTAG1")
    made.act("plug_out", connector_id=1)
    made.responders["Authorize"] = silence
    made.act("swipe", id_tag="OTHER")
    made.after(11)
    assert made.actions().count("StopTransaction") == 1
    assert_time_moves(made)
