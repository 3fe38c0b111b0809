"""The chapter of the story about security: a certificate that is renewed, and a forged firmware."""

from __future__ import annotations

from cp_tui.csms.provisioning import TRIGGER
from cp_tui.demo import firmware_steps, security_steps, story_checks as checks
from cp_tui.demo.step_context import StepContext
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.security import SignCertificateRequest
from cp_tui.ocpp.security_enumerations import CertificateUse


async def renew_a_certificate(context: StepContext) -> None:
    """Have the charge point ask for a certificate, and see it taken."""
    await context.next_step()
    await security_steps.trust(context)
    context.mark()
    await context.ask(TRIGGER, "Accepted")
    await context.hear("SignCertificate", SignCertificateRequest)
    own = (await security_steps.see_signed(context)).facts
    left = count(own.days_left(context.csms.now()), "day")
    context.tell(f"SignCertificate -> CertificateSigned Accepted: {own.subject}, {left} left")


async def refuse_forged_firmware(context: StepContext) -> None:
    """Have firmware offered whose signature is that of another file."""
    await context.next_step()
    await security_steps.install_root(context, CertificateUse.MANUFACTURER_ROOT_CERTIFICATE)
    context.mark()
    await firmware_steps.forge(context)


async def restore_name(context: StepContext) -> None:
    """Give CpoName the value that it had before the chapter."""
    if context.undo.cpo_name is not None:
        await checks.set_key(context, security_steps.CPO_NAME, context.undo.cpo_name)
        context.undo.cpo_name = None
