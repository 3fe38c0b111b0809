"""Tables as text: rows of cells, the names of the columns in the first."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from msgspec import Struct

from cp_tui.traces.formats.trace_format import LogSource

CELL_MAX = 1 << 20
"""Characters; a quotation mark that is never closed would take in all that follows."""
COLUMNS_MAX = 200
_DELIMITERS = ",;\t|"


class TableRow(Struct):
    """One row, with the line on which it begins."""

    names: list[str]
    cells: list[str]
    line: int
    last_line: int
    offset: int

    def named(self) -> dict[str, str]:
        """Give the cells by the names of their columns."""
        return dict(zip(self.names, self.cells, strict=False))


def delimiter_of(header: str) -> str:
    """Tell what parts the names of the columns."""
    return max(_DELIMITERS, key=header.count)


def rows_of(source: LogSource) -> Iterator[TableRow]:
    """Give the rows below the names; cells may hold line breaks."""
    csv.field_size_limit(CELL_MAX)
    places: list[tuple[int, int]] = []
    lines = source.lines()
    header = next((line for line in lines if line.text.strip()), None)
    if header is None:
        return

    def texts() -> Iterator[str]:
        for line in lines:
            places.append((line.number, line.offset))
            yield f"{line.text}\n"

    delimiter = delimiter_of(header.text)
    if header.text.count(delimiter) >= COLUMNS_MAX:
        return
    try:
        names = next(csv.reader([header.text], delimiter=delimiter))
    except csv.Error:
        return
    names = [name.strip()[:100] for name in names]
    reader = csv.reader(texts(), delimiter=delimiter)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            return
        if cells is None:
            return
        if cells:
            first, last = places[0], places[-1]
            yield TableRow(names, cells, first[0], last[0], first[1])
        places.clear()
