"""`As of` on the top line: the time of the newest data, whichever variable or stream brought it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.engine.hub import EventHappened
from cp_tui.tui.app import CpTuiApp
from cp_tui.tui.frame.top_line import top_line
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.words import Clock
from tests.tui import message_world, worlds
from tests.tui.driving import Drive, screen
from tests.tui.fake_engine import FakeEngine


class Watch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = worlds.NOW

    def __call__(self) -> datetime:
        return self.now


def charged_more(drive: Drive) -> None:
    connectors = drive.app.store.snapshot.connectors
    more = tuple(replace(each, measurement=_more(each.measurement)) for each in connectors)
    drive.engine.publish("connectors", v.Connectors(more))


def _more(reading: v.Measurement | None) -> v.Measurement | None:
    return reading and replace(reading, register_wh=(reading.register_wh or 0) + 1)


NEWS: dict[str, Callable[[Drive], None]] = {
    "connectors": charged_more,
    "monitors": lambda drive: drive.engine.publish("monitors", v.MonitorsView()),
    "profiles": lambda drive: drive.engine.publish("profiles", v.Profiles(())),
    "local_list": lambda drive: drive.engine.publish(
        "local_list", v.LocalListView(is_enabled=True, version=9, count=0, count_max=10)
    ),
    "a message": lambda drive: drive.engine.emit("messages", message_world.day()[0]),
}


@pytest.mark.parametrize("news", NEWS)
async def test_any_news_moves_it(news: str) -> None:
    watch = Watch()
    async with screen(now=watch) as drive:
        assert drive.shows("as of 14:03:27 UTC")
        watch.now += timedelta(minutes=10)
        NEWS[news](drive)
        await drive.settle()
        assert drive.shows("as of 14:13:27 UTC")


async def test_nothing_but_data_moves_it() -> None:
    watch = Watch()
    async with screen(now=watch) as drive:
        watch.now += timedelta(minutes=10)
        await drive.press("tab", "down", "2", "1")
        assert drive.shows("as of 14:03:27 UTC")


async def test_a_lost_engine_leaves_the_time_of_what_it_said_last() -> None:
    watch, engine = Watch(), FakeEngine(worlds.healthy())
    async with screen(engine=engine, now=watch) as drive:
        watch.now += timedelta(minutes=10)
        engine.lose()
        await drive.settle()
        lines = "\n".join(strip.text for strip in drive.strips())
        assert "as of 14:03:27 UTC" in lines


@pytest.mark.usefixtures("painting")
async def test_a_second_costs_its_digits_and_not_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch()
    async with screen(now=watch) as drive:
        sent: list[str] = []
        monkeypatch.setattr(CpTuiApp, "send", lambda app, text: sent.append(text))
        watch.now += timedelta(seconds=1)
        NEWS["local_list"](drive)
        await drive.settle()
        assert drive.shows("as of 14:03:28 UTC")
        assert _cells("".join(sent)) == "8"
        # Under a dialog as well: standing still, it would say that the charge point hangs.
        await drive.press("w")
        sent.clear()
        watch.now += timedelta(seconds=1)
        charged_more(drive)
        await drive.settle()
        assert "as of 14:03:29 UTC" in drive.strips()[0].text
        assert _cells("".join(sent)) == "9"


def _cells(sent: str) -> str:
    """What is written, without where and how."""
    return re.sub(r"\x1b\[[^a-zA-Z]*[a-zA-Z]", "", sent)


async def test_what_passes_has_time_only_where_it_is_not_shown() -> None:
    async with screen() as drive:
        for key, is_urgent in ("1", False), ("2", True), ("3", False):
            await drive.press(key)
            await drive.settle()
            drive.app.store.take_dirty()
            drive.app.store.apply([EventHappened("messages", message_world.day()[0])], worlds.NOW)
            assert drive.app._is_urgent() is is_urgent


def test_what_was_heard_and_as_of_when_are_said_in_one_colour() -> None:
    """Both go on with every sample of a car: another colour would cost as much as the digits."""
    snapshot = Snapshot(link=worlds.open_link(), heard_at=worlds.NOW)
    line = top_line(snapshot, Clock(worlds.NOW, UTC), 80)
    heard, as_of = (line.plain.index(words) for words in ("CSMS heard", "as of"))
    styles = {each.start: each.style for each in line.spans}
    assert styles[heard] == styles[as_of]
