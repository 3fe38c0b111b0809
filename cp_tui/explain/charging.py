"""Smart charging as the log knows it: the context in which the project's own rules are asked.

What the log does not tell is filled in so that it decides nothing: limits that no profile reaches,
hardware that never binds. What is asked with it holds for whatever the charge point really is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from msgspec.structs import replace

from cp_tui.charge_point.smart_charging.composite import composite
from cp_tui.charge_point.smart_charging.context import Context, Hardware, RunningTransaction
from cp_tui.charge_point.smart_charging.schedule import CompositePeriod, SourceKind
from cp_tui.explain.known import Known
from cp_tui.explain.survey import CONNECTOR_MAX
from cp_tui.ocpp.calendar import FIRST
from cp_tui.ocpp.datatypes import ChargingProfilePurposeType, ChargingRateUnitType

UNKNOWN_MAX = 10**9
"""Stands for a limit of the charge point that the log does not tell."""
NEVER_BINDS_A = Decimal(1_000_000)
MAX_STACK_LEVEL = "ChargeProfileMaxStackLevel"
MAX_PERIODS = "ChargingScheduleMaxPeriods"
UNITS = "ChargingScheduleAllowedChargingRateUnit"
MAX_INSTALLED = "MaxChargingProfilesInstalled"
CONNECTORS = "NumberOfConnectors"
_UNIT_WORDS = {
    "current": ChargingRateUnitType.A,
    "a": ChargingRateUnitType.A,
    "power": ChargingRateUnitType.W,
    "w": ChargingRateUnitType.W,
}


def context_of(
    known: Known,
    connector: int,
    *,
    with_store: bool = False,
    tx_profile_fallback: bool = False,
    assumed: RunningTransaction | None = None,
) -> Context:
    """The charge point as far as it is known, with this connector where no key says how many.

    `assumed` runs on the connector where nothing is known to run there; `with_store` lets
    MaxChargingProfilesInstalled count.
    """
    keys = known.keys
    number = keys.integer(CONNECTORS)
    highest = max(known.survey.connectors | {1, connector}) if number is None else number
    highest = min(max(highest, 1), CONNECTOR_MAX)
    hardware = dict.fromkeys(range(1, highest + 1), Hardware(NEVER_BINDS_A))
    running = {
        each.connector: RunningTransaction(f"{each.id}", each.id, each.at or FIRST)
        for each in (*known.transactions.running.values(), *known.transactions.starting)
        if each.breaks == known.breaks
    }
    if assumed is not None and connector not in running:
        running[connector] = assumed
    most = keys.integer(MAX_INSTALLED) if with_store else None
    return Context(
        hardware=hardware,
        transactions=running,
        profiles=known.profiles.installed,
        tx_profile_fallback=tx_profile_fallback,
        allowed_units=_units(keys.items(UNITS)),
        max_stack_level=_or_unknown(keys.integer(MAX_STACK_LEVEL)),
        max_periods=_or_unknown(keys.integer(MAX_PERIODS)),
        max_installed=_or_unknown(most),
    )


def with_connector(context: Context, connector: int) -> Context:
    """Give a context that has a connector, also where it is told to have fewer."""
    if not connector or connector in context.hardware:
        return context
    return replace(context, hardware={**context.hardware, connector: Hardware(NEVER_BINDS_A)})


def limits_between(
    known: Known, connector: int, start: datetime, seconds: int, unit: ChargingRateUnitType
) -> Iterable[CompositePeriod]:
    """The limits of a connector that profiles set, by both readings of a TxProfile that is silent.

    One that the hardware would set is left out: the log does not tell what it can.
    """
    purposes = {each.profile.charging_profile_purpose for each in known.profiles.installed}
    has_default = ChargingProfilePurposeType.TX_DEFAULT_PROFILE in purposes
    # Without a default there is nothing that a TxProfile which is silent could let in.
    for fallback in (False, True) if has_default else (False,) if purposes else ():
        context = context_of(known, connector, tx_profile_fallback=fallback)
        schedule = composite(with_connector(context, connector), connector, start, seconds, unit)
        yield from (each for each in schedule.periods if each.source.kind is SourceKind.PROFILE)


def _or_unknown(value: int | None) -> int:
    return UNKNOWN_MAX if value is None else value


def _units(told: tuple[str, ...] | None) -> tuple[ChargingRateUnitType, ...]:
    known = {_UNIT_WORDS.get(each.lower()) for each in told or ()}
    units = tuple(each for each in ChargingRateUnitType if each in known)
    return units or tuple(ChargingRateUnitType)
