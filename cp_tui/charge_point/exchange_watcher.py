"""Who wants to know what becomes of messages, at the moment in which it is decided.

For those that measure and keep books: an answer names no action, and a text does not say whether it
is still awaited. The one here does nothing with it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from cp_tui.charge_point.records import OutboxRecord


class Outcome(StrEnum):
    """What became of a CALL of the charge point."""

    ANSWERED = "answered"
    CALL_ERROR = "CALLERROR"
    TIMEOUT = "time-out"
    LOST = "connection lost"


class ExchangeWatcher:
    """Is told each fact once; nothing of it may wait or raise."""

    def settled(self, action: str, sent_at: datetime, outcome: Outcome, detail: str = "") -> None:
        """A CALL that was sent is over; `detail` is the code of a CALLERROR."""

    def queued(self, message: OutboxRecord) -> None:
        """A message is kept from now on, until the CSMS has confirmed it."""

    def repeated(self, message: OutboxRecord) -> None:
        """A message is sent again with the same id: its answer never came."""

    def confirmed(self, message: OutboxRecord) -> None:
        """The CSMS has taken a message that was kept."""

    def lost(self, message: OutboxRecord) -> None:
        """A message that was kept was dropped or given up."""

    def tag_refused(self, id_tag: str, status: str) -> None:
        """The CSMS has answered that this tag may not charge."""

    def answered(self, action: str, status: str, late_s: float) -> None:
        """A CALL of the CSMS is answered, so many seconds late on purpose.

        `status` is that of the answer or the code of the CALLERROR; empty: it has none.
        """
