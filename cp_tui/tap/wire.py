"""What passes on a WebSocket, read along and never answered.

The bytes have been passed on by then. Each direction has a parser of its own; where one loses the
thread (a broken frame, a text beyond all measure), that direction is no longer read, which is told
once, and its bytes go on all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from http import HTTPStatus

from msgspec import Struct
from websockets.exceptions import InvalidHeader, PayloadTooBig, ProtocolError
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Close, Frame, Opcode
from websockets.headers import parse_extension
from websockets.protocol import OPEN, Protocol, Side

from cp_tui.tap.http_head import END, HEAD_MAX, HttpHead, HttpHeadError, http_head
from cp_tui.traces.record import FrameDirection

MESSAGE_MAX = 16 * 1024 * 1024
"""Bytes of a message that is still read along."""


class WireKind(Enum):
    """What passed."""

    TEXT = "text"
    BINARY = "binary"
    PING = "ping"
    PONG = "pong"
    CLOSE = "close"
    RESPONSE = "response"
    """The head with which the CSMS answered the handshake."""
    LOST = "lost"
    """From here on this direction cannot be read; `text` says why."""


class Passed(Struct, frozen=True):
    """One message, control frame or head."""

    kind: WireKind
    direction: FrameDirection
    text: str = ""
    code: int | None = None
    """Of a close."""
    head: HttpHead | None = None


class WireReader:
    """Both directions of one connection, from the answer to its handshake on."""

    def __init__(self) -> None:
        self._head = b""
        self._is_open = False
        self._ways: dict[FrameDirection, _Way] = {}
        self._early = b""
        """What the charge point sent before the handshake was answered."""

    def feed(self, direction: FrameDirection, data: bytes) -> Iterator[Passed]:
        """Take in bytes that went one way, in their order; give what has passed with them."""
        if self._is_open:
            yield from self._ways[direction].feed(data)
        elif direction is FrameDirection.TO_CSMS:
            self._early += data[: HEAD_MAX - len(self._early)]
        else:
            yield from self._answer(data)

    def _answer(self, data: bytes) -> Iterator[Passed]:
        self._head += data
        end = self._head.find(END)
        way = FrameDirection.TO_CHARGE_POINT
        if end < 0:
            if len(self._head) > HEAD_MAX:
                self._give_up()
                yield Passed(WireKind.LOST, way, "the answer to the handshake does not end")
            return
        raw, rest = self._head[: end + len(END)], self._head[end + len(END) :]
        self._head = b""
        try:
            head = http_head(raw)
        except HttpHeadError as error:
            self._give_up()
            yield Passed(WireKind.LOST, way, f"the answer to the handshake: {error}")
            return
        yield Passed(WireKind.RESPONSE, way, head=head)
        if head.status != HTTPStatus.SWITCHING_PROTOCOLS:
            self._give_up()
            return
        self._is_open = True
        self._ways = {each: _Way(each, _extensions(head, each)) for each in FrameDirection}
        yield from self._ways[FrameDirection.TO_CSMS].feed(self._early)
        yield from self._ways[way].feed(rest)

    def _give_up(self) -> None:
        self._is_open = True
        self._ways = {each: _Way(each, None) for each in FrameDirection}


class _Way:
    """One direction, once it is a WebSocket."""

    def __init__(self, direction: FrameDirection, extensions: list[Extension] | None) -> None:
        """`extensions` None: it is not read at all."""
        self._direction = direction
        is_to_csms = direction is FrameDirection.TO_CSMS
        # Who reads what the charge point sends is a server: its frames are masked.
        side = Side.SERVER if is_to_csms else Side.CLIENT
        self._protocol: Protocol | None = None
        if extensions is not None:
            self._protocol = Protocol(side, state=OPEN, max_size=MESSAGE_MAX)
            self._protocol.extensions = extensions
        self._parts: list[bytes] = []
        self._opcode = Opcode.TEXT

    def feed(self, data: bytes) -> Iterator[Passed]:
        protocol = self._protocol
        if protocol is None or not data:
            return
        protocol.receive_data(data)
        for frame in protocol.events_received():
            if isinstance(frame, Frame):
                yield from self._frame(frame)
        # What the library would answer is nobody's business here.
        protocol.data_to_send()
        if protocol.parser_exc is not None:
            self._protocol = None
            if isinstance(protocol.parser_exc, ProtocolError | PayloadTooBig | UnicodeDecodeError):
                why = f"{protocol.parser_exc}" or type(protocol.parser_exc).__name__
                yield Passed(WireKind.LOST, self._direction, why)

    def _frame(self, frame: Frame) -> Iterator[Passed]:
        way = self._direction
        match frame.opcode:
            case Opcode.PING:
                yield Passed(WireKind.PING, way)
            case Opcode.PONG:
                yield Passed(WireKind.PONG, way)
            case Opcode.CLOSE:
                yield _closed(frame, way)
            case Opcode.TEXT | Opcode.BINARY | Opcode.CONT:
                if frame.opcode is not Opcode.CONT:
                    self._opcode, self._parts = frame.opcode, []
                self._parts.append(bytes(frame.data))
                if frame.fin:
                    text = b"".join(self._parts).decode("utf-8", "replace")
                    self._parts = []
                    is_text = self._opcode is Opcode.TEXT
                    yield Passed(WireKind.TEXT if is_text else WireKind.BINARY, way, text)


def _closed(frame: Frame, way: FrameDirection) -> Passed:
    try:
        close = Close.parse(bytes(frame.data))
    except (ProtocolError, UnicodeDecodeError):
        return Passed(WireKind.CLOSE, way)
    return Passed(WireKind.CLOSE, way, close.reason, int(close.code))


def _extensions(head: HttpHead, direction: FrameDirection) -> list[Extension] | None:
    """Make what undoes the compression that both have agreed on; None: nobody here knows it."""
    agreed = head.get("sec-websocket-extensions")
    found: list[Extension] = []
    try:
        offers = parse_extension(agreed) if agreed else []
    except InvalidHeader:
        return None
    for name, parameters in offers:
        if name != "permessage-deflate":
            return None
        words = dict(parameters)
        who = "client" if direction is FrameDirection.TO_CSMS else "server"
        bits = words.get(f"{who}_max_window_bits")
        found.append(
            PerMessageDeflate(
                remote_no_context_takeover=f"{who}_no_context_takeover" in words,
                local_no_context_takeover=False,
                remote_max_window_bits=int(bits) if bits and bits.isdigit() else 15,
                local_max_window_bits=15,
            )
        )
    return found
