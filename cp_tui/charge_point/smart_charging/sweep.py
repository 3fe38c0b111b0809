"""The decisions for a connector or the charge point over a window of time, one per change.

An exact sweep over the moments at which any profile changes what it says: cost grows with those
moments, not with seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cp_tui.charge_point.smart_charging.context import Context
from cp_tui.charge_point.smart_charging.decision import Decision, Terms, decide, decide_for_all
from cp_tui.charge_point.smart_charging.stacking import (
    NO_PROFILES,
    StackState,
    charge_point_max_stack,
    tx_default_stack,
    tx_stack,
)
from cp_tui.charge_point.smart_charging.timeline import Budget, changes, to_second
from cp_tui.ocpp.datatypes import ChargingRateUnitType


@dataclass(frozen=True, slots=True)
class Sweep:
    """A window of time and what is asked of it."""

    context: Context
    unit: ChargingRateUnitType
    begin: int
    """First second."""
    end: int
    """The second after the last."""
    budget: Budget

    def decisions(self, connector_id: int) -> Iterator[tuple[int, Decision]]:
        """Yield the decisions for a connector, or for 0 the charge point."""
        if connector_id == 0:
            return self._charge_point()
        return self._connector(connector_id, self.cap())

    def uncapped(self, connector_id: int) -> Iterator[tuple[int, Decision]]:
        """Yield the decisions for a connector as if there were no ChargePointMaxProfile."""
        return self._connector(connector_id, iter(()))

    def terms(self, connector_id: int) -> Terms:
        """Return by what the decisions for a connector are made."""
        context = self.context
        hardware = context.hardware[connector_id] if connector_id else context.supply()
        return Terms(self.unit, hardware, context.phase_rule, context.tx_profile_fallback)

    @property
    def armed_at(self) -> int:
        """The second at which a transaction is taken to start where nothing charges."""
        armed_at = self.context.armed_at
        return self.begin if armed_at is None else to_second(armed_at)

    def cap(self) -> Iterator[tuple[int, StackState]]:
        """Yield the states of the ChargePointMaxProfile."""
        stack = charge_point_max_stack(self.context, self.armed_at)
        return stack.steps(self.begin, self.end, self.budget)

    def _connector(
        self, connector_id: int, cap: Iterator[tuple[int, StackState]]
    ) -> Iterator[tuple[int, Decision]]:
        terms = self.terms(connector_id)
        tx = tx_stack(self.context, connector_id, self.armed_at)
        default = tx_default_stack(self.context, connector_id, self.armed_at)
        states = [NO_PROFILES] * 3
        streams = [
            cap,
            tx.steps(self.begin, self.end, self.budget),
            default.steps(self.begin, self.end, self.budget),
        ]
        for at, changed in changes(streams):
            for index, state in changed:
                states[index] = state
            yield at, decide(terms, *states)

    def _charge_point(self) -> Iterator[tuple[int, Decision]]:
        terms = self.terms(0)
        connectors = sorted(self.context.hardware)
        streams: list[Iterator[tuple[int, StackState | Decision]]] = [
            self.uncapped(each) for each in connectors
        ]
        cap = NO_PROFILES
        parts: dict[int, Decision] = {}
        for at, changed in changes([*streams, self.cap()]):
            for index, value in changed:
                match value:
                    case Decision():
                        parts[index] = value
                    case StackState():
                        cap = value
            yield at, decide_for_all(terms, cap, [parts[i] for i in range(len(connectors))])
