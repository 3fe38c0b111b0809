"""Smart charging of a charge point that is watched: the mind's own schedules over what is known.

Limits, schedules and reasons are worked out by the very rules of the charge point, over the
profiles that the log tells were accepted. What the hardware allows it does not tell: there nothing
is known, and the schedules have a gap.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import structs
from msgspec.structs import replace

from cp_tui.charge_point.charging import limit_view
from cp_tui.charge_point.smart_charging.composite import Work, composing
from cp_tui.charge_point.smart_charging.context import Context, InstalledProfile, RunningTransaction
from cp_tui.charge_point.smart_charging.profile_status import says_until
from cp_tui.charge_point.smart_charging.profile_store import expire, next_expiry
from cp_tui.charge_point.smart_charging.schedule import (
    CompositePeriod,
    CompositeSchedule,
    SourceKind,
)
from cp_tui.charge_point.smart_charging.sharing import limits_now
from cp_tui.charge_point.smart_charging.shown import Shown
from cp_tui.charge_point.smart_charging.timeline import to_instant
from cp_tui.charge_point.variables import ChargingSchedules, LimitView, ProfileEntry, Profiles
from cp_tui.explain.charging import NEVER_BINDS_A, context_of, with_connector
from cp_tui.explain.knowledge.transactions import TransactionKnown
from cp_tui.explain.known import Known
from cp_tui.ocpp.calendar import FIRST, later
from cp_tui.ocpp.datatypes import ChargingProfilePurposeType, ChargingRateUnitType

AGAIN_S = 3_600.0
"""A day ahead is shown, so that it is worked out anew each hour at the latest."""
LEAST_S = 1.0
"""Schedules are in whole seconds."""
FALLBACK = "TxProfileFallback"
_KNOWN_BELOW = NEVER_BINDS_A / 2
"""What is higher comes from the hardware, of which nothing is known, or from a sum of it."""


class FollowedCharging:
    """Profiles, limits and schedules at one moment, worked out when somebody looks."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._at: datetime | None = None
        self._shown: Shown | None = None
        self._context: Context | None = None
        self._until: datetime | None = None

    def forget(self) -> None:
        """Something has changed: what was worked out counts no more."""
        self._shown = self._context = None

    @property
    def due(self) -> datetime | None:
        """When a limit, or what a profile says, changes by itself next; None: nobody has looked."""
        return self._until if self._shown is not None else None

    def prepare(self, variable: str, now: datetime, running: Iterable[TransactionKnown]) -> bool:
        """Do a slice of what a variable needs; say whether there is more to do."""
        return self._look(now, running).work(variable)

    def limits(self, now: datetime, running: Iterable[TransactionKnown]) -> dict[int, LimitView]:
        """Give the limit of each connector that a profile limits."""
        found = self._look(now, running).limits()
        return {
            connector: limit_view(limit)
            for connector, limit in found.items()
            if limit.limit_a < _KNOWN_BELOW
        }

    def schedules(self, now: datetime, running: Iterable[TransactionKnown]) -> ChargingSchedules:
        """Give the variable `charging_schedules`."""
        found = self._look(now, running).schedules()
        return {connector: as_known(schedule) for connector, schedule in found.items()}

    def profiles(self, now: datetime, running: Iterable[TransactionKnown]) -> Profiles:
        """Give the variable `profiles`."""
        standings = self._look(now, running).standings()
        assert self._context is not None
        return tuple(
            ProfileEntry(
                **structs.asdict(each), standing=standings[each.profile.charging_profile_id]
            )
            for each in self._context.profiles
        )

    def composing(
        self,
        connector: int,
        duration_s: int,
        unit: ChargingRateUnitType | None,
        start: datetime | None,
        now: datetime,
        running: Iterable[TransactionKnown],
    ) -> Work[CompositeSchedule]:
        """Compute the schedule of a connector in slices, as the charge point itself does."""
        self._look(now, running)
        assert self._context is not None
        time = now.replace(microsecond=0)
        at = time if start is None else start.replace(microsecond=0)
        context = replace(with_connector(self._context, connector), armed_at=min(at, time))
        schedule = yield from composing(context, connector, at, duration_s, unit)
        return as_known(schedule)

    def _look(self, now: datetime, running: Iterable[TransactionKnown]) -> Shown:
        is_old = self._at is None or self._until is None or not self._at <= now < self._until
        if self._shown is None or is_old:
            self._context = context = self.context(now, running)
            self._at, self._until = now, _next_change(context, now)
            self._shown = Shown(context, now)
        return self._shown

    def context(self, now: datetime, running: Iterable[TransactionKnown]) -> Context:
        """Give what limits and schedules follow from at an instant."""
        known = self._known
        context = context_of(known, 1, tx_profile_fallback=bool(known.keys.boolean(FALLBACK)))
        transactions = {
            each.connector: RunningTransaction(
                f"{each.where.number}", each.id, each.began_at or FIRST
            )
            for each in running
            if each.connector in context.hardware
        }
        profiles = tuple(
            _as_stored(each, transactions.get(each.connector_id)) for each in context.profiles
        )
        kept = expire(profiles, now).kept
        return replace(context, transactions=transactions, profiles=kept)


def as_known(schedule: CompositeSchedule) -> CompositeSchedule:
    """Leave out the periods in which nothing is known to limit."""
    periods = tuple(each for each in schedule.periods if _is_known(each, schedule.unit))
    return schedule if len(periods) == len(schedule.periods) else replace(schedule, periods=periods)


def _is_known(period: CompositePeriod, unit: ChargingRateUnitType) -> bool:
    if period.source.kind is SourceKind.HARDWARE:
        return False
    return unit is ChargingRateUnitType.W or period.limit < _KNOWN_BELOW


def _as_stored(installed: InstalledProfile, running: RunningTransaction | None) -> InstalledProfile:
    """A TxProfile belongs to what runs on its connector, as the charge point stores it."""
    purpose = installed.profile.charging_profile_purpose
    if running is None or purpose is not ChargingProfilePurposeType.TX_PROFILE:
        return installed
    return replace(installed, transaction_key=running.key)


def _next_change(context: Context, now: datetime) -> datetime:
    """When limits, schedules or the standing of profiles change by themselves next."""
    _, until = limits_now(context, now)
    times = [later(now, AGAIN_S), to_instant(until)]
    times += [to_instant(says_until(context, each, now)) for each in context.profiles]
    if (expiry := next_expiry(context.profiles, now)) is not None:
        times.append(expiry)
    return max(min(times), later(now, LEAST_S))
