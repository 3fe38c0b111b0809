"""The clock of the charge point follows the CSMS, but not everything that a CSMS says (S 4.2)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from cp_tui.charge_point.variables import Registration
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
    assert isinstance(registration, Registration)
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
    assert all(change.model_dump()["time"].hour == 11 for change in changes)
