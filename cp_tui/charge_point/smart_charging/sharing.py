"""The limits that the connectors follow now: at run time they divide the ChargePointMaxProfile.

The composite schedule of one connector shows the whole cap, but all connectors together must stay
below it (S 3.13.3). The standard leaves the way open; here: equal shares, and what one cannot use
goes to the others. Where that is too little for a vehicle to charge with: first come, first served.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from cp_tui.charge_point.config import CurrentKind
from cp_tui.charge_point.smart_charging.composite import (
    DURATION_S_MAX,
    NEXT_CHANGE_BOUNDARIES_MAX,
    next_change,
)
from cp_tui.charge_point.smart_charging.context import MINIMUM_CURRENT_A, Context, Hardware
from cp_tui.charge_point.smart_charging.conversion import (
    amount,
    convert,
    floor_to_tenth,
    hardware_limit,
)
from cp_tui.charge_point.smart_charging.decision import Decision, Terms
from cp_tui.charge_point.smart_charging.explanation import explain
from cp_tui.charge_point.smart_charging.schedule import LimitSource, LostBecause, SourceKind
from cp_tui.charge_point.smart_charging.stacking import Claim, Lost, StackState
from cp_tui.charge_point.smart_charging.sweep import Sweep
from cp_tui.charge_point.smart_charging.timeline import (
    Budget,
    changes,
    to_instant,
    to_second,
    window_end,
)
from cp_tui.ocpp.datatypes import ChargingProfilePurposeType, ChargingRateUnitType

AMPERE, WATT = ChargingRateUnitType.A, ChargingRateUnitType.W


@dataclass(frozen=True, slots=True)
class LimitInForce:
    """What a connector may take now."""

    connector_id: int
    limit_a: Decimal
    """Per phase; of the output for DC."""
    limit_w: Decimal
    """Over all phases."""
    number_phases: int | None
    """None: no profile in force restricts the phases."""
    allows_charging: bool
    """False: too low for a vehicle to charge with; the connector pauses (SuspendedEVSE)."""
    source: LimitSource
    until: datetime | None
    """When the limit or its source changes next; None: not within a year."""


@dataclass(frozen=True, slots=True)
class _Share:
    """The part of the cap for one connector, in the unit of the cap."""

    limit: Decimal
    offer: Decision
    """What it could take without the cap."""


def limits_in_force(context: Context, now: datetime) -> dict[int, LimitInForce]:
    """Return the limit of each connector from 1; an idle one as if a transaction started now."""
    limits = {each: _own_limit(context, each, now) for each in context.hardware}
    if len(context.transactions) < 2 or not _has_cap(context):
        return limits
    next_share = _next_share(context, now)
    for each in context.transactions:
        until = min((t for t in (limits[each].until, next_share) if t is not None), default=None)
        limits[each] = replace(limits[each], until=until)
    cap = next(_sweep(context, AMPERE, now).cap())[1].claim
    if cap is not None:
        for each, share in _shares(context, cap, now).items():
            if share.limit < share.offer.limit:
                limits[each] = _shared_limit(context, limits[each], cap, share)
    return limits


def divide(offers: Sequence[Decimal], minimums: Sequence[Decimal], total: Decimal) -> list[Decimal]:
    """Divide a total among those who arrived in this order; nobody gets more than offered.

    The last to arrive wait, with 0, while somebody would get less than the minimum otherwise.
    """
    for served in range(len(offers), 1, -1):
        shares = _equal_shares(offers[:served], total)
        enough = zip(shares, offers, minimums, strict=False)
        if all(share >= min(offer, minimum) for share, offer, minimum in enough):
            break
    else:
        shares = _equal_shares(offers[:1], total)
    return shares + [Decimal(0)] * (len(offers) - len(shares))


def _equal_shares(offers: Sequence[Decimal], total: Decimal) -> list[Decimal]:
    shares = [Decimal(0)] * len(offers)
    waiting = len(offers)
    # From the smallest offer up: what it leaves of its equal share is there for the others.
    for index in sorted(range(len(offers)), key=offers.__getitem__):
        shares[index] = min(offers[index], floor_to_tenth(total / waiting))
        total -= shares[index]
        waiting -= 1
    return shares


def _sweep(
    context: Context, unit: ChargingRateUnitType, now: datetime, duration_s: int = 1
) -> Sweep:
    begin = to_second(now)
    return Sweep(
        context, unit, begin, window_end(begin, duration_s), Budget(NEXT_CHANGE_BOUNDARIES_MAX)
    )


def _has_cap(context: Context) -> bool:
    purpose = ChargingProfilePurposeType.CHARGE_POINT_MAX_PROFILE
    return any(each.profile.charging_profile_purpose is purpose for each in context.profiles)


def _shares(context: Context, cap: Claim, now: datetime) -> dict[int, _Share]:
    """Divide the cap among the running transactions."""
    running = sorted(context.transactions, key=lambda each: context.transactions[each].start)
    sweep = _sweep(context, cap.unit, now)
    offers = [next(sweep.uncapped(each))[1] for each in running]
    minimums = [
        _minimum(context.hardware[each], cap.unit, offer.number_phases)
        for each, offer in zip(running, offers, strict=True)
    ]
    parts = divide([offer.limit for offer in offers], minimums, cap.limit)
    return {
        each: _Share(part, offer) for each, part, offer in zip(running, parts, offers, strict=True)
    }


def _next_share(context: Context, now: datetime) -> datetime | None:
    """Return when the cap, or what one of those who share it could take, changes next."""
    sweep = _sweep(context, context.allowed_units[0], now, DURATION_S_MAX)
    offers: list[Iterator[tuple[int, StackState | Decision]]] = [
        sweep.uncapped(each) for each in sorted(context.transactions)
    ]
    values: dict[int, object] = {}
    for at, changed in changes([sweep.cap(), *offers]):
        if sweep.budget.cut_at is not None and at >= sweep.budget.cut_at:
            break
        for index, value in changed:
            said = value.claim if isinstance(value, StackState) else (value.limit, value.winner)
            if values.setdefault(index, said) != said:
                return to_instant(at)
    return None if sweep.budget.cut_at is None else to_instant(sweep.budget.cut_at)


def _minimum(hardware: Hardware, unit: ChargingRateUnitType, phases: int | None) -> Decimal:
    """Return the least that a vehicle charges with; a DC vehicle takes anything above 0."""
    if hardware.kind is CurrentKind.DC:
        return Decimal(0)
    return hardware_limit(replace(hardware, max_current_a=MINIMUM_CURRENT_A), unit, phases)


def _own_limit(context: Context, connector_id: int, now: datetime) -> LimitInForce:
    """Return the limit of a connector that shares with nobody."""
    hardware = context.hardware[connector_id]
    found = {}
    for unit in (AMPERE, WATT):
        sweep = _sweep(context, unit, now)
        found[unit] = (next(sweep.decisions(connector_id))[1], sweep.terms(connector_id))
    decision, terms = found[WATT if hardware.kind is CurrentKind.DC else AMPERE]
    limit_a = found[AMPERE][0].limit
    return LimitInForce(
        connector_id,
        limit_a,
        found[WATT][0].limit,
        decision.number_phases,
        _allows_charging(hardware, limit_a),
        explain(decision, terms, is_hypothetical=context.is_idle(connector_id)),
        next_change(context, connector_id, now),
    )


def _shared_limit(context: Context, own: LimitInForce, cap: Claim, share: _Share) -> LimitInForce:
    """Replace a connector's own limit by its share of the cap."""
    hardware = context.hardware[own.connector_id]
    # The share is our own doing, so the phases that are really there count.
    phases = min(own.number_phases or hardware.phases, hardware.phases)
    limit_a = min(own.limit_a, convert(share.limit, cap.unit, AMPERE, phases, hardware))
    limit_w = min(own.limit_w, convert(share.limit, cap.unit, WATT, phases, hardware))
    offer = share.offer
    lost = offer.lost
    if offer.winner is not None:
        higher = Lost(offer.winner.ref, LostBecause.HIGHER_THAN_MINIMUM, allowed=offer.limit)
        lost = (higher, *lost)
    shared = replace(offer, kind=SourceKind.SHARE, winner=cap, limit=share.limit, lost=lost)
    terms = Terms(cap.unit, hardware)
    vehicles = len(context.transactions)
    text = f"{cap.ref}: {amount(cap.limit, cap.unit)} for {vehicles} vehicles"
    source = explain(shared, terms, is_hypothetical=False)
    return replace(
        own,
        limit_a=limit_a,
        limit_w=limit_w,
        allows_charging=_allows_charging(hardware, limit_a),
        source=source.model_copy(update={"sentence": text}),
    )


def _allows_charging(hardware: Hardware, limit_a: Decimal) -> bool:
    return limit_a > 0 if hardware.kind is CurrentKind.DC else limit_a >= MINIMUM_CURRENT_A
