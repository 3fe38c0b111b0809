"""The pane of the firmware: which one runs, and how far an update has come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from cp_tui.tui.maintenance.facts_pane import MaintenanceFactsPane
from cp_tui.tui.maintenance.firmware_text import firmware_facts
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.words import Clock


class FirmwarePane(MaintenanceFactsPane):
    """The newest UpdateFirmware, step by step."""

    NAME = "firmware"
    TITLE = "Firmware"
    SHOWS: ClassVar[frozenset[str]] = frozenset({"firmware"})
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "UpdateFirmware (S 5.19): fetch the file from its retrieveDate on, as often as retries",
        "says; wait until nobody charges; install; boot. FirmwareStatusNotification tells each.",
        "The location is shown without user, password and query.",
    )

    def facts(self, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """Version, state, what comes next, tries, file."""
        return firmware_facts(snapshot.firmware, clock)
