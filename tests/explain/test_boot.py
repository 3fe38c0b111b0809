"""Rules of the registration and of what follows it."""

from __future__ import annotations

import pytest

from cp_tui.explain.finding import Severity
from cp_tui.traces.record import FrameDirection, LinkKind
from tests.explain.talk import BOOT, Talk, status


def registered(state: str, interval: int = 300) -> Talk:
    talk = Talk()
    answer(talk, state, interval)
    return talk


def answer(talk: Talk, state: str, interval: int = 300) -> None:
    talk.tell(
        "BootNotification",
        BOOT,
        {"status": state, "currentTime": talk.time, "interval": interval},
    )


def test_nothing_is_said_before_the_boot_is_answered() -> None:
    talk = Talk()
    # A log that begins in the middle proves nothing (J 5.4).
    talk.tell("Heartbeat", {}, {"currentTime": talk.time})
    assert talk.found() == []
    talk.charge_point("BootNotification", BOOT, id="boot")
    talk.tell("StatusNotification", status(0, "Available"))
    answer_boot = {"status": "Accepted", "currentTime": talk.time, "interval": 300}
    talk.answer(answer_boot, id="boot")
    assert talk.found()[:2] == ["call.two_outstanding", "boot.call_before_accepted"]


def test_while_pending_only_what_a_trigger_asked_for_is_sent() -> None:
    talk = registered("Pending")
    for connector in (1, None):
        asked = {"requestedMessage": "StatusNotification", "connectorId": connector}
        talk.ask(
            "TriggerMessage",
            {key: value for key, value in asked.items() if value},
            {"status": "Accepted"},
        )
        for each in (connector,) if connector else (0, 1):
            talk.tell("StatusNotification", status(each, "Available"))
    talk.ask("GetConfiguration", {}, {"configurationKey": []})
    assert "boot.call_while_pending" not in talk.found()
    asked = {"requestedMessage": "Heartbeat"}
    talk.ask("TriggerMessage", asked, {"status": "Rejected"})
    talk.tell("Heartbeat", {}, {"currentTime": talk.time})
    talk.tell("StatusNotification", status(1, "Available"))
    finding = next(each for each in talk.findings() if each.id == "boot.call_while_pending")
    assert (finding.at_fault, finding.frames[1].number) == ("charger", 2)
    assert talk.found().count("boot.call_while_pending") == 2
    assert "boot.answered_while_pending" in talk.noted()
    talk.ask("RemoteStopTransaction", {"transactionId": 1}, {"status": "Rejected"})
    assert "boot.remote_start_before_accepted" in talk.found()


def test_while_rejected_nobody_speaks() -> None:
    talk = registered("Rejected", 60)
    talk.wait(60)
    answer(talk, "Rejected", 60)
    assert talk.found() == []
    talk.charge_point("Heartbeat")
    talk.csms("ClearCache")
    talk.answer({"status": "Accepted"})
    assert sorted(set(talk.found())) == [
        "boot.call_while_rejected",
        "boot.csms_call_while_rejected",
    ]


@pytest.mark.parametrize("state", ["Pending", "Rejected"])
def test_the_next_boot_waits_for_the_interval(state: str) -> None:
    talk = registered(state, 60)
    talk.wait(56)
    answer(talk, state, 0)
    answer(talk, state, 60)
    assert talk.found() == []
    talk.wait(20)
    answer(talk, state, 60)
    assert talk.only("boot.retry_too_early").at_fault == "charger"
    away = registered(state, 60)
    away.link(LinkKind.CLOSE)
    away.link(LinkKind.OPEN)
    answer(away, "Accepted")
    assert away.only("boot.retry_too_early").severity is Severity.NOTE
    asked = registered("Pending", 60)
    asked.ask("TriggerMessage", {"requestedMessage": "BootNotification"}, {"status": "Accepted"})
    answer(asked, "Pending", 60)
    assert "boot.retry_too_early" not in asked.noted()


def test_every_status_is_told_after_a_boot() -> None:
    talk = registered("Accepted")
    talk.tell("StatusNotification", status(0, "Available"))
    for _ in range(2):
        talk.wait(290)
        talk.tell("Heartbeat", {}, {"currentTime": talk.time})
    # Connector 1 is nowhere in the log: nobody knows that there is one.
    assert talk.found() == []
    talk.wait(290)
    talk.tell("StatusNotification", status(1, "Available"))
    assert talk.only("boot.status_missing").frames[0].number == 2
    late = registered("Accepted")
    late.tell("StatusNotification", status(0, "Available"))
    late.wait(100)
    late.tell("StatusNotification", status(1, "Available"))
    assert late.only("boot.status_missing").severity is Severity.NOTE
    blurred = registered("Accepted")
    blurred.tell("StatusNotification", status(0, "Available"))
    blurred.text('[2,"9","Status', FrameDirection.TO_CSMS, is_truncated=True)
    for _ in range(2):
        blurred.wait(400)
        blurred.tell("StatusNotification", status(0, "Available"))
    blurred.tell("StatusNotification", status(1, "Available"))
    assert "boot.status_missing" not in blurred.found()
    lost = registered("Accepted")
    lost.tell("StatusNotification", status(0, "Available"))
    lost.link(LinkKind.CLOSE)
    lost.link(LinkKind.OPEN)
    lost.wait(700)
    lost.tell("StatusNotification", status(1, "Available"))
    assert "boot.status_missing" not in lost.noted()


def test_a_connector_that_is_used_before_its_status_was_told() -> None:
    talk = registered("Accepted")
    talk.tell("StatusNotification", status(0, "Available"))
    start = {"connectorId": 1, "idTag": "T", "meterStart": 0, "timestamp": talk.time}
    talk.tell("Authorize", {"idTag": "T"}, {"idTagInfo": {"status": "Accepted"}})
    talk.tell("StartTransaction", start, {"transactionId": 4, "idTagInfo": {"status": "Accepted"}})
    assert talk.only("boot.status_missing").frames[0].number == 7
    queued = Talk()
    start = {"connectorId": 1, "idTag": "T", "meterStart": 0, "timestamp": queued.time}
    queued.wait(300)
    answer(queued, "Accepted")
    queued.tell(
        "StartTransaction", start, {"transactionId": 4, "idTagInfo": {"status": "Accepted"}}
    )
    queued.tell("StatusNotification", status(1, "Charging"))
    assert "boot.status_missing" not in queued.noted()


def test_boots_in_a_loop_but_not_those_that_were_asked_for() -> None:
    talk = Talk()
    for _ in range(3):
        talk.booted()
    assert talk.only("boot.loop").at_fault == "charger"
    asked = Talk()
    asked.booted()
    for _ in range(3):
        asked.ask("Reset", {"type": "Soft"}, {"status": "Accepted"})
        asked.booted()
    slow = Talk()
    for _ in range(4):
        slow.booted()
        slow.wait(400)
    assert "boot.loop" not in asked.noted() + slow.noted()


def test_a_boot_after_a_mere_reconnect_is_noted() -> None:
    for seconds, is_noted in ((1, True), (60, False)):
        talk = Talk()
        talk.booted()
        talk.link(LinkKind.CLOSE)
        talk.wait(seconds)
        talk.link(LinkKind.OPEN)
        talk.booted()
        assert ("boot.on_reconnect" in talk.noted()) is is_noted


def test_an_interval_that_nobody_can_mean_is_noted() -> None:
    found = [
        interval
        for interval in (0, 5, 10, 86_400, 86_401)
        if "boot.interval_odd" in registered("Accepted", interval).noted()
    ]
    assert found == [0, 5, 86_401]
