"""Why a connector is out of service, also after a restart and where it came into force later."""

from __future__ import annotations

from cp_tui.charge_point.variables import Connectors
from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import charging

SCHEDULED = {"connectorId": 1, "type": "Inoperative"}


def cause(made: Rig) -> str:
    value: Connectors = made.variables["connectors"]
    return value[1].cause


def test_a_restart_remembers_who_took_a_connector_out_of_service() -> None:
    made = rig()
    made.request("ChangeAvailability", SCHEDULED)
    made.request("Reset", {"type": "Hard"})
    made.after(60)
    assert cause(made) == "ChangeAvailability Inoperative, before the start"


def test_what_comes_into_force_at_the_end_of_a_session_says_what_it_is() -> None:
    made = rig()
    charging(made)
    assert made.request("ChangeAvailability", SCHEDULED)[2] == {"status": "Scheduled"}
    made.act("press_stop", connector_id=1)
    made.act("plug_out", connector_id=1)
    assert "ChangeAvailability Inoperative" in cause(made)
