"""What a weather does to the frames and connections of one charge point.

Pure: instants are seconds of a clock that never goes back. Each decision has a number of its own
and is drawn from the seed, so that a frame more in one direction changes nothing in the other.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from math import inf

from msgspec import Struct

from cp_tui.network.draw import draw
from cp_tui.network.fault_words import silence_words, words_of
from cp_tui.network.weather import (
    BREAK_KINDS,
    SLOW_KINDS,
    FaultKind,
    NetworkFault,
    Way,
    Weather,
)
from cp_tui.network.windows import Window, joined_window, next_window, window_at

TIMEOUT_S = 30.0
"""How long an attempt to connect hangs that is not answered; who has less patience ends it."""
HOLDS_MAX = 64
"""How often a frame is held anew when it would have come."""


class DialFailure(StrEnum):
    """Why an attempt to connect fails, in the order in which it would be met."""

    DNS = FaultKind.DNS.value
    REFUSED = FaultKind.REFUSED.value
    TIMEOUT = FaultKind.TIMEOUT.value
    TLS = FaultKind.TLS.value
    CAPTIVE = FaultKind.CAPTIVE.value


class Dialling(Struct, frozen=True):
    """What becomes of an attempt to connect."""

    after_s: float
    """How long it takes."""
    failure: DialFailure | None = None


class Break(Struct, frozen=True):
    """How and when an open connection ends."""

    at: float
    """May be past: then it ends now."""
    kind: FaultKind
    """`reset` or `close`."""
    code: int = 1006
    reason: str = ""


class Doing(Struct, frozen=True):
    """What a network does right now, for people."""

    words: str
    """Empty: nothing at the moment."""
    since: float
    """When the last of it began; where there is nothing, when the weather did."""
    until: float | None
    """When it changes next; None: not by itself."""


class NetworkCounts(Struct):
    """What has happened to frames, connections and attempts to connect."""

    lost: int = 0
    doubled: int = 0
    delayed: int = 0
    """Those that were held included."""
    cut: int = 0
    not_connected: int = 0


class BadNetwork:
    """A weather from a seed, between one charge point and its CSMS."""

    def __init__(self, weather: Weather, seed: int, began_at: float) -> None:
        self.weather = weather
        self.seed = seed
        self.began_at = began_at
        self.counts = NetworkCounts()
        self.has_actions = any(fault.actions for fault in weather.faults)
        """Whether it matters to `frame` of which Action a frame is."""
        self._numbers: Counter[str] = Counter()
        """How many decisions of each kind there were."""
        self.new_connection(began_at)

    def dial(self, now: float) -> Dialling:
        """Say what becomes of an attempt to connect that begins now."""
        number = self._next("dial")
        slow_s = sum(
            self._delay_s(place, "dial", number)
            for place, fault in enumerate(self.weather.faults)
            if fault.kind in SLOW_KINDS and self._meets_dial(place, now, number)
        )
        at = max(self._held(way, None, now + slow_s) for way in Way)
        failure = DialFailure.TIMEOUT if at == inf else self._dial_failure(now, number)
        self.counts.not_connected += failure is not None
        return Dialling(TIMEOUT_S if failure is DialFailure.TIMEOUT else at - now, failure)

    def new_connection(self, now: float) -> None:
        """A connection is open from now on; what is on its way on the old one is gone."""
        self._opened_at = now
        self._last = dict.fromkeys(Way, now)
        self._free_at = dict.fromkeys(Way, now)
        self._break = self._first_break()
        self._dead_from = {way: self._dead(way) for way in Way}

    def frame(self, way: Way, now: float, size: int, action: str | None) -> tuple[float, ...]:
        """Say when a frame arrives that is sent now: never, once or twice, and in order.

        Infinity: it is held until the weather changes. `size` in bytes; `action` is that of the
        request, for its answer too. A frame can break the connection: ask `next_break` again.
        """
        number = self._next(way)
        arrivals = self._arrivals(way, now, size, action, number)
        self.counts.lost += not arrivals
        self.counts.doubled += len(arrivals) > 1
        if arrivals:
            self.counts.delayed += arrivals[0] > now
            self._break_with_frame(way, now, action, number, arrivals[0])
        return arrivals

    def ping(self, way: Way, now: float) -> tuple[float, ...]:
        """Say when a ping or pong arrives: late, held or lost as a frame, and in their order."""
        return self._arrivals(way, now, 0, None, self._next(f"ping {way}"), "ping")[:1]

    def silent_from(self, way: Way) -> float:
        """Say from when on the open connection carries nothing in a direction; may be infinite."""
        return self._dead_from[way]

    def next_break(self) -> Break | None:
        """Say how and when the open connection ends; None: it is not known to."""
        return self._break

    def doing(self, now: float) -> Doing:
        """Say what it does right now, the newest first."""
        at = now - self.began_at
        found = [(dead_from, words) for dead_from, words in self._dead_words() if now >= dead_from]
        until = inf
        for fault in self.weather.faults:
            is_moment = fault.kind in BREAK_KINDS and not fault.actions
            window = None if is_moment else joined_window(fault, self.seed, at)
            if window is not None:
                found.append((self.began_at + window.since, words_of(fault)))
                until = min(until, window.until)
            elif (following := next_window(fault, self.seed, at)) is not None:
                until = min(until, following.since)
        found.sort(key=lambda each: -each[0])
        return Doing(
            ", ".join(dict.fromkeys(words for _, words in found)),
            found[0][0] if found else self.began_at,
            None if until == inf else self.began_at + until,
        )

    def _dead_words(self) -> list[tuple[float, str]]:
        """Say from when on what does not get through, also where the silence is over by then."""
        ways = self._dead_from.items()
        if len({dead_from for _, dead_from in ways}) == 1:
            return [(self._dead_from[Way.TO_CSMS], silence_words(None))]
        return [(dead_from, silence_words(way)) for way, dead_from in ways]

    def _arrivals(
        self, way: Way, now: float, size: int, action: str | None, number: int, what: str = "frame"
    ) -> tuple[float, ...]:
        if now >= self._dead_from[way]:
            return ()
        at, is_doubled = now, False
        occasion = f"{what} {way}"
        for place, fault in enumerate(self.weather.faults):
            if not self._meets(fault, way, action) or self._window(fault, now) is None:
                continue
            if not self._happens(place, occasion, number):
                continue
            match fault.kind:
                case FaultKind.LOSS:
                    return ()
                case FaultKind.DOUBLE:
                    is_doubled = True
                case FaultKind.DELAY:
                    at += self._delay_s(place, occasion, number)
                case FaultKind.BANDWIDTH:
                    self._free_at[way] = max(now, self._free_at[way]) + size / fault.bytes_per_s
                    at += self._free_at[way] - now
                case _:
                    pass
        at = self._held(way, action, max(at, self._last[way]))
        self._last[way] = at
        return (at, at) if is_doubled else (at,)

    def _held(self, way: Way, action: str | None, at: float) -> float:
        """Say when a frame comes that would come at an instant at which some may be held."""
        holds = [
            fault
            for fault in self.weather.faults
            if fault.kind is FaultKind.HOLD and self._meets(fault, way, action)
        ]
        for _ in range(HOLDS_MAX if holds and at < inf else 0):
            windows = [each for fault in holds if (each := self._window(fault, at)) is not None]
            if not windows:
                break
            at = self.began_at + max(each.until for each in windows)
            if at == inf:
                break
        return at

    def _break_with_frame(
        self, way: Way, now: float, action: str | None, number: int, at: float
    ) -> None:
        for place, fault in enumerate(self.weather.faults):
            if (
                fault.kind in BREAK_KINDS
                and fault.actions
                and self._meets(fault, way, action)
                and self._window(fault, now) is not None
                and self._happens(place, f"break {way}", number)
                and (self._break is None or at < self._break.at)
            ):
                self._break = _break(fault, at)

    def _first_break(self) -> Break | None:
        found = [
            _break(fault, self.began_at + window.since)
            for fault in self.weather.faults
            if fault.kind in BREAK_KINDS and not fault.actions
            if (window := self._after_opening(fault)) is not None
        ]
        return min(found, key=lambda each: each.at, default=None)

    def _dead(self, way: Way) -> float:
        """Say from when on the open connection carries nothing in a direction."""
        found = inf
        for fault in self.weather.faults:
            if fault.kind is not FaultKind.SILENCE or fault.direction not in (None, way):
                continue
            if self._window(fault, self._opened_at) is not None:
                return self._opened_at
            if (window := self._after_opening(fault)) is not None:
                found = min(found, self.began_at + window.since)
        return found

    def _after_opening(self, fault: NetworkFault) -> Window | None:
        return next_window(fault, self.seed, self._opened_at - self.began_at)

    def _dial_failure(self, now: float, number: int) -> DialFailure | None:
        failing = {
            fault.kind
            for place, fault in enumerate(self.weather.faults)
            if self._meets_dial(place, now, number)
        }
        if FaultKind.SILENCE in failing:
            return DialFailure.TIMEOUT
        return next((each for each in DialFailure if FaultKind(each) in failing), None)

    def _meets_dial(self, place: int, now: float, number: int) -> bool:
        fault = self.weather.faults[place]
        is_there = not fault.actions and self._window(fault, now) is not None
        return is_there and self._happens(place, "dial", number)

    def _meets(self, fault: NetworkFault, way: Way, action: str | None) -> bool:
        is_its_way = fault.direction is None or fault.direction is way
        return is_its_way and (not fault.actions or action in fault.actions)

    def _window(self, fault: NetworkFault, now: float) -> Window | None:
        return window_at(fault, self.seed, now - self.began_at)

    def _happens(self, place: int, *occasion: object) -> bool:
        """Draw what is drawn anew each time; a stretch was drawn with its window."""
        fault = self.weather.faults[place]
        if fault.probability == 1 or fault.shortest_s > 0:
            return True
        return draw(self.seed, fault.kind, place, *occasion) < fault.probability

    def _delay_s(self, place: int, *occasion: object) -> float:
        fault = self.weather.faults[place]
        return fault.latency_s + fault.jitter_s * draw(self.seed, "jitter", place, *occasion)

    def _next(self, what: str) -> int:
        self._numbers[what] += 1
        return self._numbers[what]


def _break(fault: NetworkFault, at: float) -> Break:
    if fault.kind is FaultKind.CLOSE:
        return Break(at, fault.kind, fault.code, fault.reason)
    return Break(at, fault.kind)
