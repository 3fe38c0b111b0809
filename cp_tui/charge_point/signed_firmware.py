"""Signed firmware: who has signed it, and is it what was signed? (W L01)

The signing certificate is checked when the request comes, the signature over the file as it lies
in the downloads. Nothing here keeps anything.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.certificates.certificate_error import CertificateCheck, CertificateError, quoted
from cp_tui.charge_point.firmware_statuses import BEING_INSTALLED, is_under_way
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.records import FirmwareRecord, SignedUpdateRecord
from cp_tui.charge_point.retry_schedule import bounds, planned
from cp_tui.charge_point.security.reading import facts_of, words_of
from cp_tui.charge_point.variables import FileFacts, SecurityEventType
from cp_tui.ocpp.length import moment
from cp_tui.ocpp.redaction import shown_location

if TYPE_CHECKING:
    from cp_tui.ocpp.security import SignedUpdateFirmwareRequest
    from cp_tui.ocpp.security_enumerations import SignedUpdateFirmwareStatus

DIGEST_SHOWN = 16
"""How many digits of a digest are told."""


class FirmwareDecision(Struct, frozen=True):
    """What becomes of a SignedUpdateFirmware."""

    status: SignedUpdateFirmwareStatus
    reason: Reason
    signed: SignedUpdateRecord | None = None
    """None: nothing is begun."""
    event: SecurityEventType | None = None
    """What has to be reported."""


def decide(
    request: SignedUpdateFirmwareRequest,
    present: FirmwareRecord | None,
    roots: tuple[str, ...],
    at: datetime,
) -> FirmwareDecision:
    """Decide on a request: by its certificate first, then by the update before (W L01.FR.02, 27).

    `roots` are those of the manufacturer, PEM.
    """
    from cp_tui.ocpp.security_enumerations import SignedUpdateFirmwareStatus

    try:
        signed = _checked(request, roots, at)
    except CertificateError as error:
        why = error.text
        if error.check is CertificateCheck.NO_ROOT:
            why = "no ManufacturerRootCertificate is installed that could stand for the certificate"
        words, check = "{check}: {why}", str(error.check)
        reason = because("firmware.certificate", "W L01.FR.02", words, check=check, why=why)
        event = SecurityEventType.INVALID_FIRMWARE_SIGNING_CERTIFICATE
        status = SignedUpdateFirmwareStatus.INVALID_CERTIFICATE
        return FirmwareDecision(status, reason, event=event)
    if present is not None and present.state in BEING_INSTALLED:
        reason = because(
            "firmware.not_replaced",
            "W L01.FR.27",
            "the update before is {state} and can be stopped no longer: request {request} is not"
            " begun",
            state=present.state,
            request=request.request_id,
        )
        return FirmwareDecision(SignedUpdateFirmwareStatus.REJECTED, reason)
    replaces = is_under_way(present)
    firmware, statuses = request.firmware, SignedUpdateFirmwareStatus
    reason = because(
        "firmware.signed",
        "W L01",
        "fetches {location} from {at} on, {count:try|tries}{bounds}, and installs it {then};"
        " {signer} has to have signed it{replaces}",
        location=shown_location(firmware.location),
        at=moment(firmware.retrieve_date_time),
        count=planned(request.retries, request.retry_interval).attempts_max,
        bounds=bounds(request.retries, request.retry_interval),
        then=f"from {moment(signed.install_at)} on" if signed.install_at else "once nobody charges",
        signer=quoted(signed.signer.common_name or signed.signer.subject),
        replaces="; in place of the update before" if replaces else "",
    )
    status = statuses.ACCEPTED_CANCELED if replaces else statuses.ACCEPTED
    return FirmwareDecision(status, reason, signed)


def _checked(
    request: SignedUpdateFirmwareRequest, roots: tuple[str, ...], at: datetime
) -> SignedUpdateRecord:
    """Check the signing certificate of a request; raises CertificateError: it is not good."""
    from cp_tui.certificates.checks import check_signing_certificate
    from cp_tui.certificates.pem import read_one

    firmware = request.firmware
    pem = read_one(firmware.signing_certificate)
    anchor = check_signing_certificate(pem, roots, at)
    return SignedUpdateRecord(
        request_id=request.request_id,
        certificate=pem,
        signature=firmware.signature,
        signer=facts_of(pem),
        anchor=facts_of(anchor),
        install_at=firmware.install_date_time,
    )


def verified(
    record: FirmwareRecord, found: FileFacts | None, text: str, at: datetime, *, pss_only: bool
) -> SignedUpdateRecord | str:
    """Check the signature over the file that was found; give the record with how, or why not.

    `text` says why there is no file.
    """
    from cp_tui.certificates.signature import check_signature

    assert record.signed is not None
    if found is None:
        return text
    signed = record.signed
    try:
        scheme = check_signature(
            signed.certificate, signed.signature, bytes.fromhex(found.sha256), pss_only=pss_only
        )
    except CertificateError as error:
        change = changed(record.file, found)
        return f"{words_of(error)}; {change}" if change else words_of(error)
    return replace(signed, scheme=scheme, verified_at=at)


def changed(before: FileFacts | None, now: FileFacts | None, text: str = "") -> str:
    """Say how a file is not what it was, with both values; empty: it is.

    `text` says why there is no file.
    """
    if now is None:
        return text or "the file is gone"
    if before is None or before.sha256 == now.sha256:
        return ""
    if before.size_bytes != now.size_bytes:
        return f"the file has {now.size_bytes:,} bytes now, and had {before.size_bytes:,} before"
    was, is_now = (each.sha256[:DIGEST_SHOWN] for each in (before, now))
    return f"the SHA-256 of the file is {is_now}... now, and was {was}... before"
