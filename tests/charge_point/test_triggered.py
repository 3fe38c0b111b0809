"""TriggerMessage answered Accepted: a message follows that was sent after the answer (S 5.17)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cp_tui.charge_point.calls import WAITING_MAX
from cp_tui.charge_point.config import ConnectorConfig, CurrentKind
from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import set_key

MESSAGES = (
    "Heartbeat",
    "StatusNotification",
    "MeterValues",
    "FirmwareStatusNotification",
    "DiagnosticsStatusNotification",
)


def trigger(made: Rig, message: str) -> str:
    request: dict[str, Any] = {"requestedMessage": message}
    if message in ("StatusNotification", "MeterValues"):
        request["connectorId"] = 1
    status: str = made.request("TriggerMessage", request)[2]["status"]
    return status


def answer_all(made: Rig, action: str) -> None:
    """Answer what is open of an action, and whatever follows."""
    del made.responders[action]
    (open_id,) = [f[1] for f in made.sent if f[0] == 2 and f[2] == action][-1:]
    made.receive(json.dumps([3, open_id, {}]))


@pytest.mark.parametrize("count", [1, 3, 50])
@pytest.mark.parametrize("message", MESSAGES)
def test_each_accepted_trigger_is_followed_by_one_where_one_is_open(
    message: str, count: int
) -> None:
    made = rig()
    made.responders[message] = lambda _: None
    assert trigger(made, message) == "Accepted"
    assert len(made.calls(message)) == 1
    for _ in range(count):
        assert trigger(made, message) == "Accepted"
    assert len(made.calls(message)) == 1, "one at a time"
    answer_all(made, message)
    assert len(made.calls(message)) == 1 + count
    made.after(250)
    assert len(made.calls(message)) == 1 + count


def test_each_accepted_trigger_of_a_boot_is_followed_by_one_while_pending() -> None:
    made = rig(boot=False)
    pending = {"status": "Pending", "currentTime": "2026-01-05T08:00:00Z", "interval": 600}
    made.responders["BootNotification"] = lambda _: pending
    made.power_on()
    made.responders["BootNotification"] = lambda _: None
    for _ in range(4):
        assert trigger(made, "BootNotification") == "Accepted"
    boots = len(made.calls("BootNotification"))
    open_id = [f[1] for f in made.sent if f[0] == 2][-1]
    made.responders["BootNotification"] = lambda _: pending
    made.receive(json.dumps([3, open_id, pending]))
    assert len(made.calls("BootNotification")) == boots + 3
    made.after(599)
    assert len(made.calls("BootNotification")) == boots + 3
    made.after(2)
    assert len(made.calls("BootNotification")) == boots + 4


def test_a_flood_of_triggers_keeps_no_authorize_out() -> None:
    made = rig(keys={"AllowOfflineTxForUnknownId": "false"})
    made.responders["Heartbeat"] = lambda _: None
    while trigger(made, "Heartbeat") == "Accepted":
        assert len(made.sent) < 1_000
    made.act("plug_in", connector_id=1)
    request = made.swipe("TAG", 1)
    assert made.came(request) is None, "it is being asked about"
    answer_all(made, "Heartbeat")
    came = made.came(request)
    assert came is not None
    assert came.outcome == "Accepted"


def test_values_follow_where_the_vehicle_that_would_tell_them_is_missing() -> None:
    made = rig(hardware=(ConnectorConfig(kind=CurrentKind.DC),))
    set_key(made, "MeterValuesSampledData", "SoC")
    assert trigger(made, "MeterValues") == "Accepted"
    (sent,) = made.calls("MeterValues")
    (value,) = sent["meterValue"][0]["sampledValue"]
    assert value["measurand"] == "Energy.Active.Import.Register"


def test_a_heartbeat_that_is_due_by_itself_is_not_sent_twice() -> None:
    made = rig()
    made.responders["Heartbeat"] = lambda _: None
    made.after(300)
    assert len(made.calls("Heartbeat")) == 1
    made.after(25)
    assert len(made.calls("Heartbeat")) == 1


def test_before_any_answer_to_the_boot_only_the_boot_can_be_triggered() -> None:
    made = rig(boot=False)
    made.responders["BootNotification"] = lambda _: None
    made.power_on()
    assert trigger(made, "Heartbeat") == "Rejected"
    assert trigger(made, "BootNotification") == "Accepted"


def test_what_would_find_no_room_is_rejected() -> None:
    made = rig()
    made.responders["MeterValues"] = lambda _: None
    statuses = [trigger(made, "MeterValues") for _ in range(WAITING_MAX + 5)]
    assert statuses.count("Accepted") == WAITING_MAX + 1
    assert statuses[-1] == "Rejected"
    made.forget_sent()
    made.responders["MeterValues"] = lambda _: {}
    made.after(31)
    assert len(made.calls("MeterValues")) == WAITING_MAX
