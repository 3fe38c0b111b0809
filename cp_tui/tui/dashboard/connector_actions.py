"""The part of the registry that is about what people do at the connectors."""

from __future__ import annotations

from cp_tui.tui.actions import conditions as possible
from cp_tui.tui.actions.action import Group, ScreenAction
from cp_tui.tui.dashboard import operations as do
from cp_tui.tui.dashboard.actions import DASHBOARD
from cp_tui.tui.maintenance.actions import MAINTENANCE

_C, _N = Group.CHARGE_POINT, Group.CONNECTOR

CONNECTOR_ACTIONS: tuple[ScreenAction, ...] = (
    ScreenAction(
        "connector.plug",
        "Plug the cable in or out",
        "Plug a vehicle in at the selected connector, or unplug it at the vehicle.",
        _N,
        do.plug,
        ("p",),
        pane="connectors",
        why_not=possible.at_connector,
    ),
    ScreenAction(
        "connector.swipe",
        "Swipe a tag",
        "Hold an RFID tag to the reader.",
        _N,
        do.swipe,
        ("w",),
        pane="connectors",
        why_not=possible.change,
    ),
    ScreenAction(
        "connector.press_stop",
        "Press the stop button",
        "The transaction at the selected connector ends with reason Local, or the tag that is "
        "about to start there starts nothing; no tag is needed.",
        _N,
        do.press_stop,
        why_not=possible.with_session,
    ),
    ScreenAction(
        "charge_point.emergency_stop",
        "Press the emergency button",
        "Every transaction ends with reason EmergencyStop, and the charge point is Faulted until "
        "the errors of connector 0 are cleared. Asks first.",
        _N,
        do.press_emergency_stop,
        why_not=possible.change,
    ),
    ScreenAction(
        "connector.suspend",
        "Vehicle pauses or resumes charging",
        "The vehicle at the selected connector stops drawing, or draws again.",
        _N,
        do.suspend_or_resume,
        ("S",),
        screens=DASHBOARD,
        why_not=possible.with_vehicle,
    ),
    ScreenAction(
        "connector.raise_error",
        "Raise an error",
        "Choose an error code of the standard for the selected connector (0: the charge point).",
        _N,
        do.raise_error,
        ("exclamation_mark",),
        short="Error",
        screens=DASHBOARD | MAINTENANCE,
        why_not=possible.change,
    ),
    ScreenAction(
        "connector.clear_error",
        "Clear the errors",
        "Clear every error of the selected connector.",
        _N,
        do.clear_error,
        ("C",),
        screens=DASHBOARD,
        why_not=possible.with_faults,
    ),
    ScreenAction(
        "connector.jam_lock",
        "Jam or free the cable lock",
        "The lock of the selected connector does not move, or moves again.",
        _N,
        do.jam_lock,
        ("J",),
        screens=DASHBOARD,
        why_not=possible.at_connector,
    ),
    ScreenAction(
        "connector.set_vehicle",
        "Change the vehicle",
        "Battery, state of charge and limits of the vehicle at the selected connector, or of the "
        "next one.",
        _N,
        do.set_vehicle,
        ("V",),
        screens=DASHBOARD,
        why_not=possible.at_connector,
    ),
)
"""In the order of the palette."""
