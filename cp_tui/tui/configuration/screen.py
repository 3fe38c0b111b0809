"""The screen of the configuration: every key, and who changed what, when and from what."""

from __future__ import annotations

from textual.app import ComposeResult

from cp_tui.tui.actions.keymap import Keymap
from cp_tui.tui.configuration.panes import ConfigurationPane, KeyChangesPane
from cp_tui.tui.frame.main_screen import MainScreen
from cp_tui.tui.theme.glyphs import Glyphs


class ConfigurationScreen(MainScreen):
    """The keys over their newest changes, or beside them."""

    DEFAULT_CSS = """
    ConfigurationScreen {
        ConfigurationPane { height: 12fr; }
        KeyChangesPane { height: 9fr; }
        &.-medium, &.-tall {
            ConfigurationPane { height: 2fr; }
            KeyChangesPane { height: 1fr; }
            #configuration-facts { height: 8; }
        }
        &.-wide {
            layout: horizontal;
            ConfigurationPane { width: 3fr; height: 1fr; }
            KeyChangesPane { width: 2fr; min-width: 74; height: 1fr; margin-left: 1; }
            #key_changes-facts { height: 8; }
        }
    }
    """

    NAME = "configuration"
    KEY = "3"
    CALLED = "Configuration"
    SHORT = "Config"
    ABOUT = "Every key with its source, who changed what and when, compare and export."
    FOOTER = (
        "configuration.set",
        "configuration.monitor",
        "configuration.changed",
        "configuration.compare",
        "configuration.export",
        "screen.dashboard",
        "screen.help",
        "screen.palette",
        "screen.sort",
        "configuration.get",
        "screen.zoom",
        "screen.quit",
    )

    def __init__(self, keymap: Keymap, glyphs: Glyphs) -> None:
        super().__init__(keymap, glyphs)
        self.configuration = ConfigurationPane(
            f"{keymap.hints('keys')}  {keymap.hints('configuration')}"
        )
        self.changes = KeyChangesPane()

    def compose_panes(self) -> ComposeResult:
        """What is set, and what was changed."""
        yield self.configuration
        yield self.changes
