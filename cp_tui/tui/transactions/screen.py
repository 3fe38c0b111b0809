"""The screen of the sessions: those that ran, those that never began, and what the CSMS lacks."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Size

from cp_tui.tui.actions.keymap import Keymap
from cp_tui.tui.frame.main_screen import MainScreen
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.words import Clock
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.transactions.panes import QueuePane, RefusalsPane, TransactionsPane
from cp_tui.tui.transactions.queue_text import is_stuck


class TransactionsScreen(MainScreen):
    """Transactions over refusals over the queue; beside them where it is wide."""

    DEFAULT_CSS = """
    TransactionsScreen {
        #sessions { layout: vertical; }
        TransactionsPane { height: 10fr; }
        #undone { height: 11fr; }
        RefusalsPane { height: 8fr; }
        QueuePane { height: 3fr; }
        QueuePane FactLines { display: none; }
        &.-waiting QueuePane FactLines { display: block; }
        &.-waiting TransactionsPane { height: 8fr; }
        &.-waiting #undone { height: 13fr; }
        &.-waiting RefusalsPane { height: 6fr; }
        &.-waiting QueuePane { height: 7fr; }
        &.-medium, &.-tall { TransactionsPane, #undone, RefusalsPane, QueuePane { height: 1fr; } }
        &.-wide #sessions { layout: horizontal; }
        &.-wide TransactionsPane { width: 3fr; height: 1fr; }
        &.-wide #undone { width: 2fr; height: 1fr; margin-left: 1; }
        &.-wide FactLines { height: 6; }
        &.-wide TransactionsPane FactLines { height: 14; }
        &.-wide.-tall #undone FactLines { height: 12; }
    }
    """

    NAME = "transactions"
    KEY = "5"
    CALLED = "Transactions"
    ABOUT = "What ran and why it ended, what did not start and why, and what waits for the CSMS."
    FOOTER = (
        "connector.press_stop",
        "transactions.drop",
        "charge_point.try_now",
        "screen.zone",
        "screen.dashboard",
        "screen.help",
        "screen.palette",
        "screen.sort",
        "screen.zoom",
        "screen.quit",
    )

    ALL_PANES_FROM = Size(0, 18)

    def __init__(self, keymap: Keymap, glyphs: Glyphs) -> None:
        super().__init__(keymap, glyphs)
        self.transactions = TransactionsPane(keymap.hints("transactions"))
        self.refusals = RefusalsPane(keymap.hints("refusals"))
        self.queue = QueuePane(keymap.hints("queue"))

    def compose_panes(self) -> ComposeResult:
        """What ran, what did not start, what waits."""
        with Horizontal(id="sessions"):
            yield self.transactions
            with Vertical(id="undone"):
                yield self.refusals
                yield self.queue

    def footer(self, snapshot: Snapshot) -> Sequence[str]:
        """What can be stopped only while something charges."""
        is_idle = not snapshot.in_session
        return [each for each in self.FOOTER if not (is_idle and each == "connector.press_stop")]

    def make_room(self, snapshot: Snapshot, clock: Clock) -> None:
        """Give the queue room while something is stuck."""
        # Not for each message that is just being delivered: the panes would jump all the time.
        stuck = is_stuck(snapshot, clock)
        if stuck or not snapshot.outbox.count:
            self.set_class(stuck, "-waiting", update=self.is_running)
