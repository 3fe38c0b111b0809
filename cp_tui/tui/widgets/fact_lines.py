"""Facts as lines under one another: only lines that changed are painted again, long ones wrap."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain, repeat
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from cp_tui.tui.terminal.textual_private import GrowingView
from cp_tui.tui.text.facts import Fact, fact_lines
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.widgets.painting import painted
from cp_tui.tui.widgets.quiet_focus import QuietFocus

GOES_ON = "…"

LINES_MAX = 500
"""More than this nobody reads in a pane; a bound on what a hostile text can cost."""

FACT_CELLS_MIN = 10
"""Facts are broken for as many cells where there are fewer."""
WIDTHS_MAX = 3
"""With a scroll bar and without it, and what was before."""


class FactLines(QuietFocus, GrowingView, can_focus=True):
    """A scrolling list of facts."""

    DEFAULT_CSS = """
    FactLines {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        height: 1fr;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Meaning.UP.bound("scroll_up", "Line up", "facts.up"),
        Meaning.DOWN.bound("scroll_down", "Line down", "facts.down"),
        Meaning.HOME.bound("scroll_home", "First line", "facts.first", Meaning.GO_TO),
        Meaning.END.bound("scroll_end", "Last line", "facts.last", Meaning.LAST),
        Meaning.PAGE_UP.bound("page_up", "Page up", "facts.page-up"),
        Meaning.PAGE_DOWN.bound("page_down", "Page down", "facts.page-down"),
        Meaning.HALF_UP.bound("half_page(-1)", "Half a page up", "facts.half-up"),
        Meaning.HALF_DOWN.bound("half_page(1)", "Half a page down", "facts.half-down"),
    ]

    class SizeChanged(Message):
        """There is room for more or less: who fills it says more or less."""

    def __init__(
        self, *, label_width: int = 6, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._label_width = label_width
        self._facts: Sequence[Fact] = ()
        self._lines: list[Content] = []
        self._lengths: Sequence[int] = ()
        """How many lines each fact has."""
        self._going_on: frozenset[int] = frozenset()
        """The lines after which their fact goes on."""
        self._known: dict[int, tuple[Sequence[Fact], list[list[Content]]]] = {}
        """Facts and their lines, by width: to lay a screen out it is asked several times."""
        self._broken_for: tuple[Sequence[Fact], int] = (), 0

    @property
    def plain(self) -> str:
        """The lines as text."""
        return "\n".join(line.plain for line in self._lines)

    def show(self, facts: Sequence[Fact]) -> None:
        """Show these facts; lines that stay the same are not painted again."""
        if len(facts) == len(self._facts) and all(map(Fact.is_same, facts, self._facts)):
            return
        self._facts = facts
        old = self._visible()
        self._break()
        # Without room yet nothing is broken; to guess right saves a layout for a scroll bar.
        self.resize_content(self.size.width, len(self._lines) or len(facts))
        for y, (before, after) in enumerate(zip(old, self._visible(), strict=True)):
            if not before.is_same(after):
                self.refresh(Region(0, y, self.size.width, 1))

    def begin_with(self, number: int) -> None:
        """Scroll so that a fact is the first that is seen, where so much comes behind it."""
        self._break()
        self.scroll_to(y=sum(self._lengths[:number]), animate=False, immediate=True)

    def action_half_page(self, direction: int) -> None:
        """Scroll by half of what is seen."""
        lines = max(1, self.scrollable_content_region.height // 2)
        self.scroll_relative(y=direction * lines, animate=False)

    def paint_focus(self) -> None:
        """The lines look the same; the title of the pane tells where the focus is."""

    def on_resize(self, event: events.Resize) -> None:
        """Break the lines anew."""
        self.post_message(self.SizeChanged())
        self._break()
        self.resize_content(self.size.width, len(self._lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the visible part."""
        # Painted before it hears of its new size, on a slow machine: no lines of another width.
        self._break()
        return painted(self, self._seen(y), self.size.width)

    def _visible(self) -> list[Content]:
        return [self._seen(y) for y in range(self.size.height)]

    def _seen(self, y: int) -> Content:
        """A visible line; the last one says so where the rest of what it begins is below it.

        One that is full as it is keeps its last letter: that may be what is looked for.
        """
        index = self.scroll_offset.y + y
        if index >= len(self._lines):
            return Content("")
        line, room = self._lines[index], self.scrollable_content_region
        has_more = y >= room.height - 1 and index in self._going_on
        if has_more and line.cell_length < room.width:
            return Content.assemble(line, GOES_ON)
        return line

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the facts need at this width, where the height is left to them."""
        broken = self._broken(width - self.scrollbar_gutter.width)
        return min(max(1, sum(map(len, broken))), LINES_MAX)

    def _break(self) -> None:
        """Break the facts into lines, unless they are, or there is no room for them yet."""
        facts, known_width = self._broken_for
        width = self.scrollable_content_region.width
        if width and (facts is not self._facts or width != known_width):
            self._broken_for = self._facts, width
            broken = self._broken(width)
            self._lines = list(chain.from_iterable(broken))[:LINES_MAX]
            self._lengths = [*map(len, broken)]
            ends = {end - 1 for end in accumulate(self._lengths)}
            self._going_on = frozenset(range(len(self._lines))) - ends

    def _broken(self, width: int) -> list[list[Content]]:
        """The lines of each fact; those of one that was broken so before are known."""
        width = max(width, FACT_CELLS_MIN)
        facts, lines = self._known.pop(width, ((), []))
        if facts is not self._facts:
            known = [*zip(facts, lines, strict=True)][: len(self._facts)]
            known_or_none = chain(known, repeat(None))
            lines = [
                before[1]
                if before is not None and each.is_same(before[0])
                else fact_lines([each], width, self._label_width)
                for each, before in zip(self._facts, known_or_none, strict=False)
            ]
        if len(self._known) == WIDTHS_MAX:
            del self._known[next(iter(self._known))]
        self._known[width] = self._facts, lines
        return lines
