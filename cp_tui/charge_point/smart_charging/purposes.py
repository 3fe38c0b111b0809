"""Which profiles of a purpose can count on a connector, the highest first (S 3.13.1, S 3.13.2)."""

from __future__ import annotations

from collections.abc import Iterable

from cp_tui.charge_point.smart_charging.context import (
    Context,
    InstalledProfile,
    RunningTransaction,
)
from cp_tui.charge_point.smart_charging.schedule import LostBecause
from cp_tui.charge_point.smart_charging.stacking import Stack
from cp_tui.charge_point.smart_charging.timeline import to_second
from cp_tui.ocpp.datatypes import ChargingProfilePurposeType


def charge_point_max_stack(context: Context, armed_at: int) -> Stack:
    """Return the caps of the whole charge point.

    One cap has one time zero for all connectors: the start of the oldest running transaction.
    """
    profiles = context.profiles_of(ChargingProfilePurposeType.CHARGE_POINT_MAX_PROFILE, 0)
    # The cap is one for all, so its time zero is as well; the standard does not say whose (S 3.13).
    starts = [to_second(running.start) for running in context.transactions.values()]
    return Stack(_highest_first(profiles), (), min(starts, default=armed_at))


def tx_stack(context: Context, connector_id: int, armed_at: int) -> Stack:
    """Return the TxProfiles of the transaction that runs on a connector, or would start now."""
    running = context.transactions.get(connector_id)
    profiles = context.profiles_of(ChargingProfilePurposeType.TX_PROFILE, connector_id)
    own = [each for each in profiles if _belongs(each, running)]
    others = tuple(
        (each, LostBecause.OTHER_TRANSACTION) for each in profiles if not _belongs(each, running)
    )
    return Stack(_highest_first(own), others, _anchor(running, armed_at))


def tx_default_stack(context: Context, connector_id: int, armed_at: int) -> Stack:
    """Return the defaults of a connector: its own, and those of connector 0 at other levels."""
    own = context.profiles_of(ChargingProfilePurposeType.TX_DEFAULT_PROFILE, connector_id)
    of_all = context.profiles_of(ChargingProfilePurposeType.TX_DEFAULT_PROFILE, 0)
    # S 3.13.1: at one level the profile of the connector takes the place of that of connector 0,
    # also while it gives nothing. At other levels the two mix, and the higher one wins.
    levels = {each.profile.stack_level for each in own}
    shared = [each for each in of_all if each.profile.stack_level not in levels]
    replaced = tuple(
        (each, LostBecause.REPLACED_ON_CONNECTOR)
        for each in of_all
        if each.profile.stack_level in levels
    )
    anchor = _anchor(context.transactions.get(connector_id), armed_at)
    return Stack(_highest_first([*own, *shared]), replaced, anchor)


def _highest_first(profiles: Iterable[InstalledProfile]) -> tuple[InstalledProfile, ...]:
    return tuple(sorted(profiles, key=lambda each: -each.profile.stack_level))


def _belongs(installed: InstalledProfile, running: RunningTransaction | None) -> bool:
    """A TxProfile without a transaction came with a remote start and waits for its transaction."""
    key = installed.transaction_key
    return key is None or (running is not None and running.key == key)


def _anchor(running: RunningTransaction | None, armed_at: int) -> int:
    return armed_at if running is None else to_second(running.start)
