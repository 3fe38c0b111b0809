"""Days of our own charge point give no finding, and what they have shown to be none stays so."""

from __future__ import annotations

import pytest

from cp_tui.explain.explain import explain
from cp_tui.explain.finding import Severity
from tests.explain.days import Day, trace_of
from tests.explain.talk import BOOT, Talk, status
from tests.tiers import tier

DAYS = tier(3, deep=250)
"""With four sessions each and more, the deep run has a thousand."""
STEPS = 12


@pytest.mark.parametrize("seed", range(DAYS))
def test_nothing_is_wrong_in_a_day_of_our_own_charge_point(seed: int) -> None:
    frames = Day(seed).run(STEPS)
    report = explain(trace_of(frames))
    assert len(frames) > 50
    assert [
        (each.id, each.text, [frame.number for frame in each.frames])
        for each in report.findings
        if each.severity is not Severity.NOTE
    ] == []


def test_a_status_that_was_asked_for_keeps_its_time_and_says_nothing_of_the_clock() -> None:
    talk = Talk()
    talk.booted()
    for _ in range(4):
        talk.wait(200)
        talk.ask("TriggerMessage", {"requestedMessage": "StatusNotification"}, ACCEPTED)
        for connector in range(3):
            talk.tell(
                "StatusNotification",
                status(connector, "Available", timestamp="2026-11-03T08:00:08Z"),
            )
    assert talk.found() == []


ACCEPTED = {"status": "Accepted"}


def test_what_boots_has_not_two_calls_open() -> None:
    talk = Talk()
    talk.booted()
    talk.ask("Reset", {"type": "Hard"}, ACCEPTED)
    talk.charge_point("StatusNotification", status(1, "Unavailable"))
    answer = {"status": "Accepted", "currentTime": talk.time, "interval": 300}
    talk.tell("BootNotification", BOOT, answer)
    for connector in range(2):
        talk.tell("StatusNotification", status(connector, "Available"))
    talk.wait(100)
    talk.tell("Heartbeat", {}, {"currentTime": talk.time})
    assert talk.found() == []


def test_what_is_collected_from_within_a_transaction_on_has_no_begin() -> None:
    """Also where the key was read again after the change."""
    talk = Talk()
    talk.booted()
    talk.started()
    key = {"key": "StopTxnSampledData", "value": "Voltage"}
    talk.ask("ChangeConfiguration", key, ACCEPTED)
    told = {"configurationKey": [{**key, "readonly": False}]}
    talk.ask("GetConfiguration", {"key": [key["key"]]}, told)
    values = [
        {
            "timestamp": talk.time,
            "sampledValue": [{"value": "230", "context": context, "measurand": "Voltage"}],
        }
        for context in ("Sample.Periodic", "Transaction.End")
    ]
    talk.wait(1)
    talk.stopped(transactionData=values)
    assert talk.found() == []


def test_a_charge_point_that_is_not_heard_at_all_may_be_offline() -> None:
    talk = Talk()
    talk.booted(3_600)
    talk.ask("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "60"}, ACCEPTED)
    talk.started()
    talk.wait(800)
    talk.charge_point("Heartbeat")
    assert talk.found() == []
    talk.answer({"currentTime": talk.time})
    # What had waited would come now.
    assert talk.found() == []
    talk.wait(15)
    talk.tell("Heartbeat", {}, {"currentTime": talk.time})
    assert talk.found() == ["tx.values_missing"]
