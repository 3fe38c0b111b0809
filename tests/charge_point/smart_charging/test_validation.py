"""The checklist for charging profiles, entry by entry, and the request for a schedule."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from cp_tui.charge_point.smart_charging.advice import remarks
from cp_tui.charge_point.smart_charging.composite import composite
from cp_tui.charge_point.smart_charging.context import Context, RunningTransaction
from cp_tui.charge_point.smart_charging.profile_store import install, installed_profile
from cp_tui.charge_point.smart_charging.validation import (
    check_composite,
    check_profile,
    check_remote_start_profile,
)
from cp_tui.ocpp.datatypes import (
    ChargingProfile,
    ChargingProfilePurposeType,
    ChargingRateUnitType,
)
from cp_tui.ocpp.errors import ErrorCode, OcppError
from cp_tui.ocpp.validation import parse_request
from tests.charge_point.smart_charging.builders import (
    CP_MAX,
    DAILY,
    DAY_S,
    RECURRING,
    RELATIVE,
    T0,
    TX,
    TX_DEFAULT,
    A,
    Period,
    W,
    after,
    ask,
    context,
    on,
    profile,
)


def refusal(what: ChargingProfile, connector_id: int = 1, given: Context | None = None) -> str:
    """The id of the reason, without its common beginning."""
    reason = check_profile(connector_id, what, given or context(), T0)
    assert reason is not None
    assert reason.text
    return reason.id.removeprefix("smart_charging.profile.")


def is_accepted(what: ChargingProfile, connector_id: int = 1, given: Context | None = None) -> bool:
    return check_profile(connector_id, what, given or context(), T0) is None


def remark_ids(
    what: ChargingProfile, connector_id: int = 1, given: Context | None = None
) -> list[str]:
    found = remarks(connector_id, what, given or context(), T0)
    return [reason.id.removeprefix("smart_charging.remark.") for reason in found]


def test_01_without_smart_charging_the_answer_is_not_supported() -> None:
    with pytest.raises(OcppError) as raised:
        check_profile(1, profile(TX_DEFAULT, (0, 10)), replace(context(), is_enabled=False), T0)
    assert raised.value.code is ErrorCode.NOT_SUPPORTED


@pytest.mark.parametrize(
    ("field", "value"),
    [("chargingProfilePurpose", "MaxProfile"), ("chargingProfileKind", "Hourly")],
)
def test_02_an_illegal_enum_is_a_property_constraint_violation(field: str, value: str) -> None:
    payload: dict[str, Any] = {
        "connectorId": 1,
        "csChargingProfiles": {**profile(TX_DEFAULT, (0, 10)).to_payload(), field: value},
    }
    with pytest.raises(OcppError) as raised:
        parse_request("SetChargingProfile", payload)
    assert raised.value.code is ErrorCode.PROPERTY_CONSTRAINT_VIOLATION


@pytest.mark.parametrize("connector_id", [-1, 2])
def test_03_an_unknown_connector_is_a_property_constraint_violation(connector_id: int) -> None:
    with pytest.raises(OcppError) as raised:
        check_profile(connector_id, profile(TX_DEFAULT, (0, 10)), context(), T0)
    assert raised.value.code is ErrorCode.PROPERTY_CONSTRAINT_VIOLATION
    assert str(connector_id) in raised.value.description


def test_04_the_stack_level_has_bounds() -> None:
    assert is_accepted(profile(TX_DEFAULT, (0, 10), level=10))
    assert refusal(profile(TX_DEFAULT, (0, 10), level=11)) == "stack_level_too_high"
    assert refusal(profile(TX_DEFAULT, (0, 10), level=-1)) == "stack_level_negative"


def test_05_the_number_of_periods_has_bounds() -> None:
    given = replace(context(), max_periods=3)
    three: list[Period] = [(start, 10) for start in range(3)]
    assert is_accepted(profile(TX_DEFAULT, *three), given=given)
    assert refusal(profile(TX_DEFAULT, *three, (3, 10)), given=given) == "period_count"
    assert refusal(profile(TX_DEFAULT), given=given) == "period_count"


def test_06_the_unit_must_be_allowed() -> None:
    given = replace(context(), allowed_units=(A,))
    assert is_accepted(profile(TX_DEFAULT, (0, 10)), given=given)
    assert refusal(profile(TX_DEFAULT, (0, 10), unit=W), given=given) == "unit_not_allowed"


def test_07_the_first_period_starts_at_0() -> None:
    assert refusal(profile(TX_DEFAULT, (10, 10))) == "first_start_period"


@pytest.mark.parametrize("start", [60, 30])
def test_08_each_period_starts_after_the_one_before(start: int) -> None:
    assert refusal(profile(TX_DEFAULT, (0, 6), (60, 10), (start, 8))) == "start_period_order"


def test_09_a_limit_is_not_negative_and_0_is_legal() -> None:
    assert is_accepted(profile(TX_DEFAULT, (0, 0)))
    assert refusal(profile(TX_DEFAULT, (0, 6), (60, "-0.1"))) == "negative_limit"


def test_09_a_limit_with_two_decimals_is_no_limit() -> None:
    payload = profile(TX_DEFAULT, (0, 10)).to_payload()
    schedule = payload["chargingSchedule"]
    assert isinstance(schedule, dict)
    schedule["chargingSchedulePeriod"] = [{"startPeriod": 0, "limit": 8.15}]
    with pytest.raises(OcppError) as raised:
        parse_request("SetChargingProfile", {"connectorId": 1, "csChargingProfiles": payload})
    assert raised.value.code is ErrorCode.PROPERTY_CONSTRAINT_VIOLATION


@pytest.mark.parametrize("phases", [0, 4, -1])
def test_10_from_1_to_3_phases(phases: int) -> None:
    assert refusal(profile(TX_DEFAULT, (0, 10, phases))) == "number_phases"


@pytest.mark.parametrize("duration", [0, -1])
def test_11_a_duration_is_above_0(duration: int) -> None:
    assert refusal(profile(TX_DEFAULT, (0, 10), duration=duration)) == "duration"


def test_12_the_store_has_room_counted_after_the_replacement() -> None:
    first = on(1, profile(TX_DEFAULT, (0, 10), id=1))
    full = replace(context(first), max_installed=1)
    assert refusal(profile(TX_DEFAULT, (0, 10), id=2, level=1), given=full) == "store_full"
    assert is_accepted(profile(TX_DEFAULT, (0, 12), id=1, level=5), given=full)
    assert is_accepted(profile(TX_DEFAULT, (0, 12), id=2), given=full)


def test_12_a_profile_that_ended_takes_no_room() -> None:
    ended = on(1, profile(TX_DEFAULT, (0, 10), id=1, valid_to=after(-10)))
    full = replace(context(ended), max_installed=1)
    assert is_accepted(profile(TX_DEFAULT, (0, 10), id=2, level=1), given=full)


def test_13_a_charge_point_max_profile_belongs_on_connector_0() -> None:
    assert is_accepted(profile(CP_MAX, (0, 10)), 0)
    assert refusal(profile(CP_MAX, (0, 10))) == "charge_point_max_on_connector"


def test_13_a_relative_charge_point_max_profile_is_accepted_with_a_remark() -> None:
    relative = profile(CP_MAX, (0, 16), (900, 8), kind=RELATIVE)
    assert is_accepted(relative, 0)
    assert remark_ids(relative, 0) == ["relative_charge_point_max"]
    given = context(on(0, relative), connectors=2, transactions={2: after(-600)})
    assert ask(given, 2, 600) == "0:16, 300:8"
    assert ask(given, 0, 600) == "0:16, 300:8"
    assert ask(context(on(0, relative)), 1, 1200) == "0:16, 900:8"


def test_14_a_tx_profile_never_belongs_on_connector_0() -> None:
    given = context(transactions={1: T0})
    assert refusal(profile(TX, (0, 10)), 0, given) == "tx_profile_on_connector_0"


def test_15_a_tx_profile_needs_a_transaction_on_its_connector() -> None:
    """TC_058_1."""
    given = context(connectors=2, transactions={1: T0})
    assert is_accepted(profile(TX, (0, 10)), 1, given)
    assert refusal(profile(TX, (0, 10)), 2, given) == "no_transaction"


def test_16_a_tx_profile_names_the_transaction_that_runs() -> None:
    """TC_058_2."""
    given = context(transactions={1: T0})
    assert is_accepted(profile(TX, (0, 10), transaction_id=101), given=given)
    wrong = profile(TX, (0, 10), transaction_id=9)
    assert refusal(wrong, given=given) == "other_transaction"


def test_16_before_start_transaction_is_answered_no_transaction_can_be_named() -> None:
    running = RunningTransaction("tx-1", None, T0)
    given = replace(context(), transactions={1: running})
    assert is_accepted(profile(TX, (0, 10)), given=given)
    named = profile(TX, (0, 10), transaction_id=101)
    assert refusal(named, given=given) == "other_transaction"


def test_17_a_transaction_id_elsewhere_is_ignored_with_a_remark() -> None:
    what = profile(TX_DEFAULT, (0, 10), transaction_id=5)
    assert is_accepted(what)
    assert remark_ids(what) == ["transaction_id"]


def test_18_recurring_says_how_often_and_from_when() -> None:
    assert is_accepted(profile(TX_DEFAULT, (0, 10), kind=RECURRING, recurrency=DAILY))
    unknown = profile(TX_DEFAULT, (0, 10), kind=RECURRING)
    assert refusal(unknown) == "no_recurrency_kind"
    endless = profile(TX_DEFAULT, (0, 10), kind=RECURRING, recurrency=DAILY, start=None)
    assert refusal(endless) == "no_start_schedule"


def test_19_a_recurrency_kind_elsewhere_is_ignored_with_a_remark() -> None:
    what = profile(TX_DEFAULT, (0, 10), recurrency=DAILY)
    assert is_accepted(what)
    assert remark_ids(what) == ["recurrency_kind"]


def test_20_absolute_without_a_start_counts_from_the_start_of_charging() -> None:
    what = profile(TX_DEFAULT, (0, 16), (900, 8), start=None)
    assert is_accepted(what)
    assert remark_ids(what) == ["absolute_without_start"]
    assert ask(context(on(1, what), transactions={1: after(-600)}), 1, 600) == "0:16, 300:8"
    assert ask(context(on(1, what)), 1, 1200) == "0:16, 900:8"


def test_21_a_start_of_a_relative_schedule_is_ignored_with_a_remark() -> None:
    plain = profile(TX_DEFAULT, (0, 16), (900, 8), kind=RELATIVE)
    schedule = plain.charging_schedule.model_copy(update={"start_schedule": after(-10_000)})
    what = plain.model_copy(update={"charging_schedule": schedule})
    assert is_accepted(what)
    assert remark_ids(what) == ["start_schedule"]
    assert ask(context(on(1, what)), 1, 1200) == "0:16, 900:8"


@pytest.mark.parametrize("valid_to", [0, -1])
def test_22_validity_ends_after_it_begins(valid_to: int) -> None:
    what = profile(TX_DEFAULT, (0, 10), valid_from=T0, valid_to=after(valid_to))
    assert refusal(what) == "validity"


def test_23_a_profile_that_comes_too_late_is_accepted_without_effect() -> None:
    what = profile(TX_DEFAULT, (0, 10), valid_to=after(-1))
    assert is_accepted(what)
    assert remark_ids(what) == ["expired"]
    assert ask(context(on(1, what)), 1, 60) == "0:32"
    over = profile(TX_DEFAULT, (0, 10), start=after(-100), duration=100)
    assert remark_ids(over) == ["over"]


def test_24_a_recurring_duration_is_cut_to_the_recurrence() -> None:
    what = profile(
        TX_DEFAULT,
        *((0, 6), (43_200, 10), (90_000, 20)),
        kind=RECURRING,
        recurrency=DAILY,
        duration=100_000,
    )
    assert is_accepted(what)
    assert remark_ids(what) == ["recurrence", "unused_periods"]
    assert ask(context(on(1, what)), 1, 2 * DAY_S) == "0:6, 43200:10, 86400:6, 129600:10"


def test_25_phases_that_cannot_be_switched_are_remarked() -> None:
    what = profile(TX_DEFAULT, (0, 16, 1))
    given = context(transactions={1: T0})
    assert is_accepted(what, given=given)
    assert remark_ids(what, given=given) == ["phase_switch"]
    assert remark_ids(what, given=replace(given, can_switch_phases=True)) == []
    assert remark_ids(what) == []


def test_a_refused_profile_leaves_the_old_one_in_place() -> None:
    old = on(1, profile(TX_DEFAULT, (0, 6)))
    given = context(old)
    assert refusal(profile(TX_DEFAULT, (0, 10), level=99), given=given)
    assert ask(given, 1, 60) == "0:6"


def test_an_accepted_tx_profile_belongs_to_what_runs() -> None:
    given = context(transactions={1: T0})
    new = installed_profile(given, 1, profile(TX, (0, 10)), T0)
    assert new.transaction_key == "tx-1"
    default = installed_profile(given, 1, profile(TX_DEFAULT, (0, 10)), T0)
    assert default.transaction_key is None
    kept = install((), new).kept
    assert ask(replace(given, profiles=kept), 1, 60) == "0:10"


@pytest.mark.parametrize("purpose", [CP_MAX, TX_DEFAULT])
def test_a_remote_start_takes_only_a_tx_profile(purpose: ChargingProfilePurposeType) -> None:
    """TC_060."""
    reason = check_remote_start_profile(profile(purpose, (0, 10)), context(), T0)
    assert reason is not None
    assert reason.id == "smart_charging.remote_start.purpose"


def test_a_remote_start_names_no_transaction() -> None:
    named = profile(TX, (0, 10), transaction_id=5)
    reason = check_remote_start_profile(named, context(), T0)
    assert reason is not None
    assert reason.id == "smart_charging.remote_start.transaction_id"


def test_a_remote_start_profile_is_checked_like_any_other() -> None:
    """TC_059."""
    assert check_remote_start_profile(profile(TX, (0, 10)), context(), T0) is None
    reason = check_remote_start_profile(profile(TX, (10, 10)), context(), T0)
    assert reason is not None
    assert reason.id == "smart_charging.profile.first_start_period"


def test_a_schedule_can_be_asked_for() -> None:
    assert check_composite(1, 600, A, context()) is None
    assert check_composite(0, 600, None, context()) is None


@pytest.mark.parametrize(
    ("connector_id", "duration_s", "unit", "id"),
    [
        (2, 600, None, "unknown_connector"),
        (-1, 600, None, "unknown_connector"),
        (1, -1, None, "negative_duration"),
        (1, 600, W, "unit_not_allowed"),
    ],
)
def test_a_schedule_is_refused_with_a_reason(
    connector_id: int, duration_s: int, unit: ChargingRateUnitType | None, id: str
) -> None:
    given = replace(context(), allowed_units=(A,))
    reason = check_composite(connector_id, duration_s, unit, given)
    assert reason is not None
    assert reason.id == f"smart_charging.composite.{id}"


def test_without_smart_charging_there_is_no_schedule() -> None:
    with pytest.raises(OcppError) as raised:
        check_composite(1, 600, None, replace(context(), is_enabled=False))
    assert raised.value.code is ErrorCode.NOT_SUPPORTED


def test_a_duration_of_0_gives_one_period() -> None:
    assert check_composite(1, 0, None, context()) is None
    schedule = composite(context(on(1, profile(TX_DEFAULT, (0, 10)))), 1, T0, 0)
    assert [(p.start, p.end, p.limit) for p in schedule.periods] == [(T0, T0, Decimal(10))]
    assert schedule.duration_s == 0
