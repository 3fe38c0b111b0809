"""Keeps the variable `troubles`: what is wrong inside the program, until it is over.

There are two kinds. A state, such as a disk that takes no writes, stands until whoever raised it
ends it. Something that has happened, such as an error in a turn, cannot be undone: it stands
until somebody acknowledges it, or for a while after it happened last. To be used from the event
loop only.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from cp_tui.charge_point.variables import Trouble, Troubles

HAPPENED = timedelta(days=1)
"""So long is told what has happened: whoever comes in the morning learns of the night."""
RECORD_SET_ASIDE = "record.set_aside"
"""The trouble: stored records broke the charger, and are in the quarantine of the store."""

TEXT_MAX = 500
"""A text may quote what somebody else wrote, such as the key of a damaged record."""
TROUBLES_MAX = 50
"""Ids are few and come from us; should they not, the oldest makes room."""


class TroubleKeeper:
    """What is wrong now; each change is published."""

    def __init__(
        self, publish: Callable[[str, object], None], clock: Callable[[], datetime]
    ) -> None:
        self._publish = publish
        self._clock = clock
        self._standing: dict[str, Trouble] = {}
        self._record: Callable[[Troubles, datetime], None] = lambda troubles, at: None
        self._tell()

    def recorded_by(self, record: Callable[[Troubles, datetime], None]) -> None:
        """Have written down which stand, now and whenever there are others."""
        self._record = record
        self._tell()

    def raise_trouble(
        self,
        trouble_id: str,
        text: str,
        hint: str = "",
        count: int = 1,
        *,
        lasts: timedelta | None = None,
    ) -> None:
        """Say that something is wrong; said again, it counts on with the newest words.

        With `lasts` it is something that has happened, see above; without, `end_trouble` ends it.
        """
        now = self._clock()
        known = self._standing.pop(trouble_id, None)
        self._standing[trouble_id] = Trouble(
            id=trouble_id,
            text=text if len(text) <= TEXT_MAX else f"{text[: TEXT_MAX - 1]}…",
            hint=hint,
            since=known.since if known else now,
            last_at=now,
            count=known.count + count if known else count,
            ends_at=None if lasts is None else now + lasts,
        )
        if len(self._standing) > TROUBLES_MAX:
            del self._standing[next(iter(self._standing))]
        self._tell()

    def stands(self, trouble_id: str) -> bool:
        """Whether a trouble is told now."""
        return trouble_id in self._standing

    def end_trouble(self, trouble_id: str) -> None:
        """Say that something is in order again; nothing happens if it was."""
        if self._standing.pop(trouble_id, None) is not None:
            self._tell()

    def acknowledge(self) -> int:
        """Forget what has happened, for somebody has seen it; say how much that was."""
        seen = [each.id for each in self._standing.values() if each.ends_at is not None]
        self._forget(seen)
        return len(seen)

    def look_at_clock(self) -> None:
        """Forget what happened long ago."""
        now = self._clock()
        old = [e.id for e in self._standing.values() if e.ends_at is not None and e.ends_at <= now]
        self._forget(old)

    def _forget(self, ids: list[str]) -> None:
        for trouble_id in ids:
            del self._standing[trouble_id]
        if ids:
            self._tell()

    def _tell(self) -> None:
        standing = tuple(reversed(self._standing.values()))
        self._publish("troubles", standing)
        self._record(standing, self._clock())
