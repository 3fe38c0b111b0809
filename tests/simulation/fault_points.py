"""Errors of ours at a point of the mind that is drawn at random: in any part, at any call of it.

For as long as the points are laid, every method of the parts counts its calls. In a turn that is to
fail, the drawn call of the drawn part raises, before it does its work or after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from random import Random
from types import FunctionType
from typing import get_type_hints

from cp_tui.charge_point.charge_point import ChargePoint
from cp_tui.charge_point.components import Components
from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.faults import Faults
from cp_tui.charge_point.incoming import Incoming
from cp_tui.charge_point.operator.composed_messages import ComposedMessages
from cp_tui.charge_point.operator.operator import Operator
from cp_tui.charge_point.remote_transactions import RemoteTransactions
from cp_tui.charge_point.requests import Requests
from cp_tui.charge_point.trigger_message import TriggeredMessages
from cp_tui.charge_point.turn import Turn

CALLS_MAX = 12
"""A turn that makes fewer calls of the part than were drawn does not fail."""
ERRORS_MAX = 100
"""More errors in one life tell nothing new; a part that every turn calls would make thousands."""


class DefectError(Exception):
    """An error of ours, made for a test."""


def parts_of_the_mind() -> dict[str, type]:
    """Give each part by its name."""
    hints = [hint for hint in get_type_hints(Components).values() if isinstance(hint, type)]
    found = [hint for hint in hints if hint.__module__.startswith("cp_tui.charge_point.")]
    others = [ChargePoint, ComposedMessages, Configuration, Turn, Faults, Incoming, Operator]
    named = [*found, *others, RemoteTransactions, Requests, TriggeredMessages]
    return {part.__name__: part for part in named}


PARTS = parts_of_the_mind()


class FaultPoints:
    """Where the mind fails in the turn that is under way."""

    def __init__(self, random: Random, chance: float, parts: tuple[str, ...] = ()) -> None:
        self.random = random
        self._chance = chance * 6 if parts else chance
        self._parts = parts or tuple(sorted(PARTS))
        self._part = ""
        self._calls = 0
        self._calls_max = 2 if parts else CALLS_MAX
        self._is_before = False
        self.made = 0
        """How many errors there were."""

    @contextmanager
    def turn(self, *, may_fail: bool) -> Iterator[None]:
        """Let a turn pass, which may be one that fails."""
        if may_fail and self.made < ERRORS_MAX and self.random.random() < self._chance:
            self._part = self.random.choice(self._parts)
            self._calls = self.random.randint(1, self._calls_max)
            self._is_before = self.random.random() < 0.5
        try:
            yield
        finally:
            self._part = ""

    def is_due(self, part: str) -> bool:
        """Count a call; say whether it is the one that fails."""
        if part != self._part:
            return False
        self._calls -= 1
        return self._calls == 0

    def fail(self, part: str, method: str) -> None:
        """Raise."""
        self._part = ""
        self.made += 1
        raise DefectError(f"{part}.{method}")

    @property
    def is_before(self) -> bool:
        """Whether the call that fails does so before it has done its work."""
        return self._is_before

    @contextmanager
    def laid(self) -> Iterator[None]:
        """Have every method of the parts count its calls."""
        kept: list[tuple[type, str, FunctionType]] = []
        try:
            for name in self._parts:
                part = PARTS[name]
                for method, function in list(vars(part).items()):
                    if isinstance(function, FunctionType) and not method.startswith("__"):
                        kept.append((part, method, function))
                        setattr(part, method, self._counted(name, method, function))
            yield
        finally:
            for part, method, function in kept:
                setattr(part, method, function)

    def _counted(
        self, part: str, method: str, function: Callable[..., object]
    ) -> Callable[..., object]:
        @wraps(function)
        def counted(*args: object, **keywords: object) -> object:
            is_due = self.is_due(part)
            if is_due and self.is_before:
                self.fail(part, method)
            result = function(*args, **keywords)
            if is_due:
                self.fail(part, method)
            return result

        return counted
