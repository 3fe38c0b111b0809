"""Messages of a day: answered, refused, without an answer, no frame at all; and many of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import JsonValue

from cp_tui.charge_point import variables as v
from cp_tui.charge_point.codec import converted
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables import Direction, MessageKind
from tests.tui import worlds
from tests.tui.fake_engine import FakeEngine

OUT, IN = Direction.OUT, Direction.IN

TOO_HIGH = Reason(
    id="smart_charging.profile.stack_level_too_high",
    rule="S 5.16",
    text="stack level 9 is above ChargeProfileMaxStackLevel 3",
    values={"stackLevel": "9", "ChargeProfileMaxStackLevel": "3"},
)

METER_VALUE: JsonValue = {
    "timestamp": "2026-01-05T14:02:11Z",
    "sampledValue": [{"value": "123210"}, {"value": "11010", "unit": "W"}],
}


def request(
    message_id: str,
    action: str,
    payload: JsonValue = None,
    *,
    at: datetime = worlds.NOW,
    direction: Direction = OUT,
    **changes: object,
) -> v.MessageRecord:
    """A CALL."""
    connector = payload.get("connectorId") if isinstance(payload, dict) else None
    values = {
        "time": at,
        "direction": direction,
        "kind": MessageKind.CALL,
        "message_id": message_id,
        "action": action,
        "payload": {} if payload is None else payload,
        "connector_id": connector,
    }
    return converted(v.MessageRecord, values | changes)


def answer(
    to: v.MessageRecord,
    payload: JsonValue = None,
    *,
    latency_ms: float = 12.3,
    **changes: object,
) -> v.MessageRecord:
    """What came back; a CALLRESULT unless it is said otherwise."""
    shown = {} if payload is None else payload
    values = {
        "time": to.time + timedelta(milliseconds=latency_ms),
        "direction": IN if to.direction is OUT else OUT,
        "kind": MessageKind.CALLRESULT,
        "message_id": to.message_id,
        "action": to.action,
        "payload": shown,
        "connector_id": to.connector_id,
        "latency_ms": latency_ms,
        "result": shown.get("status") if isinstance(shown, dict) else None,
    }
    return converted(v.MessageRecord, values | changes)


def error(
    to: v.MessageRecord, code: str, description: str, *, latency_ms: float = 12.3
) -> v.MessageRecord:
    """A CALLERROR."""
    payload: JsonValue = {"description": description, "details": {}}
    return answer(to, payload, latency_ms=latency_ms, kind=MessageKind.CALLERROR, result=code)


def broken(text: str, *, at: datetime = worlds.NOW) -> v.MessageRecord:
    """Something that is no frame."""
    why = Reason(id="ocpp.frame.json", rule="J 4.2", text="a message is a JSON array")
    return v.MessageRecord(
        time=at,
        direction=IN,
        kind=MessageKind.INVALID,
        message_id="",
        action="",
        payload=text,
        reason=why,
    )


def day() -> list[v.MessageRecord]:
    """What a technician finds: all kinds, oldest first."""
    at = worlds.at
    boot = request(
        "b1",
        "BootNotification",
        {"chargePointVendor": "Example", "chargePointModel": "Demo-22"},
        at=at(11, 49, 2),
    )
    accepted: JsonValue = {
        "currentTime": "2026-01-05T11:49:02Z",
        "interval": 60,
        "status": "Accepted",
    }
    status = request(
        "s1",
        "StatusNotification",
        {"connectorId": 1, "errorCode": "NoError", "status": "Charging"},
        at=at(13, 20, 11),
    )
    profile = request(
        "p1",
        "SetChargingProfile",
        {"connectorId": 1, "csChargingProfiles": {"chargingProfileId": 7, "stackLevel": 9}},
        at=at(13, 41, 2),
        direction=IN,
    )
    vendor = request("d1", "DataTransfer", {"vendorId": "com.example"}, at=at(13, 50, 1))
    start = request(
        "t1", "StartTransaction", {"connectorId": 2, "idTag": "04FFEE01"}, at=at(13, 58, 30)
    )
    blocked: JsonValue = {"transactionId": 0, "idTagInfo": {"status": "Blocked"}}
    own = request("x1", "Heartbeat", at=at(14, 1, 2), is_composed=True)
    lost = request(
        "m1", "MeterValues", {"connectorId": 1, "meterValue": [METER_VALUE]}, at=at(14, 2, 11)
    )
    beat = request("h1", "Heartbeat", at=at(14, 3, 15))
    return [
        boot,
        answer(boot, accepted, latency_ms=48.2),
        status,
        answer(status),
        profile,
        answer(profile, {"status": "Rejected"}, latency_ms=1.4, reason=TOO_HIGH),
        vendor,
        error(vendor, "NotImplemented", "no vendor is known here", latency_ms=5.1),
        start,
        answer(start, blocked, latency_ms=812.0, result="Blocked"),
        own,
        answer(own, {"currentTime": "2026-01-05T14:01:02Z"}, is_composed=True),
        broken("<html>502 Bad Gateway</html>", at=at(14, 1, 40)),
        lost,
        beat,
    ]


def engine(world: worlds.World | None = None) -> FakeEngine:
    """A healthy charge point after that day."""
    found = FakeEngine(worlds.healthy() if world is None else world)
    for record in day():
        found.emit("messages", record)
    return found


def many(exchanges: int) -> list[v.MessageRecord]:
    """Requests with their answers; every hundredth is refused, every tenth is about connector 3."""
    found: list[v.MessageRecord] = []
    for number in range(exchanges):
        at = worlds.at(8) + timedelta(seconds=number / 10)
        connector = 3 if number % 10 == 0 else 1
        asked = request(
            f"id{number}",
            "StatusNotification",
            {"connectorId": connector, "status": "Available"},
            at=at,
        )
        result: JsonValue = {"status": "Rejected" if number % 100 == 0 else "Accepted"}
        found += [asked, answer(asked, result)]
    return found
