"""Fields that take one of a few texts, and lists in which the best match is taken."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.content import Content

from cp_tui.charge_point import variables as v
from cp_tui.tui.actions.desk import Choice, FormField
from cp_tui.tui.actions.search import ChoiceSearch
from cp_tui.tui.text.facts import Fact, fact_lines
from cp_tui.tui.text.paths import UnusableInput
from tests.tui import worlds
from tests.tui.driving import screen
from tests.tui.fake_engine import FakeEngine

UNIT = FormField("unit", "Unit", choices=("Absolute", "Recurring", "Relative"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("abs", "Absolute"), ("RECURRING", "Recurring"), ("rel", "Relative"), ("", ""), ("  ", "")],
)
def test_the_beginning_of_a_choice_is_enough(typed: str, meant: str) -> None:
    assert UNIT.chosen(typed) == meant


@pytest.mark.parametrize(("typed", "words"), [("x", "none of Absolute"), ("re", "several of Rec")])
def test_what_is_no_choice_is_named_with_those_that_there_are(typed: str, words: str) -> None:
    with pytest.raises(UnusableInput, match=words):
        UNIT.chosen(typed)


def test_a_choice_that_begins_another_is_itself() -> None:
    assert FormField("c", "Connector", choices=("1", "10", "12")).chosen("1") == "1"


async def test_what_may_be_chosen_is_shown_and_a_wrong_choice_is_said() -> None:
    async with screen() as drive:
        async with drive.step("a wrong choice is said and sends nothing"):
            await drive.press("i", "tab", "tab", "x", "enter")
            assert drive.shows("is none of TxDefaultProfile")
            assert drive.engine.calls == []
            # As in the composer, and as docs/keys.md promises of every dialog.
            await drive.press("ctrl+u")
            assert not drive.shows("is none of TxDefaultProfile")
            await drive.press("x", "ctrl+s")
            assert drive.shows("is none of TxDefaultProfile")
            assert drive.engine.calls == []
        async with drive.step("the form shows what may stand in the field"):
            await drive.press("i", "tab", "tab")
            assert drive.shows("one of", "TxDefaultProfile · TxProfile · ChargePointMaxProfile")
        async with drive.step("w explains the limit of the connector that is selected"):
            await drive.press("down", "down", "W")
            assert drive.shows("Why this limit", "connector 2")
        async with drive.step("slash filters the connectors where they have the focus"):
            await drive.press("slash", *"charging", "enter")
            assert drive.shows("of 3 match 'charging'")
            await drive.press("escape")
            assert not drive.shows("match 'charging'")


def choice(key: str, title: str) -> Choice:
    return Choice(key, Content(title), Content(""))


def test_the_best_match_comes_first() -> None:
    themes = ChoiceSearch(choice(n, n) for n in ("cp-dark", "cp-light", "ansi-16", "night", "mono"))
    assert [each.key for each in themes.find("ni")] == ["night"]
    assert next(each.key for each in themes.find("li")) == "cp-light"
    actions = ChoiceSearch([choice("a", "Clear the errors"), choice("b", "Raise an error")])
    assert [each.key for each in actions.find("error raise")] == ["b"]
    assert next(each.key for each in themes.find("")) == "cp-dark"


def test_no_line_breaks_between_a_number_and_its_unit() -> None:
    text = "the limit of the connector is 16.0 A here, 11.0 kW there, for 2 h 05 min at 80 %"
    for width in range(12, 60):
        lines = [line.plain for line in fact_lines([Fact("", Content(text))], width, 0)]
        assert not [line for line in lines if line.split()[0] in ("A", "kW", "h", "min", "%")]
        assert " ".join(line.strip() for line in lines) == text


async def test_slash_finds_one_of_thirty_connectors_and_the_keys_are_for_that_one() -> None:
    world = worlds.healthy()
    shown: v.Connectors = world["connectors"]
    more = [replace(shown[2], connector_id=number) for number in range(3, 31)]
    engine = FakeEngine({**world, "connectors": v.Connectors((*shown, *more))})
    async with screen(engine=engine) as drive:
        await drive.press("slash", "2", "7", "enter")
        assert drive.shows("1 of 31 match '27'", "▌27")
        await drive.press("p")
        assert engine.calls == [("plug_in", {"connector_id": 27})]
        await drive.press("escape")
        assert drive.shows("▌27")
        assert not drive.shows("match '27'")
