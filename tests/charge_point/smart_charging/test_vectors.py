"""The vectors of tests/data: schedules, where other programs differ, ClearChargingProfile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from cp_tui.charge_point.smart_charging.composite import composite
from cp_tui.charge_point.smart_charging.context import (
    Context,
    Hardware,
    InstalledProfile,
    RunningTransaction,
)
from cp_tui.charge_point.smart_charging.profile_store import clear, install, installed_profile
from cp_tui.charge_point.smart_charging.validation import check_profile
from cp_tui.ocpp.datatypes import ChargingRateUnitType, ChargingSchedule
from cp_tui.ocpp.smart_charging import ClearChargingProfileRequest, SetChargingProfileRequest
from tests.charge_point.smart_charging.builders import (
    T0,
    TX,
    W,
    answered,
    at,
    on,
    profile,
    to_wire,
)
from tests.sources import ROOT

PATH = ROOT / "tests" / "data" / "smart_charging_vectors.json"
TOLERANCE_A = Decimal("0.1")
DEFAULTS = {
    "supply_voltage": 230,
    "default_limit_amps": 48,
    "default_number_phases": 3,
}
Vector = dict[str, Any]


def vectors(kind: str) -> Iterator[object]:
    for vector in json.loads(PATH.read_text(), parse_float=Decimal)[kind]:
        yield pytest.param(vector, id=vector["name"])


def charge_point_of(vector: Vector) -> Context:
    """The station of a vector with its profiles installed one after the other."""
    config = vector.get("config", DEFAULTS)
    hardware = Hardware(
        Decimal(config["default_limit_amps"]),
        config["default_number_phases"],
        config["supply_voltage"],
    )
    running = {
        each["connectorId"]: RunningTransaction("tx", each["transactionId"], at(each["start"]))
        for each in vector["transactions"]
    }
    now = at(vector["now"])
    requests = [_request(each) for each in vector["profiles"]]
    for request in requests:
        # The source leaves out the start of transactions where it plays no part.
        if request.cs_charging_profiles.charging_profile_purpose is TX:
            running.setdefault(request.connector_id, RunningTransaction("tx", 1, now))
    context = Context(
        hardware=dict.fromkeys(range(1, vector["number_of_connectors"] + 1), hardware),
        transactions=running,
        max_stack_level=1_000,
    )
    for request in requests:
        asked = request.cs_charging_profiles
        assert check_profile(request.connector_id, asked, context, now) is None
        new = installed_profile(context, request.connector_id, asked, now)
        context = replace(context, profiles=install(context.profiles, new).kept)
    return context


def _request(payload: Vector) -> SetChargingProfileRequest:
    asked = payload["csChargingProfiles"]
    schedule = asked["chargingSchedule"]
    # The source is from a later version of the protocol in one place: there schedules have an id.
    own = {name: value for name, value in schedule.items() if name != "id"}
    return SetChargingProfileRequest.model_validate(
        {**payload, "csChargingProfiles": {**asked, "chargingSchedule": own}}
    )


def answer(vector: Vector) -> ChargingSchedule:
    unit = ChargingRateUnitType(vector["unit"])
    now, duration_s = at(vector["now"]), vector["duration_s"]
    given = replace(charge_point_of(vector), max_periods=1_000)
    wire = answered(given, vector["connector"], duration_s, now, unit)
    assert wire == to_wire(composite(given, vector["connector"], now, duration_s, unit), 1_000)
    return wire


def assert_shows(wire: ChargingSchedule, expected: list[Vector], vector: Vector) -> None:
    periods = wire.charging_schedule_period
    tolerance = TOLERANCE_A * 230 if wire.charging_rate_unit is W else TOLERANCE_A
    if vector.get("match", "exact") == "exact":
        assert len(periods) == len(expected), periods
    for period, wanted in zip(periods, expected, strict=False):
        shift = abs(period.start_period - wanted["startPeriod"])
        assert shift <= vector.get("start_period_tolerance_s", 0)
        assert abs(period.limit - Decimal(wanted["limit"])) < tolerance
        if "numberPhases" in wanted:
            assert period.number_phases == wanted["numberPhases"]


@pytest.mark.parametrize("vector", vectors("composite_schedules"))
def test_composite_schedule_is_as_in_the_vector(vector: Vector) -> None:
    wire = answer(vector)
    assert wire.start_schedule is None
    assert wire.duration == vector["expected"]["duration"]
    assert_shows(wire, vector["expected"]["periods"], vector)


# What the vectors leave open, and what we chose.
OUR_CHOICES: dict[str, list[Vector]] = {
    "recurring profile queried before startSchedule": [
        {"startPeriod": 0, "limit": 48},
        {"startPeriod": 1800, "limit": 10},
        {"startPeriod": 5400, "limit": 48},
    ],
    "connector TxDefault (stack 0) vs connector-0 TxDefault (stack 5)": [
        {"startPeriod": 0, "limit": 20}
    ],
    "numberPhases of a non-limiting profile": [{"startPeriod": 0, "limit": 10, "numberPhases": 1}],
    "duration longer than recurrence": [{"startPeriod": 0, "limit": 10}],
    "gap at connector 0: only one of two connectors limited": [{"startPeriod": 0, "limit": 54}],
}


@pytest.mark.parametrize("vector", vectors("divergences"))
def test_where_others_differ_we_do_what_is_recommended(vector: Vector) -> None:
    recommended = vector.get("recommended") or OUR_CHOICES[vector["name"]]
    if isinstance(recommended, str):
        assert recommended.startswith("SetChargingProfile -> Rejected")
        request = _request(vector["profiles"][0])
        reason = check_profile(
            request.connector_id,
            request.cs_charging_profiles,
            charge_point_of({**vector, "profiles": []}),
            at(vector["now"]),
        )
        assert reason is not None
        return
    assert_shows(answer(vector), recommended, vector)


@pytest.mark.parametrize("vector", vectors("clear_charging_profile"))
def test_clear_charging_profile_is_as_in_the_vector(vector: Vector) -> None:
    profiles = tuple(_installed(each) for each in vector["installed"])
    request = ClearChargingProfileRequest.model_validate(vector["clear"])
    kept, removed = clear(profiles, request)
    assert [each.profile.charging_profile_id for each in kept] == vector["remaining_ids"]
    assert bool(removed) == (vector["expected_status"] == "Accepted")


def _installed(vector: Vector) -> InstalledProfile:
    purposes = {str(purpose): purpose for purpose in type(TX)}
    made = profile(
        purposes[vector["chargingProfilePurpose"]],
        (0, 10),
        id=vector["chargingProfileId"],
        level=vector["stackLevel"],
        start=T0,
    )
    return on(vector["connectorId"], made)
