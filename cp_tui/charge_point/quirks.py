"""Habits of charge points in the field that are not as the standard wants them.

Each is off unless somebody asks for it. The module of each rule asks, and what it does then is a
departure from the standard on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.charge_point.reason import Reason, because
from cp_tui.ocpp.local_time import without_offset
from cp_tui.ocpp.units import number


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

    meter_per_transaction: bool = False
    """The energy register begins at 0 with each transaction; it only grows (S 7.31)."""
    no_connector_0: bool = False
    """StatusNotification never tells of connector 0, the charge point as a whole (S 4.9)."""
    answers_late_s: float = 0
    """Answers and requests leave so many seconds late; the standard wants them soon (J 4.1.1)."""
    local_time: tzinfo | None = None
    """Instants are written in the time of this zone, and without it; UTC is wanted (S 3.14)."""

    def meter_wh(self, register_wh: float, start_wh: float) -> float:
        """Give what the meter shows, of a transaction that began at `start_wh`."""
        return register_wh - start_wh if self.meter_per_transaction else register_wh

    @property
    def habits(self) -> tuple[str, ...]:
        """Name those that are on, and say what each does; empty where all is to the letter."""
        names = (name for name in self.__struct_fields__ if getattr(self, name))
        return tuple(map(self.told_of, names))

    def told_of(self, name: str) -> str:
        """Name a habit, and say what it does."""
        return f"{name}: {self.words(name)}"

    def words(self, name: str) -> str:
        """Say what a habit does, with its value."""
        value = getattr(self, name)
        return _WORDS[name].format(number(value) if isinstance(value, float | int) else value)

    def told(self, reason: Reason | None, *names: str) -> Reason | None:
        """Add to a reason the habits that have led there; without any it stays."""
        if not names:
            return reason
        words = "; ".join(f"{self.words(name)}, as it is set" for name in names)
        if reason is None:
            return because("quirks.habit", "cp-tui", "{words}", words=words, quirk=", ".join(names))
        values = {**reason.values, "quirk": ", ".join(names)}
        return replace(reason, text=f"{reason.text}; {words}", values=values)

    def shaped(self, text: str, reason: Reason | None, *names: str) -> tuple[str, Reason | None]:
        """Give a frame as this charge point writes it, and its reason with the habits in it."""
        zone = self.local_time
        if not names and zone is None and not self.answers_late_s:
            return text, reason
        written = text if zone is None else without_offset(text, zone)
        shown = [*names, *["local_time"] * (written != text)]
        shown += ["answers_late_s"] if self.answers_late_s else []
        return written, self.told(reason, *shown)


_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "meter_values_without_transaction": "MeterValues name no transaction",
        "whole_amperes": "limits are cut to whole amperes",
        "ignores_phases": "numberPhases of a charging profile counts for nothing",
        "no_suspended_ev": "SuspendedEV is never told",
        "takes_foreign_fields": "unknown fields and nulls of a request are dropped",
        "forgets_profiles": "charging profiles are gone after a boot",
        "meter_per_transaction": "the energy register begins at 0 with each transaction",
        "no_connector_0": "StatusNotification never tells of connector 0",
        "answers_late_s": "it leaves {} s late",
        "local_time": "times are those of {} and do not say so",
    }
)
"""What each does, for people."""
