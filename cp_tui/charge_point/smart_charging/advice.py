"""What is accepted, but not the way the CSMS may think: told on the screen, never on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.smart_charging.context import Context
from cp_tui.charge_point.smart_charging.timeline import recurrence_s, to_second
from cp_tui.ocpp.datatypes import (
    ChargingProfile,
    ChargingProfileKindType,
    ChargingProfilePurposeType,
    format_date_time,
)
from cp_tui.ocpp.length import exact


def remarks(
    connector_id: int, profile: ChargingProfile, context: Context, now: datetime
) -> tuple[Reason, ...]:
    """Return what a person should know about an accepted profile."""
    return (
        *_on_ignored_fields(profile),
        *_on_time_zero(profile),
        *_on_time(profile, now),
        *_on_unused_periods(profile),
        *_on_phases(connector_id, profile, context),
    )


def _remark(id: str, rule: str, text: str, **values: object) -> Reason:
    return because(f"smart_charging.remark.{id}", rule, text, **values)


def _on_ignored_fields(profile: ChargingProfile) -> Iterator[Reason]:
    """17, 19, 21 of the checklist: fields that mean nothing here."""
    if (
        profile.transaction_id is not None
        and profile.charging_profile_purpose is not ChargingProfilePurposeType.TX_PROFILE
    ):
        yield _remark(
            "transaction_id",
            "S 7.8",
            "transactionId {transaction_id} is ignored: only a TxProfile has one",
            transaction_id=profile.transaction_id,
        )
    kind = profile.charging_profile_kind
    if profile.recurrency_kind is not None and kind is not ChargingProfileKindType.RECURRING:
        yield _remark(
            "recurrency_kind",
            "E 3.56",
            "recurrencyKind {recurrency_kind} is ignored: the kind is {kind}",
            recurrency_kind=profile.recurrency_kind,
            kind=kind,
        )
    if (
        profile.charging_schedule.start_schedule is not None
        and kind is ChargingProfileKindType.RELATIVE
    ):
        yield _remark("start_schedule", "S 7.13", "startSchedule is ignored: the kind is Relative")


def _on_time_zero(profile: ChargingProfile) -> Iterator[Reason]:
    """13, 20: schedules that do not say when they start."""
    kind = profile.charging_profile_kind
    if (
        kind is ChargingProfileKindType.ABSOLUTE
        and profile.charging_schedule.start_schedule is None
    ):
        yield _remark(
            "absolute_without_start",
            "S 7.13",
            "no startSchedule: it counts from the start of charging, as a Relative one",
        )
    if (
        kind is ChargingProfileKindType.RELATIVE
        and profile.charging_profile_purpose is ChargingProfilePurposeType.CHARGE_POINT_MAX_PROFILE
    ):
        yield _remark(
            "relative_charge_point_max",
            "cp-tui",
            "a Relative ChargePointMaxProfile counts from the oldest running transaction",
        )


def _on_time(profile: ChargingProfile, now: datetime) -> Iterator[Reason]:
    """23: it comes too late."""
    schedule = profile.charging_schedule
    if profile.valid_to is not None and profile.valid_to <= now:
        yield _remark(
            "expired",
            "S 7.8",
            "it has no effect: validTo {valid_to} has passed",
            valid_to=format_date_time(profile.valid_to),
        )
    elif (
        profile.charging_profile_kind is ChargingProfileKindType.ABSOLUTE
        and schedule.start_schedule is not None
        and schedule.duration is not None
        and to_second(schedule.start_schedule) + schedule.duration <= to_second(now)
    ):
        yield _remark(
            "over",
            "S 5.16.4",
            "it gives no limit: {duration} from {start} have passed",
            duration=exact(schedule.duration),
            start=format_date_time(schedule.start_schedule),
        )


def _on_unused_periods(profile: ChargingProfile) -> Iterator[Reason]:
    """24: what comes after the duration or the next recurrence is never executed (E 3.44)."""
    schedule = profile.charging_schedule
    duration = schedule.duration
    kind = profile.recurrency_kind
    if profile.charging_profile_kind is ChargingProfileKindType.RECURRING and kind is not None:
        interval = recurrence_s(kind)
        if duration is not None and duration > interval:
            yield _remark(
                "recurrence",
                "E 3.44",
                "duration {duration} is cut to {interval}: {kind}",
                duration=exact(duration),
                interval=exact(interval),
                kind=kind,
            )
        duration = interval if duration is None else min(duration, interval)
    if duration is None:
        return
    unused = sum(each.start_period >= duration for each in schedule.charging_schedule_period)
    if unused:
        yield _remark(
            "unused_periods",
            "S 5.16.4",
            "{unused} of {count:period} never used: only what starts before {duration} is",
            unused=unused,
            count=len(schedule.charging_schedule_period),
            duration=exact(duration),
        )


def _on_phases(connector_id: int, profile: ChargingProfile, context: Context) -> Iterator[Reason]:
    """25: phases are not switched under a running transaction without the hardware for it."""
    hardware = context.hardware.get(connector_id)
    if context.can_switch_phases or hardware is None or connector_id not in context.transactions:
        return
    phases = [
        period.number_phases or hardware.phases
        for period in profile.charging_schedule.charging_schedule_period
    ]
    fewer = [each for each in phases if each < hardware.phases]
    if fewer:
        yield _remark(
            "phase_switch",
            "S 3.13.7",
            "numberPhases {phases} does not switch phases while charging: "
            "ConnectorSwitch3to1PhaseSupported is false",
            phases=fewer[0],
        )
