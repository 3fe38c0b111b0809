"""Decisions in words: short sentences that a technician reads once, on a line of 80 columns.

A period of a schedule may be hours long, and what is said of it is read at its begin. So "ends" and
"ended" depend on where the begin lies; without a begin the sentence is about this moment.
"""

from __future__ import annotations

from cp_tui.charge_point.smart_charging.conversion import conversion_text, limit_text
from cp_tui.charge_point.smart_charging.decision import Decision, Terms
from cp_tui.charge_point.smart_charging.schedule import (
    LimitSource,
    Loser,
    LostBecause,
    SourceKind,
)
from cp_tui.charge_point.smart_charging.stacking import LOSERS_MAX, Lost
from cp_tui.charge_point.smart_charging.timeline import Claim, to_instant
from cp_tui.ocpp.datatypes import ChargingRateUnitType
from cp_tui.ocpp.length import moment

_PARTS_SHOWN_MAX = 4
"""How many parts of a sum are named; more would not fit on the line."""


def explain(
    decision: Decision, terms: Terms, *, is_hypothetical: bool, begin: int | None = None
) -> LimitSource:
    """Return the source of a limit with its sentence, its losers and the conversion used.

    A decision for a whole period names the second when it begins: what ends later is to come.
    """
    winner = decision.winner
    return LimitSource(
        kind=decision.kind,
        is_hypothetical=is_hypothetical,
        winner=None if winner is None else winner.ref,
        sentence=_sentence(decision, terms.unit),
        losers=tuple(
            Loser(profile=lost.ref, why=lost.why, sentence=_why(lost, decision, terms.unit, begin))
            for lost in decision.lost[:LOSERS_MAX]
        ),
        losers_omitted=decision.omitted + max(0, len(decision.lost) - LOSERS_MAX),
        conversion=None if winner is None else _conversion(winner, decision, terms),
    )


def _sentence(decision: Decision, unit: ChargingRateUnitType) -> str:
    limit = limit_text(decision.limit, unit)
    match decision.kind:
        case SourceKind.PROFILE | SourceKind.SHARE if decision.winner is not None:
            return f"{decision.winner.ref} allows {limit}"
        case SourceKind.SUM_OF_CONNECTORS if len(decision.parts) <= _PARTS_SHOWN_MAX:
            return f"Connectors together: {' + '.join(limit_text(p, unit) for p in decision.parts)}"
        case SourceKind.SUM_OF_CONNECTORS:
            return f"{len(decision.parts)} connectors together: {limit}"
        case _ if any(lost.allowed is not None for lost in decision.lost):
            return f"The hardware delivers no more than {limit}"
        case _:
            return f"No profile applies: hardware limit {limit}"


def _conversion(winner: Claim, decision: Decision, terms: Terms) -> str | None:
    return conversion_text(
        winner.limit, winner.unit, terms.unit, decision.phases_used, terms.hardware
    )


def _why(lost: Lost, decision: Decision, unit: ChargingRateUnitType, begin: int | None) -> str:
    ref = lost.ref
    match lost.why:
        case LostBecause.HIDDEN_BY_TX_PROFILE if (
            decision.winner is not None and lost.by == decision.winner.ref
        ):
            return f"{lost.by} beats {ref}"
        case LostBecause.HIDDEN_BY_TX_PROFILE:
            return f"{lost.by} hides {ref}"
        case LostBecause.HIGHER_THAN_MINIMUM if lost.allowed is not None:
            allowed = f"{'at least ' if lost.varies else ''}{limit_text(lost.allowed, unit)}"
            if lost.allowed == decision.limit:
                return f"{ref} allows {allowed} as well"
            return f"{ref} allows more: {allowed}"
        case _:
            return why_silent(lost, begin)


def why_silent(lost: Lost, begin: int | None = None) -> str:
    """Say why a profile does not count, whatever the limit is."""
    ref = lost.ref
    at = "" if lost.instant is None else moment(to_instant(lost.instant))
    is_ahead = begin is not None and lost.instant is not None and lost.instant > begin
    match lost.why:
        case LostBecause.LOWER_STACK_LEVEL:
            return f"{lost.by} beats {ref}"
        case LostBecause.REPLACED_ON_CONNECTOR if lost.by is not None:
            return f"#{lost.by.profile_id} on connector {lost.by.connector_id} replaces {ref}"
        case LostBecause.OTHER_TRANSACTION:
            return f"{ref} belongs to another transaction"
        case LostBecause.NOT_YET_VALID:
            return f"{ref} is not valid before {at}"
        case LostBecause.EXPIRED:
            return f"{ref} {'is' if is_ahead else 'was'} valid until {at}"
        case LostBecause.NOT_STARTED:
            return f"{ref} starts at {at}"
        case LostBecause.DURATION_OVER:
            return f"{ref} {'ends' if is_ahead else 'ended'} at {at}"
        case LostBecause.RECURRENCE_GAP:
            return f"{ref} rests until {at}"
    raise AssertionError(lost)
