"""One charge point of a log or a tap as the screens show it: what records tell, as variables.

Nothing here is believed that no frame has told: a default of ours is no value of theirs. What was
never seen is None, or the variable has no value at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct

from cp_tui.charge_point.smart_charging.composite import Work
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.charge_point.variables import VARIABLES, Connectors, Measurements, MonitorsView
from cp_tui.explain.finding import Finding
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.explain.known import Known
from cp_tui.explain.live import LiveExplainer
from cp_tui.follow.charging import FollowedCharging
from cp_tui.follow.connectors import FollowedConnectors
from cp_tui.follow.keys import FollowedKeys
from cp_tui.follow.limits import FollowedLimits, is_change
from cp_tui.follow.line import FollowedLine
from cp_tui.follow.lists import FollowedLists
from cp_tui.follow.messages import latency_ms, noted_frame
from cp_tui.follow.meters import FollowedMeters
from cp_tui.follow.refusals import FollowedRefusals
from cp_tui.follow.registration import FollowedRegistration
from cp_tui.follow.security import FollowedSecurity, security_view
from cp_tui.follow.sessions import FollowedSessions
from cp_tui.follow.troubles import FollowedTroubles
from cp_tui.follow.upkeep import FollowedUpkeep
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import FIRST, later, span
from cp_tui.ocpp.core import MeterValuesRequest, StartTransactionRequest, StopTransactionRequest
from cp_tui.ocpp.datatypes import ChargingRateUnitType
from cp_tui.traces.record import Record, RecordKind

OFFSET_SEEN_S_MIN = 1.0
"""Schedules are in whole seconds: a smaller difference of the clocks is the way of a message."""
EVENTS_MAX = 2_000
"""Events that wait to be taken; whoever follows takes them after each record or few."""
_CHARGING = frozenset({"charging_schedules", "profiles", "connectors"})
_SOON = frozenset({"reservations", "troubles", "registration"})
OF_TIME = _SOON | _CHARGING
"""The variables that may be others after a while though nothing has passed."""


class Follower:
    """A charge point that is only watched."""

    def __init__(
        self, charger: str | None, *, url: str = "", source: str = "", is_whole: bool = False
    ) -> None:
        """`source` says through what it is watched: `tap 127.0.0.1:9100`, `log steve.log`;
        `is_whole`: every frame of its connections comes here.
        """
        self.charger = charger
        self._source = source
        self._explainer = LiveExplainer(charger, is_whole=is_whole)
        self.known: Known = self._explainer.known
        known = self.known
        self._line = FollowedLine(url)
        self._registration = FollowedRegistration(known)
        self._connectors = FollowedConnectors(known.registration)
        self._meters = FollowedMeters()
        self._refusals = FollowedRefusals()
        self._sessions = FollowedSessions(known.transactions, known.registration)
        self._charging = FollowedCharging(known)
        self._limits = FollowedLimits()
        self._keys = FollowedKeys(known)
        self._lists = FollowedLists(known)
        self._upkeep = FollowedUpkeep()
        self._security = FollowedSecurity()
        self._troubles = FollowedTroubles()
        self._changed: set[str] = set(VARIABLES)
        self._events: list[tuple[str, Struct]] = []

    def take(self, record: Record) -> Sequence[Finding]:
        """Learn from a record, and judge it."""
        findings = tuple(self._explainer.take(record))
        at = self._follow(record)
        for finding in findings:
            if self._troubles.add(finding, at):
                self._changed.add("troubles")
        if record.kind is not RecordKind.LINK:
            half = self.known.exchange.call
            call = half.record if half is not None and half.record is not record else None
            self._tell("messages", noted_frame(record, latency_ms(record, call), call, findings))
        return findings

    def learn(self, record: Record) -> None:
        """Learn from a record without judging it: to go to an instant."""
        self._explainer.learn(record)
        self._sessions.is_counting = False
        self._follow(record)

    def trouble(self, id_: str, text: str, hint: str, at: datetime) -> None:
        """Something is wrong with the watching; an empty text: no more."""
        if text:
            self._troubles.stand(id_, text, hint, at)
        else:
            self._troubles.end(id_)
        self._changed.add("troubles")

    def view(self, name: str, now: datetime) -> Any:
        """Give the value of a variable; UNSET where nothing of it can be known."""
        view = _VIEWS.get(name)
        return UNSET if view is None else view(self, now)

    def prepare(self, name: str, now: datetime) -> bool:
        """Do a slice of what a variable needs; say whether there is more to do."""
        return name in _CHARGING and self._charging.prepare(name, self.time(now), self._running())

    def take_changed(self) -> set[str]:
        """Give the variables that may have changed since the last call."""
        changed, self._changed = self._changed, set()
        return changed

    def take_events(self) -> list[tuple[str, Struct]]:
        """Give the events of streams since the last call, each with the name of its stream."""
        events, self._events = self._events, []
        return events

    def of_time(self, now: datetime) -> frozenset[str]:
        """Give the variables that may be others by now though no record came."""
        due = self._charging.due
        return OF_TIME if due is not None and due <= self.time(now) else _SOON

    def measurements(self, connector: int) -> Measurements:
        """Give what flowed at a connector, by the clock of the charge point."""
        return Measurements(connector_id=connector, points=tuple(self._meters.points(connector)))

    def schedules_before(self, now: datetime) -> Mapping[int, tuple[CompositeSchedule, ...]]:
        """Give what limited each connector before an instant, as the schedules were then."""
        return self._limits.before(self.time(now))

    def composing(
        self,
        connector: int,
        duration_s: int,
        unit: ChargingRateUnitType | None,
        start: datetime | None,
        now: datetime,
    ) -> Work[CompositeSchedule]:
        """Compute the schedule of a connector in slices."""
        time = self.time(now)
        return self._charging.composing(connector, duration_s, unit, start, time, self._running())

    @property
    def connectors(self) -> frozenset[int]:
        """The connectors that the charge point has named anywhere."""
        return self._connectors.ids | self._meters.connectors | self.known.survey.connectors

    def _follow(self, record: Record) -> datetime:
        known = self.known
        at = record.at or known.now or FIRST
        if self._line.learn(record, at, record.action):
            self._changed |= {"link", "is_connected", "registration"}
        while self._line.attempts:
            self._tell("link_attempts", self._line.attempts.popleft())
        if record.kind is not RecordKind.LINK:
            self._registration.frame(record, at)
        action = known.exchange.action
        if record.kind is not RecordKind.LINK and action is not None:
            moment = Moment(record, known.exchange, known.breaks, known.blurs)
            self._learn(moment, action, at)
        return at

    def _learn(self, moment: Moment, action: Action, at: datetime) -> None:
        self._changed |= _CHANGED.get(action, frozenset())
        if action in self._registration.ACTIONS:
            before = self.time(at)
            self._registration.learn(moment, at)
            if abs(self.time(at) - before) >= span(OFFSET_SEEN_S_MIN):
                self._changed |= _CHARGING | {"reservations"}
        if action in self._connectors.ACTIONS:
            self._connectors.learn(moment, at)
        if action in self._sessions.ACTIONS:
            self._session(moment)
        if action in self._refusals.ACTIONS:
            self._refusals.learn(moment, at)
        if action in self._keys.ACTIONS:
            self._keys.learn(moment, at)
        if action in self._lists.ACTIONS:
            self._lists.learn(moment, at)
        if action in self._upkeep.ACTIONS:
            self._upkeep.learn(moment, at)
        if action in self._security.ACTIONS:
            self._security.learn(moment)
        if not _CHANGED.get(action, frozenset()).isdisjoint(_CHARGING):
            self._charging.forget()
        if is_change(moment):
            time = self.time(at)
            self._limits.note(time, self._charging.context(time, self._running()))
        while self._connectors.changes:
            self._tell("status_changes", self._connectors.changes.popleft())
        while self._refusals.told:
            self._tell("refusals", self._refusals.told.popleft())
        while self._keys.changes:
            self._tell("configuration_changes", self._keys.changes.popleft())

    def _session(self, moment: Moment) -> None:
        """Meters first: what they say belongs to the transaction that the message names."""
        request, register = moment.request, None
        match request:
            case MeterValuesRequest(connector_id=connector):
                self._meters.learn(connector, self.known.samples, moment.at)
                newest = self._meters.of(connector)
                register = newest.register_wh if newest else None
            case StartTransactionRequest(connector_id=connector, meter_start=wh):
                self._meters.register(connector, wh)
        transaction = self._sessions.learn(moment, register)
        if isinstance(request, StopTransactionRequest) and transaction is not None:
            self._meters.register(transaction.connector, request.meter_stop)
            self._meters.stopped(transaction.connector)

    def _tell(self, stream: str, event: Struct) -> None:
        if len(self._events) < EVENTS_MAX:
            self._events.append((stream, event))

    def time(self, now: datetime) -> datetime:
        """Give an instant of the log by the clock of the charge point, which follows the CSMS."""
        ahead_s = self._registration.clock_offset_s or 0.0
        return now if abs(ahead_s) < OFFSET_SEEN_S_MIN else later(now, ahead_s)

    def _running(self) -> tuple[Any, ...]:
        return tuple(self._sessions.running())

    def _identity(self) -> Any:
        number = len(self.connectors - {0})
        return self._registration.identity(self.charger, self._line.url, number, self._source)

    def _registration_view(self, now: datetime) -> Any:
        if self._line.view() is None:
            return UNSET
        return self._registration.view(now, is_open=self._line.is_open)

    def _connectors_view(self, now: datetime) -> Connectors:
        return self._connectors.view(
            self.connectors,
            meters=self._meters,
            transactions=self._sessions.on_connectors(),
            limits=self._charging.limits(self.time(now), self._running()),
            reservations=self._lists.reserved(self.time(now)),
        )

    def _firmware(self) -> Any:
        boot = self.known.registration.boot
        return self._upkeep.firmware_of(boot.firmware_version if boot else None)


def _or_unset(value: Any) -> Any:
    return UNSET if value is None else value


_VIEWS: Mapping[str, Callable[[Follower, datetime], Any]] = {
    "identity": lambda self, now: self._identity(),
    "link": lambda self, now: _or_unset(self._line.view()),
    "is_connected": lambda self, now: self._line.is_open,
    "registration": Follower._registration_view,
    "connectors": Follower._connectors_view,
    "configuration": lambda self, now: self._keys.view(),
    "monitors": lambda self, now: MonitorsView(),
    "charging_schedules": lambda self, now: self._charging.schedules(
        self.time(now), self._running()
    ),
    "profiles": lambda self, now: self._charging.profiles(self.time(now), self._running()),
    "transactions": lambda self, now: self._sessions.view(),
    "local_list": lambda self, now: self._lists.local_list(),
    "reservations": lambda self, now: self._lists.reservations(self.time(now)),
    "stop_report": lambda self, now: None,
    "firmware": lambda self, now: self._firmware(),
    "diagnostics": lambda self, now: self._upkeep.diagnostics,
    "log_upload": lambda self, now: self._upkeep.log_upload,
    "security": lambda self, now: security_view(self._line.view(), self.known.keys, self._line.url),
    "security_events": lambda self, now: self._security.events(),
    "troubles": lambda self, now: self._troubles.view(now),
}
"""Variable -> how it is told. Not kept by each follower: one that holds itself outlives its use,
and of a log another one is made wherever somebody goes."""

_SESSION = frozenset(
    {"transactions", "connectors", "charging_schedules", "profiles", "reservations"}
)
_CHANGED: Mapping[Action, frozenset[str]] = {
    Action.BOOT_NOTIFICATION: frozenset(
        {"identity", "registration", "connectors", "firmware", "configuration", "security"}
        | {"transactions"}
    ),
    Action.HEARTBEAT: frozenset({"registration"}),
    Action.STATUS_NOTIFICATION: frozenset({"connectors", "identity", "reservations"}),
    Action.CHANGE_AVAILABILITY: frozenset({"connectors"}),
    Action.START_TRANSACTION: _SESSION,
    Action.STOP_TRANSACTION: _SESSION,
    Action.METER_VALUES: frozenset({"connectors", "transactions"}),
    Action.GET_CONFIGURATION: frozenset({"configuration", "local_list", "security", "profiles"}),
    Action.CHANGE_CONFIGURATION: frozenset({"configuration", "local_list", "security", "profiles"}),
    Action.SET_CHARGING_PROFILE: frozenset({"connectors", "charging_schedules", "profiles"}),
    Action.CLEAR_CHARGING_PROFILE: frozenset({"connectors", "charging_schedules", "profiles"}),
    Action.REMOTE_START_TRANSACTION: frozenset({"connectors", "charging_schedules", "profiles"}),
    Action.SEND_LOCAL_LIST: frozenset({"local_list"}),
    Action.GET_LOCAL_LIST_VERSION: frozenset({"local_list"}),
    Action.RESERVE_NOW: frozenset({"reservations", "connectors"}),
    Action.CANCEL_RESERVATION: frozenset({"reservations", "connectors"}),
    Action.UPDATE_FIRMWARE: frozenset({"firmware"}),
    Action.SIGNED_UPDATE_FIRMWARE: frozenset({"firmware"}),
    Action.FIRMWARE_STATUS_NOTIFICATION: frozenset({"firmware"}),
    Action.SIGNED_FIRMWARE_STATUS_NOTIFICATION: frozenset({"firmware"}),
    Action.GET_DIAGNOSTICS: frozenset({"diagnostics"}),
    Action.DIAGNOSTICS_STATUS_NOTIFICATION: frozenset({"diagnostics"}),
    Action.GET_LOG: frozenset({"log_upload"}),
    Action.LOG_STATUS_NOTIFICATION: frozenset({"log_upload"}),
    Action.SECURITY_EVENT_NOTIFICATION: frozenset({"security_events"}),
}
"""Action of a record -> the variables that may be others after it."""
