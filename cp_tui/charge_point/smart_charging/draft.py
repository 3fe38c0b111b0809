"""What people are going to see of smart charging, while it is worked out in pieces."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, field

from cp_tui.charge_point.smart_charging.composite import Work
from cp_tui.charge_point.smart_charging.context import Context
from cp_tui.charge_point.smart_charging.schedule import (
    CompositeSchedule,
    LimitSource,
    ProfileStanding,
)
from cp_tui.charge_point.smart_charging.sharing import End
from cp_tui.ocpp.calendar import FIRST


class ScheduleDraft(Struct):
    """What people are going to see, as far as it is worked out."""

    context: Context = field(default_factory=lambda: Context({}))
    time: datetime = FIRST
    end_of_share: End = (None, None)
    sources: dict[int, LimitSource] = field(default_factory=dict)
    """Of the limit of each connector; 0: of the whole."""
    standings: dict[int, ProfileStanding] = field(default_factory=dict)
    schedules: dict[int, CompositeSchedule] = field(default_factory=dict)
    composing: Work[CompositeSchedule] | None = None
    """The schedule that is worked out now."""
