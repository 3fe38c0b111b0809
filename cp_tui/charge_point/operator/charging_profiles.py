"""The operator's commands on charging profiles: the rules of the CSMS, and the reasons in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cp_tui.charge_point.components import Components
from cp_tui.charge_point.effects import Reply
from cp_tui.charge_point.events import ClearChargingProfile, InstallChargingProfile
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.smart_charging.schedule import ProfileSource
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.datatypes import ChargingProfileStatus, ClearChargingProfileStatus
from cp_tui.ocpp.errors import OcppError
from cp_tui.ocpp.smart_charging import ClearChargingProfileRequest, SetChargingProfileRequest
from cp_tui.ocpp.validation import parse_request

if TYPE_CHECKING:
    from pydantic import JsonValue


def install_charging_profile(components: Components, event: InstallChargingProfile) -> None:
    """Install a profile by the rules of SetChargingProfile (S 5.16)."""
    found = _accepted(components, event)
    if isinstance(found, Reason):
        rejected: JsonValue = {"status": ChargingProfileStatus.REJECTED.value}
        components.turn.emit(Reply(event.request, rejected, found))
        return
    done = components.charging.set_profile(
        found.connector_id, found.cs_charging_profiles, ProfileSource.OPERATOR
    )
    accepted: JsonValue = {
        "status": ChargingProfileStatus.ACCEPTED.value,
        "remarks": list(done.remarks),
        "replaced": list(done.replaced),
    }
    components.turn.emit(Reply(event.request, accepted, done.reason))


def clear_charging_profile(components: Components, event: ClearChargingProfile) -> None:
    """Remove the profiles that match, by the rules of ClearChargingProfile (S 5.5)."""
    request = ClearChargingProfileRequest(
        id=event.profile_id,
        connector_id=event.connector_id,
        charging_profile_purpose=event.purpose,
        stack_level=event.stack_level,
    )
    removed = components.charging.clear_profiles(request)
    status = ClearChargingProfileStatus.ACCEPTED if removed else ClearChargingProfileStatus.UNKNOWN
    reason = because(
        "smart_charging.cleared",
        "S 5.5",
        "removed: {profiles}" if removed else "no installed profile matches",
        profiles=", ".join(f"#{each}" for each in removed),
    )
    result: JsonValue = {"status": status.value, "removed": list(removed)}
    components.turn.emit(Reply(event.request, result, reason))


def _accepted(
    components: Components, event: InstallChargingProfile
) -> SetChargingProfileRequest | Reason:
    payload: dict[str, JsonValue] = {
        "connectorId": event.connector_id,
        "csChargingProfiles": dict(event.profile),
    }
    try:
        request = parse_request(Action.SET_CHARGING_PROFILE, payload)
        assert isinstance(request, SetChargingProfileRequest)
        refusal = components.charging.check(request.connector_id, request.cs_charging_profiles)
    except OcppError as error:
        # A CSMS would get a CALLERROR for it.
        return because(
            "smart_charging.profile.invalid",
            "S 5.16",
            "{description} ({code})",
            description=error.description,
            code=error.code,
        )
    return request if refusal is None else refusal
