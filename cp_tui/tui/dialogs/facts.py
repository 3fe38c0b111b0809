"""Facts to read: details of a connector or a key, the report of a stop, the commands, help."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from cp_tui.tui.dialogs.dialog import COPY_KEYS, READER_KEYS, Dialog
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.copying import Copyable, copyable, fields_of_facts
from cp_tui.tui.text.facts import FactSource
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.line_table import CursorMove

ACTS = {"e": "edit", "c": "compose"}
"""What may be done with what the facts are about, by its key, in a word."""


class FactsDialog(Dialog[None]):
    """Facts that follow what the engine says while they are shown."""

    DEFAULT_CSS = """
    FactsDialog > .box { width: 100; max-width: 100%; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *COPY_KEYS,
        *READER_KEYS,
        # Before the lines themselves, which scroll with them.
        Binding(",".join(Meaning.UP.keys), "step('up')", "Previous", show=False, priority=True),
        Binding(",".join(Meaning.DOWN.keys), "step('down')", "Next", show=False, priority=True),
        Meaning.EDIT.bound("act('e')", "Edit what it is about", "facts.edit"),
        Meaning.COMPOSE.bound("act('c')", "Compose", "facts.compose"),
    ]

    def __init__(
        self,
        title: str,
        source: FactSource,
        snapshot: Snapshot,
        clock: Clock,
        *,
        label_width: int = 9,
        step: Callable[[CursorMove], None] | None = None,
        copied: Callable[[Snapshot, Clock], Copyable | None] | None = None,
        acts: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`step` moves the cursor that the facts are about, of which `copied` can be copied.

        `acts`: the actions that can be done with it from here, by their keys of `ACTS`.
        """
        super().__init__()
        self._acts = acts
        self._title = title
        self._source = source
        self._shown = (snapshot, clock)
        self._lines = FactLines(label_width=label_width)
        self._step = step
        self._copied = copied

    def compose(self) -> ComposeResult:
        """A list of facts."""
        with Vertical(classes="box"):
            yield self._lines

    async def begin(self) -> None:
        """Show them."""
        moves = ["arrows scroll"] if self._step is None else ["↑ ↓ next"]
        acts = [f"{key} {ACTS[key]}" for key in self._acts]
        scrolls = [] if self._step is None else ["pgup pgdn scroll"]
        self.titled(self._title, " · ".join([*moves, *acts, "y copy", *scrolls, "escape closes"]))
        self.show(*self._shown)
        self._lines.focus()

    def show(self, snapshot: Snapshot, clock: Clock) -> None:
        """Make the facts anew; before the lines are there, they begin with what was said last."""
        self._shown = (snapshot, clock)
        if self._lines.is_attached:
            self._lines.show(self._source(snapshot, clock))

    def copyable(self) -> Copyable | None:
        """What is behind the facts, where that is known; else each fact."""
        if self._copied is not None:
            return self._copied(*self._shown)
        return copyable(fields_of_facts(self._source(*self._shown)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The arrow keys step only where there is something to step to; so do the others act."""
        if action == "act":
            return parameters[0] in self._acts
        return self._step is not None if action == "step" else True

    def action_act(self, key: str) -> None:
        """Do what can be done with what this is about; it gives way, so that a reason is seen."""
        self.dismiss(None)
        self.app.call_later(self.app.run_action, f"operate({self._acts[key]!r})")

    def action_step(self, move: CursorMove) -> None:
        """Show the facts about a neighbour, from their beginning."""
        if self._step is not None:
            self._step(move)
            self._lines.scroll_home(animate=False)
            self.show(*self._shown)
