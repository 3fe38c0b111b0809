"""The alarm line of the dashboard: painted when its words change, with a timer only while they do.

A second line has what to check, or the next alarm, where the terminal is tall enough.
"""

from __future__ import annotations

from collections.abc import Callable

from textual.timer import Timer

from cp_tui.tui.dashboard.alarm import alarms
from cp_tui.tui.dashboard.alarm_text import KeyOf, alarm_line, second_line, words_change_in_s
from cp_tui.tui.dashboard.charge_point_actions import show_alarms
from cp_tui.tui.dashboard.one_alarm import Alarm
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.units import cut
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.bars import BarLine

EDGE_S = 0.01
"""A moment after the words are due to change, so that rounding has gone over the edge."""


class AlarmLine(BarLine):
    """The worst of what is wrong now, or that all is well."""

    def __init__(self, key_of: KeyOf, now: Callable[[], Clock]) -> None:
        super().__init__("alarm", show_alarms.id)
        self.second = BarLine("alarm-second")
        self._key_of = key_of
        self._now = now
        """Asked when a countdown has gone on: a process that was stopped hears of it late."""
        self._timer: Timer | None = None
        self.has_second = False
        """Whether there is something for the second line."""

    @property
    def is_counting(self) -> bool:
        """Whether the words will change without news."""
        return self._timer is not None

    def tell(self, snapshot: Snapshot, clock: Clock) -> None:
        """Say what is wrong at this instant, and again whenever a countdown has gone on."""
        found = alarms(snapshot, clock)
        self.show(lambda width: alarm_line(found, snapshot, clock, self._key_of, width))
        self.second.show(lambda width: cut(second_line(found), width))
        self.has_second = bool(second_line(found))
        self._wait(found, snapshot, clock)

    def _wait(self, found: list[Alarm], snapshot: Snapshot, clock: Clock) -> None:
        """Have the words made anew when they are no longer true; idle, no timer runs."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if snapshot.log is not None:
            # Its time goes on when somebody does.
            return
        delay_s = words_change_in_s(found, clock.now)
        if delay_s is not None:
            self._timer = self.set_timer(delay_s + EDGE_S, lambda: self.tell(snapshot, self._now()))
