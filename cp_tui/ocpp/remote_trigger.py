"""The messages of the RemoteTrigger profile (S 5.17)."""

from __future__ import annotations

from cp_tui.ocpp.datatypes import Integer, MessageTrigger, TriggerMessageStatus
from cp_tui.ocpp.model import WireModel


class TriggerMessageRequest(WireModel):
    """Send this message now (S 5.17)."""

    requested_message: MessageTrigger
    connector_id: Integer | None = None
    """None: all connectors, where the message has one."""


class TriggerMessageResponse(WireModel):
    """Whether the message will follow."""

    status: TriggerMessageStatus
