"""The link of one station: connects, waits, connects again, and says what the mind has to hear.

Pure, and in the words of the link of a single charge point. A call changes what is wanted or what
there is; `step` then does what follows from that, one thing after the other.
"""

from __future__ import annotations

from datetime import datetime

from cp_tui.charge_point.effects import SetCredentials
from cp_tui.charge_point.events import FrameReceived, LinkClosed, LinkFailed, LinkOpened
from cp_tui.charge_point.variables import LinkError, LinkStep, Tls
from cp_tui.engine.backoff import Backoff
from cp_tui.engine.endpoint import Endpoint, EndpointError
from cp_tui.engine.link_failure import LinkFailure
from cp_tui.engine.upgrade import password_of, where_to
from cp_tui.fleet.stream_order import OrderKind, StreamOrder
from cp_tui.fleet.watcher import StationWatcher
from cp_tui.fleet.web_socket import Connect, WebSocket
from cp_tui.ocpp.calendar import later

LinkEvent = LinkOpened | LinkFailed | LinkClosed | FrameReceived


class StationLink:
    """Keeps one WebSocket while it is wanted."""

    def __init__(
        self, known: Endpoint, connect: Connect, backoff: Backoff, watcher: StationWatcher
    ) -> None:
        """`known` is the address of the configuration; the mind may have another one."""
        self.backoff = backoff
        self.sent = SetCredentials(None, "not set")
        """How to connect from the next attempt on."""
        self.error: LinkError | None = None
        """Why the newest attempt or connection ended."""
        self._known = known
        self._connect = connect
        self._watcher = watcher
        self._ping_interval_s = 0
        self._is_wanted = False
        self.is_cable_in = True
        self._is_urgent = False
        """The next attempt follows at once."""
        self._is_dialling = False
        """Whether somebody makes a stream."""
        self._began_at: datetime | None = None
        """When it was begun to connect."""
        self._socket: WebSocket | None = None
        self.tls: Tls | None = None
        """What it has agreed on."""
        self._chain: tuple[str, ...] = ()
        self._links = 0
        """How many connections there have been."""
        self.retry_at: datetime | None = None
        """When it is tried again."""
        self._lost_at: datetime | None = None
        """When an open connection was lost that is not back yet."""
        self._bytes: list[bytes] = []
        self._orders: list[StreamOrder] = []

    @property
    def is_open(self) -> bool:
        """Whether the WebSocket is open."""
        return self._socket is not None and self._socket.is_open

    @property
    def security_profile(self) -> int:
        """Give the one that is in force: W A00, or what the password and the URL amount to."""
        if self.sent.profile or self.sent.password is None:
            return self.sent.profile
        return 2 if self._known.is_secure else 1

    @property
    def is_connecting(self) -> bool:
        """Whether there is a stream, or somebody makes one."""
        return self._is_dialling or self._socket is not None

    @property
    def trouble(self) -> str:
        """Why there is no connection now; empty: nothing has failed since there was one."""
        error, lost_at = self.error, self._lost_at
        return "" if error is None or (lost_at is not None and error.at < lost_at) else error.text

    @property
    def deadline(self) -> datetime | None:
        """When `tick` has something to do."""
        due = None if self._socket is None else self._socket.deadline
        return min((each for each in (due, self.retry_at) if each is not None), default=None)

    def take_bytes(self) -> list[bytes]:
        """Hand over what is to be written into the present stream."""
        found, self._bytes = self._bytes, []
        if self._socket is not None:
            found += self._socket.take_bytes()
        return found

    def take_orders(self) -> list[StreamOrder]:
        """Hand over what is to be done with streams."""
        found, self._orders = self._orders, []
        return found

    def open(self, now: datetime) -> None:
        """Connect, and keep trying (`OpenLink`)."""
        self._is_wanted = True
        self.hurry(now)

    def close(self, now: datetime) -> None:
        """Close it, and do not try again (`CloseLink`)."""
        self._is_wanted = False
        self.retry_at = None
        self.end_present(now)

    def hurry(self, now: datetime) -> None:
        """Connect at once where there is no connection, or as soon as the present one is over."""
        self._is_urgent = True
        if not self.is_connecting and self.is_cable_in:
            self.retry_at = now

    def end_present(self, now: datetime) -> None:
        """Close the connection in order, or stop making one; the back-off goes on."""
        if self._is_dialling:
            self._stop_dialling()
            self._wait(now)
        elif self._socket is not None:
            self._socket.close(now)

    def cut(self, why: str) -> None:
        """Pull the network cable: nothing reaches anybody, nor is tried, until `restore`."""
        self.is_cable_in = False
        self.retry_at = None
        if self._is_dialling:
            self._stop_dialling()
        elif self._socket is not None:
            self._socket.cut(why)

    def restore(self, now: datetime) -> None:
        """Put the network cable back; the back-off begins anew and says when it is tried."""
        if not self.is_cable_in:
            self.is_cable_in = True
            self.backoff.reset()
            if not self.is_connecting:
                self._wait(now)

    def forget(self, kind: OrderKind, now: datetime) -> None:
        """End the stream without a word to the mind, which is gone."""
        if self._is_dialling:
            self._stop_dialling()
        elif self._socket is not None:
            if kind is OrderKind.CLOSE:
                self._socket.close(now)
            self._bytes += self._socket.take_bytes()
            self._socket.drop()
            self._socket = None
            self._orders.append(StreamOrder(kind))
        self._is_wanted = self._is_urgent = False
        self.retry_at = self._lost_at = None

    def set_ping(self, interval_s: int, now: datetime) -> None:
        """Ping every so many seconds; 0 is never (`SetPing`)."""
        self._ping_interval_s = interval_s
        if self._socket is not None:
            self._socket.set_ping(interval_s, now)

    def send(self, text: str) -> None:
        """Send a frame; where nothing is open it is lost."""
        if self._socket is not None:
            self._socket.send(text)

    def stream_opened(
        self, now: datetime, began_at: datetime | None, tls: Tls | None, chain: tuple[str, ...]
    ) -> LinkEvent | None:
        """Begin the upgrade over a stream that stands."""
        if not self._is_dialling:
            return None
        self._is_dialling = False
        self._began_at = began_at or self._began_at
        self.tls, self._chain = tls, chain
        target, password = where_to(self._known, self.sent), password_of(self.sent)
        try:
            self._socket = WebSocket(target, password, self._connect, self._ping_interval_s, now)
        except LinkFailure as failure:
            self._orders.append(StreamOrder(OrderKind.CLOSE))
            return self._failed(failure, now)
        return None

    def stream_failed(self, failure: LinkFailure, now: datetime) -> LinkEvent | None:
        """Take that there is no stream."""
        if not self._is_dialling:
            return None
        self._is_dialling = False
        return self._failed(failure, now)

    def receive(self, data: bytes, now: datetime) -> list[LinkEvent]:
        """Take what the CSMS has written."""
        socket = self._socket
        if socket is None:
            return []
        was_opened = socket.opened_at is not None
        messages = socket.receive(data, now)
        is_new = socket.opened_at is not None and not was_opened
        events: list[LinkEvent] = [self._opened(now)] if is_new else []
        return events + [FrameReceived(message) for message in messages]

    def lost(self, why: str) -> None:
        """Take that the stream is gone."""
        if self._socket is not None:
            self._socket.lost(why)

    def tick(self, now: datetime) -> None:
        """Do what is due."""
        if self._socket is not None:
            self._socket.tick(now)

    def step(self, now: datetime) -> LinkEvent | None:
        """Do what follows; give what the mind has to hear of, and then ask again."""
        if self._socket is not None and self._socket.is_over:
            return self._ended(self._socket, now)
        if self.retry_at is not None and now >= self.retry_at:
            return self._dial(now)
        return None

    def _wait(self, now: datetime) -> None:
        """Have the next attempt made when it is time for it."""
        is_urgent, self._is_urgent = self._is_urgent, False
        if self._is_wanted and self.is_cable_in:
            self.retry_at = now if is_urgent else later(now, self.backoff.next_delay_s())

    def _dial(self, now: datetime) -> LinkEvent | None:
        self.retry_at = None
        self._is_urgent = False
        self._began_at = now
        try:
            target = where_to(self._known, self.sent)
        except EndpointError as error:
            failure = LinkFailure(LinkStep.DNS, f"not tried: {error}", "check csms.url")
            return self._failed(failure, now)
        self._is_dialling = True
        self._orders.append(StreamOrder(OrderKind.OPEN, target, self.sent))
        return None

    def _stop_dialling(self) -> None:
        self._is_dialling = False
        self._orders.append(StreamOrder(OrderKind.ABORT))

    def _failed(self, failure: LinkFailure, now: datetime) -> LinkFailed:
        """Note an attempt to connect that was in vain."""
        self.error = failure.error(now)
        # The same with all is one reason in the sums, whoever it was.
        named = f"user {self._known.charge_point_id!r}"
        self._watcher.refused(failure.step, failure.text.replace(named, "the user"))
        self._wait(now)
        return LinkFailed(failure.fault, failure.text, failure.shown)

    def _opened(self, now: datetime) -> LinkOpened:
        assert self._began_at is not None
        self._watcher.connected((now - self._began_at).total_seconds())
        if self._lost_at is not None:
            self._watcher.back((now - self._lost_at).total_seconds())
            self._lost_at = None
        self._links += 1
        return LinkOpened(self._links, self.tls, self._chain)

    def _ended(self, socket: WebSocket, now: datetime) -> LinkEvent | None:
        """Follow the end of a WebSocket."""
        self._bytes += socket.take_bytes()
        self._socket = None
        self._orders.append(StreamOrder(OrderKind.ABORT if socket.is_cut else OrderKind.CLOSE))
        failure = socket.failure
        if socket.opened_at is None:
            if failure is not None:
                return self._failed(failure, now)
            self._wait(now)
            return None
        if (now - socket.opened_at).total_seconds() >= self._connect.lasting_s:
            self.backoff.reset()
        if self._is_wanted:
            self._lost_at = now
        if failure is not None:
            self.error = failure.error(now)
            self._watcher.lost(failure.text)
        self._wait(now)
        return LinkClosed()
