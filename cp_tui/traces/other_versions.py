"""Messages of OCPP 2.0.1 and 2.1, by which a log of another version is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

OTHER_ACTIONS = frozenset(
    (
        *("TransactionEvent", "RequestStartTransaction", "RequestStopTransaction", "SetVariables"),
        *("GetVariables", "GetBaseReport", "NotifyReport", "NotifyEvent", "NotifyMonitoringReport"),
        *("SetNetworkProfile", "GetTransactionStatus", "CostUpdated", "NotifyEVChargingNeeds"),
        *("SetVariableMonitoring", "NotifyChargingLimit", "ReservationStatusUpdate"),
    )
)
"""Of OCPP 2.0.1 and 2.1, and of no other."""
_FIELDS = frozenset({"chargingStation", "connectorStatus"})
"""Of messages whose actions both versions have; 1.6 has nothing alike."""


def is_of_other_version(action: str, payloads: Sequence[Any]) -> bool:
    """Say whether a CALL with this action and payload, if it has one, is none of OCPP 1.6."""
    if action in OTHER_ACTIONS:
        return True
    payload = payloads[0] if payloads else None
    if not isinstance(payload, dict):
        return False
    return (
        not _FIELDS.isdisjoint(payload)
        or isinstance(payload.get("idToken"), dict)
        or ("evseId" in payload and "connectorId" not in payload)
    )
