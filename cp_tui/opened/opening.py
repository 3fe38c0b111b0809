"""Opens a log: starts the process that reads it, and follows what that says."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from cp_tui.follow.follower import Follower
from cp_tui.follow.noted import NOTHING_NOTED, NotedEvents
from cp_tui.opened.log import ChargerOfLog, LogIndex
from cp_tui.opened.moment import Moments
from cp_tui.opened.words import (
    Compared,
    FindingsTold,
    Judged,
    NeededRows,
    Opened,
    OursTold,
    ReadingProgress,
    ReadingTask,
    Said,
    Stumbled,
    Wish,
    line,
    said_in,
)
from cp_tui.traces.opening import UnreadableTrace
from cp_tui.traces.times import zone_of

LINE_MAX = 1 << 24
"""Bytes of a line from the process that reads: some hundred findings, or thousands of marks."""
END_TIMEOUT_S = 5.0


class OpenedLog:
    """A log, from the moment on at which it was asked for."""

    def __init__(
        self, task: ReadingTask, spool: IO[bytes], index: IO[bytes], noted: NotedEvents
    ) -> None:
        self.file = task.file
        self.name = Path(task.file).name
        """As it is called on the screen; of a folder or a bundle whoever opens it says it."""
        self.index: LogIndex | None = None
        """Its frames; None while it is read."""
        self.progress = 0.0
        """Of the reading, and then of the judging; from 0 to 1."""
        self.is_judged = False
        self.is_compared = False
        """Whether all requests were asked of ours."""
        self.problem = ""
        """Why it cannot be read, or why no more is found in it."""
        self.on_change: Callable[[], object] = lambda: None
        """Called when something of this has become different; often while it is judged."""
        self._zone = zone_of(task.zone) if task.zone else None
        self._spool, self._index = spool, index
        self._noted = noted
        self._process: Process | None = None
        self._lifeline = -1
        self._following: asyncio.Task[None] | None = None
        self._is_read = asyncio.Event()
        self._moments: Moments | None = None
        self._asked: tuple[int, asyncio.Future[Sequence[int] | None]] | None = None

    @property
    def is_reading(self) -> bool:
        return self.index is None and not self.problem

    @property
    def is_judging(self) -> bool:
        return self.index is not None and not self.is_judged and not self.problem

    @property
    def is_comparing(self) -> bool:
        return self.is_judged and not self.is_compared and not self.problem

    @property
    def process_id(self) -> int | None:
        """Of the process that reads; None: it was not started."""
        return None if self._process is None else self._process.pid

    async def read(self) -> LogIndex:
        """Wait until its frames are at hand.

        Raises:
            UnreadableTrace: it holds no frame that can be read, and why.
        """
        await self._is_read.wait()
        if self.index is None:
            raise UnreadableTrace(self.problem)
        return self.index

    async def follower_at(self, place: int, charger: ChargerOfLog | None = None) -> Follower | None:
        """Give what was known of a charge point, or of that of the frame, once a frame has passed.

        None: a newer wish has come, or it is closed. What comes back is the same follower as
        before where that only had to learn a little more.

        Raises:
            UnreadableTrace: the log cannot be read, and why.
        """
        index = await self.read()
        if self._moments is None:
            self._moments = Moments(index, f"log {self.name}", self._needed)
        return await self._moments.follower_at(place, charger or index.charger_at(place))

    async def _needed(self, wish: Wish) -> Sequence[int] | None:
        """Ask the process that reads for the rows that say what was known; None: it has ended."""
        self._answer(None, [])
        if self._following is None or self._following.done():
            return None
        answer: asyncio.Future[Sequence[int] | None] = asyncio.get_running_loop().create_future()
        self._asked = wish.wish, answer
        try:
            os.write(self._lifeline, line(wish))
        except OSError:
            self._answer(wish.wish, None)
        return await answer

    def _answer(self, wish: int | None, rows: Sequence[int] | None) -> None:
        """Answer the wish that waits, if it is that one, or whichever it is."""
        if self._asked is not None and wish in (None, self._asked[0]):
            _, answer = self._asked
            self._asked = None
            # Whoever asked may have gone on meanwhile.
            if not answer.done():
                answer.set_result(rows)

    async def begin(self, task: ReadingTask) -> None:
        """Start the process that reads."""
        reading, self._lifeline = os.pipe()
        sources = () if task.source is None else (task.source,)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "cp_tui.opened.reader", str(reading)),
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=DEVNULL,
                limit=LINE_MAX,
                pass_fds=(reading, task.spool, task.index, *sources),
                # What the terminal does to its foreground must not reach it.
                start_new_session=True,
            )
        finally:
            os.close(reading)
        os.write(self._lifeline, line(task))
        self._following = asyncio.create_task(self._follow(self._process))

    def kill(self) -> None:
        """End the process; what was read stays at hand."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def close(self) -> None:
        """End the process, and let the files go."""
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1
        self.kill()
        if self._process is not None:
            await self._process.wait()
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following
        self._spool.close()
        self._index.close()

    async def _follow(self, process: Process) -> None:
        assert process.stdout is not None
        try:
            async for text in process.stdout:
                self._take(said_in(text))
                self.on_change()
                # One line at a time: a key that was pressed meanwhile comes first.
                await asyncio.sleep(0)
            status = await process.wait()
            if not self.is_compared and not self.problem:
                self.problem = f"{self.file}: what reads it has ended: {_end_in_words(status)}"
        finally:
            self._answer(None, None)
            self._is_read.set()
            self.on_change()

    def _take(self, said: Said) -> None:
        match said:
            case ReadingProgress():
                self.progress = said.share
            case Opened():
                descriptors = self._spool.fileno(), self._index.fileno()
                self.index = LogIndex(said, *descriptors, self._zone, self._noted)
                self.progress = 0.0
                self._is_read.set()
            case FindingsTold() if self.index is not None:
                self.index.found.take(said.findings, said.marks)
            case Judged() if self.index is not None:
                self.index.found.end(said.order, said.causes, said.omitted)
                self.progress, self.is_judged = 0.0, True
            case OursTold() if self.index is not None:
                self.index.others.take(said.answers)
            case Compared():
                self.progress, self.is_compared = 1.0, True
            case NeededRows():
                self._answer(said.wish, said.rows)
            case Stumbled():
                self.problem = said.words


def _end_in_words(status: int) -> str:
    if status >= 0:
        return f"status {status}"
    try:
        return f"signal {signal.Signals(-status).name}"
    except ValueError:
        return f"signal {-status}"


async def open_log(
    file: str | Path,
    *,
    format: str | None = None,
    charger: str | None = None,
    zone: str | None = None,
    noted: NotedEvents = NOTHING_NOTED,
    source: int | None = None,
    size: int = 0,
    is_behind: bool = False,
) -> OpenedLog:
    """Open a log. It is read from here on, and judged after that.

    Where it grows, so many bytes of the descriptor `source` are read; `is_behind` says that an
    older reading is looked at meanwhile.

    `noted` is what a charge point of ours has written down beside its frames.

    Raises:
        ValueError: the zone is none.
        UnreadableTrace: there is no room for temporary files.
    """
    if zone:
        zone_of(zone)
    try:
        spool, index = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115
    except OSError as error:
        folder = tempfile.gettempdir()
        raise UnreadableTrace(f"{folder}: {error.strerror}") from None
    files = spool.fileno(), index.fileno(), tempfile.gettempdir()
    task = ReadingTask(str(file), format, charger, zone, *files, source, size, is_behind)
    log = OpenedLog(task, spool, index, noted)
    await log.begin(task)
    return log
