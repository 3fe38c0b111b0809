"""Presets: found by name or path, below everything that the user sets himself."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from cp_tui.settings.load import default_config_file, every_preset
from cp_tui.settings.preset import Preset
from tests.settings.conftest import BASE, Read, Refused
from tests.sources import ROOT


def test_the_users_own_settings_win(read: Read) -> None:
    made = read(BASE + "[station]\nconnectors = 3\n", preset="one-phase").engine.charge_point
    assert [each.phases for each in made.connectors] == [1, 1, 1]
    keys = ("LocalAuthListMaxLength=30",)
    described = read(BASE + 'preset = "small-lists"\n', keys=keys).engine.charge_point.described
    assert described["LocalAuthListMaxLength"] == "30"
    assert described["SendLocalListMaxLength"] == "5"


def test_a_zone_is_found_by_name_or_offset(read: Read) -> None:
    for name, hours in (("Asia/Kolkata", 5.5), ("-03:30", -3.5)):
        made = read(BASE + f'[quirks]\nlocal_time = "{name}"\n').engine.charge_point
        assert made.quirks.local_time
        offset = made.quirks.local_time.utcoffset(datetime(2026, 7, 1))
        assert offset
        assert offset.total_seconds() == hours * 3600
    assert read(BASE).engine.charge_point.quirks.local_time is None


def test_a_preset_of_the_users_is_found_by_name_and_by_path(read: Read, tmp_path: Path) -> None:
    folder = default_config_file().parent / "presets"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text('about = "mine"\n[quirks]\nwhole_amperes = true\n')
    for name in ("mine", str(folder / "mine.toml")):
        made = read(BASE, preset=name).engine.charge_point
        assert made.quirks.whole_amperes
        assert made.preset == name
    mine = every_preset()["mine"]
    assert isinstance(mine, Preset)
    assert mine.about == "mine"


def test_the_example_of_the_paper_is_one(read: Read, tmp_path: Path) -> None:
    paper = (ROOT / "docs" / "presets.md").read_text()
    path = tmp_path / "own.toml"
    path.write_text(paper.partition("```toml\n")[2].partition("```")[0])
    made = read(BASE, preset=str(path)).engine.charge_point
    assert (len(made.connectors), made.quirks.answers_late_s) == (1, 5)
    assert made.preset_about.startswith("a wallbox")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[quirks]\nwhole_ampere = true\n", "line 2: quirks.whole_ampere: unknown key; did you"),
        (
            "[quirks]\nlocal_time = 'Mars/Olympus'\n",
            "line 2: quirks.local_time: must be a time zone that this machine knows, such as",
        ),
        ("[quirks]\nlocal_time = '+25:00'\n", "line 2: quirks.local_time: must be a time zone"),
        ("[quirks]\nlocal_time = '../../etc/passwd'\n", "line 2: quirks.local_time: must be"),
        ("[quirks]\nanswers_late_s = 301\n", "line 2: quirks.answers_late_s: must be less than"),
        ("[keys]\nSendLocalListMaxLength = 0\n", "line 2: keys.SendLocalListMaxLength: "),
        ("\n[csms]\nurl = 'ws://x'\n", ", line 2: csms: who uses a preset says that"),
        ("[network]\nseed = 1\n", ", line 1: network: who uses a preset says that"),
        ("[quirk]\n", ', line 1: quirk: unknown key; did you mean "quirks"?'),
        ("[x]\n", ", line 1: x: unknown key; allowed: about, charge_point, custom_keys, keys"),
        ("[charge_point]\nid = 'CP9'\n", ", line 2: charge_point.id: who uses a preset says that"),
        ("about = 1\n", ", line 1: about: must be text"),
    ],
)
def test_a_wrong_preset_is_named_with_its_file(
    refused: Refused, tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    found = refused(BASE, preset=str(path))
    assert found.startswith(str(path))
    assert words in found


def test_an_unknown_preset_says_which_is_meant(refused: Refused) -> None:
    assert 'did you mean "core-only"' in refused(BASE, preset="core-onli")
