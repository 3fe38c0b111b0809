"""What the process that shows and the one that reads say to each other: a line of JSON each."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from msgspec import Struct

from cp_tui.explain.finding import Finding
from cp_tui.shadow.answer import OtherAnswer
from cp_tui.traces.record import ZoneFrom
from cp_tui.traces.record_maker import Speaking
from cp_tui.traces.trace import LogNote, TraceCounts

TELL_EVERY_S = 0.1
"""So often at most it is told how far the reading is, and what was found."""


class ReadingTask(Struct, frozen=True):
    """What is to be read; the first thing that is said."""

    file: str
    format: str | None
    charger: str | None
    zone: str | None
    spool: int
    """Descriptor of the file for the entries."""
    index: int
    folder: str
    """Where these files are, and have to have room."""
    source: int | None = None
    """Descriptor of what is to be read; None: it is opened by its name."""
    size: int = 0
    """So many bytes of that."""
    is_behind: bool = False
    """Somebody looks at an older reading meanwhile: the keys come first."""


class Wish(Struct, frozen=True):
    """Which rows have to be learned to know what was known at one of them?"""

    wish: int
    charger: int
    row: int


class ReadingProgress(Struct, frozen=True, tag="progress"):
    share: float
    """Of the reading, of the judging once it is read, then of the comparing; from 0 to 1."""


class ClockWords(Struct, frozen=True):
    """A `LogClock`, but for the zone that was given, which both know."""

    source: ZoneFrom
    offsets: list[tuple[date, int]]
    year: int | None


class ChargerWords(Struct, frozen=True):
    """A charge point, and how much of each column that goes by charge points is about it."""

    name: str | None
    places: int
    rows: int
    firsts: int
    links: int


class Opened(Struct, frozen=True, tag="opened"):
    """The log is read, and its index can be mapped."""

    file: str
    format: str
    places: dict[str, tuple[int, int]]
    action_names: list[str | None]
    results: list[str]
    chargers: list[ChargerWords]
    clock: ClockWords
    who: Speaking
    notes: tuple[LogNote, ...]
    counts: TraceCounts
    first: datetime | None
    last: datetime | None
    zone: ZoneFrom
    is_reordered: bool
    """Whether the frames passed in another order than they stand in the file."""
    others: tuple[str, ...]
    """Logs of the same file that are not shown."""


class FindingsTold(Struct, frozen=True, tag="found"):
    """Findings that are new or have changed, and the frames that show them."""

    findings: list[tuple[int, Finding]]
    """Each with its slot, which stays the same while it is found again."""
    marks: list[tuple[int, int]]
    """Frame and slot."""


class Judged(Struct, frozen=True, tag="judged"):
    """All is judged: the order in which the findings are told."""

    order: list[int]
    """Slots."""
    causes: dict[int, str]
    omitted: int


class OursTold(Struct, frozen=True, tag="ours"):
    """Requests that ours would have answered otherwise."""

    answers: list[OtherAnswer]


class Compared(Struct, frozen=True, tag="compared"):
    """All requests were asked of ours."""


class NeededRows(Struct, frozen=True, tag="needed"):
    """The answer to a wish."""

    wish: int
    rows: list[int]


class Stumbled(Struct, frozen=True, tag="stumbled"):
    """It ends here, and why."""

    words: str


Said = (
    ReadingProgress | Opened | FindingsTold | Judged | OursTold | Compared | NeededRows | Stumbled
)

_ENCODER = msgspec.json.Encoder(enc_hook=dict)
_SAID = msgspec.json.Decoder(Said)
_WISH = msgspec.json.Decoder(Wish)
_ORDER = msgspec.json.Decoder(ReadingTask)


def line(said: Said | Wish | ReadingTask) -> bytes:
    """Write one thing that is said."""
    return _ENCODER.encode(said) + b"\n"


def said_in(text: bytes) -> Said:
    return _SAID.decode(text)


def wish_in(text: bytes) -> Wish:
    return _WISH.decode(text)


def task_in(text: bytes) -> ReadingTask:
    return _ORDER.decode(text)
