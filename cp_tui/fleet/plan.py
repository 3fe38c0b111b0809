"""What a run is to be: how many charge points, when they come and go, what they do, what must hold.

Instants are seconds since the run began. Nothing is read here: `reading` makes a plan of a file
and options.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from cp_tui.fleet.id_pattern import id_of

STATIONS_MAX = 100_000
"""Charge points in one process: ten times what one core takes when they mostly idle."""


class StormKind(StrEnum):
    """What happens to many charge points at once."""

    RECONNECT = "reconnect"
    """They close the connection in order and connect again."""
    POWER = "power"
    """They lose their power and boot again when it is back."""
    NETWORK = "network"
    """Their cable is out: nothing is told, and they connect again when it is back."""


class FleetStage(Struct, frozen=True):
    """A part of the run: a number of charge points that is reached and then held."""

    stations: int
    """How many have power at its end; fewer than before: the last ones lose it."""
    over_s: float
    """How long it takes to get there; 0: all at once."""
    hold_s: float | None
    """How long it stays so after that; None: until the run is ended."""


class FleetStorm(Struct, frozen=True):
    """Something that happens to a share of the charge points at once."""

    at_s: float
    kind: StormKind
    share: float = 1.0
    """Of those that have power then."""
    down_s: float = 0.0
    """How long power or network is away."""
    wait_s: float | None = None
    """The shortest wait before they connect again; None: as charge points do."""
    random_s: float = 0.0
    """The random time on top of `wait_s`."""


class SessionPlan(Struct, frozen=True):
    """How people charge."""

    per_hour: tuple[float, ...] = (1.0,) * 24
    """Sessions per connector that begin within each hour of the day (UTC)."""
    length_s: tuple[float, float] = (1_200.0, 3_600.0)
    """Shortest and longest; drawn evenly, like the energy. What is reached first ends it."""
    energy_wh: tuple[float, float] = (5_000.0, 40_000.0)
    tags: tuple[str, ...] = ()
    """The tags of the people; drawn evenly."""
    remote_share: float = 0.0
    """How many of the sessions wait for a RemoteStartTransaction instead of swiping."""


class FleetPlan(Struct, frozen=True):
    """All that a run is told, but for what each charge point is."""

    url: str
    """Of the CSMS, without the id."""
    stations: int
    """The most charge points that there will be."""
    seed: int
    stages: tuple[FleetStage, ...]
    id_pattern: str = "CP{:05d}"
    first: int = 1
    """Number of the first charge point."""
    sessions: SessionPlan = SessionPlan()
    storms: tuple[FleetStorm, ...] = ()
    """In the order of their time."""
    misbehave: tuple[tuple[str, float], ...] = ()
    """Kinds of misbehaviour, each with its share of the charge points."""
    fail_if: tuple[str, ...] = ()
    """The limits, as `limits` reads them."""
    settle_s: float = 30.0
    """How long is waited at the end for what is not acknowledged yet."""
    backoff: tuple[float, float] = (3.0, 10.0)
    """The shortest wait before a charge point connects again, and the random time on top of it;
    the wait doubles with each attempt in vain."""
    connecting: int = 100
    """Handshakes at once."""
    source_addresses: tuple[str, ...] = ()
    """Own addresses to connect from, in turns; none: the system chooses."""
    is_compressed: bool = False
    """Whether permessage-deflate is offered."""
    is_strict_load: bool = False
    """Whether it is a failure when the fleet itself is at its limit."""
    ca_file: str | None = None
    """PEM file with the roots that are trusted; None: the system's."""
    check_hostname: bool = True
    store: str | None = None
    """File with what the charge points keep; None: in memory."""

    def id_of(self, index: int) -> str:
        """Give the id of a charge point; the index of the first is 0."""
        return id_of(self.id_pattern, self.first + index)
