"""What the terminal shows is remembered: what looks the same is not sent again, for what it costs.

A terminal made of strips alone, without an app: pyte takes what is sent and shows what was meant.
"""

from __future__ import annotations

from random import Random

import pyte
import pytest
from pyte.screens import Char
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip

from cp_tui.tui.terminal.pens import PLAIN, Pens
from cp_tui.tui.terminal.sent_cells import SentCells
from cp_tui.tui.terminal.terminfo import erases_in_color
from cp_tui.tui.theme.line_filters import FewColors
from cp_tui.tui.theme.palette import palette_of_16
from tests.tiers import tier

COLUMNS, LINES = 24, 6
SIGNS = "ab  ─█漢字é"
STYLES = [
    Style.parse(each)
    for each in (
        *("", "red", "#d5dce4 on #11161c", "bold #d5dce4 on #11161c", "dim on #11161c", "reverse"),
        *("underline #d5dce4 on #11161c", "strike red on blue", "bold red", "on #11161c"),
        *("on #d5dce4", "on red"),
    )
]
FULL_PICTURE = [Strip([Segment("x" * COLUMNS, STYLES[3])])] * LINES


class Taker:
    """Cells on one side, a terminal on the other."""

    def __init__(
        self,
        *,
        is_erasing: bool = False,
        is_shifting: bool = False,
        columns: int = COLUMNS,
    ) -> None:
        self.sent = SentCells(is_erasing=is_erasing, is_shifting=is_shifting)
        self.sent.fit(columns, LINES)
        self._picture = pyte.Screen(columns, LINES)
        self._stream = pyte.Stream(self._picture)
        self.send()

    def paint(self, x: int, y: int, *segments: tuple[str, str]) -> str:
        """Paint texts in styles; give what was sent."""
        strip = Strip([Segment(text, Style.parse(style)) for text, style in segments])
        self.sent.paint(x, y, strip)
        return self.send()

    def send(self) -> str:
        """Send what changed; give it."""
        sequence = self.sent.changes()
        self._stream.feed(sequence)
        return sequence

    def cells(self) -> list[list[Char]]:
        """What the terminal shows; the colour of nothing written in a blank is not looked at."""
        columns = range(self._picture.columns)
        return [[_seen(self._picture.buffer[y][x]) for x in columns] for y in range(LINES)]

    def line(self, y: int) -> str:
        """The text of a line."""
        return self._picture.display[y].rstrip()


def _seen(cell: Char) -> Char:
    if cell.data == " " and not (cell.underscore or cell.strikethrough):
        return Char(" ", bg=cell.fg if cell.reverse else cell.bg)
    return cell


def any_strip(random: Random, cells_max: int) -> Strip:
    """A strip of any signs in any styles."""
    segments: list[Segment] = []
    left = random.randrange(1, cells_max + 1)
    while left > 0:
        text = ""
        for sign in random.choices(SIGNS, k=random.randrange(1, 6)):
            if (width := cell_len(sign)) <= left:
                text, left = text + sign, left - width
        segments.append(Segment(text, random.choice(STYLES)))
        if left == 1:
            break
    return Strip(segments)


@pytest.mark.parametrize("seed", range(tier(20, deep=2_000)))
def test_whatever_is_painted_the_terminal_shows_what_one_shows_that_gets_it_whole(
    seed: int,
) -> None:
    random = Random(seed)
    bit_by_bit, whole = Taker(is_erasing=seed % 2 == 1), Taker()
    for _ in range(30):
        for _ in range(random.randrange(1, 4)):
            x, y = random.randrange(COLUMNS), random.randrange(LINES)
            strip = any_strip(random, COLUMNS - x)
            for each in (bit_by_bit, whole):
                each.sent.paint(x, y, strip)
        bit_by_bit.send()
        whole.sent.forget()
        whole.send()
        assert bit_by_bit.cells() == whole.cells()


def test_the_first_picture_is_sent_whole_and_the_same_again_costs_nothing() -> None:
    taker = Taker()
    for y, strip in enumerate(FULL_PICTURE):
        taker.sent.paint(0, y, strip)
    assert len(taker.send()) > COLUMNS * LINES
    for y, strip in enumerate(FULL_PICTURE):
        taker.sent.paint(0, y, strip)
    assert taker.send() == ""
    taker.sent.forget()
    assert len(taker.send()) > COLUMNS * LINES


def test_a_cell_that_changed_is_sent_alone() -> None:
    taker = Taker()
    taker.paint(3, 2, ("12:03:26", "bold red"))
    assert taker.paint(3, 2, ("12:03:27", "bold red")) == "\x1b[3;11H\x1b[;1;31m7\x1b[m"
    assert taker.paint(3, 2, ("13:03:27", "bold red")) == "\x1b[3;5H\x1b[;1;31m3\x1b[m"
    assert taker.line(2) == "   13:03:27"


def test_cells_between_two_changes_are_written_again_where_that_is_shorter() -> None:
    taker = Taker()
    taker.paint(0, 0, ("12:03 and 26", "red"))
    assert taker.paint(0, 0, ("13:04 and 26", "red")) == "\x1b[1;2H\x1b[;31m3:04\x1b[m"
    assert taker.paint(0, 0, ("14:04 and 27", "red")) == "\x1b[1;2H\x1b[;31m4\x1b[12G7\x1b[m"


def test_what_is_different_is_said_and_no_more() -> None:
    taker = Taker()
    sent = taker.paint(
        0, 0, ("a", "red on blue"), ("b", "bold red on blue"), ("c", "green on blue")
    )
    assert sent == "\x1b[1;1H\x1b[;31;44ma\x1b[1mb\x1b[22;32mc\x1b[m"


def test_an_attribute_is_taken_back_alone_and_what_goes_with_it_is_set_again() -> None:
    taker = Taker()
    sent = taker.paint(0, 0, ("a", "bold red on blue"), ("b", "red on blue"))
    assert sent == "\x1b[1;1H\x1b[;1;31;44ma\x1b[22mb\x1b[m"
    sent = taker.paint(10, 1, ("a", "bold dim red on blue"), ("b", "dim red on blue"))
    assert sent == "\x1b[2;11H\x1b[;1;2;31;44ma\x1b[22;2mb\x1b[m"
    sent = taker.paint(0, 2, ("a", "bold underline red on blue"), ("b", "on blue"))
    assert sent == "\x1b[3;1H\x1b[;1;4;31;44ma\x1b[;44mb\x1b[m"


def test_of_a_blank_only_the_colour_behind_it_counts() -> None:
    taker = Taker()
    taker.paint(0, 0, ("a b", "red on blue"))
    assert taker.paint(0, 0, ("a", "red on blue"), (" ", "bold green on blue")) == ""
    assert taker.paint(0, 1, ("a", "red on blue"), (" ", "on blue"), ("b", "red on blue")) == (
        "\x1b[2;1H\x1b[;31;44ma b\x1b[m"
    )
    assert taker.paint(1, 0, (" ", "reverse red on blue")) != ""


def test_what_looks_the_same_is_written_together_where_colours_are_long() -> None:
    taker = Taker()
    for y in range(2):
        taker.sent.paint(0, y, Strip([Segment("a", STYLES[2]), Segment("b", STYLES[9])]))
    sent = taker.send()
    assert sent.count("213;220;228") == 1, "else each line says it again"
    assert (taker.line(0), taker.line(1)) == ("ab", "ab")
    short = Taker()
    sent = short.paint(0, 0, ("a", "red"), ("b", "blue"), ("a", "red"))
    assert sent == "\x1b[1;1H\x1b[;31ma\x1b[34mb\x1b[31ma\x1b[m"


def test_of_some_lines_alone_is_sent_what_changed_and_the_rest_the_next_time() -> None:
    taker = Taker()
    taker.sent.paint(0, 1, Strip([Segment("field")]))
    taker.sent.paint(0, 3, Strip([Segment("list")]))
    assert taker.sent.changes(held={3}) == "\x1b[2;1H\x1b[mfield"
    assert taker.send() == "\x1b[4;1H\x1b[mlist"


def test_the_block_of_a_cursor_behind_a_letter_is_the_letter_reversed() -> None:
    taker, stock = Taker(), Taker()
    for each in (taker, stock):
        each.paint(0, 0, ("a", "#d5dce4 on #19202a"))
    sent = taker.paint(0, 0, ("ab", "#d5dce4 on #19202a"), (" ", "on #d5dce4"))
    stock.paint(0, 0, ("ab", "#d5dce4 on #19202a"))
    stock.paint(2, 0, (" ", "on #d5dce4"))
    assert sent.endswith("b\x1b[7m \x1b[m"), sent
    assert taker.cells() == stock.cells()


FRAMED = "│{:<56}│"


@pytest.mark.parametrize("step", [1, -1, 3, -4])
def test_text_behind_what_is_typed_is_moved_and_not_written_again(step: int) -> None:
    text = '[2, "composed-20260105140327-1", "Heartbeat", {}]'
    typed = f"{'x' * step}{text}" if step > 0 else text[-step:]
    taker, stock = Taker(is_shifting=True, columns=60), Taker(columns=60)
    for each in (taker, stock):
        each.paint(0, 2, (FRAMED.format(text), "red on blue"))
    sent = taker.paint(0, 2, (FRAMED.format(typed), "red on blue"))
    stock.paint(0, 2, (FRAMED.format(typed), "red on blue"))
    assert taker.cells() == stock.cells()
    assert len(sent) <= 50


@pytest.mark.parametrize("seed", range(tier(20, deep=2_000)))
def test_lines_that_move_look_as_if_they_were_written_anew(seed: int) -> None:
    random = Random(seed)
    bit_by_bit, whole = Taker(is_shifting=True, columns=60), Taker(columns=60)
    signs = [random.choice("abc {}漢" if seed % 4 == 0 else "abc {}") for _ in range(50)]
    for _ in range(30):
        x = random.randrange(len(signs))
        if random.random() < 0.5:
            signs[x:x] = random.choices("xyz", k=random.randrange(1, 5))
        else:
            del signs[x : x + random.randrange(1, 5)]
        signs = signs[:50] or ["a"]
        parts = [(sign, "red on blue" if sign in "abc" else "green on blue") for sign in signs]
        rest = " " * (58 - sum(cell_len(sign) for sign in signs))
        for each in (bit_by_bit, whole):
            strip = [("│", ""), *parts, (rest, "on blue"), ("│", "")]
            each.sent.paint(0, 1, Strip([Segment(t, Style.parse(how)) for t, how in strip]))
        whole.sent.forget()
        bit_by_bit.send()
        whole.send()
        assert bit_by_bit.cells() == whole.cells()


def test_many_blanks_are_erased_where_that_leaves_the_colour_behind_them() -> None:
    taker = Taker(is_erasing=True)
    taker.paint(0, 0, ("x" * COLUMNS, "on blue"))
    assert taker.paint(4, 0, (" " * 12, "on blue")) == "\x1b[1;5H\x1b[;44m\x1b[12X\x1b[m"
    assert taker.paint(2, 0, (" " * 22, "on blue")) == "\x1b[1;3H\x1b[;44m\x1b[K\x1b[m"
    assert taker.paint(2, 0, (" ", "on red")) == "\x1b[1;3H\x1b[;41m \x1b[m"
    assert taker.paint(2, 0, (" ", "on blue")) == "\x1b[1;3H\x1b[;44m \x1b[m"
    assert taker.line(0) == "xx"


def test_tmux_erases_in_colour_whatever_its_entry_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "tmux-256color")
    assert erases_in_color()


def test_colours_that_the_terminal_cannot_tell_apart_are_the_same() -> None:
    taker, sixteen = Taker(), FewColors(palette_of_16())
    sent = []
    for red in ("#ff0000", "#fe0000"):
        strip = Strip([Segment("a", Style.parse(red))])
        taker.sent.paint(0, 0, strip.apply_filter(sixteen, Color(0, 0, 0)))
        sent.append(taker.send())
    assert sent == ["\x1b[1;1H\x1b[;91ma\x1b[m", ""]


def test_after_a_character_with_a_mark_the_cursor_is_placed_anew() -> None:
    taker = Taker()
    assert taker.paint(0, 0, ("e\N{COMBINING ACUTE ACCENT}x", "")) == (
        "\x1b[1;1H\x1b[me\N{COMBINING ACUTE ACCENT}\x1b[2Gx"
    )


def test_what_does_not_fit_on_the_line_is_cut() -> None:
    taker = Taker()
    taker.paint(COLUMNS - 2, 0, ("abc", ""))
    taker.paint(COLUMNS - 1, 1, ("漢", ""))
    assert (taker.line(0)[-2:], taker.line(1)) == ("ab", "")


def test_of_another_size_nothing_is_known() -> None:
    taker = Taker()
    taker.paint(0, 0, ("a", ""))
    taker.sent.fit(COLUMNS, LINES)
    assert taker.send() == ""
    taker.sent.fit(COLUMNS + 1, LINES)
    sent = taker.send()
    assert len(sent) > COLUMNS * LINES
    assert "a" not in sent


def test_the_same_pen_needs_no_way_and_any_other_one() -> None:
    pens = Pens()
    found = {pens.of(style)[0] for style in STYLES}
    for before in found:
        for after in found:
            assert (pens.way(before, after) == "") == (before == after)
    assert pens.of(None) == (PLAIN, PLAIN)
