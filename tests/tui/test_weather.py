"""The weather of the network on the screen: what it does now, and how another one is set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.tui.dashboard.alarm import alarms
from cp_tui.tui.dashboard.alarm_text import alarm_line, second_line, words_change_in_s
from cp_tui.tui.dashboard.connection_text import connection_details, connection_facts
from cp_tui.tui.text.words import Clock
from tests.tui import worlds
from tests.tui.driving import screen
from tests.tui.fake_engine import FakeEngine
from tests.tui.test_alarm import link, waiting, well
from tests.tui.worlds import at

CLOCK = Clock(worlds.NOW, UTC)
ALL = (
    v.WeatherEntry(name="fair", about="Nothing goes wrong."),
    v.WeatherEntry(name="train_tunnel", about="Every now and then nothing gets through."),
    v.WeatherEntry(name="odd", about="[b]odd\x1b[2J"),
)


def tunnel(**changes: Any) -> v.NetworkView:
    """A train in a tunnel for some seconds more."""
    view = v.NetworkView(
        weather="train_tunnel",
        seed=7,
        doing="frames are held back",
        since=at(14, 3, 10),
        until=worlds.NOW + timedelta(seconds=12),
        lost=1,
        delayed=12,
        weathers=ALL,
    )
    return replace(view, **changes)


def line(
    found: v.NetworkView, now: datetime = worlds.NOW, *, is_broken: bool = False, width: int = 120
) -> str:
    shown = replace(link() if is_broken else well(), network=found)
    clock = Clock(now, UTC)
    keys = {"charge_point.weather": "B", "screen.alarms": "a"}
    told = alarm_line(
        alarms(shown, clock), shown, clock, lambda action: keys.get(action, ""), width
    )
    return told.plain.strip()


def test_what_the_weather_does_is_told_by_its_name_behind_what_is_graver() -> None:
    acts = "! Network: train_tunnel: frames are held back (seed 7, since 14:03:10)"
    assert line(tunnel()) == f"{acts} · changes in 15 s · B sets another"
    assert line(tunnel(until=None)) == f"{acts} · B sets another"
    short = line(tunnel(doing="10 % of frames get lost", until=None), width=80)
    assert short.startswith("! Network: train_tunnel: 10 % of frames get lost (")
    assert short.endswith(" · B sets another")
    assert line(tunnel(), is_broken=True).startswith("× TCP: connection refused")
    both = replace(link(), network=tunnel())
    assert f"! {alarms(both, CLOCK)[1].text}" == acts
    waits = replace(well(), network=tunnel(), outbox=waiting().outbox)
    assert alarms(waits, CLOCK)[0].text.startswith("3 messages wait")
    assert second_line(alarms(waits, CLOCK)).plain == f" {acts}"
    calm = tunnel(doing="", since=None)
    assert line(calm).startswith(
        "! Network: train_tunnel: nothing is wrong at the moment (seed 7) · ch"
    )
    assert line(calm, is_broken=True).startswith("× TCP: connection refused")
    fair = tunnel(weather="fair", seed=None, doing="", since=None, until=None)
    assert line(fair).startswith("● All well")
    assert "[b]odd" in line(tunnel(doing="[b]odd\x1b[2J"))


def test_how_long_it_goes_on_stays_true_as_time_passes() -> None:
    shown = replace(well(), network=tunnel())
    assert words_change_in_s(alarms(shown, CLOCK), worlds.NOW) == 2
    assert "changes in 10 s" in line(tunnel(), worlds.NOW + timedelta(seconds=2.1))
    assert "changes now" in line(tunnel(), worlds.NOW + timedelta(seconds=12))


def test_the_connection_names_weather_seed_and_what_has_become_of_frames() -> None:
    shown = replace(well(), network=tunnel())
    told = {each.label: each.text.plain for each in connection_facts(shown, CLOCK)}
    assert told["Net"] == "weather train_tunnel, seed 7"
    details = [each.text.plain for each in connection_details(shown, CLOCK)]
    assert "frames are held back · until 14:03:39" in details
    assert (
        "1 lost, 0 doubled, 12 late · 0 connections cut · 0 attempts to connect failed" in details
    )
    fair = replace(well(), network=tunnel(weather="fair"))
    assert "Net" not in {each.label for each in connection_facts(fair, CLOCK)}


async def test_a_weather_is_chosen_by_its_name_with_a_seed_or_without() -> None:
    engine = FakeEngine(worlds.healthy() | {"network": tunnel(weather="fair", seed=None)})
    async with screen(engine=engine) as drive:
        await drive.press("B", *"tunnel")
        assert drive.shows("The weather of the network", "Every now and then nothing gets")
        await drive.press("enter", "enter")
        engine.publish("network", tunnel())
        await drive.press("escape")
        assert drive.shows("! Network: train_tunnel: frames", "B sets another")
        await drive.press("B", *"train", "enter")
        assert drive.shows("The same seed makes the same trouble again")
        await drive.press("backspace", "4", "2", "enter", "escape")
        await drive.press("B", *"fair", "enter")
    assert engine.calls == [
        ("set_weather", {"weather": "train_tunnel"}),
        ("set_weather", {"weather": "train_tunnel", "seed": 42}),
        ("set_weather", {"weather": "fair"}),
    ]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_at_rest_a_weather_that_goes_on_sends_nothing(size: tuple[int, int]) -> None:
    engine = FakeEngine(worlds.healthy() | {"network": tunnel(until=None)})
    async with screen(engine=engine, size=size) as drive:
        assert not drive.dashboard.alarm.is_counting
        before = drive.text()
        engine.publish("network", tunnel(until=None, delayed=13))
        await drive.settle()
        assert drive.text() == before
