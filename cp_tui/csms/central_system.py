"""The small CSMS: a real OCPP 1.6J central system for demos and tests.

Accepts any charge point. What it answers is the responder's; one connection, a session's.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Self
from urllib.parse import unquote

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from cp_tui.csms.behaviour import Behaviour
from cp_tui.csms.charge_point_session import OFFLINE, CallFailed, ChargePointSession
from cp_tui.csms.event_log import Connected, Disconnected, EventLog, TurnedAway
from cp_tui.csms.outcome import ComposedOutcome
from cp_tui.csms.responder import BootRecord, Responder, Transaction
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.model import WireModel

OCPP16 = Subprotocol("ocpp1.6")
FRAME_SIZE_MAX = 1_000_000
"""The longest frame that is read, in bytes: the standard sets no limit, and no message comes near.
"""
CALL_TIMEOUT_S = 30.0
FIRMWARE_PATH = "/firmware/"
"""Below it are firmware files; a charge point that would be called so has no luck here."""
CLOSE_TIMEOUT_S = 2.0
"""A charge point that does not answer the close is left behind after this time."""

# The record tells what matters; a port scan is not worth a traceback on the terminal.
_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())


def _machine_time() -> datetime:
    return datetime.now(UTC)


class CentralSystem:
    """A CSMS: `async with CentralSystem() as csms`, then point charge points at `csms.url`."""

    def __init__(
        self,
        behaviour: Behaviour | None = None,
        *,
        password: bytes | None = None,
        now: Callable[[], datetime] = _machine_time,
    ) -> None:
        self.behaviour = behaviour or Behaviour()
        """How it answers; may be replaced at any time."""
        self.record = EventLog()
        """What it saw."""
        self._password = password
        self._now = now
        self._responder = Responder()
        self._sessions: dict[str, ChargePointSession] = {}
        self._server: Server | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one. `OSError` where the port is taken."""
        self._server = await serve(
            self._serve_charge_point,
            host,
            port,
            select_subprotocol=_select_subprotocol,
            process_request=self._admit,
            compression=None,
            max_size=FRAME_SIZE_MAX,
            close_timeout=CLOSE_TIMEOUT_S,
            logger=_log,
        )

    async def close(self) -> None:
        """Close every connection (1001) and stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    @property
    def port(self) -> int:
        """The TCP port it listens on."""
        assert self._server is not None, "the CSMS is not started"
        return int(next(iter(self._server.sockets)).getsockname()[1])

    @property
    def url(self) -> str:
        """The endpoint; a charge point appends its id."""
        assert self._server is not None, "the CSMS is not started"
        host = str(next(iter(self._server.sockets)).getsockname()[0])
        return f"ws://[{host}]:{self.port}" if ":" in host else f"ws://{host}:{self.port}"

    @property
    def charge_points(self) -> tuple[str, ...]:
        """The ids of the charge points that are connected now."""
        return tuple(self._sessions)

    @property
    def transactions(self) -> Mapping[int, Transaction]:
        """The newest transactions by id, oldest first."""
        return self._responder.transactions

    def boot_of(self, charge_point_id: str) -> BootRecord | None:
        """Return the newest boot of a charge point, however long ago; None: there was none."""
        return self._responder.boots.get(charge_point_id)

    def now(self) -> datetime:
        """Tell the time as the CSMS tells it to its charge points."""
        return later(self._now(), self.behaviour.clock_offset_s)

    async def call(
        self, charge_point_id: str, request: WireModel, *, timeout_s: float = CALL_TIMEOUT_S
    ) -> WireModel:
        """Send a request to a charge point and return its response; `CallFailed` without one."""
        return await self._session(charge_point_id).call(request, timeout_s)

    async def compose(
        self, charge_point_id: str, text: str, *, timeout_s: float = CALL_TIMEOUT_S
    ) -> ComposedOutcome:
        """Send what a person wrote as it stands, and return what came of it."""
        return await self._session(charge_point_id).compose(text, timeout_s)

    async def disconnect(self, charge_point_id: str, code: int = 1001) -> None:
        """Close the connection of a charge point; `CallFailed` where there is none."""
        session = self._session(charge_point_id)
        await session.close(code, "closed by the operator of the CSMS")

    def _session(self, charge_point_id: str) -> ChargePointSession:
        session = self._sessions.get(charge_point_id)
        if session is None:
            raise CallFailed(OFFLINE, f"{charge_point_id} is not connected")
        return session

    def firmware_url(self, version: str) -> str:
        """Give the URL of a firmware file of this version; any version is there."""
        return f"http{self.url.removeprefix('ws')}{FIRMWARE_PATH}demo-{version}.bin"

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        if request.path.startswith(FIRMWARE_PATH):
            # Its version is in its name, which is all that our charge point asks of it.
            return connection.respond(HTTPStatus.OK, "a firmware of the demo, of one line\n")
        charge_point_id = _charge_point_id(request.path)
        if not charge_point_id:
            why = "no charge point id at the end of the path"
            self.record.add(TurnedAway(self._now(), "", why))
            return connection.respond(HTTPStatus.NOT_FOUND, f"{why}\n")
        why_not = self._why_not_authorized(charge_point_id, request.headers)
        if why_not is None:
            return None
        self.record.add(TurnedAway(self._now(), charge_point_id, why_not))
        response = connection.respond(HTTPStatus.UNAUTHORIZED, f"{why_not}\n")
        response.headers["WWW-Authenticate"] = 'Basic realm="OCPP"'
        return response

    def _why_not_authorized(self, charge_point_id: str, headers: Headers) -> str | None:
        if self._password is None:
            return None
        credentials = _basic_credentials(headers.get("Authorization", ""))
        if credentials is None:
            return "no HTTP Basic credentials"
        user, password = credentials
        # W 7.2: the user name is the id at the end of the URL.
        if user != charge_point_id.encode():
            return "the user name is not the charge point id"
        if not hmac.compare_digest(password, self._password):
            return "wrong password"
        return None

    async def _serve_charge_point(self, websocket: ServerConnection) -> None:
        assert websocket.request is not None, "the handshake is over"
        charge_point_id = _charge_point_id(websocket.request.path)
        if websocket.subprotocol != OCPP16:
            # J 3.2: the handshake is completed without the header, then the server closes.
            self.record.add(
                TurnedAway(self._now(), charge_point_id, "it did not offer subprotocol ocpp1.6")
            )
            await websocket.close(1002, "subprotocol ocpp1.6 is required")
            return
        session = ChargePointSession(
            charge_point_id,
            websocket,
            self._responder,
            self.record,
            lambda: self.behaviour,
            self._now,
        )
        older = self._sessions.get(charge_point_id)
        self._sessions[charge_point_id] = session
        self.record.add(Connected(self._now(), charge_point_id))
        try:
            async with asyncio.TaskGroup() as tasks:
                if older is not None:
                    tasks.create_task(older.close(1008, "replaced by a newer connection"))
                await session.run()
        finally:
            if self._sessions.get(charge_point_id) is session:
                del self._sessions[charge_point_id]
            self.record.add(
                Disconnected(self._now(), charge_point_id, websocket.close_code or 1006)
            )


def _select_subprotocol(_: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return OCPP16 if OCPP16 in offered else None


def _charge_point_id(path: str) -> str:
    """Decode the last segment of the path; empty where there is none (J 3.1.1)."""
    segment = path.partition("?")[0].rpartition("/")[2]
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError:
        return ""


def _basic_credentials(header: str) -> tuple[bytes, bytes] | None:
    """Split an Authorization header into user and password, both raw bytes (RFC 7617)."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True)
    except binascii.Error:
        return None
    user, colon, password = decoded.partition(b":")
    return (user, password) if colon else None
