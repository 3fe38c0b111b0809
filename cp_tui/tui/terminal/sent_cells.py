"""What the terminal shows, and what it shall show: only the cells that differ are sent.

Whatever Textual paints anew, for whatever reason, comes past here: the focus of a field, a dialog
that goes, another screen. It sends regions, whether they look different or not, because it does not
remember what it has sent. Here that is remembered, cell by cell. So a widget may be painted whole
without a thought for the line, and what costs nothing to see costs nothing to send.

The price is that what something else has written to the terminal stays there until its cells
change: `forget` has everything sent again, after a new size, a suspended process, and by a key.
"""

from __future__ import annotations

from rich.cells import cell_len
from rich.color import ColorSystem
from textual.strip import Strip

from cp_tui.tui.terminal.pens import PLAIN, SEEN_ON_BLANKS, Pen, Pens

Cell = tuple[str, Pen]
"""A character with its marks, and how it looks; the second cell of a wide character is empty."""

BLANK: Cell = (" ", PLAIN)
UNKNOWN: Cell = ("?", Pen(frozenset({"unknown"})))
"""Is like no cell."""
GAP_MAX = 4
"""Cells that stay as they are and lie between two that change: to go there costs as much."""

REST_MIN, ERASED_MIN = 4, 12
"""Fewer blanks, at the end of a line and within one, are shorter than the sequence for them."""


class SentCells:
    """The cells of a terminal: as they shall be, and as they were sent."""

    def __init__(self, colors: ColorSystem, *, is_erasing: bool = False) -> None:
        """`colors` is what the terminal can show; `is_erasing`: it erases to the colour behind."""
        self._pens = Pens(colors)
        self._is_erasing = is_erasing
        self._wanted: list[list[Cell]] = []
        self._sent: list[list[Cell]] = []
        self._changed: set[int] = set()
        """Lines in which something may differ."""
        self._width = 0

    def fit(self, width: int, height: int) -> None:
        """Know how large the terminal is; of another size nothing is known."""
        if (width, height) != (self._width, len(self._wanted)):
            self._width = width
            self._wanted = [[BLANK] * width for _ in range(height)]
            self.forget()

    def forget(self) -> None:
        """Take nothing for sent any more."""
        self._sent = [[UNKNOWN] * self._width for _ in self._wanted]
        self._changed = set(range(len(self._wanted)))

    def paint(self, x: int, y: int, strip: Strip) -> None:
        """Say what shall stand there; what does not fit on the line is cut."""
        cells = self._cells(strip)
        line = self._wanted[y]
        end = min(x + len(cells), self._width)
        if line[x:end] == cells:
            return
        line[x:end] = cells[: end - x]
        _split(line, x)
        _split(line, end)
        self._changed.add(y)

    def _cells(self, strip: Strip) -> list[Cell]:
        cells: list[Cell] = []
        for text, style, _control in strip:
            pen, blank = self._pens.of(style)
            if text.isascii():
                cells += [(sign, blank if sign == " " else pen) for sign in text]
                continue
            for sign in text:
                width = cell_len(sign)
                if width:
                    cells.append((sign, blank if sign == " " else pen))
                    cells += [("", pen)] * (width - 1)
                elif cells:
                    cells[-1] = (cells[-1][0] + sign, cells[-1][1])
        return cells

    def changes(self, most: int | None = None) -> str:
        """Give what has to be sent, from the top down; from now on it counts as sent.

        Not more than the lines that bring it to `most` characters; the rest is for the next time.
        """
        parts: list[str] = []
        length = 0
        pen: Pen | None = None
        for y in sorted(self._changed):
            if most is not None and length >= most:
                break
            self._changed.remove(y)
            if self._wanted[y] != self._sent[y]:
                begin = len(parts)
                pen = self._line_changes(y, pen, parts)
                length += sum(map(len, parts[begin:]))
                self._sent[y] = self._wanted[y].copy()
        if pen not in (None, PLAIN):
            parts.append(self._pens.way(None, PLAIN))
        return "".join(parts)

    def _line_changes(self, y: int, pen: Pen | None, parts: list[str]) -> Pen | None:
        wanted, sent = self._wanted[y], self._sent[y]
        at: int | None = None
        """Where the terminal writes next on this line, if that is sure."""
        is_begun = False
        x = -1
        while (x := x + 1) < self._width:
            cell = wanted[x]
            text = cell[0]
            if not text or cell == sent[x]:
                continue
            if not is_begun:
                parts.append(f"\x1b[{y + 1};{x + 1}H")
                is_begun = True
            elif at != x:
                between = None if at is None else _as_they_are(wanted[at:x], pen)
                parts.append(between or f"\x1b[{x + 1}G")
            if cell[1] is not pen:
                own = _pen_for(cell, pen)
                parts.append(self._pens.way(pen, own))
                pen = own
            if text == " " and (blanks := self._blanks(y, x)) is not None:
                sequence, count = blanks
                parts.append(sequence)
                x += count - 1
                at = None
                continue
            parts.append(text)
            is_wide = x + 1 < self._width and not wanted[x + 1][0]
            # What a terminal makes of a character with marks is not the same everywhere.
            at = None if len(text) > 1 else x + 1 + is_wide
        return pen

    def _blanks(self, y: int, x: int) -> tuple[str, int] | None:
        """How blanks from here on are sent together, and how many; None: one by one."""
        if not self._is_erasing or not _is_plain_blank(cell := self._wanted[y][x]):
            return None
        count = 0
        for end in range(x, self._width):
            if self._wanted[y][end] != cell:
                break
            if self._sent[y][end] != cell:
                count = end + 1 - x
        else:
            return ("\x1b[K", self._width - x) if count >= REST_MIN else None
        return (f"\x1b[{count}X", count) if count >= ERASED_MIN else None


def _split(line: list[Cell], x: int) -> None:
    """Leave no half of a wide character at either side of `x`; a terminal leaves none."""
    is_wide = x > 0 and cell_len(line[x - 1][0]) == 2
    goes_on = x < len(line) and not line[x][0]
    if is_wide and not goes_on:
        line[x - 1] = (" ", line[x - 1][1])
    if goes_on and not is_wide:
        line[x] = (" ", line[x][1])


def _is_plain_blank(cell: Cell) -> bool:
    return cell[0] == " " and not cell[1].attributes


def _pen_for(cell: Cell, pen: Pen | None) -> Pen:
    """With which pen to write a cell: for a blank only its background need be right."""
    own = cell[1]
    if pen is None or pen.attributes & SEEN_ON_BLANKS or not _is_plain_blank(cell):
        return own
    return pen if pen.background == own.background else pen._replace(background=own.background)


def _as_they_are(cells: list[Cell], pen: Pen | None) -> str:
    """Give the text of cells where it is the shortest way across them, else nothing."""
    if len(cells) > GAP_MAX or any(len(c[0]) != 1 or _pen_for(c, pen) != pen for c in cells):
        return ""
    return "".join(text for text, _ in cells)
