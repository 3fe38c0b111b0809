"""The fields of forms: units, choices, the selected connector, paths, what is wrong where."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.content import Content
from textual.highlight import highlight
from textual.widgets import Input, Label, TextArea

from cp_tui.engine import disk as disk_module
from cp_tui.ocpp.action import SPEC
from cp_tui.tui.actions.desk import FormField
from cp_tui.tui.actions.model_form import (
    FieldKind,
    action_fields,
    defect_of,
    payload_of,
    wrong_field,
)
from cp_tui.tui.compose.examples import example
from cp_tui.tui.text.path_completion import completed_path
from cp_tui.tui.widgets.fact_lines import FactLines
from tests.tui import csms_world, key_world, worlds
from tests.tui.driving import Drive, screen
from tests.tui.fake_engine import FakeEngine
from tests.tui.test_hanging_disk import KEY_S_MAX, press_in_time
from tests.tui.test_hostile_text import TOGETHER, assert_harmless
from tests.tui.test_key_gate import packet
from tests.tui.test_model_form import CERTIFICATES, CLOCK, snapshot
from tests.unwilling_disk import HANGS, unwilling_disk


def test_whatever_has_few_values_is_a_choice() -> None:
    fields = [field for action in SPEC for field in action_fields(action)]
    for field in fields:
        is_choice = field.kind in (FieldKind.CHOICE, FieldKind.BOOLEAN)
        assert bool(field.choices) is is_choice, field.name
    assert {f.choices for f in fields if f.kind is FieldKind.BOOLEAN} <= {("true", "false")}
    assert sum(bool(field.choices) for field in fields) > 20


def test_quantities_have_the_unit_of_their_model() -> None:
    units = {field.label: field.unit for action in SPEC for field in action_fields(action)}
    assert {label: unit for label, unit in units.items() if unit} == {
        "duration": "s",
        "retryInterval": "s",
        "meterStart": "Wh",
        "meterStop": "Wh",
        "minChargingRate": "A or W",
    }


def test_what_is_wrong_is_found_at_its_field() -> None:
    for action in set(SPEC) - CERTIFICATES:
        fields = action_fields(action)
        right = example(action, snapshot(worlds.healthy()), CLOCK)
        for field in fields:
            # Nothing but a text takes this; a text takes no more than so much.
            texts = right | {field.name: "wrong " * 10_000}
            defect = defect_of(action, payload_of(fields, texts))
            if defect is not None and not field.is_in_optional:
                assert wrong_field(fields, defect) is field, (action, field.name, defect)
            if field.is_required and not field.is_in_optional and "." not in field.name:
                defect = defect_of(action, payload_of(fields, right | {field.name: ""}))
                assert wrong_field(fields, defect or "") is field, (action, field.name, defect)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("profile-day.json", "profile-night.json", "readme", ".hidden"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "exports").mkdir()
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "becomes", "names"),
    [
        ("pro", "profile-", ("profile-day.json", "profile-night.json")),
        ("profile-d", "profile-day.json", ("profile-day.json",)),
        ("e", "exports/", ("exports/",)),
        ("exports/", "exports/", ()),
        ("zzz", "zzz", ()),
        (".", ".hidden", (".hidden",)),
        ("", "", ("exports/", "nowhere", "profile-day.json", "profile-night.json", "readme")),
    ],
)
def test_a_path_is_completed_as_far_as_it_is_certain(
    folder: Path, typed: str, becomes: str, names: tuple[str, ...]
) -> None:
    found = completed_path(f"{folder}/{typed}")
    assert (found.text, found.names) == (f"{folder}/{becomes}", names)


def test_a_path_begins_where_the_program_runs_or_at_home(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))
    assert completed_path("read").text == "readme"
    assert completed_path("~").text == "~/"
    assert completed_path("~/read").text == "~/readme"
    with pytest.raises(FileNotFoundError):
        completed_path("gone/x")


def test_names_that_cannot_be_typed_are_left_out_and_so_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (b"good", b"g\x1b[2J", b"g\xff", "g\u202e".encode()):
        (tmp_path / os.fsdecode(name)).write_text("")
    assert completed_path(f"{tmp_path}/").names == ("good",)
    monkeypatch.setattr("cp_tui.tui.text.path_completion.NAMES_MAX", 3)
    crowd = tmp_path / "crowd"
    crowd.mkdir()
    for number in range(4):
        (crowd / f"{number}").touch()
    found = completed_path(f"{crowd}/")
    assert (len(found.names), found.is_cut) == (3, True)


def value(drive: Drive, name: str = "path") -> str:
    return drive.app.screen.query_one(f"#{name}", Input).value


async def test_tab_completes_a_path_and_then_moves_on(folder: Path) -> None:
    async with screen(engine=key_world.engine(), at="configuration") as drive:
        await drive.press("f")
        assert drive.shows("tab completes")
        await packet(drive, f"{folder}/pro\t")
        await drive.until_it_shows("files", "profile-day.json profile-night.json")
        assert value(drive).endswith("/profile-")
        # In one packet: what follows a tab is typed behind what it brought.
        await packet(drive, "d\t\t\t")
        assert value(drive).endswith("/profile-day.json")
        assert drive.app.focused is drive.app.screen.query_one("#submit")
        await drive.press("shift+tab", "shift+tab", "ctrl+u")
        await packet(drive, "gone/x\t")
        await drive.until_it_shows("gone/x: no such file or directory")


async def test_a_folder_that_hangs_holds_up_no_key_and_completes_nothing_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk_module, "TOLD_S", 0.1)
    with unwilling_disk(tmp_path / "disk") as disk:
        (disk.folder / "keys.json").write_text("{}")
        async with screen(engine=key_world.engine(), at="configuration") as drive:
            await drive.press("f")
            await drive.type(f"{disk.folder}/ke")
            with disk.that(HANGS):
                await press_in_time(drive, "tab")
                await drive.until_it_shows("files", "still reading the folder")
                since = time.monotonic()
                await packet(drive, "z")
                assert value(drive).endswith("/kez")
                assert time.monotonic() - since < KEY_S_MAX
            await drive.pass_time(0.5)
            assert value(drive).endswith("/kez")
            await drive.press("backspace", "tab")
            await drive.until_it_shows("/keys.json")


async def test_what_is_wrong_stands_at_its_field_until_that_is_changed() -> None:
    async with screen(worlds.healthy(), size=(80, 24)) as drive:
        await drive.press("V")
        units = [f"{each.content}" for each in drive.app.screen.query(".unit").results(Label)]
        assert units == ["%", "kWh", "A", "", "kW", "kW", "A"]
        await drive.press("tab", *"5000", "enter")
        assert drive.app.focused is drive.app.screen.query_one("#battery_wh")
        lines = drive.text().splitlines()
        (at,) = [number for number, line in enumerate(lines) if "Battery  " in line]
        assert "Battery: '5000' is no number of 1 to 2,000 kWh" in lines[at + 1]
        await drive.press("backspace", "backspace")
        assert not drive.app.screen.query_one(".wrong", FactLines).display
        await drive.press("enter")
        assert drive.engine.calls[-1][1]["battery_wh"] == 50_000


async def test_a_form_begins_with_the_selected_connector() -> None:
    async with screen(worlds.healthy()) as drive:
        await drive.press("down", "tab")
        for screen_key, key, name in (
            ("1", "w", "connector_id"),
            ("1", "i", "connector"),
            ("6", "w", "connector_id"),
            ("6", "W", "connector_id"),
        ):
            await drive.press(screen_key, key)
            assert value(drive, name) == "2", (screen_key, key)
            await drive.press("escape")
        await drive.press("4", "up", "up", "down", "i")
        assert value(drive, "connector") == "1"


async def test_a_composed_message_marks_its_wrong_field_and_outlives_the_engine() -> None:
    engine = FakeEngine(worlds.healthy())
    async with screen(engine=engine, at="messages") as drive:
        await drive.press("c", *"stoptr", "enter", "ctrl+u", "x")
        for size in ((60, 20), (160, 50), (80, 24)):
            await drive.resize(*size)
            assert drive.shows("meterStop* !", "Wh", "not valid: meterStop must be an integer")
        await drive.press("ctrl+u", "7")
        assert not drive.shows("meterStop* !")
        await drive.press("ctrl+r")
        drive.app.post_message(events.Paste("".join(TOGETHER.values())))
        await drive.settle()
        for size in ((60, 20), (160, 50), (80, 24)):
            await drive.resize(*size)
            assert_harmless(drive)
        engine.lose()
        await drive.settle()
        await drive.press("ctrl+s", "ctrl+s")
        await drive.until_it_shows("no answer")
        assert '"meterStop": 7' in drive.app.screen.query_one(TextArea).text


async def test_known_keys_and_tags_are_offered_in_the_composer() -> None:
    async with screen(engine=key_world.engine(), csms=csms_world.normal()) as drive:
        await drive.press("ctrl+p", *"remote start", "enter", *"changeconf", "enter")
        await drive.press("ctrl+u", *"Heart")
        assert drive.shows("pgup and pgdn choose · key: required", "HeartbeatInterval")
        await drive.press("right")
        assert value(drive, "key") == "HeartbeatInterval"


async def test_a_letter_colours_no_other_line_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    coloured: list[str] = []

    def noted(code: str, **options: Any) -> Content:
        coloured.append(code)
        return highlight(code, **options)

    monkeypatch.setattr("cp_tui.tui.text.json_text.highlight", noted)
    async with screen(worlds.healthy(), at="messages") as drive:
        await drive.press("C")
        area = drive.app.screen.query_one(TextArea)
        assert area.show_line_numbers
        area.text = "\n".join(f'"key {number}": {number},' for number in range(200))
        await drive.settle()
        drive.text()
        at_first = len(coloured)
        assert 0 < at_first < 50
        # The number of the line, the cursor, a key, a number, and what is neither.
        assert len({segment.style for segment in area.render_line(0)}) == 5
        coloured.clear()
        for letter in "xyz":
            await drive.press(letter)
            drive.text()
        assert coloured == ['x"key 0": 0,', 'xy"key 0": 0,', 'xyz"key 0": 0,']


def test_a_field_of_a_form_names_itself_in_what_is_wrong() -> None:
    with pytest.raises(Exception, match="File must not be empty") as wrong:
        FormField("path", "File", is_needed=True).chosen(" ")
    assert getattr(wrong.value, "field", None) == "path"
