"""What the terminal shows, and what it shall show: only the cells that differ are sent.

Whatever Textual paints anew, for whatever reason, comes past here: the focus of a field, a dialog
that goes, another screen. It sends regions, whether they look different or not, because it does not
remember what it has sent. Here that is remembered, cell by cell. So a widget may be painted whole
without a thought for the line, and what costs nothing to see costs nothing to send.

The price is that what something else has written to the terminal stays there until its cells
change: `forget` has everything sent again, after a new size, a suspended process, and by a key.
"""

from __future__ import annotations

from collections.abc import Set

from rich.cells import cell_len
from textual.strip import Strip

from cp_tui.tui.terminal.pens import PLAIN, Pens
from cp_tui.tui.terminal.runs import Cell, CellRun, line_runs, written
from cp_tui.tui.terminal.shifts import UNKNOWN, found_shift

BLANK: Cell = (" ", PLAIN)


class SentCells:
    """The cells of a terminal: as they shall be, and as they were sent."""

    def __init__(self, *, is_erasing: bool = False, is_shifting: bool = False) -> None:
        """`is_erasing`: the terminal erases to the colour behind. `is_shifting`: it moves the rest
        of a line."""
        self._pens = Pens()
        self._is_erasing = is_erasing
        self._is_shifting = is_shifting
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

    def changes(self, most: int | None = None, held: Set[int] = frozenset()) -> str:
        """Give what has to be sent; from now on it counts as sent.

        Not more than the lines, from the top down, that bring it to about `most` characters, and
        none of those that are `held`; the rest is for the next time.
        """
        runs: list[CellRun] = []
        shifts = ""
        length = 0
        for y in sorted(self._changed - held):
            if most is not None and length >= most:
                break
            self._changed.remove(y)
            if self._wanted[y] != self._sent[y]:
                if self._is_shifting and (shift := found_shift(self._wanted[y], self._sent[y])):
                    shifts += shift.sequence(y)
                    self._sent[y] = shift.shifted(self._sent[y])
                found = line_runs(y, self._wanted[y], self._sent[y], is_erasing=self._is_erasing)
                for run in found:
                    runs.append(run)
                    length += run.length
                self._sent[y] = self._wanted[y].copy()
        return shifts + written(runs, self._pens)


def _split(line: list[Cell], x: int) -> None:
    """Leave no half of a wide character at either side of `x`; a terminal leaves none."""
    is_wide = x > 0 and cell_len(line[x - 1][0]) == 2
    goes_on = x < len(line) and not line[x][0]
    if is_wide and not goes_on:
        line[x - 1] = (" ", line[x - 1][1])
    if goes_on and not is_wide:
        line[x] = (" ", line[x][1])
