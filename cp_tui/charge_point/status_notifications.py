"""Tells the CSMS and the screen each change of status (S 4.9, status.md).

The screen hears of every change at once, the CSMS of what has lasted MinimumStatusDuration. Three
things are kept per connector: what would be said now (`_said`), since when it has to last (`_due`),
and what the CSMS knows (`_delivered`). A status that comes back to what the CSMS knows before its
time is up is never told. Notifications are not queued while offline; after a reconnect the present
state is told where it differs, and not the history (S 4.9).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from msgspec import Struct

from cp_tui.charge_point.calls import Calls, Outgoing
from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.connector import Connector
from cp_tui.charge_point.effects import LogLevel
from cp_tui.charge_point.records import TransactionRecord
from cp_tui.charge_point.status import is_legal, transition_code
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import ClockStep, StatusChange
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.core import StatusNotificationRequest
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargePointStatus

INFO_LENGTH_MAX = 50


class _Said(Struct, frozen=True):
    """What a StatusNotification says, apart from when."""

    status: ChargePointStatus
    error_code: ChargePointErrorCode
    info: str | None
    vendor_error_code: str | None


class StatusNotifications:
    """Follows the connectors and notifies what has lasted MinimumStatusDuration."""

    def __init__(
        self,
        turn: Turn,
        calls: Calls,
        configuration: Configuration,
        connectors: Iterable[Connector],
        *,
        why_offline: Callable[[], str | None],
    ) -> None:
        self._turn = turn
        self._calls = calls
        self._connectors = {connector.connector_id: connector for connector in connectors}
        self._configuration = configuration
        self._why_offline = why_offline
        self._said: dict[int, _Said] = {}
        self._delivered: dict[int, _Said] = {}
        self._due: dict[int, datetime] = {}
        self._stepped_s: dict[int, float] = {}
        """By how much the clock was set since the newest change of each connector."""
        self._stamped_from: datetime | None = None
        """No status is stamped earlier: not with an instant at which OCPP was stopped."""

    def clock_stepped(self, step: ClockStep) -> None:
        """Remember a step of the clock between the last change of each connector and its next."""
        for connector_id in self._connectors:
            before_s = self._stepped_s.get(connector_id, 0.0)
            self._stepped_s[connector_id] = before_s + step.step_s

    def resume(self) -> None:
        """Date no status back to the time in which the operator had stopped OCPP: that ends now."""
        self._stamped_from = self._turn.now

    def reset(self) -> None:
        """Forget what the CSMS knows: after a boot everything is told again (E 3.22)."""
        self._delivered.clear()
        self._due.clear()

    def refresh(self, connector: Connector, cause: str) -> None:
        """Derive the status anew after something happened, and report it where it changed."""
        old, new = connector.status, connector.current_status()
        connector_id = connector.connector_id
        self._turn.changed("connectors")
        if new is not old:
            code = transition_code(old, new) if connector_id else ""
            if connector_id and not is_legal(old, new):
                self._turn.log(
                    LogLevel.WARNING, f"connector {connector_id}: {code} is no legal transition"
                )
            connector.status = new
            connector.status_since = self._turn.now
            connector.cause = f"{code} {cause}".strip()
            self._turn.event(
                "status_changes", self._change(connector, old, new, code=code, cause=cause)
            )
        said = _what_to_say(connector)
        if self._said.get(connector_id) == said:
            return
        self._said[connector_id] = said
        self._due[connector_id] = later(
            self._turn.now, self._configuration.seconds("MinimumStatusDuration")
        )
        self.tick()

    def interrupted(self, connector: Connector, record: TransactionRecord) -> None:
        """Tell the screen what a boot made of the status that a transaction had."""
        old, new = connector.status, connector.current_status()
        if new is old:
            return
        why = record.stop_explanation
        cause = f"{connector.cause}: {why.text}" if why else connector.cause
        code = transition_code(old, new)
        self._turn.event(
            "status_changes", self._change(connector, old, new, code=code, cause=cause)
        )

    @property
    def deadline(self) -> datetime | None:
        """When a status has lasted long enough to be notified."""
        return min(self._due.values()) if self._due and self._why_offline() is None else None

    def tick(self) -> None:
        """Notify what has lasted long enough and differs from what the CSMS knows."""
        if not self._due or self._why_offline() is not None:
            return
        for connector_id in [c for c, due in self._due.items() if due <= self._turn.now]:
            del self._due[connector_id]
            if self._delivered.get(connector_id) != self._said.get(connector_id):
                self.notify(self._connectors[connector_id])

    def notify_all(self) -> None:
        """Tell the status of the charge point and of every connector (E 3.22)."""
        self._due.clear()
        for connector in self._connectors.values():
            self._said[connector.connector_id] = _what_to_say(connector)
            self.notify(connector)

    def notify_changed(self) -> None:
        """After a connection loss: tell what is not as the CSMS knows it, and nothing else."""
        for connector in self._connectors.values():
            said = _what_to_say(connector)
            self._said[connector.connector_id] = said
            if self._delivered.get(connector.connector_id) != said:
                self.notify(connector)

    def notify(self, connector: Connector, *, is_triggered: bool = False) -> None:
        """Send the StatusNotification of a connector as it is now."""
        if not connector.connector_id and self._turn.config.quirks.no_connector_0:
            return
        said = _what_to_say(connector)
        behind = self._turn.now - max(
            connector.status_since, self._stamped_from or connector.status_since
        )
        request = StatusNotificationRequest(
            connector_id=connector.connector_id,
            error_code=said.error_code,
            info=said.info[:INFO_LENGTH_MAX] if said.info else None,
            status=said.status,
            timestamp=later(self._turn.time, -behind),
            vendor_id=self._turn.config.vendor if said.vendor_error_code else None,
            vendor_error_code=said.vendor_error_code,
        )
        connector_id = connector.connector_id
        self._delivered[connector_id] = said
        # Not retried (status.md): a lost one is told again after the next connect.
        lost = partial(self._lost, connector_id, said)
        # Charging is told after StartTransaction, as many a CSMS expects; where older messages
        # wait before that one, it is told at once (transactions.md).
        key = connector.transaction.key if connector.transaction else None
        outgoing = Outgoing(request, lambda _: None, lost, is_triggered, after_start_of=key)
        self._calls.call(outgoing)

    def _lost(self, connector_id: int, said: _Said, _failure: object) -> None:
        if self._delivered.get(connector_id) == said:
            del self._delivered[connector_id]

    def _change(
        self,
        connector: Connector,
        old: ChargePointStatus,
        new: ChargePointStatus,
        *,
        code: str,
        cause: str,
    ) -> StatusChange:
        said = _what_to_say(connector)
        return StatusChange(
            connector_id=connector.connector_id,
            old_status=old,
            status=new,
            code=code,
            cause=cause,
            error_code=said.error_code,
            info=said.info,
            time=self._turn.time,
            clock_step_s=self._stepped_s.pop(connector.connector_id, 0.0),
        )


def _what_to_say(connector: Connector) -> _Said:
    fault = connector.shown_fault
    return _Said(
        status=connector.current_status(),
        error_code=fault.error_code if fault else ChargePointErrorCode.NO_ERROR,
        info=connector.info,
        vendor_error_code=fault.vendor_error_code if fault else None,
    )
