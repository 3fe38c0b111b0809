"""Every screen, the first one first."""

from __future__ import annotations

from datetime import tzinfo

from cp_tui.tui.keys import Keymap
from cp_tui.tui.screens.configuration import ConfigurationScreen
from cp_tui.tui.screens.csms import CsmsScreen
from cp_tui.tui.screens.dashboard import DashboardScreen
from cp_tui.tui.screens.main_screen import MainScreen
from cp_tui.tui.screens.maintenance import MaintenanceScreen
from cp_tui.tui.screens.messages import MessagesScreen
from cp_tui.tui.screens.schedule import ScheduleScreen
from cp_tui.tui.screens.transactions import TransactionsScreen
from cp_tui.tui.widgets.glyphs import Glyphs


def all_screens(keymap: Keymap, *, zone: tzinfo, glyphs: Glyphs) -> tuple[MainScreen, ...]:
    """Make one of each, in the order of their digits."""
    return (
        DashboardScreen(keymap, zone=zone, glyphs=glyphs),
        MessagesScreen(keymap),
        ConfigurationScreen(keymap),
        ScheduleScreen(keymap, zone=zone, glyphs=glyphs),
        TransactionsScreen(keymap),
        MaintenanceScreen(keymap),
        CsmsScreen(keymap),
    )
