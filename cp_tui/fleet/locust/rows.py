"""What the charge points meet, as rows of Locust's own statistics: its tables, pages and alerts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cp_tui.fleet.bill import BillEntry
from cp_tui.fleet.measures import Measures
from cp_tui.fleet.watcher import Outcome
from cp_tui.ocpp.errors import ErrorCode
from cp_tui.ocpp.printable import clean

ENDED_IN = {
    Outcome.CALL_ERROR: "CALLERROR",
    Outcome.TIMEOUT: "no answer in time",
    Outcome.LOST: "the connection was lost before the answer",
}
"""What a failure of a request is called in the table of failures."""
Fire = Callable[..., Any]
"""Tells Locust of a request."""
NO = frozenset({"Rejected", "Failed", "UnlockFailed", "NotSupported", "NotImplemented"})
"""Answers to a command of the CSMS that count as failures of it."""
_CODES = frozenset(ErrorCode)
DETAIL_MAX = 80
"""Characters of a text from outside: Locust keeps a row for each different failure."""


class FailedExchange(Exception):
    """What a row of the failures says; it is never raised."""

    def __repr__(self) -> str:
        return f"{self}"


class LocustRows:
    """Hears the charge points of a process, and tells Locust as well as the measures of the fleet.

    `label` is put before the types of those that misbehave, so that they stand apart.
    """

    def __init__(
        self, fire: Fire, measures: Measures, settled: Callable[[BillEntry], None], label: str = ""
    ) -> None:
        self._fire = fire
        self._measures = measures
        self._settled = settled
        self._label = label

    def answered(self, action: str, answer_s: float, outcome: Outcome, detail: str = "") -> None:
        """Tell of a request of a charge point."""
        self._measures.answered(action, answer_s, outcome, detail)
        words = ENDED_IN.get(outcome, "")
        if words and detail:
            words = f"{words} {detail}"
        self._row("OCPP", action, answer_s, words)

    def aged(self, action: str, age_s: float) -> None:
        """Tell how old a message of a transaction was when the CSMS took it."""
        self._measures.aged(action, age_s)
        self._row("age", action, age_s)

    def asked(self, action: str, status: str, took_s: float) -> None:
        """Tell of a request of the CSMS."""
        self._measures.asked(action, status, took_s)
        is_no = status in NO or status in _CODES
        self._row("CSMS", action, took_s, f"answered {status}" if is_no else "")

    def connected(self, took_s: float) -> None:
        """Tell of an attempt that succeeded."""
        self._measures.connected(took_s)
        self._row("link", "connect", took_s)

    def refused(self, step: str, why: str) -> None:
        """Tell of an attempt that failed."""
        self._measures.refused(step, why)
        self._row("link", "connect", None, f"{step}: {why}")

    def lost(self, why: str) -> None:
        """Tell of an open connection that ended."""
        self._measures.lost(why)
        self._row("link", "lost", None, why or "no reason given")

    def back(self, after_s: float) -> None:
        """Tell of a connection that is there again."""
        self._measures.back(after_s)
        self._row("link", "back after loss", after_s)

    def accepted(self, after_s: float) -> None:
        """Tell of a charge point that the CSMS knows."""
        self._measures.accepted(after_s)
        self._row("boot", "power on to Accepted", after_s)

    def kept_waiting(self) -> None:
        """Leave it to the verdict."""
        self._measures.kept_waiting()

    def tag_refused(self, id_tag: str, status: str) -> None:
        """Leave it to the table at the end."""
        self._measures.tag_refused(id_tag, status)

    def charging(self, after_s: float) -> None:
        """Tell of a transaction that runs."""
        self._measures.charging(after_s)
        self._row("driver", "swipe to charging", after_s)

    def settled(self, entry: BillEntry) -> None:
        """Tell of a transaction that is acknowledged in full."""
        self._measures.settled(entry)
        self._settled(entry)
        self._row("bill", "transaction acknowledged", 0.0)

    def unsettled(self, why: str) -> None:
        """Tell of a transaction that was never acknowledged in full."""
        self._row("bill", "transaction acknowledged", 0.0, why)

    def _row(self, kind: str, name: str, seconds: float | None, failure: str = "") -> None:
        self._fire(
            request_type=f"{self._label}{kind}",
            name=name,
            response_time=None if seconds is None else seconds * 1_000,
            response_length=0,
            response=None,
            context={},
            exception=FailedExchange(clean(failure[:DETAIL_MAX])) if failure else None,
        )
