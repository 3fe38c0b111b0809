"""A connection that is made anew because what it was made with has changed (W A01, A02, A05).

The CSMS asks for such a change, and is answered over the connection that is to be closed. One that
is just answering a request of the charge point finds it closing, and many of them read nothing more
of it then: they would never learn that the change was accepted. So it is closed a moment later.
Until then what is set counts for the next connection all the same, should the line be cut.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from cp_tui.charge_point.effects import Reconnect
from cp_tui.charge_point.turn import Turn

RECONNECT_AFTER = timedelta(seconds=1)
"""How long after an answer the connection is made anew."""


class Reconnection:
    """What is to be made anew, and when."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._is_open = False
        self._due: datetime | None = None
        self._why = ""

    def soon(self, why: str) -> None:
        """Make an open connection anew in a moment; what is only being tried, at once."""
        self._why = why
        if not self._is_open:
            # An attempt that began with what was set before must not come up now.
            self._turn.emit(Reconnect(why))
        elif self._due is None:
            self._due = self._turn.now + RECONNECT_AFTER

    def link_opened(self) -> None:
        """Note that there is a connection."""
        self._is_open = True

    def link_closed(self) -> None:
        """Note that there is none: the next one is made with what is set now."""
        self._is_open, self._due = False, None

    @property
    def deadline(self) -> datetime | None:
        """When `tick` has something to do.

        Not while nothing can be saved: the answer waits for the disk, and so does the connection.
        """
        return self._due if self._turn.can_write else None

    def tick(self) -> None:
        """Make the connection anew if it is time."""
        due = self.deadline
        if due is not None and self._turn.now >= due:
            self._due = None
            self._turn.emit(Reconnect(self._why))
