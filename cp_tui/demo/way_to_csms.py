"""Brings a charge point of the demo to where it is connected and its messages get through.

Everything is looked at, only what is not as it should be is changed, and each change is told.

People play with the demo, and may have left it stopped, unplugged, with a CSMS that is silent on
purpose, or in the middle of a wait of minutes. There is no way to tell from outside what is stuck.
So the play tries what it needs (a registration, a key, a Heartbeat through and through), and where
that fails it first lets the charge point try at once, and then closes the connection under it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType

from cp_tui.charge_point.variables import LinkPhase
from cp_tui.csms.behaviour import Behaviour
from cp_tui.csms.charge_point_session import CallFailed
from cp_tui.demo import story_checks as checks, story_steps
from cp_tui.demo.step_context import StepContext, StoryFailed
from cp_tui.ocpp.core import HeartbeatRequest
from cp_tui.ocpp.datatypes import MessageTrigger, RegistrationStatus
from cp_tui.ocpp.remote_trigger import TriggerMessageRequest

KEYS: Mapping[str, str] = MappingProxyType(
    {
        # Too short, and the cable that waits for its tag has timed out meanwhile.
        "ConnectionTimeOut": "60",
        # The CSMS would hear of each status too late, or never.
        "MinimumStatusDuration": "0",
        # A tag that is known here would not be asked about.
        "LocalPreAuthorize": "false",
        # A message each second from everywhere crowds out what is waited for.
        "ClockAlignedDataInterval": "0",
        # The story changes them, which shows only where they had another value.
        story_steps.SAMPLE_INTERVAL: "60",
        story_steps.SITE_NAME: story_steps.CUSTOM_KEYS[story_steps.SITE_NAME],
    }
)
"""The keys that break a play, or make it dull, where they have another value."""

REGISTERED_S = 2.0
"""How long a charge point has to connect before it is helped."""
ANSWERED_S = 2.0
"""How long messages have to get through before what holds them up is ended."""
TRIALS_MAX = 6
DELIVERIES_MAX = 20
"""How often the queue is given time to empty; some hundred messages are sent in one."""


async def open_the_way(context: StepContext) -> None:
    """Connect the charge point, and see that messages pass both ways; raises `StoryFailed`."""
    if await context.act("restart"):
        context.mend("the charge point that was stopped is started again")
    if await context.act("set_network", up=True):
        context.mend("the network cable is plugged in")
    await _restore_profile(context)
    for trial in range(TRIALS_MAX):
        try:
            await see_registered(context, timeout_s=REGISTERED_S)
            await _see_profile(context)
            await _restore_keys(context)
            await see_messages_pass(context)
        except StoryFailed:
            if trial == TRIALS_MAX - 1:
                raise _with_misbehaviour(context) from None
            await _help(context, is_patient=trial == 0)
        else:
            return


async def _restore_profile(context: StepContext) -> None:
    """See that it connects with the security profile in which the demo runs."""
    csms = context.csms
    if csms.has_security:
        await csms.open_doors()
    csms.leads_to = csms.profile
    security = await context.see("its security", lambda: context.view.security)
    is_led = csms.profile == 3 and security.profile == 2
    # Who has no certificate yet is led to profile 3, and comes there by itself.
    if security.profile != csms.profile and not (is_led and not security.certificates):
        try:
            await context.act("set_security_profile", profile=csms.profile)
        except StoryFailed:
            # Meanwhile the CSMS may have led it there.
            now = await context.see("its security", lambda: context.view.security)
            if now.profile != csms.profile:
                raise
            return
        context.mend(f"the security profile is {csms.profile} again")


async def _see_profile(context: StepContext) -> None:
    """Await that it has come by the door of the demo's security profile."""
    profile = context.csms.profile

    def has_come() -> bool | None:
        return True if context.csms.profile_of(context.charge_point_id) == profile else None

    what = f"it is connected in security profile {profile}"
    await context.see(what, has_come, timeout_s=REGISTERED_S)


async def see_registered(context: StepContext, *, timeout_s: float | None = None) -> None:
    """Await that the charge point is connected and Accepted."""

    def look() -> bool | None:
        link, registration = context.view.link, context.view.registration
        is_open = link is not None and link.phase is LinkPhase.OPEN
        status = registration.status if registration else None
        return True if is_open and status is RegistrationStatus.ACCEPTED else None

    await context.see("it is connected, and Accepted", look, timeout_s=timeout_s)


async def _restore_keys(context: StepContext) -> None:
    for key, value in KEYS.items():
        if context.view.key_value(key) not in (None, value):
            await checks.set_key(context, key, value)
            context.mend(f"{key} is {value} again")


async def see_messages_pass(context: StepContext) -> None:
    """Ask for a Heartbeat: it comes when no CALL waits for an answer, and sets the clock."""
    context.mark()
    await context.ask(TriggerMessageRequest(requested_message=MessageTrigger.HEARTBEAT), "Accepted")
    await context.hear("a Heartbeat", HeartbeatRequest, timeout_s=ANSWERED_S)

    def is_right() -> bool | None:
        registration = context.view.registration
        offset_s = registration.clock_offset_s if registration else None
        wanted_s = context.csms.behaviour.clock_offset_s
        return True if offset_s is not None and abs(offset_s - wanted_s) < ANSWERED_S else None

    await context.see("its clock follows the CSMS", is_right, timeout_s=ANSWERED_S)
    await deliver(context)


async def _help(context: StepContext, *, is_patient: bool) -> None:
    """Have it try at once what it waits for; the second time, close the connection first."""
    if not is_patient:
        try:
            await context.csms.disconnect(context.charge_point_id)
        except CallFailed:
            # It is not connected: there is nothing to end.
            pass
        else:
            context.mend("a connection on which the charge point waits in vain is closed")
    await context.act("try_now")


async def deliver(context: StepContext) -> None:
    """See that nothing waits to be sent: an old message must not be taken for one of the play."""
    for _ in range(DELIVERIES_MAX):
        with suppress(StoryFailed):
            await see_nothing_wait(context, timeout_s=ANSWERED_S)
            return
        await context.act("try_now")
    await see_nothing_wait(context)


async def see_nothing_wait(context: StepContext, *, timeout_s: float | None = None) -> None:
    """Await that nothing waits to be sent."""

    def is_empty() -> bool | None:
        outbox = context.view.outbox
        return True if outbox is not None and outbox.count == 0 else None

    await context.see("nothing waits to be sent", is_empty, timeout_s=timeout_s)


def _with_misbehaviour(context: StepContext) -> StoryFailed:
    text = "The charge point does not get through to the CSMS"
    is_normal = context.csms.behaviour == Behaviour()
    why = "" if is_normal else ", which answers wrongly on purpose"
    network = context.view.network
    if network is not None and network.seed is not None:
        why += f": the weather of the network is {network.weather}, seed {network.seed}"
    return StoryFailed(f"{text}{why}.")
