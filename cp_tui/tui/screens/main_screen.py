"""What the screens share: who it is on top, panes between, what is under way and can be done below.

The digits switch between them; each keeps its cursors while another is shown.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from cp_tui.tui.bars import ActionBar, ActivityLine, FooterItem, Line
from cp_tui.tui.panes.pane import Pane
from cp_tui.tui.store import Snapshot
from cp_tui.tui.view.top_line import top_line
from cp_tui.tui.view.words import Clock
from cp_tui.tui.widgets.quiet_focus import QuietScreen

TOP_LINE_SHOWS = frozenset({"identity", "link", "registration", "outbox", "engine"})


class MainScreen(QuietScreen):
    """A screen of panes."""

    DEFAULT_CSS = """
    MainScreen {
        .top-line { dock: top; background: $panel; }
        ActivityLine { dock: bottom; margin-bottom: 1; color: $text-muted; }
        ActionBar { dock: bottom; }
        Pane.-maximized { width: 1fr !important; height: 1fr !important; margin: 0 !important; }
    }
    """

    ALLOW_IN_MAXIMIZED_VIEW = ".top-line, ActivityLine, ActionBar"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "restore", "All panes", show=False, id="dashboard.restore"),
    ]

    NAME: ClassVar[str] = ""
    """The id of the screen; its footer is found by it."""

    def __init__(self) -> None:
        super().__init__()
        self._top = Line("top-line")
        self._top.add_class("top-line")
        self._activity = ActivityLine("activity")
        self._bar = ActionBar("actions")
        self._missed: frozenset[str] = frozenset()

    @property
    def panes(self) -> tuple[Pane, ...]:
        """The panes, in the order of the focus."""
        raise NotImplementedError

    @property
    def focused_pane(self) -> Pane | None:
        """The pane that holds the focus."""
        if self.focused is None:
            return None
        return next((n for n in self.focused.ancestors_with_self if isinstance(n, Pane)), None)

    def compose(self) -> ComposeResult:
        """One line above, two below."""
        yield self._top
        yield from self.compose_panes()
        yield self._activity
        yield self._bar

    def compose_panes(self) -> ComposeResult:
        """What is between the lines."""
        raise NotImplementedError

    def miss(self, dirty: frozenset[str]) -> None:
        """Remember what has changed while another screen is shown."""
        self._missed |= dirty

    def show(self, snapshot: Snapshot, clock: Clock, dirty: frozenset[str]) -> None:
        """Hand the news, and what was missed, to the panes that show them."""
        dirty, self._missed = dirty | self._missed, frozenset()
        for pane in self.panes:
            if pane.SHOWS & dirty:
                pane.show(snapshot, clock)
        if TOP_LINE_SHOWS & dirty:
            self._top.show(lambda width: top_line(snapshot, clock, width))

    def enter(self, snapshot: Snapshot) -> None:
        """Begin with what was looked at on the screen before."""

    def show_activity(self, line: Content) -> None:
        """Show what is under way, or what was said last."""
        self._activity.show(lambda width: Content.assemble(" ", line))

    def show_actions(self, items: list[FooterItem]) -> None:
        """Show what can be done."""
        self._bar.show(items)

    def next_pane(self, step: int) -> None:
        """Move the focus to another pane, or within the one that fills the terminal."""
        if self.maximized is not None:
            return
        panes = self.panes
        here = self.focused_pane
        index = panes.index(here) if here in panes else -step
        panes[(index + step) % len(panes)].take_focus()

    def zoom(self) -> None:
        """Let the focused pane fill the terminal, or show all again."""
        if self.maximized is not None:
            self.minimize()
        elif (pane := self.focused_pane) is not None:
            self.maximize(pane, container=False)

    def action_restore(self) -> None:
        """Show all panes again."""
        if self.maximized is not None:
            self.minimize()
