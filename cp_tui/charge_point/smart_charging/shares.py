"""How running transactions divide the ChargePointMaxProfile, now and later (S 3.13.3).

The standard leaves the way open; here: equal shares, and what one cannot use goes to the others.
Where that is too little for a vehicle to charge with: first come, first served. What is told of
later counts with those that charge now: nobody knows who comes or goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain

from msgspec import Struct, field
from msgspec.structs import replace

from cp_tui.charge_point.config import CurrentKind
from cp_tui.charge_point.smart_charging.composite import (
    DURATION_S_MAX,
    END_STEPS_MAX,
    SLICE_STEPS,
    End,
    Work,
)
from cp_tui.charge_point.smart_charging.context import MINIMUM_CURRENT_A, Context, Hardware
from cp_tui.charge_point.smart_charging.conversion import (
    convert,
    floor_to_tenth,
    hardware_limit,
    limit_text,
    plain,
)
from cp_tui.charge_point.smart_charging.decision import Decision
from cp_tui.charge_point.smart_charging.schedule import SharedPeriod
from cp_tui.charge_point.smart_charging.stacking import Budget
from cp_tui.charge_point.smart_charging.sweep import Sweep, steps
from cp_tui.charge_point.smart_charging.timeline import (
    FOREVER,
    Claim,
    to_instant,
    to_second,
    window_end,
)
from cp_tui.ocpp.datatypes import ChargingProfilePurposeType, ChargingRateUnitType
from cp_tui.ocpp.plural import count

SHARES_MAX = 20
"""Listed of each connector: as much of a day as somebody plans by."""


_UNITS = ChargingRateUnitType.A, ChargingRateUnitType.W


class Share(Struct, frozen=True):
    """The part of the cap for one connector, in the unit of the cap."""

    cap: Claim
    limit: Decimal
    offer: Decision
    """What it could take without the cap."""

    def text(self, vehicles: int, *, is_now: bool) -> str:
        """Say what is divided, and what the connector could take otherwise, in one sentence."""
        unit = self.cap.unit
        text = (
            f"{self.cap.ref}: {limit_text(self.cap.limit, unit)} for {count(vehicles, 'vehicle')}"
        )
        if not is_now:
            return f"{text}, if they still charge then"
        if self.offer.limit >= self.cap.limit:
            return text
        # What GetCompositeSchedule tells of this connector, which knows of no sharing (S 5.7).
        winner = self.offer.winner
        own = "the hardware" if winner is None else str(winner.ref)
        return f"{text}; {own} alone allows {limit_text(self.offer.limit, unit)} now"


class Ahead(Struct):
    """What one transaction gets from now on."""

    end: End | None = None
    """Of what it gets now; None: not known yet."""
    shares: list[SharedPeriod] = field(default_factory=list)
    """Where it is a share; of the last one the end may be open."""


def is_shared(context: Context) -> bool:
    """Say whether several transactions may have to divide a cap."""
    purpose = ChargingProfilePurposeType.CHARGE_POINT_MAX_PROFILE
    return len(context.transactions) > 1 and any(
        each.profile.charging_profile_purpose is purpose for each in context.profiles
    )


def shares_now(sweep: Sweep) -> dict[int, Share]:
    """Divide the cap at the first second; give those whom it leaves less than they could take."""
    return _SharingCursor(sweep).shares_at(sweep.begin) if is_shared(sweep.context) else {}


def shared_limit(
    share: Share,
    unit: ChargingRateUnitType,
    own: Decimal,
    number_phases: int | None,
    hardware: Hardware,
) -> Decimal:
    """Return a share in a unit, in which `own` is the limit without it, on these phases."""
    # The share is our own doing, so the phases that are really there count.
    phases = min(number_phases or hardware.phases, hardware.phases)
    return min(own, convert(share.limit, share.cap.unit, unit, phases, hardware))


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


def shares_ahead(context: Context, now: datetime, window_s: int) -> Work[dict[int, Ahead]]:
    """Find what each running transaction gets over a window; {} where nothing is to be divided.

    The end of the last is looked for up to a year, as that of a schedule is. Where what another one
    could take changes, a share may well stay as it is.
    """
    if not is_shared(context):
        return {}
    begin = to_second(now)
    sweep = Sweep(context, context.allowed_units[0], begin, Budget(END_STEPS_MAX), explains=False)
    budget, cursor = sweep.budget, _SharingCursor(sweep)
    end, horizon = window_end(begin, window_s), window_end(begin, DURATION_S_MAX)
    found = {each: Ahead() for each in context.transactions}
    held: Mapping[int, object] = {}
    pause_at = budget.steps - SLICE_STEPS
    for at, new, is_new in steps(cursor, begin, horizon, budget, lambda value: value):
        if budget.steps < pause_at:
            yield
            pause_at = budget.steps - SLICE_STEPS
        if is_new:
            for each, ahead in found.items():
                if new[each] != held.get(each):
                    _go_on(ahead, at, begin, cursor.period(each, at) if at < end else None)
            held = new
        # From the end of the window on only open ends are looked for.
        if at >= end and all(_is_closed(ahead) for ahead in found.values()):
            break
    looked_until = None if budget.cut_at is None else to_instant(budget.cut_at)
    for ahead in found.values():
        ahead.end = ahead.end or (None, looked_until)
        if ahead.shares and ahead.shares[-1].end is None:
            ahead.shares[-1] = replace(ahead.shares[-1], looked_until=looked_until)
    return found


def _go_on(ahead: Ahead, at: int, begin: int, share: SharedPeriod | None) -> None:
    """Note that something else holds from this second on."""
    if at > begin:
        ahead.end = ahead.end or (to_instant(at), None)
    if ahead.shares and ahead.shares[-1].end is None:
        ahead.shares[-1] = replace(ahead.shares[-1], end=to_instant(at))
    if share is not None and len(ahead.shares) < SHARES_MAX:
        ahead.shares.append(share)


def _is_closed(ahead: Ahead) -> bool:
    return ahead.end is not None and not (ahead.shares and ahead.shares[-1].end is None)


class _SharingCursor:
    """What each running transaction gets over time, and what sets it: as the limits of now are.

    It counts with those that run now; who comes or goes makes another one.
    """

    def __init__(self, sweep: Sweep) -> None:
        cap = sweep.cap()
        self._sweep, self._cap = sweep, cap
        self._cursors = {each: sweep.capped(each, cap) for each in sweep.context.transactions}
        self._shares: dict[int, Share] = {}
        self._held: dict[int, object] = {}
        self.until = -FOREVER

    @property
    def intervals(self) -> set[int]:
        """The lengths after which profiles repeat themselves."""
        return set().union(*(each.intervals for each in self._cursors.values()))

    def edges(self) -> Iterator[int]:
        """Yield every second at which it may change other than by recurring."""
        return chain.from_iterable(each.edges() for each in self._cursors.values())

    def at(self, second: int) -> Mapping[int, object]:
        """Return by connector what stays the same as long as its limit and its source do."""
        own = {each: cursor.at(second) for each, cursor in self._cursors.items()}
        self._shares = self._divided(self._cap.at(second).claim)
        self._held = {
            each: decision.identity()
            if (share := self._shares.get(each)) is None
            else (share.limit, share.cap.ref, share.cap.limit, decision.number_phases)
            for each, decision in own.items()
        }
        self.until = min(each.until for each in self._cursors.values())
        return self._held

    def shares_at(self, second: int) -> dict[int, Share]:
        """Return the shares of those whom the cap leaves less than they could take."""
        self.at(second)
        return self._shares

    def period(self, connector_id: int, at: int) -> SharedPeriod | None:
        """Return what it gets from this second on, which is the one at which this cursor is."""
        share = self._shares.get(connector_id)
        if share is None:
            return None
        hardware = self._sweep.context.hardware[connector_id]
        terms, cursor = self._sweep.terms(connector_id), self._cursors[connector_id]
        own = [cursor.decide(replace(terms, unit=unit, available={})) for unit in _UNITS]
        limit_a, limit_w = (
            shared_limit(share, unit, decision.limit, own[0].number_phases, hardware)
            for unit, decision in zip(_UNITS, own, strict=True)
        )
        return SharedPeriod(
            start=to_instant(at),
            limit_a=plain(limit_a),
            limit_w=plain(limit_w),
            sentence=share.text(len(self._cursors), is_now=at == self._sweep.begin),
        )

    def _divided(self, cap: Claim | None) -> dict[int, Share]:
        if cap is None:
            return {}
        sweep, unit = self._sweep, cap.unit
        context = sweep.context
        running = sorted(self._cursors, key=lambda each: context.transactions[each].start)
        offers = [
            self._cursors[each].decide_uncapped(replace(sweep.terms(each), unit=unit))
            for each in running
        ]
        minimums = [
            _minimum(context.hardware[each], unit, offer.number_phases)
            for each, offer in zip(running, offers, strict=True)
        ]
        parts = divide([offer.limit for offer in offers], minimums, cap.limit)
        return {
            each: Share(cap, part, offer)
            for each, part, offer in zip(running, parts, offers, strict=True)
            if part < offer.limit
        }


def _minimum(hardware: Hardware, unit: ChargingRateUnitType, phases: int | None) -> Decimal:
    """Return the least that a vehicle charges with; a DC vehicle takes anything above 0."""
    if hardware.kind is CurrentKind.DC:
        return Decimal(0)
    return hardware_limit(replace(hardware, max_current_a=MINIMUM_CURRENT_A), unit, phases)
