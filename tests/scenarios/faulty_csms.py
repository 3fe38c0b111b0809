"""A CSMS on the package `ocpp` with a switch for each of eight faults that the field knows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ocpp.charge_point import camel_to_snake_case
from ocpp.exceptions import InternalError
from ocpp.routing import on
from ocpp.v16 import call, call_result
from ocpp.v16.enums import AuthorizationStatus
from pydantic import JsonValue

from cp_tui.scenarios.hooks import Words
from tests.peer import Peer, PeerCsms

FAULTS: Mapping[str, str] = {
    "a new id for a start that is sent again": "start-answered-late",
    "refuses what is older than half an hour": "hour-offline",
    "accepts a blocked tag": "blocked-tag",
    "fails at a reservation that is used": "reserve-start",
    "forgets transactions at a restart": "csms-restarts",
    "fails at a vendor's error code": "foreign-fields",
    "leaves the profile of a remote start out": "remote-start-profile",
    "answers twice where a tag is asked about": "answered-once",
}
"""What goes wrong -> the scenario that finds it."""
NEW_ID, OLD, BLOCKED, RESERVATION, FORGETS, VENDOR, PROFILE, TWICE = FAULTS

TAGS = {
    "BLOCKED": {"status": AuthorizationStatus.blocked},
    "EXPIRED": {"status": AuthorizationStatus.expired},
    "INVALID": {"status": AuthorizationStatus.invalid},
    "FAMILY-1": {"status": AuthorizationStatus.accepted, "parent_id_tag": "FAMILY"},
    "FAMILY-2": {"status": AuthorizationStatus.accepted, "parent_id_tag": "FAMILY"},
}
CANNOT = {"UpdateFirmware", "GetDiagnostics", "GetLog", "InstallCertificate"}
"""It has no file server, and no certificates."""


class FaultyPeer(Peer):
    """One charge point, as this CSMS serves it."""

    _csms: FaultyCsms

    async def _send(self, message: str) -> None:
        await super()._send(message)
        if self._csms.fault == TWICE and message.startswith("[3") and "idTagInfo" in message:
            await super()._send(message)

    @on("BootNotification")  # type: ignore[untyped-decorator]
    def on_boot_notification(self, **_: object) -> object:
        return call_result.BootNotification(
            current_time=datetime.now(UTC).isoformat(),
            interval=self._csms.interval_s,
            status=self._csms.registration,
        )

    @on("Authorize")  # type: ignore[untyped-decorator]
    def on_authorize(self, id_tag: str) -> object:
        return call_result.Authorize(self._csms.verdict(id_tag))

    @on("StartTransaction")  # type: ignore[untyped-decorator]
    def on_start_transaction(
        self, id_tag: str, timestamp: str, connector_id: int, **fields: object
    ) -> object:
        fault = self._csms.fault
        if fault == RESERVATION and "reservation_id" in fields:
            raise InternalError("no such column: reservation")
        at = datetime.fromisoformat(timestamp)
        age = datetime.now(UTC) - (at if at.tzinfo else at.replace(tzinfo=UTC))
        if fault == OLD and age > timedelta(minutes=30):
            raise InternalError("the transaction lies in the past")
        started = self._csms.started
        key = f"{timestamp} {id_tag} {connector_id}"
        if fault == NEW_ID:
            key = f"{key} {len(started)}"
        transaction_id = started.setdefault(key, len(started) + 1)
        return call_result.StartTransaction(transaction_id, self._csms.verdict(id_tag))

    @on("StopTransaction")  # type: ignore[untyped-decorator]
    def on_stop_transaction(self, transaction_id: int, **_: object) -> object:
        if transaction_id in self._csms.forgotten:
            raise InternalError("no such transaction")
        return call_result.StopTransaction()

    @on("StatusNotification")  # type: ignore[untyped-decorator]
    def on_status_notification(self, **fields: object) -> object:
        if self._csms.fault == VENDOR and "vendor_error_code" in fields:
            raise InternalError("unexpected keyword argument vendor_error_code")
        return call_result.StatusNotification()

    @on("DiagnosticsStatusNotification")  # type: ignore[untyped-decorator]
    def on_diagnostics(self, **_: object) -> object:
        return call_result.DiagnosticsStatusNotification()

    @on("FirmwareStatusNotification")  # type: ignore[untyped-decorator]
    def on_firmware(self, **_: object) -> object:
        return call_result.FirmwareStatusNotification()

    @on("SecurityEventNotification")  # type: ignore[untyped-decorator]
    def on_security_event(self, **_: object) -> object:
        return call_result.SecurityEventNotification()


class FaultyCsms(PeerCsms):
    """Answers correctly, but for the one fault that is switched on; its own hooks as well."""

    peer_type = FaultyPeer

    def __init__(self, fault: str = "") -> None:
        super().__init__()
        self.fault = fault
        self.interval_s = 300
        self.forgotten: set[int] = set()
        self._asked: set[asyncio.Task[Any]] = set()

    def verdict(self, id_tag: str) -> dict[str, object]:
        """Decide about a tag."""
        if self.fault == BLOCKED and id_tag == "BLOCKED":
            return {"status": AuthorizationStatus.accepted}
        return {**TAGS.get(id_tag, {"status": AuthorizationStatus.accepted})}

    def has(self, name: str) -> bool:
        return name not in CANNOT

    async def carry_out(self, name: str, payload: Mapping[str, JsonValue], words: Words) -> None:
        if name == "behave":
            self.registration = payload["registration_status"]
            self.interval_s = int(str(payload["interval_s"]))
        elif name == "restart":
            if self.fault == FORGETS:
                self.forgotten |= set(self.started.values())
            assert self._peer is not None
            await self._peer._connection.close(1012)
        else:
            content = dict(payload)
            if self.fault == PROFILE:
                content.pop("chargingProfile", None)
            request = getattr(call, name)(**camel_to_snake_case(content))
            asked = asyncio.create_task(self.call(request, is_checked=False))
            self._asked.add(asked)
            asked.add_done_callback(self._asked.discard)

    async def end(self) -> None:
        self.registration, self.interval_s = "Accepted", 300
        if self._asked:
            await asyncio.wait(self._asked, timeout=1)
