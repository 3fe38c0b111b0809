"""A store of version 0.1.0, which kept some records in another shape."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cp_tui.charge_point.effects import PutAside, Table
from cp_tui.charge_point.smart_charging.schedule import ProfileSource
from cp_tui.charge_point.variables import (
    AuthorizationCacheView,
    LocalListView,
    Profiles,
    ReservationsView,
)
from cp_tui.ocpp.datatypes import AuthorizationStatus
from tests.charge_point.rig import Rig, rig
from tests.charge_point.smart_charging.builders import after, at

PROFILE = (
    '{"connector_id":1,"profile":{"charging_profile_id":7,"stack_level":2,'
    '"charging_profile_purpose":"TxDefaultProfile","charging_profile_kind":"Absolute",'
    '"charging_schedule":{"charging_rate_unit":"W","charging_schedule_period":'
    '[{"start_period":0,"limit":11000,"number_phases":null},'
    '{"start_period":600,"limit":3680.5,"number_phases":1}],"duration":3600,'
    '"start_schedule":"2026-01-05T08:00:00Z","min_charging_rate":0.5},"transaction_id":null,'
    '"recurrency_kind":null,"valid_from":null,"valid_to":"2026-01-06T00:00:00Z"},'
    '"installed_at":"2026-01-05T08:00:00.250000Z","transaction_key":null,"source":"operator"}'
)
RESERVATION = (
    '{"reservation":{"reservation_id":5,"connector_id":1,"id_tag":"TAG","parent_id_tag":"FLEET",'
    '"expiry_date":"2026-01-05T09:00:00Z","made_at":"2026-01-05T08:00:00.250000Z"},'
    '"expires_at":"2026-01-05T09:00:00Z"}'
)
LISTED = (
    '{"id_tag":"Tag1","info":{"status":"Accepted","expiry_date":"2030-01-01T00:00:00Z",'
    '"parent_id_tag":"FLEET"}}'
)
LIST_VERSION = '{"version":3,"count":1,"updated_at":"2026-01-05T08:00:00.250000Z"}'
CACHED = (
    '{"id_tag":"Tag2","info":{"status":"Blocked","expiry_date":null,"parent_id_tag":null},'
    '"updated_at":"2026-01-05T08:00:00.250000Z"}'
)


@pytest.fixture
def made() -> Rig:
    made = rig(keys={"LocalAuthListEnabled": "true", "AuthorizationCacheEnabled": "true"})
    made.store |= {
        Table.PROFILE: {"7": PROFILE},
        Table.RESERVATION: {"5": RESERVATION},
        Table.LOCAL_LIST: {"tag1": LISTED},
        Table.LOCAL_LIST_VERSION: {"version": LIST_VERSION},
        Table.AUTHORIZATION_CACHE: {"tag2": CACHED},
    }
    made.power_cycle()
    return made


def test_nothing_of_it_is_put_aside(made: Rig) -> None:
    assert [each for each in made.effects if isinstance(each, PutAside)] == []


def test_profiles_count_on(made: Rig) -> None:
    profiles: Profiles = made.variables["profiles"]
    (entry,) = profiles
    assert (entry.connector_id, entry.source) == (1, ProfileSource.OPERATOR)
    assert entry.installed_at == at("2026-01-05T08:00:00.250000+00:00")
    schedule = entry.profile.charging_schedule
    assert [each.limit for each in schedule.charging_schedule_period] == [
        Decimal(11_000),
        Decimal("3680.5"),
    ]
    assert entry.profile.valid_to == after(16 * 3_600)
    assert entry.standing.active_on == (1,)


def test_reservations_are_kept_until_they_expire(made: Rig) -> None:
    view: ReservationsView = made.variables["reservations"]
    (reservation,) = view.active
    assert (reservation.reservation_id, reservation.connector_id) == (5, 1)
    assert (reservation.id_tag, reservation.parent_id_tag) == ("TAG", "FLEET")
    made.after(3_599)
    assert made.variables["reservations"].active == (reservation,)
    made.after(1)
    assert made.variables["reservations"].active == ()


def test_the_local_list_and_the_cache_know_their_tags(made: Rig) -> None:
    listed: LocalListView = made.variables["local_list"]
    assert listed.version == 3
    (tag,) = listed.entries
    assert (tag.id_tag, tag.status, tag.parent_id_tag) == (
        "Tag1",
        AuthorizationStatus.ACCEPTED,
        "FLEET",
    )
    assert tag.expiry_date == at("2030-01-01T00:00:00+00:00")
    cached: AuthorizationCacheView = made.variables["authorization_cache"]
    (other,) = cached.entries
    assert (other.id_tag, other.status, other.expiry_date, other.parent_id_tag) == (
        "Tag2",
        AuthorizationStatus.BLOCKED,
        None,
        None,
    )


def test_what_is_written_from_then_on_is_read_as_well(made: Rig) -> None:
    made.power_cycle()
    test_nothing_of_it_is_put_aside(made)
    test_the_local_list_and_the_cache_know_their_tags(made)
