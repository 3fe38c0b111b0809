"""How far a charge has come, in words that stay true at rest."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.engine.hub import VariableChanged
from cp_tui.ocpp.datatypes import ChargePointStatus
from cp_tui.tui.dashboard.connectors_text import connector_columns
from cp_tui.tui.dashboard.session_text import full_at, full_words, gauge, lasted_words
from cp_tui.tui.state.counting import only_counts_on
from cp_tui.tui.state.store import Snapshot, SnapshotStore
from cp_tui.tui.text.columns import fit_columns
from cp_tui.tui.text.words import Clock
from cp_tui.tui.theme.glyphs import Glyphs
from tests.tui import worlds
from tests.tui.worlds import NOW, at

CLOCK = Clock(NOW, UTC)


def charging(**changes: object) -> v.ConnectorView:
    """60 kWh at 45.2 %, which takes 11.01 kW."""
    return replace(worlds.connectors()[1], **changes)


def reading(**changes: object) -> v.Measurement:
    known = worlds.connectors()[1].measurement
    assert known is not None
    return replace(known, **changes)


def vehicle(**changes: object) -> v.VehicleView:
    known = worlds.connectors()[1].vehicle
    assert known is not None
    return replace(known, **changes)


@pytest.mark.parametrize(
    ("glyphs", "value", "drawn"),
    [
        (Glyphs.EIGHTH, 45.2, "▕██▎  ▏ 45 %"),
        (Glyphs.EIGHTH, 100, "▕█████▏100 %"),
        (Glyphs.EIGHTH, 99.9, "▕████▉▏ 99 %"),
        (Glyphs.EIGHTH, 0, "▕     ▏  0 %"),
        (Glyphs.HALF, 91, "[████▌] 91 %"),
        (Glyphs.ASCII, 60, "[###..] 60 %"),
    ],
)
def test_a_battery_is_a_bar_and_a_number(glyphs: Glyphs, value: float, drawn: str) -> None:
    assert gauge(value, glyphs.value).plain == drawn


@given(st.floats(-1e6, 1e6), st.sampled_from(Glyphs))
def test_no_value_makes_a_gauge_of_another_width(value: float, glyphs: Glyphs) -> None:
    found = gauge(value, glyphs.value).plain
    assert len(found) == 12
    assert found.isascii() or glyphs is not Glyphs.ASCII


def test_full_is_a_clock_time_as_rough_as_the_estimate() -> None:
    """As the charge point says, which knows how the battery tapers."""
    assert full_words(charging(), CLOCK) == "about 17:55"
    fast = charging(vehicle=vehicle(full_at=at(14, 10, 1)))
    assert full_words(fast, CLOCK) == "about 14:15"
    slow = charging(vehicle=vehicle(full_at=at(13, 33) + timedelta(days=1)))
    assert full_words(slow, CLOCK) == "about Jan 06 13:35"


def test_full_stays_the_same_while_nothing_is_painted() -> None:
    for minutes in range(0, 220, 7):
        assert full_at(charging(), NOW + timedelta(minutes=minutes)) == at(17, 55)


@pytest.mark.parametrize(
    "unknown",
    [
        {"transaction": None},
        {"vehicle": None},
        {"measurement": None},
        {"measurement": reading(power_w=0)},
        {"measurement": reading(power_w=-5)},
        {"vehicle": vehicle(full_at=None)},
        {"vehicle": vehicle(full_at=NOW)},
        {"vehicle": vehicle(full_at=NOW + timedelta(days=3))},
    ],
)
def test_where_nobody_can_know_nothing_is_said(unknown: dict[str, object]) -> None:
    assert full_at(charging(**unknown), NOW) is None
    assert full_words(charging(**unknown), CLOCK) == ""


def test_how_long_it_lasts_is_said_while_it_goes_on() -> None:
    """Paused, nothing comes that would paint it again, and it would be wrong in a minute."""
    assert lasted_words(charging(), CLOCK) == "43 min"
    assert lasted_words(charging(), replace(CLOCK, now=at(15, 25, 10))) == "2 h 05 min"
    assert lasted_words(charging(measurement=reading(power_w=0)), CLOCK) == ""
    assert lasted_words(charging(), replace(CLOCK, now=at(13, 20, 30))) == ""


def test_a_clock_that_was_set_changes_nothing_about_how_long_it_lasts() -> None:
    running = charging().transaction
    assert running is not None
    set_back = charging(transaction=replace(running, clock_step_s=-3600.0))
    assert lasted_words(set_back, CLOCK) == "1 h 43 min"
    assert lasted_words(charging(), replace(CLOCK, csms_offset_s=90.0)) == "44 min"
    ahead = charging(transaction=replace(running, started_at=at(16)))
    assert lasted_words(ahead, CLOCK) == ""


@pytest.mark.parametrize(
    ("status", "drawn"),
    [
        (ChargePointStatus.CHARGING, "▕██▎  ▏ 45 %"),
        (ChargePointStatus.SUSPENDED_EV, "▕█▊  ▏ 45 %"),
        (ChargePointStatus.SUSPENDED_EVSE, "▕▉ ▏ 45 %"),
    ],
)
def test_at_80x24_the_gauge_is_seen_beside_the_longest_status(
    status: ChargePointStatus, drawn: str
) -> None:
    connectors = v.Connectors((charging(status=status),))
    columns = connector_columns(Snapshot(connectors=connectors), CLOCK, Glyphs.EIGHTH.value)
    widths = fit_columns(columns, 40, 39)
    shown = [column.title for column, width in zip(columns, widths, strict=True) if width]
    assert shown == ["#", "Status", "Power", "SoC"]
    gauge_column = next(column for column in columns if column.title == "SoC")
    assert gauge_column.cell(connectors[0]).plain == drawn


def test_without_a_charge_the_limit_stands_in_the_table() -> None:
    connectors = v.Connectors((charging(transaction=None),))
    columns = connector_columns(Snapshot(connectors=connectors), CLOCK, Glyphs.EIGHTH.value)
    widths = fit_columns(columns, 40, 39)
    shown = [column.title for column, width in zip(columns, widths, strict=True) if width]
    assert shown == ["#", "Status", "Limit", "Power"]


def later(**changes: object) -> v.Connectors:
    """A second later: energy has gone on, and what is given is different as well."""
    whole, first, second = worlds.connectors()
    assert first.transaction is not None
    on = {
        "transaction": replace(first.transaction, energy_wh=3_213),
        "measurement": reading(register_wh=123_213, power_w=11_030),
        "vehicle": vehicle(soc_percent=45.3, full_at=at(17, 51)),
    }
    return v.Connectors((whole, replace(first, **(on | changes)), second))


def test_what_only_counts_on_has_time_and_everything_else_has_not() -> None:
    before = worlds.connectors()
    assert only_counts_on(before, before)
    assert only_counts_on(before, later())
    assert not only_counts_on(before, later(measurement=reading(power_w=9_000)))
    assert not only_counts_on(before, later(measurement=None))
    assert not only_counts_on(before, later(limit=worlds.limit("10", "TxProfile #7 level 2")))
    assert not only_counts_on(before, later(transaction=None))
    assert not only_counts_on(before, before[:2])
    taper = v.Restraint(kind=v.RestraintKind.TAPER, power_w=9_000, soc_percent=90.1)
    after = replace(taper, power_w=8_990, soc_percent=90.2)
    assert only_counts_on(later(restraint=taper), later(restraint=after))
    assert not only_counts_on(later(restraint=taper), later())


def test_a_store_says_whether_somebody_waits_for_what_changed() -> None:
    store = SnapshotStore()
    store.apply([VariableChanged("connectors", worlds.connectors())], NOW)
    assert store.urgent
    store.take_dirty()
    after = NOW + timedelta(seconds=1)
    store.apply([VariableChanged("connectors", later())], after)
    assert (bool(store.urgent), store.is_dirty) == (False, True)
    store.apply([VariableChanged("outbox", v.OutboxView(count=1))], after)
    assert store.urgent
    store.take_dirty()
    store.apply([VariableChanged("connectors", worlds.connectors())], after)
    assert not store.urgent
    store.cursor_is("connectors", "2")
    assert store.urgent, "a key is answered at once"


def test_readings_on_their_way_have_time_and_those_that_stay_have_not() -> None:
    def told(**values: object) -> frozenset[str]:
        store.apply([VariableChanged(*each) for each in values.items()], NOW)
        return store.urgent

    def frame(action: str, seconds: int) -> v.LastFrame:
        return v.LastFrame(at=NOW + timedelta(seconds=seconds), action=action)

    store, link, registration = SnapshotStore(), worlds.open_link(), worlds.accepted()
    first = replace(link, last_in=frame("MeterValues", 0), last_out=frame("MeterValues", 0))
    assert told(link=first, registration=registration, outbox=v.OutboxView())
    store.take_dirty()
    reading = v.OutboxEntry(action="MeterValues", why="", since=NOW, attempts=0, attempts_max=3)
    waits, empty = v.OutboxView(count=1, entries=(reading,)), v.OutboxView()
    later = replace(registration, next_heartbeat_at=NOW + timedelta(seconds=90))
    sent = replace(first, last_out=frame("MeterValues", 5))
    assert not told(link=sent, registration=later, outbox=waits)
    assert not told(link=replace(sent, last_in=frame("MeterValues", 6)), outbox=empty)
    assert store.is_dirty
    told(outbox=waits)
    store.take_dirty()
    assert told(outbox=empty) == {"outbox"}, "it was shown as waiting"
    store.take_dirty()
    assert told(outbox=v.OutboxView(count=1, entries=(replace(reading, attempts=1),)))
    assert told(link=replace(sent, last_out=frame("StatusNotification", 7)))
    assert told(registration=replace(later, pending=None, clock_offset_s=70.0))
