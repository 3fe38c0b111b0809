"""Every screen, the first one first."""

from __future__ import annotations

from datetime import tzinfo

from cp_tui.tui.actions.keymap import Keymap
from cp_tui.tui.configuration.screen import ConfigurationScreen
from cp_tui.tui.csms.screen import CsmsScreen
from cp_tui.tui.dashboard.screen import DashboardScreen
from cp_tui.tui.frame.main_screen import MainScreen
from cp_tui.tui.maintenance.screen import MaintenanceScreen
from cp_tui.tui.messages.screen import MessagesScreen
from cp_tui.tui.schedule.screen import ScheduleScreen
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.transactions.screen import TransactionsScreen


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
