"""An event loop and a clock that run faster than the world, for plays that take their time.

Sockets and disks keep their own pace: what waits for them waits, counted in this time, longer.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from datetime import UTC, datetime, timedelta

SPEED = 10.0


class _PatientLess(selectors.DefaultSelector):
    """Waits as much less as the time of the loop runs faster."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout if timeout is None else timeout / SPEED)


class FastLoop(asyncio.SelectorEventLoop):
    """Its seconds are shorter."""

    def __init__(self) -> None:
        super().__init__(_PatientLess())

    def time(self) -> float:
        return super().time() * SPEED


class FastClock:
    """The wall clock that goes with it, from now on."""

    def __init__(self) -> None:
        self._started_at = datetime.now(UTC)
        self._from_s = time.monotonic()

    def __call__(self) -> datetime:
        return self._started_at + timedelta(seconds=(time.monotonic() - self._from_s) * SPEED)
