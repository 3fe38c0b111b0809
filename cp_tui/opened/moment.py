"""What was known at a place of a log, worked out in slices: only of the newest place wished for.

A new follower learns from the few rows that say it. From there a step forward is one row more.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter

from cp_tui.follow.follower import Follower
from cp_tui.opened.log import ChargerOfLog, LogIndex
from cp_tui.opened.words import Wish

SLICE_S = 0.005
"""So long rows are learned in one go; a key that was pressed meanwhile comes next."""
STEP_MAX = 200
"""Rows ahead that are learned one by one; further on the needed ones are asked for."""

Ask = Callable[[Wish], Awaitable[Sequence[int] | None]]
"""Gives the rows that say what was known; None: nobody is there to tell them."""


class Moments:
    """The way through a log, from one place to the next."""

    def __init__(self, index: LogIndex, source: str, ask: Ask) -> None:
        self._index, self._source, self._ask = index, source, ask
        self._wishes = 0
        self._follower: Follower | None = None
        self._charger: ChargerOfLog | None = None
        self._learned = 0
        """How many rows of the charge point the follower knows of."""

    async def follower_at(self, place: int, charger: ChargerOfLog) -> Follower | None:
        """Give what was known of a charge point with this frame; None: a newer wish has come.

        The follower is the same as before where it only had to learn a little more.
        """
        self._wishes += 1
        wish = self._wishes
        row = self._index.columns.rows[place - 1]
        rows = charger.rows
        end = bisect_right(rows, row)
        follower = self._follower
        ahead = end - self._learned
        if follower is None or charger is not self._charger or not 0 <= ahead <= STEP_MAX:
            follower = Follower(charger.name, source=self._source)
            needed = await self._ask(Wish(wish, charger.number, row))
            # Without the other process all rows are learned, which says the same and takes longer.
            needed = rows[:end] if needed is None else needed
        else:
            needed = rows[self._learned : end]
        self._follower = None
        if wish != self._wishes or not await self._learn(follower, needed, wish):
            return None
        self._follower, self._charger, self._learned = follower, charger, end
        return follower

    async def _learn(self, follower: Follower, rows: Sequence[int], wish: int) -> bool:
        record_of, learn = self._index.record_of_row, follower.learn
        until = perf_counter() + SLICE_S
        for row in rows:
            learn(record_of(row))
            if perf_counter() > until:
                await asyncio.sleep(0)
                if wish != self._wishes:
                    return False
                until = perf_counter() + SLICE_S
        return True
