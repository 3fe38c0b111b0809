"""Times, rates, ranges and shares as people write them: `1h30m`, `10/s`, `20m..60m`, `2%`.

Each reader gives a number, or raises a ValueError that says what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import inf

from cp_tui.ocpp.units import number

DAY_S = 86_400.0
DURATION_S_MAX = 30 * DAY_S
"""Nobody watches a load for longer."""
RATE_MAX = 10_000.0
"""Charge points a second: far above what a machine can power on."""
DURATION_WORDS = "a time such as 500ms, 60s, 5m or 1h30m"
_UNITS_S = {"d": DAY_S, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[dhms])")
_DURATION = re.compile(rf"(?:{_PART.pattern})+", re.ASCII)


def duration_s(text: str) -> float:
    """Read a time in seconds: `500ms`, `60s`, `1h30m`, each unit once and the larger ones first."""
    compact = text.replace(" ", "")
    parts = _PART.findall(compact) if _DURATION.fullmatch(compact) else []
    sizes = [_UNITS_S[unit] for _, unit in parts]
    if not parts or sizes != sorted(set(sizes), reverse=True):
        raise ValueError(f"must be {DURATION_WORDS}")
    seconds: float = sum(float(amount) * _UNITS_S[unit] for amount, unit in parts)
    if seconds > DURATION_S_MAX:
        raise ValueError(f"must be at most {duration(DURATION_S_MAX)}")
    return seconds


def duration(seconds: float) -> str:
    """Write a time as it is read: `1h30m`, `2.5s`, `120ms`, `0s`."""
    if 0 < seconds < 1:
        return f"{number(seconds * 1_000)}ms"
    text, rest = "", round(seconds, 3)
    for unit, size in _UNITS_S.items():
        if size > 1 and rest >= size:
            text += f"{rest // size:.0f}{unit}"
            rest %= size
    return f"{text}{number(rest)}s" if rest or not text else text


class Spread:
    """How a number of charge points is powered on: at a rate, over a time, or all at once."""

    WORDS = 'must be a rate such as 10/s, a time such as 60s, or "storm" for all at once'

    def __init__(self, text: str) -> None:
        self._per_s, self._over_s = inf, 0.0
        if text.replace(" ", "").endswith("/s"):
            self._per_s = _amount(text.replace(" ", "").removesuffix("/s"), self.WORDS)
            if not 0 < self._per_s <= RATE_MAX:
                raise ValueError(f"must be a rate above 0 up to {RATE_MAX:g}/s")
        elif text != "storm":
            try:
                self._over_s = duration_s(text)
            except ValueError as error:
                raise ValueError(
                    self.WORDS if DURATION_WORDS in str(error) else str(error)
                ) from None

    def seconds(self, charge_points: int) -> float:
        """Give how long it takes for so many."""
        return self._over_s or charge_points / self._per_s


def duration_range(text: str) -> tuple[float, float]:
    """Read `20m..60m`, or `20m` for both ends, in seconds."""
    return _range(text, duration_s, "a time or a range such as 20m..60m")


def energy_range_wh(text: str) -> tuple[float, float]:
    """Read `5..40`, or `20` for both ends: kWh, given in Wh."""
    words = "kWh or a range such as 5..40"
    low, high = _range(text, lambda end: _amount(end.strip(), words), words)
    if not low > 0 or high > 1_000:
        raise ValueError("must be kWh above 0 up to 1000")
    return low * 1_000, high * 1_000


def share(text: str) -> float:
    """Read a share: `0.02`, or `2%`."""
    words = "must be a share above 0 up to 1, such as 0.02 or 2%"
    bare = text.strip()
    found = _amount(bare.removesuffix("%").strip(), words)
    found = found / 100 if bare.endswith("%") else found
    if not 0 < found <= 1:
        raise ValueError(words)
    return found


def backoff(text: str) -> tuple[float, float]:
    """Read `3s+10s`: the shortest wait before a reconnection, and the random time on top of it."""
    wait, plus, on_top = text.partition("+")
    try:
        return duration_s(wait), duration_s(on_top) if plus else 0.0
    except ValueError:
        raise ValueError("must be a wait and a random time on top, such as 3s+10s, or 0s") from None


def _range(text: str, read: Callable[[str], float], words: str) -> tuple[float, float]:
    low, dots, high = text.partition("..")
    try:
        ends = read(low), read(high if dots else low)
    except ValueError:
        raise ValueError(f"must be {words}") from None
    if ends[0] > ends[1]:
        raise ValueError("must begin with the smaller end")
    return ends


def _amount(text: str, words: str) -> float:
    if not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text, re.ASCII):
        raise ValueError(words if words.startswith("must") else f"must be {words}")
    return float(text)
