"""Presets on the screen: what the charge point is, what kinds there are, how one is started."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from cp_tui.settings.load import default_config_file
from cp_tui.settings.preset import Preset
from cp_tui.tui.dashboard.connection_text import connection_facts
from cp_tui.tui.dashboard.preset_text import preset_copy, preset_facts, sets, start_command
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.words import Clock
from tests.tui import worlds
from tests.tui.driving import screen

CLOCK = Clock(worlds.NOW, UTC)
ODD = "[b]odd\x1b[2J"


def test_the_connection_says_what_kind_it_is_and_each_habit() -> None:
    of = worlds.identity(preset="mine", preset_about=ODD, habits=["a: one", "b: two"])
    shown = Snapshot(identity=of, link=worlds.open_link(), has_engine=True)
    facts = connection_facts(shown, CLOCK)
    told = [(each.label, each.text.plain) for each in facts]
    at = told.index(("Preset", "mine: [b]odd␛[2J"))
    assert told[at + 1 : at + 3] == [("Habit", "a: one"), ("Habit", "b: two")]
    usual = Snapshot(identity=worlds.identity(), link=worlds.open_link(), has_engine=True)
    assert not {"Preset", "Habit"} & {each.label for each in connection_facts(usual, CLOCK)}


def test_all_about_one_has_no_secret_and_nothing_that_acts() -> None:
    tables = {
        "keys": {"AuthorizationKey": "hidden-hidden-16", "HeartbeatInterval": 60},
        "station": {"phases": 1},
        "custom_keys": {"Odd": ODD},
    }
    preset = Preset(Path("/p/mine.toml"), "", "does so", tables)
    command = start_command("mine kind", worlds.identity(), is_demo=False)
    facts = preset_facts("mine", preset, command, worlds.identity())
    assert [each.text.plain for each in facts[:-1]] == [
        "does so",
        "keys.AuthorizationKey = (secret) · keys.HeartbeatInterval = 60 · station.phases = 1"
        " · custom_keys.Odd = [b]odd␛[2J",
        "/p/mine.toml",
        "cp-tui run --url=wss://csms.example.com/ocpp --id=CP001 --preset='mine kind'",
    ]
    copied = preset_copy(facts)
    assert copied is not None
    assert copied.first == "Start"
    assert "hidden" not in copied.whole + "".join(sets(tables))
    assert start_command("x", None, is_demo=True) == "cp-tui demo --preset=x"


async def test_the_menu_leads_to_them_and_to_one_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = default_config_file().parent / "presets"
    folder.mkdir(parents=True)
    (folder / "wrong.toml").write_text("about = 1\n")
    async with screen(size=(80, 24), at="messages") as drive:
        async with drive.step("one that can be used"):
            await drive.app.run_action("operate('charge_point.presets')")
            await drive.until_it_shows("core-only")
            await drive.type("whole")
            await drive.press("enter")
            assert drive.shows("Preset whole-amperes", "quirks.whole_amperes = true", "--preset=w")
            await drive.press("escape")
        async with drive.step("one that cannot"):
            await drive.app.run_action("operate('charge_point.presets')")
            await drive.until_it_shows("core-only")
            await drive.type("wrong")
            await drive.press("enter")
            assert drive.shows("about: must be text")
