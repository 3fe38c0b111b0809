"""A recording as a moving picture: an SVG whose lines come and go as they did on the screen.

Nothing runs in it: each line that was ever shown is drawn once, and the style sheet says when it is
seen. Who wants no motion, or has a viewer that moves nothing, sees one picture of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from msgspec import Struct
from pyte import Screen, Stream
from pyte.screens import Char
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import TerminalTheme

from cp_tui.tui.svg.drawing import LINE_HEIGHT, Drawing
from cp_tui.tui.svg.still import framed

LAST_S = 3.0
"""How long the last frame stays before it begins again."""
NAMES = {"brown": "yellow", "brightbrown": "bright_yellow"}
"""What the emulator calls otherwise."""

Line = tuple[tuple[str, Style], ...]
"""What stands in a line: texts, each with its style."""


class Frame(Struct, frozen=True):
    """What was shown from a time on, in seconds."""

    at_s: float
    lines: tuple[Line, ...]


class Seen(Struct):
    """A line, where it stands, and from when until when it is seen."""

    y: int
    line: Line
    spans: list[tuple[float, float]]


def frames_of(cast: str, every_s: float) -> list[Frame]:
    """Give what an asciicast shows: at most a frame in `every_s`, from the first that shows any."""
    header, *events = (json.loads(each) for each in cast.splitlines())
    screen = Screen(header["width"], header["height"])
    stream = Stream(screen)
    frames: list[Frame] = []
    # The last event clears what it was all about.
    for at_s, group in groupby(events[:-1], lambda event: event[0] // every_s * every_s):
        for _at_s, _kind, text in group:
            stream.feed(text)
        lines = tuple(_line(screen, y) for y in range(screen.lines))
        before = frames[-1].lines if frames else ()
        if lines != before and (frames or not _is_blank(lines)):
            frames.append(Frame(at_s, lines))
    return frames


def _is_blank(lines: Sequence[Line]) -> bool:
    return not any(text.strip() for line in lines for text, _style in line)


def _line(screen: Screen, y: int) -> Line:
    row = screen.buffer[y]
    cells = [row[x] for x in range(screen.columns)]
    return tuple(
        ("".join(cell.data for cell in group), style) for style, group in groupby(cells, _style)
    )


def _style(cell: Char) -> Style:
    return Style(
        color=_colour(cell.fg),
        bgcolor=_colour(cell.bg),
        bold=cell.bold,
        italic=cell.italics,
        underline=cell.underscore,
        strike=cell.strikethrough,
        reverse=cell.reverse,
    )


def _colour(name: str) -> str | None:
    if name == "default":
        return None
    is_hex = len(name) == 6 and all(sign in "0123456789abcdef" for sign in name)
    return f"#{name}" if is_hex else NAMES.get(name, name.replace("bright", "bright_"))


def moving_svg(
    frames: Sequence[Frame], columns: int, title: str, theme: TerminalTheme, *, speed: float
) -> str:
    """Draw the frames, `speed` times as fast as they were; still, it is the middle of them."""
    began_s = frames[0].at_s
    starts = [(frame.at_s - began_s) / speed for frame in frames]
    lasts_s = starts[-1] + LAST_S
    seen = _seen(frames, [*starts, lasts_s])
    drawing = Drawing(theme, [[Segment(*part) for part in line] for line in frames[0].lines])
    poster_s = lasts_s / 2
    drawn, rules = [], [f".f{{animation:{lasts_s:.1f}s step-end infinite;visibility:hidden}}"]
    for number, each in enumerate(seen):
        elements = drawing.line(Segment(*part) for part in each.line)
        if not elements:
            continue
        place = f'transform="translate(0,{each.y * LINE_HEIGHT:.1f})"'
        if each.spans == [(0.0, lasts_s)]:
            drawn.append(f"<g {place}>{elements}</g>")
            continue
        is_poster = any(start <= poster_s < end for start, end in each.spans)
        still = ' style="visibility:visible"' if is_poster else ""
        drawn.append(f'<g class="f" {place} id="l{number}"{still}>{elements}</g>')
        rules += [
            f"#l{number}{{animation-name:k{number}}}",
            f"@keyframes k{number}{{{''.join(_steps(each.spans, lasts_s))}}}",
        ]
    rules.append("@media(prefers-reduced-motion:reduce){.f{animation:none}}")
    lines = len(frames[0].lines)
    return framed(drawing, "\n".join(drawn), columns, lines, title, "".join(rules))


def _seen(frames: Sequence[Frame], times: Sequence[float]) -> list[Seen]:
    """Give each line once, however often it comes back to its place."""
    found: dict[tuple[int, Line], Seen] = {}
    for frame, start, end in zip(frames, times, times[1:], strict=False):
        for y, line in enumerate(frame.lines):
            seen = found.setdefault((y, line), Seen(y, line, []))
            if seen.spans and seen.spans[-1][1] == start:
                seen.spans[-1] = (seen.spans[-1][0], end)
            else:
                seen.spans.append((start, end))
    return list(found.values())


def _steps(spans: Sequence[tuple[float, float]], lasts_s: float) -> Iterator[str]:
    if spans[0][0] > 0:
        yield "0%{visibility:hidden}"
    for start, end in spans:
        yield f"{_percent(start, lasts_s)}{{visibility:visible}}"
        if end < lasts_s:
            yield f"{_percent(end, lasts_s)}{{visibility:hidden}}"


def _percent(at_s: float, lasts_s: float) -> str:
    return f"{100 * at_s / lasts_s:.2f}%"
