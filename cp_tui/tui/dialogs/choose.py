"""One of a list, found by typing: every action, a theme, an error code."""

from __future__ import annotations

import re
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
from cp_tui.tui.text.units import cut
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.line_table import LineTable

LONG_LINES_FROM = 100
"""Columns of the terminal. In a narrower one the rest of what is to be said about a line stands
below the list: one that changes costs half as much then."""

WHOLE_MAX = 14
"""Of so many choices all are seen at once on a terminal of 24 lines; of more of them seven, for
they are found by typing."""
LINES_AROUND = 6
"""Of the dialog, around the lines of its list."""
BRIEF_WHY = 18
"""Cells for why a choice is not possible now, where its line has room for no more."""

KEYS = "arrows choose · enter takes · escape closes"
NOTHING_FOUND = "nothing found: try another or a shorter word; ^u clears"


class ChooseDialog(Dialog[str | None]):
    """A filter over a list; the arrows move in the list while the filter keeps the focus."""

    LINES: ClassVar[int] = 13
    """Of the dialog at least, where the terminal has them."""

    DEFAULT_CSS = """
    ChooseDialog > .box { height: 55%; width: 60%; min-width: 76; }
    ChooseDialog Input { background: $boost; }
    ChooseDialog LineTable { height: 1fr; scrollbar-gutter: stable; }
    ChooseDialog.-brief LineTable { scrollbar-size-vertical: 0; scrollbar-gutter: auto; }
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

    def _know(self, choices: Sequence[Choice]) -> None:
        self._choices = {choice.key: choice for choice in choices}
        self._search = ChoiceSearch(choices, self._recent)

    def compose(self) -> ComposeResult:
        """A filter, the list, and a word about the line under the cursor."""
        with Vertical(classes="box"):
            yield LineInput(placeholder="type to find")
            yield LineTable(empty=NOTHING_FOUND)
            yield QuietFacts()

    @property
    def is_brief(self) -> bool:
        """Whether a line has a title and a key alone, and no bar stands beside the lines."""
        return self.app.size.width < LONG_LINES_FROM

    def columns(self) -> Sequence[Column[Choice]]:
        """Those of the list."""
        columns = [
            Column("", 8, _brief_title if self.is_brief else _title, is_flexible=True),
            Column("", 8, lambda choice: choice.note, "right"),
        ]
        if not self.is_brief and any(choice.group for choice in self._choices.values()):
            columns.insert(0, Column("", 14, _group))
        return columns

    async def begin(self) -> None:
        """Show all, and type into the filter."""
        self.set_class(self.is_brief, "-brief")
        lines = self.LINES
        if len(self._choices) <= WHOLE_MAX:
            lines = max(lines, len(self._choices) + LINES_AROUND)
        self.query_one(".box").styles.min_height = lines
        table = self.query_one(LineTable)
        table.can_focus = False
        field = self.query_one(LineInput)
        field.taken_from = lambda: table.cursor_region
        self._filter("")
        if self._start is not None:
            table.move_cursor(self._start)
        field.focus()

    def offer(self, choices: Sequence[Choice]) -> None:
        """Offer these from now on; what was typed and the cursor stay."""
        self._know(choices)
        if self.is_open:
            self._show_again()

    def _show_again(self) -> None:
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
        self.query_one(FactLines).show([] if choice is None else self._about(choice))
        if choice is not None and self._preview is not None:
            self._preview(choice.key)

    def _filter(self, text: str) -> None:
        found = self._search.find(text)
        table = self.query_one(LineTable)
        count = f"{len(found)} {'found' if text else 'in all'} · " if self.is_brief else ""
        self.titled(self._title, f"{count}{KEYS}")
        table.show(self.columns(), [(choice.key, choice) for choice in found])
        if text and found:
            # Enter takes what was meant, wherever the cursor was before.
            table.move_cursor(found[0].key)

    def on_resize(self) -> None:
        """Have lines of another kind in a terminal of another width."""
        if self.is_open and self.has_class("-brief") is not self.is_brief:
            self.set_class(self.is_brief, "-brief")
            self._show_again()

    def _about(self, choice: Choice) -> list[Fact]:
        """Why it is not possible now, what it does, and what its line has no room for."""
        said = [choice.about]
        if choice.why_not:
            said.insert(0, Content.styled(f"Not now: {choice.why_not}.", "$text-warning"))
        if choice.group and self.is_brief:
            said.append(Content("· ").append(_group(choice)))
        found = [each for each in said if each is not None]
        return [Fact("", Content(" ").join(found))] if found else []


def _group(choice: Choice) -> Content:
    return Content.styled(choice.group, "$text-muted")


def _title(choice: Choice) -> Content:
    """The title, and behind it why it is not possible now."""
    if not choice.why_not:
        return choice.title
    struck = choice.title.stylize("$text-muted dim strike")
    return Content.assemble(struck, Content.styled(f" × {choice.why_not}", "$text-warning"))


def _brief_title(choice: Choice) -> Content:
    """The same in one colour, with the first words of why."""
    if not choice.why_not:
        return choice.title
    why = re.split("[:;,]", choice.why_not)[0]
    return choice.title.append(f" × {cut(Content(why), BRIEF_WHY)}").stylize("$text-muted")
