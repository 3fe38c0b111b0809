"""The pane of the diagnostics: which file is uploaded where, and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from cp_tui.tui.maintenance.diagnostics_text import diagnostics_facts
from cp_tui.tui.maintenance.facts_pane import MaintenanceFactsPane
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.words import Clock


class DiagnosticsPane(MaintenanceFactsPane):
    """The newest GetDiagnostics."""

    NAME = "diagnostics"
    TITLE = "Diagnostics"
    SHOWS: ClassVar[frozenset[str]] = frozenset({"diagnostics"})
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "GetDiagnostics (S 5.9): one file with logs and states is uploaded to the location that",
        "the CSMS names; the answer told it the name of the file.",
        "The location is shown without user, password and query.",
    )

    def facts(self, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """State, file, location, tries."""
        return diagnostics_facts(snapshot.diagnostics, clock)
