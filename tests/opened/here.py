"""A log opened without a process of its own: what the reader says is taken in at once."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from cp_tui.opened.log import LogIndex
from cp_tui.opened.reader import Reader, compare
from cp_tui.opened.words import (
    FindingsTold,
    Judged,
    NeededRows,
    Opened,
    OursTold,
    ReadingTask,
    Said,
    Wish,
    line,
    said_in,
)
from cp_tui.traces.times import zone_of


class Here:
    """A log that is open, and the reader of it in the same process."""

    index: LogIndex

    def __init__(self, file: Path, spool: int, columns: int, zone: str | None, ours: bool) -> None:
        self.wishes: SimpleQueue[Wish] = SimpleQueue()
        self.needed: list[int] = []
        self._files, self._zone = (spool, columns), zone
        task = ReadingTask(str(file), None, None, zone, os.dup(spool), os.dup(columns), "/tmp")
        reader = Reader(task, self.wishes, self._take)
        trace = reader.read()
        judge, self._needs = reader.look_through(trace)
        judge.run()
        if ours:
            compare(trace, self._needs, self._take)

    def _take(self, said: Said) -> None:
        # By way of the line, so that it is what another process would have understood.
        match said_in(line(said)):
            case Opened() as told:
                zone = zone_of(self._zone) if self._zone else None
                self.index = LogIndex(told, *self._files, zone)
            case FindingsTold(findings, marks):
                self.index.found.take(findings, marks)
            case Judged(order, causes, omitted):
                self.index.found.end(order, causes, omitted)
            case OursTold(answers):
                self.index.others.take(answers)
            case NeededRows(_, rows):
                self.needed = rows

    async def ask(self, wish: Wish) -> Sequence[int]:
        """Answer as the process that reads does."""
        self.wishes.put(wish)
        self._needs.answer()
        return self.needed


@contextmanager
def opened_here(file: Path, zone: str | None = None, *, ours: bool = True) -> Iterator[Here]:
    """Open a log, and have it read and judged; `ours`: and lived through by one of ours."""
    with tempfile.TemporaryFile() as spool, tempfile.TemporaryFile() as columns:
        yield Here(file, spool.fileno(), columns.fileno(), zone, ours)
