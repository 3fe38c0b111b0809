"""What a log tells of a charge point and its CSMS, gathered before our own lives through it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from cp_tui.explain.exchange import action_named
from cp_tui.explain.payload import fields, text
from cp_tui.explain.survey import connector_in
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.datatypes import ChargingRateUnitType
from cp_tui.ocpp.errors import OcppError
from cp_tui.ocpp.smart_charging import GetCompositeScheduleResponse
from cp_tui.ocpp.validation import parse_response
from cp_tui.traces.record import FrameDirection, Record, RecordKind

KEPT_MAX = 200_000
"""Requests whose answers are kept, and tags with a verdict."""
REQUESTS_MAX = 5_000
"""Of one charge point; a log with more is compared up to there."""
_ACCEPTED: Mapping[str, Any] = {"status": "Accepted"}
COMPARED: Mapping[Action, str] = MappingProxyType(
    {
        Action.CANCEL_RESERVATION: "status",
        Action.CHANGE_AVAILABILITY: "status",
        Action.CHANGE_CONFIGURATION: "status",
        Action.CLEAR_CACHE: "status",
        Action.CLEAR_CHARGING_PROFILE: "status",
        Action.GET_COMPOSITE_SCHEDULE: "status",
        Action.GET_LOCAL_LIST_VERSION: "listVersion",
        Action.REMOTE_START_TRANSACTION: "status",
        Action.REMOTE_STOP_TRANSACTION: "status",
        Action.RESERVE_NOW: "status",
        Action.RESET: "status",
        Action.SEND_LOCAL_LIST: "status",
        Action.SET_CHARGING_PROFILE: "status",
        Action.TRIGGER_MESSAGE: "status",
        Action.UNLOCK_CONNECTOR: "status",
    }
)
"""Requests that can be compared -> the field of the answer that says what became of them."""


LEAST = MappingProxyType(
    {ChargingRateUnitType.A: Decimal(6), ChargingRateUnitType.W: Decimal(1380)}
)
"""No cable with a pilot offers less than 6 A (IEC 61851-1), over one phase of 230 V at least."""
SCHEDULING = frozenset(
    {
        Action.CLEAR_CHARGING_PROFILE,
        Action.GET_COMPOSITE_SCHEDULE,
        Action.SET_CHARGING_PROFILE,
    }
)
"""What tells a schedule, or changes it."""


class Lookahead:
    """Answers by their requests, verdicts by their tags, and what the charge point says it is."""

    def __init__(self) -> None:
        self._answers: dict[int, Mapping[str, Any] | str | None] = {}
        """Number of a request that can be compared -> the payload of its answer, or the code of a
        CALLERROR; None: none so far."""
        self._places: dict[int, int] = {}
        """Number of such a request that waits for its answer -> its place."""
        self._last: defaultdict[str | None, int] = defaultdict(int)
        """Charge point -> place of the last request that was answered and can be compared."""
        self._last_schedule: dict[str | None, int] = {}
        """Charge point -> place of the last GetCompositeSchedule."""
        self._requests: Counter[str | None] = Counter()
        """Charge point -> how many there are."""
        self._changes: defaultdict[tuple[str | None, int | None], list[tuple[int, datetime | None]]]
        self._changes = defaultdict(list)
        """Charge point and connector (None: all) -> when, with which place before it, its schedule
        is asked for or may become another one."""
        self._most: dict[tuple[str | None, str], Decimal] = {}
        """Charge point and unit -> the highest limit of a connector that it has told anywhere."""
        self._tags: dict[tuple[str | None, str], Mapping[str, Any]] = {}
        self._calls: dict[int, str] = {}
        """Number of an Authorize or StartTransaction that waits for its answer -> its tag."""
        self._ids: dict[int, int] = {}
        """Number of a StartTransaction -> what the CSMS calls the transaction."""
        self._starts: defaultdict[tuple[str | None, int], list[tuple[int, int]]]
        self._starts = defaultdict(list)
        """Charge point and connector -> place and number of its StartTransactions."""
        self._connectors: defaultdict[str | None, int] = defaultdict(lambda: 1)
        self._keys: defaultdict[str | None, dict[str, str]] = defaultdict(dict)

    def add(self, record: Record) -> None:
        """Take in the next record."""
        frame = record.frame
        if frame is None or record.is_truncated:
            return
        payload = fields(frame.payload)
        if record.kind is RecordKind.CALL:
            self._called(record, payload)
        elif record.pair is not None:
            self._answered(record, record.pair, payload)

    def _called(self, record: Record, payload: Mapping[str, Any]) -> None:
        number, charger = record.number, record.charger
        is_asked = record.direction is FrameDirection.TO_CHARGE_POINT
        is_kept = is_asked and len(self._answers) < KEPT_MAX
        if is_kept and action_named(record.action) in COMPARED:
            self._answers[number] = None
            self._places[number] = record.place
        connector = connector_in(payload)
        if is_kept and record.action in SCHEDULING:
            is_look = record.action == Action.GET_COMPOSITE_SCHEDULE
            if is_look:
                self._last_schedule[charger] = record.place
            self._changes[charger, connector if is_look else None].append((record.place, record.at))
        if connector and record.direction is FrameDirection.TO_CSMS:
            self._connectors[charger] = max(self._connectors[charger], connector)
            if record.action == Action.START_TRANSACTION and len(self._ids) < KEPT_MAX:
                self._starts[charger, connector].append((record.place, number))
        if record.action in (Action.AUTHORIZE, Action.START_TRANSACTION):
            self._calls[number] = str(payload.get("idTag"))

    def _answered(self, record: Record, call: int, payload: Mapping[str, Any]) -> None:
        if (place := self._places.pop(call, None)) is not None:
            is_error = record.kind is RecordKind.CALL_ERROR
            code = record.frame.code if record.frame else ""
            self._answers[call] = code if is_error else payload
            self._requests[record.charger] += 1
            if self._requests[record.charger] <= REQUESTS_MAX:
                self._last[record.charger] = max(self._last[record.charger], place)
        if (tag := self._calls.pop(call, None)) is not None:
            info, id_ = payload.get("idTagInfo"), payload.get("transactionId")
            if isinstance(info, dict) and len(self._tags) < KEPT_MAX:
                self._tags[record.charger, tag.lower()] = info
            if type(id_) is int and len(self._ids) < KEPT_MAX:
                self._ids[call] = id_
        if record.action == Action.GET_COMPOSITE_SCHEDULE:
            self._scheduled(record.charger, payload)
        if record.action == Action.GET_CONFIGURATION:
            self._configured(record.charger, payload)

    def _scheduled(self, charger: str | None, payload: Mapping[str, Any]) -> None:
        """Note how much a charge point says to allow: its hardware does so at least."""
        try:
            told = parse_response(Action.GET_COMPOSITE_SCHEDULE, payload)
        except OcppError:
            return
        assert isinstance(told, GetCompositeScheduleResponse)
        if told.connector_id and (schedule := told.charging_schedule) is not None:
            unit = schedule.charging_rate_unit
            limits = [each.limit for each in schedule.charging_schedule_period]
            self._most[charger, unit] = max([self.allows_at_least(charger, unit), *limits])

    def allows_at_least(self, charger: str | None, unit: ChargingRateUnitType) -> Decimal:
        """How much the hardware of a connector allows at least, as far as the log tells."""
        return self._most.get((charger, unit), LEAST[unit])

    def _configured(self, charger: str | None, payload: Mapping[str, Any]) -> None:
        listed = payload.get("configurationKey")
        for each in listed if isinstance(listed, list) else ():
            value = fields(each).get("value")
            if (name := text(each, "key")) and isinstance(value, str):
                # What was told first is nearest to what held at the begin.
                self._keys[charger].setdefault(name, value)

    def is_asked(self, charger: str | None, place: int) -> bool:
        """Say whether anything that can be compared is asked of it from this place on."""
        return place <= self._last[charger]

    def is_schedule_asked(self, charger: str | None, place: int) -> bool:
        """Say whether it is asked for a schedule at this place or later."""
        return place <= self._last_schedule.get(charger, 0)

    def holds_until(
        self, charger: str | None, connector: int, place: int, end: datetime | None
    ) -> datetime | None:
        """When a schedule that was told ends: at its own end, or at what comes before that."""
        ends = [end]
        for key in ((charger, connector), (charger, None)):
            changes = self._changes.get(key, ())
            after = bisect_right(changes, place, key=lambda each: each[0])
            ends += [at for _, at in changes[after : after + 1]]
        return min((each for each in ends if each is not None), default=None)

    def connectors(self, charger: str | None) -> int:
        """How many connectors it says to have, or names."""
        told = self._keys[charger].get("NumberOfConnectors", "")
        return int(told) if told.isdigit() and int(told) > 0 else self._connectors[charger]

    def keys(self, charger: str | None) -> Mapping[str, str]:
        """Its configuration, as it was told first."""
        return self._keys[charger]

    def answer(self, call: int) -> Mapping[str, Any] | str | None:
        """What was answered to such a request: the payload, or the code of a CALLERROR."""
        return self._answers.get(call)

    def verdict(self, charger: str | None, tag: str) -> Mapping[str, Any]:
        """What the CSMS said of a tag."""
        return self._tags.get((charger, tag.lower()), _ACCEPTED)

    def transaction_id(self, charger: str | None, connector: int, since: int) -> int:
        """What the CSMS calls the next transaction of a connector, from this place on; 0: none.

        Ours may begin before the real one told of it: a remote start needs no record of that.
        """
        starts = self._starts[charger, connector]
        at = bisect_left(starts, (since, 0))
        return self._ids.get(starts[at][1], 0) if at < len(starts) else 0
