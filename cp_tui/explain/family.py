"""What the rules of one subject are to those who run them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from cp_tui.explain.finding import Finding
from cp_tui.explain.known import Known
from cp_tui.traces.record import Record


class Family(Protocol):
    """Rules of one subject over the records of one charge point."""

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        """Judge a record by what was known before it."""
        ...

    def at_end(self, known: Known) -> Iterable[Finding]:
        """Judge what was still open when the log ended."""
        ...
