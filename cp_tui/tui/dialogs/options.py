"""One of a few answers, each with its letter, where yes and no are not enough."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button

from cp_tui.tui.dialogs.asked_facts import AskedFacts, AskedSource
from cp_tui.tui.dialogs.dialog import Dialog
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact


class Option(Struct, frozen=True):
    """An answer."""

    id: str
    letter: str
    word: str


class OptionsDialog(Dialog[str | None]):
    """A question with more answers than yes and no."""

    def __init__(
        self,
        title: str,
        facts: Sequence[Fact] | AskedSource,
        options: Sequence[Option],
        snapshot: Snapshot,
        *,
        can_escape: bool = True,
    ) -> None:
        super().__init__()
        self._title = title
        self.facts = AskedFacts(facts, snapshot)
        self._options = options
        self._can_escape = can_escape

    def compose(self) -> ComposeResult:
        """The situation and the answers."""
        with Vertical(classes="box"):
            yield self.facts
            with Horizontal(classes="buttons"):
                for option in self._options:
                    yield Button(Content(option.word), id=option.id, compact=True)

    async def begin(self) -> None:
        """Show the situation; the first answer is the harmless one."""
        keys = " · ".join(f"{option.letter} {option.word.lower()}" for option in self._options)
        self.titled(self._title, keys + (" · escape cancels" if self._can_escape else ""))
        self.query(Button).first().focus()

    def on_key(self, event: events.Key) -> None:
        """Answer by a letter; arrows walk over the buttons."""
        if event.key in ("left", "right"):
            event.stop()
            step = self.focus_previous if event.key == "left" else self.focus_next
            step()
        for option in self._options:
            if event.key == option.letter:
                event.stop()
                self.dismiss(option.id)

    def action_give_up(self) -> None:
        """Escape cancels, where that is an answer."""
        if self._can_escape:
            self.dismiss(None)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id)
