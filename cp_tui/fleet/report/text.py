"""The report as a table for terminals and logs of CI, within 80 columns where names allow it."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from cp_tui.fleet.report import words
from cp_tui.fleet.report.fleet_report import FleetReport
from cp_tui.fleet.report.words import Grid

COLUMNS = 80


def report_lines(report: FleetReport) -> Iterator[str]:
    """Give the lines."""
    yield words.head(report)
    yield words.accepted(report)
    yield from _grid(words.actions(report.actions))
    yield from _grid(words.spans(report))
    yield from _grid(words.commands(report))
    yield ""
    for told in (words.link, words.bill, words.misbehaving, words.itself):
        for line in told(report):
            yield from _wrapped(line, "  ")
    for text in words.hints(report):
        yield from _wrapped(f"note: {text}", "  ")
    yield ""
    for is_held, text in words.verdicts(report):
        yield from _wrapped(f"{'ok  ' if is_held else 'FAIL'} {text}", "     ")
    yield words.conclusion(report)


def _wrapped(line: str, indent: str) -> list[str]:
    return wrap(
        line,
        COLUMNS,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _grid(grid: Grid) -> Iterator[str]:
    """Align the cells; what has no row but its head is left out."""
    if len(grid) < 2:
        return
    yield ""
    widths = [max(len(row[column]) for row in grid) for column in range(len(grid[0]))]
    for row in grid:
        first, *others = zip(row, widths, strict=True)
        cells = [first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)]
        yield " ".join(cells)
