"""An error inside: how it is told, and how soon the charge point may boot because of one."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from cp_tui.charge_point.events import (
    AnswerUnread,
    FrameReceived,
    LinkClosed,
    LinkOpened,
    OperatorEvent,
)
from cp_tui.engine.inbox import AtStation, Item

WAIT_S_MAX = 60.0
CALM = timedelta(minutes=10)
"""After this long without an error the next boot is again the first, and is not delayed."""


class MindFailure(Struct, frozen=True):
    """The mind cannot go on as it is: it is discarded, and boots from the store."""

    is_asked: bool = False
    """Somebody wanted something, and is told that it failed: whoever asks again sets the pace."""
    unread: AnswerUnread | None = None
    """What the new mind has to know."""

    @staticmethod
    def at(item: Item, error: Exception) -> MindFailure:
        """Say what the next mind must know of an item at which the last one met an error."""
        is_asked = isinstance(item, FrameReceived | AtStation | OperatorEvent)
        if isinstance(item, FrameReceived):
            return MindFailure(is_asked, AnswerUnread(item.data, type(error).__name__))
        return MindFailure(is_asked)


class Watchdog:
    """Says how long to wait before a boot after an error: 0, 1, 2, 4 s, and so on up to 60 s."""

    def __init__(self) -> None:
        self._boots = 0
        self._booted_at: datetime | None = None

    @property
    def is_body_suspect(self) -> bool:
        """Whether two boots in a row have failed: then a new mind alone does not help."""
        return self._boots > 1

    def wait_s(self, now: datetime) -> float:
        """Give how long to wait before this boot, and count it."""
        before = self._booted_at
        if before is None or not timedelta(0) <= now - before < CALM:
            self._boots = 0
        self._boots += 1
        self._booted_at = now
        return 0.0 if self._boots == 1 else min(2.0 ** (self._boots - 2), WAIT_S_MAX)


def under_way(item: Item) -> str:
    """Say what was under way when an error happened."""
    match item:
        case AtStation(asked=asked):
            return f"carrying out {asked!r}"
        case FrameReceived():
            return "a message of the CSMS had no effect"
        case LinkOpened() | LinkClosed():
            return f"the charge point boots again after {type(item).__name__}"
        case _:
            return f"handling {type(item).__name__}"
