"""Rules of a transaction from its start to its stop."""

from __future__ import annotations

from typing import Any

import pytest

from cp_tui.traces.record import LinkKind, Record, RecordKind
from tests.explain.talk import Talk, status


def booted(connectors: int = 1) -> Talk:
    talk = Talk()
    talk.booted(connectors=connectors)
    return talk


def begins(talk: Talk, given: int | None = 7, at: str = "", id: str = "") -> Record:
    """StartTransaction alone; it is answered where an id is given."""
    payload = {"connectorId": 1, "idTag": "TAG-1", "meterStart": talk.meter_wh}
    call = talk.charge_point("StartTransaction", {**payload, "timestamp": at or talk.time}, id)
    if given is not None:
        talk.answer({"transactionId": given, "idTagInfo": {"status": "Accepted"}})
    return call


def ends(talk: Talk, id: int = 7, **more: Any) -> Record:
    """StopTransaction alone."""
    payload = {"transactionId": id, "meterStop": talk.meter_wh, "timestamp": talk.time}
    return talk.tell("StopTransaction", {**payload, **more})


def values(talk: Talk, id: int | None = 7, connector: int = 1) -> Record:
    sampled = {"value": str(talk.meter_wh), "context": "Sample.Periodic"}
    payload = {
        "connectorId": connector,
        "meterValue": [{"timestamp": talk.time, "sampledValue": [sampled]}],
    }
    return talk.tell("MeterValues", payload if id is None else {**payload, "transactionId": id})


def heartbeat(talk: Talk, after_s: float) -> None:
    talk.wait(after_s)
    talk.tell("Heartbeat", {}, {"currentTime": talk.time})


def test_a_whole_session_is_in_order() -> None:
    talk = booted(2)
    for connector, id_ in ((1, 7), (2, 8), (1, 9)):
        talk.started(connector, id_)
        values(talk, id_, connector)
        talk.stopped(connector, id_)
        heartbeat(talk, 200)
    talk.started()
    assert talk.found() == []
    assert talk.noted() == ["tx.open_at_end"]


def test_a_connector_has_one_transaction_at_a_time() -> None:
    talk = booted()
    talk.started()
    second = begins(talk, 8)
    ends(talk, 7)
    assert talk.only("tx.parallel").frames[0].number == second.number
    unstopped = booted()
    unstopped.started()
    begins(unstopped, 8)
    assert unstopped.found() == []  # The stop may still come, and be earlier.
    heartbeat(unstopped, 70)
    assert unstopped.found() == ["tx.parallel"]
    silent = booted()
    silent.tell("StatusNotification", status(1, "Preparing"))
    begins(silent, 7)
    begins(silent, 8)
    heartbeat(silent, 70)
    assert silent.found() == ["tx.parallel"]
    broken = booted()
    broken.started()
    broken.link(LinkKind.CLOSE)
    begins(broken, 8)
    heartbeat(broken, 70)
    assert broken.found() == []


def test_a_start_where_the_one_before_was_lost_or_stopped_late_is_not_parallel() -> None:
    lost = booted()
    begins(lost, None)
    lost.error("InternalError")
    begins(lost, 8)
    heartbeat(lost, 70)
    late = booted()
    late.started()
    stopped = late.time
    late.wait(10)
    begins(late, 8)
    ends(late, 7, timestamp=stopped)
    assert "tx.parallel" not in lost.found() + late.found()
    assert "queue.order" in late.found()


def test_a_transaction_that_is_over_is_stopped() -> None:
    talk = booted()
    start = talk.started()
    talk.tell("StatusNotification", status(1, "Finishing"))
    gone = talk.tell("StatusNotification", status(1, "Available"))
    heartbeat(talk, 50)
    assert talk.found() == []
    begins(talk, 8)
    heartbeat(talk, 30)
    finding = talk.only("tx.not_stopped")
    assert [each.number for each in finding.frames] == [gone.number, start.number]
    late = booted()
    late.started()
    late.tell("StatusNotification", status(1, "Available"))
    values_ = {"connectorId": 1, "transactionId": 7, "meterValue": []}
    late.charge_point("MeterValues", values_)
    late.error("InternalError")
    heartbeat(late, 90)
    assert "tx.not_stopped" not in late.found()
    for comes_first in (True, False):
        broken = booted(2)
        broken.started()
        if comes_first:
            broken.link(LinkKind.CLOSE)
        broken.tell("StatusNotification", status(1, "Available"))
        if not comes_first:
            broken.link(LinkKind.CLOSE)
        heartbeat(broken, 90)
        assert broken.found() == []
    queued = booted(2)
    before = queued.time
    queued.started()
    queued.started(2, 8)
    queued.tell("StatusNotification", {**status(1, "Available"), "timestamp": before})
    heartbeat(queued, 90)
    assert "tx.not_stopped" not in queued.found()


def test_an_id_that_is_not_that_of_the_start_is_wrong() -> None:
    talk = booted()
    talk.started()
    values(talk, 77)
    ends(talk, 78)
    talk.tell("StatusNotification", status(1, "Available"))
    heartbeat(talk, 90)
    assert talk.found() == ["tx.wrong_id", "tx.wrong_id"]
    other = booted(2)
    other.started(1, 7)
    other.started(2, 8)
    values(other, 8, 1)
    assert other.only("tx.wrong_id").values == {}
    assert "connector 2" in other.only("tx.wrong_id").text


def test_an_id_from_before_the_log_is_no_mistake() -> None:
    talk = Talk()
    values(talk, 55)
    ends(talk, 55)
    ends(talk, 56)
    broken = booted()
    broken.link(LinkKind.CLOSE)
    ends(broken, 57)
    idle = Talk()
    idle.tell("StatusNotification", status(1, "Available"))
    ends(idle, 59)
    elsewhere = Talk()
    values(elsewhere, 55, 2)
    values(elsewhere, 55, 1)
    charging = Talk()
    charging.tell("BootNotification", {}, {"status": "Accepted", "currentTime": talk.time})
    charging.tell("StatusNotification", status(1, "Charging"))
    ends(charging, 58)
    for each in (talk, broken, idle, elsewhere, charging):
        assert not any(id_.startswith("tx.") for id_ in each.found())


def test_what_never_began_cannot_be_stopped() -> None:
    talk = booted()
    ends(talk, 55)
    assert talk.found() == ["tx.stop_without_start"]
    unstarted = booted()
    unstarted.tell("StatusNotification", status(1, "Preparing"))
    unstarted.tell("StatusNotification", status(1, "Charging"))
    values(unstarted, 55)
    ends(unstarted, 55)
    assert unstarted.found() == ["tx.stop_without_start"]


def test_a_log_without_answers_says_nothing_of_the_ids_that_they_gave() -> None:
    talk = booted()
    begins(talk, None)
    values(talk, 7)
    ends(talk, 7, meterStop=500)
    ends(talk, 8)
    talk.records = [each for each in talk.records if each.kind is RecordKind.CALL]
    assert not any(id_.startswith("tx.") for id_ in talk.noted())


def test_minus_one_stands_for_an_id_that_was_never_given() -> None:
    talk = booted()
    talk.started()
    values(talk, -1)
    ends(talk, -1)
    assert talk.found() == ["tx.minus_one_id", "tx.minus_one_id"]
    lost = booted()
    begins(lost, None)
    lost.error("InternalError")
    values(lost, -1)
    ends(lost, -1)
    assert "tx.minus_one_id" not in lost.found()
    assert lost.noted().count("tx.minus_one_id") == 2


def test_a_stop_that_waits_behind_other_messages_is_not_missing() -> None:
    talk = booted()
    talk.started()
    talk.tell("StatusNotification", status(1, "Available"))
    talk.charge_point("MeterValues", {"connectorId": 1}, "unanswered")
    heartbeat(talk, 90)
    assert "tx.not_stopped" not in talk.found()
    talk.answer(id="unanswered")
    heartbeat(talk, 0)
    assert "tx.not_stopped" in talk.found()


def test_an_id_is_used_once_it_was_given() -> None:
    talk = booted()
    begins(talk, None, id="start")
    values(talk, 7)
    talk.answer({"transactionId": 7, "idTagInfo": {"status": "Accepted"}}, id="start")
    assert "tx.stop_before_conf" in talk.found()
    logger = booted()
    call = begins(logger, None, id="start")
    record = values(logger, 7)
    conf = {"transactionId": 7, "idTagInfo": {"status": "Accepted"}}
    logger.answer(conf, id="start", at=record.at)
    assert call.number < record.number
    assert "tx.stop_before_conf" not in logger.found()


def test_each_transaction_has_an_id_of_its_own() -> None:
    talk = booted(2)
    talk.started(1, 7)
    talk.started(2, 7)
    assert talk.only("tx.id_given_twice").at_fault == "csms"
    again = booted()
    begins(again, 7, at := again.time)
    begins(again, 7, at)
    unstopped = booted(2)
    unstopped.started(1, 7)
    unstopped.link(LinkKind.CLOSE)
    unstopped.started(2, 7)
    cold = Talk()
    values(cold, 7)
    begins(cold, 7)
    for each in (again, unstopped, cold):
        assert "tx.id_given_twice" not in each.found()


def test_an_id_of_zero_is_noted() -> None:
    talk = booted()
    talk.started(id=0)
    talk.stopped(id=0)
    start = begins(talk, 0, at := talk.time)
    begins(talk, 0, at)
    [note] = [each for each in talk.report().findings if each.id == "tx.zero_id"]
    assert (note.count, note.frames[1].number) == (2, start.number + 1)


@pytest.mark.parametrize("meter", [10**40, 1e999, "much"])
def test_a_start_that_cannot_be_read_may_be_that_of_the_stop(meter: float | str) -> None:
    talk = Talk()
    talk.booted()
    payload = {"connectorId": 1, "idTag": "TAG-1", "meterStart": meter, "timestamp": talk.time}
    verdict = {"transactionId": 777, "idTagInfo": {"status": "Accepted"}}
    talk.tell("StartTransaction", payload, verdict)
    talk.wait(60)
    stop = {"transactionId": 777, "meterStop": 500, "timestamp": talk.time}
    talk.tell("StopTransaction", stop)
    assert "tx.stop_without_start" not in talk.found()
