"""The actions that concern the screen alone: where to look, and how."""

from __future__ import annotations

from textual.content import Content

from cp_tui.ocpp.printable import storable
from cp_tui.tui.actions.action import ScreenAction, action
from cp_tui.tui.actions.desk import Choice, Desk
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.copying import shown_field
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.order import NO_TITLE, UP, Order, chosen, named
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.words import Clock

NO_ROWS = Content("there are no rows here")

NO_OTHER_PANE = Content("there is room for one pane only")

NOTHING_TO_COPY = Content("there is nothing to copy here")

WHOLE = "whole"
"""Stands for all of it in the list of values, whose keys are numbers."""

CLIPBOARD_BYTES = 74_000
"""Terminals take about 100,000 characters of base64; many drop a longer text without a word."""

AS_THEY_COME = "as they come"
"""Stands for no order in the list of columns, none of which is called so."""


@action("screen.filter", "Filter a table", means=Meaning.FILTER, short="Filter", pane="keys")
async def open_filter(desk: Desk) -> None:
    """Show only the rows with these words, and without those behind a !, such as !Heartbeat.

    Of the pane with the focus, or the next with rows; escape shows all again.
    """
    other = desk.frame.open_filter()
    if other is None:
        desk.refuse(NO_ROWS)
    elif other:
        desk.tell(Content(other))


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


@action("screen.copy", "Copy a value", means=Meaning.COPY, short="Copy", pane="messages")
async def copy(desk: Desk) -> None:
    """Choose a value of what is selected; it goes to the clipboard of the terminal (OSC 52).

    In a dialog, one of what that says. A secret is never among them.
    """
    found = desk.copyable
    if found is None:
        desk.refuse(NOTHING_TO_COPY)
        return
    # What is meant as a rule first, then all of it: both are in sight however many there are.
    ranked = sorted(found.fields, key=lambda field: field.label != found.first)
    fields = {f"{number}": field for number, field in enumerate(ranked)}
    if len(fields) == 1:
        send_to_clipboard(desk, ranked[0].label, ranked[0].text)
        return
    choices = [
        Choice(key, shown_field(field), Content(""), about=Content(field.text))
        for key, field in fields.items()
    ]
    name = Content.styled(found.whole_name, "italic")
    whole = Choice(WHOLE, name, Content(desk.key_of(copy_all.id)))
    key = await desk.choose("Copy", [choices[0], whole, *choices[1:]])
    if key == WHOLE:
        send_to_clipboard(desk, found.whole_name, found.whole)
    elif key is not None:
        send_to_clipboard(desk, fields[key].label, fields[key].text)


@action("screen.copy_all", "Copy all of it, as JSON", means=Meaning.COPY_ALL)
async def copy_all(desk: Desk) -> None:
    """Everything about what is selected: the record as programs read it, or the frames."""
    found = desk.copyable
    if found is None:
        desk.refuse(NOTHING_TO_COPY)
    else:
        send_to_clipboard(desk, found.whole_name, found.whole)


def send_to_clipboard(desk: Desk, what: str, text: str) -> None:
    """Send a text to the clipboard of the terminal; nobody learns whether it arrives there."""
    text = storable(text)
    desk.copy(text)
    size = len(text.encode())
    said = f"{what} sent to the terminal's clipboard (OSC 52)"
    if size > CLIPBOARD_BYTES:
        said = f"{what} ({size:,} bytes) sent to the terminal's clipboard; many drop that"
    desk.tell(Content(said))


@action("screen.zone", "Times in your time zone, or in UTC", means=Meaning.ZONE, short="Zone")
async def change_zone(desk: Desk) -> None:
    """The charge point and the CSMS speak UTC; people do not."""
    desk.change_zone()


@action("screen.zoom", "Zoom the pane, or all panes again", means=Meaning.ZOOM, short="Zoom")
async def zoom(desk: Desk) -> None:
    """The pane with the focus fills the terminal; escape restores."""
    if not desk.frame.zoom():
        desk.refuse(NO_OTHER_PANE)


@action("screen.log", "Commands of this screen", means=Meaning.LOG)
async def show_log(desk: Desk) -> None:
    """Every command asked from here, with its outcome; what is wrong in your files, in full."""

    def facts(_snapshot: Snapshot, clock: Clock) -> list[Fact]:
        lines: list[Fact] = []
        for run in reversed(desk.runs):
            lines += [Fact("", run.lines(clock)[0])]
            # Result and reason stand in the line.
            said = run.outcome.all_facts() if run.outcome else []
            lines += [fact for fact in said if fact.label not in ("Result", "Why")]
        lines = lines or [Fact("", Content("no command was asked from this screen yet"))]
        wrong = [each for problems in desk.wrong_themes.values() for each in problems]
        return [*(Fact("Theme", safe_text(each, "$text-warning")) for each in wrong), *lines]

    desk.show("Commands of this screen", facts, label_width=12)


@action("screen.theme", "Choose a theme")
async def choose_theme(desk: Desk) -> None:
    """Each with what it is for, and a sample in its colours; the screen changes with enter."""
    await desk.choose_theme()


@action("screen.bell", "Ring when something becomes worse, or be silent")
async def change_bell(desk: Desk) -> None:
    """The bell of the terminal, for the alarm line and for a connector that is Faulted."""
    desk.change_bell()


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


EVERYWHERE: tuple[ScreenAction, ...] = (
    open_filter,
    sort,
    sort_back,
    copy,
    copy_all,
    change_zone,
    zoom,
    show_log,
    choose_theme,
    change_bell,
    repaint,
    show_help,
    show_menu,
    next_pane,
    previous_pane,
    jump,
    leave,
)
"""What can be done on every screen, whatever is looked at, in the order of the palette."""
