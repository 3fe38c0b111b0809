"""The decisions for a connector or the charge point over a window of time, one per change.

A cursor is asked for one second after another and tells up to when its answer holds, so that an
exact sweep visits the moments at which something that counts changes, and no other. Cursors are
made of cursors: a profile's course, the stack of a purpose, a connector, the charge point. Each
passes on the earliest end of those below, and gives the same object while nothing below has
changed, so that "has it changed" is a comparison of identities and what depends on it need not be
worked out again.

Recurring profiles would make a year long: 24 periods a day, 365 times, on 50 profiles. Two things
bound the work. The first is exact (`steps`): profiles recur daily or weekly, and a day divides a
week, so the longest interval is one after which all of them have come round together. Where what
counts has stayed the same for that long, nothing that recurs can change it, and the sweep jumps to
the next second at which something happens once. The second is not: a `Budget` of looks, after which
the answer ends early and says so (`is_truncated`, `looked_until`). Profiles come from outside, and
whoever writes them must not be able to stop the charge point.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import chain
from typing import Protocol, TypeVar

from msgspec import Struct

from cp_tui.charge_point.smart_charging.context import Context, PhaseRule
from cp_tui.charge_point.smart_charging.decision import Decision, Terms, decide, decide_for_all
from cp_tui.charge_point.smart_charging.purposes import (
    charge_point_max_stack,
    tx_default_stack,
    tx_stack,
)
from cp_tui.charge_point.smart_charging.schedule import SourceKind
from cp_tui.charge_point.smart_charging.stacking import (
    NO_PROFILES,
    Budget,
    ExplainedStackCursor,
    Stack,
    StackCursor,
)
from cp_tui.charge_point.smart_charging.timeline import FOREVER, to_second
from cp_tui.ocpp.datatypes import ChargingRateUnitType

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Cursor(Protocol[T_co]):
    """A value that changes over time, and how long it stays; asked for ever later seconds."""

    @property
    def until(self) -> int:
        """The second at which the newest answer no longer holds."""

    @property
    def intervals(self) -> set[int]:
        """The lengths after which parts of it repeat themselves."""

    def at(self, second: int) -> T_co:
        """Return what holds at a second, later than the one asked for before."""

    def edges(self) -> Iterator[int]:
        """Yield every second at which it may change other than by recurring."""


class Sweep(Struct, frozen=True):
    """A question about limits: of which charge point, in which unit, from which second on."""

    context: Context
    unit: ChargingRateUnitType
    begin: int
    """First second."""
    budget: Budget
    explains: bool = True
    """False: only limits and winners; who lost, and why, is not looked for."""

    def cursor(self, connector_id: int) -> Cursor[Decision]:
        """Return the decisions for a connector, or for 0 the charge point."""
        if connector_id == 0:
            twins = {each: self.context.twin(each) for each in sorted(self.context.hardware)}
            cursors = {each: self.uncapped(each) for each in set(twins.values())}
            connectors = [cursors[twin] for twin in twins.values()]
            return _ChargePointCursor(self.terms(0), connectors, self.cap())
        return self.capped(connector_id, self.cap())

    def uncapped(self, connector_id: int) -> ConnectorCursor:
        """Return the decisions for a connector as if there were no ChargePointMaxProfile."""
        return self.capped(connector_id, None)

    def terms(self, connector_id: int) -> Terms:
        """Return what the decisions for a connector depend on: unit, hardware and rules."""
        context = self.context
        if connector_id:
            hardware, rule = context.hardware[connector_id], context.phase_rule
        else:
            hardware, rule = context.supply(), PhaseRule.OWN
        return Terms(self.unit, hardware, rule, context.tx_profile_fallback, self.explains)

    @property
    def armed_at(self) -> int:
        """The second at which a transaction is taken to start where nothing charges."""
        armed_at = self.context.armed_at
        return self.begin if armed_at is None else to_second(armed_at)

    def cap(self) -> StackCursor:
        """Return the states of the ChargePointMaxProfile."""
        return self._through(charge_point_max_stack(self.context, self.armed_at))

    def capped(self, connector_id: int, cap: StackCursor | None) -> ConnectorCursor:
        """Return the decisions for a connector below this cap, in the order of time."""
        stacks = [make(self.context, connector_id, self.armed_at) for make in _STACKS]
        cursors = [self._through(each) if each else None for each in stacks]
        return ConnectorCursor(self.terms(connector_id), self.budget, cap, *cursors)

    def _through(self, stack: Stack) -> StackCursor:
        kind = ExplainedStackCursor if self.explains else StackCursor
        return kind(stack, self.budget)


_STACKS = tx_stack, tx_default_stack


def steps(
    cursor: Cursor[T], begin: int, end: int, budget: Budget, key: Callable[[T], object]
) -> Iterator[tuple[int, T, bool]]:
    """Yield what holds from each second of [begin, end) on at which anything changes.

    The third says whether the key has changed. Where the budget ends, so do the steps, and
    `budget.cut_at` says from where on nothing is known. Where the key has stayed the same for as
    long as recurring profiles take to come round, it stays the same up to the next change that does
    not recur: that is where the next step is.
    """
    interval = max(cursor.intervals, default=0)
    edges: list[int] | None = None
    at = quiet_from = begin
    value: T | None = None
    last: object = None
    while at < end:
        if budget.steps <= 0 and at > begin:
            budget.cut_at = at
            return
        budget.steps -= 1
        before, value = value, cursor.at(at)
        # The key is worked out only for another object: most steps give the same one.
        is_new = value is not before and (found := key(value)) != last
        if is_new:
            last, quiet_from = found, at
        yield at, value, is_new
        assert cursor.until > at, "a sweep that stands still never ends"
        at = cursor.until
        if interval and at - quiet_from >= interval and at < end:
            if edges is None:
                edges = sorted({each for each in cursor.edges() if begin < each < end})
            # What happened once since then has begun the quiet anew, whether or not it counted.
            index = bisect_left(edges, at)
            if index:
                quiet_from = max(quiet_from, edges[index - 1])
            if at - quiet_from >= interval:
                at = edges[index] if index < len(edges) else end


_UNKNOWN = Decision(Decimal(0), None, SourceKind.HARDWARE)
"""Stands for the decision before the first second is asked for."""


class ConnectorCursor:
    """The decisions for one connector, from its three purposes; None: it has no such profile."""

    def __init__(self, terms: Terms, budget: Budget, *cursors: StackCursor | None) -> None:
        self._terms = terms
        self._budget = budget
        self._cursors = [(index, each) for index, each in enumerate(cursors) if each is not None]
        self._states = [NO_PROFILES] * 3
        self.decision = _UNKNOWN
        """Of the second that was asked for; the same object while nothing changes in it."""
        self.until = -FOREVER

    @property
    def intervals(self) -> set[int]:
        """The lengths after which profiles repeat themselves."""
        return set().union(*(each.intervals for _, each in self._cursors))

    def edges(self) -> Iterator[int]:
        """Yield every second at which it may change other than by recurring."""
        return chain.from_iterable(each.edges() for _, each in self._cursors)

    def at(self, second: int) -> Decision:
        """Return the decision at a second."""
        if second < self.until:
            return self.decision
        states, until, is_same = self._states, FOREVER, self.decision is not _UNKNOWN
        # The innermost loop of everything here: it reads attributes rather than call `at`.
        for index, each in self._cursors:
            if second >= each.until:
                each.move(second)
            if each.state is not states[index]:
                states[index], is_same = each.state, False
            if each.until < until:
                until = each.until
        self.until = until
        if not is_same:
            self._budget.steps -= 1
            self.decision = decide(self._terms, *states)
        return self.decision

    def decide(self, terms: Terms) -> Decision:
        """Return the decision at the second that was asked for, by other terms."""
        return decide(terms, *self._states)

    def decide_uncapped(self, terms: Terms) -> Decision:
        """Return the same as if there were no ChargePointMaxProfile."""
        _, tx, default = self._states
        return decide(terms, NO_PROFILES, tx, default)


class _ChargePointCursor:
    """The decisions for the charge point: the sum of its connectors, capped."""

    def __init__(
        self, terms: Terms, connectors: Sequence[ConnectorCursor], cap: StackCursor
    ) -> None:
        self._terms = terms
        self._connectors = connectors
        self._distinct = set(connectors)
        self._cap = cap
        self._decision = _UNKNOWN
        self.until = -FOREVER

    @property
    def intervals(self) -> set[int]:
        """The lengths after which profiles repeat themselves."""
        return self._cap.intervals.union(*(each.intervals for each in self._distinct))

    def edges(self) -> Iterator[int]:
        """Yield every second at which it may change other than by recurring."""
        return chain(self._cap.edges(), *(each.edges() for each in self._distinct))

    def at(self, second: int) -> Decision:
        """Return the decision at a second."""
        if second < self.until:
            return self._decision
        before, is_same = self._cap.state, self._decision is not _UNKNOWN
        is_same = self._cap.at(second) is before and is_same
        for each in self._distinct:
            if second >= each.until:
                last = each.decision
                is_same = each.at(second) is last and is_same
        self.until = min(self._cap.until, *[each.until for each in self._distinct])
        if not is_same:
            parts = [each.decision for each in self._connectors]
            self._decision = decide_for_all(self._terms, self._cap.state, parts)
        return self._decision
