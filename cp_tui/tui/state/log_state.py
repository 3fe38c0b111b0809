"""Where in a log somebody is, how far it is known, and what is found in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.charge_point.variables import MeasuredPoint
from cp_tui.explain.finding import Finding, Severity
from cp_tui.shadow.answer import OtherAnswer

GRAVITY: Mapping[Severity, int] = {each: place for place, each in enumerate(Severity)}
"""The gravest first."""

SPEEDS = (1.0, 10.0, 60.0, 600.0)
"""How much faster than then a log is played."""


class LogPlace(Struct, frozen=True, eq=False):
    """Where somebody is in a log, and how far it is known."""

    name: str = ""
    """Of the file."""
    charger: str | None = None
    """The one that is looked at, of those that speak in it."""
    chargers: Mapping[str | None, int] = MappingProxyType({})
    """All that speak in it, with the number of their frames."""
    is_mixed: bool = False
    """Several speak in it that cannot be told apart: what is shown may be of any of them."""
    number: int = 0
    """The newest frame that counts; 0: none yet."""
    instant: datetime | None = None
    """As of when everything is shown; None: the log tells no times."""
    frames: int = 0
    begin: datetime | None = None
    """When the first frame of the charge point was written down."""
    findings: tuple[Finding, ...] = ()
    """Those of the charge point so far, the gravest first, then as they come."""
    elsewhere: tuple[Finding, ...] = ()
    """Those of the other charge points of the log."""
    others: tuple[OtherAnswer, ...] = ()
    """What ours would have answered otherwise in the place of this charge point, so far."""
    is_reading: bool = True
    is_judging: bool = True
    is_comparing: bool = False
    """Whether ours still lives through it."""
    is_growing: bool = False
    """Whether more of it is read when it comes."""
    progress: float = 0.0
    problem: str = ""
    speed: float = 0.0
    """How much faster than then it is played; 0: it stands still."""


class Then(Struct, frozen=True):
    """All that was known at an instant of a log."""

    values: Mapping[str, Any]
    """Of the variables that have one."""
    events: Mapping[str, tuple[Struct, ...]]
    """Of each stream, but for the messages, the newest last."""
    measured: Mapping[int, tuple[MeasuredPoint, ...]]
    schedules_before: Mapping[int, tuple[CompositeSchedule, ...]] = MappingProxyType({})
    """What limited each connector before, as the schedules were then."""


def other_schedule(place: LogPlace, connector: int) -> OtherAnswer | None:
    """What a charge point last told of its limits, where it is not what ours comes to and holds."""
    for each in reversed(place.others):
        if each.connector == connector and each.place <= place.number:
            end, now = each.holds_until, place.instant
            return each if end is None or now is None or now < end else None
    return None


def findings_about(findings: Iterable[Finding], charger: str | None) -> tuple[Finding, ...]:
    """What is found about a charge point, the gravest first, then as they come."""
    found = [each for each in findings if each.charger in (charger, None)]
    return tuple(sorted(found, key=lambda each: (GRAVITY[each.severity], main_frame(each))))


def main_frame(finding: Finding) -> int:
    """The frame that shows it best; 0: none does."""
    return finding.frames[0].passed if finding.frames else 0


def known_from(finding: Finding) -> int:
    """The frame from which on it could be told: what is about one may come true long after it."""
    return finding.known_with.passed if finding.known_with else main_frame(finding)


def gravest(findings: Sequence[Finding]) -> Finding | None:
    """The one to be told first."""
    return min(findings, key=lambda each: GRAVITY[each.severity], default=None)
