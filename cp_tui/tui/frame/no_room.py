"""What stands over everything while the terminal is too small to read anything else.

It is a dialog of its own, so that whatever lies under it stays as it is: focus, cursors, what is
typed. No key acts there on what nobody can see, but for the one that quits.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from cp_tui.tui.dialogs.dialog import Dialog
from cp_tui.tui.frame.actions import leave
from cp_tui.tui.widgets.bars import ActionWanted, BarLine
from cp_tui.tui.widgets.size_classes import is_too_small, size_needed


class NoRoom(Dialog[None]):
    """One line under the head of the screen; it goes by itself when the terminal grows."""

    DEFAULT_CSS = """
    NoRoom > .box { width: 100%; height: 100%; padding: 0; border: none; }
    """

    def __init__(self, quit_keys: Sequence[str]) -> None:
        super().__init__()
        self._quit_keys = quit_keys
        self._line = BarLine("no-room")

    def compose(self) -> ComposeResult:
        """The line."""
        with Vertical(classes="box"):
            yield self._line

    async def begin(self) -> None:
        """Say it."""
        self._fit()

    def on_resize(self) -> None:
        """Say it anew, or go."""
        self._fit()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Go, if the terminal grew while something else was above."""
        self._fit()

    def on_key(self, event: events.Key) -> None:
        """Quit; there is nothing else that a key could do."""
        if event.key in self._quit_keys:
            event.stop()
            self.post_message(ActionWanted(leave.id))

    def action_give_up(self) -> None:
        """Stay: only a larger terminal makes it go."""

    def _fit(self) -> None:
        size = self.app.size
        if is_too_small(size):
            key = self._quit_keys[0] if self._quit_keys else ""
            self._line.show(lambda width: size_needed(size, key, width))
        elif self.app.screen is self:
            self.dismiss()
