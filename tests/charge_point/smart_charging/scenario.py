"""Random charge points with profiles whose edges fall close together, each from one seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random

from msgspec.structs import replace

from cp_tui.charge_point.smart_charging.context import Context, InstalledProfile, PhaseRule
from cp_tui.charge_point.smart_charging.timeline import WEEK_S
from cp_tui.ocpp.datatypes import ChargingProfile, ChargingProfilePurposeType, ChargingRateUnitType
from tests.charge_point.smart_charging.builders import (
    ABSOLUTE,
    CP_MAX,
    DAILY,
    DAY_S,
    RECURRING,
    RELATIVE,
    TX,
    TX_DEFAULT,
    WEEKLY,
    A,
    Period,
    W,
    after,
    context,
    on,
    profile,
)

EDGE_S_MAX = 300
"""How far from the request, in seconds, things happen."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A charge point and a question about it."""

    seed: int
    context: Context
    connector_id: int
    start: datetime
    duration_s: int
    unit: ChargingRateUnitType


def scenario(seed: int) -> Scenario:
    """The scenario of a seed; the same seed gives the same one for ever."""
    random = Random(seed)
    connectors = random.randint(1, 3)
    # Where numberPhases differ, the oracle knows only the one rule.
    phase_rule = random.choice(list(PhaseRule))
    phases: tuple[int | None, ...] = (None, 3)
    if phase_rule is PhaseRule.OWN:
        phases = (None, 1, 2, 3)
    transactions = {
        connector_id: after(random.randint(-EDGE_S_MAX, 0))
        for connector_id in range(1, connectors + 1)
        if random.random() < 0.5
    }
    profiles = tuple(_profiles(random, connectors, phases))
    given = context(
        *profiles,
        connectors=connectors,
        max_current_a=random.choice((63, 16, 32)),
        transactions=transactions,
        is_fallback=random.random() < 0.5,
    )
    return Scenario(
        seed,
        replace(given, phase_rule=phase_rule),
        random.randint(0, connectors),
        after(random.randint(-20, 20)),
        random.randint(1, EDGE_S_MAX),
        random.choice((A, W)),
    )


def _profiles(
    random: Random, connectors: int, phases: tuple[int | None, ...]
) -> Iterator[InstalledProfile]:
    """Profiles of which none would replace another."""
    taken: set[tuple[ChargingProfilePurposeType, int, int]] = set()
    for id in range(1, random.randint(1, 8) + 1):
        purpose = random.choice((CP_MAX, TX_DEFAULT, TX_DEFAULT, TX))
        first = 1 if purpose is TX else 0
        connector_id = 0 if purpose is CP_MAX else random.randint(first, connectors)
        level = random.randint(0, 3)
        if (purpose, connector_id, level) in taken:
            continue
        taken.add((purpose, connector_id, level))
        # None: came with a remote start; it counts with and without a transaction.
        yield on(connector_id, _profile(random, id, purpose, level, phases))


def _profile(
    random: Random,
    id: int,
    purpose: ChargingProfilePurposeType,
    level: int,
    phases: tuple[int | None, ...],
) -> ChargingProfile:
    kind = random.choice((ABSOLUTE, RECURRING, RELATIVE))
    recurrency = random.choice((DAILY, WEEKLY)) if kind is RECURRING else None
    interval = WEEK_S if recurrency is WEEKLY else DAY_S
    start = random.randint(-EDGE_S_MAX, EDGE_S_MAX)
    durations = [None, random.randint(1, EDGE_S_MAX), random.randint(1, EDGE_S_MAX)]
    if kind is RECURRING:
        start += interval * random.randint(-3, 3)
        durations += [interval, interval - random.randint(0, EDGE_S_MAX), interval + 1]
    unit = random.choice((A, W))
    valid_from, valid_to = _validity(random)
    return profile(
        purpose,
        *_periods(random, unit, phases, interval if kind is RECURRING else 0),
        id=id,
        level=level,
        kind=kind,
        recurrency=recurrency,
        start=None if kind is ABSOLUTE and random.random() < 0.1 else after(start),
        duration=random.choice(durations),
        unit=unit,
        valid_from=valid_from,
        valid_to=valid_to,
    )


def _periods(
    random: Random, unit: ChargingRateUnitType, phases: tuple[int | None, ...], interval: int
) -> Iterator[Period]:
    count = random.randint(1, 5)
    starts = [0, *sorted(random.sample(range(1, EDGE_S_MAX), count - 1))]
    if interval and random.random() < 0.3:
        starts.append(interval - random.randint(1, EDGE_S_MAX))
    if interval and random.random() < 0.1:
        starts.append(interval + random.randint(0, EDGE_S_MAX))
    for start in starts:
        tenths = random.randint(0, 400) if unit is A else random.randint(0, 24_000) * 10
        limit = f"{tenths // 10}.{tenths % 10}"
        yield start, limit, random.choice(phases)


def _validity(random: Random) -> tuple[datetime | None, datetime | None]:
    begin = random.randint(-EDGE_S_MAX, EDGE_S_MAX)
    end = begin + random.randint(1, EDGE_S_MAX)
    return (
        after(begin) if random.random() < 0.25 else None,
        after(end) if random.random() < 0.25 else None,
    )
