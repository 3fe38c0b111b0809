"""A question with its consequences; no is the answer that costs nothing."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button
from textual.widgets.button import ButtonVariant

from cp_tui.tui.actions.desk import ConfirmQuestion
from cp_tui.tui.dialogs.asked_facts import AskedFacts
from cp_tui.tui.dialogs.dialog import Dialog
from cp_tui.tui.state.store import Snapshot


class ConfirmDialog(Dialog[bool]):
    """Yes or no; dangerous things start on no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", show=False, id="confirm.yes"),
        Binding("n", "answer(False)", "No", show=False, id="confirm.no"),
        Binding("left", "app.focus_previous", "Other button", show=False, id="confirm.left"),
        Binding("right", "app.focus_next", "Other button", show=False, id="confirm.right"),
    ]

    def __init__(self, question: ConfirmQuestion, snapshot: Snapshot) -> None:
        super().__init__()
        self._question = question
        self.facts = AskedFacts(question.facts, snapshot)

    def compose(self) -> ComposeResult:
        """Consequences and two buttons."""
        with Vertical(classes="box"):
            yield self.facts
            with Horizontal(classes="buttons"):
                yield Button(Content("No"), id="no", compact=True)
                yield Button(
                    Content(self._question.yes), id="yes", variant=self._variant(), compact=True
                )

    async def begin(self) -> None:
        """Say what will happen."""
        self.titled(self._question.title, "y yes · n no · escape no")
        self.query_one("#no" if self._question.is_dangerous else "#yes", Button).focus()

    def action_answer(self, answer: bool) -> None:
        """Answer by a letter."""
        self.dismiss(answer)

    def action_give_up(self) -> None:
        """Escape is no."""
        self.dismiss(False)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id == "yes")

    def _variant(self) -> ButtonVariant:
        return "error" if self._question.is_dangerous else "primary"
