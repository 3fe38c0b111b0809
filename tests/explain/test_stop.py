"""Rules of StopTransaction: why, when, and with which values."""

from __future__ import annotations

from typing import Any

import pytest

from cp_tui.explain.finding import Severity
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import format_date_time
from cp_tui.traces.record import LinkKind
from tests.explain.talk import Talk, status


def begun(verdict: str = "Accepted", **keys: str) -> Talk:
    talk = Talk()
    talk.booted()
    for name, value in keys.items():
        talk.ask("ChangeConfiguration", {"key": name, "value": value}, {"status": "Accepted"})
    if verdict == "Accepted":
        talk.started()
        return talk
    talk.tell("Authorize", {"idTag": "TAG-1"}, {"idTagInfo": {"status": "Accepted"}})
    start = {"connectorId": 1, "idTag": "TAG-1", "meterStart": 1000, "timestamp": talk.time}
    talk.tell("StartTransaction", start, {"transactionId": 7, "idTagInfo": {"status": verdict}})
    return talk


def at(talk: Talk, seconds: float) -> str:
    return format_date_time(later(talk.now, seconds))


def data(talk: Talk, *contexts: str, after_s: float = 0) -> list[dict[str, Any]]:
    """Values with these contexts, all of one instant and of the register as it was."""
    return [
        {
            "timestamp": at(talk, after_s),
            "sampledValue": [{"value": "50", "context": each, "measurand": "Voltage"}],
        }
        for each in contexts
    ]


ASKED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "RemoteStopTransaction": ({"transactionId": 7}, {"status": "Accepted"}),
    "Reset": ({"type": "Soft"}, {"status": "Accepted"}),
    "UnlockConnector": ({"connectorId": 1}, {"status": "Unlocked"}),
}


@pytest.mark.parametrize(
    ("asked", "reason", "is_found"),
    [
        ("RemoteStopTransaction", "Remote", False),
        ("RemoteStopTransaction", "Local", True),
        ("RemoteStopTransaction", None, True),
        ("Reset", "SoftReset", False),
        ("Reset", "Reboot", False),
        ("Reset", "Local", True),
        ("UnlockConnector", "UnlockCommand", False),
        ("UnlockConnector", "EVDisconnected", True),
        ("", "Remote", True),
        ("", "Local", False),
        ("", "PowerLoss", False),
    ],
)
def test_the_reason_is_what_was_asked_for(asked: str, reason: str | None, is_found: bool) -> None:
    talk = begun()
    if asked:
        talk.ask(asked, *ASKED[asked])
    payload = {"transactionId": 7, "meterStop": 1500, "timestamp": talk.time}
    talk.tell("StopTransaction", payload if reason is None else {**payload, "reason": reason})
    assert talk.found() == (["tx.reason_mismatch"] if is_found else [])


def test_what_came_before_the_order_is_another_reason() -> None:
    earlier = begun()
    happened = earlier.time
    earlier.wait(10)
    earlier.ask("RemoteStopTransaction", *ASKED["RemoteStopTransaction"])
    earlier.stopped(timestamp=happened)
    told = begun()
    told.tell("StatusNotification", status(1, "Finishing"))
    told.ask("RemoteStopTransaction", *ASKED["RemoteStopTransaction"])
    told.stopped()
    close = begun()
    close.tell("Heartbeat", {}, {"currentTime": close.time})
    happened = at(close, -0.2)
    close.ask("RemoteStopTransaction", *ASKED["RemoteStopTransaction"])
    close.stopped(timestamp=happened)
    between = begun()
    between.tell("Heartbeat", {}, {"currentTime": between.time})
    happened = at(between, 0.2)
    between.ask("UnlockConnector", *ASKED["UnlockConnector"])
    between.stopped(timestamp=happened)
    long_ago = begun()
    long_ago.ask("UnlockConnector", {"connectorId": 2}, {"status": "Unlocked"})
    long_ago.stopped()
    slow = begun()
    slow.ask("RemoteStopTransaction", *ASKED["RemoteStopTransaction"])
    slow.wait(100)
    slow.stopped(reason="Remote")
    broken = begun()
    broken.link(LinkKind.CLOSE)
    broken.stopped(reason="Remote", timestamp=at(broken, 1))
    timeless = Talk(has_times=False)
    timeless.booted()
    timeless.started()
    timeless.ask("UnlockConnector", *ASKED["UnlockConnector"])
    timeless.stopped()
    kept = ("BootNotification", "StatusNotification", "StartTransaction", "StopTransaction")
    filtered = begun()
    filtered.stopped(reason="Remote")
    filtered.records = [each for each in filtered.records if each.action in kept]
    cold = Talk()
    cold.stopped(id=55, reason="Remote")
    for each in (earlier, told, close, between, long_ago, slow, broken, timeless, filtered, cold):
        assert "tx.reason_mismatch" not in each.noted()


def test_a_transaction_whose_tag_was_refused_is_deauthorized() -> None:
    right = begun("Invalid")
    right.stopped(reason="DeAuthorized")
    goes_on = begun("Invalid", StopTransactionOnInvalidId="false")
    goes_on.stopped(reason="Local")
    energy = begun("Invalid", MaxEnergyOnInvalidId="500")
    energy.stopped(reason="Local")
    assert "tx.reason_mismatch" not in energy.found()
    later_on = begun("Invalid")
    later_on.wait(20)
    later_on.stopped(reason="Local")
    wrong = begun("Invalid")
    wrong.stopped(reason="Local")
    assert "tx.reason_mismatch" not in right.found() + goes_on.found() + later_on.found()
    assert "tx.reason_mismatch" in wrong.found()


def test_a_vehicle_that_has_gone_does_not_go_on_charging() -> None:
    talk = begun()
    talk.stopped(reason="EVDisconnected")
    assert talk.found() == []
    talk = begun()
    stop = {"transactionId": 7, "meterStop": 1500, "timestamp": talk.time}
    talk.tell("StopTransaction", {**stop, "reason": "EVDisconnected"})
    before = at(talk, -5)
    talk.tell("StatusNotification", status(1, "Charging", timestamp=before))
    talk.tell("StatusNotification", status(1, "Charging"))
    assert talk.found() == []
    talk.tell("StatusNotification", status(1, "Charging", timestamp=at(talk, 1)))
    assert talk.found() == ["tx.reason_mismatch"]


def test_a_tag_that_nobody_knows_stops_a_transaction_with_a_note() -> None:
    talk = begun()
    talk.stopped(idTag="OTHER")
    assert talk.found() == []
    assert "tx.reason_mismatch" in talk.noted()
    group = begun()
    group.tell("Authorize", {"idTag": "OTHER"}, {"idTagInfo": {"status": "Accepted"}})
    group.stopped(idTag="other")
    assert "tx.reason_mismatch" not in group.noted()


def test_a_tag_is_told_where_one_was_shown() -> None:
    talk = begun()
    talk.stopped(idTag="TAG-1")
    assert "tx.stop_tag_unneeded" not in talk.noted()
    talk = begun()
    talk.stopped(idTag="TAG-1", reason="PowerLoss")
    assert "tx.stop_tag_unneeded" in talk.noted()


def test_a_transaction_ends_after_its_begin() -> None:
    talk = begun()
    talk.stopped(timestamp=at(talk, -60))
    assert talk.only("tx.time_backwards").severity is Severity.ERROR
    corrected = begun()
    corrected.tell("Heartbeat", {}, {"currentTime": at(corrected, -3600)})
    corrected.stopped(timestamp=at(corrected, -3590))
    assert "tx.time_backwards" not in corrected.found()
    assert "tx.time_backwards" in corrected.noted()


def test_collected_values_are_of_the_time_between() -> None:
    talk = begun()
    ends = data(talk, "Transaction.Begin", "Transaction.End")
    talk.stopped(transactionData=[*ends, *data(talk, "Sample.Periodic", after_s=1)])
    assert talk.found() == []
    talk = begun()
    ends = data(talk, "Transaction.Begin", "Transaction.End")
    talk.stopped(transactionData=[*ends, *data(talk, "Sample.Periodic", after_s=-600)])
    assert talk.found() == ["tx.time_backwards"]


@pytest.mark.parametrize(
    ("contexts", "is_found"),
    [
        (("Transaction.Begin", "Sample.Periodic", "Transaction.End"), False),
        (("Transaction.Begin", "Sample.Periodic"), True),
        (("Transaction.End",), True),
        (("Transaction.Begin", "Trigger", "Transaction.End"), True),
        ((), False),
    ],
)
def test_collected_values_have_begin_and_end(contexts: tuple[str, ...], is_found: bool) -> None:
    talk = begun()
    talk.stopped(transactionData=data(talk, *contexts))
    assert ("tx.data_context" in talk.found()) is is_found


@pytest.mark.parametrize(
    ("sampled", "has_data", "is_found"),
    [("", True, True), ("", False, False), ("Voltage", True, False), ("Voltage", False, True)],
)
def test_values_are_collected_where_it_is_set(sampled: str, has_data: bool, is_found: bool) -> None:
    keys = {
        "StopTxnSampledData": sampled,
        "StopTxnAlignedData": "",
        "MeterValueSampleInterval": "5",
    }
    for each in (begun(**keys), begun(), begun(StopTxnSampledData=sampled)):
        is_known = each.records[8].action == "ChangeConfiguration"
        each.wait(5)
        ends = data(each, "Transaction.Begin", "Transaction.End")
        each.stopped(transactionData=ends if has_data else [])
        is_whole = is_known and sum(r.action == "ChangeConfiguration" for r in each.records) > 2
        assert ("tx.data_not_configured" in each.found()) is (is_found and is_whole)


def test_a_stop_from_the_queue_is_not_judged_by_what_is_asked_for_now() -> None:
    talk = begun()
    talk.link(LinkKind.CLOSE)
    happened = at(talk, 0)
    talk.wait(120)
    talk.link(LinkKind.OPEN)
    talk.ask("RemoteStopTransaction", *ASKED["RemoteStopTransaction"])
    talk.stopped(timestamp=happened)
    assert talk.found() == []
