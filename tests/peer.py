"""An independent CSMS for tests: the PyPI package `ocpp` on a real socket; we wrote none of it.

It checks every frame against its own JSON schemas, both ways. Numbers with a fraction reach the
handlers as Decimal and cannot be sent back, so nothing here echoes what it received.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import unquote

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from ocpp.v16.enums import AuthorizationStatus, DataTransferStatus, RegistrationStatus
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

WAIT_TIMEOUT_S = 30.0
"""Of everything that is awaited; only a test that fails waits so long."""
CALL = 2

Payload = dict[str, Any]


class Peer(ChargePoint):  # type: ignore[misc]  # The package has no types.
    """The CSMS's view of one connected charge point: answers everything, kindly."""

    def __init__(self, csms: PeerCsms, charge_point_id: str, connection: ServerConnection) -> None:
        super().__init__(charge_point_id, connection)
        self._csms = csms

    async def route_message(self, raw_msg: str) -> None:
        """Record every frame before it is handled."""
        await self._csms.take(json.loads(raw_msg))
        await super().route_message(raw_msg)

    @on("BootNotification")  # type: ignore[untyped-decorator]
    def on_boot_notification(self, **_: object) -> object:
        return call_result.BootNotification(
            current_time=datetime.now(UTC).isoformat(),
            interval=300,
            status=self._csms.registration,
        )

    @on("Heartbeat")  # type: ignore[untyped-decorator]
    def on_heartbeat(self) -> object:
        return call_result.Heartbeat(current_time=datetime.now(UTC).isoformat())

    @on("Authorize")  # type: ignore[untyped-decorator]
    def on_authorize(self, id_tag: str) -> object:
        return call_result.Authorize({"status": self._csms.status_of(id_tag)})

    @on("StartTransaction")  # type: ignore[untyped-decorator]
    def on_start_transaction(self, id_tag: str, call_unique_id: str, **_: object) -> object:
        # A start that is sent again because its answer was lost is the same transaction.
        started = self._csms.started
        transaction_id = started.setdefault(call_unique_id, len(started) + 1)
        return call_result.StartTransaction(
            transaction_id, {"status": self._csms.status_of(id_tag)}
        )

    @on("StopTransaction")  # type: ignore[untyped-decorator]
    def on_stop_transaction(self, **_: object) -> object:
        return call_result.StopTransaction()

    @on("MeterValues")  # type: ignore[untyped-decorator]
    def on_meter_values(self, **_: object) -> object:
        return call_result.MeterValues()

    @on("StatusNotification")  # type: ignore[untyped-decorator]
    def on_status_notification(self, **_: object) -> object:
        return call_result.StatusNotification()

    @on("DataTransfer")  # type: ignore[untyped-decorator]
    async def on_data_transfer(self, vendor_id: str, **_: object) -> object:
        if vendor_id == "silence":
            await asyncio.sleep(3_600)
        if vendor_id != "test":
            return call_result.DataTransfer(DataTransferStatus.unknown_vendor_id)
        return call_result.DataTransfer(DataTransferStatus.accepted, "received")


class PeerCsms:
    """A CSMS for one charge point at a time: what it received, and how to call."""

    peer_type: type[Peer] = Peer

    def __init__(self) -> None:
        self.registration = RegistrationStatus.accepted
        self.blocked: set[str] = set()
        """Tags that are not accepted."""
        self.started: dict[str, int] = {}
        """Transactions by the message id of their StartTransaction."""
        self.received: list[tuple[str, Payload]] = []
        """Requests of the charge point, as action and payload, oldest first."""
        self.message_ids: list[str] = []
        """Of each request in `received`."""
        self.charge_point_ids: list[str] = []
        """Of each connection, as it came in the URL, decoded."""
        self._peer: Peer | None = None
        self._server: Server | None = None
        self._news = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._server = await serve(
            self._welcome,
            "127.0.0.1",
            0,
            subprotocols=[Subprotocol("ocpp1.6")],
            compression=None,
            **self.options(),
        )
        return self

    def options(self) -> dict[str, Any]:
        """Give what else the server is made with."""
        return {}

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        """The endpoint; the charge point appends its id."""
        return f"ws://127.0.0.1:{self.port}/ocpp"

    @property
    def port(self) -> int:
        """The port that the system chose."""
        assert self._server is not None
        port: int = next(iter(self._server.sockets)).getsockname()[1]
        return port

    def status_of(self, id_tag: str) -> AuthorizationStatus:
        """Decide about a tag."""
        return (
            AuthorizationStatus.blocked if id_tag in self.blocked else AuthorizationStatus.accepted
        )

    async def take(self, frame: list[Any]) -> None:
        """Record a request of the charge point."""
        if frame[0] == CALL:
            self.received.append((frame[2], frame[3]))
            self.message_ids.append(frame[1])
            await self._tell()

    async def call(self, request: object, *, is_checked: bool = True) -> Any:
        """Send a request of the package `ocpp` and return its response, or None for a CALLERROR.

        What is not checked may break the schema.
        """
        await self.until(lambda: self._peer is not None)
        assert self._peer is not None
        async with asyncio.timeout(WAIT_TIMEOUT_S):
            return await self._peer.call(request, skip_schema_validation=not is_checked)

    async def until(self, is_true: Callable[[], bool]) -> None:
        """Wait until something is so, looked at whenever a frame or a connection came."""
        async with asyncio.timeout(WAIT_TIMEOUT_S), self._news:
            await self._news.wait_for(is_true)

    async def receive(self, action: str, count: int = 1, **fields: object) -> Payload:
        """Wait until a number of requests of an action holds these fields; returns the newest."""

        def matching() -> list[Payload]:
            return [
                payload
                for name, payload in self.received
                if name == action and payload.items() >= fields.items()
            ]

        try:
            await self.until(lambda: len(matching()) >= count)
        except TimeoutError:
            got = "\n".join(f"{name} {payload}" for name, payload in self.received)
            raise AssertionError(f"no {count} {action} {fields} among:\n{got}") from None
        return matching()[count - 1]

    @property
    def newest_transaction_id(self) -> int:
        """Of the transaction that was started last; they are numbered from 1 on."""
        return len(self.started)

    def forget(self) -> None:
        """Forget what was received and who is blocked, as at the beginning of a test."""
        self.blocked.clear()
        self.received.clear()
        self.message_ids.clear()

    def actions(self) -> list[str]:
        """List the actions that were received, oldest first."""
        return [action for action, _ in self.received]

    async def _welcome(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        charge_point_id = unquote(connection.request.path.rpartition("/")[2])
        peer = self._peer = self.peer_type(self, charge_point_id, connection)
        self.charge_point_ids.append(charge_point_id)
        await self._tell()
        try:
            await peer.start()
        except ConnectionClosed:
            pass
        finally:
            if self._peer is peer:
                self._peer = None
            await self._tell()

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()
