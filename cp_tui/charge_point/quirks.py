"""Habits of charge points in the field that are not as the standard wants them.

Each is off unless somebody asks for it. The module of each rule asks, and what it does then is a
departure from the standard on purpose.
"""

from __future__ import annotations

from datetime import tzinfo

from msgspec import Struct

from cp_tui.ocpp.local_time import without_offset


class Quirks(Struct, frozen=True):
    """What this charge point does otherwise; the default of each is the letter of the standard."""

    meter_values_without_transaction: bool = False
    """MeterValues name no transaction; the standard wants transactionId (S 4.7)."""
    whole_amperes: bool = False
    """Limits are cut to whole amperes; they have one place after the comma (S 7.14)."""
    ignores_phases: bool = False
    """numberPhases of a profile counts for nothing; it limits the phases that are used (S 7.14)."""
    no_suspended_ev: bool = False
    """Charging is told although the vehicle takes nothing, where SuspendedEV is due (S 4.9)."""
    takes_foreign_fields: bool = False
    """Unknown fields and nulls of requests are dropped; they are defects (J 4.2.3)."""
    forgets_profiles: bool = False
    """Charging profiles are gone after a boot; they are to be kept (S 5.16.4)."""

    answers_late_s: float = 0
    """Answers and requests leave so many seconds late; the standard wants them soon (J 4.1.1)."""
    local_time: tzinfo | None = None
    """Instants are written in the time of this zone, and without it; UTC is wanted (S 3.14)."""

    def written(self, text: str) -> str:
        """Give a frame as this charge point writes it."""
        return text if self.local_time is None else without_offset(text, self.local_time)

    @property
    def words(self) -> str:
        """Name those that are on; empty where all is to the letter."""
        return ", ".join(name for name in self.__struct_fields__ if getattr(self, name))
