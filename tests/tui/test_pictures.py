"""The pictures of the README show the screens as they are: their panes, columns and keys.

What is alive in them is of the day when they were made. Where this fails: `python docs/make.py`.
"""

from __future__ import annotations

import html
import re
from xml.etree import ElementTree as ET

from screenshots.make import FLEET_PICTURE, HERE, LATE_PICTURES, MOVING, MOVING_SIZE, PICTURES
from tests.tui import csms_world, fleet_world
from tests.tui.driving import screen
from tests.tui.fleet_world import fleet_screen

TITLE = re.compile(r"[─━▶] ?([A-Z][a-z]+)")
"""Of a pane, in the line above it."""


def standing_words(lines: list[str]) -> set[str]:
    """Give what a screen shows whatever happens: titles of panes, and the keys at the bottom."""
    titles = {title for line in lines for title in TITLE.findall(line)}
    return titles | set(re.split(r"\s{2,}", lines[-1].strip()))


def words_of(picture: str) -> str:
    """Give the text of a picture, without spaces: each run of one style is a text of its own."""
    texts = re.findall(r"<text[^>]*>(.*?)</text>", picture, re.DOTALL)
    return "".join(re.sub(r"\s", "", html.unescape(text)) for text in texts)


def missing_in(name: str, lines: list[str]) -> set[str]:
    """Give what a screen shows and its picture does not."""
    standing = standing_words(lines)
    assert len(standing) > 4, name
    shown = words_of((HERE / f"{name}.svg").read_text(encoding="utf-8"))
    return {word for word in standing if "".join(word.split()) not in shown}


async def test_the_pictures_show_the_screens_as_they_are() -> None:
    missing: dict[str, set[str]] = {}
    name, size, *_ = FLEET_PICTURE
    async with fleet_screen(fleet_world.recovered(), size=size, is_host=False) as fleet:
        missing[name] = missing_in(name, [strip.text for strip in fleet.strips()])
    async with screen(csms=csms_world.normal()) as drive:
        moving = (MOVING, MOVING_SIZE, "cp-dark", ("1",))
        for name, size, theme, keys in (*PICTURES, *LATE_PICTURES, moving):
            drive.app.theme = theme
            await drive.pilot.resize_terminal(*size)
            await drive.press(*keys)
            missing[name] = missing_in(name, [strip.text for strip in drive.strips()])
            await drive.press("escape")
    assert {name: words for name, words in missing.items() if words} == {}


def test_the_moving_picture_is_light_and_needs_nothing_but_itself() -> None:
    drawn = (HERE / f"{MOVING}.svg").read_text(encoding="utf-8")
    assert ET.fromstring(drawn).tag.endswith("svg")
    assert len(drawn.encode()) < 400_000
    assert not re.search(r"<script|url\(|@import|href", drawn)
    assert drawn.count("@keyframes") > 100


def test_a_picture_of_another_screen_is_found_out() -> None:
    lines = ["━▶ Connectors  p plug━━─Schedule  6 h──", "", "s Stop  q Quit"]
    assert standing_words(lines) == {"Connectors", "Schedule", "s Stop", "q Quit"}
    assert words_of("<text>s</text><text>&#160;Stop</text>") == "sStop"
