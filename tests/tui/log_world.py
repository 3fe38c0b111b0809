"""A log of one afternoon: a car at 10 A, a fault of each side, a stop from afar."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

BEGIN = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)
TAKEN = {"idTagInfo": {"status": "Accepted"}}
PROFILE = {
    "chargingProfileId": 3,
    "transactionId": 7,
    "stackLevel": 1,
    "chargingProfilePurpose": "TxProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0}],
    },
}
METER = "Power.Active.Import"
"""What flows, in W."""


class Afternoon:
    """Writes what was said, as Open OCPP Trace."""

    def __init__(self, name: str = "CP001") -> None:
        self.name = name
        self.at = BEGIN
        self.lines: list[str] = []

    def clock(self) -> str:
        """The time as it stands on the wire."""
        return self.at.isoformat().replace("+00:00", "Z")

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)

    def said(self, is_up: bool, kind: str, action: str, payload: Mapping[str, Any]) -> None:
        """Write a frame."""
        frame = {
            "timestamp": self.clock(),
            "chargePointId": self.name,
            "messageId": f"m{(len(self.lines) // 2) + 1}",
            "direction": "cp-to-csms" if is_up else "csms-to-cp",
            "messageType": kind,
            "action": action,
            "payload": payload,
        }
        self.lines.append(json.dumps(frame))

    def ask(
        self, action: str, payload: Mapping[str, Any], answer: Mapping[str, Any], *, up: bool = True
    ) -> None:
        """Write a request and its answer."""
        self.said(up, "CALL", action, payload)
        self.wait(0.04)
        self.said(not up, "CALLRESULT", action, answer)
        self.wait(0.96)

    def status(self, status: str) -> None:
        """Connector 1 has a new status."""
        told = {"connectorId": 1, "errorCode": "NoError", "status": status}
        self.ask("StatusNotification", {**told, "timestamp": self.clock()}, {})

    def meter(self, wh: int, watts: float) -> None:
        """The meter of transaction 7 is read."""
        samples = [
            {"value": f"{wh}", "unit": "Wh"},
            {"value": f"{watts}", "measurand": METER, "unit": "W"},
        ]
        value = {"timestamp": self.clock(), "sampledValue": samples}
        told = {"connectorId": 1, "transactionId": 7, "meterValue": [value]}
        self.ask("MeterValues", told, {})

    def written(self, folder: Path, name: str = "night.jsonl") -> Path:
        """Write the file."""
        path = folder / name
        path.write_text("".join(f"{line}\n" for line in self.lines))
        return path


def afternoon(name: str = "CP001") -> Afternoon:
    """The whole of it: the limit is 10 A from 14:02 on, and the CSMS stops it at 14:08."""
    log = Afternoon(name)
    boot = {"chargePointVendor": "Example", "chargePointModel": "Demo-22"}
    accepted = {"status": "Accepted", "currentTime": log.clock(), "interval": 300}
    log.ask("BootNotification", boot, accepted)
    key = "MeterValueSampleInterval"
    known = [{"key": key, "value": "60", "readonly": False}]
    log.ask("GetConfiguration", {"key": [key]}, {"configurationKey": known}, up=False)
    log.status("Available")
    log.wait(30)
    log.ask("Authorize", {"idTag": "TAG1"}, TAKEN)
    log.status("Preparing")
    start = {"connectorId": 1, "idTag": "TAG1", "meterStart": 1000, "timestamp": log.clock()}
    log.ask("StartTransaction", start, {"transactionId": 7, **TAKEN})
    log.status("Charging")
    log.at = BEGIN + timedelta(minutes=2)
    limit = {"connectorId": 1, "csChargingProfiles": PROFILE}
    log.ask("SetChargingProfile", limit, {"status": "Accepted"}, up=False)
    for minute in range(3, 8):
        log.at = BEGIN + timedelta(minutes=minute)
        log.meter(1000 + 115 * (minute - 2), 6900.0)
        if minute == 5:
            # The standard has no such type.
            wrong = {"connectorId": 1, "type": "Off"}
            log.ask("ChangeAvailability", wrong, {"status": "Rejected"}, up=False)
    log.at = BEGIN + timedelta(minutes=8)
    log.ask("RemoteStopTransaction", {"transactionId": 7}, {"status": "Accepted"}, up=False)
    stop = {"transactionId": 7, "meterStop": 1600, "reason": "Remote", "timestamp": log.clock()}
    log.ask("StopTransaction", stop, TAKEN)
    log.status("Finishing")
    # From Finishing there is no way back to Charging.
    log.status("Charging")
    log.status("Available")
    return log
