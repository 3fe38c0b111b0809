"""Limits become offers, and power becomes current and voltage."""

from __future__ import annotations

import pytest

from cp_tui.station.offer import NOTHING, Limit, Offer
from cp_tui.station.supply import AcSupply, DcSupply
from cp_tui.station.vehicle import Battery, Vehicle
from tests.station.builders import START

AC = AcSupply(230.0, 3, 32.0)
DC = DcSupply(400.0, 300.0)
THREE_PHASE = Vehicle()
ONE_PHASE = Vehicle(phases=1)


@pytest.mark.parametrize(
    ("limit", "vehicle", "offer"),
    [
        (Limit(16.0, 11_040.0), THREE_PHASE, Offer(16.0, 11_040.0, 3)),
        (Limit(100.0, 69_000.0), THREE_PHASE, Offer(32.0, 22_080.0, 3)),
        (Limit(16.0, 11_040.0), ONE_PHASE, Offer(16.0, 3_680.0, 1)),
        (Limit(6.0, 4_140.0), THREE_PHASE, Offer(6.0, 4_140.0, 3)),
        (Limit(5.9, 4_071.0), THREE_PHASE, NOTHING),
        (Limit(0.0, 0.0), THREE_PHASE, NOTHING),
        (Limit(16.0, 0.0), THREE_PHASE, NOTHING),
    ],
)
def test_an_ac_offer_is_the_lower_of_limit_and_hardware_and_nothing_below_6_a(
    limit: Limit, vehicle: Vehicle, offer: Offer
) -> None:
    assert AC.offer(limit, vehicle) == offer


def test_a_limit_for_one_phase_uses_one_phase() -> None:
    """E 3.34: 3680 W with numberPhases 1 is 16 A on a single phase."""
    assert AC.offer(Limit(16.0, 3_680.0), THREE_PHASE) == Offer(16.0, 3_680.0, 1)
    assert AC.offer(Limit(16.0, 7_400.0), THREE_PHASE).phases == 2


def test_a_limit_in_w_may_be_a_little_more_than_its_current_rounded_down() -> None:
    offer = AC.offer(Limit(15.9, 11_000.0), THREE_PHASE)
    assert (offer.current_a, offer.phases) == (15.9, 3)


def test_ac_current_and_voltage_are_the_power() -> None:
    readings = AC.readings(11_000.0, 3, None, START)
    for phase in readings:
        assert phase.current_a * phase.voltage_v == pytest.approx(phase.power_w)
        assert 228.0 < phase.voltage_v < 230.0
    assert sum(phase.power_w for phase in readings) == pytest.approx(11_000.0)
    assert len({phase.voltage_v for phase in readings}) == 3


def test_idle_phases_carry_their_voltage_and_no_current() -> None:
    one, two, three = AC.readings(3_000.0, 1, None, START)
    assert one.current_a > 13.0
    for idle in (two, three):
        assert (idle.current_a, idle.power_w) == (0.0, 0.0)
        assert 230.0 <= idle.voltage_v <= 230.5


def test_dc_voltage_rises_with_the_charge_and_never_above_nominal() -> None:
    at_soc = [DC.readings(60_000.0, 1, Battery(100.0, soc), START)[0] for soc in (0, 20, 80, 100)]
    voltages = [reading.voltage_v for reading in at_soc]
    assert voltages == sorted(voltages)
    assert voltages[0] == pytest.approx(346, abs=2)
    assert voltages[-1] < 400.0
    for reading in at_soc:
        assert reading.current_a * reading.voltage_v == pytest.approx(60_000.0)


def test_a_dc_output_without_a_vehicle_is_dead() -> None:
    (reading,) = DC.readings(0.0, 0, None, START)
    assert (reading.current_a, reading.voltage_v, reading.power_w) == (0.0, 0.0, 0.0)


def test_dc_offers_any_current_however_small() -> None:
    assert DC.offer(Limit(2.0, 800.0), THREE_PHASE) == Offer(2.0, 800.0, 1)
    assert DC.offer(Limit(999.0, 999_999.0), THREE_PHASE) == Offer(300.0, 120_000.0, 1)
    assert DC.offer(Limit(0.0, 999.0), THREE_PHASE) == NOTHING
