"""What the schedule says at one instant: the limit, until when, who set it, who lost and why.

Pure; the sentences of profiles come from the schedule's source, where the decision was made.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from textwrap import wrap

from msgspec import Struct

from cp_tui.charge_point.smart_charging.conversion import limit_text
from cp_tui.charge_point.smart_charging.schedule import (
    CompositePeriod,
    CompositeSchedule,
    LimitSource,
    SourceKind,
)
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import ChargingRateUnitType
from cp_tui.tui.text.safe_text import drawn
from cp_tui.tui.text.units import NUMBER_AND_UNIT, kept
from cp_tui.tui.text.words import Clock


def connector_text(connector_id: int) -> str:
    """A connector as people say it; 0 is the whole station."""
    return f"connector {connector_id}" if connector_id else "charge point"


def period_at(schedule: CompositeSchedule, at: datetime) -> CompositePeriod | None:
    """The period in force at an instant; none where the schedule says nothing."""
    for period in schedule.periods:
        if period.start <= at < period.end:
            return period
    return None


NO_PROFILE = "No profile was seen that limits it; what the hardware allows is not told."
"""Of a charge point that is only watched."""


class Place(Struct, frozen=True):
    """Where the readout is about, and how much room its first line has."""

    at: datetime
    clock: Clock
    separator: str
    width: int
    is_lost: bool = False
    """Nothing is known since the time of the clock, which is not now any more."""

    def until(self, end: datetime) -> str:
        """An end as it is told behind the time that the readout is about: its day is not said."""
        return self.clock.seen_from(self.at).exact(end)

    def headline(self, connector_id: int, text: str) -> str:
        """When, where and what; the connector goes first where it does not all fit."""
        is_now = self.at == self.clock.now and not self.is_lost
        when = "now" if is_now else self.clock.exact(self.at)
        dot = f" {self.separator} "
        full = dot.join((when, connector_text(connector_id), text))
        return full if len(full) <= self.width else dot.join((when, text))


class Use(Struct, frozen=True):
    """What flowed, in the unit of the schedule."""

    amount: Decimal
    too_much: Decimal | None = None
    """The most that flowed, where it was more than was allowed for longer than a vehicle needs to
    follow; None: it never was."""

    def sentence(self, unit: ChargingRateUnitType) -> str:
        """What flowed, in words."""
        above = ": above the limit" if self.too_much is not None else ""
        return f"Measured {limit_text(self.amount, unit)}{above}"


def readout(
    schedule: CompositeSchedule, place: Place, use: Use | None = None, restraint: str = ""
) -> tuple[str, ...]:
    """The lines under the chart, the most important first; `restraint`: what keeps power low."""
    period = period_at(schedule, place.at)
    flowed = [] if use is None else [use.sentence(schedule.unit)]
    if restraint:
        flowed.append(restraint)
    if period is None:
        first, *rest = _unknown(schedule, place)
        return (first, *flowed, *rest)
    phases = "" if period.number_phases is None else f" on {period.number_phases} ph"
    limit = f"{limit_text(period.limit, schedule.unit)}{phases}"
    headline = f"{limit}{_until(schedule, period, place)}"
    lines = [
        place.headline(schedule.connector_id, headline),
        *flowed,
        *map(place.clock.told, _why(schedule, period.source)),
    ]
    return tuple(map(drawn, lines))


def _until(schedule: CompositeSchedule, period: CompositePeriod, place: Place) -> str:
    """When the limit ends, which is not when the calculation does."""
    if period is not schedule.periods[-1] and period.looked_until is None:
        return f" until {place.until(period.end)}"
    if period.until is not None:
        return f" until {place.until(period.until)}"
    if period.looked_until is not None:
        return f", no end before {place.until(period.looked_until)}"
    return ", no end"


def _unknown(schedule: CompositeSchedule, place: Place) -> tuple[str, ...]:
    """Nothing is drawn here, and that does not mean zero."""
    if place.at < schedule.start:
        begin = place.clock.exact(schedule.start)
        return place.headline(schedule.connector_id, "past"), f"Limits are known from {begin} on."
    end_at = later(schedule.start, schedule.duration_s)
    if place.at < end_at:
        return place.headline(schedule.connector_id, "no limit seen"), NO_PROFILE
    end = place.clock.exact(end_at)
    return place.headline(schedule.connector_id, "not known"), f"It is known until {end}."


def _why(schedule: CompositeSchedule, source: LimitSource) -> list[str]:
    """Who set the limit, how it was worked out, and who lost."""
    losers = [loser.sentence for loser in source.losers]
    # Of a share: what is divided, and what the schedule alone has.
    lines = source.sentence.split("; ") if source.kind is SourceKind.SHARE else [source.sentence]
    if losers and losers[0].startswith(f"{source.winner} "):
        # It names the winner and whom it beats; the limit stands in the line above.
        lines = [losers.pop(0)]
    if source.is_hypothetical:
        lines.append(
            "If a transaction started now."
            if schedule.connector_id
            else "Idle connectors count as if a transaction started now."
        )
    if source.conversion is not None:
        lines.append(source.conversion)
    if source.losers_omitted:
        losers.append(f"and {source.losers_omitted} more that do not count here")
    return lines + losers


def fitted(lines: tuple[str, ...], width: int, rows: int, ellipsis: str) -> list[str]:
    """The lines wrapped into the rows there are; what does not fit ends with an ellipsis.

    Where rows are scarce, one line must not push the next out: each is cut instead of wrapped.
    """
    if len(lines) >= rows:
        wrapped = [_cut(line, width, ellipsis) for line in lines]
    else:
        wrapped = [part for line in lines for part in _wrapped(line, width)]
    if len(wrapped) > rows > 0:
        wrapped[rows - 1] = _cut(f"{wrapped[rows - 1]} {ellipsis}", width, ellipsis)
    return wrapped[:rows]


def _wrapped(line: str, width: int) -> list[str]:
    # A number stays with its unit: `wrap` does not break at a no-break space.
    tied = NUMBER_AND_UNIT.sub("\N{NO-BREAK SPACE}", line)
    parts = wrap(tied, width, subsequent_indent="  ") or [""]
    return [part.replace("\N{NO-BREAK SPACE}", " ") for part in parts]


def _cut(line: str, width: int, ellipsis: str) -> str:
    return line if len(line) <= width else line[: kept(line, max(0, width - 1))] + ellipsis
