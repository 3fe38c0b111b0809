"""TriggerMessage: which message is sent because the CSMS asks for it, and which is not (S 5.17)."""

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

Then = Callable[[], None]


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
        found = self._room(request) or self._to_trigger(request)
        if isinstance(found, Reason):
            status = TriggerMessageStatus.REJECTED
            return RequestAnswer(TriggerMessageResponse(status=status), found)
        reason = because(
            "trigger.accepted", "S 5.17", "{message} follows", message=request.requested_message
        )
        return RequestAnswer(
            TriggerMessageResponse(status=TriggerMessageStatus.ACCEPTED), reason, found
        )

    def _to_trigger(self, request: TriggerMessageRequest) -> Then | Reason:
        components = self._components
        match request.requested_message:
            case MessageTrigger.BOOT_NOTIFICATION:
                if components.registration.is_accepted:
                    words = "the CSMS has accepted this charge point already"
                    return Reason(id="trigger.already_accepted", rule="E 3.35", text=words)
                return partial(components.registration.boot, is_triggered=True)
            case MessageTrigger.HEARTBEAT:
                return partial(components.registration.heartbeat, is_triggered=True)
            case MessageTrigger.STATUS_NOTIFICATION:
                return self._for_connectors(request.connector_id, first=0, send=self._statuses)
            case MessageTrigger.METER_VALUES:
                return self._for_connectors(request.connector_id, first=1, send=self._values)
            case MessageTrigger.FIRMWARE_STATUS_NOTIFICATION:
                return components.firmware.trigger
            case MessageTrigger.DIAGNOSTICS_STATUS_NOTIFICATION:
                return components.diagnostics.trigger

    def _room(self, request: TriggerMessageRequest) -> Reason | None:
        """Say why a message that is asked for would not go out, if so (S 5.17)."""
        components = self._components
        boot = MessageTrigger.BOOT_NOTIFICATION
        if components.registration.status is None and request.requested_message is not boot:
            words = "nothing but BootNotification may be sent until the CSMS has answered it"
            return Reason(id="trigger.not_registered", rule="S 4.2", text=words)
        count = 1 if request.connector_id is not None else len(components.connectors)
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
