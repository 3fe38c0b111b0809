"""Rules of the status of connectors."""

from __future__ import annotations

import pytest

from cp_tui.explain.finding import Severity
from cp_tui.traces.record import FrameDirection, LinkKind
from tests.explain.talk import Talk, status


def begun() -> Talk:
    talk = Talk()
    talk.booted()
    return talk


def told(talk: Talk, what: str, error: str = "NoError", connector: int = 1, **more: str) -> None:
    talk.wait(10)
    talk.tell("StatusNotification", status(connector, what, error, **more))


def test_a_way_that_the_standard_does_not_have_is_an_error_of_the_charge_point() -> None:
    talk = begun()
    talk.started()
    talk.stopped()
    assert talk.found() == []
    told(talk, "Finishing")
    finding = talk.only("status.illegal_transition")
    assert (finding.at_fault, finding.rule) == ("charger", "S 4.9")
    assert "A6" in finding.text
    assert "Preparing (A2, B6)" in finding.text


def test_a_short_status_may_have_been_left_out_unless_that_is_switched_off() -> None:
    talk = begun()
    talk.tell("StatusNotification", status(1, "Finishing"))
    assert talk.only("status.illegal_transition").severity is Severity.WARNING
    exact = begun()
    change = {"key": "MinimumStatusDuration", "value": "0"}
    exact.ask("ChangeConfiguration", change, {"status": "Accepted"})
    exact.tell("StatusNotification", status(1, "Finishing"))
    assert exact.only("status.illegal_transition").severity is Severity.ERROR


@pytest.mark.parametrize("why", ["reconnect", "boot", "blur", "first"])
def test_a_status_in_between_may_be_missing_from_the_log(why: str) -> None:
    talk = begun()
    if why == "reconnect":
        talk.link(LinkKind.CLOSE)
        talk.link(LinkKind.OPEN)
    elif why == "boot":
        talk.booted(connectors=0)
    elif why == "blur":
        talk.text('[2,"9","Status', FrameDirection.TO_CSMS, is_truncated=True)
    told(talk, "Finishing", connector=2 if why == "first" else 1)
    assert "status.illegal_transition" not in talk.noted()


def test_what_a_status_may_be_by_itself() -> None:
    talk = begun()
    told(talk, "Preparing", "EVCommunicationError")
    told(talk, "Preparing", "WeakSignal")
    told(talk, "Faulted", "GroundFailure")
    told(talk, "Unavailable", connector=0)
    assert talk.noted() == []
    told(talk, "Faulted", vendorErrorCode="E17")
    assert talk.only("status.faulted_without_error").severity is Severity.NOTE
    told(talk, "Faulted", "WeakSignal")
    assert talk.only("status.warning_as_fault").severity is Severity.NOTE
    told(talk, "Faulted")
    told(talk, "Charging", connector=0)
    told(talk, "Available", "EVCommunicationError")
    assert talk.found() == [
        "status.faulted_without_error",
        "status.connector_zero",
        "status.ev_communication_error",
    ]


def test_the_same_again_and_again_is_noted_unless_it_was_asked_for() -> None:
    talk, asked = begun(), begun()
    for _ in range(10):
        told(talk, "Available")
        trigger = {"requestedMessage": "StatusNotification", "connectorId": 1}
        asked.ask("TriggerMessage", trigger, {"status": "Accepted"})
        told(asked, "Available")
    assert talk.only("status.repeated").count == 1
    assert "status.repeated" not in asked.noted()


def test_timestamps_of_a_connector_rise_but_for_what_was_queued() -> None:
    talk = begun()
    told(talk, "Preparing", timestamp="2026-11-03T08:00:20Z")
    told(talk, "Available", timestamp="2026-11-03T08:00:10Z")
    assert talk.only("status.time_backwards").severity is Severity.WARNING
    queued = begun()
    told(queued, "Preparing", timestamp="2026-11-03T08:00:20Z")
    queued.link(LinkKind.CLOSE)
    queued.link(LinkKind.OPEN)
    told(queued, "Available", timestamp="2026-11-03T08:00:10Z")
    assert "status.time_backwards" not in queued.found()
    # One may have a fraction of a second, and the next none.
    for zone in ("Z", ""):
        same = begun()
        told(same, "Preparing", timestamp="2026-11-03T08:00:20.700Z")
        told(same, "Charging", timestamp=f"2026-11-03T08:00:20{zone}")
        assert "status.time_backwards" not in same.found()


def test_a_connector_beyond_their_number_is_told_where_that_is_known() -> None:
    talk = begun()
    told(talk, "Available", connector=7)
    key = {"key": "NumberOfConnectors", "readonly": True, "value": "2"}
    talk.ask("GetConfiguration", {"key": ["NumberOfConnectors"]}, {"configurationKey": [key]})
    told(talk, "Available", connector=7)
    assert talk.only("status.unknown_connector").at_fault == "charger"


def test_charging_needs_a_transaction_and_preparing_none() -> None:
    talk = begun()
    talk.started()
    talk.stopped()
    talk.tell("StatusNotification", status(1, "Preparing"))
    talk.tell("StatusNotification", status(1, "Charging"))
    talk.wait(30)
    talk.tell("StatusNotification", status(1, "SuspendedEV"))
    talk.wait(40)
    assert talk.found() == []
    talk.tell("Heartbeat", {}, {"currentTime": talk.time})
    assert talk.only("status.contradicts_transaction").at_fault == "charger"
    preparing = begun()
    preparing.started()
    preparing.tell("StatusNotification", status(1, "Finishing"))
    preparing.tell("StatusNotification", status(1, "Preparing"))
    preparing.wait(70)
    preparing.tell("Heartbeat", {}, {"currentTime": preparing.time})
    assert "status.contradicts_transaction" in preparing.found()


@pytest.mark.parametrize("why", ["cold", "starts", "stopped", "short", "free"])
def test_charging_without_a_transaction_is_silent_where_one_may_be(why: str) -> None:
    talk = Talk()
    if why != "cold":
        talk.booted()
        talk.started()
        talk.stopped()
    if why != "free":
        talk.tell("StatusNotification", status(1, "Preparing"))
    talk.tell("StatusNotification", status(1, "Charging"))
    if why == "starts":
        talk.started(id=8)
    elif why == "stopped":
        talk.wait(20)
        talk.tell("StatusNotification", status(1, "Finishing"))
    talk.wait(30 if why == "short" else 100)
    talk.tell("Heartbeat", {}, {"currentTime": talk.time})
    assert "status.contradicts_transaction" not in talk.found()
