"""What is wrong with a charge point that is watched, and with the watching itself."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

from cp_tui.charge_point.variables import Trouble, Troubles
from cp_tui.explain.finding import Finding, Party, Severity
from cp_tui.ocpp.calendar import later

TROUBLES_MAX = 20
STANDS_S = 3_600.0
"""A finding tells of something that has happened; so long it is told."""


class FollowedTroubles:
    """The errors among the findings, the same one once."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[str, str], Trouble] = OrderedDict()
        self._standing: dict[str, Trouble] = {}

    def add(self, finding: Finding, at: datetime) -> bool:
        """Note a finding; say whether it is one to be told."""
        if finding.severity is not Severity.ERROR:
            return False
        matter = finding.id, finding.matter
        before = self._open.pop(matter, None)
        self._open[matter] = Trouble(
            id=f"finding.{finding.id}",
            text=finding.text,
            hint=_hint(finding),
            since=before.since if before else at,
            last_at=at,
            count=before.count + 1 if before else 1,
            ends_at=later(at, STANDS_S),
        )
        while len(self._open) > TROUBLES_MAX:
            self._open.popitem(last=False)
        return True

    def stand(self, id_: str, text: str, hint: str, at: datetime) -> None:
        """Say that something is wrong with the watching itself, until it is over."""
        before = self._standing.get(id_)
        since, count = (before.since, before.count + 1) if before else (at, 1)
        self._standing[id_] = Trouble(
            id=id_, text=text, hint=hint, since=since, last_at=at, count=count
        )

    def end(self, id_: str) -> None:
        """Say that this is over."""
        self._standing.pop(id_, None)

    def view(self, now: datetime) -> Troubles:
        """Give the variable `troubles`, the newest first."""
        found = (
            each
            for each in reversed(self._open.values())
            if each.ends_at is not None and each.ends_at > now
        )
        return (*self._standing.values(), *found)


def _hint(finding: Finding) -> str:
    """Who has to mend it, and where that is written."""
    who = "" if finding.at_fault is Party.LOG else f"{finding.at_fault.words} has to mend it"
    rule = f"[{finding.rule}]" if finding.rule else ""
    return f"{who} {rule}".strip()
