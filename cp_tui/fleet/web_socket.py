"""One WebSocket of a station, from the upgrade to its end: bytes in, messages out, and back.

Pure: somebody else moves the bytes and says what time it is. Why it ended is told in the words of
the link of a single charge point.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, field
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import enable_client_permessage_deflate
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from cp_tui.charge_point.variables import LinkStep
from cp_tui.engine.endpoint import Endpoint
from cp_tui.engine.link_failure import (
    FRAME_BYTES_MAX,
    LinkFailure,
    closed_failure,
    no_answer_failure,
    subprotocol_failure,
)
from cp_tui.engine.timeouts import ConnectionTimeouts, Timeouts
from cp_tui.engine.upgrade import pong_failure, silent_logger, upgrade_failure, upgrade_headers
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.frame import SUBPROTOCOL

_LOGGER = silent_logger()


class Connect(Struct, frozen=True):
    """How a station connects; address and password are those of its configuration."""

    compress: bool = False
    """Whether permessage-deflate is offered: it takes some 40 KiB where the CSMS agrees."""
    steps: Timeouts = field(default_factory=Timeouts)
    session: ConnectionTimeouts = field(default_factory=ConnectionTimeouts)
    lasting_s: float = 30.0
    """A connection that was open this long resets the back-off."""


class WebSocket:
    """The protocol over one stream; it is over once `is_over`, and `failure` says why."""

    __slots__ = (
        "_connect",
        "_due",
        "_endpoint",
        "_is_own_end",
        "_parts",
        "_password",
        "_ping_due",
        "_ping_interval_s",
        "_pings",
        "_pong_due",
        "_protocol",
        "failure",
        "is_cut",
        "is_over",
        "opened_at",
    )

    def __init__(
        self,
        endpoint: Endpoint,
        password: bytes | None,
        connect: Connect,
        ping_interval_s: int,
        now: datetime,
    ) -> None:
        """Have the upgrade request ready to be sent; raises `LinkFailure`."""
        headers = upgrade_headers(endpoint, password)
        self._endpoint, self._password, self._connect = endpoint, password, connect
        extensions = enable_client_permessage_deflate(None) if connect.compress else None
        self._protocol = ClientProtocol(
            parse_uri(endpoint.uri),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            extensions=extensions,
            max_size=FRAME_BYTES_MAX,
            logger=_LOGGER,
        )
        request = self._protocol.connect()
        request.headers.update(headers)
        self._protocol.send_request(request)
        self.is_over = False
        self.failure: LinkFailure | None = None
        """Why it ended; None: because its owner wanted that."""
        self.is_cut = False
        """The CSMS does not answer any more: nobody waits for it to close the stream."""
        self.opened_at: datetime | None = None
        self._due: datetime | None = later(now, connect.steps.upgrade_s)
        """When the handshake, or the closing one, has taken too long."""
        self._is_own_end = False
        self._parts: list[bytes] = []
        """What has come of a message in several frames."""
        self._ping_interval_s = ping_interval_s
        self._ping_due: datetime | None = None
        self._pong_due: datetime | None = None
        self._pings = 0

    @property
    def is_open(self) -> bool:
        """Whether messages may be sent."""
        is_open = self._protocol.state is State.OPEN
        return is_open and self.opened_at is not None and not self.is_over

    @property
    def deadline(self) -> datetime | None:
        """When `tick` has something to do."""
        times = (self._due, self._ping_due, self._pong_due)
        return min((each for each in times if each is not None), default=None)

    def take_bytes(self) -> list[bytes]:
        """Hand over what is to be written; the end of our stream is left to the owner."""
        return [data for data in self._protocol.data_to_send() if data]

    def send(self, text: str) -> bool:
        """Send a message; False: it is not open, and the message is lost with it."""
        if not self.is_open:
            return False
        self._protocol.send_text(text.encode())
        return True

    def set_ping(self, interval_s: int, now: datetime) -> None:
        """Ping every so many seconds from now on; 0 is never."""
        self._ping_interval_s = interval_s
        self._schedule_ping(now)

    def close(self, now: datetime) -> None:
        """Begin to close it, with code 1000; it is over when the CSMS has closed it, too."""
        self._is_own_end = True
        if self.is_open:
            self._protocol.send_close(1000)
            self._closing(now)
        else:
            self._end(None)

    def receive(self, data: bytes, now: datetime) -> list[str | bytes]:
        """Take bytes; give the messages that they complete."""
        if self.is_over:
            return []
        self._protocol.receive_data(data)
        messages: list[str | bytes] = []
        for event in self._protocol.events_received():
            if isinstance(event, Response):
                self._answered(event, now)
            elif isinstance(event, Frame):
                self._take(event, messages, now)
        if self._protocol.handshake_exc is not None and not self.is_over:
            error = self._protocol.handshake_exc
            self._end(upgrade_failure(self._endpoint, self._password, None, error))
        elif self._protocol.state is State.CLOSING:
            self._closing(now)
        return messages

    def lost(self, why: str = "") -> None:
        """Take that the stream has ended, in words of somebody who knows why."""
        if self.is_over:
            return
        was_open = self.is_open
        if self.opened_at is None:
            self._end(no_answer_failure(self._endpoint, closed=True))
            return
        self._protocol.receive_eof()
        if why and was_open:
            self._end(LinkFailure(LinkStep.OPEN, why, close_code=1006))
        else:
            self._end(closed_failure(self._protocol.close_exc))

    def cut(self, why: str) -> None:
        """End it without a word to the CSMS."""
        self.is_cut = True
        self.lost(why)

    def drop(self) -> None:
        """End it without a word to its owner."""
        self._is_own_end = True
        self._end(None)

    def tick(self, now: datetime) -> None:
        """Ping where that is due; end it where the CSMS has been silent for too long."""
        if self._due is not None and now >= self._due:
            self.is_cut = True
            if self.opened_at is None:
                self._end(no_answer_failure(self._endpoint, closed=False))
            else:
                self._protocol.receive_eof()
                self._end(closed_failure(self._protocol.close_exc))
        elif self._pong_due is not None and now >= self._pong_due:
            self.is_cut = True
            self._end(pong_failure(self._connect.session.pong_s))
        elif self._ping_due is not None and now >= self._ping_due:
            self._pings += 1
            self._protocol.send_ping(b"%d" % self._pings)
            self._ping_due = None
            self._pong_due = later(now, self._connect.session.pong_s)

    def _answered(self, response: Response, now: datetime) -> None:
        error = self._protocol.handshake_exc
        if error is not None:
            self._end(upgrade_failure(self._endpoint, self._password, response, error))
        elif self._protocol.subprotocol != SUBPROTOCOL:
            self._end(subprotocol_failure(None))
        else:
            self.opened_at = now
            # The parser keeps the answer for as long as the connection lives.
            response.headers.clear()
            self._due = None
            self._schedule_ping(now)

    def _take(self, frame: Frame, messages: list[str | bytes], now: datetime) -> None:
        match frame.opcode:
            case Opcode.TEXT | Opcode.BINARY | Opcode.CONT:
                if frame.opcode is not Opcode.CONT:
                    self._parts = [b"t" if frame.opcode is Opcode.TEXT else b"b"]
                self._parts.append(bytes(frame.data))
                if frame.fin:
                    kind, *parts = self._parts
                    self._parts = []
                    self._complete(kind == b"t", b"".join(parts), messages)
            case Opcode.PONG:
                if self._pong_due is not None and frame.data == b"%d" % self._pings:
                    self._schedule_ping(now)
            case _:
                pass

    def _complete(self, is_text: bool, data: bytes, messages: list[str | bytes]) -> None:
        if not is_text:
            messages.append(data)
            return
        try:
            messages.append(data.decode())
        except UnicodeDecodeError as error:
            self._protocol.fail(1007, f"{error.reason} at position {error.start}")

    def _schedule_ping(self, now: datetime) -> None:
        self._pong_due = None
        is_wanted = self._ping_interval_s > 0 and self.is_open
        self._ping_due = later(now, self._ping_interval_s) if is_wanted else None

    def _closing(self, now: datetime) -> None:
        self._ping_due = self._pong_due = None
        if self._due is None:
            self._due = later(now, self._connect.session.close_s)

    def _end(self, failure: LinkFailure | None) -> None:
        if self.is_over:
            return
        self.is_over = True
        self.failure = None if self._is_own_end else failure
        self._due = self._ping_due = self._pong_due = None
        # The parser is a generator that holds the protocol, which holds it: without this each
        # connection would be left to the collector of cycles.
        self._protocol.parser.close()
