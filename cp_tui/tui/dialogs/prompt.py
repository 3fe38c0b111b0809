"""One line to type into: a time, a number. It says what is allowed."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from cp_tui.tui.actions.desk import Prompt
from cp_tui.tui.dialogs.dialog import Dialog, QuietFacts
from cp_tui.tui.terminal.line_input import LineInput
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.safe_text import safe_text


class PromptDialog(Dialog[str | None]):
    """Gives the text, once nothing is wrong with it."""

    DEFAULT_CSS = """
    PromptDialog Input { background: $boost; }
    PromptDialog FactLines { max-height: 3; scrollbar-size: 0 0; scrollbar-gutter: auto; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Meaning.SAVE.bound("take", "Take it", "prompt.take"),
    ]

    def __init__(self, prompt: Prompt) -> None:
        super().__init__()
        self._prompt = prompt
        self._length = 0

    def compose(self) -> ComposeResult:
        """The line, and what may stand in it."""
        with Vertical(classes="box"):
            yield LineInput()
            yield QuietFacts()

    async def begin(self) -> None:
        """Type into it."""
        self.titled(self._prompt.title, f"{self._prompt.taken_by} · escape closes")
        self._say(Content.styled(self._prompt.hint, "$text-muted"))
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        # What is left after a key that deletes is on its way to another text.
        is_longer, self._length = len(event.value) > self._length, len(event.value)
        if self.is_open and is_longer and self._prompt.is_whole(event.value):
            self.action_take()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        """Give the text, or say what is wrong with it."""
        text = self.query_one(Input).value
        wrong = self._prompt.check(text)
        if wrong is None:
            self.dismiss(text)
        else:
            self._say(safe_text(wrong, "bold $text-error"))

    def _say(self, text: Content) -> None:
        said = self.query_one(QuietFacts)
        said.show([Fact("", text)])
        said.refresh(layout=True)
