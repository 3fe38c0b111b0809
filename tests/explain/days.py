"""Days of our own charge point in virtual time, as logs: people, a CSMS that asks for things.

All that is left to chance comes from a seed. What a day gives is a healthy log: nothing in it
departs from the standard.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from random import Random
from typing import Any

from cp_tui import CommandError, VirtualCharger
from cp_tui.charge_point.variables import Direction, MessageKind, MessageRecord
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import format_date_time
from cp_tui.traces.reading import open_trace
from cp_tui.traces.trace import Trace

TAGS = ("TAG-1", "TAG-2", "TAG-3")
KEYS = (
    {"MeterValueSampleInterval": "300"},
    {"ClockAlignedDataInterval": "900", "StopTxnAlignedData": "Energy.Active.Import.Register"},
    {"StopTxnSampledData": "Energy.Active.Import.Register", "HeartbeatInterval": "600"},
    {"StopTransactionOnEVSideDisconnect": "false", "MinimumStatusDuration": "0"},
    {"LocalPreAuthorize": "true", "AuthorizeRemoteTxRequests": "true"},
)
_TYPES = {MessageKind.CALL: 2, MessageKind.CALLRESULT: 3, MessageKind.CALLERROR: 4}
_WAYS = {Direction.OUT: "cp-to-csms", Direction.IN: "csms-to-cp"}
_KINDS = {2: "CALL", 3: "CALLRESULT", 4: "CALLERROR"}

LogFrame = dict[str, Any]
"""One line of a log: time, direction, and the elements of the frame."""


def frame_of(message: MessageRecord) -> LogFrame:
    """Give a frame of our own charge point as a line of a log."""
    payload: Any = message.payload
    kind = _TYPES[message.kind]
    if kind == 2:
        elements = [kind, message.message_id, message.action, payload]
    elif kind == 3:
        elements = [kind, message.message_id, payload]
    else:
        elements = [
            *(kind, message.message_id, message.result),
            *(payload.get("description", ""), payload.get("details", {})),
        ]
    return {
        "at": message.time,
        "way": _WAYS[message.direction],
        "elements": elements,
        "is_composed": message.is_composed,
    }


def log_text(frames: Iterable[LogFrame], charger: str = "CP1") -> bytes:
    """Write frames as Open OCPP Trace."""
    lines = []
    for frame in frames:
        elements = frame["elements"]
        record = {
            "schemaVersion": "1.1",
            "timestamp": frame["at"].isoformat(),
            "transport": "json",
            "direction": frame["way"],
            "messageType": _KINDS.get(elements[0], "CALL"),
            "messageId": elements[1],
            "chargePointId": charger,
            "raw": json.dumps(elements),
        }
        if elements[0] == 2:
            record["action"] = elements[2]
        lines.append(json.dumps(record))
    return "\n".join(lines).encode()


def trace_of(frames: Iterable[LogFrame]) -> Trace:
    """Read frames as a log of Open OCPP Trace."""
    return open_trace(io.BytesIO(log_text(frames)))


class Day:
    """A charge point, and what happens to it."""

    def __init__(self, seed: int) -> None:
        self.random = Random(f"day {seed}")
        self.charger = VirtualCharger(connectors=2, seed=seed, keys=self.random.choice(KEYS)).until(
            lambda c: c.is_accepted and c.is_idle
        )
        self.broken_at: list[datetime] = []
        """When the network went away: what comes later is of another connection."""
        self._reservation = 0
        self._version = 0

    def run(self, steps: int) -> list[LogFrame]:
        """Let so many things happen, and give what passed."""
        things: list[Callable[[], None]] = [
            *(self.local_session, self.remote_session, self.look_around, self.configure),
            *(self.reserve, self.availability, self.trigger, self.local_list, self.profiles),
            *(self.fault, self.files, self.reset, self.outage, self.power_cut),
        ]
        self.local_session()
        for _ in range(steps):
            self.wait(5, 900)
            self.random.choice(things)()
        self.wait(120, 400)
        return [frame_of(message) for message in self.charger.messages]

    def wait(self, least: float, most: float) -> None:
        self.charger.after(seconds=self.random.uniform(least, most))

    def ask(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """The CSMS asks; empty where there is no answer but an error."""
        with suppress(CommandError):
            return self.charger.call(action, payload)
        return {}

    def act(self, do: Callable[..., object], *args: object) -> None:
        """Somebody does something, where it is possible."""
        with suppress(CommandError):
            do(*args)

    def local_session(self) -> None:
        """Cable and tag, in either order; the same tag, the button or the cable ends it."""
        connector, tag = self.random.choice((1, 2)), self.random.choice(TAGS)
        begin: list[Callable[[], None]] = [
            lambda: self.act(self.charger.plug_in, connector),
            lambda: self.act(self.charger.swipe, tag, connector),
        ]
        self.random.shuffle(begin)
        for each in begin:
            each()
            self.wait(1, 20)
        self.wait(60, 3_000)
        if self.random.random() < 0.3:
            self.act(self.charger.suspend_ev, connector)
            self.wait(60, 600)
            self.act(self.charger.resume_ev, connector)
            self.wait(20, 60)
        end = self.random.choice(("tag", "button", "cable"))
        if end == "tag":
            self.act(self.charger.swipe, tag, connector)
        elif end == "button":
            self.act(self.charger.press_stop, connector)
        self.wait(2, 60)
        self.act(self.charger.plug_out, connector)

    def remote_session(self) -> None:
        """The CSMS starts and stops."""
        connector = self.random.choice((1, 2))
        start = {"connectorId": connector, "idTag": self.random.choice(TAGS)}
        self.ask("RemoteStartTransaction", start)
        self.wait(1, 30)
        self.act(self.charger.plug_in, connector)
        self.wait(60, 2_000)
        if self.random.random() < 0.3:
            self.ask("UnlockConnector", {"connectorId": connector})
        running = self.charger.connector(connector).transaction_id
        if running:
            self.ask("RemoteStopTransaction", {"transactionId": running})
        self.wait(2, 60)
        self.act(self.charger.plug_out, connector)

    def look_around(self) -> None:
        """The CSMS reads what there is."""
        self.ask("GetConfiguration", {})
        self.ask("GetConfiguration", {"key": ["HeartbeatInterval", "NoSuchKey"]})
        self.ask("GetLocalListVersion", {})
        self.ask("ClearCache", {})
        self.ask("DataTransfer", {"vendorId": "nobody"})

    def configure(self) -> None:
        """The CSMS changes keys, some to values that cannot be."""
        key, value = self.random.choice(
            (
                *(("MeterValueSampleInterval", "120"), ("HeartbeatInterval", "900")),
                *(("ConnectionTimeOut", "90"), ("StopTxnSampledData", "Voltage")),
                *(("MeterValuesSampledData", "Energy.Active.Import.Register,Current.Import"),),
                *(("HeartbeatInterval", "-1"), ("NumberOfConnectors", "9"), ("Nothing", "1")),
                *(("LocalAuthListEnabled", "true"), ("AllowOfflineTxForUnknownId", "maybe")),
            )
        )
        self.ask("ChangeConfiguration", {"key": key, "value": value})
        self.ask("GetConfiguration", {"key": [key]})

    def reserve(self) -> None:
        """A reservation that is used, cancelled or runs out."""
        self._reservation += 1
        connector, tag = self.random.choice((1, 2)), self.random.choice(TAGS)
        end = format_date_time(later(self.charger.now, self.random.choice((120, 2_000))))
        reservation = {"connectorId": connector, "idTag": tag, "expiryDate": end}
        self.ask("ReserveNow", {**reservation, "reservationId": self._reservation})
        self.wait(5, 60)
        if self.random.random() < 0.5:
            self.ask("CancelReservation", {"reservationId": self._reservation})
        else:
            self.act(self.charger.swipe, tag, connector)
            self.act(self.charger.plug_in, connector)
            self.wait(60, 900)
            self.act(self.charger.plug_out, connector)

    def availability(self) -> None:
        """A connector, or all, out of service and back again."""
        connector = self.random.choice((0, 1, 2))
        if self.random.random() < 0.4:
            self.act(self.charger.plug_in, max(connector, 1))
            self.act(self.charger.swipe, "TAG-1", max(connector, 1))
            self.wait(10, 300)
        for kind in ("Inoperative", "Operative"):
            self.ask("ChangeAvailability", {"connectorId": connector, "type": kind})
            self.wait(5, 200)
        self.act(self.charger.plug_out, max(connector, 1))

    def trigger(self) -> None:
        """The CSMS asks for messages."""
        asked: dict[str, Any] = {
            "requestedMessage": self.random.choice(
                (
                    *("BootNotification", "Heartbeat", "StatusNotification", "MeterValues"),
                    *("DiagnosticsStatusNotification", "FirmwareStatusNotification"),
                )
            )
        }
        if self.random.random() < 0.5:
            asked["connectorId"] = 1
        self.ask("TriggerMessage", asked)
        self.wait(5, 60)

    def local_list(self) -> None:
        """The local list is sent, whole or in part, and its version read."""
        self._version += 1
        entries = [{"idTag": tag, "idTagInfo": {"status": "Accepted"}} for tag in TAGS[:2]]
        kind = self.random.choice(("Full", "Differential"))
        version = self._version - self.random.choice((0, 0, 1))
        update = {"listVersion": max(version, 1), "updateType": kind}
        self.ask("SendLocalList", {**update, "localAuthorizationList": entries})
        self.ask("GetLocalListVersion", {})

    def profiles(self) -> None:
        """Charging profiles come, are asked for and go."""
        connector = self.random.choice((0, 1, 2))
        running = self.charger.connector(max(connector, 1)).transaction_id
        purpose = self.random.choice(("TxDefaultProfile", "TxProfile", "ChargePointMaxProfile"))
        profile: dict[str, Any] = {
            "chargingProfileId": self.random.randrange(1, 5),
            "stackLevel": self.random.randrange(3),
            "chargingProfilePurpose": purpose,
            "chargingProfileKind": "Relative" if purpose == "TxProfile" else "Absolute",
            "chargingSchedule": {
                "chargingRateUnit": self.random.choice("AW"),
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 12.0}],
                "startSchedule": format_date_time(later(self.charger.now, -60)),
            },
        }
        if purpose == "ChargePointMaxProfile":
            connector = 0
        if purpose == "TxProfile":
            if not connector or not running:
                return
            profile["transactionId"] = running
            del profile["chargingSchedule"]["startSchedule"]
        self.ask("SetChargingProfile", {"connectorId": connector, "csChargingProfiles": profile})
        self.ask("GetCompositeSchedule", {"connectorId": connector, "duration": 600})
        if self.random.random() < 0.4:
            gone = self.random.choice(({}, {"id": 1}, {"connectorId": 1}, {"id": 77}))
            self.ask("ClearChargingProfile", gone)

    def fault(self) -> None:
        """Something breaks and is mended."""
        self.act(lambda: self.charger.raise_error(1, "GroundFailure"))
        self.wait(20, 300)
        self.act(lambda: self.charger.clear_error(1))
        self.wait(20, 60)

    def files(self) -> None:
        """Firmware and diagnostics; in virtual time every transfer fails."""
        if self.random.random() < 0.5:
            when = format_date_time(later(self.charger.now, 30))
            update = {"location": "ftp://example.com/f.bin", "retrieveDate": when, "retries": 0}
            self.ask("UpdateFirmware", update)
        else:
            self.ask("GetDiagnostics", {"location": "ftp://example.com/", "retries": 0})
        self.wait(100, 300)

    def outage(self) -> None:
        """The network goes, sometimes in the middle of a session, and the log does not say so."""
        self.broken_at.append(self.charger.now)
        self.charger.set_network(False)
        self.random.choice((self.local_session, lambda: self.wait(10, 2_000)))()
        self.charger.set_network(True)
        self.wait(10, 200)

    def power_cut(self) -> None:
        self.charger.power_cut(seconds=self.random.uniform(0, 600))
        self.wait(60, 200)

    def reset(self) -> None:
        """The CSMS has the charge point boot."""
        self.ask("Reset", {"type": self.random.choice(("Soft", "Hard"))})
        self.wait(200, 400)


def tour(seed: int) -> list[LogFrame]:
    """Give a log in which each kind of exchange occurs, the order and the times left to chance."""
    day = Day(seed)
    charger, random = day.charger, day.random
    day.wait(60, 300)
    day.ask("GetConfiguration", {})
    change = {"key": "MeterValueSampleInterval", "value": str(random.choice((60, 120)))}
    day.ask("ChangeConfiguration", change)
    day.ask("GetConfiguration", {"key": ["MeterValueSampleInterval"]})

    def local() -> None:
        connector = random.choice((1, 2))
        charger.plug_in(connector)
        day.wait(2, 20)
        charger.swipe(random.choice(TAGS), connector)
        day.wait(400, 900)
        charger.swipe(charger.transactions[0].id_tag, connector)
        day.wait(30, 60)
        charger.plug_out(connector)

    def remote() -> None:
        connector = random.choice((1, 2))
        charger.plug_in(connector)
        start = {"connectorId": connector, "idTag": random.choice(TAGS)}
        day.ask("RemoteStartTransaction", start)
        day.wait(400, 900)
        running = charger.connector(connector).transaction_id
        day.ask("RemoteStopTransaction", {"transactionId": running})
        day.wait(80, 100)
        charger.plug_out(connector)

    def reserve() -> None:
        end = format_date_time(later(charger.now, 2_000))
        made = {"connectorId": 2, "idTag": "TAG-1", "expiryDate": end, "reservationId": 5}
        day.ask("ReserveNow", made)
        day.wait(20, 60)
        day.ask("CancelReservation", {"reservationId": 5})

    def lists() -> None:
        entries = [{"idTag": "TAG-8", "idTagInfo": {"status": "Accepted"}}]
        update = {"listVersion": random.randrange(1, 9), "updateType": "Full"}
        day.ask("SendLocalList", {**update, "localAuthorizationList": entries})
        day.ask("GetLocalListVersion", {})

    def rest() -> None:
        day.ask("GetCompositeSchedule", {"connectorId": 1, "duration": 600})
        day.ask("TriggerMessage", {"requestedMessage": random.choice(("Heartbeat", "MeterValues"))})
        day.wait(60, 90)
        day.ask("ChangeAvailability", {"connectorId": 2, "type": "Inoperative"})
        day.wait(60, 90)
        day.ask("ChangeAvailability", {"connectorId": 2, "type": "Operative"})

    def files() -> None:
        day.ask("GetDiagnostics", {"location": "ftp://example.com/", "retries": 0})
        day.wait(60, 90)
        day.ask("TriggerMessage", {"requestedMessage": "Heartbeat"})

    parts = [local, remote, reserve, lists, rest, files]
    random.shuffle(parts)
    for part in parts:
        part()
        day.wait(60, 200)
    day.ask("Reset", {"type": random.choice(("Soft", "Hard"))})
    day.wait(60, 90)
    day.ask("TriggerMessage", {"requestedMessage": "Heartbeat"})
    day.wait(5, 10)
    return [frame_of(message) for message in charger.messages]
