"""Text from outside is neither markup nor control, wherever it is shown."""

from __future__ import annotations

import re
from enum import Enum

import pytest
from msgspec import Struct
from msgspec.structs import asdict, replace
from pydantic import BaseModel, JsonValue
from textual import events
from textual.widgets import TextArea

from cp_tui.charge_point.reason import Reason
from tests.tiers import tier
from tests.tui import worlds
from tests.tui.driving import Drive, screen
from tests.tui.fake_engine import FakeEngine

APART = {
    "markup": "[/red][@click=app.quit]x[/][bold]$error{%s}",
    "controls": "\x1b]52;c;aGk=\x07\x1b[2J\x9b31mC\x9d0;t\x9ca\rb\nc\td\x00e\x7f",
    "unprintable": "\u202eltr\u2066\u200b\ufeff\ud800 lone",
    "wide": "日本語の長い長い文字列" * 8,
    "long": "x" * 5000,
}

CONTROLS = "\x9b31mC\x9d0;t\x9c\x1b[2Ja\rb\nc\td\x00\x7f\u2066\u200b\ufeff[bold]"
TOGETHER = {
    "markup-first": "[/red][@click=app.quit]x[/]\x1b]52;c;aGk=\x07\u202el\ud800日本$error{%s}",
    "controls-first-and-long": CONTROLS + "x" * 300,
}
"""The same in two texts, with much of everything in what a narrow column shows."""
ALL_AT_ONCE = {
    "all-at-once": "\x9b[/red]\x07\n[@click=app.quit]x[/]\x1b]52;c;aGk=\x07\r\t\x00\x7f"
    "\u202el\ud800日本$error{%s}\x1b[2J\x9d0;t\x9c\u2066\u200b\ufeff[bold]" + "x" * 300
}
"""The same in one: a closing tag between controls, right where it begins.

It is longer than a line of the widest screen here.
"""

HOSTILE = tier(ALL_AT_ONCE, deep=ALL_AT_ONCE | TOGETHER | APART)

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def poisoned(value: object, poison: str) -> object:
    """The same value with every text in it replaced; enumerations and instants stay."""
    match value:
        case Enum():
            return value
        case str():
            return poison
        case Struct():
            return replace(
                value, **{name: poisoned(each, poison) for name, each in asdict(value).items()}
            )
        case BaseModel():
            fields = type(value).model_fields
            changes = {name: poisoned(getattr(value, name), poison) for name in fields}
            return value.model_copy(update=changes)
        case tuple():
            return tuple(poisoned(item, poison) for item in value)
        case dict():
            return {key: poisoned(item, poison) for key, item in value.items()}
        case _:
            return value


def poisoned_world(world: worlds.World, poison: str) -> worlds.World:
    """A world in which every text is hostile."""
    result: worlds.World = {}
    for name, value in world.items():
        result[name] = poisoned(value, poison)
    return result


def assert_harmless(drive: Drive) -> None:
    """Nothing on the screen is a control character."""
    assert CONTROL.search(drive.text().replace("\n", "")) is None


@pytest.mark.parametrize("poison", HOSTILE.values(), ids=HOSTILE)
async def test_every_pane_shows_it_harmlessly(poison: str) -> None:
    engine = FakeEngine(poisoned_world(worlds.healthy(), poison))
    async with screen(engine=engine, size=(200, 60)) as drive:
        assert_harmless(drive)
        for world in (worlds.stopped(), worlds.broken()):
            for name, value in poisoned_world(world, poison).items():
                engine.publish(name, value)
            await drive.settle()
            assert_harmless(drive)
        await drive.press("shift+tab", "z")
        assert_harmless(drive)
        await drive.press("z", "tab", "enter")
        assert_harmless(drive)


async def test_every_answer_is_shown_harmlessly() -> None:
    poison = tier(*ALL_AT_ONCE.values(), deep="".join(APART.values()))
    engine = FakeEngine(poisoned_world(worlds.healthy(), poison))
    reason = Reason(id=poison, rule=poison, text=poison, values={poison: poison})
    engine.answers("data_transfer", {"status": poison, "data": poison, "code": poison}, reason)
    known: JsonValue = {"key": poison, "value": poison, "read_only": False}
    engine.answers("get_configuration_key", {"configuration_key": [known], "unknown_key": [poison]})
    engine.refuses("swipe", poison)
    async with screen(engine=engine) as drive:
        for keys in (
            ["d", "x", "enter"],
            ["c", "enter"],
            ["w", "ctrl+u", "x", "enter"],
            ["at"],
            ["s"],
            ["q"],
        ):
            await drive.press(*keys)
            assert_harmless(drive)
            await drive.press("escape")


async def test_a_hostile_loss_of_the_engine_is_told_harmlessly() -> None:
    engine = FakeEngine(worlds.healthy())
    async with screen(engine=engine) as drive:
        engine.lose("[/red]\x1b]0;x\x07")
        await drive.settle()
        assert drive.shows("[/red]")
        assert_harmless(drive)


@pytest.mark.parametrize("poison", HOSTILE.values(), ids=HOSTILE)
async def test_what_stands_in_a_form_already_is_shown_harmlessly(poison: str) -> None:
    """The tags of past transactions came from outside; an input paints what it is given."""
    world = poisoned_world(worlds.healthy(), poison)
    # One that is only watched takes no tag.
    world["identity"] = replace(world["identity"], watched="")
    async with screen(engine=FakeEngine(world)) as drive:
        await drive.press("w")
        assert drive.shows("Swipe a tag")
        assert_harmless(drive)
        await drive.press("pageup", "pagedown")
        assert_harmless(drive)


async def test_what_is_pasted_is_shown_harmlessly() -> None:
    async with screen() as drive:
        for key in ("w", "slash", "ctrl+p"):
            await drive.press(key)
            drive.app.post_message(events.Paste("\u202e\x9b\x1b[2J"))
            await drive.settle()
            assert drive.shows("\\x9b␛[2J"), key
            assert_harmless(drive)
            await drive.press("escape")


async def test_the_lines_of_a_pasted_frame_stay_lines() -> None:
    async with screen() as drive:
        await drive.press("ctrl+p", *"raw frame", "enter")
        area = drive.app.screen.query_one(TextArea)
        area.text = ""
        drive.app.post_message(events.Paste("[2,\r\n\t3,\r\x9b4]"))
        await drive.settle()
        assert area.text == "[2,\n    3,\n\\x9b4]"
