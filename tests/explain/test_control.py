"""Rules of availability, triggers, unlocking, resets and vendor data, each found and silent."""

from __future__ import annotations

from typing import Any

import pytest

from cp_tui.traces.record import LinkKind
from tests.explain.talk import BOOT, Talk, status


def beat(talk: Talk, after_s: float = 0) -> None:
    talk.wait(after_s)
    talk.tell("Heartbeat", {}, {"currentTime": talk.time})


def booted(interval: int = 300) -> Talk:
    talk = Talk()
    talk.booted(interval)
    return talk


def available(talk: Talk, type: str, answer: str, connector: int = 1) -> None:
    payload = {"connectorId": connector, "type": type}
    talk.ask("ChangeAvailability", payload, {"status": answer})


def test_a_change_of_availability_shows() -> None:
    talk = booted()
    available(talk, "Inoperative", "Accepted")
    talk.tell("StatusNotification", status(1, "Unavailable"))
    available(talk, "Inoperative", "Accepted")
    available(talk, "Operative", "Accepted")
    talk.tell("StatusNotification", status(1, "Available"))
    beat(talk, 60)
    assert talk.noted() == []
    available(talk, "Inoperative", "Accepted")
    beat(talk, 10)
    assert talk.noted() == []
    beat(talk, 60)
    assert "Inoperative" in talk.only("availability.not_applied").text


def test_a_change_that_waits_for_a_transaction_shows_after_it() -> None:
    for told in ("Unavailable", "Available"):
        talk = booted()
        talk.started()
        available(talk, "Inoperative", "Scheduled")
        talk.tell(
            "StopTransaction",
            {"transactionId": 7, "meterStop": 2000, "timestamp": talk.time, "reason": "Local"},
        )
        talk.tell("StatusNotification", status(1, "Finishing"))
        talk.tell("StatusNotification", status(1, told))
        beat(talk, 90)
        is_wrong = told == "Available"
        assert talk.found() == (["availability.not_applied"] if is_wrong else [])


def test_availability_ends_no_transaction() -> None:
    talk = booted()
    talk.started()
    available(talk, "Inoperative", "Accepted")
    assert talk.only("availability.changed_in_transaction").at_fault == "charger"
    talk = booted()
    talk.started()
    talk.tell("StatusNotification", status(1, "Unavailable"))
    beat(talk, 60)
    assert "availability.changed_in_transaction" in talk.found()


def test_of_a_cold_log_nothing_is_said() -> None:
    talk = Talk()
    available(talk, "Inoperative", "Accepted")
    beat(talk, 60)
    assert talk.noted() == []


@pytest.mark.parametrize(
    ("asked", "come"),
    [
        ({"requestedMessage": "Heartbeat"}, ("Heartbeat", {}, None)),
        (
            {"requestedMessage": "StatusNotification", "connectorId": 1},
            ("StatusNotification", status(1, "Available"), status(0, "Available")),
        ),
        (
            {"requestedMessage": "FirmwareStatusNotification"},
            ("FirmwareStatusNotification", {"status": "Idle"}, None),
        ),
    ],
)
def test_what_was_triggered_comes(
    asked: dict[str, Any], come: tuple[str, dict[str, Any], dict[str, Any] | None]
) -> None:
    action, payload, other = come
    answer = {"currentTime": "2026-11-03T08:00:09Z"} if action == "Heartbeat" else None
    talk = booted()
    talk.ask("TriggerMessage", asked, {"status": "Accepted"})
    talk.tell(action, payload, answer)
    talk.wait(60)
    talk.charge_point("DataTransfer", {"vendorId": "v"})
    assert "trigger.no_message" not in talk.noted()
    talk = booted()
    talk.ask("TriggerMessage", asked, {"status": "Accepted"})
    if other is not None:
        talk.tell(action, other)
    talk.wait(60)
    talk.charge_point("DataTransfer", {"vendorId": "v"})
    assert talk.only("trigger.no_message").at_fault == "charger"


def test_a_trigger_without_a_connector_means_all() -> None:
    for told in ((1, 2), (1,)):
        talk = booted()
        key = {"key": "NumberOfConnectors", "readonly": True, "value": "2"}
        talk.ask("GetConfiguration", {"key": ["NumberOfConnectors"]}, {"configurationKey": [key]})
        talk.ask(
            "TriggerMessage", {"requestedMessage": "StatusNotification"}, {"status": "Accepted"}
        )
        for connector in told:
            talk.tell("StatusNotification", status(connector, "Available"))
        beat(talk, 60)
        assert ("trigger.no_message" in talk.noted()) is (told == (1,))


def test_without_times_later_messages_prove_that_it_did_not_come() -> None:
    for later_calls in (1, 3):
        talk = Talk(has_times=False)
        talk.booted()
        talk.ask("TriggerMessage", {"requestedMessage": "MeterValues"}, {"status": "Accepted"})
        for _ in range(later_calls):
            beat(talk)
        assert ("trigger.no_message" in talk.noted()) is (later_calls == 3)


def test_a_lost_connection_excuses_what_did_not_come() -> None:
    talk = booted()
    talk.ask("TriggerMessage", {"requestedMessage": "MeterValues"}, {"status": "Accepted"})
    talk.link(LinkKind.CLOSE)
    talk.link(LinkKind.OPEN)
    beat(talk, 60)
    assert "trigger.no_message" not in talk.noted()


def test_a_message_before_its_answer_and_a_boot_are_noted() -> None:
    talk = booted()
    talk.csms("TriggerMessage", {"requestedMessage": "Heartbeat"}, "t")
    talk.charge_point("Heartbeat", {}, "h")
    talk.answer({"status": "Accepted"}, id="t")
    talk.answer({"currentTime": talk.time}, id="h")
    assert talk.only("trigger.message_first")
    talk = booted()
    talk.ask("TriggerMessage", {"requestedMessage": "BootNotification"}, {"status": "Accepted"})
    assert talk.only("trigger.boot_accepted")


def test_an_unlocked_connector_has_no_transaction() -> None:
    for is_stopped in (True, False):
        talk = booted()
        talk.started()
        talk.ask("UnlockConnector", {"connectorId": 1}, {"status": "Unlocked"})
        if is_stopped:
            talk.stopped(reason="UnlockCommand")
        beat(talk, 60)
        assert ("unlock.transaction_continues" in talk.noted()) is not is_stopped


@pytest.mark.parametrize("type", ["Soft", "Hard"])
def test_after_a_reset_it_boots(type: str) -> None:
    talk = booted(3600)
    talk.ask("Reset", {"type": type}, {"status": "Accepted"})
    talk.link(LinkKind.CLOSE)
    talk.link(LinkKind.OPEN)
    talk.booted(3600)
    beat(talk, 700)
    assert not {"reset.no_boot", "reset.transaction_open"} & set(talk.noted())
    talk = booted(3600)
    talk.ask("Reset", {"type": type}, {"status": "Accepted"})
    talk.link(LinkKind.CLOSE)
    talk.link(LinkKind.OPEN)
    beat(talk, 300)
    beat(talk, 400)
    [finding] = [each for each in talk.findings() if each.id == "reset.no_boot"]
    assert finding.severity == ("error" if type == "Hard" else "warning")


def test_a_reset_ends_transactions() -> None:
    for is_stopped in (True, False):
        talk = booted(3600)
        talk.started()
        talk.ask("Reset", {"type": "Hard"}, {"status": "Accepted"})
        talk.link(LinkKind.CLOSE)
        talk.tell(
            "BootNotification",
            BOOT,
            {"status": "Accepted", "currentTime": talk.time, "interval": 3600},
        )
        if is_stopped:
            talk.stopped(reason="HardReset")
        beat(talk, 400)
        assert ("reset.transaction_open" in talk.noted()) is not is_stopped


def test_an_unknown_vendor_is_noted_once() -> None:
    talk = booted()
    talk.ask("DataTransfer", {"vendorId": "v"}, {"status": "UnknownVendorId"})
    talk.ask("DataTransfer", {"vendorId": "w"}, {"status": "Accepted"})
    talk.ask("DataTransfer", {"vendorId": "w"}, {"status": "Accepted"})
    assert talk.only("data_transfer.unknown_vendor_accepted").count == 1
