"""What a station enters into the bill and tells of its messages, when the CSMS is not nice."""

from __future__ import annotations

import json
from collections import Counter
from functools import partial
from typing import Any

import pytest

from cp_tui.charge_point.charge_point import ChargePoint
from cp_tui.charge_point.effects import Effect, Reply
from cp_tui.charge_point.events import Event, FrameReceived
from cp_tui.fleet.stream_order import OrderKind, StationPhase
from cp_tui.fleet.watcher import Outcome
from tests.fleet.virtual import VirtualFleet, config

QUICK = {
    "TransactionMessageAttempts": "2",
    "TransactionMessageRetryInterval": "5",
    "MessageTimeout": "10",
}


def charged(fleet: VirtualFleet, seconds: float = 300) -> None:
    """Have the first station charge for a while, and then time to say all there is to say."""
    station = fleet.stations[0]
    fleet.charge(station)
    fleet.after(seconds)
    fleet.act(station, "plug_out", 1)
    fleet.after(120)


def booted(**keys: str) -> VirtualFleet:
    """One station that is accepted."""
    fleet = VirtualFleet([config("CP1", **{**QUICK, **keys})])
    fleet.power_on()
    fleet.after(5)
    assert fleet.stations[0].is_accepted
    return fleet


@pytest.mark.parametrize("action", ["StartTransaction", "StopTransaction"])
def test_a_transaction_of_which_the_csms_never_takes_a_message_is_lost(action: str) -> None:
    fleet = booted()
    fleet.csms.answers[action] = lambda *_: "InternalError"
    charged(fleet)
    bill, notes = fleet.bill, fleet.notes["CP1"]
    assert (bill.begun, bill.acknowledged, bill.lost, bill.open) == (1, 0, 1, 0)
    assert bill.wh_made > bill.wh_acknowledged == 0
    assert not bill.closes
    assert notes.entries == []
    number = None if action == "StartTransaction" else 1
    assert [bool(each) for each in fleet.stations[0].missing] == [number is not None]
    assert (action, Outcome.CALL_ERROR, "InternalError") in {
        (each[0], each[2], each[3]) for each in notes.answers
    }


def test_a_start_that_was_taken_after_all_is_in_the_bill_once() -> None:
    """The answer comes after the time-out: the second send is another message (JE 3.3)."""
    fleet = booted()
    fleet.csms.answers["StartTransaction"] = lambda *_: None
    station = fleet.stations[0]
    fleet.charge(station)
    fleet.after(30)
    assert len({*fleet.csms.silent}) == 2
    assert fleet.bill.lost == 1
    timeouts = [each for each in fleet.notes["CP1"].answers if each[2] is Outcome.TIMEOUT]
    assert [(each[0], each[1]) for each in timeouts] == [("StartTransaction", 10.0)] * 2
    answer = {"transactionId": 5, "idTagInfo": {"status": "Accepted"}}
    fleet.write(station, json.dumps([3, fleet.csms.silent[1], answer]))
    fleet.after(1)
    assert (fleet.bill.lost, fleet.bill.open) == (0, 1)
    fleet.act(station, "plug_out", 1)
    fleet.after(60)
    # An answer that comes twice is none.
    fleet.write(station, json.dumps([3, fleet.csms.silent[1], answer]))
    fleet.after(1)
    assert (fleet.bill.begun, fleet.bill.acknowledged) == (1, 1)
    assert fleet.notes["CP1"].entries[0].transaction_id == 5
    assert fleet.bill.closes


@pytest.mark.parametrize(
    ("answer", "comes_s", "acknowledged"),
    [({}, 30, 0), (None, 2, 0), (None, 60, 0), ("slowly", 2, 0), ("again", 2, 1)],
)
def test_a_start_that_is_answered_after_its_stop_was_sent_as_minus_one_leaves_nothing_open(
    answer: dict[str, Any] | str | None, comes_s: float, acknowledged: int
) -> None:
    """The stop ended no transaction at the CSMS, whoever acknowledges it (E 3.18).

    `slowly`: the stop that was on its way then is acknowledged; `again`: its second try is, which
    names the transaction.
    """
    fleet = booted()
    named: list[int] = []

    def stopped(_: str, __: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        named.append(payload["transactionId"])
        is_answered = answer == {} or (answer == "again" and len(named) == 2)
        return {} if is_answered else None

    fleet.csms.answers |= {"StartTransaction": lambda *_: None, "StopTransaction": stopped}
    station = fleet.stations[0]
    fleet.charge(station)
    fleet.after(30)
    fleet.act(station, "plug_out", 1)
    fleet.after(comes_s)
    started = {"transactionId": 5, "idTagInfo": {"status": "Accepted"}}
    fleet.write(station, json.dumps([3, fleet.csms.silent[1], started]))
    if answer == "slowly":
        fleet.after(1)
        fleet.write(station, json.dumps([3, fleet.csms.silent[-1], {}]))
    fleet.after(100)
    bill = fleet.bill
    assert named[0] == -1
    assert station.queue == bill.open == 0
    assert (bill.acknowledged, bill.lost) == (acknowledged, 1 - acknowledged)
    assert [each.transaction_id for each in fleet.notes["CP1"].entries] == [5] * acknowledged


def test_ids_that_are_given_out_twice_are_found_but_not_those_of_refused_tags() -> None:
    fleet = VirtualFleet([config("CP1"), config("CP2")])
    status = "Accepted"
    fleet.csms.answers["StartTransaction"] = lambda *_: {
        "transactionId": 7,
        "idTagInfo": {"status": status},
    }
    fleet.csms.transactions[7] = {}
    fleet.power_on()
    fleet.after(5)
    for station in fleet.stations:
        fleet.charge(station)
    fleet.after(60)
    assert fleet.bill.doubled == 1
    status = "Blocked"
    for station in fleet.stations:
        fleet.act(station, "plug_in", 2)
        fleet.do(station, partial(station.swipe, 2, "BAD", fleet.now))
    fleet.after(60)
    assert fleet.bill.begun == 4
    assert fleet.bill.doubled == 1
    for station in fleet.stations:
        fleet.act(station, "plug_out", 1)
    fleet.after(60)
    assert fleet.bill.acknowledged == 4
    assert not fleet.bill.closes


def test_values_that_are_dropped_or_given_up_are_counted_and_the_transaction_still_counts() -> None:
    fleet = booted(MeterValueSampleInterval="5", WaitingMeterValuesMax="20")
    station = fleet.stations[0]
    fleet.charge(station)
    fleet.after(60)
    fleet.do(station, lambda: station.cut(fleet.now))
    fleet.after(300)
    assert fleet.bill.values_dropped > 20
    fleet.csms.answers["MeterValues"] = lambda *_: "InternalError"
    fleet.do(station, lambda: station.restore(fleet.now))
    fleet.after(60)
    del fleet.csms.answers["MeterValues"]
    fleet.act(station, "plug_out", 1)
    fleet.after(300)
    [entry], bill = fleet.notes["CP1"].entries, fleet.bill
    assert bill.closes
    assert entry.values_dropped == bill.values_dropped
    assert entry.values_given_up == bill.values_given_up > 0
    assert entry.values_made == bill.values_made > 60
    parts = bill.values_delivered, bill.values_dropped, bill.values_given_up
    assert sum(parts) == bill.values_made
    ages = [age for action, age in fleet.notes["CP1"].ages if action == "MeterValues"]
    assert len(ages) == bill.values_delivered
    assert max(ages) > 60


def test_each_outcome_of_a_call_is_told_once_with_its_time() -> None:
    fleet = booted()
    station, notes = fleet.stations[0], fleet.notes["CP1"]
    assert {each[2] for each in notes.answers} == {Outcome.ANSWERED}
    assert Counter(each[0] for each in notes.answers) == Counter(
        action for _, action in fleet.csms.asked
    )
    fleet.csms.answers["Heartbeat"] = lambda *_: None
    fleet.after(330)
    beats = [each for each in notes.answers if each[0] == "Heartbeat"]
    assert beats == [("Heartbeat", 10.0, Outcome.TIMEOUT, "")]
    while fleet.csms.asked.count(("CP1", "Heartbeat")) < 2:
        fleet.after(1)
    assert fleet.csms.asked[-1] == ("CP1", "Heartbeat")
    fleet.drop(station)
    assert notes.answers[-1][0::2] == ("Heartbeat", Outcome.LOST)
    assert notes.losses == ["the connection broke without a close"]
    fleet.after(60)
    assert notes.backs


def test_requests_of_the_csms_are_told_with_the_status_or_the_code_of_the_answer() -> None:
    fleet = booted()
    station, notes = fleet.stations[0], fleet.notes["CP1"]
    for action, payload in (
        ("GetConfiguration", {"key": ["HeartbeatInterval"]}),
        ("ChangeAvailability", {"connectorId": 2, "type": "Inoperative"}),
        ("RemoteStopTransaction", {"transactionId": 99}),
        ("MakeCoffee", {}),
        ("Reset", {"type": "Sideways"}),
    ):
        fleet.request(station, action, payload)
    fleet.after(5)
    assert notes.asks == [
        ("GetConfiguration", "", 0.0),
        ("ChangeAvailability", "Accepted", 0.0),
        ("RemoteStopTransaction", "Rejected", 0.0),
        ("MakeCoffee", "NotImplemented", 0.0),
        ("Reset", "PropertyConstraintViolation", 0.0),
    ]


def test_a_reset_closes_boots_and_connects_again() -> None:
    fleet = booted()
    station, notes = fleet.stations[0], fleet.notes["CP1"]
    fleet.charge(station)
    fleet.after(120)
    fleet.request(station, "Reset", {"type": "Hard"})
    fleet.after(60)
    assert station.is_accepted
    assert fleet.orders == [OrderKind.OPEN, OrderKind.CLOSE, OrderKind.OPEN]
    assert notes.losses == []
    assert len(notes.accepts) == 2
    assert [each.reason for each in notes.entries] == ["HardReset"]
    assert fleet.bill.closes


def test_an_error_inside_ends_the_turn_and_a_boot_repairs_the_station(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever runs the station catches it, and has it start over."""
    fleet = booted()
    station = fleet.stations[0]
    fleet.charge(station)
    fleet.after(120)
    handle = ChargePoint.handle

    def fails(mind: ChargePoint, event: Event, now: Any) -> list[Effect]:
        effects = handle(mind, event, now)
        if isinstance(event, FrameReceived):
            raise RuntimeError("planted")
        return effects

    with monkeypatch.context() as planted:
        planted.setattr(ChargePoint, "handle", fails)
        text = json.dumps([2, "1", "RemoteStopTransaction", {"transactionId": 1}])
        stream = fleet.streams[station]
        stream.server.send_text(text.encode())
        with pytest.raises(RuntimeError, match="planted"):
            station.bytes_received(b"".join(stream.server.data_to_send()), fleet.now)
    fleet.do(station, lambda: station.start_over(fleet.now))
    fleet.after(60)
    assert station.is_accepted
    [entry] = fleet.notes["CP1"].entries
    assert entry.reason == "Reboot"
    assert fleet.bill.closes
    assert fleet.bill.values_made == entry.values_made == 1


def test_a_swipe_that_is_awaited_is_answered_and_one_that_is_not_leaves_nothing() -> None:
    fleet = booted()
    station = fleet.stations[0]
    fleet.act(station, "plug_in", 1)
    requests: list[int] = []
    fleet.do(station, lambda: requests.append(station.swipe(1, "TAG", fleet.now)))
    assert station.take_reply(requests[0]) is None
    fleet.after(1)
    reply = station.take_reply(requests[0])
    assert isinstance(reply, Reply)
    assert "accepted" in json.dumps(reply.result).lower()
    assert station.take_reply(requests[0]) is None
    assert station.phase is StationPhase.CHARGING
    fleet.do(station, lambda: station.swipe(1, "TAG", fleet.now, is_awaited=False))
    fleet.after(1)
    assert station._replies == {}
