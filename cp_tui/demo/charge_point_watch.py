"""The engine as the story sees it: the newest variables and events, and how to await them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.charge_point.variables import (
    ChargingSchedules,
    ConfigurationView,
    Connectors,
    ConnectorView,
    FirmwareView,
    KeyChange,
    LinkView,
    MonitorsView,
    NetworkView,
    OutboxView,
    Profiles,
    RegistrationView,
    ReservationsView,
    SecurityEventsView,
    SecurityView,
)
from cp_tui.engine.hub import EventHappened, VariableChanged
from cp_tui.rpc.client import ConnectionLost, EngineConnection

NAMES = (
    "link",
    "network",
    "registration",
    "connectors",
    "outbox",
    "monitors",
    "configuration",
    "reservations",
    "profiles",
    "charging_schedules",
    "security",
    "security_events",
    "firmware",
    "configuration_key",
)
"""The variables and streams that the story watches."""

KEY_CHANGES_KEPT_MAX = 100
"""How many changes of keys are kept; a round of the story makes a handful."""

T = TypeVar("T")


class ChargePointWatch:
    """Follows an engine over a connection of its own; `follow` must run while others wait."""

    def __init__(self, client: EngineConnection) -> None:
        self._client = client
        # The variables that are watched, each under its name; as long as nothing was told, nothing.
        self.link: LinkView | None = None
        self.network: NetworkView | None = None
        self.registration: RegistrationView | None = None
        self.connectors: Connectors = ()
        self.outbox: OutboxView | None = None
        self.monitors: MonitorsView | None = None
        self.configuration: ConfigurationView = ()
        self.reservations: ReservationsView | None = None
        self.profiles: Profiles | None = None
        self.security: SecurityView | None = None
        self.security_events: SecurityEventsView | None = None
        self.firmware: FirmwareView | None = None
        self.charging_schedules: ChargingSchedules = {}
        self._key_changes: deque[KeyChange] = deque(maxlen=KEY_CHANGES_KEPT_MAX)
        self._changed = asyncio.Event()
        self._lost: ConnectionLost | None = None

    async def follow(self) -> None:
        """Take updates until cancelled or until the engine hangs up."""
        try:
            await self._client.subscribe(NAMES)
            while True:
                for update in await self._client.next_updates():
                    match update:
                        case VariableChanged():
                            setattr(self, update.name, update.value)
                        case EventHappened(event=KeyChange() as change):
                            self._key_changes.append(change)
                self._changed.set()
        except ConnectionLost as error:
            self._lost = error
            self._changed.set()

    async def until(self, look: Callable[[], T | None], timeout_s: float) -> T:
        """Return what `look` finds as soon as it finds something.

        `TimeoutError` when it does not in time, `ConnectionLost` when the engine is gone.
        """
        async with asyncio.timeout(timeout_s):
            while True:
                found = look()
                if found is not None:
                    return found
                if self._lost is not None:
                    raise self._lost
                self._changed.clear()
                await self._changed.wait()

    def key_value(self, key: str) -> str | None:
        """Return the value of a configuration key; None where there is none."""
        return next((entry.value for entry in self.configuration if entry.key == key), None)

    def connector(self, connector_id: int) -> ConnectorView | None:
        """Return one connector."""
        return next((each for each in self.connectors if each.connector_id == connector_id), None)

    def schedule(self, connector_id: int) -> CompositeSchedule | None:
        """Return the composite schedule of a connector."""
        return self.charging_schedules.get(connector_id)

    def key_change(self, key: str, value: str) -> KeyChange | None:
        """Return the newest change of a monitored key, if it set this value."""
        for change in reversed(self._key_changes):
            if change.key == key:
                return change if change.value == value else None
        return None
