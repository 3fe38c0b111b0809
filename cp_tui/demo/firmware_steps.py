"""The steps with signed firmware, good and bad, and with the security log (W L01, N01)."""

from __future__ import annotations

from cp_tui.charge_point.variables import FirmwareState, FirmwareView, SecurityEventType
from cp_tui.csms.behaviour import Signing
from cp_tui.csms.event_log import Event, Noted
from cp_tui.csms.log_words import security_log_lines
from cp_tui.demo import security_steps
from cp_tui.demo.scenario_steps import next_version
from cp_tui.demo.step_context import StepContext, StoryFailed
from cp_tui.demo.way_to_csms import see_registered
from cp_tui.ocpp.core import BootNotificationRequest
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.security import (
    GetLogRequest,
    GetLogResponse,
    LogParameters,
    LogStatusNotificationRequest,
    SignedFirmwareStatusNotificationRequest,
    SignedUpdateFirmwareRequest,
)
from cp_tui.ocpp.security_enumerations import (
    CertificateUse,
    LogType,
    SignedFirmwareStatus,
    UploadLogStatus,
)

BEGUN = ("Accepted", "AcceptedCanceled")
"""The order is carried out, alone or in place of the one before."""


async def trust_the_manufacturer(context: StepContext) -> None:
    """Install the root of the manufacturer, without which no firmware is good."""
    await context.next_step()
    await security_steps.install_root(context, CertificateUse.MANUFACTURER_ROOT_CERTIFICATE)


async def install_good_firmware(context: StepContext) -> None:
    """Have signed firmware fetched, verified and installed."""
    await context.next_step()
    version = await _order(context, Signing.GOOD, *BEGUN)
    context.tell(f"SignedUpdateFirmware -> Accepted: {version}, signed by the manufacturer")
    for status in (
        SignedFirmwareStatus.DOWNLOADING,
        SignedFirmwareStatus.DOWNLOADED,
        SignedFirmwareStatus.SIGNATURE_VERIFIED,
        SignedFirmwareStatus.INSTALLING,
    ):
        await _hear_status(context, status)
    booted = await context.hear(
        f"a BootNotification with firmware {version}",
        BootNotificationRequest,
        lambda heard: heard.firmware_version == version,
    )
    context.tell(f"BootNotification with firmware {booted.firmware_version}")
    await _hear_status(context, SignedFirmwareStatus.INSTALLED)
    await see_registered(context)

    def running() -> str | None:
        firmware = context.view.firmware
        found = firmware.running if firmware else None
        if firmware is None or firmware.version != version or found is None:
            return None
        return f"{found.scheme} by {found.signer.subject}" if found.signer else None

    who = await context.see(f"who has signed firmware {version}", running)
    context.tell(f"It runs, signed with {who}")


async def refuse_forged_firmware(context: StepContext) -> None:
    """Have firmware fetched whose signature is that of another file."""
    await context.next_step()
    await forge(context)


async def forge(context: StepContext) -> None:
    """The same, as a part of another step."""
    seen = _newest_event(context)
    version = await _order(context, Signing.FORGED, *BEGUN)
    context.tell(f"SignedUpdateFirmware -> Accepted: {version}, with the signature of another file")
    await _hear_status(context, SignedFirmwareStatus.INVALID_SIGNATURE)

    def problem() -> str | None:
        firmware = context.view.firmware
        is_refused = firmware is not None and firmware.state is FirmwareState.INVALID_SIGNATURE
        return firmware.problem or None if firmware is not None and is_refused else None

    context.tell(f"Refused: {await context.see('why the firmware was refused', problem)}")
    await _see_event(context, SecurityEventType.INVALID_FIRMWARE_SIGNATURE, seen)


async def refuse_foreign_firmware(context: StepContext) -> None:
    """Order firmware whose signing certificate no root stands for."""
    await context.next_step()
    seen = _newest_event(context)
    await _order(context, Signing.FOREIGN, "InvalidCertificate")

    text = await context.see(
        "why the signing certificate was refused", lambda: _refusal(context.view.firmware)
    )
    context.tell(f"SignedUpdateFirmware -> InvalidCertificate: {text}")
    await _see_event(context, SecurityEventType.INVALID_FIRMWARE_SIGNING_CERTIFICATE, seen)


def _refusal(firmware: FirmwareView | None) -> str | None:
    return firmware.refusal.text if firmware and firmware.refusal else None


async def _order(context: StepContext, signing: Signing, *expected: str) -> str:
    """Send SignedUpdateFirmware; gives the version that it would bring."""
    # A demo begins long before it signs anything.
    from cp_tui.csms.signed_files import firmware_image

    csms = context.csms
    record = csms.boot_of(context.charge_point_id)
    version = next_version(record.boot.firmware_version if record else None)
    location = csms.files.firmware_url(version)
    image = firmware_image(csms.security.pki, location, version, signing, csms.now())
    request = SignedUpdateFirmwareRequest(request_id=csms.new_request_id(), firmware=image)
    await context.ask(request, *expected)
    return version


async def _hear_status(context: StepContext, status: SignedFirmwareStatus) -> None:
    await context.hear(
        f"SignedFirmwareStatusNotification {status}",
        SignedFirmwareStatusNotificationRequest,
        lambda heard: heard.status is status,
    )
    context.tell(f"SignedFirmwareStatusNotification {status}")


def _newest_event(context: StepContext) -> int:
    """Give the number of the newest security event; 0: there is none."""
    events = context.view.security_events
    return max((each.sequence for each in events.entries), default=0) if events else 0


async def _see_event(context: StepContext, kind: SecurityEventType, after: int) -> None:
    """Await that the charge point has noted a security event, whether it sends it or not."""

    def look() -> str | None:
        events = context.view.security_events
        found = (
            f"{each.type} ({each.state})"
            for each in (events.entries if events else ())
            if each.type == kind and each.sequence > after
        )
        return next(found, None)

    context.tell(f"Security event {await context.see(f'the event {kind}', look)}")


async def ask_for_the_security_log(context: StepContext) -> None:
    """Have something happen, and find it in the security log that the CSMS asks for."""
    await context.next_step()
    kind = SecurityEventType.TAMPER_DETECTION_ACTIVATED
    await context.act("raise_security_event", type=kind.value, tech_info="the door was opened")
    context.tell(f"{kind}, by hand: a door that was opened")
    csms, who = context.csms, context.charge_point_id
    request_id = csms.new_request_id()
    response = await context.request(
        GetLogRequest(
            log=LogParameters(remote_location=csms.files.log_url(who)),
            log_type=LogType.SECURITY_LOG,
            request_id=request_id,
        )
    )
    assert isinstance(response, GetLogResponse)
    if response.status not in BEGUN or not response.filename:
        raise StoryFailed(f"GetLog was answered {response.status}, expected Accepted and a file.")
    name = response.filename
    context.tell(f"GetLog -> {response.status}, {name}")

    def is_file(event: Event) -> bool:
        return isinstance(event, Noted) and f"delivered {name}" in event.words

    await context.happen(f"{name} is delivered", is_file)
    for status in (UploadLogStatus.UPLOADING, UploadLogStatus.UPLOADED):
        await _hear_log_status(context, status, request_id)
    content = next(each.content for each in csms.files.files if each.name == name)
    lines = security_log_lines(content) or []
    if not any(line["type"] == kind for line in lines):
        raise StoryFailed(f"{name} has {count(len(lines), 'event')}, and not {kind}.")
    context.tell(f"It has {count(len(lines), 'event')}, the last one {lines[-1]['type']}")


async def _hear_log_status(context: StepContext, status: UploadLogStatus, request_id: int) -> None:
    await context.hear(
        f"LogStatusNotification {status} of request {request_id}",
        LogStatusNotificationRequest,
        lambda heard: heard.status is status and heard.request_id == request_id,
    )
    context.tell(f"LogStatusNotification {status}")
