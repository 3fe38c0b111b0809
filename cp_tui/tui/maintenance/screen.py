"""The screen of maintenance: every subject in a line, the selected one in full.

A large terminal shows the two histories as well, whatever is selected.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.containers import Grid
from textual.geometry import Size

from cp_tui.tui.actions.keymap import Keymap
from cp_tui.tui.frame.main_screen import MainScreen
from cp_tui.tui.maintenance.panes import (
    SUBJECTS,
    FirmwarePane,
    LinkHistoryPane,
    MaintenancePane,
    StatusHistoryPane,
    SubjectPane,
)
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.words import Clock
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.widgets.table_pane import TablePane

HISTORIES = frozenset({StatusHistoryPane.NAME, LinkHistoryPane.NAME})

OVERVIEW_ROWS = len(SUBJECTS) + 2
"""Title, head, and a line for each."""

LARGE_HEIGHT = 45
"""From so many lines on there is room for the histories beside what is selected."""


class MaintenanceScreen(MainScreen):
    """The overview, and the subjects of which one is shown at a time."""

    DEFAULT_CSS = """
    MaintenanceScreen {
        #subjects { grid-size: 1; grid-rows: OVERVIEW 1fr; }
        &.-large #subjects { grid-rows: OVERVIEW 3fr 2fr 2fr; }
        &.-wide #subjects { grid-size: 2; grid-columns: 2fr 3fr; grid-rows: 1fr; grid-gutter: 0 1; }
        &.-wide.-large #subjects { grid-columns: 1fr 1fr; grid-rows: 1fr 2fr; }
        &.-wide.-large #subjects.-three LinkHistoryPane { column-span: 2; }
        &.-wide ReservationsPane FactLines, &.-wide StatusHistoryPane FactLines { display: block; }
        &.-wide LinkHistoryPane FactLines { height: 12; }
    }
    """.replace("OVERVIEW", f"{OVERVIEW_ROWS}")

    NAME = "maintenance"
    KEY = "6"
    CALLED = "Maintenance"
    ABOUT = "Firmware, diagnostics, reservations, tags, certificates, status and link history."
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
    ALL_PANES_FROM = Size(0, 18)
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as declared by Textual
        (0, "-narrow"),
        (130, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - as declared by Textual
        (0, "-small"),
        (LARGE_HEIGHT, "-large"),
    ]

    def __init__(self, keymap: Keymap, glyphs: Glyphs) -> None:
        super().__init__(keymap, glyphs)
        search = f"{keymap.first('screen.filter')} filter"
        self.subjects: Mapping[str, SubjectPane] = {}
        for subject in SUBJECTS:
            hints = keymap.hints(subject.NAME)
            parts = (search, hints) if issubclass(subject, TablePane) else (hints,)
            self.subjects = {**self.subjects, subject.NAME: subject("  ".join(filter(None, parts)))}
        keys = {name: keymap.first(f"maintenance.{name}") for name in self.subjects}
        overview_hints = keymap.hints("maintenance")
        self.overview = MaintenancePane(overview_hints, tuple(self.subjects.values()), keys)
        self._grid = Grid(id="subjects")
        self._selected = FirmwarePane.NAME
        self._latest: tuple[Snapshot, Clock] | None = None

    def compose_panes(self) -> ComposeResult:
        """Everything; what is not to be seen is hidden."""
        with self._grid:
            yield self.overview
            yield from self.subjects.values()

    def on_mount(self) -> None:
        """Hide what is not to be seen."""
        self._arrange()

    def on_resize(self) -> None:
        """The histories come and go."""
        self._arrange()

    def show(self, snapshot: Snapshot, clock: Clock, dirty: frozenset[str]) -> None:
        """Hand the news to what is to be seen."""
        self._latest = (snapshot, clock)
        super().show(snapshot, clock, dirty)

    def look_at(self, part: str) -> None:
        """Show a subject, and go into it."""
        pane = self.subjects[part]
        self.overview.table.move_cursor(part)
        self._select(part)
        pane.take_focus()

    def action_restore(self) -> None:
        """Show all panes again; out of a subject, go back to the overview."""
        if self.is_zoomed:
            super().action_restore()
        elif self.focused_pane is not self.overview:
            self.overview.take_focus()

    @on(TablePane.Moved)
    def _moved(self, event: TablePane.Moved) -> None:
        """Follow the cursor of the overview: where it is now, the message may be late."""
        if event.cursor == self.overview.NAME and self.overview.table.cursor_key is not None:
            self._select(self.overview.table.cursor_key)

    @on(TablePane.Opened)
    def _opened(self, event: TablePane.Opened) -> None:
        """Enter on a subject goes into it."""
        if event.pane is self.overview:
            event.stop()
            self.look_at(event.record)

    def _select(self, subject: str) -> None:
        if subject != self._selected:
            self._selected = subject
            self._arrange()

    def _arrange(self) -> None:
        """Show what is selected, and what there is room for; what appears is brought up to date."""
        histories = HISTORIES if self.size.height >= LARGE_HEIGHT else frozenset[str]()
        shown = {self._selected, *histories}
        self._grid.set_class(len(shown) == len(HISTORIES), "-three")
        for subject, pane in self.subjects.items():
            has_come = subject in shown and not (pane.display and pane.is_attached)
            pane.display = subject in shown
            if has_come and self._latest is not None:
                pane.show(*self._latest)
