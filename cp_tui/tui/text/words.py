"""Numbers and instants as words: units, clock times, plain enumerations.

Instants are shown as clock times, never as "in 48 s": what counts down would have to be
painted each second, and an idle screen sends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date as Day, datetime, timedelta, tzinfo
from typing import TypeVar

from msgspec import Struct
from textual.content import Content

from cp_tui.charge_point.reason import Reason
from cp_tui.ocpp.calendar import FIRST, in_zone
from cp_tui.ocpp.length import length
from cp_tui.ocpp.word_filter import word_filter
from cp_tui.tui.text.safe_text import safe_text

T = TypeVar("T")

_INSTANT = re.compile(r"\b[12]\d{3}-[01]\d-[0-3]\d [0-2]\d:[0-5]\d:[0-5]\dZ\b")
"""As `ocpp.length.moment` writes it, for readers anywhere."""

KIB = 1024

NOT_SEEN = "not seen"
"""What no frame has told, of a charge point that is only watched."""

NO_TIME = "no time"
"""An instant of a log without times: all of it stands at the first instant of the calendar."""

OTHER_CLOCK_S = 60.0
"""A difference that is smaller nobody reads from times of day."""


class Clock(Struct, frozen=True):
    """The instant for which a text is made, and the time zone of the reader."""

    now: datetime
    zone: tzinfo
    csms_offset_s: float = 0.0
    """What the clock of the CSMS is ahead of `now`."""

    @property
    def csms_mark(self) -> str:
        """`CSMS clock`, where it is another one than that of this machine; else nothing.

        Limits, transactions and status changes are in it, and would lie before or after `now`.
        """
        return "CSMS clock" if abs(self.csms_offset_s) >= OTHER_CLOCK_S else ""

    def told(self, sentence: str) -> str:
        """A sentence of the charge point, its instants as all others are written here."""
        return _INSTANT.sub(lambda found: self.exact(datetime.fromisoformat(found[0])), sentence)

    def since(self, form: Callable[[datetime], str], at: datetime | None) -> str:
        """`since 14:03`; empty: of a charge point that is only watched it was not told."""
        return "" if at is None or at <= FIRST else f"since {form(at)}"

    def of_csms(self, text: str) -> str:
        """An instant of the CSMS's clock: marked where it could be taken for one of this one."""
        return f"{text} ({self.csms_mark})" if self.csms_mark else text

    def time(self, at: datetime) -> str:
        """`14:03:27`, with the date before it where it is not today."""
        return self._dated(at, "%H:%M:%S")

    def minute(self, at: datetime) -> str:
        """`14:03`, with the date before it where it is not today."""
        return self._dated(at, "%H:%M")

    def exact(self, at: datetime) -> str:
        """`14:03`, or `14:03:27` where the seconds are not 0: for what was set to a full minute."""
        return self.time(at) if in_zone(at, self.zone).second else self.minute(at)

    def brief(self, at: datetime) -> str:
        """`14:03:27`; without the seconds where it is not today: for the column of a table."""
        return self.time(at) if self.day(at) == self.today else self.minute(at)

    def stamp(self, at: datetime) -> str:
        """`14:03:27 UTC`: with the name of the time zone; the date where it is not today."""
        return f"{self.brief(at)} {self.zone_name(at)}".rstrip()

    def zone_name(self, at: datetime) -> str:
        """`UTC`; it may be another one in summer."""
        return in_zone(at, self.zone).tzname() or ""

    def thousandths(self, at: datetime) -> str:
        """`14:03:27.123`; without seconds where it is not today: for frames beside each other."""
        if self.day(at) != self.today:
            return self.minute(at)
        return f"{self.time(at)}.{at.microsecond // 1000:03}"

    def full(self, at: datetime) -> str:
        """`2026-01-05 14:03:27.123`, whichever day it is: for what is compared with other logs."""
        if at <= FIRST:
            return NO_TIME
        local = in_zone(at, self.zone)
        return f"{self.date(at)} {local:%H:%M:%S}.{local.microsecond // 1000:03}"

    def date(self, at: datetime) -> str:
        """`2026-01-05`."""
        return self.day(at).isoformat()

    def month_and_day(self, at: datetime) -> str:
        """`Jan 05`: for the ends of what goes over days."""
        return f"{in_zone(at, self.zone):%b %d}"

    def seen_from(self, instant: datetime) -> Clock:
        """The same clock, for times that are told beside this instant: its day needs no date."""
        return Clock(instant, self.zone, self.csms_offset_s)

    @property
    def today(self) -> Day:
        """The day of the reader."""
        return self.day(self.now)

    @property
    def midnight(self) -> datetime:
        """When the day of the reader ends, and what was today needs a date."""
        tomorrow = self.today + timedelta(days=1)
        return datetime.combine(tomorrow, datetime.min.time(), self.zone)

    def day(self, at: datetime) -> Day:
        """The day of an instant, in the calendar of the reader."""
        return in_zone(at, self.zone).date()

    def _dated(self, at: datetime, form: str) -> str:
        """With the date where it is not today, and the year where that is not this one."""
        if at <= FIRST:
            return NO_TIME
        local, today = in_zone(at, self.zone), self.today
        if local.date() == today:
            return local.strftime(form)
        if local.year == today.year:
            return local.strftime(f"%b %d {form}")
        # Before the year 1000 `%Y` has three digits.
        return f"{local.date().isoformat()} {local.strftime(form)}"


def file_stamp(at: datetime) -> str:
    """`20260105-140327`, in UTC: within the name of a file, or of what must be told apart."""
    return f"{in_zone(at, UTC):%Y%m%d-%H%M%S}"


def utc(at: datetime) -> str:
    """`2026-01-05 14:03 UTC`: where it is told once, and no clock of a reader is at hand."""
    there = in_zone(at, UTC)
    return f"{there.date().isoformat()} {there:%H:%M} UTC"


def iso(at: datetime) -> str:
    """`2026-01-05T14:03:27Z`, as OCPP has it: for programs."""
    return f"{in_zone(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def percent(value: float) -> str:
    """`45 %`; what is not whole is not `100 %`."""
    shown = min(round(value), 99) if value < 100 else value
    return f"{shown:.0f} %"


def size(count_bytes: int) -> str:
    """`850 B`, `12.5 KiB`, `4.8 MiB`."""
    if count_bytes < KIB:
        return f"{count_bytes} B"
    if count_bytes < KIB**2:
        return f"{count_bytes / KIB:.1f} KiB"
    return f"{count_bytes / KIB**2:.1f} MiB"


def seconds(value: float) -> str:
    """A signed offset: `+0.2 s`, `-80 s`, `+2 h 05 min`."""
    sign = "-" if value < 0 else "+"
    size = abs(value)
    if size < 120:
        return f"{sign}{size:.1f} s" if size < 10 else f"{sign}{size:.0f} s"
    return f"{sign}{length(size)}"


def duration(value: timedelta) -> str:
    """How long something lasted: `12 s`, `41 min`, `2 h 05 min`, `3 d 04 h`, `12 years`."""
    return length(value.total_seconds())


def with_words(records: Iterable[T], words: str, text_of: Callable[[T], str]) -> list[T]:
    """The records whose text passes a filter, in capitals or not."""
    found = word_filter(words)
    if not (found.wanted or found.unwanted):
        return list(records)
    texts = ((record, text_of(record).casefold()) for record in records)
    return [record for record, text in texts if found.takes(text.__contains__)]


def unseen() -> Content:
    """Say that no frame has told it."""
    return Content.styled(NOT_SEEN, "$text-muted")


def joined(parts: Sequence[Content | str]) -> Content:
    """Parts of a line, parted by a middle dot; empty ones leave no trace."""
    return Content(" · ").join([Content(p) if isinstance(p, str) else p for p in parts if p])


def reason_text(reason: Reason, clock: Clock | None = None) -> Content:
    """A reason as one sentence with the rule it follows; without a clock, its instants in UTC."""
    text = reason.text if clock is None else clock.told(reason.text)
    return Content.assemble(safe_text(text), safe_text(f" ({reason.rule})", "$text-muted"))


def latency(milliseconds: float) -> str:
    """`0.4 ms`, `12.0 ms`, `3200.0 ms`, `45.0 s`."""
    if round(milliseconds, 1) >= 10_000:
        return f"{milliseconds / 1000:.1f} s"
    return f"{milliseconds:.1f} ms"
