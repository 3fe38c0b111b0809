"""What the CSMS of a demo can be told to do about security, with its own certificates and files.

Each sends one message, or a few, that could be composed by hand as well, and says what came of it.
"""

from __future__ import annotations

import secrets
from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from cp_tui.charge_point.reason import Reason
from cp_tui.csms.behaviour import Signing
from cp_tui.csms.charge_point_session import CallFailed
from cp_tui.csms.provisioning import TRIGGER
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.pending_requests import CommandAnswer
from cp_tui.ocpp.action import action_of
from cp_tui.ocpp.core import ChangeConfigurationRequest
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.security import (
    CertificateHashData,
    DeleteCertificateRequest,
    GetInstalledCertificateIdsRequest,
    GetInstalledCertificateIdsResponse,
    GetLogRequest,
    InstallCertificateRequest,
    LogParameters,
    SignedUpdateFirmwareRequest,
)
from cp_tui.ocpp.security_enumerations import CertificateUse, LogType

if TYPE_CHECKING:
    from cp_tui.csms.central_system import CentralSystem

KEY_BYTES = 20
TAKEN = "Accepted", "AcceptedCanceled", "RebootRequired"
UNTOLD = "OCPP has no room for why in this answer: screen and trace of the charge point say it"
"""Where a charge point does not do what it was told to."""
ChargePointId = Annotated[
    str, Field(min_length=1, description="unless it is the only one that is connected")
]
Use = Annotated[CertificateUse, Field(strict=False)]
Log = Annotated[LogType, Field(strict=False)]
HigherProfile = Annotated[int, Field(ge=1, le=3)]
SignedAs = Annotated[Signing, Field(strict=False)]
Version = Annotated[str, Field(pattern=r"^[0-9A-Za-z.+-]{1,50}$", description="a version")]


class SecurityOrders:
    """The orders; whoever has a CSMS to give them to derives from it."""

    _csms: CentralSystem

    async def ask_for_certificate(
        self, charge_point_id: ChargePointId | None = None
    ) -> CommandAnswer:
        """Ask a charge point to request a certificate, which is issued as the CSMS behaves."""
        return await self._order(charge_point_id, TRIGGER)

    async def install_root(
        self, use: Use, charge_point_id: ChargePointId | None = None
    ) -> CommandAnswer:
        """Install a root of this CSMS, that of its own or that of its firmware."""
        root = self._root(use)
        request = InstallCertificateRequest(certificate_type=use, certificate=root)
        return await self._order(charge_point_id, request, self._words(root))

    async def delete_root(
        self, use: Use, charge_point_id: ChargePointId | None = None
    ) -> CommandAnswer:
        """Delete a root of this CSMS."""
        root = self._root(use)
        request = DeleteCertificateRequest(certificate_hash_data=self._csms.security.name(root))
        return await self._order(charge_point_id, request, self._words(root))

    async def list_roots(self, charge_point_id: ChargePointId | None = None) -> CommandAnswer:
        """Ask which root certificates are installed, and say which of them are known here."""
        found: list[str] = []
        for use in CertificateUse:
            response = await self._call(
                charge_point_id, GetInstalledCertificateIdsRequest(certificate_type=use)
            )
            assert isinstance(response, GetInstalledCertificateIdsResponse)
            found += [
                f"{use}: {self._named(each)}" for each in response.certificate_hash_data or ()
            ]
        return CommandAnswer("; ".join(found) or "none is installed")

    async def update_signed_firmware(
        self,
        signing: SignedAs = Signing.GOOD,
        version: Version = "9.0.1",
        charge_point_id: ChargePointId | None = None,
    ) -> CommandAnswer:
        """Have signed firmware installed: good, forged (the signature of another file), or foreign.

        Foreign firmware is signed by somebody whose root no charge point has.
        """
        # A demo begins long before it signs anything.
        from cp_tui.csms.signed_files import firmware_image

        csms = self._csms
        location = csms.files.firmware_url(version)
        image = firmware_image(csms.security.pki, location, version, signing, csms.now())
        request = SignedUpdateFirmwareRequest(request_id=csms.new_request_id(), firmware=image)
        return await self._order(charge_point_id, request, f"version {version}, {signing}")

    async def get_log(
        self,
        log_type: Log = LogType.SECURITY_LOG,
        charge_point_id: ChargePointId | None = None,
    ) -> CommandAnswer:
        """Ask for a log; it is delivered to the CSMS itself."""
        csms = self._csms
        who = self._whose(charge_point_id)
        request = GetLogRequest(
            log=LogParameters(remote_location=csms.files.log_url(who)),
            log_type=log_type,
            request_id=csms.new_request_id(),
        )
        return await self._order(who, request)

    async def change_password(self, charge_point_id: ChargePointId | None = None) -> CommandAnswer:
        """Give a charge point a new AuthorizationKey, drawn by chance and shown nowhere."""
        key = secrets.token_hex(KEY_BYTES)
        request = ChangeConfigurationRequest(key="AuthorizationKey", value=key)
        words = f"{count(KEY_BYTES, 'byte')}, drawn by chance"
        return await self._order(charge_point_id, request, words)

    async def raise_security_profile(
        self, profile: HigherProfile, charge_point_id: ChargePointId | None = None
    ) -> CommandAnswer:
        """Raise the security profile of a charge point; there is a door for each."""
        csms = self._csms
        if not csms.doors.is_reserved(profile):
            there = f"`cp-tui csms --profile {profile}` has one, `cp-tui demo` has all"
            raise _refused(f"this CSMS has no door of security profile {profile}; {there}")
        await csms.open_doors()
        request = ChangeConfigurationRequest(key="SecurityProfile", value=str(profile))
        words = f"a door of profile {profile} is open at {csms.doors.url(profile)}"
        return await self._order(charge_point_id, request, words)

    def revoke_certificates(self, charge_point_id: ChargePointId | None = None) -> CommandAnswer:
        """Revoke every certificate of a charge point; with none of them it is let in any more."""
        who = self._whose(charge_point_id)
        revoked = self._csms.security.revoke(who, self._csms.now())
        if not revoked:
            raise _refused(f"{who} has no certificate of this CSMS that still counts")
        words = f"{count(revoked, 'certificate')} of {who} revoked; an open connection goes on"
        return CommandAnswer(True, _because(words))

    @abstractmethod
    def _whose(self, charge_point_id: str | None) -> str:
        """Give the id of the charge point that is meant, or raise `CommandError`."""

    async def _order(
        self, charge_point_id: str | None, request: WireModel, words: str = ""
    ) -> CommandAnswer:
        response = await self._call(charge_point_id, request)
        status = response.to_payload().get("status")
        assert isinstance(status, str), "each of these answers has one"
        if status not in TAKEN:
            words = f"{words}; {UNTOLD}" if words else UNTOLD
        return CommandAnswer(status, _because(words) if words else None)

    async def _call(self, charge_point_id: str | None, request: WireModel) -> WireModel:
        try:
            return await self._csms.call(self._whose(charge_point_id), request)
        except CallFailed as failure:
            raise _refused(f"{action_of(request)}: {failure}") from None

    def _root(self, use: CertificateUse) -> str:
        return self._csms.security.root(use)

    def _words(self, root: str) -> str:
        facts = self._csms.security.facts(root)
        return f"{facts.subject}, {facts.left(self._csms.now())}"

    def _named(self, data: CertificateHashData) -> str:
        for use in CertificateUse:
            root = self._root(use)
            if self._csms.security.name(root) == data:
                return self._words(root)
        return f"serial number {data.serial_number}, not of this CSMS"


def _because(words: str) -> Reason:
    return Reason(id="csms.order", rule="cp-tui", text=words)


def _refused(text: str) -> CommandError:
    return CommandError(ErrorNumber.REFUSED, text)
