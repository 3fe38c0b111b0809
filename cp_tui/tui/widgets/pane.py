"""What the panes share: a title that says, without a colour, where the focus is and its keys."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.copying import Copyable
from cp_tui.tui.text.units import cut
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.bars import BarLine

EDGE, ACTIVE_EDGE = "─", "━"


class Pane(Vertical):
    """A part of a screen, with a title on its upper edge."""

    DEFAULT_CSS = """
    Pane > FactLines, Pane > Horizontal > FactLines { margin-left: 1; }
    """

    ALLOW_MAXIMIZE = True

    NAME: ClassVar[str] = ""
    """The id of the pane in the registry of actions."""
    TITLE: ClassVar[str] = ""
    SHOWS: ClassVar[frozenset[str]] = frozenset()
    """The names of variables and events that it shows."""
    HELP_SENTENCES: ClassVar[tuple[str, ...]] = ()
    """What the pane means, for the help screen: whole sentences, which the dialog breaks."""

    def __init__(self, hints: str = "") -> None:
        assert self.NAME, "a pane is found by its name"
        assert self.SHOWS, "a pane that shows nothing would never be filled"
        super().__init__(id=self.NAME)
        # A line of its own, not a border: a border that changes paints the whole pane again.
        self._edge = BarLine(f"{self.NAME}-title")
        self._hints = hints
        self._note = Content("")
        self._is_active = False
        self._letter = ""
        self._place = ""
        self._shown: tuple[Snapshot, Clock] | None = None

    def compose(self) -> ComposeResult:
        """The title, and what the pane is about."""
        yield self._edge
        yield from self.compose_body()

    @abstractmethod
    def compose_body(self) -> ComposeResult:
        """What stands under the title."""

    def on_mount(self) -> None:
        """Show the title."""
        self.retitle()

    def show(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show what the engine said last."""
        self._shown = (snapshot, clock)
        self.fill(snapshot, clock)

    def is_outdated(self, dirty: frozenset[str]) -> bool:
        """Whether it shows something that has changed, by the names of what has."""
        return bool(self.SHOWS & dirty)

    @abstractmethod
    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Fill the pane with what it is about."""

    def copyable(self, snapshot: Snapshot, clock: Clock) -> Copyable | None:
        """What can be copied of where its cursor is; None: nothing."""
        return None

    def refill(self) -> None:
        """Show the same anew."""
        if self._shown is not None:
            self.show(*self._shown)

    def take_focus(self) -> None:
        """Focus the part that the keys act on."""
        for child in self.children:
            if child.focusable:
                child.focus(scroll_visible=False)
                return

    def note(self, text: Content) -> None:
        """Say something beside the title."""
        if not text.is_same(self._note):
            self._note = text
            self.retitle()

    @property
    def hints(self) -> str:
        """The keys that are named beside the title."""
        return self._hints

    def hint(self, keys: str) -> None:
        """Name these keys beside the title."""
        if keys != self._hints:
            self._hints = keys
            self.retitle()

    def show_letter(self, letter: str) -> None:
        """Show the letter that leads here, or none."""
        self._letter = letter
        self.retitle()

    def show_place(self, place: str) -> None:
        """Say which pane of how many it is, where no other is to be seen; empty: they are."""
        if place != self._place:
            self._place = place
            self.retitle()

    def on_descendant_focus(self) -> None:
        """Mark the title and name the keys."""
        self._is_active = True
        self.retitle()

    def on_descendant_blur(self) -> None:
        """Take the mark away, unless the focus only went to another part of the pane."""
        focused = self.screen.focused
        self._is_active = focused is not None and self in focused.ancestors_with_self
        self.retitle()

    def wants_hints(self) -> bool:
        """Whether the keys that act here are named in the title."""
        return self._is_active

    def retitle(self) -> None:
        """Make the title anew."""
        mark = "▶ " if self._is_active else ""
        title = Content.assemble(mark, self.TITLE)
        if self._letter:
            title = Content.assemble(Content.styled(f" {self._letter} ", "reverse"), " ", title)
        if self._place:
            title = Content.assemble(title, " ", Content.styled(self._place, "$text-accent"))
        if self._note:
            title = Content.assemble(title, "  ", self._note)
        if self._hints and self.wants_hints():
            hints = Content.styled(f"  {self._hints}", "not bold $text-accent")
            title = Content.assemble(title, hints)
        is_active = self._is_active
        self._edge.show(lambda width: edge(title, width, is_active))


def edge(title: Content, width: int, is_active: bool) -> Content:
    """A title on an edge of this width; heavy where the focus is."""
    sign, edge_style = (ACTIVE_EDGE, "$border") if is_active else (EDGE, "$border-blurred")
    style = "bold $text-accent" if is_active else "$text-muted"
    title = cut(title, width - 2).stylize_before(style)
    rest = sign * max(0, width - 1 - title.cell_length)
    return Content.assemble(
        Content.styled(sign, edge_style), title, Content.styled(rest, edge_style)
    )
