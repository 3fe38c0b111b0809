"""Rules of MeterValues: when they come, what is in them, which transaction they are of."""

from __future__ import annotations

import pytest

from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import format_date_time
from cp_tui.traces.record import LinkKind
from tests.explain.talk import Talk

VOLTAGE = {"value": "230", "measurand": "Voltage", "phase": "L1-N", "unit": "V"}


def set_key(talk: Talk, name: str, value: str) -> None:
    talk.ask("ChangeConfiguration", {"key": name, "value": value}, {"status": "Accepted"})


def begun(**keys: str) -> Talk:
    talk = Talk()
    talk.booted()
    for name, value in keys.items():
        set_key(talk, name, value)
    talk.started()
    return talk


def values(
    talk: Talk,
    id: int | None = 7,
    context: str = "",
    at: str = "",
    connector: int = 1,
    sample: dict[str, str] = VOLTAGE,
) -> None:
    sampled = {**sample, "context": context} if context else sample
    meter = {"timestamp": at or talk.time, "sampledValue": [sampled]}
    payload = {"connectorId": connector, "meterValue": [meter]}
    talk.tell("MeterValues", payload if id is None else {**payload, "transactionId": id})


def heartbeat(talk: Talk, after_s: float) -> None:
    talk.wait(after_s)
    talk.tell("Heartbeat", {}, {"currentTime": talk.time})


def moved(talk: Talk, seconds: float) -> str:
    return format_date_time(later(talk.now, seconds))


def test_values_are_of_the_time_of_their_transaction() -> None:
    talk = begun()
    values(talk)
    talk.stopped()
    values(talk, context="Transaction.End", at=moved(talk, -3))
    assert talk.found() == []
    values(talk)
    assert talk.found() == ["tx.values_outside"]
    early = begun()
    values(early, at=moved(early, -30))
    assert "tx.values_outside" in early.found()
    cold = Talk()
    values(cold, 55)
    values(cold, 55, at=moved(cold, -300))
    assert "tx.values_outside" not in cold.found()


@pytest.mark.parametrize("context", ["", "Sample.Clock", "Trigger"])
def test_values_of_a_running_transaction_name_it(context: str) -> None:
    talk = begun()
    values(talk, None, context, connector=0)
    values(talk, None, context, at=moved(talk, -5))
    assert "tx.values_without_id" not in talk.found()
    values(talk, None, context)
    assert ("tx.values_without_id" in talk.found()) is (context != "Trigger")
    idle = Talk()
    idle.booted()
    values(idle, None, context)
    broken = begun()
    broken.link(LinkKind.CLOSE)
    values(broken, None, context)
    assert idle.found() == broken.found() == []


@pytest.mark.parametrize(
    ("interval", "silent_s", "how", "is_found"),
    [
        ("30", 80, "", True),
        ("30", 45, "", False),
        ("0", 80, "", False),
        ("", 80, "", False),
        ("30", 80, "break", False),
        ("30", 80, "refused", False),
        ("30", 80, "changed", False),
        ("30", 80, "stopped", False),
    ],
)
def test_values_come_as_often_as_is_set(
    interval: str, silent_s: float, how: str, is_found: bool
) -> None:
    talk = begun(MeterValueSampleInterval=interval) if interval else begun()
    talk.wait(28)
    values(talk)
    if how == "break":
        talk.link(LinkKind.CLOSE)
    elif how == "changed":
        set_key(talk, "MeterValueSampleInterval", "300")
    elif how == "stopped":
        talk.stopped()
    elif how == "refused":
        talk.charge_point("MeterValues", {"connectorId": 1})
        talk.error("InternalError")
    heartbeat(talk, silent_s)
    # It was not heard meanwhile, so what had waited may come now.
    assert "tx.values_missing" not in talk.found()
    heartbeat(talk, 12)
    assert ("tx.values_missing" in talk.found()) is is_found


def test_the_time_between_values_is_noted() -> None:
    talk = begun(MeterValueSampleInterval="30")
    for wait_s in (28, 28, 30):
        talk.wait(wait_s)
        values(talk)
    assert "tx.values_interval" not in talk.noted()
    set_key(talk, "MeterValueSampleInterval", "60")
    values(talk)
    assert "tx.values_interval" not in talk.noted()
    talk.wait(40)
    values(talk)
    assert "tx.values_interval" in talk.noted()
    assert talk.found() == []


@pytest.mark.parametrize(
    ("interval", "at", "is_found"),
    [
        ("900", "2026-11-03T08:15:00Z", False),
        ("900", "2026-11-03T08:15:01.500Z", False),
        ("900", "2026-11-03T08:14:59Z", False),
        ("900", "2026-11-03T08:17:00Z", True),
        ("50000", "2026-11-03T23:59:59Z", False),
        ("7200", "2026-11-03T09:00:00Z", True),
        ("7200", "2026-11-03T10:00:00+01:00", False),
        ("7200", "2026-11-03T06:00:00-02:00", False),
        ("", "2026-11-03T08:17:00Z", False),
        ("0", "2026-11-03T08:17:00Z", False),
    ],
)
def test_values_of_the_clock_are_on_its_grid(interval: str, at: str, is_found: bool) -> None:
    talk = Talk()
    if interval:
        talk.ask(
            "GetConfiguration",
            {"key": ["ClockAlignedDataInterval"]},
            {
                "configurationKey": [
                    {"key": "ClockAlignedDataInterval", "readonly": False, "value": interval}
                ]
            },
        )
    values(talk, None, "Sample.Clock", at)
    values(talk, None, "Sample.Periodic", at)
    assert talk.found() == (["tx.aligned_off_grid"] if is_found else [])


def test_values_of_before_a_change_keep_to_the_grid_of_before() -> None:
    talk = Talk()
    earlier = talk.time
    talk.wait(100)
    set_key(talk, "ClockAlignedDataInterval", "7200")
    values(talk, None, "Sample.Clock", at=earlier)
    talk.wait(600)
    values(talk, None, "Sample.Periodic")
    assert talk.found() == []
    values(talk, None, "Sample.Clock")
    assert talk.found() == ["tx.aligned_off_grid"]


def test_each_measurand_that_is_set_comes() -> None:
    talk = begun(MeterValuesSampledData="Voltage.L1,Current.Import,SoC")
    values(talk)
    assert talk.found() == []
    values(talk)
    assert talk.only("tx.measurand_missing").values == {"measurands": ["Current.Import"]}
    values(talk, sample={"value": "6", "measurand": "Current.Import", "phase": "L1"})
    assert talk.found() == []
    set_key(talk, "MeterValuesSampledData", "Power.Active.Import")
    values(talk)
    assert talk.found() == []
    unknown = begun()
    values(unknown)
    values(unknown)
    assert unknown.found() == []
