"""How long to wait between two attempts to connect (the rule of OCPP 2.0.1, for 1.6 has none).

Pure: randomness is passed in. The wait is reset only after a connection that lasted (`Link`): a
CSMS that accepts and hangs up at once would else be called without end.
"""

from __future__ import annotations

from msgspec import Struct

from cp_tui.charge_point.chance import Chance


class BackoffSettings(Struct, frozen=True):
    """3, 6, 12, 24, 24, ... s, each with up to 10 s on top: a fleet must not return all at once.

    The numbers are our own.
    """

    wait_minimum_s: float = 3.0
    random_range_s: float = 10.0
    doublings: int = 3


class Backoff:
    """The sequence of waits of one link."""

    def __init__(self, random: Chance, settings: BackoffSettings) -> None:
        self._random = random
        self._settings = settings
        self._doubled = 0

    def next_delay_s(self) -> float:
        """Give the wait before the next attempt, in seconds."""
        settings = self._settings
        delay_s = settings.wait_minimum_s * (1 << self._doubled)
        self._doubled = min(self._doubled + 1, settings.doublings)
        return delay_s + self._random.uniform(0, settings.random_range_s)

    def reset(self) -> None:
        """Start again with the shortest wait, after a connection that lasted."""
        self._doubled = 0
