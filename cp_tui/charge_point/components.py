"""The parts of the charge point, by name, for those who act on several of them."""

from __future__ import annotations

from collections.abc import Callable

from cp_tui.charge_point.attempts import Attempts
from cp_tui.charge_point.authorization import Authorization
from cp_tui.charge_point.authorization_cache import AuthorizationCache
from cp_tui.charge_point.availability import Availability
from cp_tui.charge_point.calls import Calls
from cp_tui.charge_point.charging import Charging
from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.connector import Connector
from cp_tui.charge_point.deauthorization import Deauthorization
from cp_tui.charge_point.diagnostics import Diagnostics
from cp_tui.charge_point.firmware import Firmware
from cp_tui.charge_point.journal import Journal
from cp_tui.charge_point.local_list import LocalList
from cp_tui.charge_point.meter_values import MeterValueSampling
from cp_tui.charge_point.monitors import Monitors
from cp_tui.charge_point.operator.composed_messages import ComposedMessages
from cp_tui.charge_point.outbox import Outbox
from cp_tui.charge_point.recognition import Recognition
from cp_tui.charge_point.registration import Registration
from cp_tui.charge_point.reservations import Reservations
from cp_tui.charge_point.reset import Resetting
from cp_tui.charge_point.rfid_reader import RfidReader
from cp_tui.charge_point.security.logs import LogUploads
from cp_tui.charge_point.security.security import Security
from cp_tui.charge_point.sessions import Sessions
from cp_tui.charge_point.status_notifications import StatusNotifications
from cp_tui.charge_point.transactions import Transactions
from cp_tui.charge_point.turn import Turn


class Components:
    """Everything that a charge point is made of; `wiring.assemble` fills it."""

    turn: Turn
    connectors: tuple[Connector, ...]
    """By their id: 0 is the charge point as a whole."""
    configuration: Configuration
    monitors: Monitors
    journal: Journal
    calls: Calls
    composer: ComposedMessages
    outbox: Outbox
    registration: Registration
    recognition: Recognition
    statuses: StatusNotifications
    local_list: LocalList
    authorization_cache: AuthorizationCache
    authorization: Authorization
    attempts: Attempts
    reservations: Reservations
    availability: Availability
    sampling: MeterValueSampling
    transactions: Transactions
    charging: Charging
    sessions: Sessions
    reader: RfidReader
    deauthorization: Deauthorization
    resetting: Resetting
    firmware: Firmware
    diagnostics: Diagnostics
    security: Security
    logs: LogUploads
    key_changed: Callable[[str], None]
    """Puts the new value of a configuration key into effect."""

    def connector(self, connector_id: int) -> Connector | None:
        """Find a connector, 0 included."""
        return self.connectors[connector_id] if 0 <= connector_id < len(self.connectors) else None

    def why_offline(self) -> str | None:
        """Say why the CSMS cannot be asked, if so."""
        if not self.calls.is_open:
            return "there is no connection to the CSMS"
        if not self.registration.is_accepted:
            return "the CSMS has not accepted this charge point yet"
        return None

    @property
    def is_online(self) -> bool:
        """Whether the CSMS can be asked."""
        return self.why_offline() is None

    def refresh_charging(self) -> None:
        """Follow new limits: a transaction may now be held back, or go on."""
        for connector, _ in self.transactions.running():
            held = "a limit below the minimum holds it back"
            free = "the limit lets it charge"
            words = held if connector.is_limit_below_minimum else free
            self.statuses.refresh(connector, words)
