"""The steps of the scenarios about certificates and security profiles (W A02, A05, M05).

What a scenario installs or changes it takes back at its end. A certificate that the charge point
was issued stays, and so does an AuthorizationKey, for no message removes one.
"""

from __future__ import annotations

from cp_tui.charge_point.variables import OwnCertificate, RootUse, SecurityView
from cp_tui.csms.event_log import Called, Event
from cp_tui.csms.provisioning import TRIGGER
from cp_tui.demo import story_checks as checks
from cp_tui.demo.step_context import StepContext, StoryFailed
from cp_tui.demo.way_to_csms import see_registered
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.security import (
    CertificateSignedRequest,
    CertificateSignedResponse,
    DeleteCertificateRequest,
    InstallCertificateRequest,
    SignCertificateRequest,
)
from cp_tui.ocpp.security_enumerations import CertificateUse

CPO_NAME = "CpoName"
WELL = frozenset({"security.renewal.passed_on", "security.renewal.taken"})


async def see_security(context: StepContext) -> SecurityView:
    """Give what the charge point says of its security."""
    return await context.see("its security", lambda: context.view.security)


async def trust_the_csms(context: StepContext) -> None:
    """Install the root of the CSMS, and set for whom certificates are issued."""
    await context.next_step()
    await trust(context)


async def trust(context: StepContext) -> None:
    """The same, as a part of another step."""
    await install_root(context, CertificateUse.CENTRAL_SYSTEM_ROOT_CERTIFICATE)
    wanted = context.csms.security.cpo_name
    before = context.view.key_value(CPO_NAME)
    if before != wanted:
        context.undo.cpo_name = before or ""
        await checks.set_key(context, CPO_NAME, wanted)
        context.tell(f"{CPO_NAME} = {wanted}: for whom certificates are issued")


async def install_root(context: StepContext, use: CertificateUse) -> None:
    """Have a root of the CSMS installed, and note it where it was not there before."""
    root = context.csms.security.root(use)
    facts = context.csms.security.facts(root)
    security = await see_security(context)
    is_there = any(
        each.facts.fingerprint == facts.fingerprint and each.use == RootUse(use)
        for each in security.roots
    )
    await context.ask(InstallCertificateRequest(certificate_type=use, certificate=root), "Accepted")
    if not is_there and use not in context.undo.roots:
        context.undo.roots.append(use)
    left = count(facts.days_left(context.csms.now()), "day")
    there = ", as before" if is_there else ""
    context.tell(f"InstallCertificate {facts.subject} -> Accepted{there}, {left} left")


async def ask_for_a_certificate(context: StepContext) -> None:
    """Have the charge point make a key and a request."""
    await context.next_step()
    await hear_request(context)
    context.tell("ExtendedTriggerMessage -> SignCertificate: a new key, which stays where it is")


async def hear_request(context: StepContext) -> None:
    """The same, as a part of another step."""
    await context.ask(TRIGGER, "Accepted")
    await context.hear("SignCertificate", SignCertificateRequest)


async def sign_the_request(context: StepContext) -> None:
    """See the certificate that the CSMS has issued taken, and shown as one of the charge point."""
    await context.pause()
    context.tell(f"CertificateSigned -> Accepted: {await signed_words(context)}")


async def signed_words(context: StepContext) -> str:
    """See it taken, and tell whose it is and how long it holds."""
    own = (await see_signed(context)).facts
    return f"{own.subject}, {count(own.days_left(context.csms.now()), 'day')} left"


async def see_signed(context: StepContext) -> OwnCertificate:
    """Give the certificate that the charge point has taken last."""

    def is_answer(event: Event) -> bool:
        return isinstance(event, Called) and isinstance(event.request, CertificateSignedRequest)

    answered = await context.happen("CertificateSigned is answered", is_answer)
    assert isinstance(answered, Called)
    response = answered.response
    if not isinstance(response, CertificateSignedResponse) or response.status != "Accepted":
        said = answered.failure or (response and response.to_payload().get("status"))
        text = f"CertificateSigned was answered {said}, expected Accepted"
        raise StoryFailed(f"{text}: {await _why_refused(context)}.")
    assert isinstance(answered.request, CertificateSignedRequest)
    serial = context.csms.security.facts(answered.request.certificate_chain).serial

    def look() -> OwnCertificate | None:
        security = context.view.security
        own = security.certificates if security else ()
        return next((each for each in own if each.facts.serial == serial), None)

    return await context.see("the new certificate among its own", look)


async def _why_refused(context: StepContext) -> str:
    def look() -> str | None:
        security = context.view.security
        why = security.renewal if security else None
        # What became of SignCertificate stands there until the answer has been told as well.
        return why.text if why and why.id not in WELL else None

    return await context.see("why it has refused the certificate", look)


async def connect_with_it(context: StepContext) -> None:
    """See the new certificate in use; in profile 3 the connection is made anew with it."""
    await context.lead()
    security = await see_security(context)
    serial = security.certificates[0].facts.serial
    if security.profile != 3:
        context.tell(f"It is kept, and shown from profile 3 on; the profile is {security.profile}")
        return

    def shows_it() -> bool | None:
        shown = context.csms.certificate_of(context.charge_point_id)
        return True if shown is not None and shown.serial == serial else None

    await context.see("a connection with the new certificate", shows_it)
    await see_registered(context)
    context.tell(f"Connected anew with it, serial number {serial}; the old one is revoked")


async def take_back(context: StepContext) -> None:
    """Remove what was installed for the scenario, and give keys their former values."""
    await context.next_step()
    done, undo = [], context.undo
    while undo.roots:
        root = context.csms.security.root(undo.roots[-1])
        request = DeleteCertificateRequest(certificate_hash_data=context.csms.security.name(root))
        await context.ask(request, "Accepted")
        done.append(f"{undo.roots.pop()} deleted")
    if await restore_name(context):
        done.append(f"{CPO_NAME} as before")
    context.tell("; ".join(done) or "Nothing has to be taken back")


async def restore_name(context: StepContext) -> bool:
    """Give CpoName the value that it had before; False: it has it."""
    name = context.undo.cpo_name
    if name is None:
        return False
    await checks.set_key(context, CPO_NAME, name)
    context.undo.cpo_name = None
    return True
