"""A changed cell costs a cell, and what a terminal makes of it is what stands on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from unicodedata import normalize

import pyte
import pytest
from msgspec.structs import replace
from pyte.screens import Char
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.content import Content
from textual.geometry import Size

from cp_tui.charge_point import variables as v
from cp_tui.tui.terminal.look_app import TYPING_S
from cp_tui.tui.terminal.textual_private import QuietApp
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.widgets.fact_lines import FactLines
from tests.tiers import tier
from tests.tui import worlds
from tests.tui.driving import Drive, screen
from tests.tui.test_covered import connectors_at

COLUMNS, LINES = 80, 24
READING_BYTES_MAX = 150
"""Of a second of a car that charges: two or three numbers that go on."""
KEYS_AT_ONCE = 10
ROUNDS = tier(8, deep=20)
KEYS = (
    *(
        "j",
        "k",
        "tab",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "z",
        "down",
        "up",
        "pagedown",
        "a",
        "b",
        "space",
    ),
    *(
        "w",
        "d",
        "s",
        "exclamation_mark",
        "question_mark",
        "ctrl+p",
        "slash",
        "ctrl+o",
        "c",
        "ctrl+r",
    ),
    *("escape", "escape", "escape", "backspace"),
)
"""All over the place: dialogs, the palette, filters, what is typed into them; none that quits."""
SIZES = ((80, 24), (100, 30), (60, 20))


Look = tuple[object, ...]
RED, PLAIN = Style(color="red"), Style()


def look(cell: Char) -> Look:
    """A cell as it is seen: of a blank the colour in which nothing is written is not."""
    if cell.data == " " and not (cell.underscore or cell.strikethrough):
        return " ", cell.fg if cell.reverse else cell.bg
    return tuple(cell)


class Seen:
    """A terminal that gets what is sent."""

    def __init__(self) -> None:
        self.sent = ""
        self._picture = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.Stream(self._picture)

    def take(self, sequence: str, size: Size) -> None:
        """Write; the terminal has another size by now, perhaps."""
        self.sent += sequence
        if (self._picture.columns, self._picture.lines) != tuple(size):
            self._picture.resize(size.height, size.width)
        self._stream.feed(sequence)

    def line(self, y: int) -> str:
        """The cells of a line; of a wide character the second is empty."""
        return "".join(cell.data for cell in self._cells(y))

    def looks(self) -> list[list[Look]]:
        """Every cell as it is seen."""
        return [[look(cell) for cell in self._cells(y)] for y in range(self._picture.lines)]

    def _cells(self, y: int) -> list[Char]:
        row = self._picture.buffer[y]
        return [row[x] for x in range(self._picture.columns)]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, painting: None) -> Seen:
    """What a terminal shows of everything that the app sends."""
    found = Seen()
    monkeypatch.setattr(QuietApp, "send", lambda app, text: found.take(text, app.size))
    return found


def meant(drive: Drive) -> list[list[Look]]:
    """Every cell as Textual would paint the whole picture anew."""
    return [[look for segment in strip for look in _meant(segment)] for strip in drive.strips()]


def _meant(segment: Segment) -> Iterator[Look]:
    style = segment.style or PLAIN
    colors = (color.triplet if color else None for color in (style.color, style.bgcolor))
    foreground, background = (triplet.hex[1:] if triplet else "default" for triplet in colors)
    how = Char(
        *("", foreground, background),
        bold=bool(style.bold),
        italics=bool(style.italic),
        underscore=bool(style.underline),
        strikethrough=bool(style.strike),
        reverse=bool(style.reverse),
        blink=bool(style.blink),
    )
    for sign in segment.text:
        width = cell_len(sign)
        assert width, "no marks here"
        yield look(how._replace(data=sign))
        for _ in range(width - 1):
            yield look(how)


def assert_true(drive: Drive, seen: Seen) -> None:
    """The terminal shows what the screen says, in the same colours."""
    for y, (shown, wanted) in enumerate(zip(seen.looks(), meant(drive), strict=True)):
        assert shown == wanted, f"line {y}: {seen.line(y)}"


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


@pytest.mark.parametrize("seed", range(tier(1, deep=100)))
async def test_whatever_comes_and_is_done_the_terminal_shows_what_stands_on_the_screen(
    seed: int, seen: Seen
) -> None:
    random = Random(seed)
    async with screen(worlds.healthy()) as drive:
        healthy = drive.engine.world["link"]
        identity = drive.engine.world["identity"]
        assert isinstance(identity, v.Identity)
        for _ in range(ROUNDS):
            found = connectors_at(drive.engine.world, random.randrange(22))
            drive.engine.publish("connectors", found)
            match random.randrange(6):
                case 0:
                    drive.engine.publish("outbox", v.OutboxView(count=random.randrange(12)))
                case 1:
                    drive.engine.publish("link", random.choice([worlds.broken_link(), healthy]))
                case 2:
                    name = "".join(random.choice("Ab漢字é—1") for _ in range(random.randrange(9)))
                    new = replace(identity, charge_point_id=name or "x")
                    drive.engine.publish("identity", new)
                case 3:
                    await drive.resize(*random.choice(SIZES))
                case 4:
                    await drive.press("escape", "escape", "2", "c", "enter")
                case _:
                    pass
            await drive.press(*random.choices(KEYS, k=KEYS_AT_ONCE))
            await drive.pass_time(TYPING_S)
            assert_true(drive, seen)


async def test_what_something_else_has_written_goes_when_everything_is_painted_anew(
    seen: Seen,
) -> None:
    async with screen(worlds.healthy()) as drive:
        garbage = "\x1b[5;5Hwall: the machine goes down"
        seen.take(garbage, drive.app.size)
        await drive.press("ctrl+l")
        assert_true(drive, seen)
        await drive.press("w")
        seen.take(garbage, drive.app.size)
        await drive.press("ctrl+l")
        assert_true(drive, seen)
        seen.take(garbage, drive.app.size)
        drive.app.post_message(events.Resize(drive.app.size, drive.app.size))
        await drive.settle()
        assert_true(drive, seen)


class Lines(QuietApp):
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
