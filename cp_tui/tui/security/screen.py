"""The screen of security: every subject in a line, the selected one in full.

A tall terminal shows the events as well, a large one everything.
"""

from __future__ import annotations

from textual.geometry import Size

from cp_tui.tui.frame.subjects import WIDE_WIDTH, SubjectsScreen
from cp_tui.tui.security.panes import SUBJECTS, SecurityEventsPane, SecurityPane

OVERVIEW_ROWS = len(SUBJECTS) + 2
"""Title, head, and a line for each."""

TALL = 34
"""From so many lines on there is room for more than the list and one subject, which are short."""


class SecurityScreen(SubjectsScreen):
    """The overview, and the subjects of which one is shown at a time."""

    DEFAULT_CSS = """
    SecurityScreen {
        #subjects { grid-size: 1; grid-rows: OVERVIEW 1fr; }
        &.-large #subjects { grid-rows: OVERVIEW 3fr 2fr; }
        &.-wide #subjects { grid-size: 2; grid-columns: 2fr 3fr; grid-rows: 1fr; grid-gutter: 0 1; }
        &.-wide.-large #subjects { grid-columns: 1fr 1fr; grid-rows: 1fr 1fr 1fr; }
    }
    """.replace("OVERVIEW", f"{OVERVIEW_ROWS}")

    OVERVIEW = SecurityPane
    NAME = "security"
    KEY = "8"
    CALLED = "Security"
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - as declared by Textual
        (0, "-small"),
        (TALL, "-large"),
    ]
    ABOUT = "Security profile, certificates of both sides, trusted roots, and security events."
    FOOTER = (
        "security.request_certificate",
        "security.install_root",
        "security.set_profile",
        "security.export_certificate",
        "charge_point.try_now",
        "screen.dashboard",
        "screen.help",
        "screen.palette",
        "screen.quit",
        "screen.zoom",
        "screen.zone",
    )

    def shown_always(self, size: Size) -> frozenset[str]:
        """The events in a tall terminal; in one that is wide as well, everything."""
        if size.height < TALL:
            return frozenset()
        subjects = SUBJECTS if size.width >= WIDE_WIDTH else (SecurityEventsPane,)
        return frozenset(subject.NAME for subject in subjects)
