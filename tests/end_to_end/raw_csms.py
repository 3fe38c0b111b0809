"""A CSMS of bare frames: says whatever a test wants, to people as well as to machines."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

ANSWER_TIMEOUT_S = 30.0
CALL, CALLRESULT, CALLERROR = 2, 3, 4

Payload = Mapping[str, Any]


class RawCsms:
    """Answers requests from a table, unchecked; an action without an entry gets an empty answer."""

    def __init__(
        self,
        answers: Mapping[str, Payload] | None = None,
        *,
        status: int | None = None,
        subprotocol: str | None = None,
        port: int = 0,
    ) -> None:
        """`status`: refuse every connection with it; `subprotocol`: claim to have chosen this."""
        now = datetime.now(UTC).isoformat()
        self.answers: dict[str, Payload] = {
            "BootNotification": {"status": "Accepted", "currentTime": now, "interval": 300},
            **(answers or {}),
        }
        self.refusals: dict[str, str] = {}
        """Actions that are answered by a CALLERROR with this description."""
        self.verbatim: dict[str, Sequence[Any]] = {}
        """Actions that are answered by a frame of these elements after the message id."""
        self.silent: set[str] = set()
        """Actions that are never answered."""
        self._status = status
        self._port = port
        self._subprotocol = subprotocol
        self._server: Server | None = None
        self._connection: ServerConnection | None = None
        self._replies: asyncio.Queue[list[Any]] = asyncio.Queue()
        self._calls = 0

    async def __aenter__(self) -> Self:
        self._server = await serve(
            self._welcome,
            *("127.0.0.1", self._port),
            subprotocols=[Subprotocol("ocpp1.6")],
            process_request=self._refuse,
            process_response=self._lie,
            compression=None,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        """The endpoint; the charge point appends its id."""
        assert self._server is not None
        return f"ws://127.0.0.1:{next(iter(self._server.sockets)).getsockname()[1]}"

    async def call(self, action: str, payload: Payload, message_id: str | None = None) -> list[Any]:
        """Send a CALL and return the frame that answers it."""
        self._calls += 1
        await self.say(json.dumps([CALL, message_id or f"raw-{self._calls}", action, payload]))
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            return await self._replies.get()

    async def say(self, frame: str | bytes) -> None:
        """Send anything at all, text as text and bytes as binary."""
        assert self._connection is not None
        await self._connection.send(frame)

    async def hang_up(self, code: int, reason: str) -> None:
        """Close the connection."""
        assert self._connection is not None
        await self._connection.close(code, reason)

    async def _welcome(self, connection: ServerConnection) -> None:
        self._connection = connection
        try:
            async for text in connection:
                try:
                    frame = json.loads(text)
                except ValueError:
                    continue
                if frame[0] == CALL and frame[2] in self.silent:
                    continue
                if frame[0] == CALL:
                    await connection.send(json.dumps(self._answer(frame[1], frame[2])))
                else:
                    await self._replies.put(frame)
        except ConnectionClosed:
            pass

    def _answer(self, message_id: str, action: str) -> list[Any]:
        if action in self.verbatim:
            kind, *elements = self.verbatim[action]
            return [kind, message_id, *elements]
        if action in self.refusals:
            return [CALLERROR, message_id, "InternalError", self.refusals[action], {}]
        return [CALLRESULT, message_id, self.answers.get(action, {})]

    def _refuse(self, connection: ServerConnection, request: Request) -> Response | None:
        return None if self._status is None else connection.respond(self._status, "no\n")

    def _lie(self, connection: ServerConnection, request: Request, response: Response) -> Response:
        if self._subprotocol is None or response.status_code != 101:
            return response
        headers = Headers(response.headers.raw_items())
        del headers["Sec-WebSocket-Protocol"]
        headers["Sec-WebSocket-Protocol"] = self._subprotocol
        return Response(response.status_code, response.reason_phrase, headers)
