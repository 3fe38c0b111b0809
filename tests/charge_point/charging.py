"""Charging profiles sent to a whole charge point, and what it then follows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cp_tui.charge_point.effects import Log
from cp_tui.charge_point.variables import ChargingSchedules, ProfileEntry, Profiles
from cp_tui.ocpp.datatypes import ChargingProfile
from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import charging


def set_profile(made: Rig, connector_id: int, profile: ChargingProfile) -> str:
    """Send SetChargingProfile; give the status, or the code of the CALLERROR."""
    payload = {"connectorId": connector_id, "csChargingProfiles": profile.to_payload()}
    answer = made.request("SetChargingProfile", payload)
    return str(answer[2]["status"] if answer[0] == 3 else answer[2])


def clear(made: Rig, **fields: Any) -> str:
    """Send ClearChargingProfile; give the status."""
    return str(made.request("ClearChargingProfile", fields)[2]["status"])


def asked(made: Rig, connector_id: int, duration_s: int, unit: str = "A") -> str:
    """Ask GetCompositeSchedule; give it in the notation of the examples: `0:6, 60:10`."""
    payload = {"connectorId": connector_id, "duration": duration_s, "chargingRateUnit": unit}
    answer = made.request("GetCompositeSchedule", payload)[2]
    assert answer["status"] == "Accepted"
    assert answer["connectorId"] == connector_id
    assert answer["scheduleStart"] == made.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    schedule = answer["chargingSchedule"]
    assert schedule["duration"] == duration_s
    assert schedule["chargingRateUnit"] == unit
    assert "startSchedule" not in schedule
    return ", ".join(
        f"{period['startPeriod']}:{period['limit']:g}"
        for period in schedule["chargingSchedulePeriod"]
    )


def offered(made: Rig, connector_id: int) -> float:
    """Give the current per phase that the station offers to the vehicle; 0 without power."""
    return made.charger.station.reading(connector_id, made.now).offered_current_a


def power_w(made: Rig, connector_id: int) -> float:
    """Give the power that flows."""
    return made.charger.station.reading(connector_id, made.now).power_w


def limit_now(made: Rig, connector_id: int) -> float:
    """Give the limit that the variable `connectors` shows."""
    connectors: Any = made.variables["connectors"]
    return float(connectors[connector_id].limit.limit_a)


def published(made: Rig, connector_id: int) -> float:
    """Give the limit of now in the variable `charging_schedules`."""
    schedules: ChargingSchedules = made.variables["charging_schedules"]
    return float(schedules[connector_id].at(made.now).limit)


def entry(made: Rig, profile_id: int) -> ProfileEntry:
    """Give a profile of the variable `profiles`."""
    return next(each for each in entries(made) if each.profile.charging_profile_id == profile_id)


def entries(made: Rig) -> tuple[ProfileEntry, ...]:
    """Give the variable `profiles`."""
    profiles: Profiles = made.variables["profiles"]
    return profiles


def ids(made: Rig) -> list[int]:
    """Give the ids of the installed profiles."""
    return [each.profile.charging_profile_id for each in entries(made)]


def charger(**given: Any) -> Rig:
    """A charger with a vehicle that charges on connector 1, the ramp behind it."""
    made = rig(**given)
    charging(made)
    return made


def assert_follows(made: Rig, connector_id: int, limit_a: float) -> None:
    """Limit, schedule and station agree."""
    assert limit_now(made, connector_id) == limit_a
    assert published(made, connector_id) == limit_a
    assert offered(made, connector_id) == (limit_a if limit_a >= 6 else 0)


def assert_only_legal_transitions(made: Rig) -> None:
    logged = [each.text for each in made.effects if isinstance(each, Log)]
    assert [text for text in logged if "no legal transition" in text] == []


def schedule_start(made: Rig) -> datetime:
    """Give the moment of which the published schedules are."""
    schedules: ChargingSchedules = made.variables["charging_schedules"]
    return schedules[0].start
