"""A screen of subjects: a list that says in a line how each stands, and one of them in full."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Grid
from textual.content import Content
from textual.geometry import Size

from cp_tui.tui.actions.action import Group, ScreenAction
from cp_tui.tui.actions.desk import Desk
from cp_tui.tui.actions.keymap import Keymap
from cp_tui.tui.frame.main_screen import MainScreen
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.columns import Column, widest
from cp_tui.tui.text.words import Clock
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.widgets.pane import Pane
from cp_tui.tui.widgets.table_pane import TablePane

LARGE_HEIGHT = 45
"""From so many lines on there is room for more than the list and one subject."""
WIDE_WIDTH = 130
"""From so many columns on a subject stands beside the list."""


class SubjectPane(Pane):
    """A pane that the list of subjects has a line for.

    Second among the bases of a class: Textual takes over the styles of the first alone.
    """

    ABOUT: ClassVar[str]
    """What there is to see, in a sentence for the list of all actions."""

    @abstractmethod
    def state(self, snapshot: Snapshot, clock: Clock) -> Content:
        """How the subject stands, in a line."""

    def said(self, snapshot: Snapshot, clock: Clock) -> str:
        """The same without signs, to be copied."""
        return self.state(snapshot, clock).plain


class OverviewPane(TablePane):
    """A line for each subject; the one under the cursor is shown in full beside it."""

    SUBJECTS: ClassVar[tuple[type[SubjectPane], ...]]
    """In the order of their lines."""

    def __init__(
        self, hints: str, subjects: Sequence[SubjectPane], keys: Mapping[str, str]
    ) -> None:
        """`keys`: those that somebody's keymap gives the subjects, by their names."""
        super().__init__(hints)
        self._subjects = subjects
        self._keys = keys

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the state of each subject."""
        columns = [
            Column[SubjectPane](
                "Subject", widest((s.TITLE for s in self._subjects), 14), lambda s: Content(s.TITLE)
            ),
            Column[SubjectPane](
                "State",
                30,
                lambda s: s.state(snapshot, clock),
                is_flexible=True,
                said=lambda s: s.said(snapshot, clock),
            ),
        ]
        if any(self._keys.values()):
            key = Column[SubjectPane](
                "Key", 3, lambda s: Content.styled(self._keys[s.NAME], "bold $text-accent")
            )
            columns.insert(0, key)
        self.fill_table(columns, [(subject.NAME, subject) for subject in self._subjects])


class SubjectsScreen(MainScreen):
    """The list, and the subjects of which one is shown at a time, or several in a large terminal.

    The styles of a screen give its grid, `#subjects`, the rows and columns.
    """

    OVERVIEW: ClassVar[type[OverviewPane]]
    """The list; it says which subjects there are."""
    ALL_PANES_FROM = Size(0, 18)
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as declared by Textual
        (0, "-narrow"),
        (WIDE_WIDTH, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - as declared by Textual
        (0, "-small"),
        (LARGE_HEIGHT, "-large"),
    ]

    def __init__(self, keymap: Keymap, glyphs: Glyphs) -> None:
        super().__init__(keymap, glyphs)
        search = f"{keymap.first('screen.filter')} filter"
        self.subjects: Mapping[str, SubjectPane] = {}
        for subject in self.OVERVIEW.SUBJECTS:
            hints = keymap.hints(subject.NAME)
            parts = (search, hints) if issubclass(subject, TablePane) else (hints,)
            self.subjects = {**self.subjects, subject.NAME: subject("  ".join(filter(None, parts)))}
        keys = {name: keymap.first(f"{self.NAME}.{name}") for name in self.subjects}
        overview_hints = keymap.hints(self.OVERVIEW.NAME)
        self.overview = self.OVERVIEW(overview_hints, tuple(self.subjects.values()), keys)
        self._grid = Grid(id="subjects")
        self._selected = self.OVERVIEW.SUBJECTS[0].NAME
        self._latest: tuple[Snapshot, Clock] | None = None

    def compose_panes(self) -> ComposeResult:
        """Everything; what is not to be seen is hidden."""
        with self._grid:
            yield self.overview
            yield from self.subjects.values()

    @abstractmethod
    def shown_always(self, size: Size) -> frozenset[str]:
        """The subjects for which a terminal of this size has room, whichever is selected."""

    def on_mount(self) -> None:
        """Hide what is not to be seen."""
        self._arrange()

    def on_resize(self) -> None:
        """Show as many subjects as there is room for."""
        self._arrange()

    def show(self, snapshot: Snapshot, clock: Clock, dirty: frozenset[str]) -> None:
        """Hand the news to what is to be seen."""
        self._latest = (snapshot, clock)
        super().show(snapshot, clock, dirty)

    def look_at(self, part: str) -> None:
        """Show a subject, and go into it."""
        pane = self.subjects[part]
        self.overview.table.move_cursor(part)
        self._select(part)
        pane.take_focus()

    def action_restore(self) -> None:
        """Show all panes again; out of a subject, go back to the list."""
        if self.is_zoomed:
            super().action_restore()
        elif self.focused_pane is not self.overview:
            self.overview.take_focus()

    @on(TablePane.Moved)
    def _moved(self, event: TablePane.Moved) -> None:
        """Follow the cursor of the list: where it is now, the message may be late."""
        if event.cursor == self.overview.NAME and self.overview.table.cursor_key is not None:
            self._select(self.overview.table.cursor_key)

    @on(TablePane.Opened)
    def _opened(self, event: TablePane.Opened) -> None:
        """Enter on a subject goes into it."""
        if event.pane is self.overview:
            event.stop()
            self.look_at(event.record)

    def _select(self, subject: str) -> None:
        if subject != self._selected:
            self._selected = subject
            self._arrange()

    def _arrange(self) -> None:
        """Show what is selected, and what there is room for; what appears is brought up to date."""
        always = self.shown_always(self.size)
        shown = {self._selected, *always}
        self._grid.set_class(len(shown) == len(always), "-no-more")
        for subject, pane in self.subjects.items():
            has_come = subject in shown and not (pane.display and pane.is_attached)
            pane.display = subject in shown
            if has_come and self._latest is not None:
                pane.show(*self._latest)


def shown_by(subject: type[SubjectPane], screen: str, group: Group) -> ScreenAction:
    """The action that shows a subject on a screen, by its name.

    It has no key of its own: the subjects are a list, and a letter each would mean two things.
    """

    async def run(desk: Desk) -> None:
        await desk.go_to(screen)
        desk.frame.look_at(subject.NAME)

    return ScreenAction(
        f"{screen}.{subject.NAME}",
        f"Show {_within(subject.TITLE)}",
        subject.ABOUT,
        group,
        run,
        # Where the keys work that a keymap may give it.
        screens=frozenset({screen}),
    )


def _within(title: str) -> str:
    """A title within a sentence: `link history`, and `CSMS certificate`."""
    return title if title[:2].isupper() else f"{title[0].lower()}{title[1:]}"
