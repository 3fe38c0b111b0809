"""What is put in order before a play begins, whatever was played or done by hand before.

Everything is looked at, only what is not as it should be is changed, and each change is told.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import cast

from msgspec import Struct
from msgspec.structs import asdict
from pydantic import JsonValue

from cp_tui.charge_point.authorization_rules import KnownBy
from cp_tui.charge_point.variables import ConnectorView, LinkPhase
from cp_tui.csms.behaviour import Behaviour
from cp_tui.csms.charge_point_session import CallFailed
from cp_tui.demo import story_checks as checks, story_steps
from cp_tui.demo.step_context import StepContext, StoryFailed
from cp_tui.demo.story_profiles import CHARGE_POINT_MAX, TX_DEFAULT
from cp_tui.ocpp.core import (
    ChangeAvailabilityRequest,
    ClearCacheRequest,
    HeartbeatRequest,
    UnlockConnectorRequest,
)
from cp_tui.ocpp.datatypes import (
    AuthorizationStatus,
    AvailabilityStatus,
    AvailabilityType,
    ChargePointStatus,
    MessageTrigger,
    RegistrationStatus,
    UnlockStatus,
    UpdateStatus,
    UpdateType,
)
from cp_tui.ocpp.local_auth_list_management import SendLocalListRequest
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.remote_trigger import TriggerMessageRequest
from cp_tui.ocpp.smart_charging import ClearChargingProfileRequest
from cp_tui.station.vehicle import Vehicle

TAGS: Mapping[str, AuthorizationStatus] = MappingProxyType(
    {
        story_steps.DRIVER: AuthorizationStatus.ACCEPTED,
        story_steps.APP_USER: AuthorizationStatus.ACCEPTED,
        story_steps.BLOCKED: AuthorizationStatus.BLOCKED,
    }
)
"""The tags of all plays, with what the charge point may know about them."""

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
"""For a charge point that connects, before it is helped."""
ANSWERED_S = 2.0
"""For messages to come through, before what holds them up is ended."""
TRIALS_MAX = 6
DELIVERIES_MAX = 20
"""A queue of some hundred messages is sent in one of them."""
REMEDIES_MAX = 12
"""At one connector; each of them is needed once, a tag that is being decided upon twice."""
FREE_S = 20.0
"""For a connector that firmware keeps until it is installed."""


async def clear_the_stage(context: StepContext) -> None:
    """Put the CSMS and the charge point in order for the story; raises `StoryFailed`."""
    if context.csms.behaviour != Behaviour():
        context.csms.behaviour = Behaviour()
        context.mend("the CSMS answers correctly again")
    await clear_the_charge_point(context)


async def clear_the_charge_point(context: StepContext) -> None:
    """Bring it to where it is connected, free and knows nothing that is in the way.

    How the CSMS answers stays as somebody wants it; `StoryFailed` where nothing comes of that.
    """
    await open_the_way(context)
    await context.see("its connectors", lambda: context.view.connectors or None)
    await _cancel_reservations(context)
    for connector in context.view.connectors:
        await _free(context, connector.connector_id)
    await _deliver(context)
    await _clear_profiles(context)
    await _forget_tags(context)
    for connector in context.view.connectors[1:]:
        vehicle = asdict(Vehicle())
        await context.act("set_vehicle", connector_id=connector.connector_id, **vehicle)
    for connector in context.view.connectors[1:]:
        await checks.see_status(
            context, connector.connector_id, ChargePointStatus.AVAILABLE, timeout_s=FREE_S
        )
    await context.let_read()
    boot = context.csms.boot_of(context.charge_point_id)
    who = f"{boot.charge_point_vendor} {boot.charge_point_model} " if boot else ""
    context.tell(
        f"Boot: {who}{context.charge_point_id} -> Accepted; "
        f"{count(len(context.view.connectors) - 1, 'connector')} Available"
    )


# --- the way to the CSMS --------------------------------------------------------------------------


async def open_the_way(context: StepContext) -> None:
    """Connect the charge point, and see that messages pass both ways; raises `StoryFailed`."""
    if await context.act("restart"):
        context.mend("the charge point that was stopped is started again")
    if await context.act("set_network", up=True):
        context.mend("the network cable is plugged in")
    for trial in range(TRIALS_MAX):
        try:
            await see_registered(context, timeout_s=REGISTERED_S)
            await _restore_keys(context)
            await _see_messages_pass(context)
        except StoryFailed:
            if trial == TRIALS_MAX - 1:
                raise _with_misbehaviour(context) from None
            await _help(context, is_patient=trial == 0)
        else:
            return


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


async def _see_messages_pass(context: StepContext) -> None:
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
    await _deliver(context)


async def _help(context: StepContext, *, is_patient: bool) -> None:
    """Let it try at once what it waits for; else end a connection on which something is stuck."""
    if not is_patient:
        try:
            await context.csms.disconnect(context.charge_point_id)
        except CallFailed:
            # It is not connected: there is nothing to end.
            pass
        else:
            context.mend("a connection on which the charge point waits in vain is closed")
    await context.act("try_now")


async def _deliver(context: StepContext) -> None:
    """See that nothing waits to be sent: an old message must not be taken for one of the play."""

    def is_empty() -> bool | None:
        outbox = context.view.outbox
        return True if outbox is not None and outbox.count == 0 else None

    for _ in range(DELIVERIES_MAX):
        with suppress(StoryFailed):
            await context.see("nothing waits to be sent", is_empty, timeout_s=ANSWERED_S)
            return
        await context.act("try_now")
    await context.see("nothing waits to be sent", is_empty)


def _with_misbehaviour(context: StepContext) -> StoryFailed:
    text = "The charge point does not get through to the CSMS"
    is_normal = context.csms.behaviour == Behaviour()
    why = "" if is_normal else ", which answers wrongly on purpose"
    return StoryFailed(f"{text}{why}.")


# --- connectors -----------------------------------------------------------------------------------


class _Remedy(Struct, frozen=True):
    """What is done about one thing that is wrong at a connector."""

    is_needed: Callable[[ConnectorView], bool]
    act: Callable[[StepContext, ConnectorView], Awaitable[object]]
    words: str


async def _free(context: StepContext, connector_id: int) -> None:
    """Take the remedies that a connector needs, in order, until it needs none."""
    for _ in range(REMEDIES_MAX):
        connector = context.view.connector(connector_id)
        assert connector is not None
        remedy = next((each for each in REMEDIES if each.is_needed(connector)), None)
        if remedy is None:
            return
        await remedy.act(context, connector)
        await context.see(
            f"connector {connector_id}: {remedy.words}",
            lambda needed=remedy.is_needed: _is_over(context, connector_id, needed),  # type: ignore[misc]
        )
        context.mend(f"connector {connector_id}: {remedy.words}")
    raise StoryFailed(f"Connector {connector_id} does not become free.")


def _is_over(
    context: StepContext, connector_id: int, is_needed: Callable[[ConnectorView], bool]
) -> bool | None:
    connector = context.view.connector(connector_id)
    return True if connector is not None and not is_needed(connector) else None


async def _let_go(context: StepContext, connector: ConnectorView) -> None:
    """Show the tag that may start a second time, which cancels it."""
    tag = connector.authorized_id_tag or ""
    await context.act("swipe", id_tag=tag, connector_id=connector.connector_id)


async def _wait_for_the_answer(_: StepContext, __: ConnectorView) -> None:
    """The CSMS answers: what it says of the tag is all that is missing."""


REMEDIES: tuple[_Remedy, ...] = (
    _Remedy(
        lambda c: bool(c.faults),
        lambda context, c: context.act("clear_error", connector_id=c.connector_id),
        "the errors are cleared",
    ),
    _Remedy(
        lambda c: c.is_lock_jammed,
        lambda context, c: context.act("jam_lock", connector_id=c.connector_id, jammed=False),
        "the jammed lock is freed",
    ),
    _Remedy(
        lambda c: c.transaction is not None,
        lambda context, c: context.act("press_stop", connector_id=c.connector_id),
        "the transaction is stopped",
    ),
    _Remedy(
        lambda c: c.is_plugged,
        lambda context, c: context.act("plug_out", connector_id=c.connector_id),
        "the cable is unplugged",
    ),
    _Remedy(
        lambda c: c.is_locked,
        lambda context, c: context.ask(
            UnlockConnectorRequest(connector_id=c.connector_id), UnlockStatus.UNLOCKED
        ),
        "the cable is unlocked",
    ),
    _Remedy(
        lambda c: c.asked_id_tag is not None,
        _wait_for_the_answer,
        "the tag that was shown is decided upon",
    ),
    _Remedy(
        lambda c: c.authorized_id_tag is not None,
        _let_go,
        "the tag that may start is let go",
    ),
    _Remedy(
        lambda c: not c.is_operative or c.scheduled_operative is False,
        lambda context, c: context.ask(
            ChangeAvailabilityRequest(connector_id=c.connector_id, type=AvailabilityType.OPERATIVE),
            AvailabilityStatus.ACCEPTED,
        ),
        "it is in service again",
    ),
)
"""In this order: what is stuck first, then what runs, then what is left of it."""


async def _cancel_reservations(context: StepContext) -> None:
    reservations = await context.see("its reservations", lambda: context.view.reservations)
    for each in reservations.active:
        await context.act("cancel_reservation", reservation_id=each.reservation_id)
        context.mend(f"reservation {each.reservation_id} is cancelled")


# --- what it remembers ----------------------------------------------------------------------------


async def _clear_profiles(context: StepContext) -> None:
    """Remove the charging profiles that are not the story's own, which it replaces by itself."""
    profiles = await context.see("its charging profiles", lambda: context.view.profiles)
    for entry in profiles:
        profile_id = entry.profile.charging_profile_id
        if profile_id not in (CHARGE_POINT_MAX, TX_DEFAULT):
            await context.ask(ClearChargingProfileRequest(id=profile_id), "Accepted", "Unknown")
            context.mend(f"charging profile {profile_id} is cleared")


async def _forget_tags(context: StepContext) -> None:
    """Let the local list and the cache hold nothing that is wrong about the tags of the play."""
    is_listed = is_cached_wrongly = False
    for tag, status in TAGS.items():
        known = cast("dict[str, JsonValue]", await context.act("explain_tag", id_tag=tag))
        if known["known_by"] == KnownBy.LOCAL_LIST:
            is_listed = True
        elif known["known_by"] is not None and known["status"] != status:
            is_cached_wrongly = True
    if is_listed:
        await context.ask(
            SendLocalListRequest(list_version=1, update_type=UpdateType.FULL), UpdateStatus.ACCEPTED
        )
        context.mend("the local list, which holds tags of this play, is emptied")
    if is_cached_wrongly:
        await context.ask(ClearCacheRequest(), "Accepted")
        context.mend("the authorization cache is cleared")
