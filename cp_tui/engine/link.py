"""The link to the CSMS: connects, stays connected, and says at every moment how it stands.

It moves texts and bytes; it does not know what they mean. What it does is told to the variable
`link`.

One task, the runner, goes round: attempt, traffic until it ends, wait. Orders come from the engine
loop, which waits for nobody, so an order only sets what is wanted and shakes whatever the runner is
at: it pokes the wait, cancels the attempt, asks the connection to close. The runner finds out by
itself what is wanted next. The attempt is a task of its own so that it can be cancelled without the
runner, and while it is, everything that was made by then has to be thrown away.

Connections are numbered. The mind decides on what it heard over one of them, and its answer must
not leave over the next: a CSMS would get an answer to a question that this connection never
carried. So a `sender` belongs to one connection and is of no use after it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from msgspec import Struct, field
from msgspec.structs import replace

from cp_tui.charge_point.effects import CloseLink, SetCredentials
from cp_tui.charge_point.events import FrameReceived, LinkClosed, LinkFailed, LinkOpened
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables import (
    Direction,
    LastFrame,
    LinkError,
    LinkPhase,
    LinkStep,
    LinkView,
)
from cp_tui.engine.backoff import Backoff, BackoffSettings
from cp_tui.engine.connect import ConnectAttempt, Found, LinkConnection, Secured
from cp_tui.engine.connection import Connection, Sender
from cp_tui.engine.dialling import dialled
from cp_tui.engine.endpoint import Endpoint, EndpointError
from cp_tui.engine.link_failure import LinkFailure
from cp_tui.engine.network import Network
from cp_tui.engine.timeouts import ConnectionTimeouts, Timeouts
from cp_tui.engine.tls import LinkTls
from cp_tui.engine.upgrade import from_settings, password_of, where_to

CLOCK_LOOK_S = 10.0
"""How often a wait looks at the clock of the machine, which may have been set."""
CLOCK_STEPPED = timedelta(seconds=2)
"""A published moment that is off by more than this is published anew: the clock was set."""
FRAMES_TOLD_S = 0.1
"""The shortest time between two updates of the newest frames."""
ROUND_TRIP_NEWS_MS = 10.0
"""A smaller change of the round trip, or one below a half of it, is not published."""

_NO_CONNECTION: Mapping[str, None] = {"subprotocol": None, "tls": None, "ping_round_trip_ms": None}
"""Fields of the variable that mean something only while the link is open."""

LinkEvent = LinkOpened | LinkFailed | LinkClosed | FrameReceived


class LinkSettings(Struct, frozen=True):
    """The numbers of a link; tests have shorter ones."""

    connect: Timeouts = field(default_factory=Timeouts)
    session: ConnectionTimeouts = field(default_factory=ConnectionTimeouts)
    backoff: BackoffSettings = field(default_factory=BackoffSettings)
    lasting_s: float = 30.0
    """A connection that was open this long resets the back-off; a CSMS that accepts and closes at
    once must not be called without end."""


class _InterruptedError(Exception):
    """An order ended the attempt: that is no failure."""


class Link:
    """Keeps one WebSocket to the CSMS while it is wanted.

    `deliver` is awaited with every event, in order: each
    `LinkOpened` is followed by exactly one `LinkClosed`, but for `cut` and `end`; an attempt that
    fails gives one `LinkFailed`.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        make_tls: Callable[[SetCredentials], LinkTls],
        *,
        deliver: Callable[[LinkEvent], Awaitable[None]],
        publish: Callable[[str, object], None],
        random: Random,
        log: logging.Logger,
        settings: LinkSettings | None = None,
        trust: Callable[[SetCredentials], str] = lambda sent: "",
        network: Network | None = None,
    ) -> None:
        """`make_tls` is called in a thread; `trust` says what servers are held against."""
        self._endpoint = endpoint
        self._make_tls = make_tls
        self._trust = trust
        self._deliver = deliver
        self._publish = publish
        self._log = log
        self._settings = settings or LinkSettings()
        self._network = network or Network()
        self._backoff = Backoff(random, self._settings.backoff)
        self._sent = SetCredentials(None, "not set")
        self._secured: Secured | None = None
        """What the newest handshake has agreed on."""
        self._ping_interval_s = 0
        self._is_wanted = False
        self._is_network_up = True
        self._is_urgent = False
        """The next attempt is made at once."""
        self._is_interrupted = False
        """The present attempt is not wanted any more."""
        self._own_cause = ""
        """Why an order ended the present connection or attempt."""
        self._reopens_at: datetime | None = None
        """When it is opened again by itself, where it was closed for a while."""
        self._newest: dict[str, tuple[datetime, str]] = {}
        """Frames that the variable does not show yet."""
        self._frames_told_at = 0.0
        self._poke = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None
        self._attempt: asyncio.Task[LinkConnection] | None = None
        self._connection: Connection | None = None
        self._number = 0
        """Number of the newest connection."""
        self._stood_since = self._pulled_at = _now()
        """When it became open, stopped or offline; when the cable was pulled last."""
        self._state = LinkView(phase=LinkPhase.STOPPED, since=self._stood_since)
        self._state = replace(self._state, trust=self._trusted())
        publish("link", self._state)
        publish("is_connected", False)

    def open(self) -> None:
        """Connect, and keep trying (`OpenLink`)."""
        self._is_wanted, self._reopens_at = True, None
        self._hurry()
        if self._runner is None:
            self._runner = asyncio.create_task(self._run(), name="link")

    def close(self, why: str = CloseLink().why, until: datetime | None = None) -> None:
        """Close with code 1000 after what is queued, and do not try again (`CloseLink`).

        `until`: when whoever closes it opens it again; until then it waits, and is not stopped.
        """
        self._is_wanted, self._reopens_at = False, until
        self._own_cause = why
        self._end_present()
        if self._runner is None and self._state.phase is LinkPhase.WAITING:
            self._ended(next_attempt_at=until)

    def reconnect(self, why: str) -> None:
        """Close and connect anew at once, for this reason (`Reconnect`)."""
        self._own_cause = why
        self._hurry()
        self._end_present()

    def try_now(self) -> bool:
        """Connect at once instead of waiting; False if it was not waiting."""
        if self._state.phase is not LinkPhase.WAITING:
            return False
        if self._reopens_at is not None:
            self.open()
            return True
        if not self._is_wanted:
            return False
        self._hurry()
        return True

    def set_network(self, is_up: bool) -> bool:
        """Pull the network cable or put it back; False if it was so already."""
        if is_up == self._is_network_up:
            return False
        self._is_network_up = is_up
        if is_up:
            error = self._state.last_error
            over = None if error is None else _with_cable(error)
            self._update(network_up=True, next_attempt_at=None, last_error=over)
            self._backoff.reset()
            self._hurry()
        else:
            self._pulled_at = _now()
            self._own_cause = "the network cable was pulled"
            self._update(network_up=False)
            if self._connection is not None:
                self._connection.abort(_network_down())
            self._cancel_attempt()
        return True

    def set_weather(self, name: str, seed: int | None) -> bool:
        """Have the network be as this weather; False if it is so already.

        Raises `UnknownWeather`.
        """
        if self._network.is_set(name, seed):
            return False
        self._network.set(name, seed)
        self._backoff.reset()
        if self._connection is not None:
            self._connection.weather_changed()
        else:
            # What the weather of before had in store for an attempt is not waited for.
            self._own_cause = "another weather was set"
            self._hurry()
            self._cancel_attempt()
        return True

    def set_ping(self, interval_s: int) -> None:
        """Ping every so many seconds; 0 is never (`SetPing`)."""
        self._ping_interval_s = interval_s
        if self._connection is not None:
            self._connection.set_ping(interval_s)

    def set_credentials(self, sent: SetCredentials) -> None:
        """Connect in this way from the next attempt on."""
        self._sent = sent
        self._update(
            security_profile=self._security_profile(),
            authorization_key=sent.form,
            trust=self._trusted(),
        )

    def sender(self, connection: int) -> Sender | None:
        """Give what sends frames over a connection; None if that one is not open any more."""
        if self._connection is None or connection != self._number:
            return None
        return self._connection.send

    def note_frame(self, direction: Direction, at: datetime, action: str) -> None:
        """Remember the newest frame of a direction."""
        # Told once for all frames of a burst: a thousand a second are of no use to anybody.
        if not self._newest:
            due = self._frames_told_at + FRAMES_TOLD_S
            asyncio.get_running_loop().call_at(due, self._tell_frames)
        self._newest["last_in" if direction is Direction.IN else "last_out"] = (at, action)

    def fate(self, message_id: str) -> Reason | None:
        """Tell once what the weather has done to a frame that was just sent."""
        return self._network.fate(message_id)

    async def cut(self) -> None:
        """Lose power: end everything at once, without a close frame and without further events."""
        self._is_wanted, self._reopens_at = False, None
        self._own_cause = "the charge point lost power"
        if self._connection is not None:
            self._connection.abort(LinkFailure(LinkStep.OPEN, self._own_cause))
        await self._stop_runner()

    async def end(self) -> None:
        """End in order, within seconds: what is queued, a close frame, and nothing until `open`."""
        connection = self._connection
        self.close()
        self._own_cause = "the charge point boots anew or was ended"
        if connection is not None and self._runner is not None:
            await asyncio.wait({self._runner}, timeout=self._settings.session.close_s)
        await self._stop_runner()

    async def _stop_runner(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.cancel()
            with suppress(asyncio.CancelledError):
                await runner
        self._ended(next_attempt_at=None)
        self._publish("is_connected", False)

    async def _run(self) -> None:
        while self._is_wanted:
            # Orders from here on concern this attempt; what was urgent before is being done.
            self._is_urgent = self._is_interrupted = False
            self._update(attempt=self._state.attempt + 1, next_attempt_at=None, own_cause="")
            try:
                await self._serve(await self._connected())
            except LinkFailure as failure:
                await self._failed(self._explained(failure))
            except _InterruptedError:
                self._ended()
            except Exception:
                self._log.exception("link: internal error while connecting")
                await self._failed(LinkFailure(LinkStep.TCP, "internal error, see the log"))
            if self._is_wanted and not self._is_urgent:
                await self._wait()
        self._runner = None
        self._ended(next_attempt_at=self._reopens_at, attempt=0)

    async def _connected(self) -> LinkConnection:
        """Make one attempt; an order may interrupt it."""
        if not self._is_network_up:
            raise _network_down()
        self._secured = None
        sent = self._sent
        attempt = ConnectAttempt(
            endpoint=self._target(),
            make_tls=partial(self._make_tls, sent),
            password=password_of(sent),
            timeouts=self._settings.connect,
            on_phase=lambda phase: self._update(phase=phase),
            on_found=self._found,
        )
        # A task of its own, so that an order can end the attempt without ending the runner.
        dialling = dialled(attempt, self._network)
        self._attempt = task = asyncio.create_task(dialling, name="link attempt")
        try:
            await asyncio.wait({task})
        finally:
            self._attempt = None
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
            # It may have succeeded in the very turn of the loop in which it was interrupted.
            is_connected = not task.cancelled() and task.exception() is None
            if is_connected and self._is_interrupted:
                task.result().transport.abort()
        if self._is_interrupted:
            raise _InterruptedError if self._is_network_up else _network_down()
        return task.result()

    async def _serve(self, websocket: LinkConnection) -> None:
        """Carry the traffic of an open connection until it ends."""
        assert self._connection is None, "one connection at a time"
        opened_at = asyncio.get_running_loop().time()
        self._number += 1
        self._connection = connection = Connection(
            websocket,
            deliver=self._deliver,
            on_round_trip=self._note_round_trip,
            ping_interval_s=self._ping_interval_s,
            timeouts=self._settings.session,
            network=self._network,
        )
        try:
            self._opened(websocket)
            secured = self._secured
            tls, chain = (None, ()) if secured is None else (secured.tls, secured.chain)
            await self._deliver(LinkOpened(self._number, tls, chain))
            failure = await connection.run()
        except Exception:
            self._log.exception("link: internal error while open")
            failure = LinkFailure(LinkStep.OPEN, "internal error, see the log")
        finally:
            # However it ended, even by an error of ours: nothing is sent over it any more.
            self._connection = None
            connection.drop()
            self._publish("is_connected", False)
            if asyncio.get_running_loop().time() - opened_at >= self._settings.lasting_s:
                self._backoff.reset()
        await self._deliver(LinkClosed())
        if failure is not None:
            raise failure
        self._log.info("link closed")
        self._ended(**_NO_CONNECTION)

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        end, told = loop.time() + self._backoff.next_delay_s(), None
        self._poke.clear()
        while (left_s := end - loop.time()) > 0.0 and not self._poke.is_set():
            at = _now() + timedelta(seconds=left_s)
            # The wait goes by a clock that nobody sets; what is told of it, by one that may step.
            if told is None or abs(at - told) > CLOCK_STEPPED:
                told = at
                self._update(phase=LinkPhase.WAITING, next_attempt_at=at)
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left_s, CLOCK_LOOK_S)):
                    await self._poke.wait()

    def _opened(self, websocket: LinkConnection) -> None:
        self._update(
            phase=LinkPhase.OPEN,
            subprotocol=websocket.subprotocol,
            tls=None if self._secured is None else self._secured.tls,
            attempt=0,
            ping_round_trip_ms=None,
        )
        self._publish("is_connected", True)
        self._log.info("link open: %s", self._target().uri)

    def _ended(self, **changes: object) -> None:
        """Tell that an order, and no failure, ended the connection or the attempt, and why."""
        is_waiting = self._is_wanted or self._reopens_at is not None
        phase = LinkPhase.WAITING if is_waiting else LinkPhase.STOPPED
        self._update(phase=phase, own_cause=self._own_cause, **changes)

    def _found(self, found: Found) -> None:
        if isinstance(found, Secured):
            self._secured = found

    def _explained(self, failure: LinkFailure) -> LinkFailure:
        """Name what may have to do with it: the setting of the URL, and the weather."""
        if self._network.bad is not None and self._is_network_up:
            failure.in_weather(self._network.words)
        return from_settings(failure, self._endpoint, self._sent)

    async def _failed(self, failure: LinkFailure) -> None:
        error = failure.error(_now())
        if self._is_network_up:
            error = _with_cable(error)
        self._update(phase=LinkPhase.WAITING, last_error=error, **_NO_CONNECTION)
        hint = f" ({failure.hint})" if failure.hint else ""
        self._log.warning("link: %s: %s%s", failure.step, failure.text, hint)
        # An attempt over a cable that is pulled says nothing about how it was made.
        if failure.step is not LinkStep.OPEN and self._is_network_up:
            await self._deliver(LinkFailed(failure.fault, failure.text, failure.shown))

    def _tell_frames(self) -> None:
        self._frames_told_at = asyncio.get_running_loop().time()
        newest, self._newest = self._newest, {}
        self._update(
            **{name: LastFrame(at=at, action=action) for name, (at, action) in newest.items()}
        )

    def _note_round_trip(self, seconds: float) -> None:
        known_ms, now_ms = self._state.ping_round_trip_ms, round(seconds * 1000, 1)
        # A line that is as fast as before is no news: a quiet screen then costs nothing.
        if known_ms is None or abs(now_ms - known_ms) > max(ROUND_TRIP_NEWS_MS, known_ms / 2):
            self._update(ping_round_trip_ms=now_ms)

    def _update(self, **changes: object) -> None:
        before, after = self._state, replace(self._state, **changes)
        if _standing(after) is not _standing(before):
            self._stood_since = _now()
        is_by_cable = not after.network_up and after.phase is not LinkPhase.STOPPED
        # What stood before the cable was pulled still stands when it is plugged in again.
        since = self._pulled_at if is_by_cable else self._stood_since
        self._state = replace(after, since=since)
        self._publish("link", self._state)

    def _security_profile(self) -> int:
        if self._sent.profile or self._sent.password is None:
            return self._sent.profile
        return 2 if self._endpoint.is_secure else 1

    def _target(self) -> Endpoint:
        """Where the next attempt goes; raises `LinkFailure`."""
        try:
            return where_to(self._endpoint, self._sent)
        except EndpointError as error:
            raise LinkFailure(LinkStep.DNS, f"not tried: {error}", "check csms.url") from None

    def _trusted(self) -> str:
        try:
            return self._trust(self._sent) if self._target().is_secure else ""
        except LinkFailure:
            return ""

    def _hurry(self) -> None:
        self._is_urgent = True
        self._poke.set()

    def _end_present(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._cancel_attempt()
        self._poke.set()

    def _cancel_attempt(self) -> None:
        self._is_interrupted = True
        if self._attempt is not None:
            self._attempt.cancel()


def _standing(state: LinkView) -> LinkPhase:
    """Open, stopped or offline: attempts in vain do not change it."""
    lasting = (LinkPhase.OPEN, LinkPhase.STOPPED)
    return state.phase if state.phase in lasting else LinkPhase.WAITING


def _network_down() -> LinkFailure:
    return LinkFailure(
        LinkStep.TCP, "the network cable is pulled", "plug the network cable in again"
    )


def _with_cable(error: LinkError) -> LinkError:
    """An error in words that are true with the cable plugged in: that cause is over."""
    if error.text != _network_down().text:
        return error
    return replace(error, text="the network cable was pulled", hint="")


def _now() -> datetime:
    return datetime.now(UTC)
