"""Faults and warnings of connectors and of the whole charge point (S 4.9, status.md).

A fault lies over the state and does not replace it: cables are pulled and tags are shown while a
connector is Faulted, and the state beneath follows. When the last fault is gone the connector is
where it would be without it (I1 to I8), and nobody has to remember where it was.
"""

from __future__ import annotations

from cp_tui.charge_point.components import Components
from cp_tui.charge_point.connector import Connector, blocks_charging
from cp_tui.charge_point.events import ErrorCleared, ErrorRaised, LockJammed
from cp_tui.charge_point.variables import Fault


class Faults:
    """Raises and clears errors; the state beneath goes on and comes back (status.md)."""

    def __init__(self, components: Components) -> None:
        self._components = components

    def raised(self, event: ErrorRaised) -> None:
        """Note an error; one that prevents charging makes the connector Faulted."""
        connector = self._components.connectors[event.connector_id]
        fault = Fault(
            error_code=event.error_code,
            info=event.info,
            vendor_error_code=event.vendor_error_code,
            blocks_charging=blocks_charging(event.error_code),
            since=self._components.turn.now,
        )
        connector.faults[event.error_code] = fault
        self._follow(connector, f"{event.error_code} appeared")
        if fault.blocks_charging:
            for hit in [connector] if connector.connector_id else self._components.connectors[1:]:
                self._components.sessions.stop_for_fault(hit, event.error_code)

    def cleared(self, event: ErrorCleared) -> None:
        """Forget an error, or all of them; charging goes on where it stopped."""
        connector = self._components.connectors[event.connector_id]
        if event.error_code is None:
            connector.faults.clear()
        else:
            connector.faults.pop(event.error_code, None)
        self._follow(connector, f"{event.error_code or 'every error'} is gone")
        if connector.connector_id > 0:
            self._components.sessions.start_if_ready(connector)

    def lock_jammed(self, event: LockJammed) -> None:
        """Remember whether the cable lock moves; a tag that waited for it starts now."""
        connector = self._components.connectors[event.connector_id]
        connector.is_lock_jammed = event.jammed
        self._components.turn.changed("connectors")
        self._components.sessions.start_if_ready(connector)

    def _follow(self, connector: Connector, cause: str) -> None:
        self._components.charging.apply_power()
        self._components.statuses.refresh(connector, cause)
        if connector.connector_id == 0:
            self._follow_whole(cause)

    def _follow_whole(self, cause: str) -> None:
        """A fault of the whole charge point is a fault of every connector (status.md)."""
        blocking = [f for f in self._components.connectors[0].faults.values() if f.blocks_charging]
        newest = max(blocking, key=lambda fault: fault.since, default=None)
        for connector in self._components.connectors[1:]:
            connector.charge_point_fault = newest
            self._components.statuses.refresh(connector, f"charge point: {cause}")
        self._components.charging.apply_power()
