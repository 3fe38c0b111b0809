"""Lines of a terminal as elements of SVG: backgrounds, block signs as rectangles, text as text.

One writer for all pictures. No font is fetched and nothing is run: any browser shows the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from xml.sax.saxutils import escape

from msgspec import Struct
from rich.cells import cell_len
from rich.color import Color, blend_rgb
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import TerminalTheme

from cp_tui.tui.svg.blocks import SHAPES, Shape

CELL_WIDTH, LINE_HEIGHT, FONT_SIZE, BASELINE = 12.2, 24.4, 20, 18.6
"""In the units of the picture; a monospaced letter is 0.61 of its size wide."""
DIM = 0.4
"""How far a dim colour goes over to its background."""
FONT = "'Fira Code','Cascadia Code',Menlo,Consolas,'DejaVu Sans Mono',monospace"


class Run(Struct, frozen=True):
    """Text of one style in a line, and where it begins."""

    column: int
    text: str
    style: Style

    @property
    def cells(self) -> int:
        """How many cells it takes."""
        return cell_len(self.text)


class Drawing:
    """Draws lines, and gathers the styles that their elements name."""

    def __init__(self, theme: TerminalTheme, lines: Iterable[Iterable[Segment]] = ()) -> None:
        """`theme` has the colours that a terminal has a number or no name for.

        What most of these `lines` have behind them is the background of the picture.
        """
        self._theme = theme
        self._classes: dict[str, str] = {}
        cells = Counter[str]()
        for line in lines:
            for run in _runs(line):
                cells[self._colours(run.style)[1]] += run.cells
        self.background = next(iter(cells.most_common(1)), (theme.background_color.hex, 0))[0]

    @property
    def css(self) -> str:
        """The styles of all that was drawn."""
        rules = [f"text{{font-family:{FONT};font-size:{FONT_SIZE}px;white-space:pre}}"]
        rules += [f".{name}{{{rule}}}" for rule, name in self._classes.items()]
        return "".join(rules)

    def line(self, segments: Iterable[Segment]) -> str:
        """Draw a line whose upper left corner is at the origin."""
        runs = list(_runs(segments))
        return "".join((*self._backgrounds(runs), *self._signs(runs)))

    def _backgrounds(self, runs: list[Run]) -> Iterator[str]:
        for colour, group in groupby(runs, lambda run: self._colours(run.style)[1]):
            same = list(group)
            if colour != self.background:
                cells = sum(run.cells for run in same)
                shape = Shape(0.0, 0.0, float(cells), 1.0)
                yield _rectangle(same[0].column, shape, self._class(f"fill:{colour}"))

    def _signs(self, runs: list[Run]) -> Iterator[str]:
        for run in runs:
            name = self._class(self._rule(run.style))
            fill = self._class(f"fill:{self._colours(run.style)[0]}")
            column = run.column
            for sign, group in groupby(run.text, lambda each: each if each in SHAPES else ""):
                text = "".join(group)
                if sign:
                    yield from (
                        _rectangle(column + place, shape, fill)
                        for place, shape in _stretched(SHAPES[sign], len(text))
                    )
                elif _is_seen(text, run.style):
                    yield _text(column, text, name)
                column += cell_len(text)

    def _class(self, rule: str) -> str:
        return self._classes.setdefault(rule, f"c{len(self._classes)}")

    def _colours(self, style: Style) -> tuple[str, str]:
        """What a style is drawn with and on."""
        front = self._colour(style.color, is_front=True)
        back = self._colour(style.bgcolor, is_front=False)
        if style.reverse:
            front, back = back, front
        if style.dim:
            front = blend_rgb(front, back, DIM)
        return front.hex, back.hex

    def _colour(self, colour: Color | None, *, is_front: bool) -> ColorTriplet:
        if colour is None or colour.is_default:
            return self._theme.foreground_color if is_front else self._theme.background_color
        return colour.get_truecolor(self._theme, foreground=is_front)

    def _rule(self, style: Style) -> str:
        rules = [f"fill:{self._colours(style)[0]}"]
        if style.bold:
            rules.append("font-weight:bold")
        if style.italic:
            rules.append("font-style:italic")
        lines = [name for name, is_on in _lines(style) if is_on]
        if lines:
            rules.append(f"text-decoration:{' '.join(lines)}")
        return ";".join(rules)


def _lines(style: Style) -> tuple[tuple[str, bool | None], ...]:
    return ("underline", style.underline), ("line-through", style.strike)


def _runs(segments: Iterable[Segment]) -> Iterator[Run]:
    """Join what has one style, and say where it begins."""
    column = 0
    shown = (segment for segment in segments if not segment.control)
    for style, group in groupby(shown, lambda segment: segment.style or Style.null()):
        run = Run(column, "".join(segment.text for segment in group), style)
        column += run.cells
        yield run


def _stretched(shapes: tuple[Shape, ...], count: int) -> Iterator[tuple[int, Shape]]:
    """Draw neighbours of one kind in one piece, where they touch."""
    if len(shapes) == 1 and (shapes[0].left, shapes[0].right) == (0.0, 1.0):
        shape = shapes[0]
        yield 0, Shape(0.0, shape.top, float(count), shape.bottom, shape.opacity)
        return
    for place in range(count):
        for shape in shapes:
            yield place, shape


def _is_seen(text: str, style: Style) -> bool:
    return bool(text.strip()) or bool(text and (style.underline or style.strike))


def _rectangle(column: int, shape: Shape, name: str) -> str:
    x, y = (column + shape.left) * CELL_WIDTH, shape.top * LINE_HEIGHT
    width = (shape.right - shape.left) * CELL_WIDTH
    height = (shape.bottom - shape.top) * LINE_HEIGHT
    faint = f' opacity="{shape.opacity}"' if shape.opacity < 1 else ""
    place = f'x="{_short(x)}" y="{_short(y)}" width="{_short(width)}" height="{_short(height)}"'
    return f'<rect class="{name}" {place}{faint}/>'


def _text(column: int, text: str, name: str) -> str:
    """Text in its cells, whatever the font is; blanks at its ends are left out."""
    kept = text.strip() or text
    column += cell_len(text.partition(kept)[0])
    length = _short(cell_len(kept) * CELL_WIDTH)
    x = _short(column * CELL_WIDTH)
    shown = escape(kept).replace(" ", "\N{NO-BREAK SPACE}")
    return f'<text class="{name}" x="{x}" y="{BASELINE}" textLength="{length}">{shown}</text>'


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
