"""Rules of the meter's register."""

from __future__ import annotations

from typing import Any

import pytest

from tests.explain.talk import Talk


def value(register: str, context: str = "Sample.Periodic", **more: str) -> dict[str, str]:
    """A register; in Wh where no unit is given."""
    return {"value": register, "context": context, **more}


def read(talk: Talk, *values: dict[str, str], after_s: float = 60) -> dict[str, Any]:
    """Values of now, after a while."""
    talk.wait(after_s)
    return {"timestamp": talk.time, "sampledValue": [*values]}


def sent(talk: Talk, *values: dict[str, str], after_s: float = 60, id: int = 7) -> None:
    meter = read(talk, *values, after_s=after_s)
    talk.tell("MeterValues", {"connectorId": 1, "transactionId": id, "meterValue": [meter]})


def begun() -> Talk:
    """A transaction that begins at 1000 Wh."""
    talk = Talk()
    talk.booted()
    talk.started()
    return talk


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        (value("1100"), value("1200"), []),
        (value("1100"), value("1050"), ["tx.register_falls"]),
        (value("900"), value("950"), ["tx.register_falls"]),
        (value("1.1", unit="kWh"), value("1.095", unit="kWh"), []),
        (value("1.100", unit="kWh"), value("1.095", unit="kWh"), ["tx.register_falls"]),
        (value("1100"), value("1", unit="kWh"), []),
        (value("1100"), value("40", location="Inlet"), []),
        (value("1100"), value("40", measurand="Energy.Active.Export.Register"), []),
        (value("1100"), value("40", format="SignedData"), []),
        (value("1100"), value("1,05"), []),
        (value("1100"), value("13500"), []),
        (value("1100"), value("18000"), ["tx.register_jumps"]),
    ],
)
def test_a_register_rises_and_not_too_fast(
    first: dict[str, str], second: dict[str, str], found: list[str]
) -> None:
    talk = begun()
    sent(talk, first)
    sent(talk, second)
    assert [id_ for id_ in talk.found() if id_.startswith("tx.")] == found


def test_values_that_name_no_transaction_count_for_the_one_that_runs() -> None:
    talk = begun()
    before = read(talk, value("900"), after_s=-300)
    talk.wait(300)
    meter = read(talk, value("1100"))
    talk.tell("MeterValues", {"connectorId": 1, "meterValue": [before]})
    talk.tell("MeterValues", {"connectorId": 1, "meterValue": [meter]})
    assert "tx.register_falls" not in talk.found()
    talk.tell("MeterValues", {"connectorId": 1, "meterValue": [read(talk, value("1050"))]})
    assert "tx.register_falls" in talk.found()
    other = begun()
    sent(other, value("1100"))
    meter = read(other, value("50"))
    other.tell("MeterValues", {"connectorId": 2, "meterValue": [meter]})
    hidden = {"connectorId": 1, "transactionId": 7, "meterValue": [meter]}
    other.charge_point("MeterValues", hidden, is_masked=True)
    assert "tx.register_falls" not in other.found()


def test_what_is_offered_bounds_what_may_flow() -> None:
    talk = begun()
    offered = {"value": "11", "unit": "kW", "measurand": "Power.Offered"}
    sent(talk, offered, value("1100"))
    sent(talk, offered, value("3000"))
    assert talk.found() == ["tx.register_jumps"]


def test_values_that_come_late_are_not_compared() -> None:
    talk = begun()
    late = read(talk, value("1050"))
    sent(talk, value("1100"))
    talk.tell("MeterValues", {"connectorId": 1, "transactionId": 7, "meterValue": [late]})
    assert "tx.register_falls" not in talk.found()


def test_a_register_that_fell_before_the_log_shows_in_two_values() -> None:
    talk = Talk()
    sent(talk, value("1100"), id=55)
    sent(talk, value("1000"), id=55)
    sent(talk, value("1050"), id=55)
    assert talk.only("tx.register_falls").count == 1


def test_a_transaction_does_not_end_below_its_begin() -> None:
    talk = begun()
    sent(talk, value("1100"))
    talk.stopped(meterStop=900)
    assert talk.only("tx.meter_stop_below_start").frames[1].number == 11
    cold = Talk()
    sent(cold, value("1100"), id=55)
    cold.stopped(id=55, meterStop=1100)
    assert cold.found() == []


def test_meter_stop_is_not_below_what_was_read_before() -> None:
    talk = begun()
    sent(talk, value("1100"))
    talk.stopped(meterStop=1050)
    assert talk.found() == ["tx.meter_stop_mismatch"]
    late = begun()
    stopped = late.time
    sent(late, value("1100"))
    late.stopped(meterStop=1050, timestamp=stopped)
    assert "tx.meter_stop_mismatch" not in late.found()
    coarse = begun()
    sent(coarse, value("1.1", unit="kWh"))
    coarse.stopped(meterStop=1050)
    assert coarse.found() == []


@pytest.mark.parametrize(
    ("begin", "end", "found"),
    [
        ("1000", "2000", []),
        ("1001", "1999", []),
        ("990", "2000", ["tx.meter_start_mismatch"]),
        ("1000", "1990", ["tx.meter_stop_mismatch"]),
        ("1000", "2010", ["tx.meter_stop_mismatch"]),
    ],
)
def test_begin_and_end_are_told_twice_and_alike(begin: str, end: str, found: list[str]) -> None:
    talk = begun()
    voltage = value("230", "Transaction.Begin", measurand="Voltage")
    per_phase = value("300", "Transaction.Begin", phase="L1")
    first = read(talk, voltage, per_phase, value(begin, "Transaction.Begin"), after_s=0)
    between = read(talk, value("1500"))
    voltage = value("230", "Transaction.End", measurand="Voltage")
    last = read(talk, voltage, value(end, "Transaction.End"))
    talk.stopped(transactionData=[first, between, last])
    assert talk.found() == found


def test_a_register_goes_on_where_it_ended() -> None:
    talk = begun()
    talk.stopped()
    talk.started(id=8)
    talk.stopped(id=8)
    assert talk.found() == []
    talk.started(id=9, meterStart=2500)
    assert talk.found() == ["tx.meter_start_mismatch"]
    talk.booted()
    talk.started(id=10, meterStart=0)
    earlier = talk.time
    talk.wait(10)
    talk.stopped(id=10)
    talk.started(id=11, meterStart=0, timestamp=earlier)
    assert talk.found().count("tx.meter_start_mismatch") == 1


def test_a_register_that_begins_at_zero_each_time_is_noted() -> None:
    talk = Talk()
    talk.booted()
    for id_ in (7, 8):
        talk.started(id=id_, meterStart=0)
        talk.stopped(id=id_)
    assert talk.found() == []
    assert "tx.register_rebased" in talk.noted()
