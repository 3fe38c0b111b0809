"""Everything that can be done on the screens of a fleet."""

from __future__ import annotations

from cp_tui.tui.actions.action import ScreenAction
from cp_tui.tui.fleet import actions as fleet
from cp_tui.tui.fleet.screens import FleetMainScreen, FleetScreen, FleetStationsScreen
from cp_tui.tui.frame import actions as frame

FLEET_SCREENS: tuple[type[FleetMainScreen], ...] = (FleetScreen, FleetStationsScreen)
"""In the order of their digits."""

FLEET_ACTIONS: tuple[ScreenAction, ...] = (
    *fleet.ACTIONS,
    *(screen.shown_by() for screen in FLEET_SCREENS),
    *frame.EVERYWHERE,
)
"""Every action, in the order of the palette."""
