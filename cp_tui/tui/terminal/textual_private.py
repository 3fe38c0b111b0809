"""All that we use of Textual's private parts: what it has no public name for, in one place.

A private name may change with any version of Textual, so its version is pinned in pyproject.toml.
Each name is here with the reason why nothing public does it, and with what breaks when it changes:
that is what to look at when the version is raised. tests/tui/test_textual_private.py holds that
every name is there in the installed version, and that no other module of the screen uses one.
"""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import suppress
from contextvars import copy_context
from functools import cached_property, partial
from queue import Queue
from time import monotonic
from typing import IO, Any, Self, TypeVar

from rich.console import RenderableType
from rich.text import Text
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual._context import visible_screen_stack
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.css.styles import RulesMap
from textual.driver import Driver
from textual.drivers._writer_thread import WriterThread
from textual.geometry import Size
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style
from textual.timer import Timer
from textual.visual import RenderOptions, Visual
from textual.widget import Widget

from cp_tui.tui.terminal.pace import Pace
from cp_tui.tui.terminal.sent_cells import SentCells
from cp_tui.tui.terminal.terminfo import erases_in_color, shifts_cells
from cp_tui.tui.text.safe_text import drawn_lines

T = TypeVar("T")

QUESTION = "\x1b[?2026$p"
"""Whether the terminal can hold a picture back until it is whole (DECRQM of mode 2026). One that
can answers, and so it tells that it has seen what came before."""

HELD_BACK_FROM = 256
"""Characters of a picture that the terminal is to hold back until it is whole. A smaller one comes
in one piece anyway, and to say so would cost a letter a fifth more."""

LAST_ANSWER_S = 1.0
"""For an answer when the screen is left."""


class QuietApp(App[str]):
    """An app that sends only what has changed, and says in its own words that it has a fault.

    `_display` is the one place past which all output goes, as a full picture (`LayoutUpdate`) or as
    parts of lines (`ChopsUpdate`), and nothing public tells what is about to be sent. Textual sends
    whatever was painted anew, from the left edge of its widget on, even where it looks the same.

    `_fatal_error` would show the variables of every function on the stack, passwords included; what
    takes its place says the least and ends the app in the same way, with `_exit_renderables` and
    `_close_messages_no_wait`.

    When they change: more is sent than needed (test_frugal.py), or what stands on the terminal is
    not what was painted (test_exact_painting.py); or a fault shows secrets (test_look_app.py).
    """

    def __init__(self) -> None:
        super().__init__()
        self.pace = Pace()
        """How much may be under way to the terminal."""
        self.writer: PatientWriter | None = None
        """What writes to it, once there is one."""
        self.written_first = ""
        """What goes to the terminal before anything else."""
        self.painted: Screen[Any] | None = None
        """The screen that was painted last; one that has just come is not painted yet."""
        self._asking_again: Timer | None = None
        self._leave: Callable[[], None] | None = None
        """What is left to do once the terminal has answered."""

    def get_driver_class(self) -> type[Driver]:
        """Textual's driver for this terminal, with our writer."""
        driver = super().get_driver_class()
        put_in_place_of(WriterThread, self.make_writer, driver)
        return driver

    def make_writer(self, file: IO[str]) -> PatientWriter:
        """Give the driver what writes to the terminal."""
        loop = asyncio.get_running_loop()
        # A thread has a context of its own, in which no timer of ours finds its app and goes off.
        written = partial(loop.call_soon_threadsafe, self.send_changes, context=copy_context())
        self.writer = PatientWriter(file, written)
        self.writer.write(self.written_first)
        self.written_first = ""
        return self.writer

    def get_default_screen(self) -> Screen[Any]:
        """What is shown until there is something to show."""
        return FrugalScreen[None](id="_default")

    def refresh(
        self, *, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Lay out nothing anew: Textual asks for it where a screen has come, or has gone.

        The one that has come was laid out when it came, and the one that lay under another shows
        itself when it is the first again.
        """
        return self if layout else super().refresh(repaint=repaint, recompose=recompose)

    @cached_property
    def sent(self) -> SentCells:
        """What the terminal shows."""
        return SentCells(is_erasing=erases_in_color(), is_shifting=shifts_cells())

    def send(self, sequence: str) -> None:
        """Write to the terminal."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if not self._batch_count:
            self.painted = screen
            if isinstance(renderable, CompositorUpdate):
                self.sent.fit(*self.size)
                for x, y, strip in _parts(renderable):
                    self.sent.paint(x, y, strip)
            self.send_changes()
        self.post_display_hook()

    def send_changes(self) -> None:
        """Send what looks different now, or as much of it as the line takes; the rest follows."""
        now = monotonic()
        if self._closed or not self._running or (self.writer and not self.writer.is_idle):
            return
        if not (room := self.pace.room(now)):
            if self._asking_again is None:
                self._asking_again = self.set_timer(self.pace.patience_s, self.unanswered)
        elif sequence := self.sent.changes(room, self.lines_held()):
            # The cursor is hidden; what composes characters, or reads aloud, follows it.
            x, y = self.screen.outer_size.clamp_offset(self.cursor_position)
            sequence += f"\x1b[{y + 1};{x + 1}H"
            if self._sync_available and len(sequence) >= HELD_BACK_FROM:
                sequence = f"{SYNC_START}{sequence}{SYNC_END}"
            is_asked = self.pace.sent(len(sequence.encode()), now)
            self.send(f"{sequence}{QUESTION}" if is_asked else sequence)

    def lines_held(self) -> Set[int]:
        """The lines that have time, and are sent later."""
        return frozenset()

    def unanswered(self) -> None:
        """Go on without an answer: the terminal gives none any more."""
        self._asking_again = None
        self.send_changes()

    def on_terminal_supports_synchronized_output(
        self, message: TerminalSupportsSynchronizedOutput
    ) -> None:
        """Hear that what was sent has arrived; Textual asks the same when it begins."""
        self.pace.answered(monotonic())
        self.leave()
        if self._asking_again is not None:
            self._asking_again.stop()
            self._asking_again = None
        self.send_changes()

    def exit(
        self,
        result: str | None = None,
        return_code: int = 0,
        message: RenderableType | None = None,
    ) -> None:
        """End, once the terminal has answered: an answer to nobody would be for the shell."""
        self._leave = partial(super().exit, result, return_code, message)
        if self.pace.is_asked:
            self.pace.ask_no_more()
            self.set_timer(LAST_ANSWER_S, self.leave)
        else:
            self.leave()

    def leave(self) -> None:
        """End, if that is what is waited for."""
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()

    def _fatal_error(self) -> None:
        report = drawn_lines(traceback.format_exc())
        self._exit_renderables.append(Text(f"cp-tui: this screen has a fault.\n{report}"))
        self._close_messages_no_wait()


def _parts(update: CompositorUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Give the parts of an update, each with its column and its line."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in strips:
                yield x, y, strip
                x += strip.cell_length
    elif isinstance(update, ChopsUpdate):
        for y, first, last in update.spans:
            chops = zip(update.chop_ends[y], update.chops[y].items(), strict=False)
            for end, (begin, chop) in chops:
                left, right = max(begin, first), min(end, last)
                if chop is not None and left < right:
                    yield left, y, chop.crop(left - begin, right - begin)


class FrugalScreen(Screen[T]):
    """A screen that is laid out and painted no more often than what it shows has changed.

    Under a dialog Textual marks the whole screen as changed (`_repaint_required`) whenever a line
    of it has, and paints it with the next one: 16 KB a time. `_compositor_refresh` is where a
    covered screen hands on what has changed, and no public method is called at that point.

    Each layout is painted at once, also where all is painted in a moment because that mark is set;
    here that moment is awaited.

    Textual tells a screen its size after it has laid it out for that size, and lays it out again
    then (`_screen_resized`). And a layout in which a widget gets another size asks for a layout
    (`_size_updated` sets `virtual_size`, for which `_layout_required` is set), though only a
    scrollbar that came or went could change anything (`_refresh_layout`, `_full_map`). Each costs
    a third of what it takes to show a screen for the first time, and paints every scrollbar.

    When they change: more is sent than needed while a dialog is open (test_covered.py); or a screen
    is laid out or painted twice where once is enough (test_frugal.py).
    """

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:
        before = self._compositor._full_map
        asked = {each for each in before if each._layout_required}
        bars = {each: _scrollbars(each) for each in before}
        super()._refresh_layout(size, scroll)
        for each in self._compositor._full_map.keys() - asked:
            if bars.get(each, NO_SCROLLBARS) == _scrollbars(each):
                each._layout_required = False

    def _screen_resized(self, size: Size) -> None:
        if size != self.outer_size:
            super()._screen_resized(size)

    def _compositor_refresh(self) -> None:
        if self is not self.app.screen:
            super()._compositor_refresh()
            self._repaint_required = False
        elif not self._repaint_required:
            super()._compositor_refresh()

    def render(self) -> RenderableType:
        """Give what lies behind everything else: for a dialog, the screen under it."""
        found = super().render()
        if isinstance(found, BackgroundScreen):
            # Of a widget Textual says that it may give one; of a screen it says less.
            return Behind(found)  # type: ignore[return-value]
        return found


class Behind(Visual):
    """The screen under a dialog, as lines.

    Textual makes one long text of them, and cuts that into lines again: two thirds of what it takes
    to paint them. A screen has no public way to its lines (`_compositor`).

    When it changes: a dialog stands on nothing (test_covered.py).
    """

    def __init__(self, background: BackgroundScreen) -> None:
        self.background = background

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        """Give the lines, without what a click on them would do."""
        color = self.background.color
        return [
            Strip(BackgroundScreen.process_segments(line, color), line.cell_length)
            for line in self.background.screen._compositor.render_strips()
        ]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """As wide as the terminal."""
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        """As high as the terminal."""
        return self.background.screen.size.height


NO_SCROLLBARS = False, False


def _scrollbars(widget: Widget) -> tuple[bool, bool]:
    return widget.show_vertical_scrollbar, widget.show_horizontal_scrollbar


class GrowingView(ScrollView):
    """A scrolling list of lines that grows without a layout of the whole screen.

    Textual lays everything out anew when the public `virtual_size` changes, and with every layout
    it paints every scrollbar: 700 bytes and 10 ms for a line more or less. So the size is set
    without its watchers, and `_scroll_update` is called for what they would have done here: move
    the scrollbar. It is not called again for sizes that it knows, which is what every layout does.

    When it changes: scrollbars stand still (test_line_table.py), or are painted all the time.
    """

    _scrolled: tuple[Size, Size] | None = None

    def resize_content(self, width: int, lines: int) -> None:
        """Say how many lines there are; nothing else moves, unless the height follows them."""
        size = Size(width, lines)
        if size == self.virtual_size:
            return
        self.set_reactive(GrowingView.virtual_size, size)
        if self.styles.auto_dimensions:
            self.refresh(repaint=False, layout=True)
        else:
            self._scroll_update(size)

    def _scroll_update(self, virtual_size: Size) -> None:
        known = (virtual_size, self.container_size)
        if known != self._scrolled:
            self._scrolled = known
            super()._scroll_update(virtual_size)


class EndingParser(XTermParser):
    """Textual's parser of what a terminal sends, which can be told that a sequence has ended.

    After an escape it waits for the rest of a sequence, until `_timeout_time`; nothing public says
    that this time is over, and nothing public gives the parser another class (`parse_with`).

    When it changes: an escape and a letter in one packet are Alt and the letter (test_key_gate.py).
    """

    def end_sequence(self) -> Iterable[Message]:
        """Parse what has come as if nothing came any more."""
        if self._timeout_time is not None:
            self._timeout_time = 0.0
            yield from self.tick()


class PatientWriter(WriterThread):
    """Writes to the terminal, keeps nobody waiting, and tells when all is written.

    Textual's own takes 30 texts (`_queue`) and then holds up whoever brings another: the event
    loop, for as long as the terminal takes nothing. Here nothing is held up, and no picture is
    brought while another is being written: so what waits has a bound all the same. And a terminal
    that is gone ends no thread, with a traceback for the shell.

    When it changes: keys wait for a slow terminal (test_slow_line.py).
    """

    def __init__(self, file: IO[str], tell: Callable[[], object]) -> None:
        """`tell` is called in the thread."""
        super().__init__(file)
        self._queue: Queue[str | None] = Queue()
        self._tell = tell

    @property
    def is_idle(self) -> bool:
        """Whether all is written."""
        return not self._queue.unfinished_tasks

    def run(self) -> None:
        """Write what comes, until None does."""
        while (text := self._queue.get()) is not None:
            # One that is gone takes nothing; that it is gone is told by a signal.
            with suppress(OSError):
                self._file.write(text)
                self._file.flush()
            self._queue.task_done()
            if self.is_idle:
                # The loop may have ended meanwhile.
                with suppress(RuntimeError):
                    self._tell()


def put_in_place_of(theirs: type, ours: Callable[..., object], driver: type[Driver]) -> None:
    """Let a driver make ours, where it makes its own of a class that its module knows."""
    names = vars(sys.modules[driver.__module__])
    if theirs.__name__ in names:
        names[theirs.__name__] = ours


def parse_with(parser: type[EndingParser], driver: type[Driver]) -> None:
    """Let a driver parse what the terminal sends with ours."""
    put_in_place_of(XTermParser, parser, driver)


def painted_lines(screen: Screen[Any]) -> Sequence[Strip]:
    """What a screen shows, line by line: there is a public way to a picture, but none to its text.

    When it changes: a screenshot is none (tests/end_to_end/test_comfort.py).
    """
    visible_screen_stack.set(screen.app._background_screens)
    return screen._compositor.render_strips()
