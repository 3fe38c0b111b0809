"""A request that our own charge point would have answered otherwise than the real one."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class OtherAnswer(Struct, frozen=True):
    """Both answers, and why ours."""

    charger: str | None
    number: int
    """Of the request in the log."""
    place: int
    """Of the request in the order in which the frames passed, as `Record.place`."""
    line: int | None
    at: datetime | None
    action: str
    theirs: str
    ours: str
    reason: str
    """Why ours; empty: it is a matter of course."""
    rule: str
    connector: int | None = None
    """Of a schedule that was told, which is another one than ours."""
    holds_until: datetime | None = None
    """When that schedule ends, or is asked for again, or may have become another one."""
