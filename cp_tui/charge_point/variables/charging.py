"""The variables `charging_schedules` and `profiles`."""

from __future__ import annotations

from cp_tui.charge_point.smart_charging.context import InstalledProfile
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule, ProfileStanding

ChargingSchedules = dict[int, CompositeSchedule]
"""The composite schedule of each connector, from 0; never without periods."""


class ProfileEntry(InstalledProfile, frozen=True, kw_only=True):
    """An installed charging profile, and what it does."""

    standing: ProfileStanding
    """What it does now, when that changes, and why it does not set a limit."""


Profiles = tuple[ProfileEntry, ...]
"""The installed charging profiles."""
