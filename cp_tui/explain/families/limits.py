"""What flows, and what is offered, against the limit in force (S 3.13, S 7.31)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from cp_tui.charge_point.smart_charging.context import MINIMUM_CURRENT_A, InstalledProfile
from cp_tui.charge_point.smart_charging.schedule import CompositePeriod
from cp_tui.explain.catalogue import found
from cp_tui.explain.charging import limits_between
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, FrameRef
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.explain.samples import Sample
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.core import MeterValuesRequest
from cp_tui.ocpp.datatypes import (
    ChargePointStatus,
    ChargingProfilePurposeType,
    ChargingRateUnitType,
    Location,
    Measurand,
    ReadingContext,
)
from cp_tui.traces.record import Record

LIVE_S = 60.0
"""A sample that is older was queued, and by which clock it was taken nobody knows."""
PHASES = 3
_LIVE = (ReadingContext.SAMPLE_PERIODIC, ReadingContext.SAMPLE_CLOCK, ReadingContext.TRIGGER)


class LimitRules(Family):
    """MeterValues of a transaction whose limit is known."""

    def __init__(self) -> None:
        self._changed: FrameRef | None = None
        self._changed_at: datetime | None = None

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        if known.profiles.changed != self._changed:
            self._changed = known.profiles.changed
            self._changed_at = known.before
        request = known.exchange.request if known.exchange.is_call else None
        if not isinstance(request, MeterValuesRequest):
            return
        connector = request.connector_id
        running = known.transactions.on(connector) if connector > 0 else None
        if running is None or running.breaks != known.breaks or record.at is None:
            return
        is_whole = running.request is not None and not known.blurs
        if not known.profiles.are_all_known and not (
            is_whole and known.profiles.are_tx_profiles_known
        ):
            return
        settled_s = LIMITS.limit_delay
        if not known.is_past(running.at, settled_s) or not known.is_past(
            self._changed_at, settled_s
        ):
            return
        for at, together in groupby(known.samples, key=lambda each: each.at):
            if at is not None and abs((at - record.at).total_seconds()) <= LIVE_S:
                yield from _judged(record, connector, at, tuple(together), known)


def _judged(
    record: Record, connector: int, at: datetime, samples: Sequence[Sample], known: Known
) -> Iterable[Finding]:
    delay_s = int(LIMITS.limit_delay)
    begin = later(at, -delay_s)
    may_pause = _may_pause(known.profiles.installed)
    for unit in ChargingRateUnitType:
        flowing, offered = _readings(samples, unit)
        # A limit is dear to work out, and of a unit that was not measured nothing exceeds it.
        if not (flowing or offered or may_pause):
            continue
        periods = list(limits_between(known, connector, begin, delay_s, unit))
        # What is converted depends on a voltage and on phases that the log does not tell.
        if not periods or any(each.source.conversion is not None for each in periods):
            continue
        # Of what else is installed, only a profile of the whole charge point could count beside a
        # TxProfile, and that lets less flow (S 3.13.3).
        if not known.profiles.are_all_known and not all(map(_is_of_transaction, periods)):
            continue
        limit = max(each.limit for each in periods)
        factor = Decimal(str(LIMITS.limit_factor))
        grace = LIMITS.limit_ampere if unit is ChargingRateUnitType.A else LIMITS.limit_watt
        most = limit * factor + Decimal(str(grace))
        winner = periods[-1].source.winner
        if flowing is not None and flowing > most:
            yield found(
                "limit.exceeded",
                f"{flowing:g} {unit} flow on connector {connector}, and {winner} has set"
                f" {limit:g} {unit} for more than {delay_s} s.",
                record,
                known.profiles.changed,
                matter=f"{connector}",
            )
        if offered is not None and offered > most:
            yield found(
                "limit.not_offered",
                f"{offered:g} {unit} are offered on connector {connector}, and {winner} has set"
                f" {limit:g} {unit}.",
                record,
                known.profiles.changed,
                matter=f"{connector}",
            )
        told = known.connectors.current(connector, known.breaks)
        is_charging = told is not None and told.status is ChargePointStatus.CHARGING
        is_paused = limit < MINIMUM_CURRENT_A if unit is ChargingRateUnitType.A else limit <= 0
        if is_paused and is_charging and told and known.is_past(told.at, LIMITS.limit_delay):
            yield found(
                "limit.zero_status",
                f"{winner} has set {limit:g} {unit} on connector {connector}, and its status stays"
                " Charging: SuspendedEVSE says that nothing is offered.",
                record,
                told.where,
                matter=f"{connector}",
            )


def _may_pause(profiles: Iterable[InstalledProfile]) -> bool:
    """Say whether any limit is ever so low that nothing flows."""
    return any(
        period.limit < MINIMUM_CURRENT_A
        for each in profiles
        for period in each.profile.charging_schedule.charging_schedule_period
    )


def _is_of_transaction(period: CompositePeriod) -> bool:
    winner = period.source.winner
    return winner is not None and winner.purpose is ChargingProfilePurposeType.TX_PROFILE


def _readings(
    samples: Sequence[Sample], unit: ChargingRateUnitType
) -> tuple[Decimal | None, Decimal | None]:
    """What flows and what is offered, in A of a phase or in W of all of them; None: not told."""
    is_current = unit is ChargingRateUnitType.A
    flows = Measurand.CURRENT_IMPORT if is_current else Measurand.POWER_ACTIVE_IMPORT
    offers = Measurand.CURRENT_OFFERED if is_current else Measurand.POWER_OFFERED
    flowing = _read(samples, flows)
    offered = _read(samples, offers)
    total = [amount for phase, amount in flowing if not phase]
    phases = [amount for phase, amount in flowing if phase]
    if is_current:
        # Without a phase some tell the sum over three: that much each has on average.
        flow = max(phases, default=None) if phases else max(total, default=Decimal(0)) / PHASES
    else:
        flow = total[0] if total else (sum(phases, Decimal(0)) if phases else None)
    return flow, max((amount for phase, amount in offered if not phase), default=None)


def _read(samples: Sequence[Sample], measurand: Measurand) -> list[tuple[str, Decimal]]:
    return [
        (each.phase, each.base)
        for each in samples
        if each.measurand == measurand
        and each.base is not None
        and each.context in _LIVE
        and each.location == Location.OUTLET
    ]
