"""What is written to a terminal in one go: cells side by side that look alike, and their order.

A colour of 24 bits takes 18 bytes to say, a place on the screen 8. What looks the same is written
together, wherever it stands, and the cursor goes from one place to the next. With short names of
colours it is the other way round: then line by line is shorter. Both are tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cp_tui.tui.terminal.pens import PLAIN, REVERSE, SEEN_ON_BLANKS, Pen, Pens, is_background

Cell = tuple[str, Pen]
"""A character with its marks, and how it looks; the second cell of a wide character is empty."""

GAP_MAX = 4
"""Cells that stay as they are and lie between two that change: to go there costs as much."""
REST_MIN, ERASED_MIN = 4, 12
"""Fewer blanks, at the end of a line and within one, are shorter than the sequence for them."""
WAY_LENGTH = 16
"""To a run and to its look, about."""
LOOKS_MAX = 64
"""More of them in one picture are not put into an order: it would take too long to find one."""


class CellRun:
    """A text, or a sequence that erases, at a place."""

    __slots__ = ("end", "is_blank", "pen", "text", "x", "y")

    def __init__(self, y: int, x: int, text: str, pen: Pen, end: int | None) -> None:
        """`end` is where the terminal writes next on this line; None: that is not sure."""
        self.y, self.x, self.text, self.pen, self.end = y, x, text, pen, end
        self.is_blank = False
        """Nothing but the colour behind it is to be seen."""

    @property
    def length(self) -> int:
        """About how many characters it takes."""
        return len(self.text) + WAY_LENGTH


def line_runs(
    y: int, wanted: Sequence[Cell], sent: Sequence[Cell], *, is_erasing: bool
) -> Iterator[CellRun]:
    """Give the runs that make one line of another; `is_erasing`: erased cells take the colour."""
    run: CellRun | None = None
    x, width = 0, len(wanted)
    while x < width:
        cell = wanted[x]
        text = cell[0]
        if not text or cell == sent[x]:
            x += 1
            continue
        count = _erased(wanted, sent, x) if is_erasing and text == " " else 0
        if count:
            if run is not None:
                yield run
            run = None
            erased = CellRun(
                y, x, "\x1b[K" if x + count == width else f"\x1b[{count}X", cell[1], None
            )
            erased.is_blank = True
            yield erased
            x += count
            continue
        is_wide = x + 1 < width and not wanted[x + 1][0]
        # What a terminal makes of a character with marks is not the same everywhere.
        end = None if len(text) > 1 else x + 1 + is_wide
        if run is None or not _goes_on(run, wanted, x):
            if run is not None:
                yield run
            run = CellRun(y, x, "", cell[1], x)
            run.is_blank = is_plain_blank(cell)
        run.text += text
        run.end = end
        x += 1
    if run is not None:
        yield run


def written(runs: Sequence[CellRun], pens: Pens) -> str:
    """Give the shortest text that writes all of them."""
    if not runs:
        return ""
    return min(_in_turn(runs, pens), _in_turn(_by_look(runs, pens), pens), key=len)


def _by_look(runs: Sequence[CellRun], pens: Pens) -> Sequence[CellRun]:
    """Give what looks alike together, and next what looks most like it."""
    looks: dict[tuple[Pen, bool], list[CellRun]] = {}
    for run in runs:
        looks.setdefault((run.pen, run.is_blank), []).append(run)
    if len(looks) > LOOKS_MAX:
        return runs
    found: list[CellRun] = []
    pen: Pen | None = None
    while looks:
        ways = {look: pens.way(pen, _written_with(*look, pen)) for look in looks}
        nearest = min(ways, key=lambda look: len(ways[look]))
        pen = _written_with(*nearest, pen)
        found += looks.pop(nearest)
    return found


def _in_turn(runs: Iterable[CellRun], pens: Pens) -> str:
    parts: list[str] = []
    pen: Pen | None = None
    line: int | None = None
    end: int | None = None
    for run in runs:
        if run.y != line:
            parts.append(f"\x1b[{run.y + 1};{run.x + 1}H")
        elif run.x != end:
            parts.append(f"\x1b[{run.x + 1}G")
        own = _written_with(run.pen, run.is_blank, pen)
        parts += (pens.way(pen, own), run.text)
        pen, line, end = own, run.y, run.end
    if pen != PLAIN:
        parts.append(pens.way(None, PLAIN))
    return "".join(parts)


def _goes_on(run: CellRun, wanted: Sequence[Cell], x: int) -> bool:
    """Have a run end before this cell, if it may, which then looks like what is in it."""
    if run.end is None or x - run.end > GAP_MAX:
        return False
    between, cell = wanted[run.end : x], wanted[x]
    if run.is_blank and not is_plain_blank(cell):
        pen = cell[1]
        is_alike = pen.background == run.pen.background and not pen.attributes & SEEN_ON_BLANKS
    else:
        pen = run.pen
        is_alike = _is_written_with(pen, cell)
    if not is_alike or not all(len(c[0]) == 1 and _is_written_with(pen, c) for c in between):
        return False
    run.text += "".join(text for text, _ in between)
    run.is_blank = run.is_blank and is_plain_blank(cell) and all(map(is_plain_blank, between))
    run.pen = pen
    return True


def _erased(wanted: Sequence[Cell], sent: Sequence[Cell], x: int) -> int:
    """How many blanks from here on are erased together; 0: they are written."""
    if not is_plain_blank(cell := wanted[x]):
        return 0
    count, width = 0, len(wanted)
    for end in range(x, width):
        if wanted[end] != cell:
            break
        if sent[end] != cell:
            count = end + 1 - x
    else:
        return width - x if count >= REST_MIN else 0
    return count if count >= ERASED_MIN else 0


def is_plain_blank(cell: Cell) -> bool:
    """Whether nothing but the colour behind a cell is to be seen."""
    return cell[0] == " " and not cell[1].attributes


def _is_written_with(pen: Pen, cell: Cell) -> bool:
    own = cell[1]
    if own is pen or own == pen:
        return True
    is_seen = pen.attributes & SEEN_ON_BLANKS
    return is_plain_blank(cell) and not is_seen and pen.background == own.background


def _written_with(own: Pen, is_blank: bool, pen: Pen | None) -> Pen:
    """With which pen to write after another one: of blanks only the background counts."""
    if not is_blank or pen is None or pen.attributes & SEEN_ON_BLANKS:
        return own
    if not pen.attributes and is_background(pen.foreground, own.background):
        # The block of a cursor behind what was typed: 4 bytes for what takes 20.
        return pen._replace(attributes=REVERSE)
    return pen if pen.background == own.background else pen._replace(background=own.background)
