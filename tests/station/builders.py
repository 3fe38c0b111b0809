"""Stations and times for the tests of the body."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from cp_tui.charge_point.config import ConnectorConfig, CurrentKind
from cp_tui.station.station import Station

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
DC = ConnectorConfig(
    kind=CurrentKind.DC, voltage_v=400, phases=1, max_current_a=Decimal(300), fixed_cable=True
)
AC = ConnectorConfig()


def after(seconds: float) -> datetime:
    """Give the instant so many seconds after the start of the test."""
    return START + timedelta(seconds=seconds)


def charging(connector: ConnectorConfig = AC, *, at: datetime = START) -> Station:
    """Give a station whose connector 1 charges from an instant on, at the hardware limit."""
    station = Station((connector, AC))
    station.plug_in(1, at)
    station.energize(1, True, at)
    return station


def limit(station: Station, current_a: str, seconds: float, *, phases: int = 3) -> None:
    """Set the limit of connector 1 in A, with the power that belongs to it."""
    value = Decimal(current_a)
    station.set_limit(1, value, value * 230 * phases, after(seconds))
