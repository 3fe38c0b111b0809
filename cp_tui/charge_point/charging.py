"""Smart charging at work: installed profiles, the limits that follow, who may draw (S 3.13).

There are two halves. What the station has to obey is worked out in the turn in which anything
changes (`recompute`): the limits of this moment and nothing else, for a vehicle follows them within
seconds and the answer to the CSMS waits for it. What people see of it, which is reasons, losers,
the schedule of the next day and what each profile does, takes far longer. That is left to `Shown`,
which works it out only where somebody looks, in slices.

Nothing ticks. A limit holds up to the next second at which any profile says something else, and
that second is the deadline; it is looked for when the answers are on their way (`deadline`). The
clock of the CSMS may step at any time, so deadlines are kept in that clock and converted when asked
for.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from msgspec import Struct, structs
from msgspec.structs import replace

from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.connector import Connector
from cp_tui.charge_point.described import (
    MAX_PERIODS,
    MAX_PROFILES_INSTALLED,
    MAX_STACK_LEVEL,
)
from cp_tui.charge_point.effects import Energize, NoteLimit, SetLimit, Table
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.records import TransactionRecord
from cp_tui.charge_point.smart_charging.advice import remarks
from cp_tui.charge_point.smart_charging.composite import Work, composing
from cp_tui.charge_point.smart_charging.context import (
    Context,
    Hardware,
    InstalledProfile,
    RunningTransaction,
)
from cp_tui.charge_point.smart_charging.profile_status import says_until
from cp_tui.charge_point.smart_charging.profile_store import (
    StoreChange,
    clear,
    end_transactions,
    expire,
    install,
    installed_profile,
    next_expiry,
)
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule, ProfileSource
from cp_tui.charge_point.smart_charging.sharing import (
    ConnectorLimit,
    LimitInForce,
    limit_of_all,
    limits_now,
)
from cp_tui.charge_point.smart_charging.shown import Shown
from cp_tui.charge_point.smart_charging.timeline import FOREVER, to_instant
from cp_tui.charge_point.smart_charging.validation import (
    check_composite,
    check_profile,
    check_remote_start_profile,
)
from cp_tui.charge_point.smart_charging.wire import CompositeAnswer, answer
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import ChargingSchedules, LimitView, ProfileEntry, Profiles
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import ChargingProfile, ChargingRateUnitType
from cp_tui.ocpp.feature_profile import FeatureProfile

if TYPE_CHECKING:
    from cp_tui.ocpp.smart_charging import ClearChargingProfileRequest

STRAY_CLOCK = timedelta(days=1)
"""How long after a step of the clock it may be set back: till then, what it passed over has not
ended."""
REPUBLISH = timedelta(hours=1)
"""The published schedules are renewed this often, so that their end never comes near."""


def _without_phases(profile: ChargingProfile) -> ChargingProfile:
    """Give a profile that says nothing of phases."""
    schedule = profile.charging_schedule
    periods = tuple(
        period.model_copy(update={"number_phases": None})
        for period in schedule.charging_schedule_period
    )
    schedule = schedule.model_copy(update={"charging_schedule_period": periods})
    return profile.model_copy(update={"charging_schedule": schedule})


_UNITS = {"Current": ChargingRateUnitType.A, "Power": ChargingRateUnitType.W}
"""As ChargingScheduleAllowedChargingRateUnit calls them."""


class Installation(Struct, frozen=True):
    """What became of a profile that was accepted."""

    reason: Reason
    remarks: tuple[str, ...]
    """What is accepted, but not the way the sender may think."""
    replaced: tuple[int, ...]
    """The chargingProfileIds that it took the place of."""


class Charging:
    """Keeps profiles, schedules and power in step."""

    def __init__(
        self, turn: Turn, configuration: Configuration, connectors: Iterable[Connector]
    ) -> None:
        self._turn = turn
        self._configuration = configuration
        self._connectors = [c for c in connectors if c.connector_id > 0]
        self._hardware = {
            connector.connector_id: Hardware(
                max_current_a=connector.config.max_current_a,
                phases=connector.config.phases,
                voltage_v=connector.config.voltage_v,
                kind=connector.config.kind,
            )
            for connector in self._connectors
            if connector.config is not None
        }
        self._profiles = tuple(
            installed
            for _, installed in turn.records(Table.PROFILE, InstalledProfile)
            if turn.config.has(FeatureProfile.SMART_CHARGING)
        )
        if self._profiles and turn.config.quirks.forgets_profiles:
            for installed in self._profiles:
                turn.forget(Table.PROFILE, str(installed.profile.charging_profile_id))
            self._profiles = ()
        units = configuration.text("ChargingScheduleAllowedChargingRateUnit")
        self._allowed_units = tuple(
            unit for word, unit in _UNITS.items() if not units or word in units.split(",")
        )
        self._limits: dict[int, ConnectorLimit] = {}
        self._limits_until = FOREVER
        """The second up to which they hold in any case."""
        self._told: dict[int, SetLimit] = {}
        self._noted: NoteLimit | None = None
        self._energized: dict[int, bool] = {}
        self._shown = Shown(self._context(), turn.time)
        self._due: datetime | None = None
        """When something changes by itself next, in the clock of the charge point; None: not worked
        out yet."""
        self._computed_at: datetime | None = None
        self._knew_time = False
        """Whether the clock was set when that was computed."""
        self._starts: dict[str, datetime] = {}
        """Transaction key -> its start in the clock of the machine, which no CSMS moves."""
        self._has_moved = False
        """A connector may charge now that could not, or the other way round."""

    def check(self, connector_id: int, profile: ChargingProfile) -> Reason | None:
        """Say why SetChargingProfile is Rejected; raises OcppError for a CALLERROR."""
        return check_profile(connector_id, profile, self._context(), self._turn.time)

    def check_remote_start(self, profile: ChargingProfile) -> Reason | None:
        """Say why the profile of a RemoteStartTransaction is refused (S 5.11)."""
        return check_remote_start_profile(profile, self._context(), self._turn.time)

    def check_composite(
        self, connector_id: int, duration_s: int, unit: ChargingRateUnitType | None
    ) -> Reason | None:
        """Say why GetCompositeSchedule is Rejected (S 5.7)."""
        return check_composite(connector_id, duration_s, unit, self._context())

    def set_profile(
        self,
        connector_id: int,
        profile: ChargingProfile,
        source: ProfileSource = ProfileSource.CSMS,
    ) -> Installation:
        """Install a profile that was checked; running transactions follow at once (S 5.16)."""
        quirks, sent = self._turn.config.quirks, profile
        if quirks.ignores_phases:
            profile = _without_phases(profile)
        context, time = self._context(), self._turn.time
        notes = tuple(note.text for note in remarks(connector_id, profile, context, time))
        new = installed_profile(context, connector_id, profile, time, source)
        change = install(self._profiles, new, self._jumped())
        self._keep(change)
        self._save(new)
        self.recompute()
        replaced = _ids(change)
        removed = ", ".join(f"#{each}" for each in replaced)
        reason = because(
            "smart_charging.installed",
            "S 5.16",
            "profile #{id} is installed on connector {connector}{replaces}{notes}",
            id=profile.charging_profile_id,
            connector=connector_id,
            replaces=f" in place of {removed}" if removed else "",
            notes="".join(f"; {note}" for note in notes),
        )
        habits = ("ignores_phases",) if profile != sent else ()
        return Installation(quirks.told(reason, *habits) or reason, notes, replaced)

    def clear_profiles(self, request: ClearChargingProfileRequest) -> tuple[int, ...]:
        """Remove what matches; give the chargingProfileIds that are gone (S 5.5)."""
        change = clear(self._profiles, request)
        self._keep(change)
        if change.removed:
            self.recompute()
        return _ids(change)

    def bind(self, connector: Connector, transaction_key: str, profile: ChargingProfile) -> None:
        """Make the profile of a remote start the TxProfile of the transaction (S 5.11)."""
        connector_id = connector.connector_id
        new = InstalledProfile(connector_id, profile, self._turn.time, transaction_key)
        self._keep(install(self._profiles, new, self._jumped()))
        self._save(new)

    def composing(
        self,
        connector_id: int,
        duration_s: int,
        unit: ChargingRateUnitType | None = None,
        start: datetime | None = None,
    ) -> Work[CompositeSchedule]:
        """Compute the composite schedule of a connector in slices, by default from now (S 5.7).

        Where nothing charges it is that of a transaction that starts now, or with a window that
        lies in the past at its beginning.
        """
        time = self._turn.time.replace(microsecond=0)
        at = time if start is None else start.replace(microsecond=0)
        context = replace(self._context(), armed_at=min(at, time))
        return composing(context, connector_id, at, duration_s, unit)

    def answer_composite(
        self, connector_id: int, duration_s: int, unit: ChargingRateUnitType | None
    ) -> CompositeAnswer:
        """Work out GetCompositeSchedule.conf (S 5.7, E 3.57)."""
        time = self._turn.time.replace(microsecond=0)
        return answer(self._context(), connector_id, time, duration_s, unit)

    def recompute(self) -> None:
        """Follow any change of profiles, transactions or time.

        Limits and power follow at once. What people see of it is worked out where somebody looks.
        """
        # What has ended goes first: it must neither set a limit nor be shown.
        self._drop_ended()
        time, context = self._turn.time, self._context()
        self._computed_at, self._knew_time = time, self._turn.is_clock_set
        self._limits, self._limits_until = limits_now(context, time)
        self.apply_power()
        noted = NoteLimit(*limit_of_all(context, time))
        if noted != self._noted:
            self._noted = noted
            self._turn.emit(noted)
        self._shown = Shown(context, time)
        self._due = None
        self._turn.changed("connectors", "profiles", "charging_schedules")

    def apply_power(self) -> None:
        """Tell the station each limit, and where energy may flow."""
        for connector in self._connectors:
            connector_id = connector.connector_id
            limit = self._limits.get(connector_id)
            if limit is None:
                continue
            # Whoever has to refresh the statuses learns of it by the next tick: this may be called
            # from within a change of status.
            is_held = not limit.allows_charging
            self._has_moved |= connector.is_limit_below_minimum != is_held
            connector.is_limit_below_minimum = is_held
            limit_a, limit_w = self._offered(limit)
            told = SetLimit(connector_id, limit_a, limit_w, limit.set_by)
            if self._told.get(connector_id) != told:
                self._told[connector_id] = told
                self._turn.emit(told)
            record = connector.transaction
            on = (
                record is not None
                and not record.is_deauthorized
                and not connector.is_faulted
                and not connector.is_ev_disconnected
                and not connector.is_ev_silent
                and limit.allows_charging
            )
            if self._energized.get(connector_id, False) != on:
                self._energized[connector_id] = on
                self._turn.emit(Energize(connector_id, on))

    @property
    def deadline(self) -> datetime | None:
        """When a limit or what a profile says changes next, in the clock of the machine."""
        if self._computed_at is None:
            return None
        if self._due is None:
            # Nobody waits for it: it is asked for when answers are on their way.
            self._due = self._next_change()
        return self._turn.machine_time(self._due)

    def tick(self) -> bool:
        """Recompute what changes by itself; say whether a connector may charge now, or not more."""
        if self._computed_at is not None:
            # A clock of the machine that was set back has made everything look ahead too far.
            is_back = self._turn.time < self._computed_at
            is_set = self._turn.is_clock_set and not self._knew_time
            if is_back or is_set or (self._due is not None and self._turn.time >= self._due):
                self.recompute()
        has_moved, self._has_moved = self._has_moved, False
        return has_moved

    def prepare(self, variable: str) -> bool:
        """Do a slice of what a variable needs; say whether there is more to do."""
        return self._shown.work(variable)

    def limit_view(self, connector_id: int) -> LimitView | None:
        """Give the limit in force on a connector."""
        limit = self._shown.limits().get(connector_id)
        if limit is None:
            return None
        found = limit_view(limit)
        limit_a, limit_w = self._offered(limit)
        if limit_a == limit.limit_a:
            return found
        reason = self._turn.config.quirks.told(found.reason, "whole_amperes") or found.reason
        return replace(found, limit_a=limit_a, limit_w=limit_w, reason=reason)

    def _offered(self, limit: ConnectorLimit) -> tuple[Decimal, Decimal]:
        """Give what is offered of a limit, in A per phase and W over all phases."""
        whole_a = limit.limit_a.to_integral_value(ROUND_FLOOR)
        if whole_a == limit.limit_a or not self._turn.config.quirks.whole_amperes:
            return limit.limit_a, limit.limit_w
        return whole_a, limit.limit_w * whole_a / limit.limit_a

    def schedules_view(self) -> ChargingSchedules:
        """Give the variable `charging_schedules`, in A per phase."""
        return self._shown.schedules()

    def profiles_view(self) -> Profiles:
        """Give the variable `profiles`."""
        standings = self._shown.standings()
        return tuple(
            ProfileEntry(
                **structs.asdict(each), standing=standings[each.profile.charging_profile_id]
            )
            for each in self._profiles
        )

    def _context(self) -> Context:
        return Context(
            hardware=self._hardware,
            transactions={
                connector.connector_id: RunningTransaction(
                    record.key, record.transaction_id, self._start_of(record)
                )
                for connector in self._connectors
                if (record := connector.transaction) is not None
            },
            profiles=self._profiles,
            tx_profile_fallback=self._configuration.boolean("TxProfileFallback"),
            allowed_units=self._allowed_units,
            max_stack_level=self._bound("ChargeProfileMaxStackLevel", MAX_STACK_LEVEL),
            max_periods=self._bound("ChargingScheduleMaxPeriods", MAX_PERIODS),
            max_installed=self._bound("MaxChargingProfilesInstalled", MAX_PROFILES_INSTALLED),
        )

    def _bound(self, key: str, without_profile: int) -> int:
        """Give the value of a key that says how much there is; it goes with its profile."""
        configuration = self._configuration
        return configuration.integer(key) if configuration.find(key) else without_profile

    def _start_of(self, record: TransactionRecord) -> datetime:
        """Give the start of a transaction in the clock of now: a clock step makes none longer."""
        # Relative schedules count from the start of charging. Were it taken as it was stamped, a
        # clock that is set ahead by an hour would skip an hour of the schedule.
        start = self._turn.machine_time(record.started_at)
        return later(self._starts.setdefault(record.key, start), self._turn.offset)

    def _next_change(self) -> datetime:
        """Give when limits, schedules or the standing of profiles change by themselves next."""
        context, time = self._context(), self._computed_at
        assert time is not None
        times = [time + REPUBLISH, to_instant(self._limits_until)]
        times += [to_instant(says_until(context, each, time)) for each in self._profiles]
        if self._turn.is_clock_set and (expiry := next_expiry(self._profiles, time)):
            times.append(expiry)
        due = min(times)
        assert due > time, "what is due at once again would never come to rest"
        return due

    def _drop_ended(self) -> None:
        running = {c.transaction.key for c in self._connectors if c.transaction is not None}
        self._starts = {key: start for key, start in self._starts.items() if key in running}
        idle = [c.connector_id for c in self._connectors if c.transaction is None]
        self._keep(end_transactions(self._profiles, idle))
        # A clock that nobody has set yet may be wrong, and what is deleted does not come back.
        if self._turn.is_clock_set:
            self._keep(expire(self._profiles, self._turn.time, self._jumped()))

    def _jumped(self) -> tuple[datetime, datetime] | None:
        """Give what the clock was set ahead over, as long as it may be set back again."""
        step = self._turn.clock_step
        is_fresh = step is not None and abs(self._turn.now - step.at) < STRAY_CLOCK
        return (step.before, step.after) if step is not None and is_fresh else None

    def _keep(self, change: StoreChange) -> None:
        self._profiles = change.kept
        for installed in change.removed:
            self._turn.forget(Table.PROFILE, str(installed.profile.charging_profile_id))
        if change.removed:
            self._turn.changed("profiles")

    def _save(self, installed: InstalledProfile) -> None:
        self._turn.save(Table.PROFILE, str(installed.profile.charging_profile_id), installed)
        self._turn.changed("profiles")


def limit_view(limit: LimitInForce) -> LimitView:
    """Give a limit as it is shown."""
    source = limit.source
    return LimitView(
        limit_a=limit.limit_a,
        limit_w=limit.limit_w,
        source=str(source.winner) if source.winner else str(source.kind),
        reason=Reason(
            id=f"smart_charging.limit.{source.kind}", rule="S 3.13", text=source.sentence
        ),
        until=limit.until,
        looked_until=limit.looked_until,
    )


def _ids(change: StoreChange) -> tuple[int, ...]:
    return tuple(each.profile.charging_profile_id for each in change.removed)
