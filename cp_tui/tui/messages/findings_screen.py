"""The screen of the findings: whose fault it is in a log, and what ours would have answered."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.geometry import Size

from cp_tui.tui.actions import conditions
from cp_tui.tui.actions.keymap import Keymap
from cp_tui.tui.frame.main_screen import MainScreen
from cp_tui.tui.messages.findings_panes import FindingsPane
from cp_tui.tui.messages.others_pane import OthersPane
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.words import Clock
from cp_tui.tui.theme.glyphs import Glyphs


class FindingsScreen(MainScreen):
    """The list, and below or beside it all about one; below, what ours would answer otherwise."""

    DEFAULT_CSS = """
    FindingsScreen {
        FindingsPane { height: 1fr; }
        OthersPane { display: none; height: 7; }
        &.-others OthersPane { display: block; }
        &.-others FindingsPane FactLines { height: 5; }
        &.-medium OthersPane, &.-tall OthersPane { height: 12; }
        &.-medium OthersPane FactLines, &.-tall OthersPane FactLines { height: 3; }
        &.-medium FindingsPane FactLines, &.-tall FindingsPane FactLines { height: 14; }
        &.-wide FindingsPane Horizontal { layout: horizontal; }
        &.-wide FindingsPane LineTable { width: 3fr; }
        &.-wide FindingsPane FactLines {
            width: 2fr; height: 1fr; max-height: 100%; margin-left: 2;
        }
    }
    """

    NAME = "findings"
    KEY = "9"
    CALLED = "Findings"
    ABOUT = "What departs from the standard in a log, and who is at fault; what ours would answer."
    ALL_PANES_FROM = Size(0, 18)
    FOOTER = (
        "log.previous",
        "log.next",
        "log.go_to",
        "log.which",
        "screen.filter",
        "screen.copy",
        "screen.help",
        "screen.palette",
        "screen.sort",
        "screen.zone",
        "screen.quit",
    )

    def __init__(self, keymap: Keymap, glyphs: Glyphs) -> None:
        super().__init__(keymap, glyphs)
        self.others = OthersPane(keymap.hints("others"))
        self.findings = FindingsPane(keymap.hints("findings"), keymap.first("log.which"))

    @classmethod
    def why_not(cls, snapshot: Snapshot) -> str | None:
        """A log must be looked at."""
        return conditions.NO_LOG if conditions.not_in_log(snapshot) else None

    @classmethod
    def gives_way(cls) -> Callable[[Snapshot], bool]:
        """Its digit does nothing where there is no log."""
        return conditions.not_in_log

    def compose_panes(self) -> ComposeResult:
        """What departs from the standard, and what ours would have answered otherwise."""
        yield self.findings
        yield self.others

    def make_room(self, snapshot: Snapshot, clock: Clock) -> None:
        """Give the other answers room where there are any."""
        has_others = snapshot.log is not None and bool(snapshot.log.others)
        self.set_class(has_others, "-others", update=self.is_running)
