"""A finding: what departs from the standard, who is at fault, and which frames show it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct

from cp_tui.traces.record import Record

NOTHING: Mapping[str, object] = MappingProxyType({})


class Severity(StrEnum):
    """How grave it is."""

    ERROR = "error"
    """Against a must of the standard, or against its schema."""
    WARNING = "warning"
    """Against a should, or almost surely a fault."""
    NOTE = "note"
    """Worth knowing, nobody's fault."""

    @property
    def as_grave(self) -> frozenset[Severity]:
        """Itself and all that are graver."""
        order = [*Severity]
        return frozenset(order[: order.index(self) + 1])


class Party(StrEnum):
    """Who is at fault, by the words that programs read."""

    CHARGE_POINT = "charger"
    CSMS = "csms"
    NETWORK = "network"
    LOG = "log"
    """The recording itself."""

    @property
    def words(self) -> str:
        """As it is said to people."""
        return _WORDS[self]


_WORDS: Mapping[Party, str] = MappingProxyType(
    {
        Party.CHARGE_POINT: "the charge point",
        Party.CSMS: "the CSMS",
        Party.NETWORK: "the network",
        Party.LOG: "the log",
    }
)


class FrameRef(Struct, frozen=True, gc=False):
    """Where a frame stands; it is kept in place of the frame."""

    number: int
    """0 for an event of the connection."""
    line: int | None
    at: datetime | None
    place: int = 0
    """As `Record.place`."""

    @property
    def passed(self) -> int:
        """The place also where none was told."""
        return self.place or self.number


class Finding(Struct, frozen=True):
    """One matter of one charge point."""

    id: str
    """As in the catalogue; kept for good."""
    severity: Severity
    at_fault: Party
    rule: str
    """The section, such as `S 4.9`; empty: none."""
    charger: str | None
    frames: tuple[FrameRef, ...]
    """The main one first."""
    text: str
    """One or two sentences: who did what, and what the standard asks."""
    effect: str = ""
    """What usually follows from it."""
    values: Mapping[str, object] = NOTHING
    """For programs."""
    count: int = 1
    """How often the same was found."""
    matter: str = ""
    """What is the same when it is found again, beside the id; never shown."""
    known_with: FrameRef | None = None
    """Of a log: the frame with which it could first be told; None: with its main one."""
    cause: str = ""
    """Id of the finding that this one follows from; empty: it stands for itself."""


def of_line(line: int | None) -> str:
    """Name the line of a frame, with a blank before it; nothing where a frame stands in none."""
    return "" if line is None else f" of line {line}"


def ref(record: Record) -> FrameRef:
    """Say where a record stands."""
    return FrameRef(record.number, record.source.line, record.at, record.place)
