"""The test of the connection: one attempt, exactly as the link makes it, told step by step.

It stops after the upgrade unless it is told to boot: a BootNotification changes what the CSMS
thinks of the charge point. Nothing of it is kept.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from uuid import uuid4

from msgspec import Struct
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from cp_tui.certificates.certificate_error import CertificateError
from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.effects import SetCredentials
from cp_tui.charge_point.registration import boot_notification
from cp_tui.charge_point.variables import LinkPhase, Tls
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.connect import (
    ConnectAttempt,
    Found,
    Reached,
    Resolved,
    Secured,
)
from cp_tui.engine.disk import on_disk
from cp_tui.engine.endpoint import Endpoint, endpoint
from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.keys import KeyFolder
from cp_tui.engine.link_failure import LinkFailure, closed_failure
from cp_tui.engine.timeouts import Timeouts
from cp_tui.engine.tls import LinkTls, OwnCertificateError, TlsMaker
from cp_tui.engine.upgrade import from_settings, swapped_words, where_to
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.answer import read_answer
from cp_tui.ocpp.core import BootNotificationResponse
from cp_tui.ocpp.enumerations import RegistrationStatus
from cp_tui.ocpp.errors import ErrorCode, OcppError
from cp_tui.ocpp.frame import CallError, CallResult, Frame, Unreadable, call_text, parse, salvage
from cp_tui.ocpp.length import exact, length
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.units import number

BOOT_TIMEOUT_S = 30.0
FRAMES_BEFORE_ANSWER_MAX = 100
"""How many frames may come before the answer: a CSMS may speak first, but not for ever."""
DAYS_LEFT_FEW = 30


class CheckStep(StrEnum):
    """What is tested, in this order."""

    ADDRESS = "Address"
    DNS = "DNS"
    TCP = "TCP"
    CHAIN = "Chain"
    """A certificate that the server has shown, or the root that stands for it."""
    TLS = "TLS"
    HTTP = "HTTP"
    SUBPROTOCOL = "Subprotocol"
    BOOT = "Boot"
    PROFILE = "Profile"
    """A security profile with TLS, held against what its server shows."""


class CheckVerdict(StrEnum):
    """How a step went."""

    OK = "ok"
    NOTE = "note"
    """It works, but somebody should know."""
    FAILED = "FAILED"
    WAITS = "..."
    """It has begun; how it went comes with a word of the others."""


class StepResult(Struct, frozen=True):
    """A step that was tested; the text may hold what a server wrote."""

    step: CheckStep
    verdict: CheckVerdict
    text: str
    hint: str = ""
    """What to check, or to know."""
    took_ms: float | None = None


Tell = Callable[[StepResult], None]


async def check_connection(
    config: EngineConfig,
    credentials: SetCredentials,
    tell: Tell,
    *,
    with_boot: bool = False,
    timeouts: Timeouts | None = None,
    waits: Tell | None = None,
    data_dir: Path = Path(),
) -> bool:
    """Test each step until one fails; returns whether all went well.

    `waits` hears of each step as it begins, with what it waits for and how long at most.
    `data_dir` has the private keys. Raises `EngineStartError` where `ca_file` cannot be used.
    """
    known = endpoint(config.url, config.charge_point.charge_point_id)
    target = where_to(known, credentials)
    waits = waits or _nobody
    maker = TlsMaker(
        config.ca_file,
        config.check_hostname,
        is_strict=config.charge_point.security.strict_x509,
        key_file=KeyFolder(data_dir).path,
    )
    make_tls = partial(maker.make, credentials)
    tls = await _tls(config, make_tls, waits) if target.is_secure else None
    swapped = swapped_words(known, credentials)
    tell(StepResult(CheckStep.ADDRESS, CheckVerdict.OK, target.uri, swapped))
    check = _Check(known, target, make_tls, tls, credentials, tell, waits)
    connection = await check.connect(timeouts or Timeouts())
    if connection is None:
        return False
    try:
        if not with_boot:
            return True
        waits(_waiting(CheckStep.BOOT, "the CSMS answers BootNotification", BOOT_TIMEOUT_S))
        return await _boot(connection, config.charge_point, tell)
    finally:
        await connection.close()


def _nobody(result: StepResult) -> None:
    """Ignore a step: the default for `waits`."""


def _waiting(step: CheckStep, until: str, limit_s: float) -> StepResult:
    return StepResult(step, CheckVerdict.WAITS, f"until {until}, {length(limit_s)} at most")


async def _tls(
    config: EngineConfig, make_tls: Callable[[], LinkTls], waits: Tell
) -> LinkTls | None:
    """Read what the server certificate is held against; raises `EngineStartError`.

    None: our own certificate cannot be used, which the attempt will tell.
    """
    place = config.ca_file or "the roots of the system"

    def say(words: str) -> None:
        waits(StepResult(CheckStep.ADDRESS, CheckVerdict.WAITS, words))

    try:
        return await on_disk(make_tls, f"reading {place}", say)
    except OwnCertificateError:
        return None
    except OSError as error:
        raise EngineStartError(f"csms.ca_file: {place}: {error.strerror}") from None


class _Check:
    """One attempt while it is made."""

    def __init__(
        self,
        known: Endpoint,
        target: Endpoint,
        make_tls: Callable[[], LinkTls],
        tls: LinkTls | None,
        sent: SetCredentials,
        tell: Tell,
        waits: Tell,
    ) -> None:
        self._known = known
        self._target = target
        self._make_tls = make_tls
        self._tls = tls
        self._credentials = sent
        self._tell = tell
        self._waits = waits
        self._timeouts = Timeouts()
        self._since = asyncio.get_running_loop().time()

    async def connect(self, timeouts: Timeouts) -> ClientConnection | None:
        """Connect, and tell how each step went."""
        self._timeouts = timeouts
        attempt = ConnectAttempt(
            endpoint=self._target,
            make_tls=self._make_tls,
            password=self._credentials.password,
            timeouts=timeouts,
            on_phase=self._begin,
            on_found=self._found,
        )
        try:
            connection = await attempt.run()
        except LinkFailure as failure:
            from_settings(failure, self._known, self._credentials)
            self._chain(failure.shown, "")
            step = next(step for step in CheckStep if step.casefold() == failure.step.casefold())
            if step is CheckStep.SUBPROTOCOL:
                self._say(CheckStep.HTTP, f"101 Switching Protocols; {self._sent()}")
            result = StepResult(
                step, CheckVerdict.FAILED, failure.text, failure.hint, self._took_ms()
            )
            self._tell(result)
            return None
        self._say(CheckStep.HTTP, f"101 Switching Protocols; {self._sent()}")
        self._tell(StepResult(CheckStep.SUBPROTOCOL, CheckVerdict.OK, str(connection.subprotocol)))
        return connection

    def _begin(self, phase: LinkPhase) -> None:
        self._since = asyncio.get_running_loop().time()
        host, port, limits = self._target.host, self._target.port, self._timeouts
        match phase:
            case LinkPhase.RESOLVING:
                self._waits(_waiting(CheckStep.DNS, f"a name server knows {host}", limits.dns_s))
            case LinkPhase.CONNECTING:
                self._waits(_waiting(CheckStep.TCP, f"{host} port {port} accepts", limits.tcp_s))
            case LinkPhase.TLS:
                self._waits(_waiting(CheckStep.TLS, "the handshake is done", limits.tls_s))
            case LinkPhase.UPGRADING:
                self._waits(_waiting(CheckStep.HTTP, "the CSMS answers", limits.upgrade_s))

    def _took_ms(self) -> float:
        return (asyncio.get_running_loop().time() - self._since) * 1000

    def _say(
        self, step: CheckStep, text: str, verdict: CheckVerdict = CheckVerdict.OK, hint: str = ""
    ) -> None:
        self._tell(StepResult(step, verdict, text, hint, self._took_ms()))

    def _found(self, found: Found) -> None:
        match found:
            case Resolved(addresses):
                is_name = not _is_address(self._target.host)
                text = ", ".join(addresses) if is_name else "not needed: the host is an address"
                self._say(CheckStep.DNS, text)
            case Reached(address, port):
                self._say(CheckStep.TCP, f"{address} port {port}")
                if not self._target.is_secure:
                    hint = "whoever is on the way can read and change what is said"
                    self._tell(
                        StepResult(
                            CheckStep.TLS, CheckVerdict.NOTE, "none: ws:// is not encrypted", hint
                        )
                    )
            case Secured(tls, chain):
                self._secured(tls)
                self._chain(chain, tls.anchor)
                self._asked(tls)

    def _secured(self, tls: Tls) -> None:
        shown = tls.certificate
        text = f"{tls.version}, {tls.cipher}"
        if shown is None:
            self._say(CheckStep.TLS, text)
            return
        days = (shown.not_after - datetime.now(UTC)).days
        text += f"; certificate of {shown.subject or 'nobody'}, issued by {shown.issuer},"
        text += f" valid until {shown.not_after:%Y-%m-%d}, {count(days, 'day')} left"
        if days < DAYS_LEFT_FEW:
            self._say(
                CheckStep.TLS, text, CheckVerdict.NOTE, "the CSMS needs a new certificate soon"
            )
        else:
            self._say(CheckStep.TLS, text)

    def _chain(self, chain: tuple[str, ...], anchor: str) -> None:
        """Tell each certificate below the one that it was issued by, and when it ends."""
        from cp_tui.certificates.described import facts_of

        now = datetime.now(UTC)
        is_own = self._tls is not None and self._tls.roots is not None
        place = "a root that is installed here" if is_own else "a root of the system"
        for depth, pem in enumerate(chain):
            try:
                facts = facts_of(pem)
            except CertificateError as error:
                self._tell(StepResult(CheckStep.CHAIN, CheckVerdict.NOTE, error.text))
                continue
            days = facts.days_left(now)
            indent = "" if depth == 0 else f"{' ' * (2 * depth - 2)}└ "
            until = f"{facts.not_after:%Y-%m-%d}"
            text = f"{indent}{facts.subject}: {facts.key}, until {until}, {facts.left(now)}"
            if depth == len(chain) - 1 and facts.subject == anchor:
                # The server has shown the root as well.
                text, anchor = f"{text}: {place}", ""
            verdict = CheckVerdict.NOTE if days < DAYS_LEFT_FEW else CheckVerdict.OK
            self._tell(StepResult(CheckStep.CHAIN, verdict, text))
        if anchor:
            text = f"{' ' * (2 * len(chain) - 2)}└ {anchor}: {place}"
            self._tell(StepResult(CheckStep.CHAIN, CheckVerdict.OK, text))

    def _asked(self, tls: Tls) -> None:
        """Tell what became of our certificate; without a question it proves nothing (W A00)."""
        has_one = self._tls is not None and bool(self._tls.certificate)
        if has_one and not tls.asked_for_certificate:
            text = "the server did not ask for the certificate of the charge point"
            hint = "security profile 3 is not in force there: it lets in whoever comes"
            self._tell(StepResult(CheckStep.CHAIN, CheckVerdict.NOTE, text, hint))
        elif tls.asked_for_certificate:
            shown = "it was shown" if has_one else "there is none"
            text = f"the server asked for the certificate of the charge point: {shown}"
            self._tell(StepResult(CheckStep.CHAIN, CheckVerdict.OK, text))

    def _sent(self) -> str:
        """Say what was sent of the AuthorizationKey, which itself is never shown."""
        if self._credentials.password is None:
            return f"no Authorization header sent (AuthorizationKey: {self._credentials.form})"
        user = self._target.charge_point_id
        return f"Authorization header sent: user {user}, key of {self._credentials.form}"


async def _boot(connection: ClientConnection, config: ChargePointConfig, tell: Tell) -> bool:
    """Send a BootNotification, and tell the answer (S 4.2)."""
    since = asyncio.get_running_loop().time()
    request = boot_notification(config, config.firmware_version)
    message_id = str(uuid4())
    try:
        async with asyncio.timeout(BOOT_TIMEOUT_S):
            await connection.send(call_text(message_id, Action.BOOT_NOTIFICATION, request))
            answer = await _answer(connection, message_id)
    except TimeoutError:
        text = f"the CSMS does not answer BootNotification within {number(BOOT_TIMEOUT_S)} s"
        result = StepResult(CheckStep.BOOT, CheckVerdict.FAILED, text)
    except ConnectionClosed as error:
        result = StepResult(CheckStep.BOOT, CheckVerdict.FAILED, closed_failure(error).text)
    else:
        took_ms = (asyncio.get_running_loop().time() - since) * 1000
        result = _registration(answer, took_ms)
    tell(result)
    return result.verdict is not CheckVerdict.FAILED


async def _answer(connection: ClientConnection, message_id: str) -> CallResult | CallError | None:
    """Wait for the answer to a request, past whatever else the CSMS says."""
    for _ in range(FRAMES_BEFORE_ANSWER_MAX):
        data = await connection.recv()
        found: Frame | Unreadable | None
        try:
            found = parse(data)
        except OcppError:
            found = salvage(data)
        if isinstance(found, Unreadable):
            words = "the answer cannot be read"
            found = CallError(found.message_id, ErrorCode.FORMATION_VIOLATION, words)
        if isinstance(found, CallResult | CallError) and found.message_id == message_id:
            return found
    return None


def _registration(answer: CallResult | CallError | None, took_ms: float) -> StepResult:
    """Say what the CSMS thinks of the charge point."""

    def said(verdict: CheckVerdict, text: str, hint: str = "") -> StepResult:
        return StepResult(CheckStep.BOOT, verdict, text, hint, took_ms)

    if answer is None:
        return said(
            CheckVerdict.FAILED, "the CSMS says a lot, but does not answer BootNotification"
        )
    if isinstance(answer, CallError):
        return said(CheckVerdict.FAILED, f"CALLERROR {answer.code}: {answer.description}")
    response, flaws = read_answer(Action.BOOT_NOTIFICATION, answer.payload)
    assert isinstance(response, BootNotificationResponse)
    seconds = response.interval
    interval = "no interval" if seconds is None else f"interval {exact(seconds)}"
    text = "; ".join([f"{response.status or 'no status'}, {interval}", *flaws])
    match response.status:
        case RegistrationStatus.ACCEPTED:
            return said(CheckVerdict.OK, text)
        case RegistrationStatus.PENDING:
            return said(CheckVerdict.NOTE, text, "the CSMS wants to set the charge point up first")
        case RegistrationStatus.REJECTED:
            return said(CheckVerdict.FAILED, text, "register the id at the CSMS")
        case None:
            return said(CheckVerdict.FAILED, text, "the CSMS has to answer with a status")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
