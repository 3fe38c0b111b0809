"""The measured power over time: what is kept, how often it is read, and that idling costs nothing.

Times are seconds after noon.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from cp_tui.charge_point.smart_charging.schedule import SetBy, SourceKind
from cp_tui.charge_point.station_port import MeterReading, PhaseReading
from cp_tui.charge_point.variables.measurement import LIMITS_MAX, POINTS_MAX
from cp_tui.charger.power_history import PowerHistory
from cp_tui.ocpp.calendar import FIRST, LAST
from tests.charge_point.charging import charger, set_profile
from tests.charge_point.rig import Rig, rig
from tests.charge_point.smart_charging.builders import TX_DEFAULT, profile
from tests.conformance.steps import charging

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def noon(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@dataclass
class Meter:
    """A meter of one phase that shows what a test sets."""

    power_w: float = 0.0
    bend_s: float = math.inf
    """How soon the power moves by itself."""
    reads: int = 0

    def read(self, connector_id: int, now: datetime) -> MeterReading:
        self.reads += 1
        return MeterReading(
            register_wh=0.0,
            power_w=self.power_w,
            phases=(PhaseReading(self.power_w / 230, 230.0, self.power_w),),
            offered_current_a=self.power_w / 230,
            offered_power_w=self.power_w,
            frequency_hz=50.0,
            temperature_celsius=20.0,
            soc_percent=None,
            is_dc=False,
        )


def history(meter: Meter) -> PowerHistory:
    return PowerHistory(meter.read, lambda part: meter.bend_s, [1])


def run(made: PowerHistory, begin: int, end: int) -> None:
    """Let time pass, noting whenever that is due."""
    for second in range(begin, end):
        made.note(noon(second), is_touched=False)


def kept(made: PowerHistory, now: int, start: int | None = None) -> list[tuple[int, float]]:
    points = made.points(1, None if start is None else noon(start), None, noon(now))
    return [(round((each.at - NOON).total_seconds()), each.power_w or 0) for each in points]


def test_where_nothing_flows_nothing_is_read() -> None:
    meter = Meter()
    made = history(meter)
    made.note(noon(0), is_touched=True)
    run(made, 1, 100)
    assert made.deadline is None
    assert meter.reads <= 2


def test_power_that_stays_the_same_costs_two_points() -> None:
    meter = Meter(7000)
    made = history(meter)
    made.note(noon(0), is_touched=True)
    run(made, 1, 3600)
    assert made.deadline is None
    assert meter.reads == 1
    assert kept(made, 3600) == [(0, 7000), (3600, 7000)]


def test_a_change_is_kept_and_watched_closely_until_it_is_over() -> None:
    meter = Meter(7000)
    made = history(meter)
    made.note(noon(0), is_touched=True)
    run(made, 1, 60)
    meter.power_w, meter.bend_s = 6000, 0.0
    made.note(noon(60), is_touched=True)
    meter.power_w = 5000
    run(made, 61, 62)
    meter.power_w, meter.bend_s = 4000, math.inf
    run(made, 62, 90)
    assert kept(made, 90) == [(0, 7000), (60, 6000), (61, 5000), (62, 4000), (90, 4000)]
    assert made.deadline is None


def test_a_slow_drift_is_seen() -> None:
    meter = Meter(10_000, bend_s=100.5)
    made = history(meter)
    made.note(noon(0), is_touched=True)
    for second in range(1, 3600):
        meter.power_w *= 0.9999
        made.note(noon(second), is_touched=False)
    values = [power for _, power in kept(made, 3600)]
    assert len(values) > 20
    assert all(before * 0.97 < after <= before for before, after in pairwise(values))


def test_the_history_is_bounded() -> None:
    meter = Meter()
    made = history(meter)
    for second in range(POINTS_MAX + 500):
        meter.power_w = 7000 if second % 2 else 5000
        made.note(noon(second), is_touched=True)
    assert len(kept(made, POINTS_MAX + 500)) <= POINTS_MAX + 1


def test_a_window_begins_with_the_point_in_force_at_its_start() -> None:
    meter = Meter(7000)
    made = history(meter)
    made.note(noon(0), is_touched=True)
    meter.power_w = 5000
    made.note(noon(50), is_touched=True)
    meter.power_w = 3000
    made.note(noon(100), is_touched=True)
    assert kept(made, 120, start=70) == [(50, 5000), (100, 3000), (120, 3000)]
    inside = made.points(1, noon(0), noon(60), noon(120))
    assert [point.power_w for point in inside] == [7000, 5000]


def test_a_clock_that_is_set_back_measures_that_time_anew() -> None:
    meter = Meter(7000)
    made = history(meter)
    made.note(noon(0), is_touched=True)
    run(made, 1, 600)
    run(made, 100, 130)
    times = [at for at, _ in kept(made, 130)]
    assert times == sorted(times)
    assert times[-1] == 130


def measured(made: Rig, connector_id: int = 1) -> list[tuple[int, int]]:
    points = made.charger.measurements(connector_id, None, None, made.now).points
    first = points[0].at
    return [(round((each.at - first).total_seconds()), each.power_w or 0) for each in points]


def test_a_ramp_is_in_the_history_and_an_idle_charger_has_no_timer() -> None:
    made = rig(keys={"MeterValueSampleInterval": "0"})
    made.after(3)
    charging(made)
    made.after(60)
    set_profile(made, 1, profile(TX_DEFAULT, (0, 10)))
    made.after(60)
    powers = [power for _, power in measured(made)]
    full, reduced = max(powers), powers[-1]
    assert 21_000 < full < 22_300
    assert 6_500 < reduced < 7_000
    assert [power for power in powers if reduced * 1.1 < power < full * 0.9]
    assert measured(made, 0)[-1][1] == reduced
    assert measured(made, 2)[-1][1] == 0
    made.act("plug_out", connector_id=1)
    assert measured(made)[-1][1] == 0
    made.after(5)
    due = made.charger.next_deadline()
    assert due is not None
    assert due - made.now > timedelta(seconds=60)


def test_an_hour_of_the_same_power_needs_no_tick() -> None:
    made = rig(keys={"MeterValueSampleInterval": "0"})
    charging(made)
    made.after(60)
    begun, due = made.now, made.charger.next_deadline()
    ticks = 0
    while due is not None and due < begun + timedelta(hours=1):
        made.after((due - made.now).total_seconds())
        due, ticks = made.charger.next_deadline(), ticks + 1
    # The register is kept each minute, and a Heartbeat goes each five.
    assert 59 <= ticks <= 73


def test_a_taper_is_drawn_as_it_was() -> None:
    made = rig(keys={"MeterValueSampleInterval": "0"})
    charging(made)
    made.act("set_vehicle", connector_id=1, soc_percent=78.0)
    made.after(60)
    flowed = []
    for _ in range(360):
        made.after(17)
        reading = made.charger.station.reading(1, made.now)
        flowed.append((made.now, reading.power_w))
    points = made.charger.measurements(1, None, None, made.now).points
    assert len(points) < 400
    assert flowed[0][1] > 21_000
    assert 0 < min(power_w for _, power_w in flowed) < 1_500
    for at, power_w in flowed:
        drawn_w = [each.power_w for each in points if each.at <= at][-1]
        assert drawn_w == pytest.approx(power_w, rel=0.011, abs=1)


def test_the_history_outlives_a_power_cycle_and_follows_the_clock_of_the_charge_point() -> None:
    made = rig()
    charging(made)
    made.after(60)
    started = made.charger.measurements(1, None, None, made.now).points[0].at
    hour = timedelta(hours=1)
    made.responders["BootNotification"] = lambda _: {
        "status": "Accepted",
        "currentTime": (made.now + hour).isoformat(),
        "interval": 300,
    }
    made.power_cycle()
    made.after(10)
    points = made.charger.measurements(1, None, None, made.now).points
    assert points[0].at == started + hour
    assert max(each.power_w or 0 for each in points) > 21_000
    assert (points[-1].at, points[-1].power_w) == (made.now + hour, 0)
    window = made.charger.measurements(1, made.now + hour, None, made.now).points
    assert [each.power_w for each in window] == [0]


def test_the_limits_that_were_followed_are_kept_in_the_clock_of_the_charge_point() -> None:
    made = charger()
    made.after(60)
    before = made.now
    set_profile(made, 0, profile(TX_DEFAULT, (0, 10)))
    lowered_at = made.now
    made.after(60)
    found = made.charger.measurements(1, None, None, made.now).limits
    assert [float(each.limit_a) for each in found] == [32.0, 10.0]
    assert before <= found[-1].at <= lowered_at
    assert [each.set_by.kind for each in found] == [SourceKind.HARDWARE, SourceKind.PROFILE]
    assert f"{found[-1].set_by.profile}" == "TxDefaultProfile #1 level 0"
    window = made.charger.measurements(1, made.now, None, made.now).limits
    assert [float(each.limit_a) for each in window] == [10.0]
    together = made.charger.measurements(0, None, None, made.now).limits
    assert [float(each.limit_a) for each in together] == [64.0, 20.0]
    assert {each.set_by.kind for each in together} == {SourceKind.SUM_OF_CONNECTORS}


def test_no_more_limits_are_kept_than_anybody_looks_at() -> None:
    made = history(Meter())
    set_by = SetBy(kind=SourceKind.HARDWARE, is_hypothetical=True)
    for second in range(LIMITS_MAX + 10):
        made.note_limit(1, Decimal(second % 2), set_by, noon(second))
    assert len(made.limits(1, None, None)) == LIMITS_MAX
    made.note_limit(1, Decimal(6), set_by, noon(100))
    assert made.limits(1, None, None)[-1].at == noon(100), "a clock that was set back"


def test_a_window_at_the_ends_of_the_calendar_is_all_that_is_known() -> None:
    made = charger()
    step_clock = {"currentTime": "2000-01-01T00:00:00Z"}
    made.responders["Heartbeat"] = lambda _: dict(step_clock)
    made.request("TriggerMessage", {"requestedMessage": "Heartbeat"})
    assert made.charger.measurements(1, FIRST, LAST, made.now).points
