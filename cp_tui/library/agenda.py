"""What happens at which instant of virtual time, in order."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count


class VirtualAgenda:
    """What is to happen; things of one instant happen in the order in which they were put."""

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()

    def at(self, time: datetime, do: Callable[[], None]) -> None:
        """Have something happen at an instant."""
        heapq.heappush(self._entries, (time, next(self._numbers), do))

    @property
    def due(self) -> datetime | None:
        """When the next thing happens."""
        return self._entries[0][0] if self._entries else None

    def pop(self) -> Callable[[], None]:
        """Hand over what happens next."""
        return heapq.heappop(self._entries)[2]
