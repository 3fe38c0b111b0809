"""The screen of maintenance: every subject in a line, the selected one in full.

A large terminal shows the two histories as well, whatever is selected.
"""

from __future__ import annotations

from textual.geometry import Size

from cp_tui.tui.frame.subjects import LARGE_HEIGHT, SubjectsScreen
from cp_tui.tui.maintenance.panes import (
    SUBJECTS,
    LinkHistoryPane,
    MaintenancePane,
    StatusHistoryPane,
)

HISTORIES = frozenset({StatusHistoryPane.NAME, LinkHistoryPane.NAME})

OVERVIEW_ROWS = len(SUBJECTS) + 2
"""Title, head, and a line for each."""


class MaintenanceScreen(SubjectsScreen):
    """The overview, and the subjects of which one is shown at a time."""

    DEFAULT_CSS = """
    MaintenanceScreen {
        #subjects { grid-size: 1; grid-rows: OVERVIEW 1fr; }
        &.-large #subjects { grid-rows: OVERVIEW 3fr 2fr 2fr; }
        &.-wide #subjects { grid-size: 2; grid-columns: 2fr 3fr; grid-rows: 1fr; grid-gutter: 0 1; }
        &.-wide.-large #subjects { grid-columns: 1fr 1fr; grid-rows: 1fr 2fr; }
        &.-wide.-large #subjects.-no-more LinkHistoryPane { column-span: 2; }
        &.-wide ReservationsPane FactLines, &.-wide StatusHistoryPane FactLines { display: block; }
        &.-wide LinkHistoryPane FactLines { height: 12; }
    }
    """.replace("OVERVIEW", f"{OVERVIEW_ROWS}")

    OVERVIEW = MaintenancePane
    NAME = "maintenance"
    KEY = "6"
    CALLED = "Maintenance"
    SHORT = "Maint"
    ABOUT = "Firmware and who signed it, uploads, reservations, tags, status and link history."
    FOOTER = (
        "maintenance.look_up",
        "charge_point.power_cycle",
        "charge_point.network",
        "connector.raise_error",
        "screen.dashboard",
        "screen.help",
        "screen.palette",
        "screen.quit",
        "screen.zoom",
        "screen.zone",
    )

    def shown_always(self, size: Size) -> frozenset[str]:
        """The histories, in a tall terminal."""
        return HISTORIES if size.height >= LARGE_HEIGHT else frozenset()
