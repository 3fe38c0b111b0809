"""A charge point of bare WebSocket frames: says exactly what a test wants, right or wrong."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import JsonValue
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

ANSWER_TIMEOUT_S = 30.0


class RawChargePoint:
    """Sends frames and takes what comes, in order."""

    def __init__(self, websocket: ClientConnection) -> None:
        self.websocket = websocket
        self._calls = 0

    async def send(self, elements: JsonValue) -> None:
        await self.websocket.send(json.dumps(elements))

    async def receive(self) -> list[JsonValue]:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            frame = json.loads(await self.websocket.recv())
        assert isinstance(frame, list)
        return frame

    async def call(self, action: str, payload: JsonValue) -> list[JsonValue]:
        """Send a CALL with an id of its own and return the frame that answers it."""
        self._calls += 1
        message_id = f"cp-{self._calls}"
        await self.send([2, message_id, action, payload])
        answer = await self.receive()
        assert answer[1] == message_id
        return answer

    async def payload_of(self, action: str, payload: JsonValue) -> dict[str, JsonValue]:
        """Return the payload of the CALLRESULT."""
        answer = await self.call(action, payload)
        assert answer[0] == 3, answer
        assert isinstance(answer[2], dict)
        return answer[2]

    async def boot(self) -> dict[str, JsonValue]:
        return await self.payload_of(
            "BootNotification", {"chargePointVendor": "Raw", "chargePointModel": "Frames"}
        )


@asynccontextmanager
async def raw_charge_point(
    url: str,
    *,
    path: str = "/CP001",
    subprotocols: tuple[str, ...] = ("ocpp1.6",),
    credentials: bytes | None = None,
) -> AsyncIterator[RawChargePoint]:
    """Connect a raw charge point to a CSMS."""
    headers = {}
    if credentials is not None:
        headers["Authorization"] = "Basic " + base64.b64encode(credentials).decode()
    async with connect(
        f"{url}{path}",
        subprotocols=[Subprotocol(name) for name in subprotocols] or None,
        additional_headers=headers,
        proxy=None,
    ) as websocket:
        yield RawChargePoint(websocket)
