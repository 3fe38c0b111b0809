"""How far a charge has come: the battery as a gauge, its time, when it is about full. Pure.

Clock times and no countdowns: at rest they stay true.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from textual.content import Content

from cp_tui.charge_point.variables import ConnectorTransaction, ConnectorView
from cp_tui.ocpp.calendar import later
from cp_tui.tui.text.words import Clock, duration, percent
from cp_tui.tui.theme.glyphs import GlyphSet
from cp_tui.tui.timeline.view import ceil_time

GAUGE_CELLS = 5

FULL_STEP = timedelta(minutes=5)
"""An estimate is no better than this, and one that is stays still on the line."""

FULL_AHEAD_MAX = timedelta(days=2)
"""What is offered now does not say what is offered then."""


def soc_percent(connector: ConnectorView) -> float | None:
    """The state of charge, from the meter where it says, else from the simulated vehicle."""
    reading = connector.measurement
    if reading is not None and reading.soc_percent is not None:
        return reading.soc_percent
    return connector.vehicle.soc_percent if connector.vehicle else None


def gauge(value_percent: float, glyphs: GlyphSet, cells: int = GAUGE_CELLS) -> Content:
    """`▕███▌ ▏ 45 %`: a bar that is full at 100 %, and the number."""
    edges = glyphs.gauge_edges
    parts = len(glyphs.gauge)
    steps = int(min(max(value_percent, 0.0), 100.0) / 100 * cells * parts)
    full, rest = divmod(steps, parts)
    bar = glyphs.gauge[-1] * full + (glyphs.gauge[rest - 1] if rest else "")
    words = percent(min(max(value_percent, 0.0), 100.0)).rjust(len("100 %"))
    return Content.assemble(
        edges[0],
        Content.styled(bar, "$timeline-measured"),
        glyphs.gauge_empty * (cells - len(bar)),
        edges[1],
        words,
    )


def full_at(connector: ConnectorView, now: datetime) -> datetime | None:
    """When the battery is full, rounded up; None where nobody can know.

    The charge point says so by the law by which its vehicle charges. What flows now would not do:
    near full a battery takes less and less.
    """
    reading, vehicle = connector.measurement, connector.vehicle
    if connector.transaction is None or reading is None or vehicle is None:
        return None
    at = vehicle.full_at
    if at is None or (reading.power_w or 0) <= 0 or not now < at < now + FULL_AHEAD_MAX:
        return None
    return ceil_time(at, FULL_STEP)


def full_words(connector: ConnectorView, clock: Clock) -> str:
    """`about 14:55`; empty where nobody can know."""
    at = full_at(connector, clock.now)
    return f"about {clock.minute(at)}" if at is not None else ""


def lasted_words(connector: ConnectorView, clock: Clock) -> str:
    """How long the session lasts, while energy flows; without news it would go stale."""
    running, reading = connector.transaction, connector.measurement
    if running is None or reading is None or (reading.power_w or 0) <= 0:
        return ""
    lasted = _lasted(running, clock)
    return duration(timedelta(minutes=lasted // timedelta(minutes=1))) if lasted else ""


def _lasted(running: ConnectorTransaction, clock: Clock) -> timedelta | None:
    """In whole minutes from the first on, whatever was done to the clock; None before that."""
    lasted = later(clock.now, clock.csms_offset_s) - running.begun_at
    return lasted if lasted >= timedelta(minutes=1) else None
