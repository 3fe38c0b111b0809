"""The pane of the messages: newest first, filtered without making a key wait, still on demand."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct
from textual import on
from textual.content import Content
from textual.widgets import Input

from cp_tui.ocpp.plural import count
from cp_tui.tui.messages.details_text import copyable_message, message_details, short_facts
from cp_tui.tui.messages.filter import MessageFilter, WrongFilter, message_filter
from cp_tui.tui.messages.log_search import LogSearch
from cp_tui.tui.messages.search import MessageSearch
from cp_tui.tui.messages.sorted import SORTED_MAX, MessageSorter
from cp_tui.tui.messages.text import message_columns
from cp_tui.tui.state.message_log import MessageLog, MessagePair
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.columns import Column, Row, row_of
from cp_tui.tui.text.copying import Copyable, copyable, fields_of_row
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.words import Clock, joined
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.line_table import LineTable
from cp_tui.tui.widgets.table_pane import TablePane

if TYPE_CHECKING:
    from cp_tui.tui.state.log_messages import LogMessages

BREATH_S = 0.005
"""Between two slices of a search: keys are heard in it."""


class MessageRows(Struct, frozen=True, eq=False):
    """The newest `length` of what was found and is no newer than that, newest first; of a log
    all of it, as it stands there."""

    search: MessageSearch | LogSearch
    length: int
    columns: Sequence[Column[MessagePair]]
    is_oldest_first: bool = False

    def __len__(self) -> int:
        return self.length

    def _number(self, index: int) -> int:
        return self.search.numbers[index if self.is_oldest_first else self.length - 1 - index]

    def key(self, index: int) -> str:
        return str(self._number(index))

    def row(self, index: int) -> Row:
        number = self._number(index)
        exchange = self.search.log.exchange(number)
        if exchange is None:
            return Row(str(number), tuple(Content("") for _column in self.columns))
        return row_of(str(number), exchange, self.columns)

    def find(self, key: str) -> int | None:
        place = self.search.count_before(int(key))
        is_there = place < self.length and self.search.numbers[place] == int(key)
        if not is_there:
            return None
        return place if self.is_oldest_first else self.length - 1 - place


class MessagesPane(TablePane):
    """Every frame, request and answer in one line."""

    DEFAULT_CSS = """
    MessagesPane FactLines { height: 5; }
    """

    NAME = "messages"
    TITLE = "Messages"
    FACTS = "beside"
    LABEL_WIDTH = 7
    DETAILS = "Message"
    GONE = "This message is too old to be kept."
    STEPS = True
    # By their ids: how messages are composed is known to rooms above this one.
    ACTS = MappingProxyType({"e": "messages.edit", "c": "messages.compose"})
    FILTER = "words !without action:Start* conn:1 dir:in kind: id: result: from: to: error"
    FILTERS_ITSELF = True
    SHOWS = frozenset({"messages", "link", "engine", "log", "cursor.messages"})
    HELP_SENTENCES = (
        "Every frame over the WebSocket, newest first.",
        "A request and its answer stand in one line.",
        "Dir out: the charge point asks the CSMS; in: the CSMS asks. #: connector.",
        "! refused, CALLERROR, no answer, too late or no OCPP frame. * composed by a person.",
        "On a line that is not the newest the list rests; space follows again.",
        "Filter: a word is found anywhere; !word (or -word) leaves out what has it, !conn:1 too.",
        "Filter: action: id: result: by the beginning, or with * (action:*Status).",
        "Filter: conn:1 dir:in|out kind:CALL|CALLRESULT|CALLERROR|invalid.",
        "Filter: latency:>500 (ms); from:14:02 to:14:05; composed: by a person.",
        "Filter: error: refused, CALLERROR, no answer, too late, invalid.",
        "Of a log: finding:error finding:tx.* who:csms; the oldest stands first.",
        "Of a log: ours:differs; ≠: what our own charge point would have answered otherwise.",
        "Enter opens both frames with the reason.",
        "There, up and down go to the next message; e edits it and sends it again.",
    )

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints)
        self._search: MessageSearch | LogSearch = MessageSearch(MessageLog(), MessageFilter())
        self._sorter = MessageSorter()
        self._words = ""
        self._problem = ""
        self._length = 0
        self._end = 0
        """The number after the newest exchange that was shown."""
        self._is_held = False
        self._is_searching = False
        self._been_at = 0
        """The frame of the log at which the cursor was put last."""
        self._sought: tuple[object, int] = None, 0
        """With which search, and when so many were found."""
        self._put: str | None = None
        """The row on which it was put though nobody went there, as while a filter is typed."""
        self._is_chosen = False
        """The filter was typed to its end: where the cursor is then, there one goes in the log."""

    @property
    def is_still(self) -> bool:
        """Whether the list stands still: because it was told to, or because somebody reads."""
        is_sorted = self.table.order is not None
        if self._search.log.is_whole:
            return False
        return self._is_held or (self.table.cursor_row > 0 and not is_sorted)

    @property
    def moves_by_itself(self) -> bool:
        """The cursor stays on the newest line, whatever that is; in another order, on its own. In a
        log it stays with where one is."""
        if self._search.log.is_whole:
            return self._put is not None and self.table.cursor_key == self._put
        return not self.is_still and self.table.order is None

    def toggle_still(self) -> None:
        """Let the list stand still, or follow what is new."""
        if self.is_still:
            self._is_held = False
            if self.table.order is None:
                self.table.action_cursor("home")
        else:
            self._is_held = True
        self.refill()

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show what is new, unless the list stands still."""
        log = snapshot.messages
        if log is not self._search.log or self.words != self._words:
            self._begin(log, snapshot.log_messages, clock)
        self._search.follow()
        ends = log.oldest_at, log.newest_at
        whole = snapshot.log_messages
        columns = message_columns(
            clock,
            self.table_width,
            *ends,
            is_judged=log.is_whole,
            frame_of=whole.place_of if whole is not None and not any(ends) else None,
        )
        self._show_rows(log, columns)
        self._go_along(snapshot)
        self._tell_of_one(snapshot, clock)
        self._tell(log)
        if not self._search.is_complete and not self._is_searching:
            self._is_searching = True
            self.set_timer(BREATH_S, self._search_on)

    def _go_along(self, snapshot: Snapshot) -> None:
        """Put the cursor where somebody is in the log, or before that where a filter leaves it out.

        Not where it was the cursor that went.
        """
        place, log, found = snapshot.log, snapshot.log_messages, self._search.numbers
        if place is None or log is None or not found:
            return
        sought = self._search, len(found)
        is_sought_anew = sought != self._sought
        if is_sought_anew or place.number != self._been_at:
            self._been_at, self._sought = place.number, sought
            before = self._search.count_before(log.exchange_at(place.number) + 1)
            key = f"{found[max(before - 1, 0)]}"
            self._put = key if is_sought_anew or self.table.cursor_key != key else None
            if self.table.cursor_key != key:
                self.table.move_cursor(key)
        if self._is_chosen and self._search.is_complete:
            self._is_chosen, self._put = False, None
            if self.table.cursor_key is not None:
                self.post_message(self.Moved(self.NAME, self.table.cursor_key, by_itself=False))

    @on(Input.Submitted)
    def _typed(self) -> None:
        """What is found may be found only later."""
        self._is_chosen = self._search.log.is_whole and bool(self.words)
        self.refill()

    def everything(self, record: str, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """Both frames of a message."""
        exchange = snapshot.messages.exchange(int(record))
        return message_details(exchange, clock) if exchange is not None else ()

    def copyable(self, snapshot: Snapshot, clock: Clock) -> Copyable | None:
        """The frames of the message under the cursor, and what its line says."""
        exchange = snapshot.messages.exchange(int(self.table.cursor_key or "-1"))
        if exchange is None:
            return None
        if exchange.gap is not None:
            return copyable(fields_of_row(self.table.columns, exchange))
        return copyable_message(exchange, self.table.columns)

    def why_empty(self, snapshot: Snapshot) -> str:
        """Nothing came yet, or nothing of it passes the filter."""
        if not self._search.is_complete:
            return "searching"
        if self.words and not self._problem:
            return "no message matches the filter"
        if not snapshot.has_engine:
            return "no message is known: the charge point is lost"
        return "no message yet" if snapshot.is_connected else "no message yet: not connected"

    @on(LineTable.Selected)
    def _opened_one(self) -> None:
        """What is read must not run away."""
        self._is_held = True

    def _begin(self, log: MessageLog, of_log: LogMessages | None, clock: Clock) -> None:
        """Begin a new search; a filter that cannot be understood leaves nothing out."""
        if log is not self._search.log:
            self._is_held = False
        shown: Sequence[int] = ()
        before = self._search.log
        if self._words == self.words and len(before.numbers) <= len(log.numbers):
            shown = self._search.numbers
        self._words = self.words
        try:
            wanted, self._problem = message_filter(self._words, clock), ""
        except WrongFilter as wrong:
            wanted, self._problem = MessageFilter(), f"{wrong}"
        if of_log is None:
            self._search = MessageSearch(log, wanted)
        else:
            self._search = LogSearch(of_log, wanted, shown=shown)
        self._search.look_further()

    def _search_on(self) -> None:
        self._is_searching = False
        self._search.look_further()
        self.refill()

    def _show_rows(self, log: MessageLog, columns: Sequence[Column[MessagePair]]) -> None:
        """Newest first, or in the order that was chosen; what was there when the list stopped."""
        if not self.is_still or log.numbers.start >= self._end:
            self._is_held, self._end = False, log.numbers.stop
        self._length = self._search.count_before(self._end)
        self.table.set_columns(columns)
        if (order := self.table.order) is not None:
            self.table.set_source(self._sorter.rows(self._search, self._length, columns, order))
            return
        rows = MessageRows(self._search, self._length, columns, log.is_whole)
        self.table.set_source(rows, stays_in_place=not self.is_still and not log.is_whole)

    @on(FactLines.SizeChanged)
    def _room_for_facts_changed(self) -> None:
        # A screen that was away when the terminal grew gives them more lines after the pane has
        # its size: they say more.
        self.on_resize()

    def _tell_of_one(self, snapshot: Snapshot, clock: Clock) -> None:
        log = snapshot.messages
        key = self.table.cursor_key
        exchange = None if key is None else log.exchange(int(key))
        if self._problem:
            self.facts.show([Fact("Filter", safe_text(self._problem, "$text-warning"))])
        elif exchange is None:
            self.facts.show([])
        else:
            self.show_facts(short_facts(exchange, clock, self.size.width), snapshot, clock)

    def _tell(self, log: MessageLog) -> None:
        parts: list[Content | str] = []
        if self.is_still:
            new = len(self._search.numbers) - self._length
            words = f"stands still, {new} new: space follows" if new else "stands still"
            parts.append(Content.styled(words, "$text-warning"))
        if self._problem:
            text = "filter not understood: everything is shown"
            parts.append(Content.styled(text, "$text-warning"))
        elif self.words:
            searched = "" if self._search.is_complete else ", searching"
            found = count(len(self._search.numbers), "line matches", "lines match")
            parts.append(f"{found} {drawn(self.words)!r}{searched}")
        elif log:
            parts.append(count(len(log), "message"))
        if log.missed:
            parts.append(Content.styled(f"{log.missed} not shown", "$text-warning"))
        if self.table.order is not None and self._length > SORTED_MAX:
            parts.append(f"the newest {SORTED_MAX} sorted")
        self.note(joined(parts))
