"""The schedule pane: the limit of each connector over time, and who sets it at the cursor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message

from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.ocpp.datatypes import ChargingRateUnitType
from cp_tui.tui.panes.pane import Pane
from cp_tui.tui.store import Snapshot
from cp_tui.tui.view.words import Clock
from cp_tui.tui.widgets.glyphs import Glyphs
from cp_tui.tui.widgets.timeline import Timeline


class SchedulePane(Pane):
    """The timeline, fed with what is published or, beyond that, with what is asked for."""

    NAME = "schedule"
    TITLE = "Schedule"
    SHOWS: ClassVar[frozenset[str]] = frozenset({"charging_schedules", "link"})
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "A lane per connector, 0 is the whole charge point; at the right the limit in force now.",
        "Solid: a transaction runs. Light: what one would get that started now.",
        "At the cursor: the limit, until when, the profile that sets it, those that lost.",
        "Beyond what is known the lane is dotted, which is not zero.",
    )

    class Wanted(Message):
        """Schedules are wanted that the published ones do not cover."""

        def __init__(self, start: datetime, duration_s: int, unit: ChargingRateUnitType) -> None:
            super().__init__()
            self.start = start
            self.duration_s = duration_s
            self.unit = unit

    def __init__(
        self, hints: str = "", *, zone: tzinfo = UTC, glyphs: Glyphs = Glyphs.EIGHTH
    ) -> None:
        super().__init__(hints)
        self._timeline = Timeline(glyphs=glyphs, time_zone=zone, id="timeline")
        self._published: Mapping[int, CompositeSchedule] = {}
        self._now = datetime.fromtimestamp(0, UTC)

    def compose_body(self) -> ComposeResult:
        """The timeline."""
        yield self._timeline

    def show(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show what is published, or ask again for what it does not cover."""
        timeline = self._timeline
        is_new = snapshot.schedules is not self._published
        self._published, self._now = snapshot.schedules, clock.now
        if self._is_covered(timeline):
            timeline.show(self._published, clock.now)
        elif is_new:
            self._want(timeline)
        known = Content(timeline.caption) if self._published else Content("not known yet")
        self.note(known)

    def show_asked(self, schedules: Mapping[int, CompositeSchedule]) -> None:
        """Show schedules that were asked for."""
        timeline = self._timeline
        timeline.show(schedules, self._now)
        self.note(Content(timeline.caption))

    @on(Timeline.ViewChanged)
    def _view_changed(self, event: Timeline.ViewChanged) -> None:
        event.stop()
        if not self._published:
            return
        if self._is_covered(event.timeline):
            event.timeline.show(self._published, self._now)
        else:
            self._want(event.timeline)
        self.note(Content(event.timeline.caption))

    def _is_covered(self, timeline: Timeline) -> bool:
        """Whether the published schedules are in the wanted unit and reach to the right edge."""
        start, span = timeline.window
        ends = [s.start + timedelta(seconds=s.duration_s) for s in self._published.values()]
        units = {s.unit for s in self._published.values()}
        return units <= {timeline.unit} and all(end >= start + span for end in ends)

    def _want(self, timeline: Timeline) -> None:
        start, span = timeline.window
        begin = min((s.start for s in self._published.values()), default=self._now)
        duration_s = int((start + span - begin).total_seconds())
        if duration_s > 0:
            self.post_message(self.Wanted(begin, duration_s, timeline.unit))
