"""The store of charging profiles: what replaces what, what is cleared, what ends (S 3.13.2, S 5.5).

Each function takes the installed profiles and returns those that stay and those that go.

What is deleted does not come back, and the CSMS believes that it is there. So nothing is deleted on
the word of a clock that may be wrong: not before the CSMS has told the time, and not what ended in
a span that the clock has jumped over (`jumped`), as long as it may be set back again.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from cp_tui.charge_point.smart_charging.context import Context, InstalledProfile
from cp_tui.charge_point.smart_charging.schedule import ProfileSource
from cp_tui.charge_point.smart_charging.timeline import FOREVER, LAST_S, to_instant, to_second
from cp_tui.ocpp.datatypes import (
    ChargingProfile,
    ChargingProfilePurposeType,
)

if TYPE_CHECKING:
    from cp_tui.ocpp.smart_charging import ClearChargingProfileRequest

Profiles = tuple[InstalledProfile, ...]
Span = tuple[datetime, datetime]


class StoreChange(NamedTuple):
    """What a change leaves in the store and what it takes out."""

    kept: Profiles
    removed: Profiles


def installed_profile(
    context: Context,
    connector_id: int,
    profile: ChargingProfile,
    now: datetime,
    source: ProfileSource = ProfileSource.CSMS,
) -> InstalledProfile:
    """Return an accepted profile as it is stored; a TxProfile belongs to what runs there."""
    running = context.transactions.get(connector_id)
    is_tx = profile.charging_profile_purpose is ChargingProfilePurposeType.TX_PROFILE
    key = running.key if is_tx and running is not None else None
    return InstalledProfile(connector_id, profile, now, key, source)


def install(profiles: Profiles, new: InstalledProfile, jumped: Span | None = None) -> StoreChange:
    """Put a profile into the store, in the place of those that it replaces (S 5.16).

    Profiles that ended before go as well, so that they neither fill the store nor outlive the
    profile of connector 0 that they stood for.
    """
    kept = tuple(each for each in profiles if not _is_replaced(each, new))
    kept = expire(kept, new.installed_at, jumped).kept
    return StoreChange((*kept, new), _without(profiles, kept))


def clear(profiles: Profiles, request: ClearChargingProfileRequest) -> StoreChange:
    """Remove what matches every given field; an id stands alone, no field means all (E 3.26)."""
    kept = tuple(each for each in profiles if not _matches(each, request))
    return StoreChange(kept, _without(profiles, kept))


def expire(profiles: Profiles, now: datetime, jumped: Span | None = None) -> StoreChange:
    """Remove the profiles that can never change a limit again.

    Not those that ended within `jumped`, which the clock has passed over because it was set: what
    a CSMS says once and takes back must not delete its profiles for good.
    """
    shared_levels = {
        each.profile.stack_level
        for each in profiles
        if each.connector_id == 0 and _is_tx_default(each.profile)
    }
    second = to_second(now)
    kept = tuple(
        each
        for each in profiles
        if second <= each.course.over_at
        or _is_jumped(each, jumped)
        # It has replaced the one of connector 0 for its connector; without it that would come back.
        or (
            each.connector_id > 0
            and _is_tx_default(each.profile)
            and each.profile.stack_level in shared_levels
        )
    )
    return StoreChange(kept, _without(profiles, kept))


def next_expiry(profiles: Profiles, now: datetime) -> datetime | None:
    """Return when `expire` may remove a profile next: the second after its end."""
    second = to_second(now)
    end = min((e for each in profiles if (e := each.course.over_at) >= second), default=FOREVER)
    return to_instant(end + 1) if end < LAST_S else None


def end_transactions(profiles: Profiles, connectors: Collection[int]) -> StoreChange:
    """Remove the TxProfiles of connectors: they end with the transaction (S 3.13.1)."""
    kept = tuple(
        each
        for each in profiles
        if each.connector_id not in connectors
        or each.profile.charging_profile_purpose is not ChargingProfilePurposeType.TX_PROFILE
    )
    return StoreChange(kept, _without(profiles, kept))


def _is_replaced(installed: InstalledProfile, new: InstalledProfile) -> bool:
    old, profile = installed.profile, new.profile
    if old.charging_profile_id == profile.charging_profile_id:
        return True
    return (
        installed.connector_id == new.connector_id
        and old.charging_profile_purpose is profile.charging_profile_purpose
        and old.stack_level == profile.stack_level
    )


def _matches(installed: InstalledProfile, request: ClearChargingProfileRequest) -> bool:
    profile = installed.profile
    if request.id is not None:
        return profile.charging_profile_id == request.id
    # 0 is a connector and a level of its own; only an absent field matches everything.
    return (
        request.connector_id in (None, installed.connector_id)
        and request.stack_level in (None, profile.stack_level)
        and request.charging_profile_purpose in (None, profile.charging_profile_purpose)
    )


def _is_jumped(installed: InstalledProfile, jumped: Span | None) -> bool:
    """Say whether the clock never stood at the end of a profile."""
    if jumped is None:
        return False
    return to_second(jumped[0]) < installed.course.over_at <= to_second(jumped[1])


def _is_tx_default(profile: ChargingProfile) -> bool:
    return profile.charging_profile_purpose is ChargingProfilePurposeType.TX_DEFAULT_PROFILE


def _without(profiles: Profiles, kept: Profiles) -> Profiles:
    if len(kept) == len(profiles):
        return ()
    stays = {id(each) for each in kept}
    return tuple(each for each in profiles if id(each) not in stays)
