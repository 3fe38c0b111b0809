"""What people see of smart charging at one moment, worked out as far as somebody looks.

Each time a limit changes there is a new `Shown`, and the one before is forgotten with whatever of
it was half done: generators that nobody calls any more. A profile that is set while nobody watches
costs nothing here.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from cp_tui.charge_point.smart_charging.composite import Work, composing, composite
from cp_tui.charge_point.smart_charging.context import Context
from cp_tui.charge_point.smart_charging.profile_status import standings
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule, ProfileStanding
from cp_tui.charge_point.smart_charging.sharing import LimitInForce, explaining_limits
from cp_tui.ocpp.datatypes import ChargingRateUnitType

SHOWN_S = 86_400
"""How far the published schedules reach, in s: a day."""
SHOWN_PERIODS_MAX = 100
"""How many periods are published of each connector; who wants more asks for a schedule."""
SHOWN_STEPS_MAX = 2_000
STANDINGS_AT_ONCE = 5


class Shown:
    """The limits, profiles and schedules of one moment.

    Each is worked out in slices of a few milliseconds, by whoever wants it first.
    """

    def __init__(self, context: Context, time: datetime) -> None:
        self._context = context
        self._time = time
        self._limits: dict[int, LimitInForce] = {}
        self._standings: dict[int, ProfileStanding] = {}
        self._schedules: dict[int, CompositeSchedule] = {}
        self._work: dict[str, Work[None] | None] = {}
        """What was begun, by variable; None: it is done."""

    def work(self, variable: str) -> bool:
        """Do a slice of what a variable needs; say whether there is more to do."""
        if variable not in _BEGUN_BY:
            return False
        if variable not in self._work:
            self._work[variable] = _BEGUN_BY[variable](self)
        for _ in self._work[variable] or ():
            return True
        self._work[variable] = None
        return False

    def limits(self) -> dict[int, LimitInForce]:
        """Give the limit of each connector from 1, with its source."""
        self._finish("connectors")
        return self._limits

    def standings(self) -> dict[int, ProfileStanding]:
        """Give what each profile does, by chargingProfileId."""
        self._finish("profiles")
        return self._standings

    def schedules(self) -> dict[int, CompositeSchedule]:
        """Give the schedule of each connector from 0, in A per phase."""
        self._finish("charging_schedules")
        return self._schedules

    def _finish(self, variable: str) -> None:
        while self.work(variable):
            pass

    def _find_limits(self) -> Work[None]:
        self._limits = yield from explaining_limits(self._context, self._time, SHOWN_S)

    def _find_standings(self) -> Work[None]:
        while self.work("connectors"):
            yield
        context, time = self._context, self._time
        whole = composite(context, 0, time, 0, steps_max=0)
        sources = {0: whole.periods[0].source}
        sources |= {each: limit.source for each, limit in self._limits.items()}
        found: dict[int, ProfileStanding] = {}
        for first in range(0, len(context.profiles), STANDINGS_AT_ONCE):
            yield
            some = context.profiles[first : first + STANDINGS_AT_ONCE]
            found |= standings(context, sources, time, some)
        self._standings = found

    def _compose(self) -> Work[None]:
        while self.work("connectors"):
            yield
        begin = self._time.replace(microsecond=0)
        context = replace(self._context, armed_at=begin)
        found: dict[int, CompositeSchedule] = {}
        for each in (0, *context.hardware):
            twin = context.twin(each) if each else 0
            if twin in found:
                found[each] = replace(found[twin], connector_id=each)
                continue
            yield
            schedule = yield from composing(
                context,
                each,
                begin,
                SHOWN_S,
                ChargingRateUnitType.A,
                periods_max=SHOWN_PERIODS_MAX,
                steps_max=SHOWN_STEPS_MAX,
            )
            limit = self._limits.get(each)
            found[each] = replace(schedule, shares=() if limit is None else limit.shares)
        self._schedules = found


_BEGUN_BY = {
    "connectors": Shown._find_limits,
    "profiles": Shown._find_standings,
    "charging_schedules": Shown._compose,
}
"""Begun only when somebody looks: work holds on to its moment, and most of these end unseen."""
