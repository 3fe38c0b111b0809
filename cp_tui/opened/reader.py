"""The process that reads a log and judges it: `python -m cp_tui.opened.reader DESCRIPTOR`.

It is told what to do by a pipe, and ends when that closes: however the process that shows ends,
nothing of this one stays. What it finds goes to standard output, a line each.
"""

from __future__ import annotations

import errno
import gc
import os
import select
import sys
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Thread
from time import monotonic

from cp_tui.ocpp.printable import clean
from cp_tui.opened.columns import write
from cp_tui.opened.indexing import IndexedEntries, indexed
from cp_tui.opened.judge import Judge
from cp_tui.opened.needs import Needs
from cp_tui.opened.words import (
    TELL_EVERY_S,
    ClockWords,
    Opened,
    ReadingProgress,
    ReadingTask,
    Said,
    Stumbled,
    Wish,
    line,
    task_in,
    wish_in,
)
from cp_tui.traces.opening import Spool, TraceText, UnreadableTrace, faults_told
from cp_tui.traces.reading import Records, open_traces
from cp_tui.traces.times import zone_of
from cp_tui.traces.trace import Trace

NICE = 10
"""Of judging: the keys of whoever looks come first."""
COLLECT_AT = 50_000
"""New objects after which they are looked through for circles: records have none."""
PARENT_CHECKED_S = 1.0
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Reader:
    """One log, from its file to the last finding."""

    def __init__(
        self, task: ReadingTask, wishes: SimpleQueue[Wish], tell: Callable[[Said], None]
    ) -> None:
        self.file, self.is_behind = task.file, task.is_behind
        self._task, self._wishes, self._tell = task, wishes, tell
        self._entries: dict[str, IndexedEntries] = {}
        self._who: Sequence[int] = ()
        """Of each row its charge point."""
        self._told_at = 0.0
        self._size = 1

    def read(self) -> Trace:
        """Read the log, and tell of it.

        Raises:
            UnreadableTrace: it holds no frame that can be read, and why.
        """
        with faults_told(self._task.file):
            try:
                trace, others = self._read()
                self._index(trace, others)
            except OSError as error:
                if error.errno not in NO_ROOM:
                    raise
                words = f"{self._task.folder} has no room to keep it in while it is looked at"
                raise UnreadableTrace(f"{self._task.file}: {words}: {error.strerror}") from None
        return trace

    def look_through(self, trace: Trace) -> tuple[Judge, Needs]:
        """Note what it is that each row needs, and give who judges it.

        Raises:
            UnreadableTrace: we stumbled over it.
        """
        with faults_told(self._task.file):
            needs = Needs(self._who, self._wishes, self._tell)
            return Judge(trace, needs, self._tell), needs

    def _read(self) -> tuple[Trace, list[str]]:
        """Give the log, of several the one with the most frames, and the names of the others."""
        task = self._task
        with os.fdopen(task.spool, "w+b") as spool:

            def keep(text: TraceText) -> IndexedEntries:
                with text.open() as stream:
                    self._size = max(stream.seek(0, os.SEEK_END), 1)
                self._entries[text.name] = IndexedEntries(spool, self._progress)
                return self._entries[text.name]

            traces = open_traces(
                task.file if task.source is None else _part(task, task.source),
                format=task.format,
                charger=task.charger,
                zone=zone_of(task.zone) if task.zone else None,
                keep=keep,
            )
        best = max(traces, key=lambda each: each.counts.frames)
        return best, [each.file for each in traces if each is not best]

    def _progress(self, offset: int) -> None:
        if monotonic() - self._told_at > TELL_EVERY_S:
            self._told_at = monotonic()
            self._tell(ReadingProgress(min(offset / self._size, 1.0)))

    def _index(self, trace: Trace, others: list[str]) -> None:
        records, entries = trace.records, self._entries[trace.file]
        assert isinstance(records, Records)
        columns, chargers = indexed(records, entries)
        self._who = columns.who
        records.survey.forget_while_told()
        with os.fdopen(self._task.index, "w+b") as file:
            places = write(columns, file)
        maker = records.maker
        clock = maker.clock
        self._tell(
            Opened(
                trace.file,
                trace.format,
                places,
                [*maker.action_names],
                [*entries.result_numbers],
                chargers,
                ClockWords(clock.source, [*clock.offsets.items()], clock.year),
                maker.who,
                trace.notes,
                trace.counts,
                trace.first,
                trace.last,
                trace.zone,
                is_reordered=records.is_reordered,
                others=tuple(others),
            )
        )


def _part(task: ReadingTask, source: int) -> TraceText:
    with os.fdopen(source, "rb") as file:
        return TraceText(clean(task.file), Spool(file, task.size).open)


def say(said: Said) -> None:
    """Tell the process that shows."""
    sys.stdout.buffer.write(line(said))
    sys.stdout.buffer.flush()


def listen(descriptor: int, begin: bytes, wishes: SimpleQueue[Wish], parent: int) -> None:
    """Take wishes until the pipe closes or the process that made us is gone; then end at once."""
    text = begin
    while True:
        while b"\n" in text:
            wish, _, text = text.partition(b"\n")
            wishes.put(wish_in(wish))
        ready, _, _ = select.select([descriptor], [], [], PARENT_CHECKED_S)
        more = os.read(descriptor, 1 << 16) if ready else b""
        if (ready and not more) or os.getppid() != parent:
            # The other thread may wait for a pipe that nobody writes to; nothing is worth saving.
            os._exit(0)
        text += more


def compare(trace: Trace, needs: Needs, tell: Callable[[Said], None]) -> None:
    """Have ours live through a log that was judged."""
    # Imported late: it takes the whole charge point, and nobody waits for it.
    from cp_tui.opened.comparing import Comparing

    Comparing(trace, needs, tell).run()


def main() -> None:
    """Read and judge what the first line of the pipe says."""
    descriptor, parent = int(sys.argv[1]), os.getppid()
    text = b""
    while b"\n" not in text:
        more = os.read(descriptor, 1 << 16)
        if not more:
            return
        text += more
    task, _, rest = text.partition(b"\n")
    wishes: SimpleQueue[Wish] = SimpleQueue()
    Thread(target=listen, args=(descriptor, rest, wishes, parent), daemon=True).start()
    gc.freeze()
    gc.set_threshold(COLLECT_AT, *gc.get_threshold()[1:])
    try:
        reader = Reader(task_in(task), wishes, say)
        if reader.is_behind:
            os.nice(NICE)
        trace = reader.read()
        judge, needs = reader.look_through(trace)
        if not reader.is_behind:
            os.nice(NICE)
        with faults_told(reader.file):
            judge.run()
            del judge
            compare(trace, needs, say)
        needs.answer_always()
    except UnreadableTrace as refusal:
        say(Stumbled(str(refusal)))


if __name__ == "__main__":
    main()
