"""The configuration screen, as a person drives it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.tui.configuration.screen import ConfigurationScreen
from tests.tui import key_world, worlds
from tests.tui.driving import Drive, screen
from tests.tui.fake_engine import FakeEngine
from tests.tui.test_hostile_text import HOSTILE, assert_harmless, poisoned, poisoned_world
from tests.tui.test_schedule_screen import fill

FILL_S_MAX = 0.25
"""For three hundred keys; it takes a fiftieth of that."""


def shown(drive: Drive) -> ConfigurationScreen:
    """The screen under test."""
    found = drive.app.main
    assert isinstance(found, ConfigurationScreen)
    return found


async def test_keys_and_their_changes_are_read_filtered_and_compared(tmp_path: Path) -> None:
    async with screen(engine=key_world.engine(), at="configuration") as drive:
        engine = drive.engine
        # Question 11: one key, nothing opened.
        async with drive.step("3 tells who changed what when and from what at 80x24"):
            assert drive.shows("14:01:05 HeartbeatInterval 300 → 60 CSMS Accepted")
            assert drive.shows("14:00:01 WebSocketPingInterval 60 → 30 CSMS RebootRequired")
            assert drive.shows("14:02:09 · 30 stays, not -5 · by CSMS · answered Rejected")
            await drive.press("tab", "down", "down")
            assert drive.shows("14:00:01 · 60 → 30 · by CSMS", "it works after the next reboot")
            await drive.press("end")
            assert drive.shows("true → false · by settings · read from the settings")
        async with drive.step("the facts follow the cursor and enter opens everything"):
            await drive.press(*["down"] * 5)
            assert drive.shows("60 s · default 86400", "Seconds of silence before a Heartbeat")
            await drive.press("enter")
            assert drive.shows("Configuration key", "HeartbeatInterval", "86400 → 300 · by CSMS")
            await drive.press("escape", "tab", "enter")
            assert drive.shows("Configuration key", "WebSocketPingInterval", "too small")
        async with drive.step("v shows only changed keys and escape shows all"):
            await drive.press("v")
            assert drive.shows("5 of 15 differ from their default", "Tariff", "LocalPreAuthorize")
            assert not drive.shows("AuthorizeRemoteTxRequests")
            await drive.press("slash")
            await drive.type("tariff")
            await drive.press("enter")
            assert drive.shows("1 of 5 match 'tariff'")
            await drive.press("escape")
            assert drive.shows("5 of 15 differ")
            await drive.press("escape", "home")
            assert drive.shows("Configuration 15", "AuthorizeRemoteTxRequests")
            await drive.press("v", "v", "home")
            assert drive.shows("AuthorizeRemoteTxRequests")
        async with drive.step("what is exported is compared with later"):
            await drive.press("E")
            await fill(drive, path=str(tmp_path / "keys.json"))
            await drive.press("enter")
            saved = json.loads((tmp_path / "keys.json").read_text(encoding="utf-8"))
            assert len(saved["keys"]) == 15
            engine.publish("configuration", changed(tuple(worlds.configuration())))
            await drive.press("f")
            await fill(drive, path=str(tmp_path / "keys.json"))
            assert drive.shows("Compare", "4 keys differ")
            await drive.press("enter")
            assert drive.shows("4 keys differ from keys.json · escape: all keys")
            assert drive.shows("HeartbeatInterval 900 60", "Tariff no such key night")
            await drive.press("down", "down")
            assert drive.shows("Here true", "File false")
            await drive.press("slash")
            await drive.type("zzz")
            assert drive.shows("no difference matches the filter")
            await drive.press("escape", "escape")
            assert drive.shows("Configuration 14")


async def test_a_new_change_comes_under_the_cursor_on_the_newest() -> None:
    engine = key_world.engine()
    async with screen(engine=engine, at="configuration") as drive:
        engine.emit(
            "configuration_changes", worlds.change("ConnectionTimeOut", "90", "30", worlds.NOW)
        )
        await drive.settle()
        assert drive.shows("14:03:27 · 90 → 30 · by CSMS · answered Accepted")


async def test_from_the_menu_elsewhere_the_changed_keys_are_shown_on_their_screen() -> None:
    async with screen(engine=key_world.engine()) as drive:
        await drive.press("ctrl+p")
        await drive.type("configuration.changed")
        await drive.press("enter")
        assert drive.shows("5 of 15 differ from their default")


async def test_without_a_changed_key_it_says_so() -> None:
    one = v.ConfigurationView((worlds.entry("HeartbeatInterval", "60"),))
    async with screen(worlds.healthy() | {"configuration": one}, at="configuration") as drive:
        await drive.press("v")
        assert drive.shows("every key has its default")


def changed(entries: tuple[v.ConfigurationEntry, ...]) -> v.ConfigurationView:
    """One key has another value."""
    return v.ConfigurationView(
        tuple(replace(e, value="900") if e.key == "HeartbeatInterval" else e for e in entries)
    )


async def test_an_export_is_a_table_where_its_name_ends_so(tmp_path: Path) -> None:
    async with screen(engine=key_world.engine(), at="configuration") as drive:
        await drive.press("E")
        await fill(drive, path=str(tmp_path / "keys.csv"))
        assert drive.shows("written")
        assert (tmp_path / "keys.csv").read_text(encoding="utf-8").startswith("key,value,default")
        await drive.press("escape", "f")
        await fill(drive, path=str(tmp_path / "keys.csv"))
        assert drive.shows("all the same")
        await drive.press("enter")
        assert drive.shows("every key is as in keys.csv")


async def test_custom_keys_are_set_and_others_say_why_not(tmp_path: Path) -> None:
    async with screen(engine=key_world.engine(), at="configuration") as drive:
        engine = drive.engine
        async with drive.step("a file that cannot be compared with is told"):
            await drive.press("f", "enter")
            assert drive.shows("File must not be empty")
            (tmp_path / "x.json").write_text(json.dumps("[/red]\x1b[2J"), encoding="utf-8")
            await fill(drive, path=str(tmp_path / "x.json"))
            assert drive.shows("neither an export of cp-tui nor an answer to GetConfiguration")
            assert_harmless(drive)
            await drive.press("escape")
            assert drive.shows("Configuration 15")
        async with drive.step("e checks the value of a custom key before it is sent"):
            engine.answers("set_custom_configuration_key", "Accepted", worlds.reason("so it is"))
            await drive.press("end", "up", "e")
            assert drive.shows("FanLevel", "must be an integer from 0 to 5")
            await fill(drive, value="6")
            assert drive.shows("too large", "must be an integer from 0 to 5")
            assert engine.calls == []
            await fill(drive, value="5")
            assert engine.calls == [
                ("set_custom_configuration_key", {"key": "FanLevel", "value": "5"})
            ]
            assert drive.shows("Accepted", "so it is")
        async with drive.step("the choices of a custom key come with space and arrows"):
            await drive.press("end", "e", "left")
            assert drive.shows("must be one of day, night", "Value day", "one of day · night")
            await drive.press("right", "space", "space", "up", "down")
            assert drive.shows("Value day")
        async with drive.step("e says that a standard key belongs to the csms"):
            await drive.press("e")
            assert drive.shows("a standard key: only the CSMS changes it")
        async with drive.step("e on a name that is no key says where new ones are declared"):
            await drive.press("end", "e")
            await fill(drive, key="Brandnew")
            assert drive.shows("there is no key Brandnew", "[custom_keys] in cp-tui.toml")
            assert drive.engine.calls == []
        async with drive.step("m monitors the key under the cursor"):
            await drive.press("m")
            expected = ("monitor_configuration_keys", {"keys": ["AllowOfflineTxForUnknownId"]})
            assert drive.engine.calls == [expected]


async def test_an_observer_sees_everything_and_changes_nothing(tmp_path: Path) -> None:
    async with screen(engine=key_world.engine(), read_only=True, at="configuration") as drive:
        await drive.press("e")
        assert drive.shows("read only: attached as an observer")
        await drive.press("m", "v")
        assert drive.shows("5 of 15 differ from their default")
        await drive.press("E")
        await fill(drive, path=str(tmp_path / "keys.json"))
        assert drive.shows("written")
        assert drive.engine.calls == []


async def test_without_anything_it_says_so() -> None:
    async with screen(worlds.empty(), at="configuration") as drive:
        assert drive.text().count("not known yet") == 2
        await drive.press("v")
        assert drive.shows("no configuration key is known yet")
        await drive.press("enter", "tab", "enter")


async def test_three_hundred_keys_are_there_at_once() -> None:
    async with screen(
        engine=key_world.engine(key_world.crowded()), size=(120, 40), at="configuration"
    ) as drive:
        pane = shown(drive).configuration
        assert len(pane.table.rows) == 315
        begun = time.process_time()
        pane.refill()
        assert time.process_time() - begun < FILL_S_MAX
        await drive.press("end")
        assert drive.shows("Vendor299Setting")


async def test_what_counts_is_shown_at_every_size() -> None:
    async with screen(engine=key_world.engine(), at="configuration") as drive:
        await drive.press("down")
        for size in ((80, 24), (120, 40), (160, 50), (200, 60)):
            await drive.resize(*size)
            assert drive.shows("AuthorizationCacheEnabled", "300 → 60", "answered Rejected"), size
            assert drive.shows("default true"), size


@pytest.mark.parametrize("poison", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_text_is_shown_harmlessly(poison: str, tmp_path: Path) -> None:
    engine = FakeEngine(poisoned_world(key_world.normal(), poison))
    for change in key_world.changes():
        found = poisoned(change, poison)
        assert isinstance(found, v.KeyChange)
        engine.emit("configuration_changes", found)
    keys = {"keys": [{"key": poison, "value": poison}, {"key": f"2{poison}", "value": poison}]}
    (tmp_path / "x.json").write_text(json.dumps(keys), encoding="utf-8")
    async with screen(engine=engine, size=(160, 50), at="configuration") as drive:
        for keys_pressed in (["enter"], ["escape", "tab", "enter"], ["escape", "e"]):
            await drive.press(*keys_pressed)
            assert_harmless(drive)
        await drive.press("escape", "v")
        assert_harmless(drive)
        await drive.press("f")
        await fill(drive, path=str(tmp_path / "x.json"))
        await drive.press("enter")
        assert drive.shows("differ from x.json")
        assert_harmless(drive)
