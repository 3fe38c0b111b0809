"""What a run has come to: all that reports and limits are made of."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePath

from msgspec import Struct

from cp_tui.fleet.bill import Bill
from cp_tui.fleet.measures import Measures
from cp_tui.fleet.stream_order import StationPhase

HELD_S = 3.0
"""So long a handshake holds a place among those that are made at once; without an answer after that
it waits for the CSMS, and not for this machine."""
LAG_S_MAX = 0.1
"""Beyond this p99 of the lag, times of the CSMS are times of the fleet."""
CPU_SHARE_MAX = 0.8
"""Of a core; beyond it, what comes next waits."""


FAILED_MAX = 20
"""Of how many errors inside the words are kept."""


class FleetFigures(Struct, frozen=True):
    """How the fleet itself fared. One that is at its limit measures itself and not the CSMS."""

    lag_p50_s: float = 0.0
    """How late a deadline of a charge point was carried out."""
    lag_p99_s: float = 0.0
    lag_max_s: float = 0.0
    cpu_share: float = 0.0
    """Of one core."""
    memory_kib: int = 0
    """The most that was seen."""
    elapsed_s: float = 0.0

    @property
    def is_at_limit(self) -> bool:
        """Whether the times that were measured are partly those of this machine."""
        return self.lag_p99_s > LAG_S_MAX or self.cpu_share > CPU_SHARE_MAX


class FleetMoment(Struct, frozen=True):
    """One point of the time series."""

    at_s: float
    """Since the run began."""
    phases: Mapping[StationPhase, int]
    """How many charge points are in each."""
    transactions: int
    """That run."""
    queue: int
    """Messages that wait in all charge points together."""
    begun: int
    """Transactions so far, as those acknowledged."""
    acknowledged: int
    messages: int
    """Requests of charge points that are over, so far."""
    lag_max_s: float
    """Since the point before, as is the share of a core."""
    cpu_share: float
    memory_kib: int


class FailedStation(Struct, frozen=True):
    """A charge point that an error inside has taken out of the run."""

    id: str
    error: str
    """Its kind, and where it came up."""


def error_place(error: Exception) -> str:
    """Say what kind of error it was, and where; its own words may hold what a key has said."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {PurePath(place.filename).name}:{place.lineno}"


class FleetResult(Struct, frozen=True, kw_only=True):
    """A run that has ended."""

    began_at: datetime
    planned: int
    """The most charge points that there were to be."""
    started: int
    """How many got their power at least once."""
    accepted: int
    """How many the CSMS has accepted at least once; of those that behave, as all that follows."""
    behaving: int
    """How many were started and behave."""
    measures: Measures
    misbehaving: Measures
    """The same figures of those that misbehave."""
    bill: Bill
    misbehaving_bill: Bill
    recoveries_s: tuple[float, ...] = ()
    """Each time that more than a tenth was lost: how long until 99 % were Accepted again."""
    is_away: bool = False
    """At the end more than a tenth was still missing."""
    unanswered: int = 0
    """The most handshakes at a time that the CSMS had not answered for some time."""
    unsettled: int = 0
    """Charge points whose messages still waited when the time to settle was over."""
    missing: tuple[tuple[str, int | None], ...] = ()
    """The first transactions that are not acknowledged in full: charge point and transactionId."""
    figures: FleetFigures = FleetFigures()
    timeline: tuple[FleetMoment, ...] = ()
    failed: tuple[FailedStation, ...] = ()
    """The first of those with an error inside."""
    failures: int = 0
    """How many there were."""
    no_room: int = 0
    """How often this machine had no port or descriptor for a connection."""
    no_room_why: str = ""
    store_faults: tuple[str, ...] = ()
    """What was wrong with the disk of `--store`."""
    was_interrupted: bool = False
    """It was ended from outside, before its plan was done."""
    was_ended_by_hand: bool = False
    """Somebody who saw how it stood chose to end it, on its screen or through its door."""
    paused_s: float = 0.0
    """How long the plan was paused, and the run is longer."""
    was_cut_off: bool = False
    """It was ended at once: what was open is in no way settled."""
