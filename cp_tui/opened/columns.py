"""The index of a log: a few numbers for each frame, in columns of a file that is mapped.

A frame is counted from 0 as it stands in the file; a place is counted from 0 in the order in which
the frames passed, and so is a row, which is a frame or an event of the connection. What a line of a
table shows and what a filter asks needs no payload.
"""

from __future__ import annotations

import mmap
import os
from array import array
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import IO, Any, cast

from msgspec import Struct

NO_TIME = -(1 << 63)
"""Where a log tells no time."""
NO_CONNECTOR = 0xFFFF
NO_RESULT = 0xFF
ALIGNED = 8

CODES: Mapping[str, str] = MappingProxyType(
    {
        "times": "q",
        "reached": "q",
        "begins": "Q",
        "sizes": "I",
        "frames": "i",
        "rows": "I",
        "order": "I",
        "places": "I",
        "by_who": "I",
        "rows_by_who": "I",
        "firsts_by_who": "I",
        "links_by_who": "I",
        "who": "H",
        "pairs": "I",
        "connectors": "H",
        "kinds": "B",
        "ways": "B",
        "froms": "B",
        "actions": "B",
        "results": "B",
    }
)
"""Column -> the type of its numbers, as `array` and `memoryview` have it."""


class IndexColumns(Struct, frozen=True, eq=False):
    """The columns, as numbers."""

    times: Sequence[int]
    """Of each frame, in microseconds since 1970; NO_TIME."""
    reached: Sequence[int]
    """The latest time up to each place: it never falls, whatever the clock of the log does."""
    begins: Sequence[int]
    """Of each row, where its entry begins in the spool."""
    sizes: Sequence[int]
    """Of each row, how many bytes its entry has."""
    frames: Sequence[int]
    """Of each row its frame; -1 for an event of the connection."""
    rows: Sequence[int]
    """Of each place its row."""
    order: Sequence[int]
    """Of each place its frame."""
    places: Sequence[int]
    """Of each frame its place."""
    by_who: Sequence[int]
    """The places, from 1, of the first charge point, then those of the second, and so on."""
    rows_by_who: Sequence[int]
    firsts_by_who: Sequence[int]
    """Of the places those with which an exchange begins."""
    links_by_who: Sequence[int]
    """Of the rows those that are events of the connection."""
    who: Sequence[int]
    """Of each row its charge point."""
    pairs: Sequence[int]
    """Of each frame the other one of the exchange; NONE of `traces.pairing`."""
    connectors: Sequence[int]
    """Of each frame that is a CALL the connector that it names; NO_CONNECTOR."""
    kinds: Sequence[int]
    ways: Sequence[int]
    froms: Sequence[int]
    actions: Sequence[int]
    """Of each frame that is a CALL its action; NO_ACTION of `traces.survey`."""
    results: Sequence[int]
    """Of each frame that is an answer its status or its error code; NO_RESULT."""


def write(columns: IndexColumns, file: IO[bytes]) -> dict[str, tuple[int, int]]:
    """Write the columns one after the other; give where each begins and ends."""
    places: dict[str, tuple[int, int]] = {}
    at = 0
    for name, code in CODES.items():
        found = getattr(columns, name)
        is_ready = isinstance(found, array) and found.typecode == code
        column = found if is_ready else array(code, found)
        file.write(column)
        size = len(column) * column.itemsize
        places[name] = at, at + size
        padding = -size % ALIGNED
        file.write(bytes(padding))
        at += size + padding
    file.flush()
    return places


def mapped(descriptor: int, places: Mapping[str, tuple[int, int]]) -> IndexColumns:
    """Map a file that `write` has written; nothing of it is read before it is looked at."""
    size = os.fstat(descriptor).st_size
    whole = memoryview(mmap.mmap(descriptor, size, access=mmap.ACCESS_READ))

    def column(name: str, code: str) -> Sequence[int]:
        begin, end = places[name]
        return whole[begin:end].cast(cast("Any", code))

    return IndexColumns(**{name: column(name, code) for name, code in CODES.items()})


def highest_so_far(times: Iterable[int]) -> array[int]:
    """Give the latest time up to each place."""
    found = array("q")
    latest = NO_TIME
    for time in times:
        latest = max(time, latest)
        found.append(latest)
    return found
