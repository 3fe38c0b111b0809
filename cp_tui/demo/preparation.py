"""What is put in order before a play begins, whatever was played or done by hand before."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from msgspec.structs import asdict
from pydantic import JsonValue

from cp_tui.charge_point.authorization_rules import KnownBy
from cp_tui.csms.behaviour import Behaviour
from cp_tui.demo import story_checks as checks, story_steps
from cp_tui.demo.free_connector import free
from cp_tui.demo.step_context import StepContext
from cp_tui.demo.story_profiles import CHARGE_POINT_MAX, TX_DEFAULT
from cp_tui.demo.way_to_csms import deliver, open_the_way
from cp_tui.ocpp.core import ClearCacheRequest
from cp_tui.ocpp.datatypes import AuthorizationStatus, ChargePointStatus, UpdateStatus, UpdateType
from cp_tui.ocpp.local_auth_list_management import SendLocalListRequest
from cp_tui.ocpp.plural import count
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

VEHICLES: Mapping[int, Vehicle] = MappingProxyType(
    {
        1: Vehicle(battery_wh=52_000, soc_percent=34.0, dc_max_power_w=50_000),
        2: Vehicle(
            battery_wh=77_000,
            soc_percent=58.0,
            max_current_a=16.0,
            max_power_w=11_000,
            dc_max_power_w=135_000,
        ),
    }
)
"""Who comes to each connector: a small car with 22 kW on board, a large one with 11 kW."""

FREE_S = 20.0
"""How long a connector may take that new firmware keeps until it is installed."""


async def clear_the_stage(context: StepContext) -> None:
    """Bring CSMS and charge point to where the story begins; raises `StoryFailed`."""
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
        await free(context, connector.connector_id)
    await deliver(context)
    await _clear_profiles(context)
    await _forget_tags(context)
    for connector in context.view.connectors[1:]:
        vehicle = asdict(VEHICLES.get(connector.connector_id, Vehicle()))
        await context.act("set_vehicle", connector_id=connector.connector_id, **vehicle)
    for connector in context.view.connectors[1:]:
        await checks.see_status(
            context, connector.connector_id, ChargePointStatus.AVAILABLE, timeout_s=FREE_S
        )
    await context.let_read()
    record = context.csms.boot_of(context.charge_point_id)
    who = f"{record.boot.charge_point_vendor} {record.boot.charge_point_model} " if record else ""
    context.tell(
        f"Boot: {who}{context.charge_point_id} -> Accepted; "
        f"{count(len(context.view.connectors) - 1, 'connector')} Available"
    )


async def _cancel_reservations(context: StepContext) -> None:
    reservations = await context.see("its reservations", lambda: context.view.reservations)
    for each in reservations.active:
        await context.act("cancel_reservation", reservation_id=each.reservation_id)
        context.mend(f"reservation {each.reservation_id} is cancelled")


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
