"""A run as it is at one moment, for whoever looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from cp_tui.fleet.conductor import StageView, StormView
from cp_tui.fleet.fleet import Counts
from cp_tui.fleet.plan import FleetPlan
from cp_tui.fleet.result import FleetFigures, FleetMoment

YOUNG_S = 5.0
"""So long a run says nothing of how the fleet itself fares."""


class RunPart(StrEnum):
    """How far a run is."""

    RUNNING = "running"
    SETTLING = "settling"
    """Nobody begins anything any more; what is open is waited for."""
    ENDING = "ending"
    """The connections are closed."""
    ENDED = "ended"


class FleetOutline(Struct, frozen=True):
    """What of the plan is shown; it stays as it is."""

    url: str
    seed: int
    stations: int
    first_id: str
    last_id: str
    began_at: datetime
    settle_s: float


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
    added: int
    """Charge points beyond the plan, by hand."""
    counts: Counts
    connecting: int
    """Handshakes under way."""
    at_gate: int
    """Charge points that wait for their turn to connect."""
    unanswered: int
    """Handshakes that hold their turn no longer: the CSMS has not answered them for some time."""
    bill: Mapping[str, int]
    """As `BillFigures`, where `lost` is called `given_up`, and `repeated` is `sent_again`."""
    recoveries_s: tuple[float, ...]
    """How long it took after each loss of more than a tenth until 99 % were Accepted again."""
    is_away: bool
    """More than a tenth was lost, and not all are back yet."""
    trouble: str
    """What keeps most of those away that have no connection, in words."""
    failures: int
    """Charge points with an error inside."""
    no_room: int
    """How often this machine had no port or descriptor left for a connection."""
    store_problem: str
    """What is wrong with the disk of `--store`; empty: nothing."""
    moment: FleetMoment | None
    """The newest point of the time series."""
    figures: FleetFigures

    @property
    def is_at_limit(self) -> bool:
        """Whether times are partly those of this machine; a start is busy, and says nothing yet."""
        return self.elapsed_s >= YOUNG_S and self.figures.is_at_limit


def outline_of(plan: FleetPlan, began_at: datetime) -> FleetOutline:
    """Say what of a plan is shown."""
    return FleetOutline(
        url=plan.url,
        seed=plan.seed,
        stations=plan.stations,
        first_id=plan.id_of(0),
        last_id=plan.id_of(plan.stations - 1),
        began_at=began_at,
        settle_s=plan.settle_s,
    )
