"""The common record: what every format of a log is read into, one for each frame.

An event of the connection, where a format tells it, is a record as well, with `link` for `frame`.
What a log does not tell is None or empty; it is never guessed without saying so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from cp_tui.ocpp.discreet import Discreet

NOTHING_MORE: Mapping[str, Any] = MappingProxyType({})


class FrameDirection(StrEnum):
    """Which way a frame went; never how the writer of the log calls it, as both sides write."""

    TO_CSMS = "to_csms"
    TO_CHARGE_POINT = "to_charge_point"

    @property
    def opposite(self) -> FrameDirection:
        return self.TO_CHARGE_POINT if self is self.TO_CSMS else self.TO_CSMS


class DirectionFrom(StrEnum):
    """How the direction is known. What is only inferred can prove no wrong direction."""

    STATED = "stated"
    PERSPECTIVE = "perspective"
    """Sent or received, and by vote of the file who wrote so."""
    ACTION = "action"
    """By the action of the CALL: no finding about the direction may rest on it."""
    PAIR = "pair"
    """From the other frame of the exchange."""
    UNKNOWN = "unknown"


class ChargerFrom(StrEnum):
    """How the identity of the charge point is known."""

    STATED = "stated"
    """By the entry itself, or by the handshake of its connection."""
    PATH = "path"
    """A line of the log about the connection names the path."""
    BOOT = "boot"
    """A serial number in BootNotification: for display only."""
    OPTION = "option"
    UNKNOWN = "unknown"


class ZoneFrom(StrEnum):
    """How a time of the log became UTC."""

    STATED = "stated"
    BY_FORMAT = "by format"
    """The program always writes UTC without saying so."""
    ESTIMATED = "estimated"
    """From times inside the frames; `Record.offset_s` is what was found."""
    GIVEN = "given"
    """By whoever asks."""
    NONE = "none"


class RecordKind(StrEnum):
    CALL = "call"
    CALL_RESULT = "call_result"
    CALL_ERROR = "call_error"
    UNREADABLE = "unreadable"
    """It stands in the place of a frame, but is none of the three."""
    LINK = "link"
    """An event of the connection."""


ANSWERS = (RecordKind.CALL_RESULT, RecordKind.CALL_ERROR)
LENGTHS: Mapping[RecordKind, int] = MappingProxyType(
    {RecordKind.CALL: 4, RecordKind.CALL_RESULT: 3, RecordKind.CALL_ERROR: 5}
)
"""Elements of a frame (J 4.2)."""


class LinkKind(StrEnum):
    """What happened to a connection."""

    OPEN = "open"
    CLOSE = "close"
    PING = "ping"
    PONG = "pong"
    HANDSHAKE = "handshake"
    FAILED = "failed"
    """An attempt that came to no answer of the CSMS."""
    UNSENT = "unsent"
    """A frame that found the connection closed; it was never sent."""
    REBOOT = "reboot"
    """The charge point starts anew."""
    ROTATION = "rotation"
    """The log itself begins anew: what stood before may be missing."""


class LinkEvent(Struct, frozen=True):
    """An event of the connection, without its secrets."""

    event: LinkKind
    code: int | None = None
    """Of a close, as WebSocket has them."""
    reason: str = ""
    url: str = ""
    """Of a handshake, without user, password and query."""
    headers: Mapping[str, str] = NOTHING_MORE
    """Names in small letters; values of secret ones are masked."""
    status: int | None = None
    """Of the answer to a handshake, such as 101."""
    subprotocol: str | None = None
    """That the answer to a handshake chose; empty: none, None: the log does not tell."""
    is_tls: bool | None = None
    authorization: str = ""
    """The scheme, such as Basic; empty: none, or the log does not tell."""
    step: str = ""
    """Of an attempt that failed: TCP, TLS or HTTP."""
    has_secret: bool = False
    """Whether the log shows a secret of the handshake in clear."""


class ParsedFrame(Discreet, frozen=True, gc=False):
    """A frame taken apart, as it was sent: nothing in it is known to be right."""

    HIDDEN = frozenset({"payload", "details", "elements"})

    message_type: int | None
    """2 CALL, 3 CALLRESULT, 4 CALLERROR; of another one that number; None: it is no number."""
    message_id: str
    """As text, also where it was a number."""
    action: str = ""
    """Of an answer that of its CALL; empty: not known."""
    payload: Any = None
    """Of a CALL or CALLRESULT; nearly always an object."""
    code: str = ""
    description: str = ""
    details: Any = None
    elements: tuple[Any, ...] = ()
    """All elements; of a truncated frame those at its head. Their number and kinds are only
    those of the wire where `Record.is_raw_exact`."""


class Source(Struct, frozen=True, gc=False):
    """Where a record stands."""

    file: str
    line: int | None
    """On which its entry begins, from 1; None in the middle of one long document."""
    last_line: int | None = None
    offset: int = 0
    """In bytes from the begin of the text, once it is unpacked."""
    pointer: str = ""
    """Of an item in one document: `/log/entries/1/_webSocketMessages/4`."""


class Record(Discreet, frozen=True, gc=False):
    """One frame, or one event of the connection."""

    HIDDEN = frozenset({"raw", "frame", "extra"})

    number: int
    """From 1 in the order of the file; frames only: an event of the connection has 0."""
    source: Source
    kind: RecordKind
    at: datetime | None = None
    """UTC; None: the log does not tell, or not in which zone."""
    at_text: str = ""
    """The time as it is printed."""
    resolution: float = 0.0
    """In s; times that are no further apart than this cannot be told apart."""
    zone: ZoneFrom = ZoneFrom.NONE
    offset_s: int | None = None
    """Of an estimated or given zone: local time less UTC."""
    charger: str | None = None
    charger_from: ChargerFrom = ChargerFrom.UNKNOWN
    connection: str | None = None
    """Of one WebSocket connection; None: the format does not tell them apart."""
    direction: FrameDirection | None = None
    direction_from: DirectionFrom = DirectionFrom.UNKNOWN
    raw: str = ""
    """The text of the frame as far as the log has it; may hold secrets, and is never shown."""
    is_raw_exact: bool = True
    """False where the log has written the frame anew: then number of elements, double names,
    null against missing, number or text, blanks and escapes prove nothing."""
    frame: ParsedFrame | None = None
    """None: the text is no JSON array, or this is an event of the connection."""
    link: LinkEvent | None = None
    is_truncated: bool = False
    """Cut off by the writer of the log."""
    is_masked: bool = False
    """Whether values are replaced, by `***` and the like."""
    is_injected: bool = False
    """Put in or dropped by a proxy or, on purpose, by a person."""
    pair: int | None = None
    """Number of the other frame of the exchange."""
    extra: Mapping[str, Any] = NOTHING_MORE
    """What the format knows besides, such as level, thread, state."""
    passed: int = 0
    """From 1 in the order in which the frames passed, where the rows of the file stand in another
    order than that; else 0."""

    @property
    def place(self) -> int:
        """Which of two frames passed first: the one with the lower place."""
        return self.passed or self.number

    @property
    def action(self) -> str:
        """Of a CALL its own, of an answer that of its CALL; empty: not known."""
        return self.frame.action if self.frame else ""
