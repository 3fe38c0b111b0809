"""How often a transaction message is tried, and how long it waits in between (S 3.7.1)."""

from __future__ import annotations

from msgspec import Struct

AGAIN_MIN_S, AGAIN_MAX_S = 60, 3600
"""Bounds to the wait of what is never given up, once its attempts were in vain."""


class RetryRule(Struct, frozen=True):
    """The configuration keys that drive retries."""

    attempts_max: int
    """TransactionMessageAttempts, at least 1."""
    interval_s: int
    """TransactionMessageRetryInterval."""
    meter_values_max: int
    """WaitingMeterValuesMax."""

    def wait_s(self, attempts: int) -> int:
        """Give how long is waited after so many attempts, in seconds.

        More than `attempts_max` has only what is never given up: that waits longer and longer too,
        but a CSMS that refuses it is not asked all the time, and one that is well again soon.
        """
        wait_s = self.interval_s * attempts
        if attempts < self.attempts_max:
            return wait_s
        return min(max(wait_s, AGAIN_MIN_S), AGAIN_MAX_S)
