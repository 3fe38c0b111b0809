"""A question with its consequences, which follow what happens while it is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button
from textual.widgets.button import ButtonVariant

from cp_tui.tui.actions.desk import ConfirmQuestion
from cp_tui.tui.dialogs.dialog import Dialog, QuietFacts
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact

YES, NO = "yes", "no"


class Option(Struct, frozen=True):
    """An answer."""

    id: str
    letter: str
    word: str
    variant: ButtonVariant = "default"
    short: str = ""
    """The word where there is little room; empty: the same."""


class AskDialog(Dialog[str | None]):
    """A question with some answers, each with its letter; gives the id of one, or None."""

    DEFAULT_CSS = """
    AskDialog.-tight > .box { height: 100%; }
    AskDialog.-tight FactLines { height: 1fr; }
    AskDialog.-slim Button { min-width: 8; margin-left: 1; }
    """

    def __init__(
        self,
        title: str,
        facts: Sequence[Fact] | Callable[[Snapshot], Sequence[Fact]],
        options: Sequence[Option],
        snapshot: Snapshot,
        *,
        keys: str = "",
        start: str = "",
    ) -> None:
        """`keys` are the words in the frame, and `start` the answer to begin on; else the first."""
        super().__init__()
        self._title = title
        self._facts = facts
        self._options = options
        self._keys = keys
        self._start = start or options[0].id
        self._lines = QuietFacts(label_width=9)
        self._made_of = substance(snapshot)
        self._made = self._make(snapshot)

    def compose(self) -> ComposeResult:
        """The situation and the answers."""
        with Vertical(classes="box"):
            yield self._lines
            with Horizontal(classes="buttons"):
                for option in self._options:
                    word, action = Content(option.word), f"screen.answer({option.id!r})"
                    yield Button(word, option.variant, id=option.id, action=action, compact=True)

    async def begin(self) -> None:
        """Say what will happen."""
        self._name_answers()
        self._lines.show(self._made)
        self.query_one(f"#{self._start}", Button).focus()

    def _fit_in(self) -> None:
        super()._fit_in()
        if self._keys_told:
            self._name_answers()

    def _name_answers(self) -> None:
        """On the buttons and with their letters; in fewer words where the terminal is slim."""
        is_slim = self.has_class("-slim")
        words = [(is_slim and each.short) or each.word for each in self._options]
        for option, word in zip(self._options, words, strict=True):
            self.query_one(f"#{option.id}", Button).label = Content(word)
        named = (f"{o.letter} {w.lower()}" for o, w in zip(self._options, words, strict=True))
        self.titled(self._title, self._keys or " · ".join([*named, "escape cancels"]))

    def follow(self, snapshot: Snapshot) -> None:
        """Say it anew, if it is another matter by now; not with each reading."""
        if (made_of := substance(snapshot)) != self._made_of:
            self._made_of, self._made = made_of, self._make(snapshot)
            if self._lines.is_attached:
                self._lines.show(self._made)
                self._lines.refresh(layout=True)

    def _make(self, snapshot: Snapshot) -> Sequence[Fact]:
        return self._facts(snapshot) if callable(self._facts) else self._facts

    def on_key(self, event: events.Key) -> None:
        """Answer by a letter; arrows walk over the buttons."""
        if event.key in ("left", "right"):
            event.stop()
            step = self.focus_previous if event.key == "left" else self.focus_next
            step()
        for option in self._options:
            if event.key == option.letter:
                event.stop()
                self.action_answer(option.id)

    def action_answer(self, answer: str) -> None:
        """Answer by a button or a letter."""
        self.dismiss(answer)


def confirmation(question: ConfirmQuestion, snapshot: Snapshot) -> AskDialog:
    """Yes or no, where no costs nothing; a dangerous thing starts on it."""
    is_dangerous = question.is_dangerous
    yes = Option(YES, "y", question.yes, "error" if is_dangerous else "primary")
    return AskDialog(
        question.title,
        question.facts,
        (Option(NO, "n", "No"), yes),
        snapshot,
        keys="y yes · n no · escape no",
        start=NO if is_dangerous else YES,
    )


def substance(snapshot: Snapshot) -> tuple[object, ...]:
    """What decides the consequences of whatever may be asked, without numbers that run."""
    running = (
        (c.connector_id, c.transaction.started_at, c.transaction.transaction_id)
        for c in snapshot.running
        if c.transaction is not None
    )
    jammed = (c.connector_id for c in snapshot.connectors if c.is_lock_jammed)
    return (*running, *jammed, snapshot.is_stopped)
