"""Plots over time and of spreads, as SVG that stands within a page: no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import floor, log10

from msgspec import Struct

from cp_tui.fleet.quantities import duration
from cp_tui.fleet.report.fleet_report import Times
from cp_tui.fleet.report.words import brief
from cp_tui.ocpp.units import number

WIDTH, HEIGHT = 720, 200
LEFT, RIGHT, TOP, BOTTOM = 60, 12, 24, 24
ROW_HEIGHT = 22
POINTS_MAX = 600
"""More than there are pixels say nothing more; the highest of those that fall together is kept."""
TICKS = 4
STEPS = (1, 2, 2.5, 5, 10)
LABEL_WIDTH = 190


class Series(Struct, frozen=True):
    """Points of one line: seconds since the run began, and a value."""

    label: str
    points: Sequence[tuple[float, float]]


def plot(title: str, lines: Sequence[Series]) -> str:
    """Draw lines over time, on one scale."""
    lines = [Series(each.label, _thinned(each.points)) for each in lines]
    end_s = max((at for each in lines for at, _ in each.points), default=0.0) or 1.0
    top = _round_up(max((value for each in lines for _, value in each.points), default=0.0))
    across, up = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    parts = []
    for place in range(TICKS + 1):
        y = HEIGHT - BOTTOM - up * place / TICKS
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(_text(LEFT - 6, y + 4, number(top * place / TICKS), "end"))
        x, at = LEFT + across * place / TICKS, duration(round(end_s * place / TICKS))
        parts.append(_text(x, HEIGHT - 6, at, "end" if place == TICKS else "middle"))
    label_x = float(LEFT)
    for place, each in enumerate(lines):
        path = " ".join(
            f"{LEFT + across * at / end_s:.1f},{HEIGHT - BOTTOM - up * value / top:.1f}"
            for at, value in each.points
        )
        parts.append(f'<polyline class="line c{place}" points="{path}"/>')
        parts.append(f'<path class="line c{place}" d="M{label_x:.0f} 10h18"/>')
        parts.append(_text(label_x + 24, 14, each.label, "start"))
        label_x += 40 + 7 * len(each.label)
    return _svg(title, HEIGHT, parts)


def spreads(title: str, rows: Sequence[tuple[str, Times]]) -> str:
    """Draw each spread as a bar from the median to the p99 and a line to the longest, on a scale
    whose marks are ten times as long each."""
    least = min((max(each.p50_s, 1e-4) for _, each in rows), default=1e-3)
    first = floor(log10(least))
    most = max((each.max_s for _, each in rows), default=1.0)
    last = max(first + 1, floor(log10(max(most, 1e-4))) + 1)
    across, height = WIDTH - LABEL_WIDTH - RIGHT, TOP + ROW_HEIGHT * len(rows) + BOTTOM

    def x(seconds: float) -> float:
        place = (log10(max(seconds, 10.0**first)) - first) / (last - first)
        return LABEL_WIDTH + across * place

    parts = []
    for power in range(first, last + 1):
        at = x(10.0**power)
        parts.append(f'<path class="grid" d="M{at:.1f} {TOP}V{height - BOTTOM}"/>')
        anchor = "end" if power == last else "middle"
        parts.append(_text(at, height - 6, brief(10.0**power), anchor))
    for place, (label, times) in enumerate(rows):
        y = TOP + ROW_HEIGHT * place + ROW_HEIGHT / 2
        told = f"p50 {brief(times.p50_s)}, p95 {brief(times.p95_s)}, p99 {brief(times.p99_s)}"
        bar = f"M{x(times.p50_s):.1f} {y:.1f}H{max(x(times.p99_s), x(times.p50_s) + 2):.1f}"
        parts.append(_text(LABEL_WIDTH - 8, y + 4, label, "end"))
        parts.append(
            f"<g><title>{escape(f'{label}: {told}, max {brief(times.max_s)}')}</title>"
            f'<path class="line c0" d="M{x(times.p50_s):.1f} {y:.1f}H{x(times.max_s):.1f}"/>'
            f'<path class="bar c0" d="{bar}"/></g>'
        )
    return _svg(title, height, parts)


def _svg(title: str, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}">'
        f"{''.join(parts)}</svg>"
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _round_up(value: float) -> float:
    """Give the top of a scale whose ticks are round numbers."""
    if value <= 0:
        return float(TICKS)
    size = 10.0 ** floor(log10(value / TICKS))
    return TICKS * next(step * size for step in STEPS if step * size * TICKS >= value * 0.9999)


def _thinned(points: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    if len(points) <= POINTS_MAX:
        return points
    return list(_highest(points))


def _highest(points: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    for place in range(POINTS_MAX):
        begin = place * len(points) // POINTS_MAX
        yield max(points[begin : (place + 1) * len(points) // POINTS_MAX], key=lambda each: each[1])
