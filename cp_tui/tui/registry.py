"""The registry of everything a person can do: keys, footer, menu, help and README come from it."""

from __future__ import annotations

from collections.abc import Mapping

from cp_tui.tui.actions import conditions as possible
from cp_tui.tui.actions.action import Group, ScreenAction
from cp_tui.tui.compose.actions import COMPOSE_ACTIONS
from cp_tui.tui.configuration.actions import CONFIGURATION_ACTIONS
from cp_tui.tui.csms.actions import CSMS_ACTIONS, CSMS_FOOTER
from cp_tui.tui.dashboard import operations as do
from cp_tui.tui.dashboard.actions import DASHBOARD, DASHBOARD_ACTIONS
from cp_tui.tui.dashboard.connector_actions import CONNECTOR_ACTIONS
from cp_tui.tui.frame.actions import SCREEN_ACTIONS
from cp_tui.tui.maintenance.actions import MAINTENANCE, MAINTENANCE_ACTIONS
from cp_tui.tui.messages.actions import MESSAGE_ACTIONS
from cp_tui.tui.schedule.actions import SCHEDULE_ACTIONS
from cp_tui.tui.transactions.actions import TRANSACTION_ACTIONS

_C = Group.CHARGE_POINT

ACTIONS: tuple[ScreenAction, ...] = (
    ScreenAction(
        "charge_point.stop",
        "Stop OCPP",
        "Close the WebSocket and stop all OCPP communication until restart; asks first.",
        _C,
        do.stop,
        ("s",),
        short="Stop",
        why_not=possible.stop,
    ),
    ScreenAction(
        "charge_point.restart",
        "Restart OCPP after a stop",
        "Connect again, boot and resume from the store; not an OCPP Reset. Asks first.",
        _C,
        do.restart,
        ("r",),
        short="Restart",
        why_not=possible.restart,
    ),
    ScreenAction(
        "charge_point.data_transfer",
        "Data transfer to the CSMS",
        "Send a DataTransfer and see its answer.",
        _C,
        do.data_transfer,
        ("d",),
        short="Data",
        why_not=possible.change,
    ),
    *CONFIGURATION_ACTIONS,
    *CONNECTOR_ACTIONS,
    ScreenAction(
        "charge_point.try_now",
        "Try now",
        "Do not wait for the next attempt to connect, or to send the oldest waiting message.",
        _C,
        do.try_now,
        ("n",),
        short="Try now",
        pane="connection",
        why_not=possible.try_now,
    ),
    ScreenAction(
        "charge_point.network",
        "Pull or plug the network cable",
        "Cut the link as a pulled cable would, while charging and queueing go on; or restore it.",
        _C,
        do.network,
        ("N",),
        short="Network",
        screens=DASHBOARD | MAINTENANCE,
        why_not=possible.change,
    ),
    ScreenAction(
        "charge_point.power_cycle",
        "Cut the power and boot again",
        "The charge point loses power without warning, then boots; asks first.",
        _C,
        do.power_cycle,
        ("b",),
        short="Power",
        screens=DASHBOARD | MAINTENANCE,
        why_not=possible.change,
    ),
    ScreenAction(
        "charge_point.stop_report",
        "What the last stop did",
        "What became of each transaction and each waiting message when it was stopped.",
        _C,
        do.show_stop_report,
        why_not=possible.stop_report,
    ),
    *DASHBOARD_ACTIONS,
    *MESSAGE_ACTIONS,
    *COMPOSE_ACTIONS,
    *SCHEDULE_ACTIONS,
    *TRANSACTION_ACTIONS,
    *MAINTENANCE_ACTIONS,
    *CSMS_ACTIONS,
    *SCREEN_ACTIONS,
)
"""Every action, in the order of the palette."""

BY_ID: Mapping[str, ScreenAction] = {action.id: action for action in ACTIONS}

FOOTERS: Mapping[str, tuple[str, ...]] = {
    "dashboard": (
        "charge_point.stop",
        "charge_point.restart",
        "charge_point.data_transfer",
        "configuration.get",
        "configuration.set",
        "configuration.monitor",
        "screen.help",
        "screen.palette",
        "screen.zoom",
        "screen.schedule",
        "screen.quit",
    ),
    "messages": (
        "screen.filter",
        "messages.pause",
        "messages.compose",
        "messages.copy",
        "messages.export",
        "screen.dashboard",
        "screen.help",
        "screen.palette",
        "screen.zone",
        "screen.zoom",
        "screen.quit",
    ),
    "configuration": (
        "configuration.set",
        "configuration.monitor",
        "configuration.changed",
        "configuration.compare",
        "configuration.export",
        "screen.dashboard",
        "screen.help",
        "screen.palette",
        "configuration.get",
        "screen.zoom",
        "screen.quit",
    ),
    "schedule": (
        "schedule.explain",
        "schedule.install",
        "schedule.clear",
        "schedule.export",
        "screen.zone",
        "screen.dashboard",
        "screen.help",
        "screen.palette",
        "screen.zoom",
        "screen.quit",
    ),
    "transactions": (
        "transactions.drop",
        "charge_point.try_now",
        "screen.zone",
        "screen.dashboard",
        "screen.help",
        "screen.palette",
        "screen.zoom",
        "screen.quit",
    ),
    "maintenance": (
        "maintenance.look_up",
        "charge_point.power_cycle",
        "charge_point.network",
        "connector.raise_error",
        "screen.dashboard",
        "screen.help",
        "screen.palette",
        "screen.quit",
        "screen.zoom",
        "screen.zone",
    ),
    "csms": CSMS_FOOTER,
}
"""What the footer of each screen shows, the most wanted first; as many as fit."""
