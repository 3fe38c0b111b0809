"""What is notified of the states of the connectors, and when (S 4.9)."""

from __future__ import annotations

import pytest

from cp_tui.charge_point.effects import Emit
from cp_tui.charge_point.events import Restart, Stop
from cp_tui.charge_point.variables import Connectors, StatusChange
from tests.charge_point.rig import rig
from tests.conformance.steps import charging


@pytest.mark.parametrize(
    ("act", "code", "status"),
    [("", "C6", "Finishing"), ("suspend_ev", "D6", "Finishing"), ("plug_out", "D1", "Available")],
)
def test_the_change_that_a_loss_of_power_makes_is_in_the_history_with_its_cause(
    act: str, code: str, status: str
) -> None:
    made = rig(keys={"StopTransactionOnEVSideDisconnect": "false"})
    charging(made)
    if act:
        made.act(act, connector_id=1)
    before: Connectors = made.variables["connectors"]
    made.events.clear()
    made.power_cycle()
    (change,) = [each for name, each in made.events if name == "status_changes"]
    assert change.connector_id == 1
    assert (change.old_status, change.status) == (before[1].status, status)
    assert (change.code, change.cause) == (
        code,
        "power on: the charge point lost power during this transaction",
    )


def test_no_change_is_told_where_a_boot_made_none() -> None:
    made = rig()
    charging(made)
    (record,) = made.charger.mind._components.transactions.close_interrupted(False)
    connector = made.charger.mind._components.connectors[1]
    connector.status = connector.current_status()
    made.charger.mind._components.statuses.interrupted(connector, record)
    told = made.charger.mind._turn.take_effects()
    assert [each for each in told if isinstance(each, Emit) and each.name == "status_changes"] == []


def test_a_connector_that_new_firmware_withdraws_at_the_boot_changes_once() -> None:
    made = rig()
    charging(made)
    location, due = "http://fw.example/f", "2026-01-05T08:00:00Z"
    made.request("UpdateFirmware", {"location": location, "retrieveDate": due})
    made.after(5)
    made.events.clear()
    made.power_cycle()
    (change,) = [each for name, each in made.events if name == "status_changes"]
    assert (change.connector_id, change.code) == (1, "C8")


def test_after_a_restart_no_status_is_stamped_with_the_time_of_the_stop() -> None:
    made = rig()
    made.command(Stop)
    made.after(30)
    made.act("plug_in", connector_id=1)
    made.after(20)
    made.command(Restart)
    (notified,) = [p for p in made.calls("StatusNotification") if p["connectorId"] == 1]
    assert notified["status"] == "Preparing"
    assert notified["timestamp"] == "2026-01-05T08:00:50Z"


def test_a_connector_that_was_to_leave_service_goes_from_preparing_over_available() -> None:
    """There is no transition from Preparing to Unavailable (S 4.9)."""
    made = rig()
    made.act("plug_in", connector_id=1)
    answer = made.request("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})
    assert answer[2] == {"status": "Scheduled"}
    made.forget_sent()
    made.act("plug_out", connector_id=1)
    changes = [event for name, event in made.events if name == "status_changes"]
    assert [c.code for c in changes if isinstance(c, StatusChange)] == ["B1", "A8"]
    assert made.statuses(1)[-1] == "Unavailable"


def test_operative_said_to_an_operative_connector_leaves_a_finished_session_finished() -> None:
    made = rig()
    made.act("plug_in", connector_id=1)
    made.after(61)
    assert made.statuses(1)[-1] == "Finishing"
    answer = made.request("ChangeAvailability", {"connectorId": 1, "type": "Operative"})
    assert answer[2] == {"status": "Accepted"}
    made.forget_sent()
    made.request("TriggerMessage", {"requestedMessage": "StatusNotification", "connectorId": 1})
    assert made.statuses(1) == ["Finishing"]


@pytest.mark.parametrize("end", ["unlock", "stop"])
def test_nobody_is_waited_for_after_the_lock_opened_with_no_vehicle_at_it(end: str) -> None:
    made = rig(keys={"StopTransactionOnEVSideDisconnect": "false"})
    charging(made)
    made.act("plug_out", connector_id=1)
    assert made.statuses(1)[-1] == "SuspendedEV"
    if end == "unlock":
        made.request("UnlockConnector", {"connectorId": 1})
    else:
        made.command(Stop)
    connectors: Connectors = made.variables["connectors"]
    assert connectors[1].status == "Available"


def test_boot_on_reconnect_waits_for_the_acceptance_before_anything_else() -> None:
    made = rig(keys={"BootOnReconnect": "true"})
    made.cut()
    made.responders["BootNotification"] = lambda _: "InternalError"
    made.reconnect()
    made.act("plug_in", connector_id=1)
    made.after(60)
    assert set(made.actions()) == {"BootNotification"}
    assert len(made.actions()) == 2
    del made.responders["BootNotification"]
    made.after(120)
    assert made.statuses(1)[-1] == "Finishing"


def test_boot_on_reconnect_does_not_shorten_the_wait_of_a_csms_that_rejects() -> None:
    made = rig(keys={"BootOnReconnect": "true"})
    answer = {
        "status": "Rejected",
        "interval": 300,
        "currentTime": "2026-01-05T08:00:00Z",
    }
    made.responders["BootNotification"] = lambda _: answer
    made.power_cycle()
    made.after(10)
    made.forget_sent()
    made.cut()
    made.after(10)
    made.reconnect()
    assert made.request("GetLocalListVersion") == []
    made.after(200)
    assert made.sent == []
    made.after(100)
    assert made.actions() == ["BootNotification"]
