"""The limits that held before an instant: what the profiles came to, each time they changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import zip_longest
from math import ceil

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.charge_point.smart_charging.composite import composing, whole
from cp_tui.charge_point.smart_charging.context import Context
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.follow.charging import as_known
from cp_tui.ocpp.core import StartTransactionRequest, StopTransactionRequest
from cp_tui.ocpp.enumerations import ChargingProfileStatus, ClearChargingProfileStatus
from cp_tui.ocpp.smart_charging import ClearChargingProfileResponse, SetChargingProfileResponse

CHANGES_MAX = 20
"""Kept of a charge point: each has to be worked out when somebody looks."""
SCHEDULES_MAX = 200
"""Worked out at most, of however many connectors."""


class _Change(Struct):
    """From here on the limits followed from this."""

    at: datetime
    context: Context
    schedules: tuple[CompositeSchedule, ...] | None = None
    """What that came to until the next change, once it was worked out."""


def is_change(moment: Moment) -> bool:
    """Say whether limits may be others from here on; `Relevance` keeps the same messages."""
    match moment.answered:
        case _, SetChargingProfileResponse(status=status):
            return status is ChargingProfileStatus.ACCEPTED
        case _, ClearChargingProfileResponse(status=status):
            return status is ClearChargingProfileStatus.ACCEPTED
    return isinstance(moment.request, StartTransactionRequest | StopTransactionRequest)


class FollowedLimits:
    """The last changes, and the schedules that held from each of them until the next."""

    def __init__(self) -> None:
        self._changes: deque[_Change] = deque(maxlen=CHANGES_MAX)

    def note(self, at: datetime, context: Context) -> None:
        """The limits follow from another context from here on."""
        # Where the time jumps back, what was known before is forgotten.
        while self._changes and self._changes[-1].at > at:
            self._changes.pop()
        self._changes.append(_Change(at, context))

    def before(self, now: datetime) -> Mapping[int, tuple[CompositeSchedule, ...]]:
        """Give the schedules that held before an instant, of each connector in their order."""
        found: dict[int, list[CompositeSchedule]] = {}
        for schedule in self._schedules(now):
            found.setdefault(schedule.connector_id, []).append(schedule)
        return {connector: tuple(schedules) for connector, schedules in found.items()}

    def _schedules(self, now: datetime) -> Iterator[CompositeSchedule]:
        lanes = max((len(each.context.hardware) + 1 for each in self._changes), default=1)
        changes = [*self._changes][-max(SCHEDULES_MAX // lanes, 1) :]
        for change, following in zip_longest(changes, changes[1:]):
            if following is None:
                yield from _between(change.context, change.at, now)
                continue
            if change.schedules is None:
                found = _between(change.context, change.at, following.at)
                change.schedules = tuple(map(_ended, found))
            yield from change.schedules


def _ended(schedule: CompositeSchedule) -> CompositeSchedule:
    """A schedule that held no longer than it was worked out for."""
    if not schedule.periods:
        return schedule
    *before, last = schedule.periods
    ended = replace(last, until=last.end, looked_until=None)
    return replace(schedule, periods=(*before, ended))


def _between(context: Context, start: datetime, end: datetime) -> Iterator[CompositeSchedule]:
    """Work out what followed from a context; without profiles nothing is known."""
    begin = start.replace(microsecond=0)
    seconds = ceil((end - begin).total_seconds())
    if seconds <= 0 or not context.profiles:
        return
    for connector in (0, *context.hardware):
        work = composing(replace(context, armed_at=begin), connector, begin, seconds)
        yield as_known(whole(work))
