"""The operator's commands that change something or ask the CSMS, and their results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cp_tui.charge_point.calls import CallFailure, FailureKind, Outgoing
from cp_tui.charge_point.components import Components
from cp_tui.charge_point.effects import CloseLink, OpenLink, Reply
from cp_tui.charge_point.events import (
    MonitorConfigurationKeys,
    Restart,
    SetCustomConfigurationKey,
    Stop,
    TransferData,
)
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.rfid_reader import STOPPED
from cp_tui.charge_point.variables import KeySource, StopReport
from cp_tui.ocpp.core import DataTransferRequest, DataTransferResponse
from cp_tui.ocpp.datatypes import StopReason
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.plural import count

if TYPE_CHECKING:
    from pydantic import JsonValue


class Operator:
    """Carries out what the operator asks, and says what became of it."""

    def __init__(self, components: Components) -> None:
        self._components = components

    def stop(self, event: Stop) -> None:
        """End all OCPP communication; transactions end now, so that nothing later is owed.

        It lasts until `restart`, or until the charge point starts again: a power cycle and a new
        start of the program connect, as people expect of a thing that they switch on.
        """
        components = self._components
        if components.turn.is_stopped:
            reason = because("operator.stopped", "cp-tui", "OCPP was stopped already")
            components.turn.emit(Reply(event.request, False, reason))
            return
        lines = self._end_transactions()
        waiting = len(components.outbox)
        lines.append(
            f"kept, and sent after restart: {_messages(waiting)}"
            if waiting
            else "no transaction message waits"
        )
        components.turn.stop_report = StopReport(at=components.turn.now, lines=tuple(lines))
        components.sessions.abandon_attempts(STOPPED)
        components.composer.closed()
        components.calls.closed()
        components.recognition.link_closed()
        components.registration.reset()
        components.statuses.reset()
        components.turn.emit(CloseLink())
        components.turn.changed("stop_report", "outbox", "firmware", "diagnostics", "log_upload")
        reason = because("operator.stop", "cp-tui", "{lines}", lines="; ".join(lines))
        components.turn.emit(Reply(event.request, True, reason))

    def _end_transactions(self) -> list[str]:
        components = self._components
        reason = because("operator.stop", "cp-tui", "the operator stopped OCPP")
        lines = []
        for connector, record in components.transactions.running():
            components.sessions.stop(connector, StopReason.OTHER, reason, unlock=True)
            name = "without id" if record.transaction_id is None else str(record.transaction_id)
            lines.append(
                f"transaction {name} of {record.id_tag} on connector {connector.connector_id}"
                " ended with reason Other"
            )
        return lines or ["no transaction was running"]

    def restart(self, event: Restart) -> None:
        """Connect again, with BootNotification, from what is stored."""
        components = self._components
        if not components.turn.is_stopped:
            reason = because("operator.not_stopped", "cp-tui", "OCPP was not stopped")
            components.turn.emit(Reply(event.request, False, reason))
            return
        components.turn.stop_report = None
        components.sampling.rearm()
        components.statuses.resume()
        components.turn.emit(OpenLink())
        components.turn.changed("stop_report", "outbox", "firmware", "diagnostics", "log_upload")
        waiting = len(components.outbox)
        reason = because(
            "operator.restart",
            "cp-tui",
            "connecting; after the BootNotification: {messages}",
            messages=_messages(waiting),
        )
        components.turn.emit(Reply(event.request, True, reason))

    def transfer_data(self, event: TransferData) -> None:
        """Send a DataTransfer; the answer is a result, whatever happens (S 4.3)."""
        components = self._components
        offline = self._why_offline()
        if offline is not None:
            components.turn.emit(Reply(event.request, {"status": "Offline"}, offline))
            return
        request = DataTransferRequest(
            vendor_id=event.vendor_id, message_id=event.message_id, data=event.data
        )

        def answered(response: WireModel) -> None:
            assert isinstance(response, DataTransferResponse)
            result: dict[str, JsonValue] = {"status": response.status}
            if response.data is not None:
                result["data"] = response.data
            words = f"the CSMS answered {response.status}"
            reason = Reason(id="data_transfer.answered", rule="S 4.3", text=words)
            components.turn.emit(Reply(event.request, result, reason))

        def failed(failure: CallFailure) -> None:
            result: dict[str, JsonValue] = {"status": failure.kind}
            if failure.kind is FailureKind.CALL_ERROR and failure.code is not None:
                result["code"] = failure.code
            reason = Reason(
                id=f"data_transfer.{failure.kind.lower()}", rule="S 4.3", text=failure.text
            )
            components.turn.emit(Reply(event.request, result, reason))

        components.calls.call(Outgoing(request, answered, failed))

    def _why_offline(self) -> Reason | None:
        is_stopped = self._components.turn.is_stopped
        words = STOPPED.text if is_stopped else self._components.why_offline()
        return Reason(id="data_transfer.offline", rule="S 4.2", text=words) if words else None

    def set_custom_configuration_key(self, event: SetCustomConfigurationKey) -> None:
        """Set a custom key; a standard key is Rejected, an unknown one NotSupported."""
        configuration, source = self._components.configuration, KeySource.OPERATOR
        change = configuration.change(event.key, event.value, source)
        self._components.turn.emit(Reply(event.request, change.status, change.reason))

    def monitor_configuration_keys(self, event: MonitorConfigurationKeys) -> None:
        """Watch more keys, or fewer."""
        monitors = self._components.monitors
        if event.add:
            monitors.add(event.keys)
        else:
            monitors.remove(event.keys)
        self._components.turn.emit(Reply(event.request, None))


def _messages(number: int) -> str:
    return count(number, "transaction message")
