"""A table of lines for live data: only rows that are visible and changed are painted again.

It knows records and columns, nothing of what they mean. Textual's DataTable would not do: it paints
itself whole when one cell changes, and holds every cell of every row, of which a log has thousands.
Here a row is made when it is seen, and remembered as it was painted; when records are given again,
the visible rows are made anew and compared with that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Literal, TypeVar

from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style

from cp_tui.tui.terminal.textual_private import GrowingView
from cp_tui.tui.text.columns import (
    GAP,
    MARGIN,
    Column,
    Divider,
    Row,
    divider_line,
    fit_columns,
    line_of,
)
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.order import Order, chosen, column_of, ordered, title_of
from cp_tui.tui.widgets.painting import painted
from cp_tui.tui.widgets.quiet_focus import QuietFocus
from cp_tui.tui.widgets.row_source import RecordRows, RowSource

T = TypeVar("T")

HEADER_HEIGHT = 1

SCROLLBAR_WIDTH = 1

MARKER = "▌"
PLAIN_MARKER = ">"
"""The marker where colour cannot tell, or where blocks cannot be drawn."""

PAINTED_MAX = 1_000
"""Rows remembered as painted: several terminals full."""

CursorMove = Literal["up", "down", "page_up", "page_down", "half_up", "half_down", "home", "end"]


class LineTable(QuietFocus, GrowingView, can_focus=True):
    """Rows under a header, with a cursor that stays with its row's key."""

    DEFAULT_CSS = """
    LineTable {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        background: $table-background;
        color: $foreground;
    }
    LineTable > .line-table--header { color: $table-header; text-style: bold; }
    LineTable > .line-table--alternate { background: $table-alternate; }
    LineTable > .line-table--empty { color: $text-muted; }
    LineTable > .line-table--cursor { background: $table-cursor-blurred; }
    LineTable:focus > .line-table--cursor { background: $table-cursor; color: $table-cursor-text; }
    LineTable > .line-table--marker { color: $text-muted; text-style: bold; }
    LineTable:focus > .line-table--marker { color: $accent; }
    LineTable:ansi {
        &:focus > .line-table--cursor { text-style: reverse; }
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line-table--header",
        "line-table--alternate",
        "line-table--empty",
        "line-table--cursor",
        "line-table--marker",
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        Meaning.UP.bound("cursor('up')", "Row up", "table.up"),
        Meaning.DOWN.bound("cursor('down')", "Row down", "table.down"),
        Meaning.PAGE_UP.bound("cursor('page_up')", "Page up", "table.page-up"),
        Meaning.PAGE_DOWN.bound("cursor('page_down')", "Page down", "table.page-down"),
        Meaning.HALF_UP.bound("cursor('half_up')", "Half a page up", "table.half-up"),
        Meaning.HALF_DOWN.bound("cursor('half_down')", "Half a page down", "table.half-down"),
        Meaning.HOME.bound("cursor('home')", "First row", "table.first", Meaning.GO_TO),
        Meaning.END.bound("cursor('end')", "Last row", "table.last", Meaning.LAST),
        Meaning.ENTER.bound("select", "Open the row", "table.select"),
    ]

    class Highlighted(Message):
        """The cursor came to another key; none when the table became empty."""

        def __init__(self, table: LineTable, key: str | None) -> None:
            super().__init__()
            self.table = table
            self.key = key

    class Selected(Message):
        """The operator chose the row under the cursor, with enter or a second click."""

        def __init__(self, table: LineTable, key: str) -> None:
            super().__init__()
            self.table = table
            self.key = key

    class Sorted(Message):
        """Another order of the rows was chosen."""

        def __init__(self, table: LineTable) -> None:
            super().__init__()
            self.table = table

    class WidthChanged(Message):
        """There is room for more columns than before, or for fewer."""

    def __init__(
        self,
        *,
        empty: str = "",
        leaps: bool = False,
        id: str | None = None,
    ) -> None:
        """`empty` is said where there is no row. One that `leaps` scrolls by half of what is seen:
        where a step changes much beside the list, the list itself shall not change with each."""
        super().__init__(id=id)
        self._leaps = leaps
        self._columns: tuple[Column[Any], ...] = ()
        self._order: Order | None = None
        self._rows: RowSource = RecordRows[Any]()
        self._painted: dict[int, Row] = {}
        """The rows in sight, as they are on the screen or will be with the next repaint."""
        self._records: Sequence[tuple[str, Any]] = ()
        """As they were given; none where the rows have another source."""
        self._count = 0
        self._cursor = 0
        self._cursor_key: str | None = None
        self._top = self._scrolled_to = 0
        """The first row in sight as somebody chose it, and as it had to be for the cursor."""
        self._terminal = Size()
        """The size of the terminal in which it was shown last."""
        self._is_resized = False
        """That was the newest thing that happened to it."""
        self._empty = empty
        self._width_known = 0

    # What the owner says.

    def show(
        self, columns: Sequence[Column[T]], records: Iterable[tuple[str, T | Divider]]
    ) -> None:
        """Show these records; rows that look the same cost nothing, the cursor stays with its key.

        They stand in the order that was chosen, else as they come. Of the columns those are shown
        that the table has room for.
        """
        self.set_columns(columns)
        given: Sequence[tuple[str, T | Divider]] = tuple(records)
        self._records = given
        self.set_source(RecordRows(ordered(given, columns, self._order), columns))

    def set_columns(self, columns: Sequence[Column[Any]]) -> None:
        """Replace the columns; rows that fit them have to follow."""
        old, self._columns = self._columns, tuple(columns)
        if len(old) != len(columns) or not all(map(Column.is_alike, old, columns)):
            self._painted.clear()
            self.refresh()

    def set_empty_text(self, text: str) -> None:
        """Say why there are no rows, in our own words."""
        if text != self._empty:
            self._empty = text
            if not self._count:
                self.refresh()

    def set_source(self, source: RowSource, *, stays_in_place: bool = False) -> None:
        """Show the rows of a source, to be given again when it has changed.

        The cursor stays with its key, or else in its place on the screen.
        """
        had_rows, old_cursor, old_key = self._count, self._cursor, self._cursor_key
        self._rows, self._count = source, len(source)
        if stays_in_place:
            self._cursor = min(old_cursor, max(0, self._count - 1))
        else:
            self._cursor = self._find(old_key, old_cursor)
        self._cursor_key = source.key(self._cursor) if self._count else None
        self.resize_content(0, self._count + HEADER_HEIGHT)
        if bool(had_rows) != bool(self._count):
            self._painted.clear()
            self.refresh()
        else:
            self._refresh_changed(old_cursor)
        if self._cursor != old_cursor:
            self._show_cursor(self.scroll_offset.y)
        self._is_resized &= (self._cursor, self._cursor_key) == (old_cursor, old_key)
        assert self._cursor == 0 or self._cursor < self._count, "a cursor on no row"
        if self._cursor_key != old_key:
            self.post_message(self.Highlighted(self, self._cursor_key))

    @property
    def columns(self) -> tuple[Column[Any], ...]:
        """All that it may be sorted by, also those that it has no room for."""
        return self._columns

    def record(self, key: str) -> Any:
        """The record of a row, as it was given; None where there is none of this key."""
        return next((record for other, record in self._records if other == key), None)

    @property
    def order(self) -> Order | None:
        """The order that was chosen, where there is such a column now; None: as they come."""
        return self._order if column_of(self._columns, self._order) is not None else None

    def begin_with(self, order: Order | None) -> None:
        """Have the order that was chosen the last time, before anything is shown."""
        self._order = order

    def sort(self, order: Order | None) -> None:
        """Show the rows in another order; the cursor stays with its row."""
        if order != self._order:
            self._order = order
            self.refresh(Region(0, 0, self.size.width, HEADER_HEIGHT))
            if self._records:
                self.show(self._columns, self._records)
            self.post_message(self.Sorted(self))

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows shown, also those out of sight."""
        return tuple(map(self._rows.row, range(self._count)))

    @property
    def cursor_key(self) -> str | None:
        """Key of the row under the cursor; none without rows."""
        return self._cursor_key

    @property
    def cursor_row(self) -> int:
        """Index of the row under the cursor."""
        return self._cursor

    @property
    def cursor_region(self) -> Region:
        """Where on the screen the row under the cursor stands, or what is said without rows."""
        y = self.region.y + HEADER_HEIGHT + self._cursor - self.scroll_offset.y
        return Region(self.region.x, y, self.region.width, 1)

    def move_cursor(self, key: str) -> bool:
        """Put the cursor on a key; False if there is no such row."""
        index = self._rows.find(key)
        if index is not None:
            self._move_to(index)
        return index is not None

    # Keys and mouse.

    def action_cursor(self, move: CursorMove) -> None:
        """Move the cursor; at the ends it stays."""
        page = max(1, self.scrollable_content_region.height - HEADER_HEIGHT - 1)
        half = max(1, page // 2)
        step = {
            "up": -1,
            "down": 1,
            "page_up": -page,
            "page_down": page,
            "half_up": -half,
            "half_down": half,
        }
        last = self._count - 1
        target = {"home": 0, "end": last}.get(move, self._cursor + step.get(move, 0))
        self._move_to(min(max(target, 0), last))

    def action_select(self) -> None:
        """Choose the row under the cursor."""
        if self.cursor_key is not None:
            self.post_message(self.Selected(self, self.cursor_key))

    def paint_focus(self) -> None:
        """Only the row under the cursor looks different."""
        self._refresh_row(self._cursor)

    def on_click(self, event: events.Click) -> None:
        """The first click moves the cursor, a click on the cursor chooses the row.

        One on the header sorts by that column, or turns its order round.
        """
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y < HEADER_HEIGHT:
            self._sort_by_the_column_at(offset.x)
            return
        index = self.scroll_offset.y + offset.y - HEADER_HEIGHT
        if index >= self._count:
            return
        if index == self._cursor and event.chain > 1:
            self.action_select()
        else:
            self._move_to(index)

    def _sort_by_the_column_at(self, x: int) -> None:
        start = MARGIN
        for column, width in zip(self._columns, self._widths(), strict=True):
            if width and start <= x < start + width:
                self.sort(chosen(self._order, column.title))
            start += width + GAP if width else 0

    # Painting.

    def render_line(self, y: int) -> Strip:
        """One line of the visible part."""
        width = self.scrollable_content_region.width
        if y < HEADER_HEIGHT:
            return painted(self, self._header(), width, self._style("header"))
        index = self.scroll_offset.y + y - HEADER_HEIGHT
        if index < self._count:
            return self._render_row(index, width)
        if not self._count and y == HEADER_HEIGHT:
            return painted(self, Content(f" {self._empty}"), width, self._style("empty"))
        return Strip.blank(width, self.visual_style.rich_style)

    def _render_row(self, index: int, width: int) -> Strip:
        """A row in its colours, with the cursor and the selection on top."""
        row = self._painted.get(index)
        if row is None:
            if len(self._painted) >= PAINTED_MAX:
                self._painted.clear()
            row = self._painted[index] = self._rows.row(index)
        line = self._line(row)
        style = self.visual_style
        if index == self._cursor:
            line, style = self._with_cursor(line)
        elif index % 2:
            style = self._style("alternate")
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(index + HEADER_HEIGHT)):
            start, end = span
            highlight = self.screen.get_visual_style("screen--selection", partial=True)
            line = line.stylize(highlight, start, None if end == -1 else end)
        return painted(self, line, width, style).apply_offsets(0, index + HEADER_HEIGHT)

    def _with_cursor(self, line: Content) -> tuple[Content, Style]:
        """The line under the cursor: marked by a sign as well as by colour."""
        style = self._style("cursor")
        marker_style = self.get_visual_style("line-table--marker", partial=True)
        if self.get_component_styles("line-table--cursor").text_style.reverse:
            # A cell's own colour would become its background here, and unreadable.
            line, marker_style = Content(line.plain), Style()
            style += Style(reverse=True)
        is_plain = self.app.no_color or self.app.native_ansi_color
        marker = Content.styled(PLAIN_MARKER if is_plain else MARKER, marker_style)
        return marker.append(line[1:]), style

    def _header(self) -> Content:
        widths = self._widths()
        titles = [
            Content(title_of(column, self._order, width))
            for column, width in zip(self._columns, widths, strict=True)
        ]
        return line_of(titles, self._columns, widths)

    def _line(self, row: Row) -> Content:
        widths = self._widths()
        if row.is_divider:
            return divider_line(row.cells, widths, self.scrollable_content_region.width)
        return line_of(row.cells, self._columns, widths)

    def _widths(self) -> tuple[int, ...]:
        width, width_scrolled = (
            self.scrollable_content_region.width,
            self.size.width - SCROLLBAR_WIDTH,
        )
        return fit_columns(self._columns, width, width_scrolled)

    def _style(self, part: str) -> Style:
        # Not `partial`: that drops an opaque background.
        return self.get_visual_style(f"line-table--{part}")

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text of the selected lines, as it is shown."""
        header = self._header().plain
        first = 0 if selection.start is None else selection.start.y - HEADER_HEIGHT
        last = self._count if selection.end is None else selection.end.y
        lines = [header]
        for index in range(min(self._count, last)):
            is_wanted = index >= first
            lines.append(self._line(self._rows.row(index)).plain.rstrip() if is_wanted else "")
        return selection.extract("\n".join(lines)), "\n"

    # Geometry.

    def on_resize(self) -> None:
        """Keep the cursor in sight; in a larger terminal the rows before it are back."""
        top, end, terminal = self.scroll_offset.y, self.max_scroll_y, self.app.size
        # Textual itself scrolls no further than to the end of what there is.
        if top != min(self._scrolled_to, end):
            self._top = top
        # A layout may take several steps. Later on something beside it comes or goes, such as a
        # filter: there a scroll would only cost the line.
        self._is_resized |= terminal != self._terminal
        self._terminal = terminal
        self._show_cursor(min(self._top, end) if self._is_resized else top)
        if self.size.width != self._width_known:
            self._width_known = self.size.width
            self.post_message(self.WidthChanged())

    def _find(self, key: str | None, index: int) -> int:
        """Where the key is now; the same place if it is gone."""
        if key is None or (index < self._count and self._rows.key(index) == key):
            return min(index, max(0, self._count - 1))
        found = self._rows.find(key)
        return min(index, max(0, self._count - 1)) if found is None else found

    def _move_to(self, index: int) -> None:
        if index == self._cursor or not 0 <= index < self._count:
            return
        old = self._cursor
        self._cursor, self._cursor_key = index, self._rows.key(index)
        self._refresh_row(old)
        self._refresh_row(index)
        self._show_cursor(self.scroll_offset.y)
        self._top, self._is_resized = self._scrolled_to, False
        self.post_message(self.Highlighted(self, self.cursor_key))

    def _show_cursor(self, top: int) -> None:
        """Show this row first, or one as near to it as the cursor allows."""
        visible = max(1, self.scrollable_content_region.height - HEADER_HEIGHT)
        lowest, highest = self._cursor - visible + 1, self._cursor
        target = min(max(top, lowest), highest)
        if self._leaps and target > top:
            target = max(lowest, min(target + visible // 2, highest, self._count - visible))
        elif self._leaps and target < top:
            target = max(lowest, target - visible // 2, 0)
        if target != self.scroll_offset.y:
            self.scroll_to(y=target, animate=False, force=True)
        self._scrolled_to = target

    def _refresh_changed(self, old_cursor: int) -> None:
        """Paint the visible rows that look different now."""
        painted, self._painted = self._painted, {}
        top = self.scroll_offset.y
        for index in range(top, top + self.scrollable_content_region.height - HEADER_HEIGHT):
            old = painted.get(index)
            new = None
            if index < self._count:
                new = self._painted[index] = self._rows.row(index)
            if old is None and new is None:
                break
            has_cursor_moved = self._cursor != old_cursor and index in (self._cursor, old_cursor)
            if has_cursor_moved or old is None or new is None or not new.is_same(old):
                self._refresh_row(index)

    def _refresh_row(self, index: int) -> None:
        y = index - self.scroll_offset.y + HEADER_HEIGHT
        if HEADER_HEIGHT <= y < self.scrollable_content_region.height:
            self.refresh(Region(0, y, self.scrollable_content_region.width, 1))
