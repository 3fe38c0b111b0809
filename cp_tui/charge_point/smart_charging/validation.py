"""What a charging profile and a request for a composite schedule must fulfil (S 3.13, S 5.16).

The numbers in the docstrings are those of the checklist that the tests go through. The schema and
the enumerations (2) are checked where payloads are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import pairwise

from msgspec import Struct

from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.smart_charging.context import Context, InstalledProfile
from cp_tui.charge_point.smart_charging.profile_store import install
from cp_tui.ocpp.datatypes import (
    ChargingProfile,
    ChargingProfileKindType,
    ChargingProfilePurposeType,
    ChargingRateUnitType,
    format_date_time,
)
from cp_tui.ocpp.errors import ErrorCode, OcppError

PHASES_MAX = 3


class _Candidate(Struct, frozen=True):
    """A profile on its way into the store."""

    connector_id: int
    profile: ChargingProfile
    context: Context
    now: datetime


_Check = Callable[[_Candidate], Reason | None]


def check_profile(
    connector_id: int, profile: ChargingProfile, context: Context, now: datetime
) -> Reason | None:
    """Say why SetChargingProfile is Rejected; None: the profile may be installed.

    Raises OcppError where the answer is a CALLERROR (E 3.39).
    """
    candidate = _Candidate(connector_id, profile, context, now)
    return _first_refusal(_SET_CHARGING_PROFILE, candidate)


def check_remote_start_profile(
    profile: ChargingProfile, context: Context, now: datetime
) -> Reason | None:
    """Say why the profile of a RemoteStartTransaction is refused (S 5.11, E 3.41).

    Without smart charging the profile is to be ignored, not refused: do not ask then.
    """
    # No connector yet; connector 0 holds no TxProfile, so none is taken as replaced.
    return _first_refusal(_REMOTE_START, _Candidate(0, profile, context, now))


def check_composite(
    connector_id: int, duration_s: int, unit: ChargingRateUnitType | None, context: Context
) -> Reason | None:
    """Say why GetCompositeSchedule is Rejected, or None (S 5.7, E 3.24).

    Raises OcppError where the answer is a CALLERROR.
    """
    _require_smart_charging(context)
    if not _exists(connector_id, context):
        return _unknown_connector("composite", connector_id, context)
    if duration_s < 0:
        return _refuse(
            "composite.negative_duration",
            "S 5.7",
            "duration {duration_s} s is negative",
            duration_s=duration_s,
        )
    if unit is not None and unit not in context.allowed_units:
        return _unit_not_allowed("composite", unit, context)
    return None


def _first_refusal(checks: Iterable[_Check], candidate: _Candidate) -> Reason | None:
    return next((reason for check in checks if (reason := check(candidate))), None)


def _refuse(id: str, rule: str, text: str, **values: object) -> Reason:
    return because(f"smart_charging.{id}", rule, text, **values)


def _require_smart_charging(context: Context) -> None:
    if not context.is_enabled:
        raise OcppError(
            ErrorCode.NOT_SUPPORTED, "SmartCharging is not among the SupportedFeatureProfiles"
        )


def _exists(connector_id: int, context: Context) -> bool:
    return connector_id == 0 or connector_id in context.hardware


def _unknown_connector(subject: str, connector_id: int, context: Context) -> Reason:
    return _refuse(
        f"{subject}.unknown_connector",
        "E 3.39",
        "connectorId {connector_id} does not exist: 0 to {highest}",
        connector_id=connector_id,
        highest=max(context.hardware),
    )


def _unit_not_allowed(subject: str, unit: ChargingRateUnitType, context: Context) -> Reason:
    return _refuse(
        f"{subject}.unit_not_allowed",
        "E 3.88",
        "chargingRateUnit {unit} is not in ChargingScheduleAllowedChargingRateUnit: {allowed}",
        unit=unit,
        allowed=", ".join(context.allowed_units),
    )


def _is_supported(candidate: _Candidate) -> None:
    """1: smart charging is on; else CALLERROR."""
    _require_smart_charging(candidate.context)


def _has_connector(candidate: _Candidate) -> None:
    """3: the connector exists; else CALLERROR."""
    context, connector_id = candidate.context, candidate.connector_id
    if not _exists(connector_id, context):
        reason = _unknown_connector("profile", connector_id, context)
        raise OcppError(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, reason.text)


def _has_room(candidate: _Candidate) -> Reason | None:
    """12: it fits into the store, counted after the replacement."""
    context = candidate.context
    if len(context.profiles) < context.max_installed:
        return None
    new = InstalledProfile(candidate.connector_id, candidate.profile, candidate.now)
    count = len(install(context.profiles, new).kept)
    if count <= context.max_installed:
        return None
    return _refuse(
        "profile.store_full",
        "S 9.4.5",
        "installed would be {count:profile}, MaxChargingProfilesInstalled is {maximum}",
        count=count,
        maximum=context.max_installed,
    )


def _stack_level_is_allowed(candidate: _Candidate) -> Reason | None:
    """4: stackLevel from 0 to ChargeProfileMaxStackLevel."""
    level, highest = candidate.profile.stack_level, candidate.context.max_stack_level
    if 0 <= level <= highest:
        return None
    what = "negative" if level < 0 else "too_high"
    return _refuse(
        f"profile.stack_level_{what}",
        "S 9.4.1",
        "stackLevel {level} is not within 0 to {highest} (ChargeProfileMaxStackLevel)",
        level=level,
        highest=highest,
    )


def _purpose_fits_connector(candidate: _Candidate) -> Reason | None:
    """13, 14: ChargePointMaxProfile on connector 0 only, TxProfile never there.

    A Relative ChargePointMaxProfile is accepted: real backends send it, no text forbids it.
    """
    connector_id = candidate.connector_id
    match candidate.profile.charging_profile_purpose:
        case ChargingProfilePurposeType.CHARGE_POINT_MAX_PROFILE if connector_id != 0:
            return _refuse(
                "profile.charge_point_max_on_connector",
                "S 3.13.1",
                "ChargePointMaxProfile belongs on connector 0, not {connector_id}",
                connector_id=connector_id,
            )
        case ChargingProfilePurposeType.TX_PROFILE if connector_id == 0:
            return _refuse(
                "profile.tx_profile_on_connector_0",
                "S 3.13.1",
                "TxProfile belongs on a connector from 1, not on 0",
            )
    return None


def _has_its_transaction(candidate: _Candidate) -> Reason | None:
    """15, 16: a TxProfile finds the transaction that it names, or any where it names none."""
    profile, connector_id = candidate.profile, candidate.connector_id
    if profile.charging_profile_purpose is not ChargingProfilePurposeType.TX_PROFILE:
        return None
    running = candidate.context.transactions.get(connector_id)
    if running is None:
        return _refuse(
            "profile.no_transaction",
            "S 3.13.1",
            "TxProfile needs a transaction, none runs on connector {connector_id}",
            connector_id=connector_id,
        )
    if profile.transaction_id is None or profile.transaction_id == running.transaction_id:
        return None
    known = "not known yet" if running.transaction_id is None else str(running.transaction_id)
    return _refuse(
        "profile.other_transaction",
        "S 5.16",
        "transactionId {transaction_id} is not the one on connector {connector_id}: {running}",
        transaction_id=profile.transaction_id,
        connector_id=connector_id,
        running=known,
    )


def _is_remote_start_profile(candidate: _Candidate) -> Reason | None:
    """With RemoteStartTransaction: purpose TxProfile, no transactionId yet (E 3.41)."""
    profile = candidate.profile
    if profile.charging_profile_purpose is not ChargingProfilePurposeType.TX_PROFILE:
        return _refuse(
            "remote_start.purpose",
            "S 5.11",
            "the profile of a remote start must be a TxProfile, not {purpose}",
            purpose=profile.charging_profile_purpose,
        )
    if profile.transaction_id is not None:
        return _refuse(
            "remote_start.transaction_id",
            "E 3.41",
            "the profile of a remote start must not name a transaction, it names {transaction_id}",
            transaction_id=profile.transaction_id,
        )
    return None


def _recurs(candidate: _Candidate) -> Reason | None:
    """18: Recurring says how often and from when."""
    profile = candidate.profile
    if profile.charging_profile_kind is not ChargingProfileKindType.RECURRING:
        return None
    if profile.recurrency_kind is None:
        return _refuse(
            "profile.no_recurrency_kind", "S 7.8", "kind Recurring needs a recurrencyKind"
        )
    if profile.charging_schedule.start_schedule is None:
        return _refuse(
            "profile.no_start_schedule", "S 7.13", "kind Recurring needs a startSchedule"
        )
    return None


def _validity_is_ordered(candidate: _Candidate) -> Reason | None:
    """22: validTo after validFrom. One that has passed already is accepted, without effect (23)."""
    profile = candidate.profile
    valid_from, valid_to = profile.valid_from, profile.valid_to
    if valid_from is None or valid_to is None or valid_to > valid_from:
        return None
    return _refuse(
        "profile.validity",
        "S 7.8",
        "validTo {valid_to} is not after validFrom {valid_from}",
        valid_to=format_date_time(valid_to),
        valid_from=format_date_time(valid_from),
    )


def _period_count_is_allowed(candidate: _Candidate) -> Reason | None:
    """5: from 1 to ChargingScheduleMaxPeriods periods."""
    count = len(candidate.profile.charging_schedule.charging_schedule_period)
    maximum = candidate.context.max_periods
    if 1 <= count <= maximum:
        return None
    return _refuse(
        "profile.period_count",
        "S 9.4.3",
        "{count:period}, not within 1 to {maximum} (ChargingScheduleMaxPeriods)",
        count=count,
        maximum=maximum,
    )


def _unit_is_allowed(candidate: _Candidate) -> Reason | None:
    """6: the unit is in ChargingScheduleAllowedChargingRateUnit."""
    unit = candidate.profile.charging_schedule.charging_rate_unit
    if unit in candidate.context.allowed_units:
        return None
    return _unit_not_allowed("profile", unit, candidate.context)


def _periods_are_in_order(candidate: _Candidate) -> Reason | None:
    """7, 8: the first startPeriod is 0, each further one is greater."""
    starts = [
        period.start_period
        for period in candidate.profile.charging_schedule.charging_schedule_period
    ]
    if starts[0] != 0:
        return _refuse(
            "profile.first_start_period",
            "E 3.45",
            "the first startPeriod must be 0, it is {start}",
            start=starts[0],
        )
    for before, after in pairwise(starts):
        if after <= before:
            return _refuse(
                "profile.start_period_order",
                "S 7.14",
                "startPeriod {after} does not come after {before}",
                after=after,
                before=before,
            )
    return None


def _limits_are_possible(candidate: _Candidate) -> Reason | None:
    """9, 10: no limit below 0, from 1 to 3 phases. That a limit has one decimal is schema."""
    for period in candidate.profile.charging_schedule.charging_schedule_period:
        if period.limit < 0:
            return _refuse(
                "profile.negative_limit",
                "S 7.14",
                "limit {limit} at startPeriod {start} is negative",
                limit=period.limit,
                start=period.start_period,
            )
        phases = period.number_phases
        if phases is not None and not 1 <= phases <= PHASES_MAX:
            return _refuse(
                "profile.number_phases",
                "S 7.14",
                "numberPhases {phases} at startPeriod {start} is not within 1 to {maximum}",
                phases=phases,
                start=period.start_period,
                maximum=PHASES_MAX,
            )
    return None


def _duration_is_positive(candidate: _Candidate) -> Reason | None:
    """11: duration above 0, where there is one."""
    duration = candidate.profile.charging_schedule.duration
    if duration is None or duration > 0:
        return None
    return _refuse(
        "profile.duration", "S 7.13", "duration {duration} s is not above 0", duration=duration
    )


_SCHEDULE: tuple[_Check, ...] = (
    _stack_level_is_allowed,
    _period_count_is_allowed,
    _unit_is_allowed,
    _periods_are_in_order,
    _limits_are_possible,
    _duration_is_positive,
    _recurs,
    _validity_is_ordered,
    _has_room,
)
_SET_CHARGING_PROFILE: tuple[_Check, ...] = (
    _is_supported,
    _has_connector,
    _purpose_fits_connector,
    _has_its_transaction,
    *_SCHEDULE,
)
_REMOTE_START: tuple[_Check, ...] = (_is_remote_start_profile, *_SCHEDULE)
