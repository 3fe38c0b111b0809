"""What must hold of a run: `lost>0`, `BootNotification.p95>2s`, each a reason to fail.

A limit names a figure, and how large it may be at most. How the figures come about is not known
here: they are asked for by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from math import isfinite

from msgspec import Struct

from cp_tui.fleet.quantities import duration, duration_s
from cp_tui.network.weathers import unknown_name
from cp_tui.ocpp.action import SPEC, Action, RequestDirection
from cp_tui.ocpp.units import number

DEFAULT_LIMITS = ("lost>0", "doubled>0", "unaccepted>0")
NO_LIMITS = "none"
"""In the place of a limit: those that were named before do not count, nor the default ones."""
LIMITS_MAX = 200


class LimitUnit(StrEnum):
    """In what a figure is told."""

    COUNT = "count"
    SHARE = "share"
    SECONDS = "seconds"


QUANTILES = ("p50", "p95", "p99", "max")
LAG_QUANTILES = ("p50", "p99", "max")
COUNTS = {
    "lost": "transactions that the CSMS has not acknowledged in full",
    "doubled": "transactionIds that were given out twice",
    "unaccepted": "charge points that were never Accepted",
    "refused": "attempts to connect that failed",
    "errors": "charge points that failed by an error of our own",
}
"""Figures that are numbers of things."""
SHARES = {
    "failures": "requests that failed, of all; ACTION.failures: of that Action",
    "cpu": "how busy the fleet itself kept its core",
}
TIMES = {
    "recovery": "from the loss of more than 10 % of the connections to 99 % Accepted again",
}
SPREADS = {
    "connect": "an attempt to connect that succeeded",
    "back": "from a lost connection to an open one",
    "accepted": "from power on to Accepted",
    "charging": "from the swipe to the transaction",
    "lag": "how late timers of the fleet itself were",
}
"""Figures with a median and so on: `connect.p99`. By its bare name it is the p99."""
TIMED_ACTIONS = tuple(
    sorted(
        each
        for each, spec in SPEC.items()
        if spec.direction is not RequestDirection.TO_CHARGE_POINT
    )
)
"""What a charge point asks: `ACTION.p95` is until the answer, `ACTION.age.p95` since the event."""
AGED_ACTIONS = (Action.METER_VALUES, Action.START_TRANSACTION, Action.STOP_TRANSACTION)
"""The messages of transactions, which may wait in the charge point."""
SINGLE = {
    **dict.fromkeys(COUNTS, LimitUnit.COUNT),
    **dict.fromkeys(SHARES, LimitUnit.SHARE),
    **dict.fromkeys(TIMES, LimitUnit.SECONDS),
}
"""Figures that are one number."""
ONLY_AFTER_LOSSES = ("back", "recovery")
"""Figures that a run without trouble has not."""
_LIMIT = re.compile(r"\s*([A-Za-z0-9.]+)\s*>\s*(.*?)\s*", re.ASCII)
WORDS = "must be FIGURE>BOUND, such as BootNotification.p95>2s or lost>0"


class FleetLimit(Struct, frozen=True):
    """A figure, and how large it may be at most."""

    figure: str
    bound: float
    unit: LimitUnit

    @property
    def text(self) -> str:
        """Write it as it is read."""
        return f"{self.figure}>{in_words(self.bound, self.unit)}"


class LimitVerdict(Struct, frozen=True):
    """A limit with what came of it."""

    limit: str
    figure: float | None
    """None: there was nothing to measure."""
    is_held: bool
    words: str


def read_limit(text: str) -> FleetLimit:
    """Read a limit; raises a ValueError that says what is allowed."""
    found = _LIMIT.fullmatch(text)
    if found is None:
        raise ValueError(WORDS)
    name, unit = _figure(found[1])
    return FleetLimit(name, _bound(found[2], unit), unit)


def limits_of(texts: Iterable[str]) -> tuple[FleetLimit, ...]:
    """Give the limits that hold beside the default ones: of one figure the last that is named."""
    limits = {each.figure: each for each in map(read_limit, DEFAULT_LIMITS)}
    for text in texts:
        if text.strip() == NO_LIMITS:
            limits.clear()
        else:
            limit = read_limit(text)
            limits[limit.figure] = limit
    return tuple(limits.values())


def verdict(
    limit: FleetLimit, figure_of: Callable[[str], float | None], *, is_over: bool = True
) -> LimitVerdict:
    """Judge by the figure that is given for the name of the limit.

    What was not measured when the run is over has not held: nobody has tried it.
    """
    figure, bound = figure_of(limit.figure), in_words(limit.bound, limit.unit)
    if figure is None:
        if limit.figure.partition(".")[0] in ONLY_AFTER_LOSSES:
            words = f"{limit.figure}: nothing to measure, no connection was lost"
            return LimitVerdict(limit.text, None, True, words)
        return LimitVerdict(limit.text, None, not is_over, f"{limit.figure}: nothing was measured")
    is_held = not figure > limit.bound
    relation = "is not above" if is_held else "is above"
    meaning = f" ({COUNTS[limit.figure]})" if limit.figure in COUNTS else ""
    found = in_words(figure, limit.unit)
    words = f"{limit.figure} {relation} {bound}: it is {found}{meaning}"
    return LimitVerdict(limit.text, figure, is_held, words)


def in_words(value: float, unit: LimitUnit) -> str:
    """Write a figure in its unit."""
    if unit is LimitUnit.SECONDS:
        return duration(value) if isfinite(value) else "not over yet"
    return f"{number(value * 100)}%" if unit is LimitUnit.SHARE else number(value)


def _figure(name: str) -> tuple[str, LimitUnit]:
    """Find a figure by its name; gives its whole name, and in what it is told."""
    head, *rest = name.split(".")
    if head in SINGLE:
        if rest:
            raise ValueError(f"{name}: {head} is one figure; there is nothing behind it")
        return name, SINGLE[head]
    if head in TIMED_ACTIONS:
        if rest == ["failures"]:
            return name, LimitUnit.SHARE
        if rest[:1] == ["age"]:
            if head not in AGED_ACTIONS:
                raise ValueError(f"{name}: only {', '.join(AGED_ACTIONS)} have an age")
            head, rest = f"{head}.age", rest[1:]
    elif head not in SPREADS:
        raise ValueError(unknown_name(head, [*SINGLE, *SPREADS, *TIMED_ACTIONS], "figure"))
    quantiles = LAG_QUANTILES if head == "lag" else QUANTILES
    if not rest:
        return f"{head}.p99", LimitUnit.SECONDS
    if len(rest) == 1 and rest[0] in quantiles:
        return name, LimitUnit.SECONDS
    raise ValueError(f"{name}: say which, such as {head}.p99; there are {', '.join(quantiles)}")


def _bound(text: str, unit: LimitUnit) -> float:
    if unit is LimitUnit.SECONDS:
        try:
            return duration_s(text)
        except ValueError as error:
            raise ValueError(f"the bound {error}") from None
    is_share = text.endswith("%") and unit is LimitUnit.SHARE
    bare = text.removesuffix("%").strip() if is_share else text
    if not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", bare, re.ASCII):
        allowed = "a share such as 0.1%" if unit is LimitUnit.SHARE else "a number"
        raise ValueError(f"the bound must be {allowed}")
    return float(bare) / 100 if is_share else float(bare)
