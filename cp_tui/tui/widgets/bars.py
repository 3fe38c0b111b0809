"""The single lines of a screen: who it is, what is under way, what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from textual import events
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from cp_tui.tui.widgets.painting import painted

WIDE, SHORT_MOST = 100, 8
"""Below so many columns, the footer shows at most so many actions."""


class ActionWanted(Message):
    """Somebody clicked, or opened, what stands for an action."""

    def __init__(self, action_id: str) -> None:
        super().__init__()
        self.action_id = action_id


class BarLine(Widget):
    """One line, painted only when it changes; a click asks for the action that tells more."""

    DEFAULT_CSS = "BarLine { height: 1; width: 1fr; }"

    def __init__(self, id: str, action_id: str = "") -> None:
        super().__init__(id=id)
        self._action_id = action_id
        self._content: Callable[[int], Content] = lambda width: Content("")
        self._painted: Content | None = None

    def show(self, content: Callable[[int], Content]) -> None:
        """Show the line that `content` makes for the width there is."""
        self._content = content
        width = self.size.width
        # Nothing is seen of a line that has no size yet; it is painted when it gets one.
        if not width:
            return
        if self._painted is None or not content(width).is_same(self._painted):
            self.refresh()

    @property
    def plain(self) -> str:
        """The line as text."""
        return self._content(self.size.width).plain

    def render_line(self, y: int) -> Strip:
        """The line."""
        self._painted = self._content(self.size.width)
        return painted(self, self._painted, self.size.width)

    def action_at(self, x: int) -> str:
        """The action that tells more of what stands in a column than the line does; or none."""
        return self._action_id

    def on_click(self, event: events.Click) -> None:
        """Ask for the action that tells more."""
        if action_id := self.action_at(event.x):
            self.post_message(ActionWanted(action_id))


class FooterItem(Struct, frozen=True):
    """An action in the footer."""

    action_id: str
    key: str
    word: str
    is_possible: bool


class ActionBar(Widget):
    """The most wanted actions with their keys; each can be clicked.

    Not Textual's `Footer`: that makes a widget for each key, all of them anew whenever one changes,
    in the order of the bindings, and only beeps for what is not possible now.
    """

    DEFAULT_CSS = """
    ActionBar { height: 1; width: 1fr; background: $footer-background; color: $footer-foreground; }
    """

    GAP = 2

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._items: Sequence[FooterItem] = ()

    def show(self, items: Sequence[FooterItem]) -> None:
        """Show these; as many as fit."""
        if list(items) != list(self._items):
            self._items = items
            self.refresh()

    @property
    def shown(self) -> list[tuple[FooterItem, int, int]]:
        """What fits, each with its first column and the one after its last."""
        placed: list[tuple[FooterItem, int, int]] = []
        x = 1
        for item in self._items:
            width = len(item.key) + 1 + len(item.word)
            if x + width > self.size.width or len(placed) == self._most():
                break
            placed.append((item, x, x + width))
            x += width + self.GAP
        return placed

    def _most(self) -> int:
        """More than this cannot be taken in at a glance, where the lines are short."""
        return SHORT_MOST if self.size.width < WIDE else len(self._items)

    def render_line(self, y: int) -> Strip:
        """Keys and words; what is not possible now is dim and in parentheses by its key."""
        line = Content(" ")
        for item, start, _end in self.shown:
            gap = " " * (start - line.cell_length)
            key_style = "bold $footer-key-foreground" if item.is_possible else "$text-muted dim"
            word_style = "" if item.is_possible else "$text-muted dim strike"
            key, word = Content.styled(item.key, key_style), Content.styled(item.word, word_style)
            line = Content.assemble(line, gap, key, " ", word)
        return painted(self, line, self.size.width)

    def on_click(self, event: events.Click) -> None:
        """Do what was clicked."""
        for item, start, end in self.shown:
            if start <= event.x < end:
                self.post_message(ActionWanted(item.action_id))
