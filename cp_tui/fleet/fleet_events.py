"""What happens to a fleet as a whole, told once: a run held against itself a moment before. Pure.

What lasts less than the time between two looks is told by what it leaves behind, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from cp_tui.fleet.conductor import StormView
from cp_tui.fleet.report import words
from cp_tui.fleet.report.fleet_report import FleetReport
from cp_tui.fleet.view import FleetView, RunPart
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.plural import count

WELL_S = 60.0
"""So long a fleet has not been at its limit before it is told anew: it is a matter of more or less.
"""


class FleetEventKind(StrEnum):
    """What an event is about."""

    STAGE = "stage"
    """A stage begins."""
    ARRIVED = "arrived"
    """Each that has come was Accepted at least once."""
    STORM = "storm"
    LOST = "lost"
    """More than a tenth is missing."""
    BACK = "back"
    """99 % are Accepted again."""
    PAUSED = "paused"
    RESUMED = "resumed"
    ERROR = "error"
    """An error inside has taken charge points out of the run."""
    DISK = "disk"
    """The file of the store takes no records, or takes them again."""
    ADDED = "added"
    """Charge points were added by hand."""
    NO_ROOM = "no_room"
    """This machine has no port or descriptor left for a connection."""
    LOAD = "load"
    """The fleet itself is at its limit."""
    SETTLING = "settling"
    ENDED = "ended"


class FleetEvent(Struct, frozen=True):
    """One thing that happened."""

    at: datetime
    kind: FleetEventKind
    text: str


def storm_words(storm: StormView) -> str:
    """Name a storm: `network storm 50%`."""
    return f"{storm.kind.value} storm {storm.share:.0%}"


class Teller:
    """Says what has happened since the look before; at the first, what is so from the beginning."""

    def __init__(self) -> None:
        self._seen: FleetView | None = None
        self._at_limit: datetime | None = None
        """When the fleet itself was at its limit last."""

    def look(self, view: FleetView) -> Iterator[FleetEvent]:
        """Look again, about once a second."""
        before, self._seen = self._seen, view
        yield from _of_the_plan(before, view)
        for kind, text in _of_the_charge_points(before, view):
            yield FleetEvent(view.at, kind, text)
        if view.is_at_limit:
            was_at, self._at_limit = self._at_limit, view.at
            if was_at is None or view.at > later(was_at, WELL_S):
                yield FleetEvent(view.at, FleetEventKind.LOAD, "the fleet itself is at its limit")


def ended(report: FleetReport, at: datetime) -> FleetEvent:
    """Say what the run has come to."""
    broken = [text for is_held, text in words.verdicts(report) if not is_held]
    return FleetEvent(at, FleetEventKind.ENDED, " · ".join([words.conclusion(report), *broken]))


def _of_the_plan(before: FleetView | None, after: FleetView) -> Iterator[FleetEvent]:
    stage, was = after.stage, None if before is None else before.stage
    if stage is not None and (was is None or was.number != stage.number):
        text = f"stage {stage.number} of {stage.stages}: {count(stage.stations, 'charge point')}"
        yield FleetEvent(after.at, FleetEventKind.STAGE, text)
    known = before.storms[-1].at if before is not None and before.storms else None
    for storm in after.storms:
        if known is None or storm.at > known:
            struck = count(storm.struck, "charge point")
            yield FleetEvent(storm.at, FleetEventKind.STORM, f"{storm_words(storm)}: {struck}")
    was_paused = before is not None and before.is_paused
    if after.is_paused and not was_paused:
        yield FleetEvent(
            after.at, FleetEventKind.PAUSED, "the plan is paused: no charge point comes or goes"
        )
    elif was_paused and not after.is_paused and after.part is RunPart.RUNNING:
        yield FleetEvent(after.at, FleetEventKind.RESUMED, "the plan goes on")
    more = after.added - (0 if before is None else before.added)
    if more:
        text = f"{count(more, 'charge point')} added by hand"
        yield FleetEvent(after.at, FleetEventKind.ADDED, text)
    if after.part is RunPart.SETTLING and (before is None or before.part is RunPart.RUNNING):
        text = f"settling: {count(after.counts.unsettled, 'charge point')} with open messages"
        yield FleetEvent(after.at, FleetEventKind.SETTLING, text)


def _of_the_charge_points(
    before: FleetView | None, after: FleetView
) -> Iterator[tuple[FleetEventKind, str]]:
    if _are_there(after) and not (before is not None and _are_there(before)):
        text = f"all {after.counts.behaving} have been Accepted"
        took = words.brief(after.elapsed_s)
        yield FleetEventKind.ARRIVED, f"{text}, {took} after the start"
    recoveries = 0 if before is None else len(before.recoveries_s)
    was_away = before is not None and before.is_away
    for took_s in after.recoveries_s[recoveries:]:
        was_away = False
        yield FleetEventKind.BACK, f"99 % are back, after {words.brief(took_s)}"
    if after.is_away and not was_away and after.part is RunPart.RUNNING:
        why = f": {after.trouble}" if after.trouble else ""
        missing = after.counts.wanted - after.counts.accepted
        yield FleetEventKind.LOST, f"{missing} of {after.counts.wanted} are lost{why}"
    failed = after.failures - (0 if before is None else before.failures)
    if failed:
        yield FleetEventKind.ERROR, f"{count(failed, 'charge point')} ended by an error inside"
    problem = "" if before is None else before.store_problem
    if after.store_problem != problem:
        text = after.store_problem or "the store takes records again"
        yield FleetEventKind.DISK, text
    if after.no_room and not (before is not None and before.no_room):
        yield FleetEventKind.NO_ROOM, "this machine has no room for a connection"


def _are_there(view: FleetView) -> bool:
    counts = view.counts
    is_whole = counts.started >= (view.planned if view.stage is None else view.stage.stations)
    return is_whole and 0 < counts.behaving <= counts.accepted_once
