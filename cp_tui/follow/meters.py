"""What the meters of a charge point that is watched have told: the newest of each, and the past."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.charge_point.variables import MeasuredPoint, Measurement
from cp_tui.charge_point.variables.measurement import POINTS_MAX
from cp_tui.explain.samples import REGISTER, Sample
from cp_tui.ocpp.datatypes import Location, Measurand

CONNECTORS_MAX = 1_000
VALUE_MAX = 10**15
"""What is further from zero was never measured, and is no number that fits everywhere."""
_PHASES = ("L1", "L2", "L3")
_LINES = frozenset({*_PHASES, *(f"{each}-N" for each in _PHASES)})
NOTHING = Measurement(register_wh=None, power_w=None, current_a=None, voltage_v=None, phases=None)


class _Told(Struct):
    """What is known of one connector."""

    newest: Measurement
    points: deque[MeasuredPoint]


class FollowedMeters:
    """The meters by their connectors."""

    def __init__(self) -> None:
        self._told: dict[int, _Told] = {}

    def of(self, connector: int) -> Measurement | None:
        """Give what a meter says now; None: it has never said anything."""
        told = self._told.get(connector)
        return None if told is None or told.newest == NOTHING else told.newest

    def points(self, connector: int) -> Sequence[MeasuredPoint]:
        """Give what flowed, oldest first, by the clock of the charge point."""
        told = self._told.get(connector)
        return () if told is None else tuple(told.points)

    @property
    def connectors(self) -> frozenset[int]:
        """The connectors whose meters have told anything."""
        return frozenset(self._told)

    def learn(self, connector: int, samples: Iterable[Sample], told_at: datetime | None) -> None:
        """Take in the values of one message, by the instants that they were taken at."""
        outlet = [each for each in samples if _counts(each)]
        told = self._of(connector)
        if told is None:
            return
        for at, together in groupby(outlet, lambda each: each.at):
            known = _reading(tuple(together))
            if known != NOTHING:
                told.newest = replace(_newer(told.newest, known), at=told_at)
            if at is not None and (known.power_w is not None or known.current_a is not None):
                self._flows(told.points, at, known)

    def register(self, connector: int, wh: int) -> None:
        """A start or a stop has told the energy register."""
        told = self._of(connector)
        if told is not None:
            told.newest = replace(told.newest, register_wh=wh)

    def stopped(self, connector: int) -> None:
        """A transaction has ended: what flowed in it says nothing any more."""
        told = self._told.get(connector)
        if told is not None:
            told.newest = replace(NOTHING, register_wh=told.newest.register_wh)

    def _of(self, connector: int) -> _Told | None:
        known = self._told.get(connector)
        if known is None and 0 <= connector <= CONNECTORS_MAX:
            known = self._told[connector] = _Told(NOTHING, deque(maxlen=POINTS_MAX))
        return known

    def _flows(self, points: deque[MeasuredPoint], at: datetime, known: Measurement) -> None:
        # Of a clock that was set back, or messages that waited, only what is newer draws a curve.
        if not points or points[-1].at < at:
            points.append(MeasuredPoint(at=at, power_w=known.power_w, current_a=known.current_a))


def _counts(sample: Sample) -> bool:
    """Whether a value is of the outlet, or of the vehicle where only that one knows it."""
    if sample.base is None or abs(sample.base) > VALUE_MAX:
        return False
    if sample.measurand == Measurand.SOC:
        return True
    return sample.location == Location.OUTLET


def _reading(samples: Sequence[Sample]) -> Measurement:
    """Put together what was measured at one instant."""
    by_measurand: dict[str, list[Sample]] = {}
    for each in samples:
        by_measurand.setdefault(each.measurand, []).append(each)
    currents = by_measurand.get(Measurand.CURRENT_IMPORT, [])
    register, power = _total(by_measurand.get(REGISTER)), _total(by_measurand.get(_POWER))
    current, voltage = _largest(currents), _largest(by_measurand.get(Measurand.VOLTAGE))
    charge = _total(by_measurand.get(Measurand.SOC))
    lines = [each for each in currents if each.phase in _LINES]
    return Measurement(
        register_wh=None if register is None else round(register),
        power_w=None if power is None else round(power),
        current_a=None if current is None else round(float(current), 1),
        voltage_v=None if voltage is None else round(float(voltage), 1),
        phases=sum((each.base or 0) > 0 for each in lines) if lines else None,
        soc_percent=None if charge is None else round(float(charge), 1),
    )


_POWER = Measurand.POWER_ACTIVE_IMPORT


def _total(samples: Sequence[Sample] | None) -> Decimal | None:
    """Give what all phases have together: as it was told, else their sum."""
    told = [each.base for each in samples or () if not each.phase and each.base is not None]
    if told:
        return told[-1]
    lines = [e.base for e in samples or () if e.phase in _LINES and e.base is not None]
    return sum(lines, Decimal(0)) if lines else None


def _largest(samples: Sequence[Sample] | None) -> Decimal | None:
    """Give the largest of the phases, those between two lines apart."""
    told = [
        each.base
        for each in samples or ()
        if each.base is not None and (not each.phase or each.phase in _LINES)
    ]
    return max(told, default=None)


def _newer(known: Measurement, newer: Measurement) -> Measurement:
    """Keep of each value the newest: not every message has all of them."""
    told = {
        name: value
        for name in newer.__struct_fields__
        if (value := getattr(newer, name)) is not None
    }
    return replace(known, **told)
