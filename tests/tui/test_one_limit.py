"""Whoever tells the limit of a connector tells the same: how much, from whom, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from cp_tui.ocpp.datatypes import ChargingRateUnitType
from cp_tui.tui.dashboard.connectors_text import connector_columns, connector_details
from cp_tui.tui.schedule.profiles_text import profile_lines
from cp_tui.tui.state.past import in_force
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.words import Clock
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.timeline.readout import Place, readout
from tests.charge_point.charging import asked, clear, limit_now, offered, set_profile
from tests.charge_point.rig import Rig, rig
from tests.charge_point.smart_charging.builders import CP_MAX, TX, TX_DEFAULT, profile
from tests.conformance.steps import charging
from tests.tui.attached import attached

HOUR_S = 3600


def depot() -> Rig:
    """A supply that falls in an hour, one car with a profile of its own, one with the default."""
    made = rig(keys={"MeterValueSampleInterval": "0"})
    begin = made.now.replace(microsecond=0)
    supply = profile(CP_MAX, (0, 32), (HOUR_S, 24), id=1, start=begin, duration=20 * HOUR_S)
    assert set_profile(made, 0, supply) == "Accepted"
    # It changes first, and that changes nothing about halves of the supply.
    default = profile(TX_DEFAULT, (0, 20), (HOUR_S // 2, 16), id=2, start=begin)
    assert set_profile(made, 0, default) == "Accepted"
    charging(made, 1)
    charging(made, 2, "TAG2")
    assert set_profile(made, 1, profile(TX, (0, 24), id=3, start=begin)) == "Accepted"
    made.after(10)
    return made


def told(made: Rig) -> tuple[Snapshot, Clock]:
    """What a screen knows, and its clock."""
    snapshot = attached(made).snapshot
    zone = made.now.tzinfo
    assert zone is not None
    return snapshot, Clock(snapshot.schedule_time(made.now), zone)


def words(facts: list[Fact], label: str) -> list[str]:
    """What stands behind a label."""
    return [fact.text.plain for fact in facts if fact.label == label]


def read(snapshot: Snapshot, clock: Clock, at: datetime, unit: str = "A") -> tuple[str, ...]:
    """What the schedule says of connector 1, as with the cursor there."""
    schedule = snapshot.charging_schedules[1]
    if unit == "W":
        watts = [replace(p, limit=p.limit * 690) for p in schedule.periods]
        schedule = replace(schedule, unit=ChargingRateUnitType.W, periods=tuple(watts))
    followed = in_force(schedule, snapshot.charging_schedules[1].shares)
    return readout(followed, Place(at, clock, "·", 200))


def test_all_who_tell_a_shared_limit_tell_the_same() -> None:
    made = depot()
    assert limit_now(made, 1) == offered(made, 1) == 16
    snapshot, clock = told(made)
    connector = snapshot.connector(1)
    assert connector is not None
    assert connector.limit is not None
    assert connector.limit.until is not None
    until = clock.exact(connector.limit.until)
    assert connector.limit.until - clock.now == timedelta(hours=1) - timedelta(seconds=10)
    divided = "ChargePointMaxProfile #1 level 0: 32.0 A for 2 vehicles"
    alone = "TxProfile #3 level 0 alone allows 24.0 A now"

    columns = connector_columns(snapshot, clock, Glyphs.EIGHTH.value)
    assert [c.cell(connector).plain for c in columns if c.title == "Limit"] == ["16.0 A"]
    facts = connector_details(snapshot, connector, clock)
    named = f"16.0 A from ChargePointMaxProfile #1 level 0 · until {until}"
    assert words(facts, "Limit") == [named]
    assert words(facts, "Why") == [f"{divided}; {alone} (S 3.13)"]
    assert words(facts, "Displaced") == ["TxProfile #3 level 0 beats TxDefaultProfile #2 level 0"]
    for unit, value in ("A", "16.0 A"), ("W", "11.04 kW"):
        head, *why = read(snapshot, clock, clock.now, unit)
        assert head == f"now · connector 1 · {value} until {until}"
        assert why == [divided, alone, *words(facts, "Displaced")]
    of_cap = next(e for e in snapshot.profiles if e.profile.charging_profile_id == 1)
    assert words(profile_lines(of_cap, clock), "Now")[0].startswith("sets the limit of ")
    # What the standard has the CSMS told is another thing, and so is it named.
    assert asked(made, 1, 1) == "0:24"
    assert snapshot.charging_schedules[1].at(clock.now).limit == 24


def test_what_the_schedule_shows_of_later_is_what_comes() -> None:
    made = depot()
    snapshot, clock = told(made)
    shares = snapshot.charging_schedules[1].shares
    assert [share.limit_a for share in shares] == [16, 12]
    for share in shares:
        assert share.start >= clock.now - timedelta(minutes=1)
        head, why, *_ = read(snapshot, clock, max(share.start, clock.now) + timedelta(minutes=1))
        assert f"{share.limit_a:.1f} A" in head
        assert "for 2 vehicles" in why
    made.after((shares[1].start - made.now).total_seconds() + 1)
    assert Decimal(limit_now(made, 1)) == shares[1].limit_a
    assert clear(made, id=1) == "Accepted"
    schedules = told(made)[0].charging_schedules
    assert not any(each.shares for each in schedules.values())
