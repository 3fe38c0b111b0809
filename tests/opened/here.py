"""A log opened without a process of its own: what the reader says is taken in at once."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from cp_tui.opened.log import LogIndex
from cp_tui.opened.reader import Reader
from cp_tui.opened.words import FindingsTold, Judged, Opened, ReadingTask, Said, line, said_in
from cp_tui.traces.times import zone_of


@contextmanager
def opened_here(file: Path, zone: str | None = None) -> Iterator[LogIndex]:
    """Open a log, and have it read and judged."""
    index: LogIndex | None = None
    with tempfile.TemporaryFile() as spool, tempfile.TemporaryFile() as columns:

        def take(said: Said) -> None:
            nonlocal index
            # By way of the line, so that it is what another process would have understood.
            match said_in(line(said)):
                case Opened() as told:
                    found = zone_of(zone) if zone else None
                    index = LogIndex(told, spool.fileno(), columns.fileno(), found)
                case FindingsTold(findings, marks) if index is not None:
                    index.found.take(findings, marks)
                case Judged(order, causes, omitted) if index is not None:
                    index.found.end(order, causes, omitted)

        descriptors = os.dup(spool.fileno()), os.dup(columns.fileno())
        Reader(ReadingTask(str(file), None, None, zone, *descriptors), SimpleQueue(), take).run()
        assert index is not None
        yield index
