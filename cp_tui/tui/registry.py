"""Everything a person can do, and every screen: keys, footer, menu, help and papers follow them."""

from __future__ import annotations

from collections.abc import Mapping

from cp_tui.tui.actions.action import ScreenAction
from cp_tui.tui.compose import actions as compose
from cp_tui.tui.configuration import actions as configuration
from cp_tui.tui.configuration.screen import ConfigurationScreen
from cp_tui.tui.csms import actions as csms, order_actions
from cp_tui.tui.csms.screen import CsmsScreen
from cp_tui.tui.dashboard import (
    charge_point_actions as charge_point,
    connector_actions as connector,
    preset_actions as presets,
    weather_actions as weather,
)
from cp_tui.tui.dashboard.screen import DashboardScreen
from cp_tui.tui.fleet import actions as fleet
from cp_tui.tui.frame import actions as frame
from cp_tui.tui.frame.main_screen import MainScreen
from cp_tui.tui.maintenance import actions as maintenance
from cp_tui.tui.maintenance.screen import MaintenanceScreen
from cp_tui.tui.messages import actions as messages, log_actions as log
from cp_tui.tui.messages.findings_screen import FindingsScreen
from cp_tui.tui.messages.screen import MessagesScreen
from cp_tui.tui.schedule import actions as schedule
from cp_tui.tui.schedule.screen import ScheduleScreen
from cp_tui.tui.security import actions as security
from cp_tui.tui.security.screen import SecurityScreen
from cp_tui.tui.transactions import actions as transactions
from cp_tui.tui.transactions.screen import TransactionsScreen

SCREENS: tuple[type[MainScreen], ...] = (
    DashboardScreen,
    MessagesScreen,
    ConfigurationScreen,
    ScheduleScreen,
    TransactionsScreen,
    MaintenanceScreen,
    CsmsScreen,
    SecurityScreen,
    FindingsScreen,
)
"""Every screen, in the order of their digits."""

ACTIONS: tuple[ScreenAction, ...] = (
    # Before all others: the keys of a log are those of other actions where there is none.
    log.next_finding,
    log.previous_finding,
    log.go_to,
    log.frame_on,
    log.frame_back,
    log.minute_on,
    log.minute_back,
    log.hour_on,
    log.hour_back,
    log.begin,
    log.end,
    log.choose_charger,
    log.play,
    log.slower,
    log.faster,
    charge_point.stop,
    charge_point.restart,
    charge_point.data_transfer,
    configuration.get_keys,
    configuration.set_key,
    configuration.monitor,
    configuration.monitor_names,
    configuration.toggle_changed,
    configuration.compare,
    configuration.export,
    configuration.show_all,
    connector.plug,
    connector.swipe,
    connector.select,
    connector.press_stop,
    connector.press_emergency_stop,
    connector.suspend_or_resume,
    connector.raise_error,
    connector.clear_error,
    connector.jam_lock,
    connector.set_vehicle,
    charge_point.try_now,
    charge_point.network,
    weather.choose_weather,
    charge_point.power_cycle,
    charge_point.show_stop_report,
    charge_point.show_alarms,
    charge_point.acknowledge,
    charge_point.show_connection,
    charge_point.bundle,
    presets.show_presets,
    messages.pause,
    messages.copy,
    messages.export,
    messages.of_connector,
    compose.compose,
    compose.compose_raw,
    compose.edit,
    schedule.explain,
    schedule.go_to_time,
    schedule.clear_profile,
    schedule.clear_matching,
    schedule.install,
    schedule.install_file,
    schedule.export,
    schedule.save_picture,
    transactions.drop_message,
    maintenance.look_up,
    *maintenance.SHOW_SUBJECTS,
    maintenance.cancel_reservation,
    maintenance.clear_cache,
    security.request_certificate,
    security.install_root,
    security.delete_root,
    security.export_certificate,
    security.set_profile,
    security.raise_event,
    security.clear_log,
    *security.SHOW_SUBJECTS,
    security.show_certificates,
    csms.send,
    csms.send_raw,
    order_actions.order,
    csms.run,
    csms.show_steps,
    csms.stop,
    csms.story,
    csms.step,
    csms.slower,
    csms.faster,
    csms.attach,
    csms.behaviour,
    csms.reset_behaviour,
    csms.disconnect,
    *(screen.shown_by() for screen in SCREENS),
    *frame.EVERYWHERE,
)
"""Every action, in the order of the palette."""

EVERY_ACTION: tuple[ScreenAction, ...] = (*ACTIONS, *fleet.ACTIONS)
"""With those on the screens of a fleet, which are shown in the place of all others."""

BY_ID: Mapping[str, ScreenAction] = {action.id: action for action in EVERY_ACTION}
