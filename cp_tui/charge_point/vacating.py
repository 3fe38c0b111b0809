"""Empties the charge point before new firmware is installed, and lets people in again (S 5.19).

Somebody may be charging, and nobody is thrown out. Connectors that are free leave service at once,
so that no new session begins; the others follow as they become free (E 3.49). A cable that is in
without a tag counts as free, but there is no way from Preparing to Unavailable (status.md): it
waits, refuses tags (`is_withdrawal_due`), and when all the others are done its attempt is ended
first.
"""

from __future__ import annotations

from cp_tui.charge_point.availability import Availability
from cp_tui.charge_point.connector import Connector
from cp_tui.charge_point.status_notifications import StatusNotifications
from cp_tui.ocpp.datatypes import ChargePointStatus


class Vacating:
    """The connectors, which leave service together and come back together."""

    def __init__(
        self,
        availability: Availability,
        statuses: StatusNotifications,
        connectors: tuple[Connector, ...],
    ) -> None:
        self._availability = availability
        self._statuses = statuses
        self._connectors = connectors[1:]

    def power_on(self) -> None:
        """Begin without service: no transaction outlives a boot, so nobody is in the way."""
        for connector in self._connectors:
            connector.is_withdrawn = True

    def waits_for(self) -> str:
        """Name the connectors where somebody charges or is about to."""
        busy = [str(c.connector_id) for c in self._connectors if _is_busy(c)]
        return f"connector {', '.join(busy)} to become free" if busy else ""

    def empty(self) -> bool:
        """Take what is free out of service; True: that is all, and nobody charges any more."""
        self._availability.withdraws_free = True
        for connector in self._connectors:
            if not connector.is_withdrawn and _may_leave_service(connector):
                self._withdraw(connector, "new firmware waits to be installed")
            is_preparing = connector.current_status() is ChargePointStatus.PREPARING
            connector.is_withdrawal_due = is_preparing and not _is_busy(connector)
        if self.waits_for():
            return False
        for connector in self._connectors:
            if connector.current_status() is ChargePointStatus.PREPARING:
                # No way leads from Preparing to Unavailable (status.md): the attempt ends first.
                connector.attempt_until = None
                connector.is_session_over = True
                self._statuses.refresh(connector, "new firmware is being installed")
            self._withdraw(connector, "new firmware is being installed")
        return True

    def restore(self, cause: str) -> None:
        """Put all connectors back into service: nothing is installed."""
        self._availability.withdraws_free = False
        for connector in self._connectors:
            was_withdrawn = connector.is_withdrawn
            connector.is_withdrawn = connector.is_withdrawal_due = False
            # No way leads from Unavailable to Finishing: with a cable in, an attempt begins (H2).
            connector.is_session_over = connector.is_session_over and not was_withdrawn
            self._statuses.refresh(connector, cause)

    def _withdraw(self, connector: Connector, cause: str) -> None:
        connector.is_withdrawn = True
        self._statuses.refresh(connector, cause)


def _is_busy(connector: Connector) -> bool:
    """Say whether somebody charges at a connector, or is about to."""
    return bool(connector.transaction or connector.pending_start or connector.attempt)


def _may_leave_service(connector: Connector) -> bool:
    """Say whether nobody uses a connector: free, or with a session that is over."""
    return connector.transaction is None and connector.current_status() not in (
        ChargePointStatus.PREPARING,
        ChargePointStatus.RESERVED,
    )
