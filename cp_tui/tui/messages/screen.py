"""The screen of the messages: every frame, and beside or below it what the selected one says."""

from __future__ import annotations

from textual.app import ComposeResult

from cp_tui.tui.actions.keymap import Keymap
from cp_tui.tui.frame.main_screen import MainScreen
from cp_tui.tui.messages.panes import MessagesPane
from cp_tui.tui.theme.glyphs import Glyphs


class MessagesScreen(MainScreen):
    """One pane: the list is long, and so are its lines."""

    DEFAULT_CSS = """
    MessagesScreen {
        &.-medium MessagesPane FactLines { height: 16; }
        &.-tall MessagesPane FactLines { height: 24; }
        &.-wide MessagesPane Horizontal { layout: horizontal; }
        &.-wide MessagesPane LineTable { width: 3fr; }
        &.-low MessagesPane FactLines { max-height: 5; }
        &.-one MessagesPane FactLines { max-height: 2; }
        &.-wide MessagesPane FactLines {
            width: 2fr; height: 1fr; max-height: 100%; margin-left: 2;
        }
    }
    """

    NAME = "messages"
    KEY = "2"
    CALLED = "Messages"
    ABOUT = "Every frame over the WebSocket: request and answer, latency, result and reason."
    FOOTER = (
        "screen.filter",
        "messages.pause",
        "messages.compose",
        "messages.edit",
        "screen.copy",
        "messages.export",
        "screen.dashboard",
        "screen.help",
        "screen.palette",
        "screen.sort",
        "screen.zone",
        "screen.zoom",
        "screen.quit",
    )

    def __init__(self, keymap: Keymap, glyphs: Glyphs) -> None:
        super().__init__(keymap, glyphs)
        self.messages = MessagesPane(keymap.hints("messages"))

    def compose_panes(self) -> ComposeResult:
        """The list, with what one says."""
        yield self.messages

    def pause(self) -> None:
        """Let the list stand still, or follow what is new."""
        self.messages.toggle_still()
