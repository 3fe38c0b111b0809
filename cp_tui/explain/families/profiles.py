"""SetChargingProfile and ClearChargingProfile, by the project's own checks (S 5.5, S 5.16)."""

from __future__ import annotations

from collections.abc import Iterable

from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.smart_charging.context import RunningTransaction
from cp_tui.charge_point.smart_charging.profile_store import clear, expire
from cp_tui.charge_point.smart_charging.validation import check_profile
from cp_tui.explain.catalogue import found
from cp_tui.explain.charging import (
    CONNECTORS,
    MAX_INSTALLED,
    MAX_PERIODS,
    MAX_STACK_LEVEL,
    UNITS,
    context_of,
)
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, Severity
from cp_tui.explain.known import Known
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import FIRST
from cp_tui.ocpp.datatypes import (
    ChargingProfile,
    ChargingProfileKindType,
    ChargingProfilePurposeType,
    ChargingProfileStatus,
    ClearChargingProfileStatus,
)
from cp_tui.ocpp.errors import OcppError
from cp_tui.ocpp.smart_charging import (
    ClearChargingProfileRequest,
    ClearChargingProfileResponse,
    SetChargingProfileRequest,
    SetChargingProfileResponse,
)
from cp_tui.traces.record import Record

_TX = ChargingProfilePurposeType.TX_PROFILE
_ID = "smart_charging.profile."
_MALFORMED = frozenset(
    f"{_ID}{each}"
    for each in (
        "first_start_period",
        "start_period_order",
        "charge_point_max_on_connector",
        "tx_profile_on_connector_0",
        "no_recurrency_kind",
        "no_start_schedule",
    )
)
"""What no charge point may accept, whatever it can."""
_OPEN = frozenset(f"{_ID}{each}" for each in ("duration", "validity"))
"""What the standard does not say that it is refused."""


class ProfileRules(Family):
    """Profiles that come and go."""

    ACTIONS = frozenset({Action.SET_CHARGING_PROFILE, Action.CLEAR_CHARGING_PROFILE})

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        exchange = known.exchange
        if exchange.is_call:
            if isinstance(exchange.request, SetChargingProfileRequest):
                yield from _sent(record, exchange.request, known)
            return
        match exchange.request, exchange.response:
            case SetChargingProfileRequest() as request, SetChargingProfileResponse() as response:
                if response.status is ChargingProfileStatus.ACCEPTED:
                    yield from _accepted(record, request, known)
                elif response.status is ChargingProfileStatus.REJECTED:
                    yield from _rejected(record, request, known)
            case ClearChargingProfileRequest() as clearing, ClearChargingProfileResponse() as told:
                yield from _cleared(record, clearing, told.status, known)


def _refusal(request: SetChargingProfileRequest, known: Known, *, is_strict: bool) -> Reason | None:
    """Why it has to be Rejected; where the log does not tell, nothing is held against it.

    `is_strict` holds against it what the charge point may know and the log does not.
    """
    profile, connector = request.cs_charging_profiles, request.connector_id
    is_idle = known.transactions.was_idle(connector, known.breaks, known.blurs)
    assumed = None
    if not is_strict and not is_idle:
        start = known.now or FIRST
        assumed = RunningTransaction("assumed", profile.transaction_id, start)
    context = context_of(known, connector, with_store=is_strict, assumed=assumed)
    try:
        return check_profile(connector, profile, context, known.now or FIRST)
    except OcppError:
        # Another answer than Rejected, of which nothing is said here.
        return None


def _sent(record: Record, request: SetChargingProfileRequest, known: Known) -> Iterable[Finding]:
    reason = _refusal(request, known, is_strict=False)
    if reason is not None and reason.id in _MALFORMED:
        yield found(
            "profile.malformed",
            f"SetChargingProfile sends what no charge point may accept: {reason.text}.",
            record,
            matter=reason.id,
        )
    profile, connector = request.cs_charging_profiles, request.connector_id
    if profile.charging_profile_purpose is not _TX or connector <= 0:
        return
    running = known.transactions.on(connector)
    if running is not None and running.breaks == known.breaks:
        if profile.transaction_id is None and running.id is not None:
            yield found(
                "profile.malformed",
                f"A TxProfile for connector {connector} names no transaction, and {running.id}"
                " runs there: one that is set with SetChargingProfile names its transaction.",
                record,
                running.where,
                matter="transaction",
            )
        elif running.id is not None and profile.transaction_id not in (None, running.id):
            yield _without_transaction(record, connector, f"transaction {running.id} runs", known)
    elif known.transactions.was_idle(connector, known.breaks, known.blurs):
        yield _without_transaction(record, connector, "no transaction runs", known)


def _without_transaction(record: Record, connector: int, what: str, known: Known) -> Finding:
    told = known.connectors.get(connector)
    return found(
        "profile.tx_without_transaction",
        f"SetChargingProfile has a TxProfile for connector {connector}, and {what} there, as the"
        " CSMS has been told: a TxProfile is for one transaction.",
        record,
        told.where if told else None,
    )


def _accepted(
    record: Record, request: SetChargingProfileRequest, known: Known
) -> Iterable[Finding]:
    reason = _refusal(request, known, is_strict=False)
    if reason is None or reason.id in _OPEN:
        return
    yield found(
        "profile.wrongly_accepted",
        f"SetChargingProfile was Accepted, and has to be Rejected: {reason.text}.",
        record,
        known.exchange.asked,
        rule=reason.rule,
        matter=reason.id,
    )


def _rejected(
    record: Record, request: SetChargingProfileRequest, known: Known
) -> Iterable[Finding]:
    profile = request.cs_charging_profiles
    if record.is_masked or _may_be_refused(profile) or _refusal(request, known, is_strict=True):
        return
    missing = _missing(request, known)
    text = "SetChargingProfile was Rejected, though every check of it passes."
    if missing:
        text = (
            "SetChargingProfile was Rejected, and what this log tells speaks for it. Not known:"
            f" {', '.join(missing)}."
        )
    yield found(
        "profile.wrongly_rejected",
        text,
        record,
        known.exchange.asked,
        severity=Severity.NOTE if missing else None,
    )


def _may_be_refused(profile: ChargingProfile) -> bool:
    """Whether it has what charge points may take or refuse."""
    kind, schedule = profile.charging_profile_kind, profile.charging_schedule
    is_tx = profile.charging_profile_purpose is _TX
    is_max = profile.charging_profile_purpose is ChargingProfilePurposeType.CHARGE_POINT_MAX_PROFILE
    is_relative = kind is ChargingProfileKindType.RELATIVE
    return any(
        (
            profile.transaction_id is not None and not is_tx,
            profile.recurrency_kind is not None and kind is not ChargingProfileKindType.RECURRING,
            kind is ChargingProfileKindType.ABSOLUTE and schedule.start_schedule is None,
            is_relative and (is_max or schedule.start_schedule is not None),
            profile.valid_to is not None,
            is_tx and profile.transaction_id is None,
        )
    )


def _missing(request: SetChargingProfileRequest, known: Known) -> list[str]:
    """What a charge point knows and this log does not tell."""
    names = [MAX_STACK_LEVEL, MAX_PERIODS, UNITS, MAX_INSTALLED, CONNECTORS]
    missing = [name for name in names if known.keys.value(name) is None]
    if not known.profiles.are_all_known:
        missing.append("the profiles that are installed")
    if request.cs_charging_profiles.charging_profile_purpose is _TX:
        running = known.transactions.on(request.connector_id)
        if running is None or running.breaks != known.breaks or running.id is None:
            missing.append("the transaction")
    return missing


def _cleared(
    record: Record,
    request: ClearChargingProfileRequest,
    status: ClearChargingProfileStatus,
    known: Known,
) -> Iterable[Finding]:
    if not known.profiles.are_all_known or known.now is None:
        return
    matching = clear(known.profiles.installed, request).removed
    # One that has ended may be gone, or not.
    sure = expire(matching, known.now).kept
    is_accepted = status is ClearChargingProfileStatus.ACCEPTED
    if is_accepted and not matching:
        what = "no profile that is installed matches"
    elif not is_accepted and sure:
        what = f"{', '.join(str(each.ref) for each in sure[:3])} matches"
    else:
        return
    yield found(
        "profile.clear_mismatch",
        f"ClearChargingProfile was answered {status}, and {what}.",
        record,
        known.profiles.changed,
    )
