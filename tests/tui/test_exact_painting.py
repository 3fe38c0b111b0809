"""A changed cell costs a cell, and what a terminal makes of it is what stands on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from unicodedata import normalize

import pyte
import pytest
from msgspec.structs import replace
from pyte.screens import Char
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.content import Content
from textual.screen import Screen
from textual.strip import Strip

from cp_tui.charge_point import variables as v
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.painting import changed_cells
from tests.tiers import tier
from tests.tui import worlds
from tests.tui.driving import Drive, screen
from tests.tui.test_covered import connectors_at

COLUMNS, LINES = 80, 24
READING_BYTES_MAX = 200
"""Of a second of a car that charges: two or three numbers that go on."""


class Seen:
    """A terminal that gets what would be sent."""

    def __init__(self) -> None:
        self.sent = ""
        self._picture = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.Stream(self._picture)

    def take(self, sequence: str) -> None:
        """Paint."""
        self.sent += sequence
        self._stream.feed(sequence)

    def line(self, y: int) -> str:
        """The cells of a line; of a wide character the second is empty."""
        row = self._picture.buffer[y]
        cells: list[Char] = [row[x] for x in range(COLUMNS)]
        return "".join(cell.data for cell in cells)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, painting: None) -> Seen:
    """What a terminal shows of everything that the app sends."""
    found = Seen()
    console = Console(width=COLUMNS, height=LINES, color_system="truecolor", force_terminal=True)

    def display(self: App[object], screen: Screen[object], renderable: object) -> None:
        if isinstance(renderable, CompositorUpdate) and not self._batch_count:
            found.take(renderable.render_segments(console).replace("\n", "\r\n"))

    monkeypatch.setattr(App, "_display", display)
    return found


def assert_true(drive: Drive, seen: Seen) -> None:
    """The terminal shows what the screen says."""
    for y, strip in enumerate(drive.app.screen._compositor.render_strips()):
        assert seen.line(y).rstrip() == strip.text.rstrip(), f"line {y}"


async def test_a_reading_costs_the_cells_that_changed(seen: Seen) -> None:
    async with screen(worlds.healthy()) as drive:
        drive.engine.publish("connectors", connectors_at(drive.engine.world, 7.4))
        await drive.settle()
        assert_true(drive, seen)
        seen.sent = ""
        drive.engine.publish("connectors", connectors_at(drive.engine.world, 7.5))
        await drive.settle()
        assert_true(drive, seen)
        assert 0 < len(seen.sent) < READING_BYTES_MAX


@pytest.mark.parametrize("seed", range(tier(2, deep=100)))
async def test_whatever_comes_the_terminal_shows_what_stands_on_the_screen(
    seed: int, seen: Seen
) -> None:
    random = Random(seed)
    async with screen(worlds.healthy()) as drive:
        identity = drive.engine.world["identity"]
        assert isinstance(identity, v.Identity)
        for _ in range(40):
            match random.randrange(5):
                case 0:
                    found = connectors_at(drive.engine.world, random.randrange(22))
                    drive.engine.publish("connectors", found)
                case 1:
                    drive.engine.publish("outbox", v.OutboxView(count=random.randrange(12)))
                case 2:
                    link = random.choice([worlds.broken_link(), drive.engine.world["link"]])
                    drive.engine.publish("link", link)
                case 3:
                    name = "".join(random.choice("Ab漢字é—1") for _ in range(random.randrange(9)))
                    new = replace(identity, charge_point_id=name or "x")
                    drive.engine.publish("identity", new)
                case _:
                    await drive.press(random.choice(["j", "k", "tab", "1", "2", "5", "escape"]))
            await drive.settle()
            assert_true(drive, seen)


class Lines(App[None]):
    """One list of facts."""

    def compose(self) -> Iterator[FactLines]:
        yield FactLines(id="one")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("漢字 12 Wh", "漢字 13 Wh"),
        ("漢字", "字漢"),
        ("a漢", "漢a"),
        ("12 Wh and more", "7 Wh"),
        ("e\N{COMBINING ACUTE ACCENT} 1", "e 1"),
        ("", "漢"),
    ],
)
async def test_a_line_that_changes_is_painted_whole_where_it_does(
    before: str, after: str, seen: Seen
) -> None:
    app = Lines()
    async with app.run_test(size=(COLUMNS, LINES)) as pilot:
        lines = app.query_one(FactLines)
        for text in (before, after, before):
            lines.show([Fact("", Content(text)), Fact("", Content("stays"))])
            await pilot.pause()
            shown = "\n".join(seen.line(y).rstrip() for y in range(2))
            assert normalize("NFC", text) in normalize("NFC", shown)


RED, PLAIN = Style(color="red"), Style()


@pytest.mark.parametrize(
    ("before", "after", "cells"),
    [
        ("12:03:26", "12:03:27", (7, 8)),
        ("same", "same", None),
        ("漢a", "漢b", (2, 3)),
        ("漢a", "字a", (0, 2)),
        ("longer", "long", (4, 6)),
        ("e\N{COMBINING ACUTE ACCENT}x", "ex", (0, 2)),
        ("", "x", (0, 1)),
    ],
)
def test_the_cells_that_changed(before: str, after: str, cells: tuple[int, int] | None) -> None:
    strips = (Strip([Segment(text, PLAIN)]) for text in (before, after))
    assert changed_cells(*strips) == cells


def test_a_colour_that_changed_is_a_change() -> None:
    before = Strip([Segment("ab", PLAIN), Segment("c", PLAIN)])
    after = Strip([Segment("a", PLAIN), Segment("b", RED), Segment("c", PLAIN)])
    assert changed_cells(before, after) == (1, 2)
