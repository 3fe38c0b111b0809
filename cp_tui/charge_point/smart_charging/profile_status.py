"""What each installed profile does now, when that changes, and why it does not set a limit.

The composite schedule says of a connector which profile sets its limit; this says it the other way
round, of a profile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from cp_tui.charge_point.smart_charging.composite import DURATION_S_MAX
from cp_tui.charge_point.smart_charging.context import Context, InstalledProfile
from cp_tui.charge_point.smart_charging.conversion import plain
from cp_tui.charge_point.smart_charging.explanation import why_silent
from cp_tui.charge_point.smart_charging.purposes import (
    charge_point_max_stack,
    tx_default_stack,
    tx_stack,
)
from cp_tui.charge_point.smart_charging.schedule import (
    LimitSource,
    LostBecause,
    ProfileChange,
    ProfileChangeKind,
    ProfileLoss,
    ProfileRef,
    ProfileStanding,
)
from cp_tui.charge_point.smart_charging.stacking import Lost, Stack
from cp_tui.charge_point.smart_charging.timeline import (
    FOREVER,
    Said,
    end_of_validity,
    to_instant,
    to_second,
    window_end,
)
from cp_tui.ocpp.datatypes import (
    ChargingProfile,
    ChargingProfileKindType,
    ChargingProfilePurposeType,
)

STEPS_MAX = 100
"""How many changes are looked through for the next one that brings another limit."""


def standings(
    context: Context,
    sources: Mapping[int, LimitSource],
    now: datetime,
    of: Iterable[InstalledProfile] | None = None,
) -> dict[int, ProfileStanding]:
    """Return what each profile does, by chargingProfileId; of all, or of some.

    `sources` says of each connector, 0 included, where its limit comes from now.
    """
    layers = _Layers(context, to_second(now))
    return {
        each.profile.charging_profile_id: _standing(context, each, sources, layers)
        for each in (context.profiles if of is None else of)
    }


def _standing(
    context: Context,
    installed: InstalledProfile,
    sources: Mapping[int, LimitSource],
    layers: _Layers,
) -> ProfileStanding:
    now = layers.now
    ref = installed.ref
    scope = _scope(context, installed)
    active_on = tuple(each for each in scope if sources[each].winner == ref)
    losses = (
        _loss(installed, each, sources[each], layers) for each in scope if each not in active_on
    )
    is_charging = any(each in context.transactions for each in active_on)
    is_for_all = 0 in active_on and bool(context.transactions)
    anchors = _anchors(context, installed, scope, now)
    claim = _says(installed, anchors[0] if anchors else now, now).claim
    return ProfileStanding(
        is_active=bool(active_on),
        active_on=active_on,
        is_armed=bool(active_on) and not is_charging and not is_for_all,
        limit=None if claim is None else plain(claim.limit),
        losses=tuple(losses),
        next_change=_next_change(installed, anchors, now),
    )


def _scope(context: Context, installed: InstalledProfile) -> tuple[int, ...]:
    """Return the connectors that a profile is meant for; 0 where it caps the whole."""
    match installed.profile.charging_profile_purpose:
        case ChargingProfilePurposeType.CHARGE_POINT_MAX_PROFILE:
            return (0, *context.hardware)
        case ChargingProfilePurposeType.TX_DEFAULT_PROFILE if installed.connector_id == 0:
            return tuple(context.hardware)
        case _ if installed.connector_id in context.hardware:
            return (installed.connector_id,)
        case _:
            # Of a connector that was configured away since.
            return ()


class _Layer(Struct, frozen=True):
    """The profiles of one purpose on one connector, and which of them gives the limit now."""

    stack: Stack
    at_level: Mapping[int, ProfileRef]
    winner: ProfileRef | None
    """The highest that gives a limit now."""
    out: Mapping[ProfileRef, LostBecause]
    """What can never count here."""


class _Layers:
    """The layers that were asked for, each made once: there may be many profiles in one."""

    def __init__(self, context: Context, now: int) -> None:
        self._context = context
        self.now = now
        self._made: dict[tuple[ChargingProfilePurposeType, int], _Layer] = {}

    def get(self, purpose: ChargingProfilePurposeType, connector_id: int) -> _Layer:
        """Return the layer of a purpose on a connector."""
        key = (purpose, connector_id)
        if key not in self._made:
            self._made[key] = self._make(purpose, connector_id)
        return self._made[key]

    def _make(self, purpose: ChargingProfilePurposeType, connector_id: int) -> _Layer:
        stack = self._stack(purpose, connector_id)
        giving = (
            each for each in stack.profiles if _says(each, stack.anchor, self.now).claim is not None
        )
        highest = next(giving, None)
        return _Layer(
            stack,
            at_level={each.profile.stack_level: each.ref for each in stack.profiles},
            winner=None if highest is None else highest.ref,
            out={each.ref: why for each, why in stack.out},
        )

    def _stack(self, purpose: ChargingProfilePurposeType, connector_id: int) -> Stack:
        match purpose:
            case ChargingProfilePurposeType.CHARGE_POINT_MAX_PROFILE:
                return charge_point_max_stack(self._context, self.now)
            case ChargingProfilePurposeType.TX_DEFAULT_PROFILE:
                return tx_default_stack(self._context, connector_id, self.now)
            case ChargingProfilePurposeType.TX_PROFILE:
                return tx_stack(self._context, connector_id, self.now)


def _loss(
    installed: InstalledProfile, connector_id: int, source: LimitSource, layers: _Layers
) -> ProfileLoss:
    ref = installed.ref
    for loser in source.losers:
        if loser.profile == ref:
            return ProfileLoss(connector_id=connector_id, why=loser.why, sentence=loser.sentence)
    # The source lists a few losers only; this one is further down.
    layer = layers.get(installed.profile.charging_profile_purpose, connector_id)
    lost = _silent(layer, installed, layers.now)
    return ProfileLoss(connector_id=connector_id, why=lost.why, sentence=why_silent(lost))


def _silent(layer: _Layer, installed: InstalledProfile, now: int) -> Lost:
    ref = installed.ref
    if ref in layer.out:
        return Lost(ref, layer.out[ref], by=layer.at_level.get(ref.stack_level))
    said = _says(installed, layer.stack.anchor, now)
    if said.why_none is not None:
        return Lost(ref, said.why_none, instant=said.instant)
    return Lost(ref, LostBecause.LOWER_STACK_LEVEL, by=layer.winner)


def _says(installed: InstalledProfile, anchor: int, now: int) -> Said:
    return installed.course.at(now, anchor)


def _anchors(
    context: Context, installed: InstalledProfile, scope: Iterable[int], now: int
) -> list[int]:
    """Return the time zeros that count: of running transactions, or any if it brings its own."""
    profile = installed.profile
    if not _counts_from_transaction(profile):
        return [now]
    if profile.charging_profile_purpose is ChargingProfilePurposeType.CHARGE_POINT_MAX_PROFILE:
        return [charge_point_max_stack(context, now).anchor] if context.transactions else []
    running = (context.transactions[each] for each in scope if each in context.transactions)
    return [
        to_second(each.start) for each in running if installed.transaction_key in (None, each.key)
    ]


def _counts_from_transaction(profile: ChargingProfile) -> bool:
    return (
        profile.charging_profile_kind is ChargingProfileKindType.RELATIVE
        or profile.charging_schedule.start_schedule is None
    )


def says_until(context: Context, installed: InstalledProfile, time: datetime) -> int:
    """Return the second up to which a profile says what it says at this time."""
    now = to_second(time)
    anchors = _anchors(context, installed, _scope(context, installed), now)
    if anchors:
        return min(installed.course.at(now, anchor).until for anchor in anchors)
    return min((each for each in installed.course.validity if each > now), default=FOREVER)


def _next_change(installed: InstalledProfile, anchors: list[int], now: int) -> ProfileChange | None:
    if not anchors:
        return _next_edge(installed.profile, now)
    found = [
        change for anchor in anchors if (change := _next_of(installed, anchor, now)) is not None
    ]
    return min(found, key=lambda change: change.at, default=None)


def _next_edge(profile: ChargingProfile, now: int) -> ProfileChange | None:
    """Return the next edge of the validity: all that is known before a transaction starts."""
    if profile.valid_from is not None and to_second(profile.valid_from) > now:
        limit = profile.charging_schedule.charging_schedule_period[0].limit
        at = to_instant(to_second(profile.valid_from))
        return ProfileChange(at=at, kind=ProfileChangeKind.STARTS, limit=plain(limit))
    valid_to = end_of_validity(profile)
    if valid_to is not None and valid_to > now:
        return ProfileChange(at=to_instant(valid_to), kind=ProfileChangeKind.ENDS)
    return None


def _next_of(installed: InstalledProfile, anchor: int, now: int) -> ProfileChange | None:
    horizon = window_end(now, DURATION_S_MAX)
    before = installed.course.at(now, anchor)
    at = before.until
    for _ in range(STEPS_MAX):
        if at >= horizon:
            break
        after = installed.course.at(at, anchor)
        if after.claim is before.claim:
            at = after.until
            continue
        instant = to_instant(at)
        if after.claim is None:
            return ProfileChange(at=instant, kind=ProfileChangeKind.ENDS)
        goes_on = before.claim is not None
        kind = ProfileChangeKind.CHANGES if goes_on else ProfileChangeKind.STARTS
        return ProfileChange(at=instant, kind=kind, limit=plain(after.claim.limit))
    return None
