"""The states and steps that the official test cases share."""

from __future__ import annotations

from typing import Any

from cp_tui.charge_point.config import ConnectorConfig
from tests.charge_point.rig import Rig

FIXED = (ConnectorConfig(fixed_cable=True), ConnectorConfig(fixed_cable=True))
TAG, OTHER_TAG = "IDTAG1", "IDTAG2"


def charging(made: Rig, connector_id: int = 1, tag: str = TAG) -> None:
    """Bring a connector into the reusable state Charging."""
    made.act("plug_in", connector_id=connector_id)
    answer = made.request("RemoteStartTransaction", {"connectorId": connector_id, "idTag": tag})
    assert answer[2] == {"status": "Accepted"}
    assert made.statuses(connector_id)[-2:] == ["Preparing", "Charging"]
    made.forget_sent()


def set_key(made: Rig, key: str, value: str) -> None:
    assert made.request("ChangeConfiguration", {"key": key, "value": value})[2] == {
        "status": "Accepted"
    }


def answers(*statuses: str) -> Any:
    """Answer BootNotification with these statuses in turn."""
    waiting = list(statuses)

    def respond(payload: dict[str, Any]) -> dict[str, Any]:
        status = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return {"status": status, "currentTime": "2026-01-05T08:00:00Z", "interval": 40}

    return respond
