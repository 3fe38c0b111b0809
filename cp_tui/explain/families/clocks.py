"""Clocks: that of the charge point against that of the CSMS, and both against the log (S 3.14)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, FrameRef, Party, ref
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.ocpp.core import (
    BootNotificationResponse,
    HeartbeatResponse,
    StatusNotificationRequest,
)
from cp_tui.ocpp.model import WireModel
from cp_tui.traces.record import FrameDirection, Record, RecordKind, ZoneFrom

AFTER_BOOT_S = 60.0
"""A clock that is set by the answer may take as long."""
GRID_S = 60.0
"""So close to a multiple of half an hour, a difference is that of a time zone."""
_ZONED = (ZoneFrom.STATED, ZoneFrom.BY_FORMAT)


class _Told:
    """Differences in a row."""

    def __init__(self) -> None:
        self.count = 0
        self.where: list[FrameRef] = []

    def add(self, record: Record) -> None:
        self.count += 1
        self.where = [*self.where[-2:], ref(record)]

    def clear(self) -> None:
        self.count, self.where = 0, []


class ClockRules(Family):
    """currentTime of the CSMS, and the timestamps of StatusNotification."""

    def __init__(self) -> None:
        self._current: datetime | None = None
        """The last currentTime."""
        self._current_at: datetime | None = None
        """When the log had it."""
        self._current_where: FrameRef | None = None
        self._breaks = 0
        self._called_at: datetime | None = None
        self._is_held_up = False
        """The last answer was so slow that what the charge point had to say had to wait."""
        self._charge_point = _Told()
        self._csms = _Told()

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        exchange = known.exchange
        if record.kind is RecordKind.CALL and record.direction is FrameDirection.TO_CSMS:
            if isinstance(exchange.request, StatusNotificationRequest):
                yield from self._status(record, exchange.request, known)
            self._called_at = record.at
        elif record.direction is FrameDirection.TO_CHARGE_POINT and not exchange.is_call:
            self._is_held_up = known.is_past(self._called_at, LIMITS.clock)
        if exchange.is_call:
            return
        if (current := _current_time(exchange.response)) is not None:
            yield from self._answer(record, current, known)

    def _answer(self, record: Record, current: datetime, known: Known) -> Iterable[Finding]:
        before, before_at, where = self._current, self._current_at, self._current_where
        self._current, self._current_at, self._current_where = current, record.at, ref(record)
        self._breaks = known.breaks
        back_s = (before - current).total_seconds() if before else 0.0
        # Without a time of the log, the order alone says what came later.
        is_later = before_at is None or record.at is None or record.at >= before_at
        if is_later and back_s > LIMITS.interval_least:
            yield found(
                "time.csms_clock",
                f"currentTime is {back_s:.0f} s earlier than in the answer before it.",
                record,
                where,
                matter="back",
            )
        yield from self._against_log(record, current)

    def _against_log(self, record: Record, current: datetime) -> Iterable[Finding]:
        """Hold the clock of the CSMS against that of the log, where the log says its zone."""
        if record.at is None or record.zone not in _ZONED:
            return
        away_s = (current - record.at).total_seconds()
        if abs(away_s) <= LIMITS.csms_clock:
            self._csms.clear()
            return
        self._csms.add(record)
        if self._csms.count != LIMITS.clock_count:
            return
        if _is_zone(away_s):
            yield from self._local(record, away_s, Party.CSMS, "currentTime")
            return
        # The log of a charge point whose clock follows the CSMS cannot be away from it for long.
        yield found(
            "time.csms_clock",
            f"currentTime is {abs(away_s):.0f} s {_way(away_s)} the clock of the log, three times"
            " in a row.",
            record,
            *self._csms.where[:-1],
            matter="log",
        )

    def _status(
        self, record: Record, request: StatusNotificationRequest, known: Known
    ) -> Iterable[Finding]:
        timestamp = request.timestamp
        if timestamp is None or record.at is None or self._current is None:
            return
        if self._current_at is None or known.breaks != self._breaks:
            return
        if known.was_asked:
            # What is told again keeps the time at which it became so.
            return
        if not known.is_past(known.registration.accepted_at, AFTER_BOOT_S):
            return
        gone_s = (record.at - self._current_at).total_seconds()
        away_s = (timestamp - self._current).total_seconds() - gone_s
        is_queued = away_s < 0 and self._is_held_up
        if is_queued or abs(away_s) <= LIMITS.clock + known.resolution_s:
            self._charge_point.clear()
            return
        self._charge_point.add(record)
        if self._charge_point.count != LIMITS.clock_count:
            return
        if _is_zone(away_s):
            if record.zone in _ZONED and abs((timestamp - record.at).total_seconds()) > GRID_S:
                party = Party.CHARGE_POINT
                yield from self._local(record, away_s, party, "the timestamp")
            return
        yield found(
            "time.charger_clock",
            f"The timestamp of StatusNotification is {abs(away_s):.0f} s {_way(away_s)} the"
            " currentTime of the CSMS, advanced to this moment, three times in a row.",
            record,
            self._current_where,
            *self._charge_point.where[:-1],
        )

    def _local(self, record: Record, away_s: float, party: Party, what: str) -> Iterable[Finding]:
        hours = round(2 * away_s / 3600) / 2
        yield found(
            "time.local_as_utc",
            f"{what[0].upper()}{what[1:]} is {abs(hours):g} h {_way(away_s)} UTC, three times in a"
            " row: a local time, written as if it were UTC.",
            record,
            at_fault=party,
        )


def _current_time(response: WireModel | None) -> datetime | None:
    match response:
        case BootNotificationResponse() | HeartbeatResponse():
            return response.current_time
        case _:
            return None


def _is_zone(away_s: float) -> bool:
    """Whether a difference is that between two time zones, within a minute."""
    grid_s = LIMITS.local_time_grid
    rest_s = abs(away_s) % grid_s
    return abs(away_s) > grid_s / 2 and min(rest_s, grid_s - rest_s) <= GRID_S


def _way(away_s: float) -> str:
    return "ahead of" if away_s > 0 else "behind"
