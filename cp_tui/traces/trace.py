"""A log that was read: its records, and what there is to say about the recording itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from cp_tui.traces.record import Record, ZoneFrom


class LogNote(Struct, frozen=True):
    """One matter of the recording: nobody's fault, but it says what cannot be judged."""

    id: str
    """As in the catalogue of findings: `log.truncated_frame`."""
    text: str
    numbers: tuple[int, ...] = ()
    """Of the first records that it is about."""
    lines: tuple[int, ...] = ()
    count: int = 1
    charger: str | None = None


class TraceCounts(Struct, frozen=True):
    """How many there are of what in a log."""

    frames: int = 0
    calls: int = 0
    results: int = 0
    errors: int = 0
    unreadable: int = 0
    truncated: int = 0
    unanswered_calls: int = 0
    answers_without_call: int = 0
    skipped: int = 0
    """Lines that looked like frames, but could not be read as such."""
    doubled: int = 0
    """Frames that a second logger has written again; they count once."""


class Trace(Struct, frozen=True):
    """A log that was read."""

    file: str
    format: str
    """Id of the format, such as `steve`."""
    records: Iterable[Record]
    """From the begin each time it is walked; nothing is kept, so it can be of any length."""
    notes: tuple[LogNote, ...] = ()
    counts: TraceCounts = TraceCounts()
    chargers: tuple[str | None, ...] = (None,)
    """The identities that the log states; (None,) where it states none."""
    inferred_charger: str | None = None
    """What the log suggests where it states none; its records have it as well then."""
    first: datetime | None = None
    """UTC."""
    last: datetime | None = None
    zone: ZoneFrom = ZoneFrom.NONE
    is_mixed: bool = False
    """Whether several charge points seem to speak without a name."""
