"""The limits that the connectors follow now: at run time they divide the ChargePointMaxProfile.

The composite schedule of one connector shows the whole cap, but all connectors together must stay
below it (S 3.13.3). The standard leaves the way open; here: equal shares, and what one cannot use
goes to the others. Where that is too little for a vehicle to charge with: first come, first served.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.charge_point.config import CurrentKind
from cp_tui.charge_point.smart_charging.composite import (
    DURATION_S_MAX,
    END_STEPS_MAX,
    merging,
    whole,
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
from cp_tui.charge_point.smart_charging.stacking import Budget, Lost, StackCursor
from cp_tui.charge_point.smart_charging.sweep import SharedCursor, Sweep, steps
from cp_tui.charge_point.smart_charging.timeline import (
    Claim,
    to_instant,
    to_second,
    window_end,
)
from cp_tui.ocpp.datatypes import ChargingProfilePurposeType, ChargingRateUnitType
from cp_tui.ocpp.plural import count

End = tuple[datetime | None, datetime | None]
"""`until` and `looked_until` of a limit."""

AMPERE, WATT = ChargingRateUnitType.A, ChargingRateUnitType.W


class LimitInForce(Struct, frozen=True):
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
    until: datetime | None = None
    """When the limit or its source changes next; None: not within a year, or not before
    `looked_until`."""
    looked_until: datetime | None = None
    """That was looked for up to this time only; None: as far as it is looked for."""


class _Share(Struct, frozen=True):
    """The part of the cap for one connector, in the unit of the cap."""

    limit: Decimal
    offer: Decision
    """What it could take without the cap."""


def limits_in_force(context: Context, now: datetime) -> dict[int, LimitInForce]:
    """Return the limit of each connector from 1; an idle one as if a transaction started now."""
    end = end_of_share(context, now)
    limits = limits_now(context, now)
    return {each: with_end(context, limit, now, end) for each, limit in limits.items()}


def limits_now(context: Context, now: datetime) -> dict[int, LimitInForce]:
    """Return the limits as above; their ends were not looked for yet."""
    limits: dict[int, LimitInForce] = {}
    caps = {each: _sweep(context, AMPERE, now, explains=each).cap() for each in (True, False)}
    for each in context.hardware:
        twin = limits.get(context.twin(each))
        own = replace(twin, connector_id=each) if twin else _own_limit(context, each, now, caps)
        limits[each] = own
    cap = caps[True].at(to_second(now)).claim
    if cap is not None and _is_shared(context):
        for each, share in _shares(context, cap, now).items():
            if share.limit < share.offer.limit:
                limits[each] = _shared_limit(context, limits[each], cap, share)
    return limits


def with_end(context: Context, limit: LimitInForce, now: datetime, share: End) -> LimitInForce:
    """Look for when a limit ends; a shared one when anything about the sharing does (`share`)."""
    until, looked_until = _end(context, limit.connector_id, now)
    if limit.connector_id in context.transactions:
        share_until, share_looked_until = share
        until = _first(until, share_until)
        looked_until = _first(looked_until, share_looked_until)
        if until is not None and (looked_until is None or until <= looked_until):
            looked_until = None
        elif looked_until is not None:
            until = None
    return replace(limit, until=until, looked_until=looked_until)


def end_of_share(context: Context, now: datetime) -> End:
    """Find when the cap, or what one of those who share it could take, changes next."""
    if not _is_shared(context):
        return None, None
    sweep = _sweep(context, context.allowed_units[0], now, explains=False)
    horizon = window_end(sweep.begin, DURATION_S_MAX)
    offers = [sweep.uncapped(each) for each in sorted(context.transactions)]
    cursor = SharedCursor(sweep.cap(), offers)
    for at, _, is_new in steps(cursor, sweep.begin, horizon, sweep.budget, lambda found: found):
        if is_new and at > sweep.begin:
            return to_instant(at), None
    return None, None if sweep.budget.cut_at is None else to_instant(sweep.budget.cut_at)


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
    context: Context, unit: ChargingRateUnitType, now: datetime, *, explains: bool = True
) -> Sweep:
    return Sweep(context, unit, to_second(now), Budget(END_STEPS_MAX), explains=explains)


def _is_shared(context: Context) -> bool:
    """Say whether several transactions may have to divide a cap."""
    purpose = ChargingProfilePurposeType.CHARGE_POINT_MAX_PROFILE
    return len(context.transactions) > 1 and any(
        each.profile.charging_profile_purpose is purpose for each in context.profiles
    )


def _shares(context: Context, cap: Claim, now: datetime) -> dict[int, _Share]:
    """Divide the cap among the running transactions."""
    running = sorted(context.transactions, key=lambda each: context.transactions[each].start)
    sweep = _sweep(context, cap.unit, now)
    offers = [sweep.uncapped(each).at(sweep.begin) for each in running]
    minimums = [
        _minimum(context.hardware[each], cap.unit, offer.number_phases)
        for each, offer in zip(running, offers, strict=True)
    ]
    parts = divide([offer.limit for offer in offers], minimums, cap.limit)
    return {
        each: _Share(part, offer) for each, part, offer in zip(running, parts, offers, strict=True)
    }


def _end(context: Context, connector_id: int, now: datetime) -> End:
    """Find when the own limit of a connector ends."""
    sweep = _sweep(context, context.allowed_units[0], now, explains=False)
    window = sweep.begin + 1, window_end(sweep.begin, DURATION_S_MAX)
    found = whole(merging(sweep, connector_id, window, 1, Decision.identity))
    return found.until, found.looked_until


def _first(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _minimum(hardware: Hardware, unit: ChargingRateUnitType, phases: int | None) -> Decimal:
    """Return the least that a vehicle charges with; a DC vehicle takes anything above 0."""
    if hardware.kind is CurrentKind.DC:
        return Decimal(0)
    return hardware_limit(replace(hardware, max_current_a=MINIMUM_CURRENT_A), unit, phases)


def _own_limit(
    context: Context, connector_id: int, now: datetime, caps: Mapping[bool, StackCursor]
) -> LimitInForce:
    """Return the limit of a connector that shares with nobody; `caps` by whether they explain."""
    hardware = context.hardware[connector_id]
    explained = WATT if hardware.kind is CurrentKind.DC else AMPERE
    found = {}
    for unit in (AMPERE, WATT):
        sweep = _sweep(context, unit, now, explains=unit is explained)
        cursor = sweep.capped(connector_id, caps[sweep.explains])
        found[unit] = (cursor.at(sweep.begin), sweep.terms(connector_id))
    decision, terms = found[explained]
    limit_a = found[AMPERE][0].limit
    return LimitInForce(
        connector_id,
        limit_a,
        found[WATT][0].limit,
        decision.number_phases,
        _allows_charging(hardware, limit_a),
        explain(decision, terms, is_hypothetical=context.is_idle(connector_id)),
        looked_until=now,
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
    vehicles = count(len(context.transactions), "vehicle")
    text = f"{cap.ref}: {amount(cap.limit, cap.unit)} for {vehicles}"
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
