"""The operator installs and clears charging profiles: each result, and who is named as source."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from cp_tui.charge_point.effects import Reply, Table
from cp_tui.charge_point.events import ClearChargingProfile, InstallChargingProfile, Stop
from cp_tui.charge_point.smart_charging.schedule import ProfileSource
from cp_tui.ocpp.datatypes import ChargingProfile
from tests.charge_point.charging import entries, entry, ids, limit_now, offered, set_profile
from tests.charge_point.rig import Rig, rig
from tests.charge_point.smart_charging.builders import (
    CP_MAX,
    RELATIVE,
    TX,
    TX_DEFAULT,
    after,
    profile,
)
from tests.conformance.steps import charging


def install(made: Rig, connector_id: int, what: ChargingProfile | dict[str, Any]) -> Reply:
    payload = what.to_payload() if isinstance(what, ChargingProfile) else what
    return made.command(partial(InstallChargingProfile, connector_id=connector_id, profile=payload))


def text(reply: Reply) -> str:
    assert reply.reason is not None
    return reply.reason.text


def test_an_installed_profile_is_followed_at_once_and_names_its_source() -> None:
    made = rig()
    charging(made)
    reply = install(made, 1, profile(TX_DEFAULT, (0, 10)))
    assert reply.result == {"status": "Accepted", "remarks": [], "replaced": []}
    assert text(reply) == "profile #1 is installed on connector 1"
    assert limit_now(made, 1) == offered(made, 1) == 10
    set_profile(made, 1, profile(TX_DEFAULT, (0, 12), id=2, level=1))
    sources = {each.profile.charging_profile_id: each.source for each in entries(made)}
    assert sources == {1: ProfileSource.OPERATOR, 2: ProfileSource.CSMS}
    made.power_cycle()
    assert entry(made, 1).source is ProfileSource.OPERATOR
    assert made.calls("SetChargingProfile") == []


def test_a_limit_too_low_suspends_the_vehicle() -> None:
    made = rig()
    charging(made)
    install(made, 1, profile(TX_DEFAULT, (0, 0)))
    assert made.statuses(1) == ["SuspendedEVSE"]


def test_remarks_and_what_was_replaced_come_with_the_answer() -> None:
    made = rig()
    install(made, 1, profile(TX_DEFAULT, (0, 10), id=1))
    what = profile(TX_DEFAULT, (0, 10), (900, 12), id=2, kind=RELATIVE, duration=60)
    reply = install(made, 1, what)
    remark = "1 of 2 periods never used: only what starts before 60 s is"
    assert reply.result == {"status": "Accepted", "remarks": [remark], "replaced": [1]}
    assert text(reply) == f"profile #2 is installed on connector 1 in place of #1; {remark}"
    assert ids(made) == [2]


@pytest.mark.parametrize(
    ("connector_id", "what", "words"),
    [
        (1, profile(TX_DEFAULT, (0, 6), level=99), "stackLevel 99 is not within 0 to 10"),
        (1, profile(CP_MAX, (0, 6)), "ChargePointMaxProfile belongs on connector 0, not 1"),
        (1, profile(TX, (0, 6)), "TxProfile needs a transaction, none runs on connector 1"),
        (9, profile(TX_DEFAULT, (0, 6)), "connectorId 9 does not exist: 0 to 2"),
        (1, {}, "csChargingProfiles.chargingProfileId is missing (FormationViolation)"),
        (
            1,
            {**profile(TX_DEFAULT, (0, 6)).to_payload(), "chargingProfilePurpose": "Tx"},
            'csChargingProfiles.chargingProfilePurpose is "Tx", must be',
        ),
        (
            1,
            {**profile(TX_DEFAULT, (0, 6)).to_payload(), "validTo": None},
            "csChargingProfiles.validTo is null",
        ),
    ],
)
def test_what_the_csms_may_not_install_the_operator_may_not_either(
    connector_id: int, what: ChargingProfile | dict[str, Any], words: str
) -> None:
    """Also what would be a CALLERROR to the CSMS."""
    made = rig()
    reply = install(made, connector_id, what)
    assert reply.result == {"status": "Rejected"}
    assert words in text(reply)
    assert ids(made) == []
    assert Table.PROFILE not in made.store


def test_a_stopped_charge_point_takes_profiles_from_its_operator() -> None:
    made = rig()
    made.command(Stop)
    assert install(made, 0, profile(CP_MAX, (0, 10))).result == {
        "status": "Accepted",
        "remarks": [],
        "replaced": [],
    }
    assert limit_now(made, 1) == 10
    made.forget_sent()
    assert made.sent == []


@pytest.mark.parametrize(
    ("fields", "removed"),
    [
        ({}, [1, 2, 3]),
        ({"profile_id": 3, "connector_id": 0}, [3]),
        ({"connector_id": 0}, [1, 2]),
        ({"purpose": TX_DEFAULT, "stack_level": 0}, [2, 3]),
        ({"profile_id": 9}, []),
        ({"connector_id": 1, "stack_level": 1}, []),
    ],
)
def test_clearing_follows_the_rules_of_the_request(
    fields: dict[str, Any], removed: list[int]
) -> None:
    """E20."""
    made = rig()
    install(made, 0, profile(CP_MAX, (0, 9), id=1))
    install(made, 0, profile(TX_DEFAULT, (0, 8), id=2))
    install(made, 1, profile(TX_DEFAULT, (0, 7), id=3))
    reply = made.command(partial(ClearChargingProfile, **fields))
    status = "Accepted" if removed else "Unknown"
    assert reply.result == {"status": status, "removed": removed}
    named = ", ".join(f"#{each}" for each in removed)
    assert text(reply) == (f"removed: {named}" if removed else "no installed profile matches")
    assert ids(made) == [each for each in (1, 2, 3) if each not in removed]


def test_the_limit_is_followed_when_the_operator_clears() -> None:
    made = rig()
    charging(made)
    install(made, 1, profile(TX_DEFAULT, (0, 0)))
    made.command(partial(ClearChargingProfile, profile_id=1))
    assert made.statuses(1) == ["SuspendedEVSE", "Charging"]
    assert limit_now(made, 1) == 32


def test_the_variable_says_what_is_active_and_when_it_matters_next_to_the_second() -> None:
    made = rig()
    charging(made)
    install(made, 1, profile(TX_DEFAULT, (0, 10), (60, 16), id=1))
    install(made, 1, profile(TX_DEFAULT, (0, 20), id=2, level=1, start=after(90)))
    first, second = entry(made, 1).standing, entry(made, 2).standing
    assert first.is_active
    assert first.active_on == (1,)
    assert first.next_change is not None
    assert first.next_change.at == after(60)
    assert not second.is_active
    assert second.losses[0].sentence == (
        "TxDefaultProfile #2 level 1 starts at 2026-01-05 08:01:30Z"
    )
    made.after(60)
    assert entry(made, 1).standing.limit == 16
    made.after(30)
    assert not entry(made, 1).standing.is_active
    assert entry(made, 2).standing.active_on == (1,)


def test_the_variable_follows_a_profile_that_changes_without_setting_a_limit() -> None:
    made = rig()
    install(made, 1, profile(TX_DEFAULT, (0, 10), id=1, level=1))
    install(made, 1, profile(TX_DEFAULT, (0, 20), (60, 25), id=2))
    made.after(60)
    assert entry(made, 2).standing.limit == 25
