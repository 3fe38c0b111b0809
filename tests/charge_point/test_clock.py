"""The clock of the charge point follows the CSMS, but not everything that a CSMS says (S 4.2)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cp_tui.charge_point.effects import Table
from cp_tui.charge_point.variables import (
    ClockStep,
    Connectors,
    RegistrationView,
    StatusChange,
    TransactionEntry,
    TransactionsView,
)
from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import charging


def answers_after(made: Rig, seconds: float) -> None:
    """Answer the Heartbeat that is due with the time at which it left, but only later."""
    made.responders["Heartbeat"] = lambda _: None
    made.after(301)
    beat = made.sent[-1]
    assert beat[2] == "Heartbeat"
    time = made.now.isoformat()
    made.after(seconds)
    made.receive(json.dumps([3, beat[1], {"currentTime": time}]))


def clock_offset(made: Rig) -> timedelta:
    """Give what the stamps of the charge point are ahead of the machine."""
    made.forget_sent()
    made.request("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1})
    (payload,) = made.calls("MeterValues")
    return datetime.fromisoformat(payload["meterValue"][0]["timestamp"]) - made.now


def test_a_slow_answer_does_not_make_the_clock_jump() -> None:
    made = rig()
    answers_after(made, 20)
    assert clock_offset(made) == timedelta(0)


def test_a_clock_that_is_wrong_by_more_than_the_answer_took_is_followed() -> None:
    made = rig()
    made.responders["Heartbeat"] = lambda _: {
        "currentTime": (made.now + timedelta(hours=1)).isoformat()
    }
    made.after(301)
    assert clock_offset(made) == timedelta(hours=1)


def test_a_clock_step_does_not_delay_the_periodic_samples() -> None:
    """A CSMS whose clock is never quiet would otherwise see no meter value at all."""
    made = rig(keys={"MeterValueSampleInterval": "400"})
    charging(made)
    steps = iter(range(1, 100))
    made.responders["Heartbeat"] = lambda _: {
        "currentTime": (made.now + timedelta(hours=next(steps))).isoformat()
    }
    made.after(2_001)
    assert len(made.calls("MeterValues")) == 5


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31Z"])
def test_a_csms_without_a_clock_is_not_followed(time: str) -> None:
    time = time.replace("31Z", "31T23:59:59Z")
    made = rig(boot=False, keys={"ClockAlignedDataInterval": "900"})
    made.responders["BootNotification"] = lambda _: {
        "status": "Accepted",
        "currentTime": time,
        "interval": 300,
    }
    made.power_on()
    made.after(1_000)
    assert clock_offset(made) == timedelta(0)


@pytest.mark.parametrize("status", ["Accepted", "Pending", "Rejected"])
@pytest.mark.parametrize("interval", [-5, 10**12])
def test_an_interval_beyond_all_reason_does_no_harm(status: str, interval: int) -> None:
    made = rig(boot=False)

    def answer(payload: dict[str, Any]) -> dict[str, Any]:
        return {"status": status, "currentTime": made.now.isoformat(), "interval": interval}

    made.responders["BootNotification"] = answer
    made.power_on()
    made.after(100)
    registration = made.variables["registration"]
    assert isinstance(registration, RegistrationView)
    assert registration.status == status


def test_the_clock_of_the_csms_is_kept_over_a_boot() -> None:
    made = rig(boot=False)
    ahead = (made.now + timedelta(hours=3)).isoformat()
    answer = {"status": "Accepted", "currentTime": ahead, "interval": 300}
    made.responders["BootNotification"] = lambda _: answer
    made.power_on()
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.cut()
    made.power_cycle()
    made.responders["BootNotification"] = lambda _: None
    made.forget_sent()
    made.act("plug_out", connector_id=1)
    made.act("plug_in", connector_id=1)
    changes = [event for name, event in made.events if name == "status_changes"]
    assert all(change.time.hour == 11 for change in changes)


def set_clock_by(made: Rig, hours: float) -> None:
    """Let a Heartbeat bring a time that is off by so much."""
    made.responders["Heartbeat"] = lambda _: {
        "currentTime": (made.now + timedelta(hours=hours)).isoformat()
    }
    made.after(301)
    made.request("TriggerMessage", {"requestedMessage": "Heartbeat"})


def newest_transaction(made: Rig) -> TransactionEntry:
    transactions: TransactionsView = made.variables["transactions"]
    return transactions[0]


def clock_step(made: Rig) -> ClockStep | None:
    registration = made.variables["registration"]
    assert isinstance(registration, RegistrationView)
    return registration.clock_step


def status_steps(made: Rig, connector_id: int) -> list[float]:
    changes = [event for name, event in made.events if name == "status_changes"]
    return [
        change.clock_step_s
        for change in changes
        if isinstance(change, StatusChange) and change.connector_id == connector_id
    ]


@pytest.mark.parametrize("hours", [-1, 2])
def test_a_transaction_says_that_the_clock_was_set_while_it_ran(hours: int) -> None:
    made = rig()
    charging(made)
    begun = made.now
    set_clock_by(made, hours)
    made.forget_sent()
    made.act("plug_out", connector_id=1)
    entry = newest_transaction(made)
    assert entry.stopped_at == made.now + timedelta(hours=hours), "as the clock says"
    assert entry.clock_step is not None
    assert (entry.clock_step.step_s, entry.clock_step.by) == (hours * 3600, "Heartbeat")
    assert begun < entry.clock_step.at <= made.now, "in the clock of the machine"
    assert entry.clock_step_s == hours * 3600
    assert clock_step(made) == entry.clock_step
    first, *later = status_steps(made, 1)
    assert first == hours * 3600
    assert set(later) <= {0.0}


def test_steps_of_a_transaction_add_up_and_the_newest_worth_telling_is_kept() -> None:
    made = rig()
    charging(made)
    set_clock_by(made, -1)
    set_clock_by(made, 2)
    set_clock_by(made, 2 + 30 / 3600)
    made.act("plug_out", connector_id=1)
    entry = newest_transaction(made)
    assert entry.clock_step_s == 2 * 3600 + 30
    assert entry.clock_step is not None
    assert entry.clock_step.step_s == 3 * 3600


def test_a_step_of_less_than_a_minute_is_no_news() -> None:
    made = rig()
    charging(made)
    set_clock_by(made, -50 / 3600)
    assert clock_offset(made) == timedelta(seconds=-50)
    assert newest_transaction(made).clock_step is None
    assert clock_step(made) is None


def test_a_transaction_that_began_after_the_step_knows_nothing_of_it() -> None:
    made = rig()
    set_clock_by(made, -1)
    charging(made)
    assert newest_transaction(made).clock_step is None
    assert newest_transaction(made).clock_step_s == 0


@pytest.mark.parametrize("seconds", [5, 3_000])
def test_a_step_survives_a_loss_of_power(seconds: int) -> None:
    """What ended the transaction lies in the clock of after the step, as the step says."""
    made = rig()
    charging(made)
    set_clock_by(made, -1)
    made.after(seconds)
    step = clock_step(made)
    assert step is not None
    made.responders["BootNotification"] = lambda _: None
    made.power_cycle()
    entry = newest_transaction(made)
    assert entry.stopped_at is not None
    assert entry.clock_step == step == clock_step(made)
    assert entry.stopped_at <= made.now - timedelta(hours=1)
    assert entry.stopped_at - entry.started_at - timedelta(seconds=entry.clock_step_s) > timedelta(
        0
    )


def test_records_of_before_open_without_a_step() -> None:
    made = rig()
    charging(made)
    set_clock_by(made, -1)
    key, text = next(iter(made.store[Table.TRANSACTION].items()))
    old = {name: each for name, each in json.loads(text).items() if "clock_step" not in name}
    made.store[Table.TRANSACTION][key] = json.dumps(old)
    made.store[Table.STATE]["clock"] = json.dumps({"offset_s": -3600.0})
    made.responders["BootNotification"] = lambda _: None
    made.power_cycle()
    assert newest_transaction(made).clock_step is None
    assert clock_step(made) is None
    assert clock_offset_of_stamps(made) == timedelta(hours=-1)


def clock_offset_of_stamps(made: Rig) -> timedelta:
    """Give the same as `clock_offset` without a CSMS that has accepted us."""
    made.forget_sent()
    made.act("plug_out", connector_id=1)
    made.act("plug_in", connector_id=1)
    changes = [event for name, event in made.events if name == "status_changes"]
    assert isinstance(changes[-1], StatusChange)
    return changes[-1].time - made.now


LIMITED = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "startSchedule": "2026-01-05T00:00:00Z",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10}],
    },
}


def told_time(made: Rig, ahead: timedelta) -> None:
    """Let the next Heartbeat bring a time that is so far ahead."""
    made.responders["Heartbeat"] = lambda _: {"currentTime": (made.now + ahead).isoformat()}
    made.after(301)


def limited(made: Rig, connector_id: int) -> None:
    answer = made.request(
        "SetChargingProfile",
        {
            "connectorId": connector_id,
            "csChargingProfiles": {
                **LIMITED,
                "chargingProfileId": connector_id + 1,
                "validTo": (made.now + timedelta(hours=30)).isoformat(),
            },
        },
    )
    assert answer[2] == {"status": "Accepted"}


def limit_a(made: Rig, connector_id: int) -> Decimal:
    """Give the limit in force."""
    value: Connectors = made.variables["connectors"]
    limit = value[connector_id].limit
    assert limit is not None
    return limit.limit_a


@pytest.mark.parametrize("far", [timedelta(days=2), timedelta(days=3650)])
def test_a_time_that_the_csms_takes_back_has_ended_no_profile(far: timedelta) -> None:
    made = rig()
    limited(made, 1)
    told_time(made, far)
    # Whatever is installed meanwhile does not sweep it away either.
    limited(made, 2)
    assert limit_a(made, 1) == 32
    told_time(made, timedelta(0))
    assert limit_a(made, 1) == 10
    assert limit_a(made, 2) == 10
    assert set(made.store[Table.PROFILE]) == {"2", "3"}


def test_a_profile_that_has_ended_goes_a_day_after_the_clock_was_set_over_its_end() -> None:
    made = rig()
    limited(made, 1)
    told_time(made, timedelta(days=2))
    made.after(86_400 - 4_000)
    assert set(made.store[Table.PROFILE]) == {"2"}
    made.after(8_000)
    assert made.store[Table.PROFILE] == {}


@pytest.mark.parametrize("hours", [-1, 2])
def test_what_runs_says_at_once_that_the_clock_was_set(hours: int) -> None:
    made = rig()
    charging(made)
    set_clock_by(made, hours)
    connectors: Connectors = made.variables["connectors"]
    running = connectors[1].transaction
    assert running is not None
    assert running.clock_step_s == hours * 3600
    assert running.clock_step == clock_step(made) == newest_transaction(made).clock_step


def test_the_newest_transaction_stays_the_newest_when_the_clock_is_set_back() -> None:
    """Over a loss of power as well: times do not tell the order any more."""
    made = rig()
    for tag in ("FIRST", "SECOND"):
        made.act("plug_in", connector_id=1)
        made.act("swipe", id_tag=tag, connector_id=1)
        made.after(5)
        made.act("plug_out", connector_id=1)
        set_clock_by(made, -1)
    assert newest_transaction(made).id_tag == "SECOND"
    made.power_cycle()
    assert newest_transaction(made).id_tag == "SECOND"
