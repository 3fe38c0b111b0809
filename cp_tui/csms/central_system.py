"""The small CSMS: a real OCPP 1.6J central system for demos and tests.

Accepts any charge point. What it answers is the responder's; one connection, a session's. It has a
door for each security profile that it is asked to serve, and makes its certificates with the first
that needs some.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from cp_tui.csms.admission import (
    NotAdmitted,
    charge_point_id_of,
    is_same,
    refusal_at,
    tls_of,
    why_no_password,
)
from cp_tui.csms.behaviour import Behaviour
from cp_tui.csms.certificate_desk import CertificateDesk
from cp_tui.csms.charge_point_session import OFFLINE, CallFailed, ChargePointSession
from cp_tui.csms.doors import PROFILES, Doors
from cp_tui.csms.event_log import Connected, Disconnected, EventLog, Noted, Received, TurnedAway
from cp_tui.csms.file_server import DeliveredFile, FileServer
from cp_tui.csms.log_words import delivered_words
from cp_tui.csms.outcome import ComposedOutcome
from cp_tui.csms.placeholders import Placeholders
from cp_tui.csms.responder import BootRecord, Responder, Transaction
from cp_tui.csms.tls import HANDSHAKE_S
from cp_tui.ocpp.action import action_of
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.frame import SUBPROTOCOL
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.validation import parse_request

if TYPE_CHECKING:
    from pydantic import JsonValue

    from cp_tui.certificates.facts import CertificateFacts
    from cp_tui.csms.security import CsmsSecurity

OCPP16 = Subprotocol(SUBPROTOCOL)
FRAME_SIZE_MAX = 1_000_000
"""The longest frame that is read, in bytes: the standard sets no limit, and no message comes near.
"""
CALL_TIMEOUT_S = 30.0
LOGS_FOLDER = "logs"
"""Within its folder, where it has one."""
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
        profile: int = 0,
        password: bytes | None = None,
        folder: Path | None = None,
        authorization_key: str = "",
        anew: bool = False,
        now: Callable[[], datetime] = _machine_time,
    ) -> None:
        """`profile` is that of the first door; `password` is asked for at that of profile 0.

        `authorization_key` is the first one of every charge point; empty: the CSMS makes one.
        `folder` is where certificates and passwords are kept; None: nowhere beyond its own life.
        With `anew` what is there is thrown away.
        """
        self.behaviour = behaviour or Behaviour()
        """How it answers; may be replaced at any time."""
        self.record = EventLog()
        """What it saw."""
        self.profile = profile
        self.leads_to: int | None = profile
        """The profile to which charge points are led that come with a lower one; None: nowhere."""
        self.refuses_lower = False
        """Whether a charge point that came in profile 3 is let in with no lower one any more."""
        self._password = password
        self._folder = folder
        self._authorization_key = authorization_key
        self._is_anew = anew
        self._now = now
        self._security: CsmsSecurity | None = None
        self._desk = CertificateDesk(lambda: self.security, self._deliver, self._note, self._now)
        self._responder = Responder(self._desk.answer)
        self._sessions: dict[str, ChargePointSession] = {}
        self._request_ids = itertools.count(1)
        self._doors = Doors(self._open)
        self.files = FileServer(self._file_came, None if folder is None else folder / LOGS_FOLDER)
        """Firmware to be fetched, and the logs that came."""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one. `OSError` where the port is taken.

        Where security needs a folder that cannot be used, `FolderDamaged`.
        """
        self._doors.reserve(self.profile, host, port)
        await self._doors.open(self.profile)
        # As secure as its first door.
        await self.files.start(self._tls(2) if self.profile >= 2 else None)

    async def close(self) -> None:
        """Close every connection (1001) and stop listening."""
        await self._desk.close()
        await self.files.close()
        await self._doors.close_all()
        if self._security is not None:
            self._security.close()
            self._security = None

    @property
    def security(self) -> CsmsSecurity:
        """Its certificates, and whom it lets in; made when they are needed first.

        Raises `FolderDamaged` and `OSError`.
        """
        if self._security is None:
            # Most have no use for it, and it takes a moment and some memory.
            from cp_tui.csms.security import CsmsSecurity

            self._security = CsmsSecurity(
                self._folder,
                self._now(),
                anew=self._is_anew,
                authorization_key=self._authorization_key,
            )
        return self._security

    @property
    def has_security(self) -> bool:
        """Whether something has needed its certificates yet."""
        return self._security is not None

    async def open_doors(self) -> None:
        """Open every door that is reserved; `OSError` where that cannot be."""
        for profile in PROFILES:
            if self._doors.is_reserved(profile):
                await self._doors.open(profile)

    @property
    def doors(self) -> Doors:
        """Where charge points come in, by security profile."""
        return self._doors

    @property
    def port(self) -> int:
        """The TCP port of its first door."""
        return self._doors.port(self.profile)

    @property
    def url(self) -> str:
        """The endpoint of its first door; a charge point appends its id."""
        return self._doors.url(self.profile)

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

    def profile_of(self, charge_point_id: str) -> int | None:
        """Give the security profile with which a charge point is connected; None: it is not."""
        session = self._sessions.get(charge_point_id)
        return None if session is None else session.profile

    def certificate_of(self, charge_point_id: str) -> CertificateFacts | None:
        """Give the certificate with which a charge point is connected; None: with none."""
        session = self._sessions.get(charge_point_id)
        return None if session is None else session.shown

    def filled(self, charge_point_id: str, payload: dict[str, JsonValue]) -> JsonValue:
        """Give a payload with what its words in braces stand for; raises `CannotFill`."""
        request = self._desk.request_of(charge_point_id)
        words = Placeholders(
            charge_point_id, lambda: self.security, self.files, request, self._now()
        )
        return words.filled(payload)

    def now(self) -> datetime:
        """Tell the time as the CSMS tells it to its charge points."""
        return later(self._now(), self.behaviour.clock_offset_s)

    async def call(
        self, charge_point_id: str, request: WireModel, *, timeout_s: float = CALL_TIMEOUT_S
    ) -> WireModel:
        """Send a request to a charge point and return its response; `CallFailed` without one."""
        response = await self._session(charge_point_id).call(request, timeout_s)
        self._desk.called(charge_point_id, request, response)
        return response

    async def ask(
        self,
        charge_point_id: str,
        action: str,
        payload: Mapping[str, JsonValue],
        *,
        timeout_s: float = CALL_TIMEOUT_S,
    ) -> dict[str, JsonValue]:
        """Send a request by the names of the wire, and give the payload of its answer.

        Raises `OcppError` for a payload that breaks a rule, `CallFailed` where no answer comes.
        """
        request = parse_request(action, dict(payload), "")
        response = await self.call(charge_point_id, request, timeout_s=timeout_s)
        return response.to_payload()

    def heard(self, charge_point_id: str, action: str) -> list[dict[str, JsonValue]]:
        """Give the payloads of the requests of this action that a charge point sent."""
        return [
            each.request.to_payload()
            for each in self.record.events
            if isinstance(each, Received)
            and each.charge_point_id == charge_point_id
            and action_of(each.request) == action
        ]

    async def compose(
        self, charge_point_id: str, text: str, *, timeout_s: float = CALL_TIMEOUT_S
    ) -> ComposedOutcome:
        """Send what a person wrote as it stands, and return what came of it."""
        outcome = await self._session(charge_point_id).compose(text, timeout_s)
        self._desk.composed(charge_point_id, text, outcome)
        return outcome

    async def disconnect(self, charge_point_id: str, code: int = 1001) -> None:
        """Close the connection of a charge point; `CallFailed` where there is none."""
        session = self._session(charge_point_id)
        await session.close(code, "closed by the operator of the CSMS")

    def _session(self, charge_point_id: str) -> ChargePointSession:
        session = self._sessions.get(charge_point_id)
        if session is None:
            raise CallFailed(OFFLINE, f"{charge_point_id} is not connected")
        return session

    async def _deliver(self, charge_point_id: str, request: WireModel) -> WireModel:
        return await self._session(charge_point_id).call(request, CALL_TIMEOUT_S)

    def _note(self, charge_point_id: str, words: str, is_good: bool = True) -> None:
        self.record.add(Noted(self._now(), charge_point_id, words, is_good))

    def new_request_id(self) -> int:
        """Give a number for an order that is told of by number: firmware, a log."""
        return next(self._request_ids)

    def _file_came(self, file: DeliveredFile) -> None:
        self._note(file.charge_point_id, delivered_words(file))

    def _tls(self, profile: int) -> ssl.SSLContext:
        def report(why: str) -> None:
            self.record.add(TurnedAway(self._now(), "", why))

        return self.security.context(profile, report)

    async def _open(self, profile: int, place: socket.socket) -> Server:
        tls = self._tls(profile) if profile >= 2 else None
        return await serve(
            partial(self._serve_charge_point, profile),
            sock=place,
            ssl=tls,
            ssl_handshake_timeout=HANDSHAKE_S if tls is not None else None,
            select_subprotocol=_select_subprotocol,
            process_request=partial(self._admit, profile),
            compression=None,
            max_size=FRAME_SIZE_MAX,
            close_timeout=CLOSE_TIMEOUT_S,
            logger=_log,
        )

    def _admit(
        self, profile: int, connection: ServerConnection, request: Request
    ) -> Response | None:
        charge_point_id = charge_point_id_of(request.path)
        refusal = self._refusal(profile, charge_point_id, connection, request)
        if refusal is None:
            return None
        self.record.add(TurnedAway(self._now(), charge_point_id, refusal.why))
        response = connection.respond(refusal.status, f"{refusal.why}\n")
        if refusal.status is HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = 'Basic realm="OCPP"'
        return response

    def _refusal(
        self, profile: int, charge_point_id: str, connection: ServerConnection, request: Request
    ) -> NotAdmitted | None:
        if not charge_point_id:
            return NotAdmitted(HTTPStatus.NOT_FOUND, "no charge point id at the end of the path")
        if profile > 0:
            known = self.security
            refusal = refusal_at(profile, charge_point_id, connection, request.headers, known)
            if refusal is not None or profile == PROFILES[-1] or not self.refuses_lower:
                return refusal
            why = known.why_not_lower(charge_point_id)
            return None if why is None else NotAdmitted(HTTPStatus.FORBIDDEN, why)
        if self._password is None:
            return None
        is_right = partial(is_same, self._password)
        why = why_no_password(charge_point_id, request.headers, is_right)
        return None if why is None else NotAdmitted(HTTPStatus.UNAUTHORIZED, why)

    async def _serve_charge_point(self, profile: int, websocket: ServerConnection) -> None:
        assert websocket.request is not None, "the handshake is over"
        charge_point_id = charge_point_id_of(websocket.request.path)
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
            profile=profile,
            answered=self._desk.answered,
        )
        older = self._sessions.get(charge_point_id)
        self._sessions[charge_point_id] = session
        self.record.add(self._connected(session, websocket))
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

    def _connected(self, session: ChargePointSession, websocket: ServerConnection) -> Connected:
        profile, who = session.profile, session.charge_point_id
        words = f"security profile {profile}" if profile else ""
        secured = tls_of(websocket)
        if secured is not None:
            suite = (secured.cipher() or ("",))[0]
            words += f", {(secured.version() or '').replace('TLSv', 'TLS ')} {suite}"
        if profile == 3 and secured is not None:
            session.shown = shown = self.security.shown(secured)
            words += f", {shown.subject}, {shown.left(self._now())}"
            revoked = self.security.proved(who, shown, self._now())
            if revoked:
                words += f"; {count(revoked, 'older certificate')} revoked"
        return Connected(self._now(), who, profile, words)


def _select_subprotocol(_: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return OCPP16 if OCPP16 in offered else None
