"""The requests of the security extension: certificates, signed firmware and logs (W 5)."""

from __future__ import annotations

from functools import partial

from cp_tui.certificates.facts import HashData
from cp_tui.charge_point.components import Components
from cp_tui.charge_point.request_answer import RequestAnswer
from cp_tui.charge_point.variables import RootOrigin, RootUse
from cp_tui.ocpp.security import (
    CertificateHashData,
    CertificateSignedRequest,
    CertificateSignedResponse,
    DeleteCertificateRequest,
    DeleteCertificateResponse,
    GetInstalledCertificateIdsRequest,
    GetInstalledCertificateIdsResponse,
    GetLogRequest,
    GetLogResponse,
    InstallCertificateRequest,
    InstallCertificateResponse,
    SignedUpdateFirmwareRequest,
    SignedUpdateFirmwareResponse,
)
from cp_tui.ocpp.security_enumerations import (
    CertificateSignedStatus,
    GetInstalledCertificateStatus,
    HashAlgorithm,
    InstallCertificateStatus,
)


class SecurityRequests:
    """Answers what the CSMS wants of certificates, signed firmware and logs."""

    def __init__(self, components: Components) -> None:
        self._security = components.security
        self._firmware = components.firmware
        self._logs = components.logs

    def certificate_signed(self, request: CertificateSignedRequest) -> RequestAnswer:
        """Answer CertificateSigned (W A02)."""
        is_taken, reason = self._security.renewal.signed(request.certificate_chain)
        statuses = CertificateSignedStatus
        status = statuses.ACCEPTED if is_taken else statuses.REJECTED
        return RequestAnswer(CertificateSignedResponse(status=status), reason)

    def install_certificate(self, request: InstallCertificateRequest) -> RequestAnswer:
        """Answer InstallCertificate (W M05)."""
        use = RootUse(request.certificate_type)
        is_taken, reason = self._security.roots.install(use, request.certificate, RootOrigin.CSMS)
        statuses = InstallCertificateStatus
        status = statuses.ACCEPTED if is_taken else statuses.REJECTED
        return RequestAnswer(InstallCertificateResponse(status=status), reason)

    def delete_certificate(self, request: DeleteCertificateRequest) -> RequestAnswer:
        """Answer DeleteCertificate (W M04)."""
        asked = request.certificate_hash_data
        data = HashData(
            algorithm=asked.hash_algorithm,
            issuer_name_hash=asked.issuer_name_hash,
            issuer_key_hash=asked.issuer_key_hash,
            serial=asked.serial_number,
        )
        status, reason = self._security.roots.delete(data)
        return RequestAnswer(DeleteCertificateResponse(status=status), reason)

    def installed_ids(self, request: GetInstalledCertificateIdsRequest) -> RequestAnswer:
        """Answer GetInstalledCertificateIds (W M03)."""
        use = RootUse(request.certificate_type)
        found = tuple(
            CertificateHashData(
                hash_algorithm=HashAlgorithm(each.algorithm),
                issuer_name_hash=each.issuer_name_hash,
                issuer_key_hash=each.issuer_key_hash,
                serial_number=each.serial,
            )
            for each in self._security.roots.hash_data(use)
        )
        if not found:
            status = GetInstalledCertificateStatus.NOT_FOUND
            reason = self._security.roots.why_none(use)
            return RequestAnswer(GetInstalledCertificateIdsResponse(status=status), reason)
        status = GetInstalledCertificateStatus.ACCEPTED
        response = GetInstalledCertificateIdsResponse(status=status, certificate_hash_data=found)
        return RequestAnswer(response)

    def signed_update_firmware(self, request: SignedUpdateFirmwareRequest) -> RequestAnswer:
        """Answer SignedUpdateFirmware (W L01)."""
        decision = self._firmware.decide(request)
        then = partial(self._firmware.carry_out, request, decision)
        response = SignedUpdateFirmwareResponse(status=decision.status)
        return RequestAnswer(response, decision.reason, then)

    def get_log(self, request: GetLogRequest) -> RequestAnswer:
        """Answer GetLog (W N01)."""
        decision = self._logs.decide(request)
        then = partial(self._logs.carry_out, request, decision)
        response = GetLogResponse(status=decision.status, filename=decision.file_name)
        return RequestAnswer(response, decision.reason, then)
