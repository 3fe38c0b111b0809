"""TriggerMessage and ExtendedTriggerMessage: which message is sent because the CSMS asks for it.

Both go by the same rules (S 5.17, W 5.5); what the second one can ask for as well has its own name.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cp_tui.charge_point.calls import WAITING_MAX
from cp_tui.charge_point.components import Components
from cp_tui.charge_point.connector import Connector
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.request_answer import RequestAnswer
from cp_tui.ocpp.datatypes import MessageTrigger, TriggerMessageStatus
from cp_tui.ocpp.feature_profile import FeatureProfile
from cp_tui.ocpp.remote_trigger import TriggerMessageRequest, TriggerMessageResponse
from cp_tui.ocpp.security import ExtendedTriggerMessageRequest, ExtendedTriggerMessageResponse
from cp_tui.ocpp.security_enumerations import ExtendedMessageTrigger

Then = Callable[[], None]
Trigger = MessageTrigger | ExtendedMessageTrigger


class TriggeredMessages:
    """Sends the messages that the CSMS asks for."""

    def __init__(self, components: Components) -> None:
        self._components = components

    def trigger(self, request: TriggerMessageRequest) -> RequestAnswer:
        """Answer TriggerMessage, then send what was asked for (S 5.17)."""
        kinds = MessageTrigger
        management = (
            kinds.FIRMWARE_STATUS_NOTIFICATION,
            kinds.DIAGNOSTICS_STATUS_NOTIFICATION,
        )
        has_management = self._components.turn.config.has(FeatureProfile.FIRMWARE_MANAGEMENT)
        if request.requested_message in management and not has_management:
            words = f"{request.requested_message} needs the profile FirmwareManagement"
            reason = Reason(id="trigger.no_profile", rule="S 5.17", text=words)
            status = TriggerMessageStatus.NOT_IMPLEMENTED
            return RequestAnswer(TriggerMessageResponse(status=status), reason)
        status, reason, then = self._decided(request.requested_message, request.connector_id)
        return RequestAnswer(TriggerMessageResponse(status=status), reason, then)

    def trigger_extended(self, request: ExtendedTriggerMessageRequest) -> RequestAnswer:
        """Answer ExtendedTriggerMessage, then send what was asked for (W 5.5)."""
        status, reason, then = self._decided(request.requested_message, request.connector_id)
        return RequestAnswer(ExtendedTriggerMessageResponse(status=status), reason, then)

    def _decided(
        self, message: Trigger, connector_id: int | None
    ) -> tuple[TriggerMessageStatus, Reason, Then | None]:
        found = self._room(message, connector_id) or self._to_trigger(message, connector_id)
        if isinstance(found, Reason):
            return TriggerMessageStatus.REJECTED, found, None
        reason = because("trigger.accepted", "S 5.17", "{message} follows", message=message)
        return TriggerMessageStatus.ACCEPTED, reason, found

    def _to_trigger(self, message: Trigger, connector_id: int | None) -> Then | Reason:
        components = self._components
        # The names of both enumerations are those of the messages, and so what is compared.
        match message:
            case "BootNotification":
                if components.registration.is_accepted:
                    words = "the CSMS has accepted this charge point already"
                    return Reason(id="trigger.already_accepted", rule="E 3.35", text=words)
                return partial(components.registration.boot, is_triggered=True)
            case "Heartbeat":
                return partial(components.registration.heartbeat, is_triggered=True)
            case "StatusNotification":
                return self._for_connectors(connector_id, first=0, send=self._statuses)
            case "MeterValues":
                return self._for_connectors(connector_id, first=1, send=self._values)
            case "FirmwareStatusNotification":
                is_extended = isinstance(message, ExtendedMessageTrigger)
                return partial(components.firmware.trigger, is_extended=is_extended)
            case "DiagnosticsStatusNotification":
                return components.diagnostics.trigger
            case "LogStatusNotification":
                return components.logs.trigger
            case "SignChargePointCertificate":
                renewal = components.security.renewal
                return renewal.why_not() or partial(renewal.begin, is_triggered=True)
            case _:
                raise AssertionError(f"no message is triggered by {message}")

    def _room(self, message: Trigger, connector_id: int | None) -> Reason | None:
        """Say why a message that is asked for would not go out, if so (S 5.17)."""
        components = self._components
        is_boot = message == MessageTrigger.BOOT_NOTIFICATION
        if components.registration.status is None and not is_boot:
            words = "nothing but BootNotification may be sent until the CSMS has answered it"
            return Reason(id="trigger.not_registered", rule="S 4.2", text=words)
        count = 1 if connector_id is not None else len(components.connectors)
        if components.calls.room < count:
            words = f"{WAITING_MAX} messages wait already: this one would not go out"
            return Reason(id="trigger.no_room", rule="S 5.17", text=words)
        return None

    def _values(self, connectors: list[Connector]) -> None:
        self._components.sampling.trigger(connectors)
        for connector in connectors:
            # What was told must not be later than the end of the transaction if the power fails.
            self._components.transactions.seen(connector)

    def _statuses(self, connectors: list[Connector]) -> None:
        for connector in connectors:
            self._components.statuses.notify(connector, is_triggered=True)

    def _for_connectors(
        self, connector_id: int | None, *, first: int, send: Callable[[list[Connector]], None]
    ) -> Then | Reason:
        connectors = self._components.connectors
        if connector_id is None:
            return partial(send, list(connectors[first:]))
        connector = self._components.connector(connector_id)
        if connector is None or connector_id < first:
            return because(
                "trigger.unknown_connector",
                "S 5.17",
                "there is no connector {connector}, only {first} to {last}",
                connector=connector_id,
                first=first,
                last=len(connectors) - 1,
            )
        return partial(send, [connector])
