"""What people do to the station and what comes of it."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from cp_tui.charge_point.codec import decode, encode
from cp_tui.charge_point.config import ConnectorConfig
from cp_tui.charge_point.events import (
    ErrorCleared,
    ErrorRaised,
    EvSuspended,
    LockJammed,
    PluggedIn,
    PluggedOut,
)
from cp_tui.ocpp.datatypes import ChargePointErrorCode
from cp_tui.station.errors import StationError
from cp_tui.station.record import StationRecord
from cp_tui.station.station import Station
from cp_tui.station.vehicle import VehicleSettings
from tests.station.builders import AC, DC, START, after, charging, limit

LOCK_FAILURE = ChargePointErrorCode.CONNECTOR_LOCK_FAILURE
GROUND_FAILURE = ChargePointErrorCode.GROUND_FAILURE
EV_ERROR = ChargePointErrorCode.EV_COMMUNICATION_ERROR


def test_the_default_vehicle_takes_what_it_is_offered_within_seconds() -> None:
    station = charging()
    assert station.reading(1, START).power_w == 0.0
    assert 0 < station.reading(1, after(1)).power_w < 12_000
    settled = station.reading(1, after(3))
    assert settled.power_w == pytest.approx(21_859, abs=1)
    assert settled.phases[0].current_a == pytest.approx(32, abs=0.1)
    assert (settled.offered_current_a, settled.offered_power_w) == (32.0, 22_080.0)
    assert station.next_deadline() is not None


def test_power_follows_the_limit_in_force_over_a_ramp() -> None:
    station = charging()
    limit(station, "16", 60)
    assert station.reading(1, after(60)).power_w == pytest.approx(21_859, abs=1)
    assert 11_000 < station.reading(1, after(61.5)).power_w < 21_000
    assert station.reading(1, after(63)).phases[0].current_a == pytest.approx(16, abs=0.05)
    limit(station, "32", 120)
    assert station.reading(1, after(123)).power_w == pytest.approx(21_859, abs=1)


def test_the_same_limit_again_disturbs_nothing() -> None:
    station = charging()
    limit(station, "16", 10)
    before = station.reading(1, after(20))
    limit(station, "16", 20)
    assert station.reading(1, after(20)) == before


def test_below_6_a_no_current_flows() -> None:
    station = charging()
    limit(station, "5.9", 10)
    stopped = station.reading(1, after(13))
    assert (stopped.power_w, stopped.offered_current_a) == (0.0, 0.0)
    assert station.next_deadline() is None
    limit(station, "6", 20)
    assert station.reading(1, after(23)).phases[0].current_a == pytest.approx(6, abs=0.02)


def test_without_the_contactor_no_current_flows_and_opening_it_is_at_once() -> None:
    station = Station((AC,))
    station.plug_in(1, START)
    assert station.reading(1, after(60)).power_w == 0.0
    station.energize(1, True, after(60))
    assert station.reading(1, after(70)).power_w > 20_000
    station.energize(1, False, after(70))
    assert station.reading(1, after(70)).power_w == 0.0
    assert station.reading(1, after(70)).register_wh == station.reading(1, after(99)).register_wh


def test_a_jump_of_hours_is_the_same_as_many_small_steps() -> None:
    jumping, stepping = charging(), charging()
    for second in range(0, 3 * 3600, 7):
        stepping.reading(1, after(second))
    assert jumping.reading(1, after(10_800)).register_wh == pytest.approx(
        stepping.reading(1, after(10_800)).register_wh, abs=1e-3
    )


def test_the_register_counts_what_the_battery_gains() -> None:
    station = charging()
    vehicle = station.vehicle(1, after(3600))
    assert vehicle is not None
    gained_wh = vehicle.battery_wh * (vehicle.soc_percent - 20) / 100
    assert station.reading(1, after(3600)).register_wh == pytest.approx(gained_wh)


def test_a_clock_that_steps_back_costs_no_energy() -> None:
    station = charging()
    before_wh = station.reading(1, after(600)).register_wh
    assert station.reading(1, after(300)).register_wh == before_wh
    assert station.reading(1, after(360)).register_wh == pytest.approx(before_wh + 364, abs=1)


def test_a_single_phase_vehicle_draws_on_the_first_phase() -> None:
    station = charging()
    station.set_vehicle(1, after(5), VehicleSettings(phases=1))
    reading = station.reading(1, after(60))
    assert reading.phases[0].current_a == pytest.approx(32, abs=0.1)
    assert (reading.phases[1].current_a, reading.phases[2].current_a) == (0.0, 0.0)
    assert reading.power_w == pytest.approx(21_859 / 3, abs=1)


def test_the_on_board_charger_limits_current_and_power() -> None:
    station = charging()
    station.set_vehicle(1, after(5), VehicleSettings(max_current_a=16))
    assert station.reading(1, after(9)).phases[2].current_a == pytest.approx(16, abs=0.05)
    station.set_vehicle(1, after(9), VehicleSettings(max_power_w=7_400))
    assert station.reading(1, after(19)).power_w == pytest.approx(7_400)


def test_the_main_meter_is_the_sum_of_all_connectors() -> None:
    station = charging(DC)
    station.plug_in(2, START)
    station.energize(2, True, START)
    one, two, main = (station.reading(number, after(1800)) for number in (1, 2, 0))
    assert main.register_wh == pytest.approx(one.register_wh + two.register_wh)
    assert main.power_w == pytest.approx(one.power_w + two.power_w)
    assert main.power_w == pytest.approx(
        sum(phase.current_a * phase.voltage_v for phase in main.phases)
    )
    assert len(main.phases) == 3
    assert (main.is_dc, main.soc_percent) == (False, None)


def test_a_dc_session_tapers_and_its_voltage_rises() -> None:
    station = charging(DC)
    early, late = station.reading(1, after(60)), station.reading(1, after(1800))
    assert early.is_dc
    assert early.soc_percent is not None
    assert late.soc_percent is not None
    assert late.soc_percent > early.soc_percent + 30
    assert late.power_w < early.power_w
    assert late.phases[0].voltage_v > early.phases[0].voltage_v
    assert 100_000 < early.power_w <= 120_000


def test_an_ac_meter_does_not_know_the_state_of_charge_but_the_vehicle_does() -> None:
    station = charging()
    assert station.reading(1, after(60)).soc_percent is None
    vehicle = station.vehicle(1, after(60))
    assert vehicle is not None
    assert vehicle.soc_percent > 20


def test_a_full_battery_is_an_event_just_at_the_deadline() -> None:
    station = charging()
    station.advance(after(60))
    # From there on the battery takes less, which is another reason for the power that flows.
    taper = station.next_deadline()
    assert taper is not None
    station.advance(taper)
    deadline = station.next_deadline()
    assert deadline is not None
    assert after(5_000) < taper < after(8_000) < deadline < after(14_000)
    assert station.advance(deadline - (deadline - after(60)) / 1000) == []
    assert station.advance(deadline) == [EvSuspended(1, suspended=True)]
    assert station.next_deadline() is None
    vehicle = station.vehicle(1, deadline)
    assert vehicle is not None
    assert (vehicle.soc_percent, vehicle.is_suspended) == (100.0, True)
    assert station.reading(1, deadline).register_wh == pytest.approx(48_000, abs=0.01)


def test_a_full_battery_that_a_reading_finds_is_told_with_the_next_answer() -> None:
    station = charging()
    assert station.reading(1, after(86_400)).power_w == 0.0
    assert station.plug_out(1, after(86_400)) == [EvSuspended(1, suspended=True), PluggedOut(1)]


def test_a_full_vehicle_says_so_when_it_is_plugged_in() -> None:
    station = Station((AC,))
    station.set_vehicle(1, START, VehicleSettings(soc_percent=100))
    assert station.plug_in(1, START) == [PluggedIn(1), EvSuspended(1, suspended=True)]
    with pytest.raises(StationError, match="its battery is full"):
        station.resume_ev(1, START)
    assert station.set_vehicle(1, START, VehicleSettings(soc_percent=30)) == [
        EvSuspended(1, suspended=False)
    ]


def test_deadlines_on_the_way_lead_to_the_full_battery_in_few_steps() -> None:
    station = charging()
    station.set_vehicle(1, START, VehicleSettings(soc_percent=99.999))
    now, events, wakes = START, station.advance(START), 0
    while not events:
        deadline = station.next_deadline()
        assert deadline is not None
        assert deadline > now
        now, wakes = deadline, wakes + 1
        events = station.advance(now)
        assert wakes < 30
    assert events == [EvSuspended(1, suspended=True)]


def test_plug_in_and_out() -> None:
    station = Station((AC,))
    assert station.vehicle(1, START) is None
    assert station.plug_in(1, START) == [PluggedIn(1)]
    vehicle = station.vehicle(1, START)
    assert vehicle is not None
    assert (vehicle.battery_wh, vehicle.soc_percent, vehicle.phases) == (60_000, 20.0, 3)
    assert station.plug_out(1, after(1)) == [PluggedOut(1)]
    assert station.vehicle(1, after(1)) is None


def test_unplugging_while_it_charges_ends_the_current_at_once() -> None:
    station = charging()
    assert station.plug_out(1, after(60)) == [PluggedOut(1)]
    reading = station.reading(1, after(60))
    assert (reading.power_w, reading.offered_current_a) == (0.0, 0.0)


def test_a_locked_cable_can_be_pulled_at_the_vehicle_and_plugged_in_again() -> None:
    """T TC_005: the lock of the charge point does not hold the vehicle's side."""
    station = charging()
    station.lock(1, True, after(1))
    assert station.plug_out(1, after(2)) == [PluggedOut(1)]
    assert station.plug_in(1, after(3)) == [PluggedIn(1)]
    assert station.reading(1, after(60)).power_w > 20_000


def test_a_vehicle_pauses_and_goes_on() -> None:
    station = charging()
    assert station.suspend_ev(1, after(60)) == [EvSuspended(1, suspended=True)]
    assert station.reading(1, after(63)).power_w == 0.0
    assert station.reading(1, after(63)).offered_current_a == 32.0
    assert station.resume_ev(1, after(90)) == [EvSuspended(1, suspended=False)]
    assert station.reading(1, after(93)).power_w > 20_000


def test_a_jammed_lock_makes_plugging_in_a_fault() -> None:
    """T TC_024: lock failure."""
    station = Station((AC,))
    assert station.jam_lock(1, START, True) == [LockJammed(1, jammed=True)]
    assert station.plug_in(1, after(1)) == [
        PluggedIn(1),
        ErrorRaised(1, LOCK_FAILURE, "the lock is jammed"),
    ]
    assert station.jam_lock(1, after(2), False) == [
        LockJammed(1, jammed=False),
        ErrorCleared(1, LOCK_FAILURE),
    ]


def test_a_lock_that_jams_after_plugging_in_is_a_fault_when_it_should_hold() -> None:
    station = Station((AC,))
    station.plug_in(1, START)
    station.jam_lock(1, START, True)
    station.lock(1, True, after(1))
    station.lock(1, True, after(2))
    assert station.advance(after(3)) == [ErrorRaised(1, LOCK_FAILURE, "the lock is jammed")]


def test_a_fixed_cable_has_no_lock() -> None:
    station = Station((ConnectorConfig(fixed_cable=True),))
    station.lock(1, True, START)
    assert station.advance(START) == []
    with pytest.raises(StationError, match="connector 1: a fixed cable has no lock to jam"):
        station.jam_lock(1, START, True)


def test_errors_are_raised_and_cleared_on_connectors_and_on_the_whole_station() -> None:
    station = Station((AC,))
    assert station.raise_error(1, START, GROUND_FAILURE, "wet", "E7") == [
        ErrorRaised(1, GROUND_FAILURE, "wet", "E7")
    ]
    assert station.raise_error(0, START, ChargePointErrorCode.READER_FAILURE) == [
        ErrorRaised(0, ChargePointErrorCode.READER_FAILURE)
    ]
    assert station.clear_error(1, START, GROUND_FAILURE) == [ErrorCleared(1, GROUND_FAILURE)]
    assert station.clear_error(0, START) == [ErrorCleared(0)]


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda s: s.plug_in(1, START), "connector 1: a cable is plugged in already"),
        (lambda s: s.plug_out(2, START), "connector 2: no cable is plugged in"),
        (lambda s: s.plug_in(3, START), "connector 3 does not exist; this charge point has"),
        (lambda s: s.plug_in(0, START), "connector 0 does not exist; .* connectors 1 to 2"),
        (lambda s: s.suspend_ev(2, START), "connector 2: no cable is plugged in"),
        (lambda s: s.resume_ev(1, START), "the vehicle cannot resume, it has not paused"),
        (lambda s: s.set_vehicle(9, START, VehicleSettings()), "connector 9 does not exist"),
        (lambda s: s.jam_lock(1, START, False), "connector 1: the lock is not jammed"),
        (lambda s: s.raise_error(1, START, ChargePointErrorCode.NO_ERROR), "NoError is no error"),
        (lambda s: s.raise_error(7, START, GROUND_FAILURE), "connector 7 does not exist"),
        (lambda s: s.raise_error(7, START, EV_ERROR), "connector 7 does not exist"),
        (lambda s: s.raise_error(0, START, EV_ERROR), "belongs to a connector with a vehicle"),
        (lambda s: s.raise_error(2, START, EV_ERROR), "needs a vehicle, and none is plugged in"),
        (lambda s: s.clear_error(1, START), "connector 1: no error is raised"),
        (lambda s: s.energize(7, True, START), "connector 7 does not exist"),
        (lambda s: s.set_limit(7, Decimal(6), Decimal(1), START), "connector 7 does not exist"),
        (lambda s: s.reading(7, START), "connector 7 does not exist"),
    ],
)
def test_the_impossible_is_refused_in_a_clear_sentence(act: object, sentence: str) -> None:
    station = charging()
    assert callable(act)
    with pytest.raises(StationError, match=sentence):
        act(station)


def test_what_is_done_already_is_refused() -> None:
    station = charging()
    station.suspend_ev(1, START)
    with pytest.raises(StationError, match="the vehicle has paused already"):
        station.suspend_ev(1, START)
    station.jam_lock(1, START, True)
    with pytest.raises(StationError, match="the lock is jammed already"):
        station.jam_lock(1, START, True)
    station.raise_error(1, START, GROUND_FAILURE)
    with pytest.raises(StationError, match="GroundFailure is raised already"):
        station.raise_error(1, START, GROUND_FAILURE)
    with pytest.raises(StationError, match="HighTemperature is not raised, but GroundFailure is"):
        station.clear_error(1, START, ChargePointErrorCode.HIGH_TEMPERATURE)


def test_a_killed_program_finds_the_same_world() -> None:
    station = charging()
    station.set_vehicle(2, START, VehicleSettings(phases=1))
    station.lock(1, True, START)
    station.jam_lock(2, START, True)
    station.raise_error(0, START, GROUND_FAILURE, "wet")
    station.suspend_ev(1, after(600))
    written = encode(station.record(after(600)))

    found = Station((AC, AC), decode(StationRecord, written))

    assert encode(found.record(after(9_999))) == written
    assert found.vehicle(1, after(9_999)) == station.vehicle(1, after(600))
    reading = found.reading(1, after(9_999))
    assert reading.register_wh == station.reading(1, after(600)).register_wh > 3_000
    assert reading.power_w == 0.0
    assert found.conditions() == [
        EvSuspended(1, suspended=True),
        LockJammed(2, jammed=True),
        ErrorRaised(0, GROUND_FAILURE, "wet"),
    ]


def test_the_register_of_a_connector_that_is_configured_away_is_remembered() -> None:
    station = charging()
    register_wh = station.reading(1, after(600)).register_wh
    station.plug_out(1, after(600))
    wide = station.record(after(600))
    turned = StationRecord(
        connectors=tuple(
            replace(each, connector_id=3 - each.connector_id)
            for each in wide.connectors
            if each.connector_id
        )
    )
    narrow = Station((AC,), turned).record(after(700))
    assert Station((AC, AC), narrow).reading(2, after(800)).register_wh == register_wh


def test_a_station_needs_a_connector() -> None:
    with pytest.raises(ValueError, match="at least one connector"):
        Station(())


@pytest.mark.parametrize("connector", [AC, DC], ids=["AC", "DC"])
@pytest.mark.parametrize("soc_percent", [20.0, 88.0])
def test_when_it_is_full_is_known_from_the_first_minute_on(
    connector: ConnectorConfig, soc_percent: float
) -> None:
    """The battery tapers, so that what flows now would tell another time each minute."""
    station = charging(connector)
    vehicle = VehicleSettings(battery_wh=20_000, soc_percent=soc_percent)
    station.set_vehicle(1, after(10), vehicle)
    full_at = full(station, 60)
    assert full_at is not None
    lasts_s = round((full_at - after(60)).total_seconds())
    assert {full(station, 60 + lasts_s * part / 10) for part in range(10)} == {full_at}
    for at, is_full in ((full_at - timedelta(seconds=2), False), (full_at, True)):
        plugged = station.vehicle(1, at + timedelta(seconds=1))
        assert plugged is not None
        assert plugged.is_suspended is is_full


def test_of_20_kwh_at_88_percent_the_last_take_half_an_hour() -> None:
    station = charging()
    station.set_vehicle(1, after(10), VehicleSettings(battery_wh=20_000, soc_percent=88.0))
    at = full(station, 60)
    assert at is not None
    assert 25 * 60 < (at - after(60)).total_seconds() < 31 * 60


def test_when_it_is_full_is_not_said_where_nobody_can_know() -> None:
    station = charging()
    assert full(station, 1) is None, "it is on its way to what is offered"
    assert full(station, 60) is not None
    limit(station, "0", 60)
    assert full(station, 120) is None
    limit(station, "16", 120)
    at_16 = full(station, 180)
    station.suspend_ev(1, after(180))
    assert full(station, 240) is None
    station.resume_ev(1, after(240))
    assert at_16 is not None
    assert full(station, 300) is not None
    station.energize(1, False, after(300))
    assert full(station, 360) is None


def test_a_battery_that_takes_years_is_not_said_to_be_full_at_any_time() -> None:
    station = charging(DC)
    station.set_vehicle(1, after(10), VehicleSettings(battery_wh=2_000_000, soc_percent=1.0))
    assert full(station, 60) is not None
    limit(station, "0.1", 60)
    assert full(station, 120) is None


def test_the_power_bends_at_once_on_a_ramp_later_in_the_taper_and_never_without_an_offer() -> None:
    station = charging()
    full(station, 1)
    assert station.seconds_to_bend(0.02) == 0.0
    station.set_vehicle(1, after(10), VehicleSettings(battery_wh=20_000, soc_percent=88.0))
    full(station, 60)
    assert 0.0 < station.seconds_to_bend(0.02) < station.seconds_to_bend(0.1) < 3_600.0
    limit(station, "0", 60)
    full(station, 120)
    assert station.seconds_to_bend(0.02) == math.inf


def full(station: Station, seconds: float) -> datetime | None:
    """When the vehicle at connector 1 says that it is full."""
    vehicle = station.vehicle(1, after(seconds))
    assert vehicle is not None
    return vehicle.full_at
