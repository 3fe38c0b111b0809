"""Which profile of one purpose counts at each moment on one connector (S 3.13.1, S 3.13.2).

Among the profiles of a purpose the highest stackLevel that gives a value wins (E 3.43): a higher
one whose schedule is over, or that is not valid, lets the lower one through.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cp_tui.charge_point.smart_charging.context import (
    Context,
    InstalledProfile,
    RunningTransaction,
)
from cp_tui.charge_point.smart_charging.schedule import LostBecause, ProfileRef
from cp_tui.charge_point.smart_charging.timeline import (
    Budget,
    Standing,
    changes,
    profile_steps,
    to_second,
)
from cp_tui.ocpp.datatypes import ChargingProfilePurposeType, ChargingRateUnitType

LOSERS_MAX = 8
"""Losers listed per period: more than a screen shows, few enough to publish at every change."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The limit that a profile sets, in its own unit."""

    ref: ProfileRef
    limit: Decimal
    unit: ChargingRateUnitType
    number_phases: int | None


@dataclass(frozen=True, slots=True)
class Lost:
    """A profile that does not set the limit, and what is needed to say why."""

    ref: ProfileRef
    why: LostBecause
    by: ProfileRef | None = None
    """The profile that beats it, where one does."""
    instant: int | None = None
    """The second that `why` speaks of."""
    allowed: Decimal | None = None
    """What it would allow, in the unit of the schedule."""
    varies: bool = False
    """It allows this at first or at least, and other limits later."""


@dataclass(frozen=True, slots=True)
class StackState:
    """One purpose on one connector over a stretch of time."""

    claim: Claim | None = None
    """Of the highest profile that gives a value."""
    valid: ProfileRef | None = None
    """The highest profile that is valid, whether its schedule gives a value or not."""
    lost: tuple[Lost, ...] = ()
    omitted: int = 0


NO_PROFILES = StackState()


@dataclass(frozen=True, slots=True)
class Stack:
    """The profiles of one purpose for one connector, and when their own schedules began."""

    profiles: tuple[InstalledProfile, ...]
    """Highest first."""
    out: tuple[tuple[InstalledProfile, LostBecause], ...]
    """Profiles of this purpose that can never count here."""
    anchor: int
    """Time zero of schedules that count from the start of charging."""

    def steps(self, begin: int, end: int, budget: Budget) -> Iterator[tuple[int, StackState]]:
        """Yield the state of this stack over [begin, end)."""
        profiles = self.profiles
        refs = [ref_of(installed) for installed in profiles]
        out = self._never(refs)
        standings: list[Standing | None] = [None] * len(profiles)
        giving: list[int] = []
        valid: list[int] = []
        state: StackState | None = None
        streams = [
            profile_steps(installed.profile, self.anchor, begin, end, budget)
            for installed in profiles
        ]
        for at, changed in changes(streams):
            for index, standing in changed:
                before = standings[index]
                standings[index] = standing
                _keep(giving, index, _gives(before), _gives(standing))
                _keep(valid, index, before is not None and before.is_valid, standing.is_valid)
            winner = giving[0] if giving else None
            highest_valid = refs[valid[0]] if valid else None
            shown = [index for index in range(min(len(refs), LOSERS_MAX + 1)) if index != winner]
            beaten_by = None if winner is None else refs[winner]
            lost = [_lost(refs[index], standings[index], beaten_by) for index in shown] + out
            total = len(refs) - (winner is not None) + len(self.out)
            new = StackState(
                claim=None if winner is None else self._claim(winner, refs, standings),
                valid=highest_valid,
                lost=tuple(lost[:LOSERS_MAX]),
                omitted=total - min(len(lost), LOSERS_MAX),
            )
            if new != state:
                yield at, new
                state = new
        if not profiles:
            yield begin, StackState(lost=tuple(out), omitted=len(self.out) - len(out))

    def _never(self, refs: Sequence[ProfileRef]) -> list[Lost]:
        """Explain the profiles that never count, with the one in whose place they would stand."""
        at_level = {ref.stack_level: ref for ref in refs}
        return [
            Lost(ref_of(each), why, by=at_level.get(each.profile.stack_level))
            for each, why in self.out[:LOSERS_MAX]
        ]

    def _claim(
        self, index: int, refs: Sequence[ProfileRef], standings: Sequence[Standing | None]
    ) -> Claim:
        standing = standings[index]
        assert standing is not None
        assert standing.limit is not None
        unit = self.profiles[index].profile.charging_schedule.charging_rate_unit
        return Claim(refs[index], standing.limit, unit, standing.number_phases)


def ref_of(installed: InstalledProfile) -> ProfileRef:
    """Return the name of an installed profile."""
    profile = installed.profile
    return ProfileRef(
        profile_id=profile.charging_profile_id,
        purpose=profile.charging_profile_purpose,
        stack_level=profile.stack_level,
        connector_id=installed.connector_id,
    )


def _gives(standing: Standing | None) -> bool:
    return standing is not None and standing.limit is not None


def _keep(indexes: list[int], index: int, was_in: bool, is_in: bool) -> None:
    """Bring a sorted list of indexes up to date."""
    if is_in and not was_in:
        insort(indexes, index)
    elif was_in and not is_in:
        del indexes[bisect_left(indexes, index)]


def _lost(ref: ProfileRef, standing: Standing | None, by: ProfileRef | None) -> Lost:
    assert standing is not None
    if standing.why_none is None:
        return Lost(ref, LostBecause.LOWER_STACK_LEVEL, by)
    return Lost(ref, standing.why_none, instant=standing.instant)


# --- the three purposes ---------------------------------------------------------------------------


def charge_point_max_stack(context: Context, armed_at: int) -> Stack:
    """Return the caps of the whole charge point.

    One cap has one time zero for all connectors: the start of the oldest running transaction.
    """
    profiles = _of(context, ChargingProfilePurposeType.CHARGE_POINT_MAX_PROFILE, 0)
    starts = [to_second(running.start) for running in context.transactions.values()]
    return Stack(_highest_first(profiles), (), min(starts, default=armed_at))


def tx_stack(context: Context, connector_id: int, armed_at: int) -> Stack:
    """Return the TxProfiles of the transaction that runs on a connector, or would start now."""
    running = context.transactions.get(connector_id)
    profiles = _of(context, ChargingProfilePurposeType.TX_PROFILE, connector_id)
    own = [each for each in profiles if _belongs(each, running)]
    others = tuple(
        (each, LostBecause.OTHER_TRANSACTION) for each in profiles if not _belongs(each, running)
    )
    return Stack(_highest_first(own), others, _anchor(running, armed_at))


def tx_default_stack(context: Context, connector_id: int, armed_at: int) -> Stack:
    """Return the defaults of a connector: its own, and those of connector 0 at other levels."""
    own = _of(context, ChargingProfilePurposeType.TX_DEFAULT_PROFILE, connector_id)
    of_all = _of(context, ChargingProfilePurposeType.TX_DEFAULT_PROFILE, 0)
    levels = {each.profile.stack_level for each in own}
    shared = [each for each in of_all if each.profile.stack_level not in levels]
    replaced = tuple(
        (each, LostBecause.REPLACED_ON_CONNECTOR)
        for each in of_all
        if each.profile.stack_level in levels
    )
    anchor = _anchor(context.transactions.get(connector_id), armed_at)
    return Stack(_highest_first(own + shared), replaced, anchor)


def _of(
    context: Context, purpose: ChargingProfilePurposeType, connector_id: int
) -> list[InstalledProfile]:
    return [
        each
        for each in context.profiles
        if each.profile.charging_profile_purpose is purpose and each.connector_id == connector_id
    ]


def _highest_first(profiles: list[InstalledProfile]) -> tuple[InstalledProfile, ...]:
    return tuple(sorted(profiles, key=lambda each: -each.profile.stack_level))


def _belongs(installed: InstalledProfile, running: RunningTransaction | None) -> bool:
    """A TxProfile without a transaction came with a remote start and waits for its transaction."""
    key = installed.transaction_key
    return key is None or (running is not None and running.key == key)


def _anchor(running: RunningTransaction | None, armed_at: int) -> int:
    return armed_at if running is None else to_second(running.start)
