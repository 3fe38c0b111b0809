"""A small CSMS on the package ocpp, as somebody outside this project writes one."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from ocpp.routing import on
from ocpp.v16 import ChargePoint as ChargePointBase, call_result
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

ACCEPTED = {"status": "Accepted"}


class ChargePoint(ChargePointBase):  # type: ignore[misc]
    """One charge point, as the CSMS sees it."""

    csms: Csms

    @on("BootNotification")  # type: ignore[untyped-decorator]
    def boot(self, **_: Any) -> call_result.BootNotification:
        now = datetime.now(UTC).isoformat()
        return call_result.BootNotification(current_time=now, interval=300, status="Accepted")

    @on("StatusNotification")  # type: ignore[untyped-decorator]
    def status(self, **_: Any) -> call_result.StatusNotification:
        return call_result.StatusNotification()

    @on("MeterValues")  # type: ignore[untyped-decorator]
    def meter(self, **_: Any) -> call_result.MeterValues:
        return call_result.MeterValues()

    @on("Authorize")  # type: ignore[untyped-decorator]
    def authorize(self, id_tag: str) -> call_result.Authorize:
        status = "Accepted" if id_tag in self.csms.tags else "Invalid"
        return call_result.Authorize(id_tag_info={"status": status})

    @on("StartTransaction")  # type: ignore[untyped-decorator]
    async def start_transaction(
        self, connector_id: int, id_tag: str, timestamp: str, **_: Any
    ) -> call_result.StartTransaction:
        started = (self.id, connector_id, id_tag, timestamp)
        if started not in self.csms.started:
            self.csms.started.append(started)
        number = self.csms.started.index(started) + 1
        if self.csms.loses_next_answer:
            self.csms.loses_next_answer = False
            await self._connection.close()
        return call_result.StartTransaction(transaction_id=number, id_tag_info=ACCEPTED)

    @on("StopTransaction")  # type: ignore[untyped-decorator]
    def stop_transaction(self, transaction_id: int, **_: Any) -> call_result.StopTransaction:
        self.csms.stopped.append(transaction_id)
        return call_result.StopTransaction()


class Csms:
    """The CSMS: what it knows, and what it was told."""

    def __init__(self) -> None:
        self.tags = {"TAG1"}
        self.started: list[tuple[str, int, str, str]] = []
        """The transactions; their numbers are their places, from 1."""
        self.stopped: list[int] = []
        self.loses_next_answer = False
        self._server: Server

    async def __aenter__(self) -> Csms:
        spoken = [Subprotocol("ocpp1.6")]
        self._server = await serve(self._meet, "127.0.0.1", 0, subprotocols=spoken)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        port: int = self._server.sockets[0].getsockname()[1]
        return f"ws://127.0.0.1:{port}/ocpp"

    async def _meet(self, websocket: ServerConnection) -> None:
        assert websocket.request is not None
        charge_point = ChargePoint(websocket.request.path.rpartition("/")[2], websocket)
        charge_point.csms = self
        with suppress(ConnectionClosed):
            await charge_point.start()
