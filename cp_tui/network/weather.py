"""A weather: the faults that a network has, and when it has them."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Way(StrEnum):
    """Where a frame goes."""

    TO_CSMS = "to_csms"
    TO_CHARGE_POINT = "to_charge_point"


class FaultKind(StrEnum):
    """What can be wrong with a network."""

    DELAY = "delay"
    """Frames take `latency_s` longer, and up to `jitter_s` more."""
    BANDWIDTH = "bandwidth"
    """No more than `bytes_per_s` get through."""
    LOSS = "loss"
    """Frames are lost."""
    DOUBLE = "double"
    """Frames arrive twice."""
    HOLD = "hold"
    """Frames wait, and come in a bunch when it is over."""
    SILENCE = "silence"
    """An open connection stays open and carries nothing any more; a new one is not answered."""
    RESET = "reset"
    """The connection breaks when it begins, or with a frame of one of its Actions."""
    CLOSE = "close"
    """As `reset`, but with `code` and `reason` of a WebSocket."""
    SLOW_HANDSHAKE = "slow_handshake"
    """To connect takes `latency_s` longer, and up to `jitter_s` more."""
    DNS = "dns"
    """The name of the CSMS is not found."""
    REFUSED = "refused"
    """Nobody listens where the CSMS should be."""
    TIMEOUT = "timeout"
    """An attempt to connect is not answered."""
    TLS = "tls"
    """The handshake of TLS fails, also where the URL has none."""
    CAPTIVE = "captive"
    """A web page answers in place of the CSMS."""


BREAK_KINDS = (FaultKind.RESET, FaultKind.CLOSE)
SLOW_KINDS = (FaultKind.DELAY, FaultKind.SLOW_HANDSHAKE)
LASTING_KINDS = (FaultKind.HOLD, FaultKind.SILENCE)
"""What cannot be drawn anew for each frame."""


class NetworkFault(Struct, frozen=True, kw_only=True):
    """Something that is wrong, how often and when; times count from the beginning of the weather.

    Faults with the same times and the same probability happen together.
    """

    kind: FaultKind
    probability: float = 1.0
    """Of each frame or attempt to connect; with `shortest_s` of each stretch of that length."""
    shortest_s: float = 0.0
    """How long it lasts at least once it is there; 0: it is drawn anew each time."""
    direction: Way | None = None
    """None: both."""
    actions: tuple[str, ...] = ()
    """Only frames of these, requests and their answers; none: all."""
    begins_s: float = 0.0
    every_s: float | None = None
    """From one beginning to the next; None: it comes once."""
    lasts_s: float | None = None
    """None: it does not end."""
    latency_s: float = 0.0
    jitter_s: float = 0.0
    bytes_per_s: float = 0.0
    code: int = 1011
    """Of a `close`."""
    reason: str = ""
    """Of a `close`."""


class Weather(Struct, frozen=True, kw_only=True):
    """How a network is, under a name."""

    name: str
    about: str
    """In a sentence, what it is like."""
    faults: tuple[NetworkFault, ...] = ()
