"""Which of all limits binds: one function says it, at the moment and ten minutes later."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from cp_tui.charge_point.config import ConnectorConfig, CurrentKind
from cp_tui.charge_point.variables import Restraint, RestraintKind
from cp_tui.station.station import Station
from cp_tui.station.vehicle import VehicleSettings
from tests.station.builders import AC, DC, START, after, charging, limit

Kind = RestraintKind
TETHERED = ConnectorConfig(fixed_cable=True)
WIDE = ConnectorConfig(max_current_a=Decimal(63))


def with_vehicle(connector: ConnectorConfig = AC, **settings: float) -> Station:
    """A station whose vehicle has these settings, and charges from the start of the test on."""
    station = Station((connector, AC))
    station.set_vehicle(1, START, VehicleSettings.model_validate(settings))
    station.set_limit(1, connector.max_current_a, _power(connector), START)
    station.plug_in(1, START)
    station.energize(1, True, START)
    return station


def _power(connector: ConnectorConfig) -> Decimal:
    phases = 1 if connector.kind is CurrentKind.DC else connector.phases
    return connector.max_current_a * connector.voltage_v * phases


def limited(current_a: str, **settings: float) -> Station:
    station = with_vehicle(AC, **settings)
    limit(station, current_a, 0)
    return station


def paused(station: Station) -> Station:
    station.suspend_ev(1, START)
    return station


CASES: list[tuple[Callable[[], Station], Restraint]] = [
    (charging, Restraint(kind=Kind.LIMIT)),
    (lambda: limited("10"), Restraint(kind=Kind.LIMIT)),
    (lambda: limited("0"), Restraint(kind=Kind.ZERO)),
    (lambda: limited("5.9"), Restraint(kind=Kind.BELOW_MINIMUM, current_a=6.0)),
    (
        lambda: with_vehicle(max_current_a=16),
        Restraint(kind=Kind.CHARGER_CURRENT, current_a=16, phases=3, phases_offered=3),
    ),
    (
        lambda: with_vehicle(max_current_a=16, phases=1),
        Restraint(kind=Kind.CHARGER_CURRENT, current_a=16, phases=1, phases_offered=3),
    ),
    (
        lambda: with_vehicle(phases=1),
        Restraint(kind=Kind.PHASES, phases=1, phases_offered=3),
    ),
    (lambda: limited("10", phases=2), Restraint(kind=Kind.PHASES, phases=2, phases_offered=3)),
    (lambda: with_vehicle(max_power_w=11_000), Restraint(kind=Kind.VEHICLE_POWER, power_w=11_000)),
    (
        lambda: with_vehicle(cable_max_current_a=20),
        Restraint(kind=Kind.CABLE, current_a=20, phases=3, phases_offered=3),
    ),
    (lambda: limited("16", cable_max_current_a=20), Restraint(kind=Kind.LIMIT)),
    (lambda: with_vehicle(TETHERED, cable_max_current_a=20), Restraint(kind=Kind.LIMIT)),
    (lambda: with_vehicle(DC, cable_max_current_a=20), Restraint(kind=Kind.LIMIT)),
    (
        lambda: with_vehicle(WIDE, max_current_a=63, max_power_w=43_000, cable_max_current_a=32),
        Restraint(kind=Kind.CABLE, current_a=32, phases=3, phases_offered=3),
    ),
    (lambda: paused(with_vehicle()), Restraint(kind=Kind.PAUSED)),
    (
        lambda: with_vehicle(soc_percent=100),
        Restraint(kind=Kind.FULL, soc_percent=100),
    ),
    (
        lambda: with_vehicle(DC, dc_max_power_w=50_000, battery_wh=200_000),
        Restraint(kind=Kind.VEHICLE_POWER, power_w=50_000),
    ),
]


@pytest.mark.parametrize("seconds", [10, 600])
@pytest.mark.parametrize(("station", "expected"), CASES)
def test_the_limit_that_binds_is_named_with_its_value(
    station: Callable[[], Station], expected: Restraint, seconds: float
) -> None:
    assert station().restraint(1, after(seconds)) == expected


def test_a_ramp_says_until_when_and_then_it_is_over() -> None:
    station = charging()
    assert station.restraint(1, after(1)) == Restraint(kind=Kind.RAMP, until=after(3))
    assert station.restraint(1, after(3)) == Restraint(kind=Kind.LIMIT)
    limit(station, "10", 600)
    assert station.restraint(1, after(601)) == Restraint(kind=Kind.RAMP, until=after(603))
    assert station.next_deadline() == after(603)
    assert station.restraint(1, after(603)) == Restraint(kind=Kind.LIMIT)


@pytest.mark.parametrize(("connector", "from_percent"), [(AC, 80.0), (DC, 50.0)])
def test_a_taper_names_where_it_began_and_where_it_is(
    connector: ConnectorConfig, from_percent: float
) -> None:
    station = with_vehicle(connector, soc_percent=from_percent - 1)
    station.advance(after(10))
    begins = station.next_deadline()
    assert begins is not None
    station.take_news()
    station.advance(begins)
    assert station.take_news()
    assert not station.take_news()
    found = station.restraint(1, begins)
    assert found is not None
    assert found.kind is Kind.TAPER
    assert found.from_soc_percent == from_percent
    later = station.restraint(1, after((begins - START).total_seconds() + 600))
    assert later is not None
    assert later.kind is Kind.TAPER
    assert (later.soc_percent or 0) > (found.soc_percent or 0) > from_percent - 0.5
    assert later.power_w == round(
        station.reading(1, after((begins - START).total_seconds() + 600)).power_w
    )


def test_a_ramp_that_has_reached_the_on_board_charger_is_no_reason() -> None:
    station = with_vehicle(max_current_a=10)
    kinds = [found.kind for s in (0.5, 2.5) if (found := station.restraint(1, after(s)))]
    assert kinds == [Kind.RAMP, Kind.CHARGER_CURRENT]


def test_without_a_vehicle_or_with_the_contactor_open_the_body_knows_nothing() -> None:
    station = Station((AC, AC))
    assert station.restraint(1, START) is None
    station.plug_in(1, START)
    assert station.restraint(1, after(600)) is None


def test_a_ramp_that_is_lost_in_a_taper_is_no_reason() -> None:
    """Near full the vehicle takes less than the ramp offers already."""
    station = with_vehicle(soc_percent=99)
    found = station.restraint(1, after(2.9))
    assert found is not None
    assert found.kind is Kind.TAPER
