"""What backends test a charge point for besides the official cases, and TC_032_1."""

from __future__ import annotations

from typing import Any

import pytest

from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import OTHER_TAG, TAG, charging, set_key


def booting(made: Rig, status: str, interval: int = 60) -> None:
    """Let the CSMS answer BootNotification with this status from now on."""
    answer = {"status": status, "currentTime": "2026-01-05T08:00:00Z", "interval": interval}
    made.responders["BootNotification"] = lambda _: answer


def test_tc_032_1_power_failure_with_backup() -> None:
    made = rig()
    charging(made)
    made.act("fail_mains")
    made.after(1)
    actions = made.actions()
    assert actions.index("StopTransaction") < actions.index("BootNotification")
    assert made.calls("StopTransaction")[0]["reason"] == "PowerLoss"
    assert len(made.calls("StopTransaction")) == 1
    assert made.statuses(1) == ["Finishing", "Preparing"]
    assert made.statuses(2) == ["Available"]


@pytest.mark.parametrize("answer", ["InternalError", None])
def test_boot_notification_without_a_good_answer_is_sent_again(answer: str | None) -> None:
    made = rig(boot=False)
    made.responders["BootNotification"] = lambda _: answer
    made.power_on()
    made.after(400)
    boots = len(made.calls("BootNotification"))
    assert 3 <= boots <= 10
    assert set(made.actions()) == {"BootNotification"}
    del made.responders["BootNotification"]
    made.after(400)
    assert made.statuses(0) == ["Available"]


def test_rejected_and_a_remote_start_gets_no_answer() -> None:
    made = rig(boot=False)
    booting(made, "Rejected")
    made.power_on()
    assert made.request("RemoteStartTransaction", {"connectorId": 1, "idTag": TAG}) == []
    made.after(61)
    assert made.actions() == ["BootNotification"] * 2


def test_pending_rejects_remote_start_and_stop() -> None:
    made = rig(boot=False)
    booting(made, "Pending")
    made.power_on()
    start = made.request("RemoteStartTransaction", {"connectorId": 1, "idTag": TAG})
    stop = made.request("RemoteStopTransaction", {"transactionId": 1})
    assert start[2] == stop[2] == {"status": "Rejected"}


def test_pending_sends_what_is_triggered_and_nothing_else() -> None:
    made = rig(boot=False)
    booting(made, "Pending", interval=600)
    made.power_on()
    made.forget_sent()
    for message in ("StatusNotification", "Heartbeat", "BootNotification", "MeterValues"):
        answer = made.request("TriggerMessage", {"requestedMessage": message})
        assert answer[2] == {"status": "Accepted"}
    made.act("plug_in", connector_id=1)
    made.after(300)
    assert made.actions() == [
        *["StatusNotification"] * 3,
        "Heartbeat",
        "BootNotification",
        *["MeterValues"] * 2,
    ]


def test_pending_takes_a_new_authorization_key_and_connects_with_it() -> None:
    from cp_tui.charge_point.effects import Reconnect, SetCredentials

    made = rig(boot=False, keys={"AuthorizationKey": "0123456789abcdef"})
    booting(made, "Pending")
    made.power_on()
    made.effects.clear()
    set_key(made, "AuthorizationKey", "fedcba9876543210")
    credentials = [e for e in made.effects if isinstance(e, SetCredentials)]
    assert [c.password for c in credentials] == [b"fedcba9876543210"]
    made.after(1)
    (reconnect,) = [effect for effect in made.effects if isinstance(effect, Reconnect)]
    assert reconnect.why.startswith("AuthorizationKey was changed")


def test_an_empty_id_tag_info_harms_nothing() -> None:
    made = rig()
    made.responders["Authorize"] = lambda _: {"idTagInfo": {}}
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=TAG)
    assert not made.calls("StartTransaction")
    del made.responders["Authorize"]
    made.act("swipe", id_tag=TAG)
    assert made.calls("StartTransaction")


def test_start_transaction_that_always_fails_is_sent_three_times_then_the_stop() -> None:
    made = rig(keys={"TransactionMessageRetryInterval": "5", "MeterValueSampleInterval": "0"})
    made.responders["StartTransaction"] = lambda _: "InternalError"
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=TAG)
    made.act("swipe", id_tag=TAG)
    made.after(120)
    messages = [a for a in made.actions() if a.endswith("Transaction")]
    assert messages == ["StartTransaction"] * 3 + ["StopTransaction"]


def test_start_transaction_that_succeeds_late_gives_the_stop_its_id() -> None:
    made = rig(keys={"TransactionMessageRetryInterval": "1", "TransactionMessageAttempts": "9"})
    answers: list[Any] = ["InternalError"] * 4
    good = {"transactionId": 77, "idTagInfo": {"status": "Accepted"}}
    made.responders["StartTransaction"] = lambda _: answers.pop() if answers else good
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=TAG)
    made.act("swipe", id_tag=TAG)
    made.after(60)
    assert [p["transactionId"] for p in made.calls("StopTransaction")] == [77]


def test_availability_that_is_so_already_is_accepted_without_a_notification() -> None:
    made = rig()
    answer = made.request("ChangeAvailability", {"connectorId": 1, "type": "Operative"})
    assert answer[2] == {"status": "Accepted"}
    assert made.actions() == []


def test_availability_while_preparing_is_scheduled_for_that_connector_only() -> None:
    made = rig()
    made.act("plug_in", connector_id=1)
    answer = made.request("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"})
    assert answer[2] == {"status": "Scheduled"}
    assert (made.statuses(0), made.statuses(2)) == (["Unavailable"], ["Unavailable"])
    assert made.statuses(1) == ["Preparing"]
    made.act("plug_out", connector_id=1)
    assert made.statuses(1)[-1] == "Unavailable"


def test_availability_in_a_transaction_is_scheduled_for_its_end() -> None:
    made = rig()
    charging(made)
    answer = made.request("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})
    assert answer[2] == {"status": "Scheduled"}
    made.act("swipe", id_tag=TAG)
    made.act("plug_out", connector_id=1)
    assert made.statuses(1) == ["Finishing", "Unavailable"]


def test_a_second_remote_start_is_rejected_while_one_waits() -> None:
    made = rig()
    made.request("RemoteStartTransaction", {"connectorId": 1, "idTag": TAG})
    second = made.request("RemoteStartTransaction", {"connectorId": 1, "idTag": OTHER_TAG})
    assert second[2] == {"status": "Rejected"}


def test_remote_start_without_connector_takes_the_one_with_a_cable() -> None:
    made = rig()
    made.act("plug_in", connector_id=2)
    assert made.request("RemoteStartTransaction", {"idTag": TAG})[2] == {"status": "Accepted"}
    assert made.calls("StartTransaction")[0]["connectorId"] == 2


def test_a_cache_entry_that_has_expired_is_asked_about() -> None:
    made = rig(keys={"LocalPreAuthorize": "true"})
    info = {"status": "Accepted", "expiryDate": "2026-01-05T08:10:00Z"}
    made.responders["Authorize"] = lambda _: {"idTagInfo": info}
    for seconds, asked in ((0, 1), (60, 1), (900, 2)):
        made.after(seconds)
        made.act("swipe", id_tag=TAG)
        made.act("swipe", id_tag=TAG)
        assert len(made.calls("Authorize")) == asked


@pytest.mark.parametrize(
    ("field", "value"), [("idTag", "x" * 21), ("idTag", 5), ("connectorId", "1"), ("extra", 1)]
)
def test_a_request_with_a_wrong_field_gets_a_call_error(field: str, value: object) -> None:
    made = rig()
    payload = {"connectorId": 1, "idTag": TAG, field: value}
    answer = made.request("RemoteStartTransaction", payload)
    assert answer[0] == 4
    assert answer[2] in ("FormationViolation", "TypeConstraintViolation")
    assert field in answer[3]
