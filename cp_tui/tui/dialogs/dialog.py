"""What the dialogs share: a box in the middle, a title, escape to put it away."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer

from cp_tui.tui.terminal.textual_private import FrugalScreen
from cp_tui.tui.text.copying import Copyable
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.quiet_focus import QuietScreen
from cp_tui.tui.widgets.size_classes import is_too_small

T = TypeVar("T")

LINES_FOR_HEAD = 10
"""Of the terminal, from which on what is wrong is to be read above a dialog, whatever its size."""

SAYING_S = 6.0
"""How long it stands in a dialog what became of keys."""

FRAME = 6
"""Columns of the terminal that what stands on the edge of a dialog cannot have."""

TIGHT, SLIM = 14, 50
"""Lines, and columns, of the terminal below which a dialog leaves out what it can do without."""


class Dialog(FrugalScreen[T], ModalScreen[T]):
    """A box over the screen; escape gives no answer, and the terminal may be small.

    It leaves the head of the screen free: what is wrong must be seen whatever is being read or
    typed, and at 80x24 the help and the composer are as tall as the terminal.
    """

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
    Dialog.-tight .buttons { margin-top: 0; }
    Dialog FactLines { height: auto; max-height: 100%; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", show=False, id="dialog.close"),
        Meaning.REPAINT.bound("app.repaint", "Paint everything anew", "dialog.repaint"),
    ]

    _keys_told = ""
    """Those that work in it."""
    _saying: Timer | None = None
    """While something else stands there."""

    @property
    def is_open(self) -> bool:
        """Whether nobody has put it away; what is in it goes bit by bit after that."""
        return self in self.app.screen_stack

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Style no widget anew: each was when it was mounted, and is when the theme changes."""
        event.refresh_styles = False

    def on_resize(self) -> None:
        """Leave the head of the screen free where there is room for it."""
        self._fit_in()

    def _fit_in(self) -> None:
        width, height = self.app.size
        self.set_class(height < TIGHT, "-tight")
        self.set_class(width < SLIM, "-slim")
        covered = [s for s in self.app.screen_stack if isinstance(s, QuietScreen)]
        has_room = bool(covered) and (height >= LINES_FOR_HEAD or is_too_small(self.app.size))
        head = min(covered[-1].HEAD_LINES, height - 1) if has_room else 0
        for box in self.query(".box"):
            # Padding of the screen itself would hide what lies under it.
            box.styles.margin = (head, 0, 0, 0)
        if self._keys_told and self._saying is None:
            self._show_keys()

    async def on_mount(self) -> None:
        """Begin, unless it was put away so soon that nothing of it is there."""
        self._fit_in()
        if self.query(".box"):
            await self.begin()

    async def begin(self) -> None:
        """Fill what is there now, and focus what the keys act on."""

    def copyable(self) -> Copyable | None:
        """What can be copied of what it shows; None: nothing, or its keys mean something else."""
        return None

    def titled(self, title: str | Content, keys: str) -> None:
        """Name the box and the keys that work in it; `keys` is our own text."""
        box = self.query_one(".box")
        box.border_title = Content(title) if isinstance(title, str) else title
        self._keys_told = keys
        self._show_keys()

    def warn(self, words: str) -> None:
        """Say for a while what became of keys."""
        self.say(Content.styled(words, "$text-warning"))

    def say(self, words: Content) -> None:
        """Say something for a while where its own keys stand.

        A tall dialog covers the line where it is said otherwise.
        """
        for box in self.query(".box"):
            box.border_subtitle = Content.assemble(words)
            if self._saying is not None:
                self._saying.stop()
            self._saying = self.set_timer(SAYING_S, self._said)

    def _said(self) -> None:
        self._saying = None
        self._show_keys()

    def _show_keys(self) -> None:
        for box in self.query(".box"):
            box.border_subtitle = Content(
                keys_that_fit(self._keys_told, self.app.size.width - FRAME)
            )

    def action_close(self) -> None:
        """Give up, unless it is still being put together: it cannot be taken apart meanwhile."""
        if self.is_mounted:
            self.action_give_up()

    def action_give_up(self) -> None:
        """Close without an answer."""
        self.dismiss(None)

    def action_put_away(self) -> None:
        """Close whatever of it is open."""
        if self.is_mounted:
            self.dismiss(None)


def keys_that_fit(keys: str, width: int) -> str:
    """The first of these keys and the last, which closes, and as many between as there is room."""
    *parts, last = keys.split(" · ")
    while len(parts) > 1 and len(" · ".join([*parts, last])) > width:
        parts.pop()
    return " · ".join([*parts, last])


COPY_KEYS = (
    Meaning.COPY.bound("app.operate('screen.copy')", "Copy a value", "dialog.copy"),
    Meaning.COPY_ALL.bound("app.operate('screen.copy_all')", "Copy all of it", "dialog.copy-all"),
)
"""Of a dialog that tells what can be copied."""


READER_KEYS = (Binding("q", "put_away", "Close", show=False, id="dialog.put-away"),)
"""Of a dialog that is only read, as less and its like have it; what is typed into takes a `q`."""


class QuietFacts(FactLines, can_focus=False):
    """Facts beside what the keys act on."""
