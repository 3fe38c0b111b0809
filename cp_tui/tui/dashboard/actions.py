"""The part of the registry that belongs to the dashboard alone."""

from __future__ import annotations

from cp_tui.tui.actions import conditions as possible
from cp_tui.tui.actions.action import Group, ScreenAction
from cp_tui.tui.actions.desk import Desk
from cp_tui.tui.dashboard.operations import on_screen, sends
from cp_tui.tui.text.connection import connection_details

DASHBOARD = frozenset({"dashboard"})


async def show_connection(desk: Desk) -> None:
    """Show address, id, credentials and certificates, and how connecting goes."""
    desk.show("Connection", connection_details)


DASHBOARD_ACTIONS: tuple[ScreenAction, ...] = (
    ScreenAction(
        "screen.alarms",
        "Everything that is wrong now",
        "The alarm line in full: each trouble with what happens next, what to check and a key.",
        Group.SCREEN,
        on_screen("alarms"),
        ("a",),
        short="Alarms",
        screens=DASHBOARD,
    ),
    ScreenAction(
        "charge_point.acknowledge",
        "Acknowledge what went wrong",
        "Take errors inside the program that are over out of the alarm line; the log keeps them.",
        Group.CHARGE_POINT,
        sends("acknowledge_troubles"),
        ("A",),
        short="Acknowledge",
        screens=DASHBOARD,
        why_not=possible.acknowledge,
    ),
    ScreenAction(
        "charge_point.connection",
        "Address, credentials and certificates",
        "What the connection uses: the URL, the id, the form of the key, the server certificate.",
        Group.SCREEN,
        show_connection,
        ("v",),
        short="Details",
        screens=DASHBOARD,
    ),
)
