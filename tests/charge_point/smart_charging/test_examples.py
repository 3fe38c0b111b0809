"""The worked examples E1 to E20 of the smart charging rules."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from cp_tui.charge_point.smart_charging.composite import composite
from cp_tui.charge_point.smart_charging.context import Hardware, InstalledProfile, PhaseRule
from cp_tui.charge_point.smart_charging.conversion import conversion_text, convert
from cp_tui.charge_point.smart_charging.profile_store import clear, install
from cp_tui.ocpp.datatypes import ChargingRateUnitType
from cp_tui.ocpp.smart_charging import ClearChargingProfileRequest
from tests.charge_point.smart_charging.builders import (
    CP_MAX,
    DAILY,
    DAY_S,
    RECURRING,
    RELATIVE,
    T0,
    TX,
    TX_DEFAULT,
    WEEKLY,
    A,
    W,
    after,
    ask,
    at,
    context,
    on,
    profile,
)


def test_e01_gap_after_the_duration_is_the_local_limit() -> None:
    given = context(on(0, profile(TX_DEFAULT, (0, 6), (60, 10), (180, 8), duration=300)))
    assert ask(given, 1, 400) == "0:6, 60:10, 180:8, 300:32"


def test_e02_two_purposes_with_different_boundaries() -> None:
    given = context(
        on(0, profile(CP_MAX, (0, 10), (200, 20), id=1, start=after(-50))),
        on(0, profile(TX_DEFAULT, (0, 16), (100, 8), (160, 25), id=2)),
    )
    assert ask(given, 1, 300) == "0:10, 100:8, 160:20"


E3 = (
    on(0, profile(CP_MAX, (0, 10), id=1, duration=DAY_S)),
    on(
        1,
        profile(
            TX_DEFAULT,
            *((0, 6), (60, 10), (120, 8), (180, 15), (260, 8)),
            id=2,
            duration=300,
            valid_to=after(401),
        ),
    ),
    on(
        1,
        profile(
            TX,
            *((0, 8), (50, 11), (140, 16), (200, 6), (240, 12)),
            id=3,
            duration=260,
            valid_to=after(401),
        ),
        "tx-1",
    ),
)


def test_e03_a_valid_tx_profile_hides_the_default_where_its_schedule_is_over() -> None:
    """TC_066."""
    given = context(*E3, transactions={1: after(-99)})
    assert ask(given, 1, 400) == "0:8, 50:10, 200:6, 240:10"
    assert ask(given, 1, 400, after(5)) == "0:8, 45:10, 195:6, 235:10"


def test_e03_with_fallback_the_default_returns() -> None:
    given = context(*E3, transactions={1: after(-99)}, is_fallback=True)
    assert ask(given, 1, 400) == "0:8, 50:10, 200:6, 240:10, 260:8, 300:10"


def test_e04_the_lower_level_follows_when_the_higher_one_is_over() -> None:
    """TC_072."""
    given = context(
        on(1, profile(TX_DEFAULT, (0, 6), (100, 8), (200, 10), id=1, duration=400)),
        on(1, profile(TX_DEFAULT, (0, 7), (100, 9), id=2, level=1, duration=150)),
    )
    assert ask(given, 1, 350, after(10)) == "0:7, 90:9, 140:8, 190:10"


def test_e05_clearing_uncovers_one_profile_after_the_other() -> None:
    """TC_067."""
    profiles: tuple[InstalledProfile, ...] = (
        on(1, profile(TX_DEFAULT, (0, 6), (60, 8), (200, 10), id=1, level=1, duration=400)),
        on(1, profile(TX_DEFAULT, (0, 7), (100, 9), id=2, duration=400, valid_to=after(401))),
        on(0, profile(CP_MAX, (0, 11), (200, 12), id=3, duration=DAY_S)),
    )
    assert ask(context(*profiles), 1, 350) == "0:6, 60:8, 200:10"
    profiles, removed = clear(profiles, ClearChargingProfileRequest(id=1))
    assert len(removed) == 1
    assert ask(context(*profiles), 1, 350) == "0:7, 100:9"
    by_purpose = ClearChargingProfileRequest(charging_profile_purpose=TX_DEFAULT, stack_level=0)
    profiles, removed = clear(profiles, by_purpose)
    assert len(removed) == 1
    assert ask(context(*profiles), 1, 350) == "0:11, 200:12"
    profiles, removed = clear(profiles, ClearChargingProfileRequest())
    assert len(removed) == 1
    assert ask(context(*profiles), 1, 350) == "0:32"


def test_e06_daily_in_watts() -> None:
    daily = profile(
        TX_DEFAULT,
        *((0, 11000, 3), (28800, 6000, 3), (72000, 11000, 3)),
        kind=RECURRING,
        recurrency=DAILY,
        start=at("2013-01-01T00:00:00Z"),
        duration=DAY_S,
        unit=W,
    )
    given = context(on(0, daily))
    assert ask(given, 1, 7200, at("2026-01-05T07:30:00Z"), W) == "0:11000, 1800:6000"
    assert ask(given, 1, 7200, at("2026-01-05T19:00:00Z"), W) == "0:6000, 3600:11000"


@pytest.mark.parametrize(
    ("max_current_a", "has_low", "start", "expected"),
    [
        (32, True, "2026-01-05T07:59:00Z", "0:6, 60:32"),
        (32, True, "2026-01-05T17:59:00Z", "0:32, 60:6"),
        (40, False, "2026-01-05T17:59:00Z", "0:32, 60:40"),
        (16, False, "2026-01-05T17:59:00Z", "0:16"),
    ],
)
def test_e07_daily_with_a_gap(max_current_a: int, has_low: bool, start: str, expected: str) -> None:
    high = profile(
        TX_DEFAULT,
        (0, 32),
        id=1,
        level=1,
        kind=RECURRING,
        recurrency=DAILY,
        start=at("2026-01-01T08:00:00Z"),
        duration=36_000,
    )
    low = profile(
        TX_DEFAULT,
        (0, 6),
        id=2,
        kind=RECURRING,
        recurrency=DAILY,
        start=at("2026-01-01T00:00:00Z"),
    )
    profiles = [on(0, high), on(0, low)] if has_low else [on(0, high)]
    assert ask(context(*profiles, max_current_a=max_current_a), 1, 120, at(start)) == expected


def test_e08_weekly_on_daily() -> None:
    daily = profile(
        TX_DEFAULT,
        *((0, 6), (79200, 16)),
        id=1,
        kind=RECURRING,
        recurrency=DAILY,
        start=at("2026-01-05T00:00:00Z"),
        duration=DAY_S,
    )
    weekend = profile(
        TX_DEFAULT,
        (0, 32),
        id=2,
        level=1,
        kind=RECURRING,
        recurrency=WEEKLY,
        start=at("2026-01-03T00:00:00Z"),
        duration=2 * DAY_S,
    )
    given = context(on(0, daily), on(0, weekend))
    assert ask(given, 1, 14_400, at("2026-01-09T21:00:00Z")) == "0:6, 3600:16, 10800:32"
    assert ask(given, 1, 7200, at("2026-01-11T23:00:00Z")) == "0:32, 3600:6"


def test_e09_relative_counts_from_the_transaction_else_from_the_request() -> None:
    relative = on(0, profile(TX_DEFAULT, (0, 16), (900, 8), kind=RELATIVE))
    assert ask(context(relative, transactions={1: after(-600)}), 1, 600) == "0:16, 300:8"
    assert ask(context(relative), 1, 1200) == "0:16, 900:8"


@pytest.mark.parametrize(
    ("limit", "unit", "wanted", "phases", "expected"),
    [
        ("11000", W, A, 3, "15.9"),
        ("3700", W, A, 1, "16.0"),
        ("7400", W, A, 2, "16.0"),
        ("16", A, W, 3, "11040"),
        ("16", A, W, 1, "3680"),
        ("13.3", A, W, 2, "6118"),
    ],
)
def test_e10_conversions_round_down(
    limit: str,
    unit: ChargingRateUnitType,
    wanted: ChargingRateUnitType,
    phases: int,
    expected: str,
) -> None:
    hardware = Hardware(Decimal(32))
    assert convert(Decimal(limit), unit, wanted, phases, hardware) == Decimal(expected)


def test_e10_the_sum_behind_a_conversion_is_shown() -> None:
    hardware = Hardware(Decimal(32))
    shown = conversion_text(Decimal(11000), W, A, 3, hardware)
    assert shown == "11.00 kW / (230 V x 3) = 15.9 A"
    assert conversion_text(Decimal(16), A, W, 1, hardware) == "16.0 A x 230 V x 1 = 3.68 kW"
    assert conversion_text(Decimal(16), A, A, 3, hardware) is None


def test_e11_connector_0_is_the_capped_sum() -> None:
    given = context(
        on(0, profile(CP_MAX, (0, 40), (120, 20), id=1)),
        on(1, profile(TX_DEFAULT, (0, 16), (60, 25), id=2)),
        on(2, profile(TX_DEFAULT, (0, 10), id=3, duration=180)),
        connectors=2,
    )
    assert ask(given, 0, 240) == "0:26, 60:35, 120:20"
    assert ask(given, 1, 240) == "0:16, 60:25, 120:20"
    assert ask(given, 2, 240) == "0:10, 180:20"


def test_e12_before_valid_from_the_replaced_profile_does_not_come_back() -> None:
    old = on(0, profile(TX_DEFAULT, (0, 16), id=1))
    new = on(0, profile(TX_DEFAULT, (0, 8), id=2, valid_from=after(120)))
    kept, removed = install((old,), new)
    assert removed == (old,)
    assert ask(context(*kept), 1, 300) == "0:32, 120:8"


@pytest.mark.parametrize("periods", [((0, 10), (100, 12), (500, 14)), ((0, 10), (100, 12))])
def test_e13_the_duration_cuts_and_stretches_the_periods(
    periods: tuple[tuple[int, int], ...],
) -> None:
    given = context(on(0, profile(TX_DEFAULT, *periods, duration=300)))
    assert ask(given, 1, 400) == "0:10, 100:12, 300:32"


def test_e14_daily_does_not_follow_summer_time() -> None:
    daily = profile(
        TX_DEFAULT,
        *((0, 6), (21600, 32)),
        kind=RECURRING,
        recurrency=DAILY,
        start=at("2026-03-01T00:00:00+01:00"),
    )
    assert ask(context(on(0, daily)), 1, 7200, at("2026-03-29T06:30:00+02:00")) == "0:6, 1800:32"


def test_e15_what_does_not_fit_into_a_recurrence_never_runs() -> None:
    too_long = profile(
        TX_DEFAULT,
        *((0, 6), (43200, 10), (90000, 20)),
        kind=RECURRING,
        recurrency=DAILY,
        start=at("2026-01-05T00:00:00Z"),
        duration=100_000,
    )
    given = context(on(0, too_long))
    assert ask(given, 1, 3600, at("2026-01-06T00:30:00Z")) == "0:6"
    assert ask(given, 1, 120, at("2026-01-05T23:59:00Z")) == "0:10, 60:6"


def test_e16_defaults_of_connector_0_and_of_a_connector() -> None:
    five = on(0, profile(TX_DEFAULT, (0, 20), id=1, level=5))
    zero = on(0, profile(TX_DEFAULT, (0, 20), id=1))
    own = on(1, profile(TX_DEFAULT, (0, 8), id=2))
    assert ask(context(five, own, connectors=2), 1, 10) == "0:20"
    assert ask(context(five, own, connectors=2), 2, 10) == "0:20"
    for profiles in ((zero, own), (own, zero)):
        assert ask(context(*profiles, connectors=2), 1, 10) == "0:8"
        assert ask(context(*profiles, connectors=2), 2, 10) == "0:20"


@pytest.mark.parametrize(
    ("is_fallback", "expected"),
    [(False, "0:12, 60:9, 120:32"), (True, "0:12, 60:9, 120:6")],
)
def test_e17_tx_profiles_stack(is_fallback: bool, expected: str) -> None:
    given = context(
        on(1, profile(TX, (0, 12), id=1, level=2, duration=60), "tx-1"),
        on(1, profile(TX, (0, 9), id=2, duration=120), "tx-1"),
        on(0, profile(TX_DEFAULT, (0, 6), id=3)),
        transactions={1: T0},
        is_fallback=is_fallback,
    )
    assert ask(given, 1, 180) == expected


E18 = (
    on(0, profile(CP_MAX, (0, 10, 3), (80, 20, 1), (100, 20, 3), id=1, duration=200)),
    on(
        1,
        profile(
            TX_DEFAULT,
            *((0, 11000), (60, 6900, 1), (120, 5520), (180, 17250), (260, 5520)),
            id=2,
            unit=W,
            duration=300,
        ),
    ),
)


def test_e18_mixed_units_and_phases_with_each_profile_converted_by_its_own_phases() -> None:
    given = replace(context(*E18, max_current_a=48), phase_rule=PhaseRule.OWN)
    assert ask(given, 1, 400, unit=W) == (
        "0:6900, 80:4600, 100:6900, 120:5520, 180:13800, 200:17250, 260:5520, 300:33120"
    )
    assert ask(given, 1, 400, unit=A) == "0:10, 80:20, 120:8, 180:20, 200:25, 260:8, 300:48"


def test_e18_with_common_phases_no_cap_is_exceeded_on_any_phase() -> None:
    """10 A per phase on the one phase that TxDefaultProfile leaves are 2300 W, not 6900 W."""
    given = context(*E18, max_current_a=48)
    assert ask(given, 1, 400, unit=W) == (
        "0:6900, 60:2300, 80:4600, 120:5520, 180:13800, 200:17250, 260:5520, 300:33120"
    )
    assert ask(given, 1, 400, unit=A) == "0:10, 80:20, 120:8, 180:20, 200:25, 260:8, 300:48"
    phases = [p.number_phases for p in composite(given, 1, T0, 400, W).periods]
    assert phases == [3, 1, 1, 3, 3, None, None, None]


def test_e19_what_replaces_what() -> None:
    def ids(profiles: object) -> list[int]:
        assert isinstance(profiles, tuple)
        return [each.profile.charging_profile_id for each in profiles]

    profiles, _ = install((), on(1, profile(TX_DEFAULT, (0, 6), id=1)))
    profiles, removed = install(profiles, on(1, profile(TX_DEFAULT, (0, 7), id=2)))
    assert ids(removed) == [1]
    profiles, removed = install(profiles, on(1, profile(TX_DEFAULT, (0, 8), id=2, level=3)))
    assert ids(removed) == [2]
    assert [each.profile.stack_level for each in profiles] == [3]
    profiles, removed = install(profiles, on(0, profile(TX_DEFAULT, (0, 9), id=5, level=3)))
    assert removed == ()
    assert ask(context(*profiles, connectors=2), 1, 10) == "0:8"
    assert ask(context(*profiles, connectors=2), 2, 10) == "0:9"
    profiles, removed = install(profiles, on(0, profile(CP_MAX, (0, 30), id=6)))
    assert removed == ()
    assert ids(profiles) == [2, 5, 6]


@pytest.mark.parametrize(
    ("request_fields", "expected"),
    [
        ({"connector_id": 0}, [1, 2]),
        ({"charging_profile_purpose": TX_DEFAULT, "stack_level": 0}, [2, 3]),
        ({"id": 3, "connector_id": 0}, [3]),
        ({"id": 9}, []),
        ({"connector_id": 1, "stack_level": 1}, []),
        ({}, [1, 2, 3]),
    ],
)
def test_e20_what_is_cleared(request_fields: dict[str, object], expected: list[int]) -> None:
    profiles = (
        on(0, profile(CP_MAX, (0, 30), id=1)),
        on(0, profile(TX_DEFAULT, (0, 20), id=2)),
        on(1, profile(TX_DEFAULT, (0, 10), id=3)),
    )
    request = ClearChargingProfileRequest.model_validate(request_fields)
    kept, removed = clear(profiles, request)
    assert [each.profile.charging_profile_id for each in removed] == expected
    assert set(kept) | set(removed) == set(profiles)
