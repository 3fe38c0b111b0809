"""A pane around a table, with a filter above it and facts about a record where it declares them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, Literal, TypeVar

from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Input

from cp_tui.tui.state.store import CURSOR, Snapshot
from cp_tui.tui.terminal.line_input import LineInput
from cp_tui.tui.text.columns import Column, Divider, row_of
from cp_tui.tui.text.copying import Copyable, copyable, fields_of_facts, fields_of_row, with_facts
from cp_tui.tui.text.facts import Fact, FactSource
from cp_tui.tui.text.safe_text import drawn
from cp_tui.tui.text.words import Clock, joined, with_words
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.line_table import LineTable
from cp_tui.tui.widgets.pane import Pane

T = TypeVar("T")

ROOM_FOR_EVERYTHING = 12
"""Lines from which the facts beside or below a table tell everything about its record."""

NOT_KNOWN = "not known yet"
"""Stands in a table until the engine has said what belongs there."""


class TablePane(Pane):
    """Shows records as rows, and itself anew when its size changes.

    What a pane has beside its table it declares; what it shows it tells in `fill`, and in
    `everything` what the dialog says that enter opens.
    """

    DEFAULT_CSS = """
    TablePane > Horizontal { height: 1fr; layout: vertical; }
    TablePane.-filtered LineTable { scrollbar-gutter: stable; }
    """

    FILTER: ClassVar[str] = "filter: words of a row, !word leaves out"
    """What stands in the empty filter."""
    FILTERS_ITSELF: ClassVar[bool] = False
    """It looks for the words of the filter elsewhere than in the cells of its rows."""
    EMPTY: ClassVar[str] = ""
    UNSEEN: ClassVar[str] = ""
    """What stands there instead where the charge point is only watched; empty: the same."""
    """What stands in the table while there is nothing to show."""
    NO_MATCH: ClassVar[str] = "nothing matches the filter"
    """What stands in the table when the filter lets nothing through."""
    FACTS: ClassVar[Literal["", "above", "below", "beside"]] = ""
    """Where facts stand; `beside` is below the table as well, unless the screen is wide."""
    LABEL_WIDTH: ClassVar[int] = 6
    """Cells for the labels of the facts."""
    NEWEST_FIRST: ClassVar[bool] = False
    """Whether a cursor on the first row stays there when another record becomes the first."""
    DETAILS: ClassVar[str] = ""
    """The title of the dialog about a record; empty: there is nothing to open."""
    GONE: ClassVar[str] = "It is no longer there."
    """What the dialog says when its record is gone."""
    STEPS: ClassVar[bool] = False
    """Whether the dialog goes to the next record with the arrow keys."""
    ACTS: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """What can be done from the dialog: actions, by their keys there."""
    COPIED_FIRST: ClassVar[str] = ""
    """The title of the column whose value is copied as a rule; empty: the first one."""
    CURSOR: ClassVar[str] = ""
    """The name under which the snapshot knows what the cursor is on; empty: the pane's own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear_filter", "Show all again", show=False, id="pane.clear-filter"),
    ]

    class Moved(Message):
        """The cursor came to another record."""

        def __init__(self, cursor: str, record: str, *, by_itself: bool) -> None:
            super().__init__()
            self.cursor = cursor
            self.record = record
            self.by_itself = by_itself
            """Nobody waits to see it: the cursor follows what is new."""

    class Opened(Message):
        """Everything about a record is wanted."""

        def __init__(self, pane: TablePane, row: str) -> None:
            super().__init__()
            self.pane = pane
            self.row = row
            self.record = pane.record_of(row)

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints)
        self._said = Content("")
        self._matching = ""
        self.table = LineTable(empty=NOT_KNOWN, id=f"{self.NAME}-table")
        self.facts = FactLines(label_width=self.LABEL_WIDTH, id=f"{self.NAME}-facts")
        # They scroll with the mouse; for the keyboard, enter opens the details.
        self.facts.can_focus = False
        self._dividers: dict[str, Divider] = {}
        """What stands between records, by the keys of its rows."""
        self._filter: Input | None = None
        """There while it is open: of those that are not, three would cost the dashboard a tenth."""
        self._filled_for: tuple[str | None, Size, Size] | None = None
        """Under the cursor, and the sizes of table and facts, when the pane was filled last."""

    def compose_body(self) -> ComposeResult:
        """The table, and what is declared beside it."""
        if self.FACTS == "above":
            yield self.facts
        if self.FACTS == "beside":
            with Horizontal():
                yield self.table
                yield self.facts
        else:
            yield self.table
        if self.FACTS == "below":
            yield self.facts

    def show(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show what the engine said last, and where that is nothing, why."""
        super().show(snapshot, clock)
        if (divider := self._dividers.get(self.table.cursor_key or "")) is not None:
            self.facts.show([Fact("", joined([divider.time, divider.text]))])
        self.table.set_empty_text(self.why_empty(snapshot))
        order = self.table.order
        said = self._matching or self._said
        super().note(joined([said, order.words if order is not None else ""]))
        self._filled_for = self._to_fill_for()

    def note(self, text: Content) -> None:
        """Say something beside the title; the filter and the order of the rows are said as well."""
        self._said = text

    def _to_fill_for(self) -> tuple[str | None, Size, Size]:
        return self.table.cursor_key, self.table.size, self.facts.size

    def is_outdated(self, dirty: frozenset[str]) -> bool:
        """Not by its own cursor where it was filled for what that is on, as at the start."""
        own = {f"{CURSOR}{self.CURSOR or self.NAME}"}
        if self._filled_for == self._to_fill_for():
            dirty -= own
        return super().is_outdated(dirty)

    def why_empty(self, snapshot: Snapshot) -> str:
        """What stands in the table while there is nothing to show."""
        has_any = self.FILTERS_ITSELF or bool(self._matching)
        if self.words and has_any:
            return self.NO_MATCH
        return (snapshot.watched and self.UNSEEN) or self.EMPTY

    def fill_table(
        self, columns: Sequence[Column[T]], records: Sequence[tuple[str, T | Divider]]
    ) -> T | None:
        """Show records, which come with their keys; give the one under the cursor.

        Only those with the words of the filter, where the pane does not choose them itself.
        """
        follows = self.follows_newest
        self._matching = ""
        if self.words and not self.FILTERS_ITSELF:
            total = len(records)
            records = with_words(records, self.words, lambda each: row_of(*each, columns).plain)
            self._matching = matching_words(len(records), total, self.words) if total else ""
        self._dividers = {key: each for key, each in records if isinstance(each, Divider)}
        self.table.show(columns, records)
        if follows:
            self.table.action_cursor("home")
        key = self.table.cursor_key
        found = next((record for other, record in records if other == key), None)
        return None if isinstance(found, Divider) else found

    def show_facts(self, facts: Sequence[Fact], snapshot: Snapshot, clock: Clock) -> None:
        """Show these facts about the record under the cursor, or all there are if there is room."""
        key = self.table.cursor_key
        if key is not None and self.facts.size.height >= ROOM_FOR_EVERYTHING:
            facts = self.everything(self.record_of(key), snapshot, clock)
        self.facts.show(facts)

    def copyable(self, snapshot: Snapshot, clock: Clock) -> Copyable | None:
        """The cells of the row under the cursor, and what its details say."""
        key = self.table.cursor_key
        found = None if key is None else self.table.record(key)
        if key is None or found is None or isinstance(found, Divider):
            return None
        details = self.details(self.record_of(key))
        facts = () if details is None else details[1](snapshot, clock)
        fields = with_facts(fields_of_row(self.table.columns, found), facts)
        return copyable(fields, found, first=self.COPIED_FIRST)

    def copyable_in_details(self, row: str) -> Callable[[Snapshot, Clock], Copyable | None]:
        """What can be copied of the details of a row: each fact, and its record as it is now."""
        if self.STEPS:
            return self.copyable

        def copied(snapshot: Snapshot, clock: Clock) -> Copyable | None:
            details = self.details(self.record_of(row))
            # Under a dialog the table stays as it was.
            self.show(snapshot, clock)
            facts = () if details is None else details[1](snapshot, clock)
            return copyable(fields_of_facts(facts), self.table.record(row))

        return copied

    @property
    def follows_newest(self) -> bool:
        """Whether the cursor stays on the newest record, whichever that is."""
        return self.NEWEST_FIRST and self.table.cursor_row == 0 and self.table.order is None

    def details(self, record: str) -> tuple[str, FactSource] | None:
        """Title and facts of the dialog about a record; None: there is nothing to open."""
        if not self.DETAILS:
            return None

        def facts(snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
            # Where the arrows move the cursor under the dialog, it follows the cursor.
            key = self.table.cursor_key if self.STEPS else None
            found = self.everything(key or record, snapshot, clock)
            return found or [Fact("", Content(self.GONE))]

        return self.DETAILS, facts

    def everything(self, record: str, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """All there is to say about a record; nothing where it is gone."""
        return ()

    @property
    def moves_by_itself(self) -> bool:
        """Whether the cursor follows what is new."""
        return False

    def record_of(self, row: str) -> str:
        """The record that a row is about, by the key of the row."""
        return row

    @property
    def table_width(self) -> int:
        """The cells that the table has, which may share the width with the facts."""
        return self.table.size.width or self.size.width

    def take_focus(self) -> None:
        """Focus the table."""
        self.table.focus(scroll_visible=False)

    def on_resize(self) -> None:
        """Say more or less, as there is room."""
        if self._filled_for != self._to_fill_for():
            self.refill()

    @on(LineTable.WidthChanged)
    def _width_changed(self, event: LineTable.WidthChanged) -> None:
        # A screen that has become wide puts the facts beside the table after the pane has its size.
        event.stop()
        self.on_resize()

    @property
    def words(self) -> str:
        """What is typed into the filter."""
        return "" if self._filter is None else self._filter.value

    def note_count(self, shown: int, total: int, mark: str = "") -> None:
        """Say beside the title how many there are, and how many pass the filter; then the mark."""
        matching = matching_words(shown, total, self.words) if self.words else ""
        number = matching or (f"{total}" if total else "")
        self.note(joined([number, mark if number else ""]))

    def open_filter(self, words: str | None = None) -> None:
        """Show the filter and type into it; `words` stand in it already."""
        if self._filter is None:
            self._filter = LineInput(placeholder=self.FILTER)
            body = "Horizontal" if self.FACTS == "beside" else self.table
            self.mount(self._filter, before=body)
            # Where the bar goes with the rows, every cell would move by one, at a letter.
            self.set_class(self.table.show_vertical_scrollbar, "-filtered")
        if words is not None:
            self._filter.value = words
        self._filter.focus()

    def action_clear_filter(self) -> None:
        """Show every record again."""
        if self._filter is None:
            raise SkipAction
        self._filter.remove()
        self._filter = None
        self.remove_class("-filtered")
        self.take_focus()
        self.refill()

    @on(Input.Changed)
    def _filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.refill()

    @on(Input.Submitted)
    def _filter_done(self, event: Input.Submitted) -> None:
        event.stop()
        self.take_focus()

    @on(LineTable.Highlighted)
    def _moved(self, event: LineTable.Highlighted) -> None:
        event.stop()
        # It may have gone on before this was heard of; that is heard of next.
        if event.key is not None and event.key == self.table.cursor_key:
            cursor, record = self.CURSOR or self.NAME, self.record_of(event.key)
            self.post_message(self.Moved(cursor, record, by_itself=self.moves_by_itself))

    @on(LineTable.Sorted)
    def _sorted(self) -> None:
        self.refill()

    @on(LineTable.Selected)
    def _opened(self, event: LineTable.Selected) -> None:
        event.stop()
        if event.key not in self._dividers:
            self.post_message(self.Opened(self, event.key))


def matching_words(shown: int, total: int, words: str) -> str:
    """How many records pass a filter."""
    return f"{shown} of {total} match {drawn(words)!r}"
