"""One of a list, found by typing: every action, a theme, an error code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from cp_tui.tui.actions.desk import Choice
from cp_tui.tui.actions.search import ChoiceSearch
from cp_tui.tui.dialogs.dialog import Dialog, QuietFacts
from cp_tui.tui.terminal.line_input import LineInput
from cp_tui.tui.text.columns import Column
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.line_table import LineTable

NOTHING_FOUND = "nothing found: try another or a shorter word; ^u clears"


class ChooseDialog(Dialog[str | None]):
    """A filter over a list; the arrows move in the list while the filter keeps the focus."""

    DEFAULT_CSS = """
    ChooseDialog > .box { height: 60%; min-height: 20; width: 60%; min-width: 76; }
    ChooseDialog Input { background: $boost; }
    ChooseDialog LineTable { height: 1fr; scrollbar-gutter: stable; }
    ChooseDialog LineTable > .line-table--alternate { background: $table-background; }
    ChooseDialog FactLines { height: 2; max-height: 2; }
    ChooseDialog.-tight FactLines { height: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move('up')", "Line up", show=False, id="choose.up"),
        Binding("down", "move('down')", "Line down", show=False, id="choose.down"),
        Binding("pageup", "move('page_up')", "Page up", show=False, id="choose.page-up"),
        Binding("pagedown", "move('page_down')", "Page down", show=False, id="choose.page-down"),
    ]

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        *,
        start: str | None = None,
        preview: Callable[[str], None] | None = None,
        recent: Sequence[str] = (),
    ) -> None:
        """`preview` shows what the cursor is on; `recent` are keys chosen before, newest first."""
        super().__init__()
        self._title = title
        self._recent = recent
        self._know(choices)
        self._start = start
        self._preview = preview
        self._columns: list[Column[Choice]] = [
            Column("", 8, _title, is_flexible=True),
            Column("", 8, lambda choice: choice.note, "right"),
        ]
        if any(choice.group for choice in choices):
            group = Column[Choice]("", 14, lambda c: Content.styled(c.group, "$text-muted"))
            self._columns.insert(0, group)

    def _know(self, choices: Sequence[Choice]) -> None:
        self._choices = {choice.key: choice for choice in choices}
        self._search = ChoiceSearch(choices, self._recent)

    def compose(self) -> ComposeResult:
        """A filter, the list, and a word about the line under the cursor."""
        with Vertical(classes="box"):
            yield LineInput(placeholder="type to find")
            yield LineTable(empty=NOTHING_FOUND)
            yield QuietFacts()

    async def begin(self) -> None:
        """Show all, and type into the filter."""
        self.titled(self._title, "arrows choose · enter takes · escape closes")
        table = self.query_one(LineTable)
        table.can_focus = False
        self._filter("")
        if self._start is not None:
            table.move_cursor(self._start)
        self.query_one(Input).focus()

    def offer(self, choices: Sequence[Choice]) -> None:
        """Offer these from now on; what was typed and the cursor stay."""
        self._know(choices)
        if self.is_open:
            table = self.query_one(LineTable)
            key = table.cursor_key
            self._filter(self.query_one(Input).value)
            if key is not None:
                table.move_cursor(key)
                self._look_at(key)

    def action_move(self, move: str) -> None:
        """Move in the list."""
        match move:
            case "up" | "down" | "page_up" | "page_down":
                self.query_one(LineTable).action_cursor(move)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open:
            self._filter(event.value)

    @on(Input.Submitted)
    def _taken(self, event: Input.Submitted) -> None:
        event.stop()
        if (key := self.query_one(LineTable).cursor_key) is not None:
            self.dismiss(key)

    @on(LineTable.Selected)
    def _clicked(self, event: LineTable.Selected) -> None:
        event.stop()
        self.dismiss(event.key)

    @on(LineTable.Highlighted)
    def _moved(self, event: LineTable.Highlighted) -> None:
        event.stop()
        if not self.is_open:
            return
        self._look_at(event.key or "")

    def _look_at(self, key: str) -> None:
        choice = self._choices.get(key)
        self.query_one(FactLines).show([] if choice is None else _about(choice))
        if choice is not None and self._preview is not None:
            self._preview(choice.key)

    def _filter(self, text: str) -> None:
        found = self._search.find(text)
        table = self.query_one(LineTable)
        table.show(self._columns, [(choice.key, choice) for choice in found])
        if text and found:
            # Enter takes what was meant, wherever the cursor was before.
            table.move_cursor(found[0].key)


def _title(choice: Choice) -> Content:
    """The title, and behind it why it is not possible now."""
    if not choice.why_not:
        return choice.title
    struck = choice.title.stylize("$text-muted dim strike")
    return Content.assemble(struck, Content.styled(f" × {choice.why_not}", "$text-warning"))


def _about(choice: Choice) -> list[Fact]:
    """What it does, and in full why it is not possible now."""
    why = Content.styled(f"Not now: {choice.why_not}", "$text-warning") if choice.why_not else None
    said = [each for each in (why, choice.about) if each is not None]
    return [Fact("", Content(" ").join(said))] if said else []
