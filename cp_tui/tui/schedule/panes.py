"""The panes of the schedule: the limits over time, and the installed charging profiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.timer import Timer

from cp_tui.charge_point.command_fields import SCHEDULE_DURATION_S_MAX
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.charge_point.variables import RestraintKind
from cp_tui.ocpp.calendar import EPOCH, later
from cp_tui.ocpp.datatypes import ChargingRateUnitType
from cp_tui.ocpp.plural import count
from cp_tui.tui.schedule.actions import copyable_explanation, explain, go_to_time
from cp_tui.tui.schedule.periods_text import period_facts, period_list
from cp_tui.tui.schedule.profiles_text import (
    in_order,
    profile_columns,
    profile_details,
    profile_lines,
)
from cp_tui.tui.state.log_state import other_schedule
from cp_tui.tui.state.past import Flow, Interval, flows, in_force, sampled, violations, with_past
from cp_tui.tui.state.store import RESTRAINTS, Snapshot
from cp_tui.tui.text.copying import Copyable
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.log_words import told_otherwise
from cp_tui.tui.text.restraint import restraint_words, short_restraint
from cp_tui.tui.text.words import Clock
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.timeline.timeline import Timeline
from cp_tui.tui.widgets.bars import ActionWanted
from cp_tui.tui.widgets.pane import Pane
from cp_tui.tui.widgets.table_pane import TablePane

PAUSE_S = 0.2
"""Between two questions to the engine, however fast somebody pans."""

MOVE_WAIT_MIN = timedelta(seconds=5)
"""Between two moves of a window at least."""

CHART_ROWS, SMALL_CHART_ROWS = 4, 1
"""Lines for the periods of a profile, where there is room for them and where there is not."""

Schedules = Mapping[int, CompositeSchedule]


PAN_HINT = "[ ] pan  "
"""In a log these keys lead to findings."""


class SchedulePane(Pane):
    """The limit of each connector over time, and who sets it at the cursor.

    The timeline is fed with what is published or, beyond that, with what is asked for.
    """

    NAME = "schedule"
    TITLE = "Schedule"
    SHOWS = frozenset({"charging_schedules", "link", "measured", "profiles", "others", RESTRAINTS})
    HELP_SENTENCES = (
        "A lane per connector; 0 is the whole charge point.",
        "At the right: the limit in force now; tx: a transaction runs.",
        "While something charges: 10 minutes that were and 5 to come, at first 2 and 1.",
        "Whoever zooms, or goes to another time or connector, stays there.",
        "Solid: a transaction runs. Light: what one would get that started now.",
        "Before now: what flowed, within what was allowed; ! where it was too much.",
        "Where it charges, around now: filled is what flows, the line is its limit.",
        "A column is the mean over its time, so the area is the energy.",
        "At a change of that limit: the new one, and which profile sets it, by whom.",
        "A vehicle has 5 s to follow a limit that falls; 2 % and 0.2 A are noise.",
        "At the cursor: the limit, until when, which profile sets it, which lost.",
        "Beyond what is known the lane is dotted, which is not zero.",
        "Of a log: ≠ where the charge point told another limit than its profiles come to.",
    )

    class Wanted(Message):
        """Schedules are wanted that the published ones do not cover."""

        def __init__(
            self, pane: SchedulePane, start: datetime, duration_s: int, unit: ChargingRateUnitType
        ) -> None:
            super().__init__()
            self.pane = pane
            self.start = start
            self.duration_s = duration_s
            self.unit = unit

    def __init__(
        self,
        now: Callable[[], Clock],
        hints: str = "",
        *,
        glyphs: Glyphs = Glyphs.EIGHTH,
        follows_charging: bool = False,
    ) -> None:
        """`follows_charging`: while something charges, it looks at its last minutes.

        `now` is asked when the window moves on: a process that was stopped hears of it late.
        """
        super().__init__(hints)
        self.timeline = Timeline(glyphs=glyphs, follows_charging=follows_charging, id="timeline")
        self._time = now
        self._snapshot = Snapshot()
        self._asked: Schedules = {}
        self._restraints: Mapping[int, str] = {}
        self._short_restraints: Mapping[int, str] = {}
        self._now = EPOCH
        self._clock_mark = ""
        self._clock = Clock(self._now, UTC)
        self._pause: Timer | None = None
        self._is_wanting = False
        self._move: Timer | None = None
        """For the window about now, which goes on where nothing happens."""

    def copyable(self, snapshot: Snapshot, clock: Clock) -> Copyable | None:
        """What is said of the cursor, and the schedule that it is on."""
        schedule = snapshot.charging_schedules.get(self.timeline.connector_id)
        return copyable_explanation(self.timeline.explanation(), schedule)

    def compose_body(self) -> ComposeResult:
        """The timeline."""
        yield self.timeline

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show what is published, or ask again for what it does not cover."""
        is_new = snapshot.charging_schedules is not self._snapshot.charging_schedules
        # A lost charge point is not followed by the clock: nobody knows what flows since.
        told_at = clock.now if snapshot.has_engine else snapshot.heard_at or clock.now
        self._snapshot, self._now = snapshot, snapshot.schedule_time(told_at)
        if snapshot.log is not None:
            self.timeline.is_of_log = True
            self.hint(self._hints.replace(PAN_HINT, ""))
        self._note_restraints(snapshot, clock)
        self.timeline.set_time_zone(clock.zone)
        self._clock_mark, self._clock = clock.csms_mark, clock
        self._show_known(is_new)
        self._move_later(snapshot)

    def _note_restraints(self, snapshot: Snapshot, clock: Clock) -> None:
        """What keeps the power of each connector below its limit."""
        found = {
            connector.connector_id: restraint
            for connector in snapshot.connectors
            if (restraint := connector.restraint) is not None
            and restraint.kind is not RestraintKind.LIMIT
        }
        self._restraints = {
            connector_id: f"Now {restraint_words(restraint, clock)}"
            for connector_id, restraint in found.items()
        }
        self._short_restraints = {
            connector_id: short_restraint(restraint) for connector_id, restraint in found.items()
        }

    def _move_later(self, snapshot: Snapshot) -> None:
        """Show the same again when the window moves on; where it waits for news, no timer runs."""
        if self._move is not None:
            self._move.stop()
            self._move = None
        # The time of a log goes on when somebody does.
        if snapshot.log is None and (due := self.timeline.next_move) is not None:
            wait = max(due - self._now, MOVE_WAIT_MIN)
            self._move = self.set_timer(wait.total_seconds(), self._move_on, name="window")

    def _move_on(self) -> None:
        if self.screen.is_active:
            self.show(self._snapshot, self._time())
        else:
            # Nobody sees it, and painting under a dialog would cost as much as in the open.
            self._move_later(self._snapshot)

    def show_asked(self, schedules: Schedules) -> None:
        """Show schedules that were asked for."""
        self._asked = schedules
        self._draw(schedules)

    @on(Timeline.Asked)
    def _asked_why(self, event: Timeline.Asked) -> None:
        event.stop()
        self.post_message(ActionWanted(explain.id))

    @on(Timeline.TimeWanted)
    def _time_wanted(self, event: Timeline.TimeWanted) -> None:
        event.stop()
        self.post_message(ActionWanted(go_to_time.id))

    @on(Timeline.ViewChanged)
    def _view_changed(self, event: Timeline.ViewChanged) -> None:
        event.stop()
        if self._snapshot.charging_schedules:
            self._show_known(is_new=False)

    @on(Timeline.LaneChanged)
    def _lane_changed(self, event: Timeline.LaneChanged) -> None:
        event.stop()
        if self._snapshot.charging_schedules:
            self._caption(self.timeline.caption)

    def _show_known(self, is_new: bool) -> None:
        """Show what covers the window, and ask where nothing does or it is out of date."""
        log, published = self._snapshot.log, self._snapshot.charging_schedules
        if log is not None and log.frames and log.instant is None:
            # No limit holds from a time to a time where there are none.
            self._draw({})
            self.note(Content("no times in this log"))
            return
        if self._covers(published):
            self._draw(published)
        elif not is_new and self._covers(self._asked):
            self._draw(self._asked)
        elif published:
            self._want()
        self._caption(self.timeline.caption if published else "not known yet")

    def _draw(self, schedules: Schedules) -> None:
        snapshot, unit = self._snapshot, self.timeline.unit
        limits: dict[int, CompositeSchedule] = {}
        for connector_id, schedule in schedules.items():
            published = snapshot.charging_schedules.get(connector_id)
            if published is None:
                continue
            schedule = in_force(schedule, published.shares)
            if schedule.unit is published.unit:
                schedule = with_past(schedule, snapshot.limits.get(connector_id, ()))
            limits[connector_id] = schedule
        measured = {
            connector_id: flows(points, self._now, unit)
            for connector_id, points in snapshot.measured.items()
        }
        self.timeline.show(
            limits,
            self._now,
            measured=measured,
            violations=self._violations(),
            restraints=self._restraints,
            short_restraints=self._short_restraints,
            charging_since=min(
                (c.transaction.begun_at for c in snapshot.connectors if c.transaction),
                default=None,
            ),
            is_lost=not snapshot.has_engine,
        )
        self._caption(self.timeline.caption)

    def _caption(self, caption: str) -> None:
        words = Content(f"{caption}  {self._clock_mark}".rstrip())
        log, connector = self._snapshot.log, self.timeline.connector_id
        other = None if log is None else other_schedule(log, connector)
        if other is not None:
            words = Content.assemble(words, "  ", told_otherwise(other, self._clock))
        self.note(words)

    def _violations(self) -> dict[int, list[Interval]]:
        """Always in the unit in which the limits were published: only there the past is known."""
        found: dict[int, list[Interval]] = {}
        for connector_id, schedule in self._snapshot.charging_schedules.items():
            points = self._snapshot.measured.get(connector_id, ())
            measured: list[Flow] = flows(points, self._now, schedule.unit)
            if self._snapshot.watched:
                measured = sampled(measured)
            limits = self._snapshot.limits.get(connector_id, ())
            found[connector_id] = violations(measured, limits, schedule.unit)
        return found

    def _covers(self, schedules: Schedules) -> bool:
        """Whether schedules are in the wanted unit and reach to the right edge."""
        start, span = self.timeline.window
        ends = [later(s.start, s.duration_s) for s in schedules.values()]
        units = {s.unit for s in schedules.values()}
        return units == {self.timeline.unit} and all(end >= start + span for end in ends)

    def _want(self) -> None:
        """Ask at once after a pause, else when the pause is over; idle, no timer runs."""
        if self._pause is not None:
            self._is_wanting = True
            return
        self._is_wanting = False
        self._pause = self.set_timer(PAUSE_S, self._pause_over)
        start, span = self.timeline.window
        begin = min(
            (s.start for s in self._snapshot.charging_schedules.values()), default=self._now
        )
        # A window more than is seen: who pans on finds it there.
        seen_s, duration_s = (int((start + n * span - begin).total_seconds()) for n in (1, 2))
        # Beyond a year nothing is reckoned: who pans so far sees that nothing is known there.
        duration_s = min(duration_s, SCHEDULE_DURATION_S_MAX)
        if duration_s > 0 and seen_s <= SCHEDULE_DURATION_S_MAX:
            self.post_message(self.Wanted(self, begin, duration_s, self.timeline.unit))

    def _pause_over(self) -> None:
        self._pause = None
        if self._is_wanting:
            self._show_known(is_new=False)


class ProfilesPane(TablePane):
    """Every installed profile; beside or below it, what the selected one says."""

    DEFAULT_CSS = """
    ProfilesPane FactLines { height: 4; }
    """

    NAME = "profiles"
    COPIED_FIRST = "Id"
    TITLE = "Profiles"
    SHOWS = frozenset({"profiles", "cursor.profiles"})
    HELP_SENTENCES = (
        "Every installed profile: connector (0: all), id, purpose, level, kind.",
        "Now: the limit that it sets, and where; else why it sets none.",
        "armed: it would set one, if a transaction started now.",
        "Next: when it says something else.",
        "Below: its periods, in seconds from its start.",
        "Enter opens everything about it.",
    )
    EMPTY = "no charging profile is installed: the hardware limits apply"
    UNSEEN = "no charging profile was seen that was accepted"
    FACTS = "beside"
    LABEL_WIDTH = 7
    DETAILS = "Charging profile"

    def __init__(self, hints: str = "", *, glyphs: Glyphs = Glyphs.EIGHTH) -> None:
        super().__init__(hints)
        self._glyphs = glyphs.value

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the profiles, and what the one under the cursor says."""
        entries = in_order(snapshot.profiles)
        records = [(str(each.profile.charging_profile_id), each) for each in entries]
        entry = self.fill_table(profile_columns(clock), records)
        if entry is None:
            self.facts.show([])
        else:
            width = max(10, self.facts.size.width - 1)
            has_room = self.facts.size.height > 2 * CHART_ROWS
            rows = CHART_ROWS if has_room else SMALL_CHART_ROWS
            chart = period_facts(entry.profile, width, rows, self._glyphs)
            tell = profile_details if has_room else profile_lines
            self.facts.show([*chart, *tell(entry, clock)])
        self.note(Content(count(len(entries), "installed", "installed") if entries else ""))

    def everything(self, record: str, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """Everything about a profile, with its periods."""
        entry = snapshot.profile(int(record))
        if entry is None:
            return [Fact("", Content(f"Profile #{record} is no longer installed."))]
        periods = Fact("Periods", period_list(entry.profile, "·"))
        return [*profile_details(entry, clock), periods]
