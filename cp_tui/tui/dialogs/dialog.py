"""What the dialogs share: a box in the middle, a title, escape to put it away."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen

from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.widgets.fact_lines import FactLines

T = TypeVar("T")


class Dialog(ModalScreen[T]):
    """A box over the screen; escape gives no answer, and the terminal may be small."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: transparent;
    }
    Dialog > .box {
        width: 72;
        max-width: 100%;
        height: auto;
        max-height: 100%;
        padding: 0 1;
        background: $surface;
        border: round $border;
        border-title-style: bold;
        border-subtitle-color: $text-muted;
    }
    Dialog .buttons { height: auto; align-horizontal: right; margin-top: 1; }
    Dialog Button { margin-left: 2; min-width: 10; }
    Dialog FactLines { height: auto; max-height: 100%; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", show=False, id="dialog.close"),
        Meaning.REPAINT.bound("app.repaint", "Paint everything anew", "dialog.repaint"),
    ]

    @property
    def is_open(self) -> bool:
        """Whether nobody has put it away; what is in it goes bit by bit after that."""
        return self in self.app.screen_stack

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Style no widget anew: each was when it was mounted, and is when the theme changes."""
        event.refresh_styles = False

    async def on_mount(self) -> None:
        """Begin, unless it was put away so soon that nothing of it is there."""
        if self.query(".box"):
            await self.begin()

    async def begin(self) -> None:
        """Fill what is there now, and focus what the keys act on."""

    def titled(self, title: str | Content, keys: str) -> None:
        """Name the box and the keys that work in it; `keys` is our own text."""
        box = self.query_one(".box")
        box.border_title = Content(title) if isinstance(title, str) else title
        box.border_subtitle = Content(keys)

    def action_close(self) -> None:
        """Give up, unless it is still being put together: it cannot be taken apart meanwhile."""
        if self.is_mounted:
            self.action_give_up()

    def action_give_up(self) -> None:
        """Close without an answer."""
        self.dismiss(None)


class QuietFacts(FactLines, can_focus=False):
    """Facts beside what the keys act on."""
