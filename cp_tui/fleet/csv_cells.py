"""Cells of a CSV that programs for tables open: text stays text, and is no formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from cp_tui.ocpp.printable import clean

_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?", re.ASCII)
FORMULA = ("=", "+", "-", "@")
"""What a cell of a formula begins with; an apostrophe before it makes it text."""


def csv_line(cells: Iterable[object]) -> str:
    """Write one line, its end included; what is None is empty."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([_cell(each) for each in cells])
    return line.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    text = clean(f"{value}")
    return f"'{text}" if text.startswith(FORMULA) and not _NUMBER.fullmatch(text) else text
