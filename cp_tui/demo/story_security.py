"""The chapter of the story about security: a certificate that is renewed, and a forged firmware."""

from __future__ import annotations

from cp_tui.demo import firmware_steps, security_steps
from cp_tui.demo.step_context import StepContext
from cp_tui.ocpp.security_enumerations import CertificateUse


async def renew_a_certificate(context: StepContext) -> None:
    """Have the charge point ask for a certificate, and see it taken."""
    await context.next_step()
    await security_steps.trust(context)
    context.mark()
    await security_steps.hear_request(context)
    signed = await security_steps.signed_words(context)
    context.tell(f"SignCertificate -> CertificateSigned Accepted: {signed}")


async def refuse_forged_firmware(context: StepContext) -> None:
    """Have firmware offered whose signature is that of another file."""
    await context.next_step()
    await security_steps.install_root(context, CertificateUse.MANUFACTURER_ROOT_CERTIFICATE)
    context.mark()
    await firmware_steps.forge(context)
