"""The registry of everything a person can do: keys, footer, menu, help and README come from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cp_tui.tui import operations as do
from cp_tui.tui import possible
from cp_tui.tui.desk import Desk
from cp_tui.tui.store import Snapshot


class Group(StrEnum):
    """What an action is about."""

    CHARGE_POINT = "Charge point"
    CONFIGURATION = "Configuration"
    CONNECTOR = "Connector"
    SCREEN = "Screen"


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person can do."""

    id: str
    """The public name, also in a keymap."""
    title: str
    help: str
    group: Group
    run: Callable[[Desk], Awaitable[None]]
    keys: tuple[str, ...] = ()
    """Default keys, in Textual's names."""
    short: str = ""
    """The word in the footer; empty: not in the footer."""
    pane: str = ""
    """The pane in whose title its key is shown."""
    why_not: Callable[[Snapshot], str | None] = possible.always


_C, _K, _N, _S = Group.CHARGE_POINT, Group.CONFIGURATION, Group.CONNECTOR, Group.SCREEN

ACTIONS: tuple[Action, ...] = (
    Action(
        "charge_point.stop",
        "Stop OCPP",
        "Close the WebSocket and stop all OCPP communication until restart; asks first.",
        _C,
        do.stop,
        ("s",),
        short="Stop",
        why_not=possible.stop,
    ),
    Action(
        "charge_point.restart",
        "Restart OCPP after a stop",
        "Connect again, boot and resume from the store; not an OCPP Reset. Asks first.",
        _C,
        do.restart,
        ("r",),
        short="Restart",
        why_not=possible.restart,
    ),
    Action(
        "charge_point.data_transfer",
        "Data transfer to the CSMS",
        "Send a DataTransfer and see its answer.",
        _C,
        do.data_transfer,
        ("d",),
        short="Data",
        why_not=possible.change,
    ),
    Action(
        "configuration.get",
        "Read configuration keys",
        "Ask the charge point for some or all keys, as GetConfiguration answers them.",
        _K,
        do.get_configuration_key,
        ("c",),
        short="Config",
        why_not=possible.change,
    ),
    Action(
        "configuration.set",
        "Set a custom configuration key",
        "Give a custom key a new value; standard keys belong to the CSMS.",
        _K,
        do.set_custom_configuration_key,
        ("e",),
        short="Edit",
        pane="keys",
        why_not=possible.change,
    ),
    Action(
        "configuration.monitor",
        "Monitor keys, or stop monitoring the selected one",
        "On a key: mark or unmark it. Elsewhere: type the names of the keys.",
        _K,
        do.monitor,
        ("m",),
        short="Monitor",
        pane="keys",
        why_not=possible.change,
    ),
    Action(
        "configuration.monitor_names",
        "Monitor configuration keys by name",
        "Type the names of the keys to monitor; they are added to those monitored already.",
        _K,
        do.monitor_names,
        why_not=possible.change,
    ),
    Action(
        "configuration.filter",
        "Filter the configuration keys",
        "Show only keys with these words in name, value or source; escape shows all again.",
        _K,
        do.on_screen("filter"),
        ("slash",),
        pane="keys",
    ),
    Action(
        "connector.plug",
        "Plug the cable in or out",
        "Plug a vehicle in at the selected connector, or pull its cable.",
        _N,
        do.plug,
        ("p",),
        pane="connectors",
        why_not=possible.at_connector,
    ),
    Action(
        "connector.swipe",
        "Swipe a tag",
        "Hold an RFID tag to the reader.",
        _N,
        do.swipe,
        ("w",),
        pane="connectors",
        why_not=possible.change,
    ),
    Action(
        "connector.suspend",
        "Vehicle pauses or resumes charging",
        "The vehicle at the selected connector stops drawing, or draws again.",
        _N,
        do.suspend_or_resume,
        why_not=possible.with_vehicle,
    ),
    Action(
        "connector.raise_error",
        "Raise an error",
        "Choose an error code of the standard for the selected connector (0: the charge point).",
        _N,
        do.raise_error,
        why_not=possible.change,
    ),
    Action(
        "connector.clear_error",
        "Clear the errors",
        "Clear every error of the selected connector.",
        _N,
        do.clear_error,
        why_not=possible.with_faults,
    ),
    Action(
        "connector.jam_lock",
        "Jam or free the cable lock",
        "The lock of the selected connector does not move, or moves again.",
        _N,
        do.jam_lock,
        why_not=possible.at_connector,
    ),
    Action(
        "charge_point.try_now",
        "Try to connect now",
        "Do not wait for the next attempt.",
        _C,
        do.try_now,
        ("n",),
        pane="connection",
        why_not=possible.try_now,
    ),
    Action(
        "charge_point.network",
        "Pull or plug the network cable",
        "Cut the link as a pulled cable would, while charging and queueing go on; or restore it.",
        _C,
        do.network,
        why_not=possible.change,
    ),
    Action(
        "charge_point.power_cycle",
        "Cut the power and boot again",
        "The charge point loses power without warning, then boots; asks first.",
        _C,
        do.power_cycle,
        why_not=possible.change,
    ),
    Action(
        "charge_point.stop_report",
        "What the last stop did",
        "What became of each transaction and each waiting message when it was stopped.",
        _C,
        do.show_stop_report,
        why_not=possible.stop_report,
    ),
    Action(
        "screen.zoom",
        "Zoom the pane, or all panes again",
        "The pane with the focus fills the terminal; escape restores.",
        _S,
        do.on_screen("zoom"),
        ("z",),
        short="Zoom",
    ),
    Action(
        "screen.log",
        "Commands of this screen",
        "Every command asked from here, with its outcome and its reason.",
        _S,
        do.on_screen("log"),
        ("o",),
    ),
    Action("screen.theme", "Choose a theme", "Colours, with a preview.", _S, do.on_screen("theme")),
    Action(
        "screen.help",
        "Help for this pane and all keys",
        "Explains the pane with the focus and lists the keys.",
        _S,
        do.on_screen("help"),
        ("question_mark", "f1"),
        short="Help",
    ),
    Action(
        "screen.palette",
        "All actions",
        "Every action by name, with its key or why it is not possible now.",
        _S,
        do.on_screen("palette"),
        ("ctrl+p",),
        short="Menu",
    ),
    Action(
        "screen.next",
        "Next pane",
        "Move the focus to the next pane.",
        _S,
        do.on_screen("next"),
        ("tab",),
    ),
    Action(
        "screen.previous",
        "Previous pane",
        "Move the focus to the previous pane.",
        _S,
        do.on_screen("previous"),
        ("shift+tab",),
    ),
    Action(
        "screen.quit",
        "Quit",
        "Leave the screen; asks what becomes of the charge point where it started it.",
        _S,
        do.on_screen("quit"),
        ("q", "ctrl+q"),
        short="Quit",
    ),
)
"""Every action, in the order of the palette."""

BY_ID: Mapping[str, Action] = {action.id: action for action in ACTIONS}

FOOTER = (
    "charge_point.stop",
    "charge_point.restart",
    "charge_point.data_transfer",
    "configuration.get",
    "configuration.set",
    "configuration.monitor",
    "screen.help",
    "screen.palette",
    "screen.zoom",
    "screen.quit",
)
"""What the footer shows, the most wanted first; as many as fit."""
