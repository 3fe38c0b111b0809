"""The limit at one moment: the minimum over the purposes and the hardware (S 3.13.3).

Knows no time; it is asked again whenever a profile changes what it says.

Limits are compared in the unit that is asked for, after conversion, for two limits may be in
another order in W than in A: 30 A on one phase is more than 20 A on three by current, and less by
power. All limits on a connector are converted with the same number of phases, the smallest that any
profile in force asks for (`PhaseRule.COMMON`), since each of them binds. A purpose that gives
nothing does not limit; it is never 0 (S 3.13.6). Where no profile allows less than the hardware,
the hardware is what limits, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct, field
from msgspec.structs import replace

from cp_tui.charge_point.smart_charging.context import Hardware, PhaseRule
from cp_tui.charge_point.smart_charging.conversion import (
    ASSUMED_PHASES,
    convert,
    hardware_limit,
)
from cp_tui.charge_point.smart_charging.schedule import LostBecause, ProfileRef, SourceKind
from cp_tui.charge_point.smart_charging.stacking import Lost, StackState
from cp_tui.charge_point.smart_charging.timeline import Claim
from cp_tui.ocpp.datatypes import ChargingRateUnitType

# A schedule asks thousands of times, and to look a member up takes as long as to compare.
_COMMON, _HARDWARE, _PROFILE = PhaseRule.COMMON, SourceKind.HARDWARE, SourceKind.PROFILE


class Terms(Struct, frozen=True):
    """What a decision depends on beside the profiles: unit, hardware and rules."""

    unit: ChargingRateUnitType
    hardware: Hardware
    phase_rule: PhaseRule = PhaseRule.COMMON
    tx_profile_fallback: bool = False
    explains: bool = True
    """False: who lost does not matter."""
    available: dict[int | None, Decimal] = field(default_factory=dict)
    """What the hardware delivers over a number of phases, as far as it was asked for."""

    def hardware_limit(self, phases: int | None) -> Decimal:
        """Return what the hardware delivers at most over `phases` phases; None: all it has."""
        limit = self.available.get(phases)
        if limit is None:
            limit = self.available[phases] = hardware_limit(self.hardware, self.unit, phases)
        return limit


class Decision(Struct, frozen=True):
    """A limit with everything that its explanation needs."""

    limit: Decimal
    number_phases: int | None
    kind: SourceKind
    winner: Claim | None = None
    phases_used: int = ASSUMED_PHASES
    """The number of phases that the conversion counted with."""
    lost: tuple[Lost, ...] = ()
    omitted: int = 0
    parts: tuple[Decimal, ...] = ()
    """Of a sum: the limit of each connector."""

    def identity(self) -> tuple[object, ...]:
        """Return the limit and what sets it, whoever loses."""
        claim = self.winner
        # With the limit in the profile's own unit: a conversion shows it.
        winner = None if claim is None else (claim.ref, claim.limit)
        return (self.limit, self.number_phases, self.kind, winner, self.parts)

    def joined(self, later: Decision) -> Decision:
        """Return this decision going on as `later`: with the losers of both.

        A profile that loses for one reason first and for another later stands there twice.
        """
        if self.lost is later.lost or self.lost == later.lost:
            return self
        lost = {(each.ref, each.why): each for each in self.lost}
        for each in later.lost:
            first = lost.setdefault((each.ref, each.why), each)
            if first.allowed is None or each.allowed is None or first.allowed == each.allowed:
                continue
            least = min(first.allowed, each.allowed)
            lost[each.ref, each.why] = replace(first, allowed=least, varies=True)
        ranked = tuple(sorted(lost.values(), key=_rank))
        return replace(self, lost=ranked, omitted=max(self.omitted, later.omitted))


class _Losers(Struct):
    lost: list[Lost] = field(default_factory=list)
    omitted: int = 0

    def add(self, state: StackState) -> None:
        self.lost += state.lost
        self.omitted += state.omitted

    def ranked(self) -> tuple[Lost, ...]:
        """Return the losers, those that came nearest to winning first."""
        return tuple(sorted(self.lost, key=_rank))


_RANK = {
    LostBecause.HIDDEN_BY_TX_PROFILE: 0,
    LostBecause.HIGHER_THAN_MINIMUM: 1,
    LostBecause.LOWER_STACK_LEVEL: 2,
    LostBecause.REPLACED_ON_CONNECTOR: 3,
}


def _rank(lost: Lost) -> int:
    return _RANK.get(lost.why, len(_RANK))


def decide(terms: Terms, cap: StackState, tx: StackState, default: StackState) -> Decision:
    """Return the limit of a connector from the states of its three purposes."""
    losers = _Losers() if terms.explains else None
    layer = _transaction_claim(terms, tx, default, losers)
    if losers is not None:
        losers.add(cap)
    # The first of equals wins: what was meant for the transaction explains it best.
    claims = () if layer is None else (layer,)
    if cap.claim is not None:
        claims = (*claims, cap.claim)
    phases = None
    if terms.phase_rule is _COMMON:
        for claim in claims:
            own = claim.number_phases
            if own is not None and (phases is None or own < phases):
                phases = own
    return _least(terms, terms.hardware_limit(phases), phases, claims, losers)


def decide_for_all(terms: Terms, cap: StackState, connectors: Sequence[Decision]) -> Decision:
    """Return the limit of the charge point: the sum of its connectors, capped (E 3.30)."""
    losers = _Losers() if terms.explains else None
    if losers is not None:
        losers.add(cap)
    parts = tuple([each.limit for each in connectors])
    given = [each.number_phases for each in connectors if each.number_phases is not None]
    phases = max(given) if len(given) == len(connectors) else None
    claims = [] if cap.claim is None else [cap.claim]
    decision = _least(terms, sum(parts, Decimal(0)), phases, claims, losers)
    if decision.kind is _HARDWARE:
        return replace(decision, kind=SourceKind.SUM_OF_CONNECTORS, parts=parts)
    return decision


def _transaction_claim(
    terms: Terms, tx: StackState, default: StackState, losers: _Losers | None
) -> Claim | None:
    """Return what TxProfile, else TxDefaultProfile, allows (S 3.13.1)."""
    if losers is not None:
        losers.add(tx)
        losers.add(default)
    if tx.claim is not None:
        hidden_by: ProfileRef | None = tx.claim.ref
    else:
        # The official test TC_066 wants a valid TxProfile to hide the default even where its own
        # schedule gives nothing; open engines fall back.
        hidden_by = None if terms.tx_profile_fallback else tx.valid
    if hidden_by is None:
        return default.claim
    if default.claim is not None and losers is not None:
        hidden = Lost(default.claim.ref, LostBecause.HIDDEN_BY_TX_PROFILE, hidden_by)
        losers.lost.append(hidden)
    return tx.claim


def _least(
    terms: Terms,
    available: Decimal,
    number_phases: int | None,
    claims: Sequence[Claim],
    losers: _Losers | None,
) -> Decision:
    """Return the lowest claim, or what is available where none is as low.

    `number_phases` is what all claims have in common, where the rule wants that.
    """
    decision = Decision(available, number_phases, _HARDWARE)
    offers = []
    for claim in claims:
        phases = number_phases if terms.phase_rule is _COMMON else claim.number_phases
        used = phases or ASSUMED_PHASES
        offer = convert(claim.limit, claim.unit, terms.unit, used, terms.hardware)
        if losers is not None:
            offers.append((claim, offer))
        # As low as the hardware: then the profile is named, for somebody set it.
        if offer < decision.limit or (decision.winner is None and offer == available):
            decision = Decision(offer, phases, _PROFILE, claim, used)
    if losers is None:
        return decision
    for claim, offer in offers:
        if claim is not decision.winner:
            why = LostBecause.HIGHER_THAN_MINIMUM
            losers.lost.append(Lost(claim.ref, why, allowed=offer))
    return replace(decision, lost=losers.ranked(), omitted=losers.omitted)
