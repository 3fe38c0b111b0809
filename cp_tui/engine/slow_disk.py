"""Tells when the store takes long, for what, and for how long so far, until it is over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from cp_tui.engine.troubles import TroubleKeeper

SLOW = "store.slow"
"""The trouble: the disk is at the store for so long that people wait for it."""
SLOW_S = 2.0
TOLD_S = 1.0
"""The time between two updates of the seconds."""
HINT = "is the disk failing, busy or behind a network? What waits is done when it answers"

TO_WRITE = "to write a record; answers wait for it"
TO_READ = "to read the store; a charge point that boots waits for it"
TO_PUT_ASIDE = "to put damaged records aside; answers wait for it"


class SlowDisk:
    """Tells a trouble for as long as anything that was asked of the store takes over SLOW_S."""

    def __init__(self, log: logging.Logger, troubles: TroubleKeeper) -> None:
        self._log = log
        self._troubles = troubles
        self._waiting: dict[object, tuple[float, str]] = {}
        """Since when for what; the oldest first."""
        self._timer: asyncio.TimerHandle | None = None
        self._has_told = False

    @contextmanager
    def watched(self, what: str) -> Iterator[None]:
        """Watch the time that the body takes; `what` completes the sentence "The disk takes 3 s
        ..."."""
        loop = asyncio.get_running_loop()
        call, since = object(), loop.time()
        self._waiting[call] = since, what
        if self._timer is None:
            self._timer = loop.call_later(SLOW_S, self._tell)
        try:
            yield
        finally:
            del self._waiting[call]
            if not self._waiting:
                self._is_over(loop.time() - since)

    def _tell(self) -> None:
        self._timer = None
        if not self._waiting:
            return
        loop = asyncio.get_running_loop()
        since, what = next(iter(self._waiting.values()))
        seconds = loop.time() - since
        if seconds < SLOW_S:
            # Those before it are done.
            self._timer = loop.call_later(SLOW_S - seconds, self._tell)
            return
        count = 0 if self._has_told else 1
        self._troubles.raise_trouble(
            SLOW, f"The disk takes {seconds:.0f} s {what}", HINT, count=count
        )
        if not self._has_told:
            self._log.warning("store: the disk is slow: it takes long %s", what)
        self._has_told = True
        self._timer = loop.call_later(TOLD_S, self._tell)

    def _is_over(self, seconds: float) -> None:
        # A timer for each write would cost more than one that finds nothing to tell.
        if self._has_told:
            self._has_told = False
            self._log.warning("store: the disk took %.1f s", seconds)
            self._troubles.end_trouble(SLOW)
