"""Any value of any screen can be copied, or all of it as JSON; never a secret."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import pytest
from msgspec import Struct
from msgspec.structs import replace
from textual.content import Content

from cp_tui.tui.text.columns import Column, Divider
from cp_tui.tui.text.copying import (
    CopiedField,
    copyable,
    fields_of_facts,
    fields_of_row,
    shown_field,
    with_facts,
)
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.widgets.table_pane import TablePane
from tests.tui import message_world, states, worlds
from tests.tui.driving import Drive, screen

SENT = "sent to the terminal's clipboard (OSC 52)"


class Reading(Struct, frozen=True):
    key: str
    value: float


def fact(label: str, text: str) -> Fact:
    return Fact(label, Content(text))


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ([fact("Tx", "#7 "), fact("Tag", "")], [("Tx", "#7")]),
        ([fact("Request", "head"), fact("", "{"), fact("", "}")], [("Request", "head\n{\n}")]),
        ([fact("", "one"), fact("", "two")], [("", "one"), ("", "two")]),
    ],
)
def test_facts_are_values_and_lines_without_a_label_go_on(
    facts: Sequence[Fact], fields: list[tuple[str, str]]
) -> None:
    assert [(each.label, each.text) for each in fields_of_facts(facts)] == fields


def test_a_cell_is_copied_whole_whatever_its_column_shows_of_it() -> None:
    columns = [
        Column[Reading]("Key", 3, lambda r: Content(r.key)),
        Column[Reading]("", 3, lambda r: Content("mark")),
        Column[Reading]("Value", 3, lambda r: Content(f"{r.value:.1f} A")),
    ]
    found = fields_of_row(columns, Reading("a" * 50, 16))
    assert found == [CopiedField("Key", "a" * 50), CopiedField("Value", "16.0 A")]


def test_the_whole_is_the_record_or_where_there_is_none_each_value_by_its_name() -> None:
    fields = [CopiedField("A", "1"), CopiedField("B", "2"), CopiedField("A", "1")]
    record = copyable(fields, Reading("ü", 1.5))
    assert record is not None
    assert json.loads(record.whole) == {"key": "ü", "value": 1.5}
    assert "ü" in record.whole
    told = copyable([*fields, CopiedField("A", "3")])
    assert told is not None
    assert json.loads(told.whole) == {"A": "1\n3", "B": "2"}
    assert len(told.fields) == 3
    assert copyable([]) is None


def test_a_value_of_several_lines_is_one_line_of_the_list() -> None:
    assert shown_field(CopiedField("Request", "{\n  1\n}")).plain == "Request  { 1 }"
    assert shown_field(CopiedField("", "words")).plain == "words"


async def copied(drive: Drive, *keys: str) -> str:
    drive.app.copy_to_clipboard("")
    await drive.press(*keys)
    assert drive.shows(SENT)
    return drive.app.clipboard


async def test_values_are_copied_on_the_dashboard_and_in_dialogs() -> None:
    async with screen(size=(120, 36)) as drive:
        async with drive.step("a value is chosen and what it is meant for is said"):
            await drive.press("y")
            assert drive.shows("Copy", "Status", "Status Charging", "all of it, as JSON", "Y")
            # What is meant as a rule comes first.
            assert await copied(drive, "enter") == "#1234"
            assert drive.shows(f"Tx {SENT}")
            await drive.press("y")
            await drive.type("tag")
            assert await copied(drive, "enter") == "04A2B3C4D5"
        async with drive.step("what only the details tell is there as well"):
            await drive.press("y")
            await drive.type("charges")
            assert (await copied(drive, "enter")).startswith("for ")
        async with drive.step("all of a row is JSON as the charge point tells it"):
            told = json.loads(await copied(drive, "Y"))
            assert (told["connector_id"], told["status"]) == (1, "Charging")
        async with drive.step("in details a fact is copied"):
            await drive.press("enter", "y")
            await drive.type("limit")
            await drive.press("enter")
            assert drive.app.clipboard.startswith("16.0 A")
            await drive.press("Y")
            assert json.loads(drive.app.clipboard) == told
        async with drive.step("all of it is as the charge point tells it by then"):
            await drive.press("enter")
            whole, first, second = drive.engine.world["connectors"]
            first = replace(first, cause="A cause that is new")
            drive.engine.publish("connectors", (whole, first, second))
            told = json.loads(await copied(drive, "Y"))
            assert told["cause"] == "A cause that is new"
            assert drive.app.screen is not drive.app.main
            await drive.press("escape")
        async with drive.step("a pane of facts and the timeline have values as well"):
            await drive.press("shift+tab", "y")
            assert drive.shows("Socket", "Boot")
            await drive.press("escape", "tab", "tab", "tab", "tab")
        async with drive.step("nothing is nothing, and is said so"):
            drive.app.main.maximize(drive.dashboard.connectors, container=False)
            drive.engine.publish("connectors", ())
            await drive.settle()
            drive.app.copy_to_clipboard("before")
            await drive.press("y")
            assert drive.shows("there is nothing to copy here")
            assert drive.app.clipboard == "before"


async def test_every_pane_of_every_screen_has_something_to_copy() -> None:
    world = worlds.healthy()
    async with screen(world, size=(160, 50)) as drive:
        drive.engine.emit("messages", message_world.request("1", "Heartbeat"))
        for key in "123456":
            await drive.press(key)
            for pane in drive.app.main.panes:
                pane.take_focus()
                await drive.settle()
                table = getattr(pane, "table", None)
                found = drive.app.desk.copyable
                assert (found is None) == (table is not None and not table.rows), pane
                if found is not None:
                    assert all(each.text for each in found.fields), pane
                    assert found.whole


PICTURES = set("●○◉◌◐◒◇◆■▶×→←▲▼│░▕▏▌▁▂▃▄▅▆▇█▔─")


def pictures_in(field: CopiedField) -> set[str]:
    """The signs and bars in a value, and a mark before it that is a letter of its own elsewhere."""
    return (PICTURES & set(field.text)) | set(re.findall(r"^[!*] ?", field.text))


def fields_of(pane: TablePane, row: str, drive: Drive) -> list[CopiedField]:
    """What can be copied of a row, were the cursor on it."""
    record = pane.table.record(row)
    if record is None or isinstance(record, Divider):
        return []
    fields = fields_of_row(pane.table.columns, record)
    if (details := pane.details(pane.record_of(row))) is not None:
        fields += fields_of_facts(details[1](drive.app.store.snapshot, drive.app.clock))
    return fields


async def test_what_is_copied_is_its_text_without_pictures() -> None:
    state = states.normal()
    seen = set()
    async with screen(engine=state.engine, csms=state.csms, size=(160, 50)) as drive:
        for key in "1234567":
            await drive.press(key)
            for pane in drive.app.main.panes:
                if isinstance(pane, TablePane):
                    fields = [f for row in pane.table.rows for f in fields_of(pane, row.key, drive)]
                else:
                    found = pane.copyable(drive.app.store.snapshot, drive.app.clock)
                    fields = [*found.fields] if found is not None else []
                assert [each for each in fields if pictures_in(each)] == [], pane
                seen |= {(pane.NAME, each.label, each.text) for each in fields}
    for label, text in (("SoC", "45 %"), ("Status", "Charging"), ("Now", "Charging")):
        assert ("connectors", label, text) in seen


async def test_what_is_secret_is_never_among_it() -> None:
    async with screen(size=(120, 36), at="configuration") as drive:
        await drive.press("slash")
        await drive.type("AuthorizationKey")
        await drive.press("enter", "y")
        assert drive.shows("AuthorizationKey")
        whole = json.loads(await copied(drive, "escape", "Y"))
        assert whole["value"] is None


async def test_an_observer_copies_on_a_charge_point_that_is_lost() -> None:
    async with screen(read_only=True) as drive:
        drive.engine.lose()
        await drive.settle()
        assert json.loads(await copied(drive, "Y"))["connector_id"] == 1


async def test_details_are_copied_as_their_record_on_the_other_screens() -> None:
    world = worlds.healthy()
    async with screen(world, at="configuration") as drive:
        async with drive.step("a key"):
            record = json.loads(await copied(drive, "Y"))
            assert {"key", "value"} <= record.keys()
            assert json.loads(await copied(drive, "enter", "Y")) == record
        async with drive.step("why a limit holds"):
            await drive.press("escape", "4", "W", "y")
            assert drive.shows("At the cursor", "Why")
            record = json.loads(await copied(drive, "escape", "Y"))
            assert {"connector_id", "periods"} <= record.keys()


def test_no_value_of_a_row_has_the_name_of_another_in_its_details() -> None:
    cells = [CopiedField("Value", "true"), CopiedField("By", "CSMS")]
    facts = [fact("Value", "true · default true"), fact("By", "CSMS"), fact("Type", "boolean")]
    assert with_facts(cells, facts) == [
        *cells,
        CopiedField("Value, in full", "true · default true"),
        CopiedField("Type", "boolean"),
    ]


def test_what_has_no_name_has_one_in_an_object() -> None:
    told = copyable([CopiedField("", "some words")])
    assert told is not None
    assert json.loads(told.whole) == {"Text": "some words"}
