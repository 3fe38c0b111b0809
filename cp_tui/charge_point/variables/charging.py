"""The variables `charging_schedules` and `profiles`."""

from __future__ import annotations

from datetime import datetime

from cp_tui.charge_point.codec import Value
from cp_tui.charge_point.smart_charging.context import ProfileSource
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule, ProfileStanding
from cp_tui.ocpp.datatypes import ChargingProfile

ChargingSchedules = dict[int, CompositeSchedule]
"""The composite schedule of each connector, from 0; never without periods."""


class ProfileEntry(Value, frozen=True, kw_only=True):
    """An installed charging profile."""

    connector_id: int
    profile: ChargingProfile
    installed_at: datetime
    source: ProfileSource = ProfileSource.CSMS
    standing: ProfileStanding
    """What it does now, when that changes, and why it does not set a limit."""


Profiles = tuple[ProfileEntry, ...]
"""The installed charging profiles."""
