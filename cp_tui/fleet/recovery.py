"""How long a fleet is away: from the loss of more than 10 % of it until 99 % are Accepted again."""

from __future__ import annotations

from datetime import datetime

LOST_SHARE = 0.1
BACK_SHARE = 0.99


class FleetRecovery:
    """Watches how many of those that the CSMS has accepted once are accepted now."""

    def __init__(self) -> None:
        self.times_s: list[float] = []
        """How long it took, each time, in seconds."""
        self.away_since: datetime | None = None
        """Since when more than a tenth is missing; None: they are here."""

    def note(self, accepted: int, expected: int, now: datetime) -> None:
        """Take how many are accepted, and how many should be: those that were, and are to stay."""
        if self.away_since is None:
            if accepted < (1 - LOST_SHARE) * expected:
                self.away_since = now
        elif accepted >= BACK_SHARE * expected:
            self.times_s.append((now - self.away_since).total_seconds())
            self.away_since = None
