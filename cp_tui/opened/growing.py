"""A log that grows: read again, from its begin, as soon as there is more and the last is judged.

What is shown is always what would be shown of a file that ends there: pairs, zone, directions and
findings rest on the whole of a log. So a short log follows within a second or two, and a long one
as often as it can be judged, with as long a rest in between.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from time import monotonic

from cp_tui.engine.thread import in_daemon_thread
from cp_tui.follow.follower import Follower
from cp_tui.opened.log import ChargerOfLog, LogIndex
from cp_tui.opened.opening import OpenedLog
from cp_tui.opened.supply import Extent, Supply

LOOK_EVERY_S = 0.5
LOOK_SELDOM_S = 5.0
"""Where it is only told that there is more."""
SHOWN_MAX = 2
"""Readings whose files are kept: somebody may still look at a frame of the one before."""

ReadAgain = Callable[[int, int, bool], Awaitable[OpenedLog]]
"""Reads so many bytes of a descriptor; whether somebody looks at an older reading meanwhile."""


class GrowingLog:
    """The newest reading of a log, and the next one in the making."""

    def __init__(self, name: str, supply: Supply, read: ReadAgain, *, follows: bool = True) -> None:
        """`follows`: it is read on; else it is told that there is more."""
        self.name = name
        """As it is called on the screen."""
        self.on_change: Callable[[], object] = lambda: None
        """Called when something of this has become different."""
        self.on_newer: Callable[[bool], object] = lambda _is_another: None
        """Called when `index` is another one; whether it is another log, and not more of it."""
        self.is_growing = follows
        """Whether more is read when it comes."""
        self.said = ""
        """What has happened to the file, in a line."""
        self._problem = ""
        self._supply, self._read = supply, read
        self._readings: list[OpenedLog] = []
        """The one that is shown comes last."""
        self._next: OpenedLog | None = None
        self._taken: Extent | None = None
        self._witness = b"", b""
        self._news = asyncio.Event()
        self._growing: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Read it, and go on for as long as it grows."""
        self._growing = asyncio.create_task(self._grow())

    @property
    def _shown(self) -> OpenedLog | None:
        return self._readings[-1] if self._readings else None

    @property
    def index(self) -> LogIndex | None:
        return None if self._shown is None else self._shown.index

    @property
    def problem(self) -> str:
        """Why it cannot be read, or no more of it."""
        if self.index is None and self.is_growing:
            return ""
        return self._problem or ("" if self._shown is None else self._shown.problem)

    @property
    def is_reading(self) -> bool:
        return self.index is None and not self.problem

    @property
    def is_judging(self) -> bool:
        return self._shown is not None and self._shown.is_judging

    @property
    def is_judged(self) -> bool:
        return self._shown is not None and self._shown.is_judged

    @property
    def is_comparing(self) -> bool:
        return self._shown is not None and self._shown.is_comparing

    @property
    def progress(self) -> float:
        return 0.0 if self._shown is None else self._shown.progress

    async def follower_at(self, place: int, charger: ChargerOfLog) -> Follower | None:
        """Give what was known once a frame had passed; None: somebody has gone on meanwhile."""
        shown = self._shown
        return None if shown is None else await shown.follower_at(place, charger)

    async def close(self) -> None:
        """End what reads it, and let the files go."""
        if self._growing is not None:
            self._growing.cancel()
            with suppress(asyncio.CancelledError):
                await self._growing
        for reading in (*self._readings, *([self._next] if self._next else [])):
            await reading.close()

    async def _grow(self) -> None:
        is_over = False
        while not is_over:
            began = monotonic()
            try:
                is_over = await self._look()
            except OSError as error:
                is_over = self._taken is None or not self.is_growing
                if self.is_growing or self._taken is None:
                    self._say(f"{self.name}: {error.strerror}")
            if not is_over:
                least_s = LOOK_EVERY_S if self.is_growing else LOOK_SELDOM_S
                await asyncio.sleep(max(least_s, monotonic() - began))
        self.is_growing = False
        if self._shown is None:
            self._problem = self.said or f"{self.name}: it is empty"
        self.on_change()

    async def _look(self) -> bool:
        """Read it again if there is more; say whether it is at its end. Raises `OSError`."""
        extent = await in_daemon_thread(self._supply.look)
        is_another = await in_daemon_thread(partial(self._is_another, extent))
        taken = self._taken
        has_more = taken is None or is_another or extent.size > taken.size
        if taken is not None and has_more and not self.is_growing:
            self._say(f"{self.name} has changed since it was read: --follow reads on")
            return True
        if is_another:
            self._say(f"{self.name} was cut or replaced: it is read anew from its begin")
        if extent.size and has_more:
            await self._take(extent, is_another)
        return extent.is_over or (self.index is None and not self.is_growing)

    def _say(self, words: str) -> None:
        if words != self.said:
            self.said = words
            self.on_change()

    def _is_another(self, seen: Extent) -> bool:
        """Whether what was read is no longer what stands there."""
        taken = self._taken
        if taken is None:
            return False
        if seen.file != taken.file or seen.size < taken.size:
            return True
        return self._supply.witness(taken.size) != self._witness

    async def _take(self, extent: Extent, is_another: bool) -> None:
        """Read so much of it, and show that once it is judged; the first reading at once."""
        self._witness = await in_daemon_thread(partial(self._supply.witness, extent.size))
        descriptor = await in_daemon_thread(self._supply.open)
        try:
            reading = await self._read(descriptor, extent.size, self._shown is not None)
        finally:
            os.close(descriptor)
        reading.on_change = self._heard
        self._taken = extent
        if self._shown is None:
            self._readings.append(reading)
            self.on_change()
        else:
            self._next = reading
        while not reading.is_judged and not reading.problem:
            await self._news.wait()
            self._news.clear()
        if self._next is not None:
            await self._show_next(is_another)
        elif reading.index is None and self.is_growing and not extent.is_over:
            self._say(f"{reading.problem}, so far")
            self._readings.clear()
            await reading.close()

    async def _show_next(self, is_another: bool) -> None:
        reading, self._next = self._next, None
        before = self._shown
        assert reading is not None
        assert before is not None
        if reading.index is None:
            self._say(reading.problem)
            await reading.close()
            return
        if before.index is not None and not (is_another or reading.index.told.is_reordered):
            # Until ours has lived through it again.
            reading.index.others.take(before.index.others.all)
        before.on_change = lambda: None
        before.kill()
        self._readings.append(reading)
        self.on_newer(is_another)
        self.on_change()
        while len(self._readings) > SHOWN_MAX:
            await self._readings.pop(0).close()

    def _heard(self) -> None:
        self._news.set()
        self.on_change()
