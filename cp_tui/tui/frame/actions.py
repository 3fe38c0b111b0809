"""The actions that concern the screen alone: where to look, and how."""

from __future__ import annotations

from textual.content import Content

from cp_tui.tui.actions.action import action
from cp_tui.tui.actions.desk import Desk
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.words import Clock


@action("screen.filter", "Filter a table", means=Meaning.FILTER, short="Filter", pane="keys")
async def open_filter(desk: Desk) -> None:
    """Show only what holds these words; escape shows all again."""
    if not desk.frame.open_filter():
        # The line stays when another screen is shown.
        here = desk.key_of(f"screen.{desk.screen}") or desk.screen
        desk.refuse(Content(f"there is nothing to filter on screen {here}"))


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
    """Every action by name, with its key or why it is not possible now."""
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
