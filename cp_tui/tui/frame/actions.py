"""The actions that concern the screen alone: where to look, and how."""

from __future__ import annotations

from textual.content import Content

from cp_tui.tui.actions.action import action
from cp_tui.tui.actions.desk import Choice, Desk
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.order import NO_TITLE, UP, Order, chosen, named
from cp_tui.tui.text.words import Clock

NO_ROWS = Content("there are no rows here")

AS_THEY_COME = "as they come"
"""Stands for no order in the list of columns, none of which is called so."""


@action("screen.filter", "Filter a table", means=Meaning.FILTER, short="Filter", pane="keys")
async def open_filter(desk: Desk) -> None:
    """Show only the rows with these words: of the pane with the focus, or the next with rows.

    Escape shows all again.
    """
    other = desk.frame.open_filter()
    if other is None:
        desk.refuse(NO_ROWS)
    elif other:
        desk.tell(Content(f"this is the filter of {other}: where you were are no rows"))


@action("screen.sort", "Sort a table", means=Meaning.SORT, short="Sort")
async def sort(desk: Desk) -> None:
    """Choose the column by which the rows are sorted; chosen again, it is turned round.

    Of the pane with the focus, or the next with rows.
    """
    table = desk.table
    if table is None:
        desk.refuse(NO_ROWS)
        return
    order = table.order
    choices = [
        Choice(
            column.title or NO_TITLE,
            Content(named(column.title)),
            Content(order.sign if order is not None and order.column == column.title else ""),
        )
        for column in table.columns
    ]
    as_they_come = Choice(AS_THEY_COME, Content("as they come"), Content("" if order else UP))
    key = await desk.choose("Sort the rows by", [*choices, as_they_come])
    if key is not None:
        title = "" if key == NO_TITLE else key
        table.sort(None if key == AS_THEY_COME else chosen(order, title))


@action("screen.sort_back", "Sort the other way round", means=Meaning.SORT_BACK)
async def sort_back(desk: Desk) -> None:
    """Sort the rows the other way; by their first column where nothing is chosen yet."""
    table = desk.table
    if table is None or not table.columns:
        desk.refuse(NO_ROWS)
        return
    order = table.order or Order(next(filter(None, (c.title for c in table.columns)), ""))
    table.sort(order.turned)


@action("screen.zone", "Times in your time zone, or in UTC", means=Meaning.ZONE, short="Zone")
async def change_zone(desk: Desk) -> None:
    """The charge point and the CSMS speak UTC; people do not."""
    desk.change_zone()


@action("screen.zoom", "Zoom the pane, or all panes again", means=Meaning.ZOOM, short="Zoom")
async def zoom(desk: Desk) -> None:
    """The pane with the focus fills the terminal; escape restores."""
    desk.frame.zoom()


@action("screen.log", "Commands of this screen", means=Meaning.LOG)
async def show_log(desk: Desk) -> None:
    """Every command asked from here, with its outcome and its reason."""

    def facts(_snapshot: Snapshot, clock: Clock) -> list[Fact]:
        lines: list[Fact] = []
        for run in reversed(desk.runs):
            lines += [Fact("", run.lines(clock)[0])]
            # Result and reason stand in the line.
            said = run.outcome.all_facts() if run.outcome else []
            lines += [fact for fact in said if fact.label not in ("Result", "Why")]
        return lines or [Fact("", Content("no command was asked from this screen yet"))]

    desk.show("Commands of this screen", facts, label_width=12)


@action("screen.theme", "Choose a theme")
async def choose_theme(desk: Desk) -> None:
    """Colours, with a preview."""
    await desk.choose_theme()


@action("screen.repaint", "Paint everything anew", means=Meaning.REPAINT)
async def repaint(desk: Desk) -> None:
    """Where something else has written to the terminal: only what changes is sent otherwise."""
    desk.repaint()


@action("screen.help", "Help for this pane and all keys", means=Meaning.HELP, short="Help")
async def show_help(desk: Desk) -> None:
    """Explains the pane with the focus and lists the keys."""
    desk.show_help()


@action("screen.palette", "All actions", means=Meaning.MENU, short="Menu")
async def show_menu(desk: Desk) -> None:
    """Every action, found by any word for it, with its key or why it is not possible now."""
    await desk.show_menu()


@action("screen.next", "Next pane", means=Meaning.NEXT)
async def next_pane(desk: Desk) -> None:
    """Move the focus to the next pane."""
    desk.frame.next_pane(1)


@action("screen.previous", "Previous pane", means=Meaning.PREVIOUS)
async def previous_pane(desk: Desk) -> None:
    """Move the focus to the previous pane."""
    desk.frame.next_pane(-1)


@action("screen.jump", "Jump to a pane", means=Meaning.ELSEWHERE)
async def jump(desk: Desk) -> None:
    """Every pane shows a letter; press it to go there."""
    desk.frame.begin_jump()


@action("screen.quit", "Quit", means=Meaning.QUIT, short="Quit")
async def leave(desk: Desk) -> None:
    """Leave the screen; asks what becomes of the charge point where it started it."""
    await desk.quit()
