"""What the screens share: who it is on top, panes between, what is under way and can be done below.

The digits switch between them; each keeps its cursors while another is shown.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.css.query import QueryType
from textual.geometry import Size
from textual.widget import Widget

from cp_tui.tui.actions.action import Group, ScreenAction
from cp_tui.tui.actions.desk import Desk
from cp_tui.tui.actions.keymap import Keymap
from cp_tui.tui.frame.actions import next_pane, show_log
from cp_tui.tui.frame.activity_line import ActivityLine, ScreenName
from cp_tui.tui.frame.top_line import as_of, before_as_of
from cp_tui.tui.state.store import HEARD, Snapshot
from cp_tui.tui.text.connection import state_word
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.order import order_of
from cp_tui.tui.text.words import Clock
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.timeline.timeline import Timeline
from cp_tui.tui.widgets.bars import ActionBar, BarLine, FooterItem
from cp_tui.tui.widgets.log_line import LogLine
from cp_tui.tui.widgets.pane import Pane
from cp_tui.tui.widgets.quiet_focus import QuietScreen
from cp_tui.tui.widgets.size_classes import be_as_large_as_the_terminal
from cp_tui.tui.widgets.table_pane import TablePane

CLASSES_OF_LITTLE_ROOM = {"-low": 22, "-one": 17, "-flat": 10}
"""By the lines below which a screen has them: of the details of a row there are two lines, one, and
then none, so that a list has rows; and no footer."""

SLIM = 38
"""Columns below which the top line tells the state, and not of when it is."""

LETTERS = "abcdefghi"
"""Of the panes, while somebody jumps to one; more panes than this no screen has."""

TOP_LINE_SHOWS = frozenset({"identity", "link", "registration", "outbox", "engine", "log", HEARD})


class MainScreen(QuietScreen):
    """A screen of panes."""

    DEFAULT_CSS = """
    MainScreen {
        .top-line { dock: top; height: 1; }
        .top-line BarLine { background: $panel; }
        #activity { dock: bottom; margin-bottom: 1; color: $text-muted; }
        ActionBar { dock: bottom; }
        LogLine { dock: bottom; margin-bottom: 2; background: $panel; }
        Pane.-maximized { width: 1fr !important; height: 1fr !important; margin: 0 !important; }
        &.-slim #as-of { display: none; }
        &.-low TablePane FactLines { max-height: 2; }
        &.-one TablePane FactLines { max-height: 1; }
        &.-flat {
            TablePane FactLines, ActionBar, LogLine { display: none !important; }
            #activity { margin-bottom: 0; }
        }
    }
    """

    AUTO_FOCUS = ""  # `start` says which widget; the first one would have it for a moment.
    ALLOW_IN_MAXIMIZED_VIEW = ".top-line, #activity, ActionBar, LogLine"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as declared by Textual
        (0, "-narrow"),
        (150, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - as declared by Textual
        (0, "-short"),
        (34, "-medium"),
        (50, "-tall"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "restore", "All panes", show=False, id="dashboard.restore"),
        # Before anything else that knows the key, but only while the letters are shown.
        *(Binding(letter, f"jump('{letter}')", show=False, priority=True) for letter in LETTERS),
        Binding("escape", "jump('')", show=False, priority=True),
    ]

    NAME: ClassVar[str]
    """The id of the screen."""
    KEY: ClassVar[str]
    """The digit that shows it."""
    CALLED: ClassVar[str]
    """Its one name, wherever it is named: `Configuration`."""
    SHORT: ClassVar[str] = ""
    """The same name where columns are short: `Config`; empty: it needs no shorter one."""
    ABOUT: ClassVar[str]
    """What there is to see, in a sentence for the list of all actions."""
    ALL_PANES_FROM: ClassVar[Size] = Size(0, 14)
    """In a smaller terminal only the pane with the focus is shown: all at once had no rows."""
    FOOTER: ClassVar[tuple[str, ...]] = ()
    """The ids of the actions in its footer, the most wanted first; as many as fit are shown."""

    def __init__(self, keymap: Keymap, glyphs: Glyphs) -> None:
        """`keymap` has the keys for the titles of the panes, `glyphs` what bars are made of."""
        super().__init__()
        self._top = BarLine("top-line")
        # A widget of its own: what is painted begins where a widget begins, and it moves by itself.
        self._as_of = BarLine("as-of")
        self._as_of_cells = 0
        self._state_shown: tuple[str, str, str] | None = None
        self._next_key = keymap.first(next_pane.id)
        self._keymap = keymap
        self._offers_all = True
        """Titles name the keys of what only a charge point does that can be asked."""
        self._is_zoomed = False
        """Somebody wants one pane to fill the terminal, however large that is."""
        self._has_room = True
        """For all panes."""
        self._activity = ActivityLine(show_log.id)
        self._bar = ActionBar("actions")
        self._log_line = LogLine(glyphs)
        self.has_log = False
        """A log is looked at: there is a time line on every screen."""
        self.now: Callable[[], Clock]
        """What the clock shows, for what goes on without news."""
        self.orders: Mapping[str, str] = {}
        """By which column each table is sorted when the screen comes, by its name."""
        self._missed: frozenset[str] = frozenset()
        self._all_panes: tuple[Pane, ...] = ()
        self._letters: dict[str, Pane] = {}
        """While a jump is on: the letter that leads to each pane."""

    @property
    def panes(self) -> tuple[Pane, ...]:
        """The panes that are to be seen, in the order of the focus: as they are composed."""
        return tuple(pane for pane in self._all_panes if pane.display)

    def start(self) -> Pane:
        """The pane that has the focus first: of most screens what is asked first stands first."""
        return self._all_panes[0]

    def on_mount(self) -> None:
        """Know the panes, and begin on one of them."""
        self._all_panes = tuple(self.query(Pane))  # type: ignore[type-abstract]
        for pane in self._all_panes:
            if isinstance(pane, TablePane):
                pane.table.begin_with(order_of(self.orders.get(pane.table.id or "", "")))
        assert self._all_panes, "a screen of panes"
        self.start().take_focus()
        self._arrange_panes()

    def on_resize(self) -> None:
        """Show as many panes as there is room for."""
        self._know_the_room()
        self._arrange_panes()

    @classmethod
    def why_not(cls, snapshot: Snapshot) -> str | None:
        """Why it cannot be shown now, in words; None where it can."""
        return None

    @classmethod
    def gives_way(cls) -> Callable[[Snapshot], bool] | None:
        """When its digit does nothing at all; None: it always does something."""
        return None

    @classmethod
    def action_id(cls) -> str:
        """The id of the action that shows it."""
        return f"screen.{cls.NAME}"

    @classmethod
    def short_name(cls) -> str:
        """What it is called where columns are short."""
        return cls.SHORT or cls.CALLED

    @classmethod
    def shown_by(cls) -> ScreenAction:
        """The action that shows it."""

        async def run(desk: Desk) -> None:
            await desk.go_to(cls.NAME)

        return ScreenAction(
            cls.action_id(),
            f"Show the {cls.CALLED if cls.CALLED.isupper() else cls.CALLED.lower()}",
            cls.ABOUT,
            Group.SCREEN,
            run,
            Meaning.SCREEN,
            (cls.KEY,),
            cls.short_name(),
            why_not=cls.why_not,
            gives_way=cls.gives_way(),
        )

    def footer(self, snapshot: Snapshot) -> Sequence[str]:
        """The ids of the actions in its footer now."""
        return self.FOOTER

    @property
    def timeline(self) -> Timeline | None:
        """The timeline on this screen, if it has one."""
        return None

    @property
    def focused_pane(self) -> Pane | None:
        """The pane that holds the focus."""
        if self.focused is None:
            return None
        return next((n for n in self.focused.ancestors_with_self if isinstance(n, Pane)), None)

    @property
    def table_pane(self) -> TablePane | None:
        """The pane whose rows are meant: the one with the focus, else the next one with rows.

        One that fills the terminal hides all others.
        """
        here = self.focused_pane
        panes = (here,) if self._is_zoomed and here is not None else self.panes
        begin = panes.index(here) if here in panes else 0
        found = (pane for pane in (*panes[begin:], *panes) if isinstance(pane, TablePane))
        return next(found, None)

    def compose(self) -> ComposeResult:
        """The top line, what the screen is about, the line of activity and the footer."""
        be_as_large_as_the_terminal(self)
        self._know_the_room()
        with Horizontal(classes="top-line"):
            yield self._top
            yield self._as_of
        yield from self.compose_panes()
        if self.has_log:
            yield self._log_line
        yield self._activity
        yield self._bar

    @abstractmethod
    def compose_panes(self) -> ComposeResult:
        """What is between the lines."""

    def miss(self, dirty: frozenset[str]) -> None:
        """Remember what has changed while another screen is shown."""
        self._missed |= dirty

    def shows(self, name: str) -> bool:
        """Whether a pane shows what has this name."""
        return any(pane.is_outdated(frozenset({name})) for pane in self.panes)

    def make_room(self, snapshot: Snapshot, clock: Clock) -> None:
        """Give the panes room by what there is to show; before the screen is there as well."""

    def show(self, snapshot: Snapshot, clock: Clock, dirty: frozenset[str]) -> None:
        """Hand the news, and what was missed, to the panes that show them."""
        self.make_room(snapshot, clock)
        if snapshot.watched and self._offers_all:
            self._offers_all = False
            for pane in self._all_panes:
                pane.hint(self._keymap.without_asking(pane.hints))
        dirty, self._missed = dirty | self._missed, frozenset()
        for pane in self.panes:
            if pane.is_outdated(dirty):
                pane.show(snapshot, clock)
        if TOP_LINE_SHOWS & dirty:
            self._show_as_of(snapshot, clock)
            self._show_top(snapshot, clock)
        if "log" in dirty:
            self._log_line.tell(snapshot, clock)

    def show_alarm(self, snapshot: Snapshot, clock: Clock, dirty: frozenset[str]) -> None:
        """Show under a dialog what must not wait; everything else is missed until it has gone.

        Painting what a dialog covers costs as much as in the open, and nobody reads it. What is
        wrong with the charge point is the exception. Whether there is a charge point and a CSMS,
        and when it was heard last, the top line says at any time: it must not contradict the alarm
        line, nor look as if the charge point hung.
        """
        if TOP_LINE_SHOWS & dirty:
            self._show_as_of(snapshot, clock)
            if state_word(snapshot) != self._state_shown:
                self._show_top(snapshot, clock)

    def _show_as_of(self, snapshot: Snapshot, clock: Clock) -> None:
        end = as_of(snapshot, clock)
        if self._as_of_cells != end.cell_length:
            self._as_of_cells = end.cell_length
            self._as_of.styles.width = end.cell_length
        self._as_of.show(lambda width: end)

    def _show_top(self, snapshot: Snapshot, clock: Clock) -> None:
        self._state_shown = state_word(snapshot)
        self._top.show(lambda width: before_as_of(snapshot, clock, width))

    def open_filter(self, words: str | None = None) -> str | None:
        """Show the filter to type in, or with these words typed already.

        Says whose it is where that is not the pane with the focus; None: there is none.
        """
        pane = self.table_pane
        if pane is None:
            return None
        here, other = self.focused_pane, ""
        if pane is not here:
            other = f"this filters {pane.TITLE}"
            if here is not None:
                other = f"{here.TITLE} is no table: {other}"
        pane.open_filter(words)
        if words is not None:
            pane.take_focus()
        return other

    def enter(self, snapshot: Snapshot) -> None:
        """Begin with what was looked at on the screen before."""

    def select_connector(self, connector_id: int) -> None:
        """Put the cursors that are on connectors on this one."""

    def look_at(self, part: str) -> None:
        """Bring a part of the screen into view, by its id."""

    def show_activity(self, lines: Sequence[Content], *, goes_on: bool) -> None:
        """Show what is under way, or what was said last: the first of these lines that fits.

        What `goes_on` by itself leaves the open screen its name where it can.
        """
        self._activity.say(lines, goes_on=goes_on)

    def show_names(self, names: Sequence[ScreenName], hint: Content) -> None:
        """Name the screens that can be shown; `hint` stands behind them while nothing is said."""
        self._activity.show_names(names, hint)

    def show_actions(self, items: list[FooterItem]) -> None:
        """Show what can be done."""
        self._bar.show(items)

    def focus_next(self, selector: str | type[QueryType] = "*") -> Widget | None:
        """Go on to the next widget; where one pane is shown alone, to the next pane."""
        return self._next_alone(1) if self.is_alone else super().focus_next(selector)

    def focus_previous(self, selector: str | type[QueryType] = "*") -> Widget | None:
        """Go back to the widget before; where one pane is shown alone, to the pane before."""
        return self._next_alone(-1) if self.is_alone else super().focus_previous(selector)

    def _next_alone(self, step: int) -> Widget | None:
        # Textual looks only within what fills the screen.
        self.next_pane(step)
        return self.focused

    def next_pane(self, step: int) -> None:
        """Move the focus to another pane, unless one is to fill the terminal."""
        if self._is_zoomed and not self.is_alone:
            return
        panes = self.panes
        here = self.focused_pane
        index = panes.index(here) if here in panes else -step
        panes[(index + step) % len(panes)].take_focus()

    def pause(self) -> None:
        """Let a list that follows what is new stand still, or follow again."""

    def begin_jump(self) -> None:
        """Show a letter on every pane; the letter moves the focus there, anything else does not.

        All panes are shown for it where there is room: a letter that nobody awaits would do what it
        does as a key.
        """
        self.action_restore()
        assert len(self.panes) <= len(LETTERS), "a pane without a letter"
        self._letters = dict(zip(LETTERS, self.panes, strict=False))
        for letter, pane in self._letters.items():
            pane.show_letter(letter)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The letters are keys only while they are shown."""
        return bool(self._letters) if action == "jump" else True

    def action_jump(self, letter: str) -> None:
        """Move the focus to the pane of a letter; without one, leave it where it is."""
        pane = self._letters.get(letter)
        self._end_jump()
        if pane is not None:
            pane.take_focus()

    def on_descendant_focus(self) -> None:
        """Whoever moves the focus by other means does not want the letters.

        Where there is room for one pane only, it is the one with the focus.
        """
        self._end_jump()
        self._arrange_panes()

    def _end_jump(self) -> None:
        panes, self._letters = self._letters.values(), {}
        for pane in panes:
            pane.show_letter("")

    @property
    def is_zoomed(self) -> bool:
        """Whether somebody wants one pane to fill the terminal."""
        return self._is_zoomed

    @property
    def is_alone(self) -> bool:
        """Whether there is room for one of the panes only."""
        return not self._has_room and len(self.panes) > 1

    def zoom(self) -> bool:
        """Let the focused pane fill the terminal, or show all again.

        False: there is no room for another one, and none fills it because somebody wants it.
        """
        if self.is_alone and not self._is_zoomed:
            return False
        self._end_jump()
        self._is_zoomed = not self._is_zoomed and self.focused_pane is not None
        self._arrange_panes()
        return True

    def action_restore(self) -> None:
        """Show all panes again."""
        self._is_zoomed = False
        self._arrange_panes()

    def _know_the_room(self) -> None:
        """Measure what there is room for: it decides what is left out first."""
        width, height = self.app.size
        least = self.ALL_PANES_FROM
        self._has_room = width >= least.width and height >= least.height
        lacks = {name: height < lines for name, lines in CLASSES_OF_LITTLE_ROOM.items()}
        for name, has in {**lacks, "-slim": width < SLIM}.items():
            self.set_class(has, name, update=self.is_running)

    def _arrange_panes(self) -> None:
        """Show all panes, or the one with the focus alone; it says which of how many it is."""
        pane, panes, is_alone = self.focused_pane, self.panes, self.is_alone
        if pane is None:
            return
        if is_alone or self._is_zoomed:
            self.maximize(pane, container=False)
        elif self.maximized is not None:
            self.minimize()
        for number, each in enumerate(panes, start=1):
            place = f"{number}/{len(panes)} {self._next_key}".strip()
            each.show_place(place if is_alone else "")
