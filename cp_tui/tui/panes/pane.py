"""What the panes share: a title that says, without a colour, where the focus is and its keys."""

from __future__ import annotations

from typing import ClassVar

from textual.containers import Vertical
from textual.content import Content

from cp_tui.tui.store import Snapshot
from cp_tui.tui.view.words import Clock


class Pane(Vertical):
    """A part of the dashboard, with a title on its upper edge."""

    DEFAULT_CSS = """
    Pane {
        border-top: solid $border-blurred;
        border-title-color: $text-muted;
        border-title-style: none;
        & FactLines { margin-left: 1; }
        &:focus-within {
            border-top: heavy $border;
            border-title-color: $text-accent;
            border-title-style: bold;
        }
    }
    """

    ALLOW_MAXIMIZE = True

    NAME: ClassVar[str] = ""
    """The id of the pane in the registry of actions."""
    TITLE: ClassVar[str] = ""
    SHOWS: ClassVar[frozenset[str]] = frozenset()
    """The names of variables and events that it shows."""
    HELP_LINES: ClassVar[tuple[str, ...]] = ()
    """What the pane means, for the help screen."""

    def __init__(self, hints: str = "") -> None:
        super().__init__(id=self.NAME)
        self._hints = hints
        self._note = Content("")
        self._is_active = False

    def on_mount(self) -> None:
        """Show the title."""
        self.retitle()

    def show(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show what the engine said last."""
        raise NotImplementedError

    def take_focus(self) -> None:
        """Focus the part that the keys act on."""
        for child in self.children:
            if child.focusable:
                child.focus(scroll_visible=False)
                return

    def note(self, text: Content) -> None:
        """Say something beside the title."""
        if not text.is_same(self._note):
            self._note = text
            self.retitle()

    def on_descendant_focus(self) -> None:
        """Mark the title and name the keys."""
        self._is_active = True
        self.retitle()

    def on_descendant_blur(self) -> None:
        """Take the mark away."""
        self._is_active = False
        self.retitle()

    def wants_hints(self) -> bool:
        """Whether the keys that act here are named in the title."""
        return self._is_active

    def retitle(self) -> None:
        """Make the title anew."""
        mark = "▶ " if self._is_active else ""
        title = Content.assemble(mark, self.TITLE)
        if self._note:
            title = Content.assemble(title, "  ", self._note)
        if self._hints and self.wants_hints():
            title = Content.assemble(
                title, Content.styled(f"  {self._hints}", "not bold $text-accent")
            )
        self.border_title = title
