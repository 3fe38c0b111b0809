"""The payloads against the schemas of the standard (S 6, S 7)."""

from __future__ import annotations

from collections.abc import Iterable

from cp_tui.explain.finding import Finding
from cp_tui.explain.known import Known
from cp_tui.traces.record import Record


class SchemaRules:
    """Every payload, by the rules that answer a CALL."""

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        return ()

    def at_end(self, known: Known) -> Iterable[Finding]:
        return ()
