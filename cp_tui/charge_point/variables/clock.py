"""A step of the charge point's clock: what explains times that do not follow one another."""

from __future__ import annotations

from datetime import datetime, timedelta

from cp_tui.charge_point.codec import Value

CLOCK_STEP_TOLD = timedelta(minutes=1)
"""Only longer steps are told to people: nobody reads times more closely."""


class ClockStep(Value, frozen=True, kw_only=True):
    """The clock of the charge point was set to that of the CSMS (S 4.2)."""

    at: datetime
    """In the clock of the machine, which takes no part in it."""
    before: datetime
    """What the clock of the charge point said."""
    after: datetime
    """What it says since."""
    by: str
    """The message that brought the time: `BootNotification` or `Heartbeat`."""

    @property
    def step_s(self) -> float:
        """By how many seconds: ahead, or back where it is negative."""
        return (self.after - self.before).total_seconds()

    @property
    def is_told(self) -> bool:
        """Whether it is worth telling."""
        return abs(self.after - self.before) > CLOCK_STEP_TOLD
