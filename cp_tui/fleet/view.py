"""A run as it is at one moment, for whoever looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from cp_tui.fleet.conductor import StageView, StormView
from cp_tui.fleet.fleet import Counts
from cp_tui.fleet.result import FleetFigures, FleetMoment


class RunPart(StrEnum):
    """How far a run is."""

    RUNNING = "running"
    SETTLING = "settling"
    """Nobody begins anything any more; what is open is waited for."""
    ENDING = "ending"
    """The connections are closed."""
    ENDED = "ended"


class FleetView(Struct, frozen=True, kw_only=True):
    """All that is told of a fleet as a whole."""

    at: datetime
    elapsed_s: float
    part: RunPart
    ends_at: datetime | None
    """When the plan is done, or the time to settle; None: not by itself."""
    is_paused: bool
    """Whether the arrivals wait."""
    stage: StageView | None
    """None: all of them are over."""
    storms: tuple[StormView, ...]
    """The newest that have begun."""
    next_storm: StormView | None
    planned: int
    counts: Counts
    connecting: int
    """Handshakes under way."""
    at_gate: int
    """Charge points that wait for their turn to connect."""
    bill: Mapping[str, int]
    recoveries_s: tuple[float, ...]
    is_away: bool
    """More than a tenth is missing right now."""
    failures: int
    """Charge points with an error inside."""
    no_room: int
    moment: FleetMoment | None
    """The newest point of the time series."""
    figures: FleetFigures
