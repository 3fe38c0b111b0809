"""The limits that the connectors follow now: at run time they divide the ChargePointMaxProfile.

The composite schedule of one connector shows the whole cap, but all connectors together must stay
below it (S 3.13.3): `shares` says how.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

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
from cp_tui.charge_point.smart_charging.decision import Decision, Terms
from cp_tui.charge_point.smart_charging.explanation import explain
from cp_tui.charge_point.smart_charging.schedule import (
    LimitSource,
    LostBecause,
    SetBy,
    SharedPeriod,
    SourceKind,
)
from cp_tui.charge_point.smart_charging.shares import (
    Share,
    shared_limit,
    shares_ahead,
    shares_now,
)
from cp_tui.charge_point.smart_charging.stacking import Budget, Lost
from cp_tui.charge_point.smart_charging.sweep import Sweep
from cp_tui.charge_point.smart_charging.timeline import FOREVER, to_second
from cp_tui.ocpp.datatypes import ChargingRateUnitType

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
    shares: tuple[SharedPeriod, ...] = ()
    """Now and later, where the connector gets but a share."""


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
    for each, share in shares_now(sweep).items():
        own, hardware = limits[each], context.hardware[each]
        limit_a, limit_w = (
            shared_limit(share, unit, limit, own.number_phases, hardware)
            for unit, limit in ((AMPERE, own.limit_a), (WATT, own.limit_w))
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


def explaining_limits(
    context: Context, now: datetime, window_s: int = 0
) -> Work[dict[int, LimitInForce]]:
    """Work out `limits_in_force` in slices, and the shares within a window."""
    limits, _ = limits_now(context, now)
    ahead = yield from shares_ahead(context, now, window_s)
    shares = shares_now(_sweep(context, AMPERE, now))
    found: dict[int, LimitInForce] = {}
    for each, limit in limits.items():
        if twin := found.get(context.twin(each)):
            found[each] = replace(twin, connector_id=each)
            continue
        yield
        share = shares.get(each)
        source = _own_source(context, each, now) if share is None else _source(context, each, share)
        known = ahead.get(each)
        end = known.end if known is not None else None
        until, looked_until = end or _end(context, each, now)
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
            tuple(known.shares) if known is not None else (),
        )
    return found


def _sweep(
    context: Context, unit: ChargingRateUnitType, now: datetime, *, explains: bool = True
) -> Sweep:
    return Sweep(context, unit, to_second(now), Budget(END_STEPS_MAX), explains=explains)


def _end(context: Context, connector_id: int, now: datetime) -> End:
    """Find when the limit of a connector that shares with nobody ends."""
    sweep = _sweep(context, context.allowed_units[0], now, explains=False)
    return next_change(sweep, sweep.cursor(connector_id), Decision.identity)


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


def _source(context: Context, connector_id: int, share: Share) -> LimitSource:
    """Explain a share of the cap."""
    cap, offer, lost = share.cap, share.offer, share.offer.lost
    if offer.winner is not None:
        higher = Lost(offer.winner.ref, LostBecause.HIGHER_THAN_MINIMUM, allowed=offer.limit)
        lost = (higher, *lost)
    shared = replace(offer, kind=SourceKind.SHARE, winner=cap, limit=share.limit, lost=lost)
    terms = Terms(cap.unit, context.hardware[connector_id])
    source = explain(shared, terms, is_hypothetical=False)
    return replace(source, sentence=share.text(len(context.transactions), is_now=True))
