"""The limits that the connectors follow now: at run time they divide the ChargePointMaxProfile.

The composite schedule of one connector shows the whole cap, but all connectors together must stay
below it (S 3.13.3). The standard leaves the way open; here: equal shares, and what one cannot use
goes to the others. Where that is too little for a vehicle to charge with: first come, first served.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.charge_point.config import CurrentKind
from cp_tui.charge_point.smart_charging.composite import (
    END_STEPS_MAX,
    End,
    Work,
    next_change,
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
from cp_tui.charge_point.smart_charging.schedule import (
    LimitSource,
    LostBecause,
    SetBy,
    SourceKind,
)
from cp_tui.charge_point.smart_charging.stacking import Budget, Lost
from cp_tui.charge_point.smart_charging.sweep import Sweep
from cp_tui.charge_point.smart_charging.timeline import (
    FOREVER,
    Claim,
    to_second,
)
from cp_tui.ocpp.datatypes import ChargingProfilePurposeType, ChargingRateUnitType
from cp_tui.ocpp.plural import count

AMPERE, WATT = ChargingRateUnitType.A, ChargingRateUnitType.W

A_SHARE = SetBy(kind=SourceKind.SHARE, is_hypothetical=False)


class ConnectorLimit(Struct, frozen=True):
    """What a connector may take."""

    connector_id: int
    limit_a: Decimal
    """Per phase; of the output for DC."""
    limit_w: Decimal
    """Over all phases."""
    number_phases: int | None
    """None: no profile in force restricts the phases."""
    allows_charging: bool
    """False: too low for a vehicle to charge with; the connector pauses (SuspendedEVSE)."""
    set_by: SetBy


class LimitInForce(ConnectorLimit, frozen=True):
    """What a connector may take now, why, and until when."""

    source: LimitSource
    until: datetime | None = None
    """When the limit or its source changes next; None: not within a year, or not before
    `looked_until`."""
    looked_until: datetime | None = None
    """That was looked for up to this time only; None: as far as it is looked for."""


class _Share(Struct, frozen=True):
    """The part of the cap for one connector, in the unit of the cap."""

    cap: Claim
    limit: Decimal
    offer: Decision
    """What it could take without the cap."""


def limits_now(context: Context, now: datetime) -> tuple[dict[int, ConnectorLimit], int]:
    """Return the limit of each connector from 1, and the second up to which all of them hold.

    An idle connector has the limit of a transaction that starts now. They may hold for longer: it
    is the next second at which a profile that counts says something else.
    """
    sweep = _sweep(context, AMPERE, now, explains=False)
    cap, until = sweep.cap(), FOREVER
    limits: dict[int, ConnectorLimit] = {}
    for each, hardware in context.hardware.items():
        # Of a hundred idle connectors with the same hardware one is worked out.
        if twin := limits.get(context.twin(each)):
            limits[each] = replace(twin, connector_id=each)
            continue
        cursor = sweep.capped(each, cap)
        in_a = cursor.at(sweep.begin)
        in_w = cursor.decide(replace(sweep.terms(each), unit=WATT, available={}))
        until = min(until, cursor.until)
        set_by = _set_by(context, each, in_a)
        limits[each] = _limit(each, hardware, in_a.limit, in_w.limit, in_a.number_phases, set_by)
    for each, share in _shares(context, now, explains=False).items():
        own, hardware = limits[each], context.hardware[each]
        # The share is our own doing, so the phases that are really there count.
        phases = min(own.number_phases or hardware.phases, hardware.phases)
        limit_a, limit_w = (
            min(limit, convert(share.limit, share.cap.unit, unit, phases, hardware))
            for limit, unit in ((own.limit_a, AMPERE), (own.limit_w, WATT))
        )
        limits[each] = _limit(each, hardware, limit_a, limit_w, own.number_phases, A_SHARE)
    return limits, until


def limit_of_all(context: Context, now: datetime) -> tuple[Decimal, SetBy]:
    """Return what all connectors together may take, in A per phase, and what sets that (S 5.7)."""
    sweep = _sweep(context, AMPERE, now, explains=False)
    decision = sweep.cursor(0).at(sweep.begin)
    return decision.limit, _set_by(context, 0, decision)


def limits_in_force(context: Context, now: datetime) -> dict[int, LimitInForce]:
    """Return the limit of each connector from 1; an idle one as if a transaction started now."""
    return whole(explaining_limits(context, now))


def explaining_limits(context: Context, now: datetime) -> Work[dict[int, LimitInForce]]:
    """Work out `limits_in_force` in slices."""
    limits, _ = limits_now(context, now)
    end = _end_of_share(context, now)
    shares = _shares(context, now, explains=True)
    found: dict[int, LimitInForce] = {}
    for each, limit in limits.items():
        if twin := found.get(context.twin(each)):
            found[each] = replace(twin, connector_id=each)
            continue
        yield
        share = shares.get(each)
        source = _own_source(context, each, now) if share is None else _source(context, each, share)
        until, looked_until = _end(context, each, now, end)
        found[each] = LimitInForce(
            limit.connector_id,
            limit.limit_a,
            limit.limit_w,
            limit.number_phases,
            limit.allows_charging,
            limit.set_by,
            source,
            until,
            looked_until,
        )
    return found


def _end_of_share(context: Context, now: datetime) -> End:
    """Find when the cap, or what one of those who share it could take, changes next."""
    if not _is_shared(context):
        return None, None
    sweep = _sweep(context, context.allowed_units[0], now, explains=False)
    offers = [sweep.uncapped(each) for each in sorted(context.transactions)]
    ends = [next_change(sweep, each, attrgetter("limit", "winner")) for each in offers]
    return _first_end(next_change(sweep, sweep.cap(), attrgetter("claim")), *ends)


def _first_end(*ends: End) -> End:
    """Give the first of some ends, if it is known to be the first."""
    until = min((each for each, _ in ends if each is not None), default=None)
    looked_until = min((each for _, each in ends if each is not None), default=None)
    # An end is only known to be the first if every search got at least as far.
    if until is None or looked_until is None or until > looked_until:
        return (None, looked_until) if looked_until is not None else (until, None)
    return until, None


def divide(offers: Sequence[Decimal], minimums: Sequence[Decimal], total: Decimal) -> list[Decimal]:
    """Divide a total among those who arrived in this order; nobody gets more than offered.

    The last to arrive wait, with 0, while somebody would get less than the minimum otherwise.
    """
    # With each one fewer the shares grow; the first number at which all served can charge is taken.
    for served in range(len(offers), 1, -1):
        shares = _equal_shares(offers[:served], total)
        enough = zip(shares, offers, minimums, strict=False)
        if all(share >= min(offer, minimum) for share, offer, minimum in enough):
            break
    else:
        shares = _equal_shares(offers[:1], total)
    assert sum(shares) <= max(total, Decimal(0)), "together they never take more than there is"
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


def _shares(context: Context, now: datetime, *, explains: bool) -> dict[int, _Share]:
    """Divide the cap among the running transactions; give those whom it leaves less."""
    if not _is_shared(context):
        return {}
    sweep = _sweep(context, AMPERE, now, explains=explains)
    cap = sweep.cap().at(sweep.begin).claim
    if cap is None:
        return {}
    sweep = replace(sweep, unit=cap.unit)
    running = sorted(context.transactions, key=lambda each: context.transactions[each].start)
    offers = [sweep.uncapped(each).at(sweep.begin) for each in running]
    minimums = [
        _minimum(context.hardware[each], cap.unit, offer.number_phases)
        for each, offer in zip(running, offers, strict=True)
    ]
    parts = divide([offer.limit for offer in offers], minimums, cap.limit)
    return {
        each: _Share(cap, part, offer)
        for each, part, offer in zip(running, parts, offers, strict=True)
        if part < offer.limit
    }


def _end(context: Context, connector_id: int, now: datetime, share: End) -> End:
    """Find when a limit ends; a shared one when anything about the sharing does (`share`)."""
    sweep = _sweep(context, context.allowed_units[0], now, explains=False)
    own = next_change(sweep, sweep.cursor(connector_id), Decision.identity)
    return _first_end(own, share) if connector_id in context.transactions else own


def _minimum(hardware: Hardware, unit: ChargingRateUnitType, phases: int | None) -> Decimal:
    """Return the least that a vehicle charges with; a DC vehicle takes anything above 0."""
    if hardware.kind is CurrentKind.DC:
        return Decimal(0)
    return hardware_limit(replace(hardware, max_current_a=MINIMUM_CURRENT_A), unit, phases)


def _limit(
    connector_id: int,
    hardware: Hardware,
    limit_a: Decimal,
    limit_w: Decimal,
    phases: int | None,
    set_by: SetBy,
) -> ConnectorLimit:
    is_dc = hardware.kind is CurrentKind.DC
    allows_charging = limit_a > 0 if is_dc else limit_a >= MINIMUM_CURRENT_A
    return ConnectorLimit(connector_id, limit_a, limit_w, phases, allows_charging, set_by)


def _set_by(context: Context, connector_id: int, decision: Decision) -> SetBy:
    return SetBy(
        kind=decision.kind,
        is_hypothetical=context.is_idle(connector_id),
        profile=None if decision.winner is None else decision.winner.ref,
    )


def _own_source(context: Context, connector_id: int, now: datetime) -> LimitSource:
    """Explain the limit of a connector that shares with nobody."""
    unit = WATT if context.hardware[connector_id].kind is CurrentKind.DC else AMPERE
    sweep = _sweep(context, unit, now)
    decision = sweep.cursor(connector_id).at(sweep.begin)
    return explain(
        decision, sweep.terms(connector_id), is_hypothetical=context.is_idle(connector_id)
    )


def _source(context: Context, connector_id: int, share: _Share) -> LimitSource:
    """Explain a share of the cap."""
    cap, offer, lost = share.cap, share.offer, share.offer.lost
    if offer.winner is not None:
        higher = Lost(offer.winner.ref, LostBecause.HIGHER_THAN_MINIMUM, allowed=offer.limit)
        lost = (higher, *lost)
    shared = replace(offer, kind=SourceKind.SHARE, winner=cap, limit=share.limit, lost=lost)
    terms = Terms(cap.unit, context.hardware[connector_id])
    vehicles = count(len(context.transactions), "vehicle")
    text = f"{cap.ref}: {amount(cap.limit, cap.unit)} for {vehicles}"
    source = explain(shared, terms, is_hypothetical=False)
    return replace(source, sentence=text)
