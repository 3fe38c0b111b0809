"""The screen of the CSMS that the demo has: what it can send, play and be, and what it saw."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.geometry import Size

from cp_tui.tui.actions import conditions
from cp_tui.tui.actions.keymap import Keymap
from cp_tui.tui.csms.panes import (
    CsmsActionsPane,
    CsmsExchangesPane,
    CsmsScenariosPane,
    CsmsStatePane,
)
from cp_tui.tui.frame.main_screen import MainScreen
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.theme.glyphs import Glyphs


class CsmsScreen(MainScreen):
    """Actions beside scenarios, the state below or beside them, the exchanges at the bottom."""

    DEFAULT_CSS = """
    CsmsScreen {
        #csms-upper { height: 9fr; }
        #csms-below { height: 12fr; layout: vertical; }
        CsmsActionsPane { width: 2fr; }
        CsmsScenariosPane { width: 3fr; margin-left: 1; }
        CsmsStatePane { height: 5; }
        CsmsExchangesPane { height: 1fr; }
        #csms-state-facts { scrollbar-size-vertical: 0; scrollbar-gutter: auto; }
        &.-medium, &.-tall {
            #csms-upper { height: 2fr; max-height: 30; }
            #csms-below { height: 2fr; }
            CsmsStatePane { height: 1fr; }
        }
        &.-wide #csms-below { layout: horizontal; }
        &.-wide CsmsStatePane { width: 2fr; height: 1fr; }
        &.-wide CsmsExchangesPane { width: 3fr; margin-left: 1; }
        &.-wide CsmsScenariosPane {
            Horizontal { layout: horizontal; }
            LineTable { width: 2fr; }
            FactLines {
                display: block; width: 3fr; height: 1fr; max-height: 100%; margin-left: 2;
            }
        }
        &.-wide.-tall CsmsExchangesPane FactLines { display: block; }
    }
    """

    NAME = "csms"
    KEY = "7"
    CALLED = "CSMS"
    ABOUT = "What the CSMS can send, its scenarios, how it behaves, and what it saw; demo only."
    FOOTER = (
        "csms.send",
        "csms.run",
        "csms.steps",
        "csms.stop",
        "csms.story",
        "csms.behaviour",
        "screen.dashboard",
        "screen.help",
        "screen.palette",
        "csms.raw",
        "screen.zoom",
        "screen.quit",
    )

    ALL_PANES_FROM = Size(56, 18)

    def __init__(self, keymap: Keymap, glyphs: Glyphs) -> None:
        super().__init__(keymap, glyphs)
        self.actions = CsmsActionsPane(keymap.hints("csms-actions"))
        self.scenarios = CsmsScenariosPane(keymap.hints("csms-scenarios"))
        self.state = CsmsStatePane(keymap.hints("csms-state"))
        self.exchanges = CsmsExchangesPane(keymap.hints("csms-exchanges"))

    @classmethod
    def why_not(cls, snapshot: Snapshot) -> str | None:
        """The CSMS must be ours."""
        return conditions.csms(snapshot)

    def compose_panes(self) -> ComposeResult:
        """What can be sent and played, what is, and what was."""
        with Horizontal(id="csms-upper"):
            yield self.actions
            yield self.scenarios
        with Horizontal(id="csms-below"):
            yield self.state
            yield self.exchanges
