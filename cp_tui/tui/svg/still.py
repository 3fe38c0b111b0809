"""A picture of what a terminal shows, in a window with a title."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from rich.segment import Segment
from rich.terminal_theme import TerminalTheme
from textual.strip import Strip

from cp_tui.tui.svg.drawing import CELL_WIDTH, LINE_HEIGHT, Drawing

MARGIN, BAR, ROUND = 12.0, 40.0, 9
"""Around the lines, above them, and of the corners of the window."""
LIGHTS = (("#ff5f57", 0), ("#febc2e", 22), ("#28c840", 44))


def svg_picture(
    lines: Sequence[Sequence[Segment] | Strip], columns: int, title: str, theme: TerminalTheme
) -> str:
    """Draw lines of a terminal as SVG."""
    drawing = Drawing(theme, lines)
    drawn = "".join(
        f'<g transform="translate(0,{number * LINE_HEIGHT:.1f})">{drawing.line(line)}</g>'
        for number, line in enumerate(lines)
    )
    return framed(drawing, drawn, columns, len(lines), title)


def framed(
    drawing: Drawing, drawn: str, columns: int, lines: int, title: str, css: str = ""
) -> str:
    """Put what was drawn into a window of a terminal of this size."""
    width = columns * CELL_WIDTH + 2 * MARGIN
    height = lines * LINE_HEIGHT + BAR + MARGIN
    lights = "".join(
        f'<circle cx="{24 + x}" cy="20" r="7" fill="{colour}"/>' for colour, x in LIGHTS
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1f} {height:.1f}">\n'
        f"<title>{escape(title)}</title>\n"
        f"<style>{drawing.css}"
        f"rect{{shape-rendering:crispEdges}}.title{{font-weight:bold;font-size:18px}}{css}</style>\n"
        f'<rect width="{width:.1f}" height="{height:.1f}" rx="{ROUND}" '
        f'style="shape-rendering:auto" fill="{drawing.background}" stroke="#8888" />\n'
        f"{lights}"
        f'<text class="title" x="{width / 2:.1f}" y="26" text-anchor="middle" '
        f'fill="#888">{escape(title)}</text>\n'
        f'<g transform="translate({MARGIN},{BAR})">\n{drawn}\n</g>\n</svg>\n'
    )
