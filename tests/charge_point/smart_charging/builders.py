"""Profiles, contexts and readable schedules for the tests of smart charging."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from msgspec.structs import replace

from cp_tui.charge_point.smart_charging.composite import composite
from cp_tui.charge_point.smart_charging.context import (
    Context,
    Hardware,
    InstalledProfile,
    RunningTransaction,
)
from cp_tui.charge_point.smart_charging.schedule import CompositePeriod, CompositeSchedule
from cp_tui.charge_point.smart_charging.timeline import to_second
from cp_tui.charge_point.smart_charging.wire import answer
from cp_tui.ocpp.datatypes import (
    ChargingProfile,
    ChargingProfileKindType,
    ChargingProfilePurposeType,
    ChargingRateUnitType,
    ChargingSchedule,
    ChargingSchedulePeriod,
    RecurrencyKindType,
)
from cp_tui.ocpp.smart_charging import GetCompositeScheduleResponse

T0 = datetime(2026, 1, 5, 8, tzinfo=UTC)
"""A Monday."""
DAY_S = 86_400
A, W = ChargingRateUnitType.A, ChargingRateUnitType.W
CP_MAX = ChargingProfilePurposeType.CHARGE_POINT_MAX_PROFILE
TX_DEFAULT = ChargingProfilePurposeType.TX_DEFAULT_PROFILE
TX = ChargingProfilePurposeType.TX_PROFILE
ABSOLUTE = ChargingProfileKindType.ABSOLUTE
RECURRING = ChargingProfileKindType.RECURRING
RELATIVE = ChargingProfileKindType.RELATIVE
DAILY, WEEKLY = RecurrencyKindType.DAILY, RecurrencyKindType.WEEKLY

Period = tuple[int, int | str | Decimal] | tuple[int, int | str | Decimal, int | None]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def after(seconds: int) -> datetime:
    return T0 + timedelta(seconds=seconds)


def schedule_period(period: Period) -> ChargingSchedulePeriod:
    return ChargingSchedulePeriod(
        start_period=period[0],
        limit=Decimal(period[1]),
        number_phases=period[2] if len(period) == 3 else None,
    )


def profile(
    purpose: ChargingProfilePurposeType,
    *periods: Period,
    id: int = 1,
    level: int = 0,
    kind: ChargingProfileKindType = ABSOLUTE,
    recurrency: RecurrencyKindType | None = None,
    start: datetime | None = T0,
    duration: int | None = None,
    unit: ChargingRateUnitType = A,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    transaction_id: int | None = None,
) -> ChargingProfile:
    return ChargingProfile(
        charging_profile_id=id,
        transaction_id=transaction_id,
        stack_level=level,
        charging_profile_purpose=purpose,
        charging_profile_kind=kind,
        recurrency_kind=recurrency,
        valid_from=valid_from,
        valid_to=valid_to,
        charging_schedule=ChargingSchedule(
            duration=duration,
            start_schedule=None if kind is RELATIVE else start,
            charging_rate_unit=unit,
            charging_schedule_period=tuple(map(schedule_period, periods)),
        ),
    )


def on(connector_id: int, what: ChargingProfile, key: str | None = None) -> InstalledProfile:
    return InstalledProfile(connector_id, what, T0, key)


def context(
    *profiles: InstalledProfile,
    connectors: int = 1,
    max_current_a: int | str = 32,
    transactions: Mapping[int, datetime] | None = None,
    is_fallback: bool = False,
) -> Context:
    """A charge point whose running transactions have the ids 101, 102, ... by connector."""
    hardware = Hardware(Decimal(max_current_a))
    return Context(
        hardware={connector_id: hardware for connector_id in range(1, connectors + 1)},
        transactions={
            connector_id: RunningTransaction(f"tx-{connector_id}", 100 + connector_id, start)
            for connector_id, start in (transactions or {}).items()
        },
        profiles=profiles,
        tx_profile_fallback=is_fallback,
    )


def ask(
    given: Context,
    connector_id: int,
    duration_s: int,
    start: datetime = T0,
    unit: ChargingRateUnitType = A,
) -> str:
    """The composite schedule as on the wire, in the notation of the examples: `0:6, 60:10`."""
    schedule = composite(given, connector_id, start, duration_s, unit)
    assert_is_sound(schedule, start, duration_s)
    wire = answered(replace(given, max_periods=1_000), connector_id, duration_s, start, unit)
    assert wire == to_wire(schedule, 1_000)
    assert wire.duration == duration_s
    assert wire.start_schedule is None
    return notation((p.start_period, p.limit) for p in wire.charging_schedule_period)


def answered(
    given: Context,
    connector_id: int,
    duration_s: int,
    start: datetime = T0,
    unit: ChargingRateUnitType = A,
) -> ChargingSchedule:
    """The composite schedule that a CSMS reads in the answer."""
    found = answer(given, connector_id, start, duration_s, unit)
    response = GetCompositeScheduleResponse.model_validate_json(found.to_json(), by_name=False)
    assert response.schedule_start == start.replace(microsecond=0)
    assert response.charging_schedule is not None
    return response.charging_schedule


def to_wire(schedule: CompositeSchedule, periods_max: int) -> ChargingSchedule:
    """What the wire shows of an explained schedule: equal neighbours merged, and no sources.

    With more than `periods_max` (ChargingScheduleMaxPeriods) periods it covers less time.
    """
    begin = to_second(schedule.start)
    duration_s = schedule.duration_s
    periods: list[ChargingSchedulePeriod] = []
    for period in schedule.periods:
        shown = period.limit, period.number_phases
        if periods and shown == (periods[-1].limit, periods[-1].number_phases):
            continue
        start_period = to_second(period.start) - begin
        if len(periods) == periods_max:
            duration_s = start_period
            break
        periods.append(
            ChargingSchedulePeriod(
                start_period=start_period, limit=shown[0], number_phases=shown[1]
            )
        )
    return ChargingSchedule(
        charging_rate_unit=schedule.unit,
        charging_schedule_period=tuple(periods),
        duration=duration_s,
    )


def notation(steps: Iterable[tuple[int, Decimal]]) -> str:
    """Steps in the notation of the examples, equal neighbours merged."""
    shown: list[str] = []
    last: Decimal | None = None
    for start, limit in steps:
        if limit != last:
            shown.append(f"{start}:{limit.normalize():f}")
        last = limit
    return ", ".join(shown)


def assert_is_sound(schedule: CompositeSchedule, start: datetime, duration_s: int) -> None:
    """Periods cover the schedule without a gap, in order, each different from the one before."""
    periods: Sequence[CompositePeriod] = schedule.periods
    assert periods
    assert periods[0].start == schedule.start == start.replace(microsecond=0)
    assert periods[-1].end == schedule.start + timedelta(seconds=schedule.duration_s)
    if not schedule.is_truncated:
        assert schedule.duration_s == duration_s
    for before, period in pairwise(periods):
        assert before.start < before.end == period.start
        assert what_a_person_reads(before) != what_a_person_reads(period)
    for period in periods:
        assert period.limit >= 0
        assert period.limit == period.limit.quantize(Decimal("0.1"))


def what_a_person_reads(period: CompositePeriod) -> tuple[object, ...]:
    source = period.source
    return (
        period.limit,
        period.number_phases,
        source.kind,
        source.winner,
        source.sentence,
        source.conversion,
    )
