"""A charge point that is only watched, through a tap: what its frames tell, and nothing else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import UNSET

from cp_tui.charge_point.variables import VARIABLES, NotedFrame
from cp_tui.follow.follower import Follower
from cp_tui.ocpp.calendar import later
from cp_tui.traces.record import LinkKind
from tests.explain.talk import Talk, status
from tests.tui.fake_engine import FakeEngine
from tests.tui.worlds import NOW

THROUGH = "tap 127.0.0.1:9100"
URL = "wss://csms.example.com/ocpp/CP-1"
BEGUN_BEFORE = 88


def talk(start: datetime = NOW) -> Talk:
    """An hour and a half: a session goes on with a limit of the CSMS, another one had begun before
    anybody watched, and the CSMS has answered something with an error."""
    said = Talk("CP-1")
    said.now = later(start, -5_400.0)
    shake: dict[str, Any] = {"url": URL, "status": 101, "is_tls": True}
    said.link(LinkKind.HANDSHAKE, subprotocol="ocpp1.6", authorization="Basic", **shake)
    said.link(LinkKind.OPEN)
    said.booted(connectors=2)
    said.tell("MeterValues", _meter(2, BEGUN_BEFORE, said.time, "5400", power="7360"))
    said.tell("StatusNotification", status(2, "Charging"))
    keys = [
        {"key": "HeartbeatInterval", "readonly": False, "value": "300"},
        {"key": "WifiPassword", "readonly": False, "value": "hunter2"},
        {"key": "NumberOfConnectors", "readonly": True, "value": "2"},
    ]
    said.ask("GetConfiguration", {}, {"configurationKey": keys})
    change = {"key": "HeartbeatInterval", "value": "600"}
    said.ask("ChangeConfiguration", change, {"status": "Accepted"})
    said.wait(3_000)
    said.started(id=101)
    said.ask("SetChargingProfile", _profile(), {"status": "Accepted"})
    for minute in range(12):
        said.wait(55)
        wh, power = f"{1_000 + 120 * minute}", f"{7_000 + 30 * minute}"
        said.tell("MeterValues", _meter(1, 101, said.time, wh, power=power))
    said.charge_point("DataTransfer", {"vendorId": "example.com"})
    said.error("InternalError", "the database is down")
    said.now = later(start, -30.0)
    said.tell("Heartbeat", {}, {"currentTime": said.time})
    return said


def engine(start: datetime = NOW) -> FakeEngine:
    """What an attached screen is told of it."""
    follower = Follower("CP-1", url=URL, source=THROUGH)
    said = talk(start)
    for record in said.records:
        follower.take(record)
    values = {name: follower.view(name, start) for name in VARIABLES}
    made = FakeEngine({name: value for name, value in values.items() if value is not UNSET})
    for stream, event in follower.take_events():
        made.emit(stream, event.record() if isinstance(event, NotedFrame) else event)
    for connector in follower.connectors:
        made.measured[connector] = tuple(follower.measurements(connector).points)
    return made


def _meter(connector: int, id_: int, at: str, wh: str, *, power: str) -> dict[str, Any]:
    sampled = [
        {"value": wh, "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
        {"value": power, "measurand": "Power.Active.Import", "unit": "W"},
        {"value": "10.6", "measurand": "Current.Import", "unit": "A", "phase": "L1"},
    ]
    values = [{"timestamp": at, "sampledValue": sampled}]
    return {"connectorId": connector, "transactionId": id_, "meterValue": values}


def _profile() -> dict[str, Any]:
    periods = [{"startPeriod": 0, "limit": 16.0}, {"startPeriod": 1_800, "limit": 10.0}]
    profile = {
        "chargingProfileId": 7,
        "transactionId": 101,
        "stackLevel": 1,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "duration": 5_400,
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": periods,
        },
    }
    return {"connectorId": 1, "csChargingProfiles": profile}
