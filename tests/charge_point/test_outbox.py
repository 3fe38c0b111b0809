"""Transaction messages: order, retries, persistence (S 3.7, transactions.md, What waits)."""

from __future__ import annotations

from typing import Any

from tests.charge_point.rig import Rig, rig


def silent_then(made: Rig, action: str, failures: int, code: str | None) -> list[float]:
    """Let the CSMS fail an action some times; give the seconds at which it was sent."""
    sent_at: list[float] = []
    start = made.now

    def respond(payload: dict[str, Any]) -> dict[str, Any] | str | None:
        sent_at.append((made.now - start).total_seconds())
        if len(sent_at) <= failures:
            return code
        return {"transactionId": 5, "idTagInfo": {"status": "Accepted"}}

    made.responders[action] = respond
    return sent_at


def start(made: Rig) -> None:
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")


def test_retries_wait_longer_each_time() -> None:
    made = rig(keys={"MeterValueSampleInterval": "0"})
    sent_at = silent_then(made, "StartTransaction", 2, "InternalError")
    start(made)
    made.after(600)
    assert sent_at == [0, 60, 180]


def test_a_message_is_given_up_after_the_attempts_and_later_ones_carry_minus_one() -> None:
    made = rig(keys={"MeterValueSampleInterval": "0", "TransactionMessageRetryInterval": "10"})
    sent_at = silent_then(made, "StartTransaction", 99, "InternalError")
    start(made)
    made.act("swipe", id_tag="TAG")
    assert not made.calls("StopTransaction")
    made.after(600)
    assert sent_at == [0, 10, 30]
    assert made.calls("StopTransaction")[0]["transactionId"] == -1
    transactions: Any = made.variables["transactions"]
    assert transactions[0].delivery == "lost"


def test_nothing_passes_a_message_that_waits_for_its_retry() -> None:
    made = rig(keys={"MeterValueSampleInterval": "20"})
    silent_then(made, "StartTransaction", 1, "InternalError")
    start(made)
    made.forget_sent()
    made.after(59)
    assert made.actions() == []
    outbox: Any = made.variables["outbox"]
    assert outbox.count == 3
    assert "InternalError" in outbox.entries[0].why
    made.act("plug_in", connector_id=2)
    assert made.actions() == ["StatusNotification"]
    made.after(1)
    assert made.actions()[1:] == ["StartTransaction", *["MeterValues"] * 3]


def test_a_late_answer_brings_the_transaction_id_all_the_same() -> None:
    made = rig(keys={"MessageTimeout": "5", "MeterValueSampleInterval": "0"})
    made.responders["StartTransaction"] = lambda _: None
    start(made)
    first = next(f for f in made.sent if f[2] == "StartTransaction")
    made.after(6)
    made.receive(f'[3,"{first[1]}",{{"transactionId":9,"idTagInfo":{{"status":"Accepted"}}}}]')
    made.after(300)
    assert len(made.calls("StartTransaction")) == 1
    made.act("swipe", id_tag="TAG")
    assert made.calls("StopTransaction")[0]["transactionId"] == 9


def test_losing_the_line_is_not_an_attempt() -> None:
    made = rig(keys={"MeterValueSampleInterval": "0", "TransactionMessageAttempts": "1"})
    made.responders["StartTransaction"] = lambda _: None
    start(made)
    for _ in range(3):
        made.cut()
        made.reconnect()
    del made.responders["StartTransaction"]
    made.cut()
    made.reconnect()
    assert len(made.calls("StartTransaction")) == 5
    outbox: Any = made.variables["outbox"]
    assert outbox.count == 0


def test_the_queue_survives_a_power_loss() -> None:
    made = rig(keys={"AllowOfflineTxForUnknownId": "true"})
    made.cut()
    start(made)
    made.after(150)
    made.forget_sent()
    made.connected = True
    made.power_cycle()
    actions = [a for a in made.actions() if a not in ("BootNotification", "StatusNotification")]
    assert actions == ["StartTransaction", "MeterValues", "MeterValues", "StopTransaction"]
    values = [p["meterValue"][0]["timestamp"] for p in made.calls("MeterValues")]
    assert values == sorted(values)
    assert made.calls("StopTransaction")[0]["reason"] == "PowerLoss"


def test_one_call_at_a_time() -> None:
    made = rig()
    made.responders["StatusNotification"] = lambda _: None
    made.act("plug_in", connector_id=1)
    made.act("plug_in", connector_id=2)
    assert made.actions() == ["StatusNotification"]
    made.after(30)
    assert made.actions() == ["StatusNotification"] * 2


def test_offline_for_long_the_meter_values_are_thinned_out_evenly() -> None:
    made = rig(
        keys={
            "AllowOfflineTxForUnknownId": "true",
            "MeterValueSampleInterval": "10",
            "WaitingMeterValuesMax": "50",
        }
    )
    made.cut()
    start(made)
    made.after(3600)
    made.act("swipe", id_tag="TAG")
    outbox: Any = made.variables["outbox"]
    assert outbox.count <= 52
    assert outbox.thinned >= 300
    made.reconnect()
    actions = [a for a in made.actions() if a != "StatusNotification"]
    assert (actions[0], actions[-1]) == ("StartTransaction", "StopTransaction")
    minutes = {p["meterValue"][0]["timestamp"][14:16] for p in made.calls("MeterValues")}
    assert len(minutes) >= 20
    stamps = [p["meterValue"][0]["timestamp"] for p in made.calls("MeterValues")]
    assert stamps == sorted(stamps)


def test_an_answer_after_the_last_attempt_still_brings_the_transaction_id() -> None:
    made = rig(keys={"MessageTimeout": "5", "TransactionMessageAttempts": "1"})
    made.responders["StartTransaction"] = lambda _: None
    start(made)
    first = next(f for f in made.sent if f[2] == "StartTransaction")
    made.after(6)
    made.receive(f'[3,"{first[1]}",{{"transactionId":9,"idTagInfo":{{"status":"Accepted"}}}}]')
    made.act("swipe", id_tag="TAG")
    assert made.calls("StopTransaction")[0]["transactionId"] == 9
    transactions: Any = made.variables["transactions"]
    assert transactions[0].delivery == "delivered"


def ids_of(made: Rig, action: str) -> list[str]:
    return [frame[1] for frame in made.sent if frame[2] == action]


def test_a_message_keeps_its_id_over_a_lost_line_and_a_boot() -> None:
    made = rig(keys={"MeterValueSampleInterval": "0"})
    made.responders["StartTransaction"] = lambda _: None
    start(made)
    made.cut()
    made.reconnect()
    made.power_cycle()
    ids = ids_of(made, "StartTransaction")
    assert len(ids) == 3
    assert len(set(ids)) == 1


def test_a_message_has_a_new_id_after_a_failure_that_counts() -> None:
    made = rig(keys={"MeterValueSampleInterval": "0"})
    silent_then(made, "StartTransaction", 2, "InternalError")
    start(made)
    made.after(600)
    ids = ids_of(made, "StartTransaction")
    assert len(ids) == len(set(ids)) == 3
