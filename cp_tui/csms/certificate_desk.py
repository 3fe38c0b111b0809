"""What the small CSMS does about certificates and passwords beside its answers.

It decides upon requests for certificates, delivers what they led to, and follows what becomes of
it: which certificate a charge point has taken, and which AuthorizationKey.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from cp_tui.certificates.certificate_error import CertificateError
from cp_tui.csms.behaviour import Behaviour
from cp_tui.csms.charge_point_session import CallFailed
from cp_tui.csms.errors import FolderDamaged
from cp_tui.csms.outcome import ComposedOutcome, OutcomeKind, read_composed
from cp_tui.ocpp.action import action_of
from cp_tui.ocpp.core import ChangeConfigurationRequest, ChangeConfigurationResponse
from cp_tui.ocpp.datatypes import ConfigurationStatus
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.redaction import is_secret_key
from cp_tui.ocpp.security import (
    CertificateSignedRequest,
    CertificateSignedResponse,
    SignCertificateRequest,
    SignCertificateResponse,
)
from cp_tui.ocpp.security_enumerations import CertificateSignedStatus, GenericStatus
from cp_tui.ocpp.validation import parse_response

if TYPE_CHECKING:
    from cp_tui.csms.issuing import Issue
    from cp_tui.csms.security import CsmsSecurity

REQUESTS_MAX = 100
"""How many requests are remembered, one of a charge point."""
PASSED_ON = {ConfigurationStatus.ACCEPTED, ConfigurationStatus.REBOOT_REQUIRED}


class Note(Protocol):
    """Hears what was done, in words for people."""

    def __call__(self, charge_point_id: str, words: str, is_good: bool = True) -> None: ...


class CertificateDesk:
    """The requests for certificates that are under way, by charge point."""

    def __init__(
        self,
        security: Callable[[], CsmsSecurity],
        deliver: Callable[[str, WireModel], Awaitable[WireModel]],
        note: Note,
        now: Callable[[], datetime],
    ) -> None:
        self._security = security
        self._deliver = deliver
        self._note = note
        self._now = now
        self._issues: dict[str, Issue] = {}
        """What an answer that was just given has led to."""
        self._requests: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Deliver nothing any more."""
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def answer(
        self, charge_point_id: str, request: SignCertificateRequest, behaviour: Behaviour
    ) -> SignCertificateResponse:
        """Decide upon a request for a certificate."""
        from cp_tui.csms.issuing import issue

        rejected = SignCertificateResponse(status=GenericStatus.REJECTED)
        try:
            pki = self._security().pki
        except (FolderDamaged, OSError) as error:
            self._note(charge_point_id, f"it can issue no certificates: {error}", False)
            return rejected
        found = issue(pki, request.csr, behaviour.certificates, self._now())
        self._issues[charge_point_id] = found
        self._requests.pop(charge_point_id, None)
        if found.is_readable:
            self._requests[charge_point_id] = request.csr
            if len(self._requests) > REQUESTS_MAX:
                del self._requests[next(iter(self._requests))]
        self._note(charge_point_id, found.words, found.is_accepted)
        if not found.is_accepted:
            return rejected
        return SignCertificateResponse(status=GenericStatus.ACCEPTED)

    def request_of(self, charge_point_id: str) -> str | None:
        """Give what a charge point has asked a certificate for last; None: nothing."""
        return self._requests.get(charge_point_id)

    def answered(self, charge_point_id: str, request: WireModel) -> None:
        """Deliver what follows an answer that is on its way."""
        if not isinstance(request, SignCertificateRequest):
            return
        found = self._issues.pop(charge_point_id, None)
        if found is not None and found.chains:
            task = asyncio.create_task(self._deliver_all(charge_point_id, found))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver_all(self, charge_point_id: str, found: Issue) -> None:
        await asyncio.sleep(found.delay_s)
        for chain in found.chains:
            request = CertificateSignedRequest(certificate_chain=chain)
            # What failed is in the record already.
            with suppress(CallFailed):
                self.called(charge_point_id, request, await self._deliver(charge_point_id, request))

    def called(self, charge_point_id: str, request: WireModel, response: WireModel) -> None:
        """Note what a charge point has taken."""
        try:
            match request, response:
                case CertificateSignedRequest(), CertificateSignedResponse():
                    if response.status is CertificateSignedStatus.ACCEPTED:
                        self._has_taken(charge_point_id, request.certificate_chain)
                case ChangeConfigurationRequest(), ChangeConfigurationResponse():
                    if is_secret_key(request.key) and response.status in PASSED_ON:
                        self._security().set_authorization_key(charge_point_id, request.value)
                        words = "its new AuthorizationKey counts from now on, the old one no more"
                        self._note(charge_point_id, words)
        except CertificateError as error:
            words = f"it has taken what is no certificate: {error.text}"
            self._note(charge_point_id, words, False)
        except (FolderDamaged, OSError) as error:
            self._note(charge_point_id, f"it cannot be remembered: {error}", False)

    def composed(self, charge_point_id: str, text: str, outcome: ComposedOutcome) -> None:
        """Note the same of what a person wrote."""
        request = read_composed(text).request
        if request is None or outcome.kind is not OutcomeKind.CALLRESULT or outcome.defect:
            return
        if isinstance(outcome.payload, dict):
            response = parse_response(action_of(request), outcome.payload)
            self.called(charge_point_id, request, response)

    def _has_taken(self, charge_point_id: str, chain: str) -> None:
        security = self._security()
        at = self._now()
        facts = security.issued(charge_point_id, chain, at)
        words = f"it has taken the certificate {facts.subject}, serial number {facts.serial}"
        self._note(charge_point_id, f"{words}, {facts.left(at)}")
