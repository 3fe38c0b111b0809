"""Rules of repetition, and of the order of the queue."""

from __future__ import annotations

from typing import Any

import pytest

from cp_tui.explain.finding import Severity
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import format_date_time
from cp_tui.traces.record import LinkKind, Record
from tests.explain.talk import Talk


def begun(attempts: int | None = 3, interval_s: int | None = 30) -> Talk:
    """A transaction runs; the keys for repetition are known where they are given."""
    talk = Talk()
    talk.booted()
    keys = {"TransactionMessageAttempts": attempts, "TransactionMessageRetryInterval": interval_s}
    for name, value in keys.items():
        if value is not None:
            payload = {"key": name, "value": str(value)}
            talk.ask("ChangeConfiguration", payload, {"status": "Accepted"})
    talk.started()
    return talk


def stop(talk: Talk, **more: Any) -> dict[str, Any]:
    payload = {"transactionId": 7, "meterStop": 1500, "timestamp": talk.time, "reason": "Local"}
    return {**payload, **more}


def fails(talk: Talk, payload: dict[str, Any], after_s: float = 0, id: str = "") -> Record:
    """StopTransaction, which the CSMS cannot process."""
    talk.wait(after_s)
    call = talk.charge_point("StopTransaction", payload, id)
    talk.error("InternalError")
    return call


def works(talk: Talk, payload: dict[str, Any], after_s: float = 0, id: str = "") -> Record:
    talk.wait(after_s)
    call = talk.charge_point("StopTransaction", payload, id)
    talk.answer({})
    return call


def values(talk: Talk, at: str = "", answer: bool = True, **more: Any) -> None:
    sampled = {"value": "1100", "context": "Sample.Periodic"}
    meter = {"timestamp": at or talk.time, "sampledValue": [sampled]}
    payload = {"connectorId": 1, "transactionId": 7, "meterValue": [meter], **more}
    talk.charge_point("MeterValues", payload)
    if answer:
        talk.answer({})
    else:
        talk.error("InternalError")


def queue(talk: Talk, severity: Severity = Severity.WARNING) -> list[str]:
    return [id_ for id_ in talk.found(severity) if id_.startswith(("retry.", "queue."))]


def test_a_repetition_that_keeps_to_the_rule_is_in_order() -> None:
    talk = begun()
    payload = stop(talk)
    fails(talk, payload)
    fails(talk, payload, 30)
    works(talk, payload, 60)
    assert talk.found() == []


@pytest.mark.parametrize("same_id", [True, False])
def test_what_is_repeated_is_the_same(same_id: bool) -> None:
    talk = begun()
    payload = stop(talk)
    first = fails(talk, payload, id="stop")
    again = works(talk, {**payload, "meterStop": 1600}, 30, "stop" if same_id else "")
    [finding] = [each for each in talk.findings() if each.id == "retry.content_changed"]
    assert "meterStop 1600 in place of 1500" in finding.text
    assert [each.number for each in finding.frames] == [again.number, first.number]


def test_the_real_id_may_take_the_place_of_none() -> None:
    talk = begun()
    payload = stop(talk, transactionId=-1)
    fails(talk, payload)
    works(talk, {**payload, "transactionId": 7}, 30)
    assert queue(talk) == []


def test_values_of_another_kind_at_the_same_instant_are_no_repetition() -> None:
    talk = begun()
    at = talk.time
    values(talk, at)
    clock = {"value": "1100", "context": "Sample.Clock"}
    values(talk, at, meterValue=[{"timestamp": at, "sampledValue": [clock]}])
    values(talk, at, meterValue=[{"timestamp": at, "sampledValue": [{"value": "1101"}]}])
    assert queue(talk) == []


def test_what_was_answered_is_not_sent_again() -> None:
    talk = begun()
    payload = stop(talk)
    works(talk, payload)
    works(talk, payload, 30)
    assert talk.only("retry.after_answer").severity is Severity.ERROR
    same_id = begun()
    payload = stop(same_id)
    works(same_id, payload, id="stop")
    works(same_id, payload, 30, id="stop")
    assert same_id.only("retry.after_answer").severity is Severity.WARNING
    same_id.link(LinkKind.OPEN)
    assert same_id.only("retry.after_answer").severity is Severity.ERROR
    broken = begun()
    payload = stop(broken)
    works(broken, payload)
    broken.link(LinkKind.CLOSE)
    works(broken, payload, 5)
    assert queue(broken) == []
    assert queue(broken, Severity.NOTE) == ["retry.after_answer"]
    flawed = begun()
    payload = stop(flawed)
    flawed.tell("StopTransaction", payload, {"idTagInfo": {}})
    works(flawed, payload, 30)
    [finding] = [each for each in flawed.findings() if each.id == "retry.after_answer"]
    assert finding.severity is Severity.WARNING
    assert "status is missing" in finding.text


@pytest.mark.parametrize(
    ("interval_s", "waited_s", "is_early"),
    [(30, 10, True), (30, 28, False), (None, 0, False), (None, -0.5, True), (0, 0, False)],
)
def test_a_repetition_waits(interval_s: int | None, waited_s: float, is_early: bool) -> None:
    talk = begun(interval_s=interval_s)
    payload = stop(talk)
    fails(talk, payload)
    works(talk, payload, waited_s)
    assert queue(talk) == (["retry.too_early"] if is_early else [])


def test_after_a_lost_connection_nothing_has_to_wait_or_counts() -> None:
    talk = begun(attempts=1)
    payload = stop(talk)
    talk.charge_point("StopTransaction", payload)
    talk.link(LinkKind.CLOSE)
    talk.link(LinkKind.OPEN)
    fails(talk, payload)
    talk.link(LinkKind.OPEN)
    works(talk, payload)
    assert queue(talk) == []


def test_a_message_is_sent_so_often_and_no_more() -> None:
    talk = begun(attempts=2, interval_s=0)
    payload = stop(talk)
    fails(talk, payload)
    fails(talk, payload)
    assert "retry.too_often" not in talk.found()
    works(talk, payload)
    assert queue(talk) == ["retry.too_often"]
    unknown = begun(attempts=None, interval_s=0)
    payload = stop(unknown)
    for _ in range(5):
        fails(unknown, payload)
    assert queue(unknown) == []


def test_what_the_csms_never_took_is_said_with_its_energy() -> None:
    talk = begun(attempts=2, interval_s=0)
    payload = stop(talk)
    fails(talk, payload)
    talk.wait(100)
    talk.tell("Heartbeat", {}, {"currentTime": talk.time})
    assert queue(talk) == []  # It may be sent again after the end of the log.
    fails(talk, payload)
    talk.wait(100)
    talk.tell("Heartbeat", {}, {"currentTime": talk.time})
    finding = talk.only("retry.given_up")
    assert finding.at_fault == "csms"
    assert "0.50 kWh" in finding.text


def test_a_start_that_is_repeated_is_one_transaction() -> None:
    talk = Talk()
    talk.booted()
    start = {"connectorId": 1, "idTag": "T", "meterStart": 0, "timestamp": talk.time}
    for id_, found in ((7, []), (7, []), (8, ["retry.doubled_at_csms"])):
        info = {"idTagInfo": {"status": "Accepted"}}
        talk.tell("StartTransaction", start, {"transactionId": id_, **info})
        assert [each for each in queue(talk) if each != "retry.after_answer"] == found


def test_messages_come_in_the_order_in_which_they_happened() -> None:
    talk = begun()
    earlier = talk.time
    talk.wait(60)
    values(talk)
    values(talk, earlier)
    assert queue(talk) == ["queue.order"]
    close = begun()
    close.wait(2)
    values(close, close.time)
    values(close, format_date_time(later(close.now, -3)))
    assert queue(close) == []
    corrected = begun()
    corrected.wait(3600)
    values(corrected)
    corrected.tell("Heartbeat", {}, {"currentTime": format_date_time(later(corrected.now, -1800))})
    values(corrected, format_date_time(later(corrected.now, -1790)))
    assert queue(corrected) == []


def test_what_has_no_place_in_the_queue_has_no_order() -> None:
    talk = begun()
    earlier = talk.time
    talk.wait(60)
    values(talk)
    triggered = {"value": "1100", "context": "Trigger"}
    values(talk, meterValue=[{"timestamp": earlier, "sampledValue": [triggered]}])
    interval = {"value": "100", "measurand": "Energy.Active.Import.Interval"}
    values(talk, meterValue=[{"timestamp": earlier, "sampledValue": [interval]}])
    works(talk, stop(talk, timestamp=earlier, reason="PowerLoss"))
    assert queue(talk) == []


def test_a_tag_is_not_told_where_it_changed() -> None:
    talk = begun()
    fails(talk, stop(talk, idTag="SECRET-1"))
    works(talk, stop(talk, idTag="SECRET-2"), 30)
    [finding] = [each for each in talk.findings() if each.id == "retry.content_changed"]
    assert "another idTag" in finding.text
    assert "SECRET" not in finding.text


def test_values_that_were_lost_are_no_matter_of_billing() -> None:
    talk = begun(attempts=1)
    values(talk, answer=False)
    talk.wait(100)
    values(talk)
    assert queue(talk) == []


def test_nothing_overtakes_what_waits_for_its_repetition() -> None:
    talk = begun()
    values(talk, answer=False)
    works(talk, stop(talk))
    assert queue(talk) == ["queue.overtaken"]
    open_still = begun()
    open_still.charge_point("MeterValues", {"connectorId": 1, "meterValue": []})
    works(open_still, stop(open_still))
    assert "queue.overtaken" not in open_still.found()
    dropped = begun(attempts=1)
    values(dropped, answer=False)
    works(dropped, stop(dropped))
    unknown = begun(attempts=None)
    values(unknown, answer=False)
    works(unknown, stop(unknown))
    assert queue(dropped) == queue(unknown) == []


def test_what_waited_for_the_connection_is_said() -> None:
    talk = begun()
    happened = talk.time
    talk.wait(300)
    works(talk, stop(talk, timestamp=happened))
    assert queue(talk) == []
    assert queue(talk, Severity.NOTE) == ["queue.late"]


def test_a_log_that_was_pasted_twice_repeats_nothing() -> None:
    """Where the time jumps back, what was known before is forgotten."""
    talk = begun()
    works(talk, stop(talk), 60)
    talk.wait(-120)
    begin = len(talk.records)
    talk.started()
    works(talk, stop(talk), 60)
    assert not [each for each in talk.found(Severity.NOTE) if each.startswith(("retry", "queue"))]
    assert len(talk.records) > begin
