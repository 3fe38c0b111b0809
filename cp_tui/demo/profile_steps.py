"""The steps of the scenario that raises the security profile, and sees it fall back (W A05)."""

from __future__ import annotations

import asyncio
import secrets

from cp_tui.charge_point.configuration import AUTHORIZATION_KEY, SECURITY_PROFILE
from cp_tui.charge_point.variables import SecurityView
from cp_tui.csms.event_log import Connected, Event
from cp_tui.demo import security_steps, story_checks as checks
from cp_tui.demo.step_context import StepContext, StoryFailed
from cp_tui.demo.way_to_csms import see_messages_pass, see_registered
from cp_tui.ocpp.authorization_key import authorization_key_digest

NONCE_BYTES = 16
FALLBACK_S = 40.0
"""How long a charge point may take to find out that a profile does not come up, and to go back."""
TRY_S = 0.5
"""Between two looks at a charge point that is asked to try at once."""


async def give_credentials(context: StepContext) -> None:
    """See that the charge point has password and root, and begins below profile 2."""
    await context.next_step()
    context.csms.leads_to = None
    await _give_password(context)
    await security_steps.trust(context)
    security = await security_steps.see_security(context)
    if (security.profile or 0) >= 2:
        await context.csms.doors.open(1)
        context.undo.profile = security.profile
        await context.act("set_security_profile", profile=1)
        await see_profile(context, 1)
        context.tell(f"{SECURITY_PROFILE} {security.profile} -> 1 by hand: OCPP only raises it")


async def _give_password(context: StepContext) -> None:
    key = context.csms.security.authorization_key(context.charge_point_id)
    nonce = secrets.token_bytes(NONCE_BYTES)
    has = await context.act("digest_authorization_key", nonce=nonce.hex())
    if has == authorization_key_digest(key, nonce):
        context.tell(f"{AUTHORIZATION_KEY}: the CSMS and the charge point have the same")
        return
    context.mark()
    await checks.set_key(context, AUTHORIZATION_KEY, key)
    if (context.csms.profile_of(context.charge_point_id) or 0) in (1, 2):
        await context.happen("a connection with the new password", is_connection)
    await see_registered(context)
    context.tell(f"{AUTHORIZATION_KEY} is set anew")


def is_connection(event: Event) -> bool:
    """Whether a charge point has come."""
    return isinstance(event, Connected)


async def raise_the_profile(context: StepContext) -> None:
    """Raise the profile to 2, which comes up."""
    await context.next_step()
    before = (await security_steps.see_security(context)).profile
    await context.csms.doors.open(2)
    if context.undo.profile is None:
        context.undo.profile = before
    await checks.set_key(context, SECURITY_PROFILE, "2")
    context.tell(f"ChangeConfiguration {SECURITY_PROFILE} {before} -> 2: Accepted")
    await see_profile(context, 2)
    link = context.view.link
    tls = f" with {link.tls.version}, {link.tls.cipher}" if link and link.tls else ""
    context.tell(f"Connected anew{tls}; {SECURITY_PROFILE} is 2")


async def see_profile(context: StepContext, profile: int) -> None:
    """Await that the charge point is connected with a profile, and stays with it."""

    def is_settled() -> bool | None:
        security = context.view.security
        is_there = security is not None and security.profile == profile and security.change is None
        is_connected = context.csms.profile_of(context.charge_point_id) == profile
        return True if is_there and is_connected else None

    await context.see(f"a connection in security profile {profile}", is_settled)
    await see_registered(context)


async def give_a_certificate(context: StepContext) -> None:
    """See that the charge point has a certificate, without which profile 3 is refused."""
    await security_steps.ask_for_a_certificate(context)
    own = await security_steps.see_signed(context)
    context.tell(f"CertificateSigned -> Accepted: {own.facts.subject}")


async def see_it_fall_back(context: StepContext) -> None:
    """Raise the profile to 3 while its door is shut, and see 2 in force again."""
    await context.next_step()
    await context.csms.doors.shut(3)
    seen = (await security_steps.see_security(context)).last_change
    await checks.set_key(context, SECURITY_PROFILE, "3")
    context.tell(f"ChangeConfiguration {SECURITY_PROFILE} 2 -> 3: Accepted; nobody answers there")

    def has_fallen_back(security: SecurityView | None) -> bool:
        if security is None or security.last_change in (None, seen):
            return False
        return security.profile == 2

    loop = asyncio.get_running_loop()
    until_s = loop.time() + FALLBACK_S
    while not has_fallen_back(context.view.security):
        if loop.time() > until_s:
            raise StoryFailed(
                f"The charge point did not go back to profile 2 in {FALLBACK_S:.0f} s."
            )
        # What waits between two attempts is not what is tried here.
        await context.act("try_now")
        await asyncio.sleep(TRY_S)
    await context.act("try_now")
    await see_profile(context, 2)
    security = await security_steps.see_security(context)
    why = security.last_change
    context.tell(f"Back in profile 2: {why.text if why else 'it does not say why'}")
    await see_messages_pass(context)
    context.tell("A Heartbeat passes: what has worked before works again")


async def lower_the_profile(context: StepContext) -> None:
    """Give the charge point the profile that it had, and take back what was installed."""
    await context.next_step()
    await context.csms.open_doors()
    if context.undo.profile is not None:
        profile = context.undo.profile
        now = (await security_steps.see_security(context)).profile
        if now != profile:
            await context.act("set_security_profile", profile=profile)
        await see_profile(context, profile)
        context.undo.profile = None
        context.tell(
            f"{SECURITY_PROFILE} {now} -> {profile} by hand, as before: OCPP only raises it"
        )
    context.csms.leads_to = context.csms.profile
    await security_steps.take_back(context)
