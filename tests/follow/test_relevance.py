"""Few records say the same as all of them, wherever in a log somebody looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from cp_tui.charge_point.variables import VARIABLES
from cp_tui.follow.follower import Follower
from cp_tui.follow.relevance import Relevance
from cp_tui.traces.record import Record
from tests.explain.talk import BOOT, Talk, status
from tests.follow.lives import WatchedDay
from tests.tiers import tier


def everything(follower: Follower, at: Any) -> dict[str, Any]:
    found = {name: follower.view(name, at) for name in VARIABLES}
    return {**found, "limits before": follower.schedules_before(at)}


def learned(records: Sequence[Record]) -> Follower:
    follower = Follower("CP1")
    for record in records:
        follower.learn(record)
    return follower


def events(follower: Follower) -> list[Any]:
    """All but the messages; a charge point has done less than what is kept of each kind."""
    return follower.take_events()


@pytest.mark.parametrize("seed", range(tier(2, deep=1_000)))
def test_what_is_relevant_says_the_same_as_everything_before(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("relevance", "sessions"):
        monkeypatch.setattr(f"cp_tui.follow.{module}.SHOWN_MAX", 3)
    day, random = WatchedDay(seed), Random(f"places {seed}")
    for _ in day.steps(30):
        pass
    records, relevance = day.records, Relevance()
    for record in records:
        relevance.note(record)
    few = 0
    for upto in (1, *random.sample(range(2, len(records)), 12), len(records)):
        numbers = relevance.numbers(upto)
        few += len(numbers)
        at = records[upto - 1].at
        of_few, of_all = learned([records[each - 1] for each in numbers]), learned(records[:upto])
        assert events(of_few) == events(of_all)
        told, whole = everything(of_few, at), everything(of_all, at)
        for name, value in whole.items():
            assert told[name] == value, (name, upto)


def test_histories_have_no_holes() -> None:
    talk = Talk("CP1")
    talk.booted()
    for value in range(4):
        for told in ("Preparing", "Charging", "Finishing", "Available"):
            talk.tell("StatusNotification", status(1, told))
        wanted = {"key": "HeartbeatInterval", "value": f"{value}"}
        talk.ask("ChangeConfiguration", wanted, {"status": "Accepted"})
    relevance = Relevance()
    for record in talk.records:
        relevance.note(record)
    numbers = relevance.numbers(len(talk.records))
    seen = events(learned([talk.records[number - 1] for number in numbers]))
    assert seen == events(learned(talk.records))
    assert Counter(stream for stream, _ in seen) == {
        "status_changes": 18,
        "configuration_changes": 4,
    }


def test_whether_a_transaction_was_told_of_since_a_boot_is_known_wherever_somebody_looks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cp_tui.follow.relevance.READINGS_MAX", 1)
    talk = Talk("CP1")

    def metered(**named: int) -> None:
        values = [{"timestamp": talk.time, "sampledValue": [{"value": "1500"}]}]
        talk.tell("MeterValues", {"connectorId": 1, "meterValue": values, **named})

    talk.booted()
    talk.started(id=7)
    metered(transactionId=7)
    talk.booted()
    metered()
    metered(transactionId=7)
    # Another one begins there, though no stop of the first was told: its readings are the newest.
    talk.started(id=8)
    metered(transactionId=8)
    talk.booted()
    relevance, seen = Relevance(), set()
    for record in talk.records:
        relevance.note(record)
    for upto in range(12, len(talk.records) + 1):
        of_few = learned([talk.records[each - 1] for each in relevance.numbers(upto)])
        told = of_few.view("transactions", talk.now)
        whole = learned(talk.records[:upto]).view("transactions", talk.now)
        old = [each.is_from_before_boot for each in whole]
        assert [each.is_from_before_boot for each in told] == old
        seen.add(tuple(old))
    assert seen == {(False,), (True,), (False, False), (True, True)}


def test_since_when_it_is_registered_is_known_wherever_somebody_looks() -> None:
    talk = Talk("CP1")
    answers = "Accepted", "Pending", "Accepted", "Accepted"
    for number, answer in enumerate(answers):
        told = {"status": answer, "currentTime": talk.time, "interval": 300}
        talk.tell("BootNotification", BOOT, told)
        if not number:
            # What limited then goes back to the first boot.
            talk.started()
            talk.stopped()
    relevance, seen = Relevance(), set()
    for record in talk.records:
        relevance.note(record)
    for upto in range(2, len(talk.records) + 1):
        of_few = learned([talk.records[each - 1] for each in relevance.numbers(upto)])
        told = of_few.view("registration", talk.now)
        whole = learned(talk.records[:upto]).view("registration", talk.now)
        assert (told.status, told.since) == (whole.status, whole.since)
        seen.add(told.since)
    assert len(seen) == 3


def test_that_a_stop_was_taken_is_known_wherever_somebody_looks() -> None:
    """In the gap of the log one transaction has ended, and another one has begun."""
    talk = Talk("CP1")
    talk.booted()
    for id_ in (9, 10):
        talk.wait(7_200)
        sampled = [{"timestamp": talk.time, "sampledValue": [{"value": "1500"}]}]
        payload = {"connectorId": 1, "transactionId": id_, "meterValue": sampled}
        talk.tell("MeterValues", payload)
    stop = {"transactionId": 10, "meterStop": 1600, "timestamp": talk.time, "idTag": "TAG-1"}
    talk.tell("StopTransaction", stop, {})
    talk.tell("Heartbeat", {}, {"currentTime": talk.time})
    relevance = Relevance()
    for record in talk.records:
        relevance.note(record)
    numbers = relevance.numbers(len(talk.records))
    told = learned([talk.records[each - 1] for each in numbers]).view("transactions", talk.now)
    assert told == learned(talk.records).view("transactions", talk.now)
    assert "delivered" in [each.delivery for each in told]
