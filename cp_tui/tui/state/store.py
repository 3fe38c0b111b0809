"""What the engine said last: the newest value of each variable, and bounded lists of events.

Values are frozen, so what a pane was shown can be compared by identity. Knows no widget.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Set
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.charge_point.smart_charging.schedule import CompositePeriod, CompositeSchedule
from cp_tui.engine.hub import EventHappened, Update, VariableChanged, time_of
from cp_tui.ocpp.calendar import later, span
from cp_tui.tui.state.arrivals import Arrivals, Gap
from cp_tui.tui.state.counting import goes_on, only_passes
from cp_tui.tui.state.csms_state import CsmsState
from cp_tui.tui.state.key_lens import KeyLens
from cp_tui.tui.state.log_state import LogPlace, Then
from cp_tui.tui.state.lost import without_plans
from cp_tui.tui.state.message_log import MessageLog, MessagePair
from cp_tui.tui.state.past import (
    believed,
    believed_of,
    followed_on,
    in_force,
    joined,
    limits_on,
    points_on,
    with_earlier,
)

if TYPE_CHECKING:
    from cp_tui.tui.state.fleet_state import FleetState
    from cp_tui.tui.state.log_messages import LogMessages

EVENTS_MAX = 500
"""Events kept of each stream: more than a person scrolls through in a detail."""

OFFSET_SEEN_S_MIN = 1.0
"""Schedules are in whole seconds: a smaller difference of the clocks shows nowhere."""

HEARD = "heard"
"""The name under which it counts as changed when data came last."""

RESTRAINTS = "restraints"
"""The name under which it counts as changed what keeps the power of a connector low."""

CURSOR = "cursor."
"""Before the name of a cursor that has moved: only the panes that show it have to look."""

FLEET = ("fleet", "fleet.outline", "fleet.report", "fleet.page", "fleet.events")
"""The names under which what a fleet says counts as changed."""

_HISTORIES = ("status_changes", "refusals", "configuration_changes", "link_attempts")
"""The streams of which the newest events are kept."""
WATCHED = (*v.VARIABLES, "messages", *_HISTORIES)
"""What the screen subscribes to."""


class Snapshot(Struct, frozen=True):
    """Everything the screen knows at one instant; what a decision about an action is made from."""

    identity: v.Identity | None = None
    link: v.LinkView | None = None
    network: v.NetworkView | None = None
    registration: v.RegistrationView | None = None
    connectors: tuple[v.ConnectorView, ...] = ()
    configuration: tuple[v.ConfigurationEntry, ...] = ()
    monitors: v.MonitorsView = field(default_factory=v.MonitorsView)
    charging_schedules: Mapping[int, CompositeSchedule] = field(default_factory=dict)
    limits: Mapping[int, tuple[CompositePeriod, ...]] = field(default_factory=dict)
    """What each connector had to follow since this screen looks, and what it will."""
    measured: Mapping[int, tuple[v.MeasuredPoint, ...]] = field(default_factory=dict)
    """What flowed at each connector, oldest first."""
    profiles: tuple[v.ProfileEntry, ...] = ()
    outbox: v.OutboxView = field(default_factory=v.OutboxView)
    transactions: tuple[v.TransactionEntry, ...] = ()
    stop_report: v.StopReport | None = None
    local_list: v.LocalListView | None = None
    authorization_cache: v.AuthorizationCacheView | None = None
    reservations: v.ReservationsView | None = None
    firmware: v.FirmwareView | None = None
    diagnostics: v.DiagnosticsView | None = None
    log_upload: v.LogUploadView | None = None
    security: v.SecurityView | None = None
    security_events: v.SecurityEventsView | None = None
    troubles: tuple[v.Trouble, ...] = ()
    """What is wrong inside the engine, newest first."""
    is_connected: bool = False
    messages: MessageLog = field(default_factory=MessageLog)
    """Grows in place: it is too long to be copied."""
    status_changes: tuple[v.StatusChange, ...] = ()
    """Newest last."""
    refusals: tuple[v.Refusal, ...] = ()
    """Why sessions did not start, newest last."""
    configuration_changes: tuple[v.KeyChange, ...] = ()
    """Every attempt to change a key, newest last."""
    link_attempts: tuple[v.LinkAttempt, ...] = ()
    """What became of each attempt to connect, newest last."""
    has_engine: bool = False
    """The door of the engine is open."""
    other_version: str = ""
    """Why it cannot be read, where its door is open but cp-tui runs there in another version."""
    has_ended: bool = False
    """It was ended in order, when its door was last seen."""
    hung_since: datetime | None = None
    """Since when the engine has not answered, though its door is open; None: it does."""
    gaps: Mapping[str, tuple[Gap, ...]] = field(default_factory=dict)
    """Where something may be missing in a stream, because this screen had lost the charge point."""
    lost_at: datetime | None = None
    """When the engine, or the tap, went away; None while it is there."""
    heard_at: datetime | None = None
    """When the newest data came, whichever variable or stream brought it; None: none did yet."""
    is_read_only: bool = False
    csms: CsmsState = field(default_factory=CsmsState)
    """The CSMS that was started with the screen."""
    lens: KeyLens = field(default_factory=KeyLens)
    """Which configuration keys somebody wants to see."""
    cursors: Mapping[str, str] = field(default_factory=dict)
    """What the cursor of each pane is on, by the name of the pane."""
    log: LogPlace | None = None
    """The log that is looked at in the place of a charge point, and where in it."""
    log_messages: LogMessages | None = None
    """The messages of that log, once it is read."""
    fleet: FleetState | None = None
    """The fleet that is looked at in the place of a charge point."""

    @property
    def connector_id(self) -> int:
        """The connector that the cursor is on."""
        return int(self.cursors.get("connectors", "1"))

    @property
    def key(self) -> str | None:
        """The configuration key that the cursor is on."""
        return self.cursors.get("keys")

    @property
    def monitored_key(self) -> str | None:
        """The monitored key that the cursor is on."""
        return self.cursors.get("monitors")

    @property
    def profile_id(self) -> int | None:
        """The charging profile that the cursor is on."""
        found = self.cursors.get("profiles")
        return None if found is None else int(found)

    @property
    def message(self) -> MessagePair | None:
        """The message that the cursor is on, with its answer."""
        found = self.cursors.get("messages")
        return None if found is None else self.messages.exchange(int(found))

    @property
    def watched(self) -> str:
        """Through what it is only watched, such as `tap 127.0.0.1:9100`; empty: it is not."""
        return self.identity.watched if self.identity else ""

    @property
    def is_stopped(self) -> bool:
        """The operator has stopped all OCPP communication."""
        return self.link is not None and self.link.phase is v.LinkPhase.STOPPED

    @property
    def running(self) -> tuple[v.ConnectorView, ...]:
        """The connectors with a running transaction."""
        return tuple(c for c in self.connectors if c.transaction is not None)

    @property
    def in_session(self) -> tuple[v.ConnectorView, ...]:
        """The same, and those at which a tag may start one or is being decided upon."""
        return tuple(
            c
            for c in self.connectors
            if c.transaction is not None or c.authorized_id_tag or c.asked_id_tag
        )

    def connector(self, connector_id: int) -> v.ConnectorView | None:
        """The connector with this id, if there is one."""
        return next((c for c in self.connectors if c.connector_id == connector_id), None)

    @property
    def selected(self) -> v.ConnectorView | None:
        """The connector that the cursor is on, if it is known."""
        return self.connector(self.connector_id)

    def profile(self, profile_id: int | None) -> v.ProfileEntry | None:
        """The installed charging profile with this id, if there is one."""
        found = (p for p in self.profiles if p.profile.charging_profile_id == profile_id)
        return next(found, None)

    def waiting_message(self, sequence: int | None) -> v.OutboxEntry | None:
        """The message of this sequence, if it waits among the oldest."""
        return next((m for m in self.outbox.entries if m.sequence == sequence), None)

    def schedule_time(self, now: datetime) -> datetime:
        """An instant in the clock of the charge point, which schedules and measurements are in."""
        ahead_s = self.registration.clock_ahead_s if self.registration else 0.0
        return now if abs(ahead_s) < OFFSET_SEEN_S_MIN else later(now, ahead_s)

    def entry(self, key: str | None) -> v.ConfigurationEntry | None:
        """The configuration key with this name (case-insensitive, S 5.8), if there is one."""
        folded = (key or "").casefold()
        return next((e for e in self.configuration if e.key.casefold() == folded), None)


class SnapshotStore:
    """Takes updates in, hands out snapshots, and says which names have changed since asked last."""

    def __init__(self, *, is_read_only: bool = False) -> None:
        self.snapshot = Snapshot(is_read_only=is_read_only)
        self._events: dict[str, deque[Struct]] = {}
        self._arrivals = Arrivals()
        self._dirty: set[str] = set()
        self._followed: dict[int, tuple[v.FollowedLimit, ...]] = {}
        """What each connector had to follow before this screen looked, as far as is known."""
        self._is_before = False
        """The newest message is from before the start of the charge point."""
        self._clock_ahead_s = 0.0
        """The clock in which limits and measured points are remembered, as against this one."""
        self._patient: set[str] = set()
        """The names in which only counters went on."""

    @property
    def urgent(self) -> frozenset[str]:
        """What has changed that somebody may wait for: more than counters that go on."""
        return frozenset(self._dirty - self._patient - {HEARD})

    @property
    def is_dirty(self) -> bool:
        """Whether something has changed since `take_dirty`."""
        return bool(self._dirty)

    def take_dirty(self) -> frozenset[str]:
        """The names that changed since the last call."""
        dirty, self._dirty, self._patient = frozenset(self._dirty), set(), set()
        return dirty

    def apply(self, updates: Iterable[Update], now: datetime | None = None) -> None:
        """Take in what the engine sent; of a variable only the newest value stays.

        What the meters say is remembered with the time, where that is given.
        """
        known = frozenset(self._dirty)
        if now is not None:
            self.heard(now)
        newest: dict[str, Any] = {}
        for update in updates:
            match update:
                case VariableChanged(name, value):
                    newest[name] = value
                    if name == "identity" and self._arrivals.is_started_anew(value.started_at):
                        self.snapshot.messages.begin_anew()
                        self._tell_open_gaps()
                case EventHappened():
                    self._happened(update)
        self._end_of_before()
        for name, value in newest.items():
            # A reading that has gone before it was shown as waiting leaves nothing to be shown.
            has_passed = name == "outbox" and name in self._patient and only_passes(value)
            if not has_passed and not goes_on(name, getattr(self.snapshot, name, None), value):
                self._patient.discard(name)
            elif name not in known:
                self._patient.add(name)
            self._set(name, value)
            self._dirty.add(name)
        if "registration" in newest and now is not None:
            self._follow_clock(now)
        if "charging_schedules" in newest:
            self._note_limits()
        if "connectors" in newest and now is not None:
            self._note_meters(now)
        if "connectors" in self._patient:
            # What flows within the noise, and what keeps it there, goes on with it.
            self._patient |= {"measured", RESTRAINTS} - known
        for name in self._dirty.intersection(_HISTORIES):
            events = {name: tuple(self._events.get(name, ()))}
            self.snapshot = replace(self.snapshot, **events)

    def _end_of_before(self) -> None:
        """What was asked before the start of the charge point, and told now, gets no answer."""
        if self._is_before:
            self.snapshot.messages.begin_anew()
        self._is_before = False

    def _tell_open_gaps(self) -> None:
        """Say at once where something may be missing, also where nothing comes for long."""
        gaps = dict(self.snapshot.gaps)
        for name in self._events:
            told = (gap for gap in gaps.get(name, ()) if gap.before is not None)
            gaps[name] = (*told, *self._arrivals.open_gaps(name))
            self._dirty.add(name)
        self.snapshot = replace(self.snapshot, gaps=gaps)

    def heard(self, now: datetime) -> None:
        """Note that data came; nothing else that is shown has to change by it."""
        self.snapshot = replace(self.snapshot, heard_at=now)
        self._dirty.add(HEARD)

    def _happened(self, update: EventHappened) -> None:
        """Take an event in, unless it was told before the charge point was lost and came back."""
        name, event = update.name, update.event
        arrival = self._arrivals.news(update)
        if arrival is None:
            return
        self._dirty.add(name)
        if isinstance(event, v.MessageRecord):
            messages = self.snapshot.messages
            if update.number >= 0:
                self._end_of_before()
            self._is_before |= update.number < 0
            for gap in arrival.gaps:
                messages.note_gap(gap)
            if arrival.missed:
                messages.miss(arrival.missed, event.time)
            messages.add(event)
            return
        events = self._events.setdefault(name, deque(maxlen=EVENTS_MAX))
        gaps = arrival.gaps
        if arrival.missed:
            since, until = time_of(events[-1] if events else event), time_of(event)
            gaps = (*gaps, Gap(lost_at=since, back_at=until, is_slow=True, missed=arrival.missed))
        events.append(event)
        if gaps:
            new = (replace(gap, before=event) for gap in gaps)
            known = (*self.snapshot.gaps.get(name, ()), *new)
            kept = tuple(each for each in known if any(each.before is other for other in events))
            self.snapshot = replace(self.snapshot, gaps={**self.snapshot.gaps, name: kept})

    def engine_is(self, here: bool, now: datetime, *, other_version: str = "") -> None:
        """Say whether the door of the engine is open; what was heard stays, and goes on."""
        if here:
            self._arrivals.back(now)
        elif self.snapshot.has_engine:
            self._arrivals.lost(now)
            self._forget_plans()
        old = self.snapshot
        lost_at = None if here else old.lost_at or now
        self.snapshot = replace(
            old, has_engine=here, lost_at=lost_at, hung_since=None, other_version=other_version
        )
        self._dirty.add("engine")

    def _forget_plans(self) -> None:
        old = self.snapshot
        known = without_plans(
            old.link,
            old.registration,
            old.outbox,
            old.connectors,
            old.firmware,
            old.diagnostics,
            old.log_upload,
        )
        self.snapshot = replace(old, **known)
        self._dirty |= known.keys()

    def end_is_told(self, has_ended: bool) -> None:
        """Say whether the engine said that it ends."""
        self.snapshot = replace(self.snapshot, has_ended=has_ended)
        self._dirty.add("engine")

    def engine_hangs(self, since: datetime | None) -> None:
        """Say since when the engine does not answer, or that it does."""
        if self.snapshot.hung_since != since:
            self.snapshot = replace(self.snapshot, hung_since=since)
            self._dirty.add("engine")

    def measured_before(self, connector_id: int, found: v.Measurements) -> None:
        """Take in what flowed before this screen looked, and what had to be followed."""
        snapshot = self.snapshot
        known = snapshot.measured.get(connector_id, ())
        self._set_measured({connector_id: joined(found.points, known)})
        self._followed[connector_id] = found.limits
        if limits := snapshot.limits.get(connector_id):
            earlier = {connector_id: with_earlier(limits, found.limits)}
            self.snapshot = replace(self.snapshot, limits={**snapshot.limits, **earlier})

    def look_again(self) -> None:
        """Count everything as changed: it is to be shown in another way."""
        self._dirty |= {*WATCHED, "csms", "engine", "measured", *FLEET}

    def log_is(self, place: LogPlace) -> None:
        """Say where in a log somebody is."""
        old, self.snapshot = self.snapshot.log, replace(self.snapshot, log=place, has_engine=True)
        self._dirty |= {"log"} if old and old.others is place.others else {"log", "others"}

    def known_is(self, then: Then, now: datetime) -> None:
        """Take in what was known at an instant of a log, in the place of all that was."""
        nothing = Snapshot()
        known = {name: then.values.get(name, getattr(nothing, name)) for name in v.VARIABLES}
        known |= {name: then.events.get(name, ())[-EVENTS_MAX:] for name in _HISTORIES}
        old = self.snapshot
        changed = {name: value for name, value in known.items() if value != getattr(old, name)}
        self.snapshot = replace(self.snapshot, **changed)
        self._dirty |= changed.keys()
        limits = {key: believed_of(each) for key, each in then.schedules_before.items()}
        self.snapshot = replace(self.snapshot, limits=limits)
        self._note_limits()
        self._set_measured({**then.measured})
        self.look_again()

    def messages_are(self, messages: LogMessages) -> None:
        """Say which messages a log has."""
        self.snapshot = replace(self.snapshot, messages=messages, log_messages=messages)
        self._dirty.add("messages")

    def lens_is(self, lens: KeyLens) -> None:
        """Say which configuration keys somebody wants to see."""
        self.snapshot = replace(self.snapshot, lens=lens)
        self._dirty.add("lens")

    def csms_is(self, state: CsmsState) -> None:
        """Say what the CSMS said last."""
        self.snapshot = replace(self.snapshot, csms=state)
        self._dirty.add("csms")

    def fleet_is(
        self, state: FleetState, changed: Set[str], patient: Set[str] = frozenset()
    ) -> None:
        """Say what a fleet said last, what of it is news, and for which of these nobody waits."""
        self.snapshot = replace(self.snapshot, fleet=state)
        self._patient -= changed - patient
        self._patient |= patient - self._dirty
        self._dirty |= changed

    def cursor_is(self, cursor: str, record: str) -> None:
        """Say what the cursor of a pane is on."""
        if self.snapshot.cursors.get(cursor) == record:
            return
        self.snapshot = replace(self.snapshot, cursors={**self.snapshot.cursors, cursor: record})
        self._dirty.add(f"{CURSOR}{cursor}")

    def _follow_clock(self, now: datetime) -> None:
        """Move what is remembered with the clock of the charge point, where that was set."""
        snapshot, registration = self.snapshot, self.snapshot.registration
        ahead_s = registration.clock_ahead_s if registration else 0.0
        step = span(ahead_s - self._clock_ahead_s)
        if abs(step) < span(OFFSET_SEEN_S_MIN):
            return
        self._clock_ahead_s = ahead_s
        at, schedules = snapshot.schedule_time(now), snapshot.charging_schedules
        self._followed = {key: followed_on(each, step) for key, each in self._followed.items()}
        limits = {
            connector_id: limits_on(known, step, at, in_force(schedules[connector_id]))
            for connector_id, known in snapshot.limits.items()
            if connector_id in schedules
        }
        self.snapshot = replace(snapshot, limits=limits)
        self._set_measured({key: points_on(each, step) for key, each in snapshot.measured.items()})

    def _note_limits(self) -> None:
        """Remember what has to be followed, as new schedules and the shares in them have it."""
        snapshot, limits = self.snapshot, dict(self.snapshot.limits)
        for connector_id, schedule in snapshot.charging_schedules.items():
            followed, known = in_force(schedule), limits.get(connector_id, ())
            if known:
                limits[connector_id] = believed(known, followed)
            else:
                earlier = self._followed.get(connector_id, ())
                limits[connector_id] = with_earlier(believed((), followed), earlier)
        self.snapshot = replace(snapshot, limits=limits)

    def _note_meters(self, now: datetime) -> None:
        """Remember what flows, where it is not what flowed before."""
        at = self.snapshot.schedule_time(now)
        changed: dict[int, tuple[v.MeasuredPoint, ...]] = {}
        for connector in self.snapshot.connectors:
            if (reading := connector.measurement) is not None:
                known = self.snapshot.measured.get(connector.connector_id, ())
                point = v.MeasuredPoint(at=at, power_w=reading.power_w, current_a=reading.current_a)
                # A point from after now is no longer true: this machine's clock was set back.
                if not known or known[-1].at > at or not known[-1].is_like(point):
                    changed[connector.connector_id] = joined(known, (point,))
        if changed:
            self._set_measured(changed)

    def _set_measured(self, changed: Mapping[int, tuple[v.MeasuredPoint, ...]]) -> None:
        self.snapshot = replace(self.snapshot, measured={**self.snapshot.measured, **changed})
        self._dirty.add("measured")

    def _set(self, name: str, value: Any) -> None:
        old = self.snapshot
        if name == "link" and value.phase is not v.LinkPhase.OPEN:
            old.messages.give_up()
        if name == "connectors" and _restraints(value) != _restraints(old.connectors):
            self._dirty.add(RESTRAINTS)
        self.snapshot = replace(old, **{name: value})


def _restraints(connectors: Iterable[v.ConnectorView]) -> dict[int, v.Restraint]:
    """What keeps the power low, where something does."""
    return {c.connector_id: c.restraint for c in connectors if c.restraint is not None}
