"""The charging schedules over time: a lane for each connector, a cursor, and what holds at it.

It shows what it is given and keeps only where somebody looks; the time it knows is an argument.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import zip_longest
from typing import ClassVar

from msgspec.structs import replace
from rich.segment import Segment
from textual import events
from textual.actions import SkipAction
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.ocpp.calendar import EPOCH
from cp_tui.ocpp.datatypes import ChargingRateUnitType
from cp_tui.tui.state.past import Flow, Interval
from cp_tui.tui.svg.still import svg_picture
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.words import Clock
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.timeline.parts import IN_HEADROOM, Line, Part
from cp_tui.tui.timeline.picture import Picture, draw, explained
from cp_tui.tui.timeline.readout import Place
from cp_tui.tui.timeline.rows import AXIS_ROWS
from cp_tui.tui.timeline.view import ZOOMS, View
from cp_tui.tui.widgets.quiet_focus import QuietFocus

EXPLANATION_WIDTH = 200
"""The explanation is broken into lines by whoever shows it."""

NO_LINE = Strip([], 0)

POWER_CSS = """
    Timeline > .timeline--{0} {{ color: $timeline-{0}; }}
    Timeline > .timeline--{1} {{ color: $timeline-{0}; background: $timeline-headroom; }}
"""
"""Of a part of what flowed, and of the same where more was allowed."""


class Timeline(QuietFocus, can_focus=True):
    """Composite schedules as stepped bars, with the reason for every step."""

    DEFAULT_CSS = """
    Timeline {
        height: 1fr;
        background: $table-background;
        color: $foreground;
        & > .timeline--label, & > .timeline--value { color: $foreground; }
        & > .timeline--selected { text-style: bold; }
        & > .timeline--axis { color: $timeline-axis; }
        & > .timeline--day { color: $foreground; text-style: bold; }
        & > .timeline--now { color: $timeline-now; text-style: bold; }
        & > .timeline--cursor { color: $timeline-axis; text-style: reverse; }
        & > .timeline--real { color: $timeline-real; }
        & > .timeline--armed { color: $timeline-armed; }
        & > .timeline--unknown { color: $timeline-unknown; }
        & > .timeline--measured { color: $timeline-measured; }
        & > .timeline--headroom { color: $timeline-headroom; }
        & > .timeline--limit-over-measured {
            color: $timeline-limit;
            background: $timeline-power-5;
        }
        & > .timeline--violation { color: $timeline-violation; text-style: bold reverse; }
        & > .timeline--readout { color: $foreground; text-style: bold; }
        & > .timeline--detail { color: $text-muted; }
        &:focus > .timeline--selected { color: $timeline-cursor; }
        &:focus > .timeline--cursor { color: $timeline-cursor; text-style: bold reverse; }
    }
    """ + "".join(POWER_CSS.format(power, within) for power, within in IN_HEADROOM.items())

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"timeline--{part}" for part in Part}

    BINDINGS: ClassVar[list[BindingType]] = [
        Meaning.LEFT.bound("step(-1)", "Cursor earlier", "timeline.earlier"),
        Meaning.RIGHT.bound("step(1)", "Cursor later", "timeline.later"),
        Meaning.CHANGE_LEFT.bound("change(-1)", "Previous change", "timeline.previous-change"),
        Meaning.CHANGE_RIGHT.bound("change(1)", "Next change", "timeline.next-change"),
        Meaning.UP.bound("lane(-1)", "Connector above", "timeline.lane-up"),
        Meaning.DOWN.bound("lane(1)", "Connector below", "timeline.lane-down"),
        Meaning.ZOOM_IN.bound("zoom(1)", "Zoom in", "timeline.zoom-in"),
        Meaning.ZOOM_OUT.bound("zoom(-1)", "Zoom out", "timeline.zoom-out"),
        Meaning.PAN_LEFT.bound("pan(-1)", "Pan to earlier", "timeline.pan-earlier"),
        Meaning.PAN_RIGHT.bound("pan(1)", "Pan to later", "timeline.pan-later"),
        Meaning.NOW.bound("now", "Back to now", "timeline.now", Meaning.HOME),
        Meaning.GO_TO.bound("go_to", "Go to a time", "timeline.go-to"),
        Meaning.UNIT.bound("unit", "Amperes or watts", "timeline.unit"),
        Meaning.ONLY.bound("alone", "This connector alone, or all", "timeline.alone"),
        Meaning.ENTER.bound("explain", "Why this limit", "timeline.explain"),
    ]

    class Asked(Message):
        """Why the limit at the cursor holds is to be told."""

    class TimeWanted(Message):
        """Somebody wants to type the time at which to look."""

    class ViewChanged(Message):
        """Another stretch of time or unit is wanted; the owner may show longer schedules."""

    class LaneChanged(Message):
        """The cursor is on another connector."""

    def __init__(
        self,
        *,
        glyphs: Glyphs = Glyphs.EIGHTH,
        follows_charging: bool = False,
        id: str | None = None,
    ) -> None:
        """`follows_charging`: while something charges, it looks at its last minutes."""
        super().__init__(id=id)
        self._glyphs = glyphs
        self.is_of_log = False
        """Its time is that of a log."""
        self._time_zone: tzinfo = UTC
        self._schedules: tuple[CompositeSchedule, ...] = ()
        self._measured: Mapping[int, Sequence[Flow]] = {}
        self._violations: Mapping[int, Sequence[Interval]] = {}
        self._restraints: Mapping[int, str] = {}
        self._short_restraints: Mapping[int, str] = {}
        self._now = EPOCH
        self._view = View(follows_charging=follows_charging)
        self._is_lost = False
        self._unit = ChargingRateUnitType.A
        self._strips: list[Strip] = []
        self._drawn_for = Size()
        self._is_stale = False
        """The strips have colours that no longer hold."""

    # What the owner says and asks.

    def show(
        self,
        schedules: Mapping[int, CompositeSchedule],
        now: datetime,
        *,
        measured: Mapping[int, Sequence[Flow]] | None = None,
        violations: Mapping[int, Sequence[Interval]] | None = None,
        restraints: Mapping[int, str] | None = None,
        short_restraints: Mapping[int, str] | None = None,
        charging_since: datetime | None = None,
        is_lost: bool = False,
    ) -> None:
        """Show these schedules at this time; what looks the same is not painted again.

        `measured` is what flowed, in the unit of the schedules; `violations` is when that was too
        much.
        `restraints` says of a connector what keeps the power below the limit now, and
        `short_restraints` does so in few words.
        `charging_since` is when the first that charges has begun to.
        `is_lost`: nothing is known since `now`.
        """
        self._schedules = tuple(schedules[connector_id] for connector_id in sorted(schedules))
        self._measured, self._violations = measured or {}, violations or {}
        self._restraints = restraints or {}
        self._short_restraints = short_restraints or {}
        self._now, self._is_lost = now, is_lost
        charging = self._picture().charging
        view = self._view.gone_on(now).with_charging(charging, charging_since, now)
        self._look(replace(view, lane=min(view.lane, max(0, len(schedules) - 1))))

    @property
    def connector_id(self) -> int:
        """The connector that the cursor is about."""
        lanes = self._schedules
        return lanes[min(self._view.lane, len(lanes) - 1)].connector_id if lanes else 0

    @property
    def cursor_time(self) -> datetime:
        """The instant under the cursor."""
        return self._view.cursor(self._now)

    @property
    def now(self) -> datetime:
        """The time it was shown for, on the clock of the schedules."""
        return self._now

    def go_to(self, at: datetime) -> None:
        """Put the cursor on an instant."""
        self._look(self._view.reveal(at, self._now))

    @property
    def unit(self) -> ChargingRateUnitType:
        """The unit that is wanted; the schedules shown may still be in the other."""
        return self._unit

    @property
    def window(self) -> tuple[datetime, timedelta]:
        """Left edge and length of what is visible."""
        return self._view.window_start(self._now), self._view.span

    @property
    def caption(self) -> str:
        """Zoom and unit, for the title of the pane: `6 h  A`."""
        unit = self._schedules[0].unit if self._schedules else self._unit
        about = " around now" if self._view.is_about_now else ""
        return f"{ZOOMS[self._view.zoom].label}{about}  {unit}"

    @property
    def next_move(self) -> datetime | None:
        """When the window moves on although nothing happens; None: it waits for news."""
        is_moving = bool(self._picture().charging) and not self._is_lost
        return self._view.next_move(self._now) if is_moving else None

    @property
    def schedules(self) -> tuple[CompositeSchedule, ...]:
        """What is shown, from connector 0 on."""
        return self._schedules

    def look_at(self, connector_id: int) -> None:
        """Put the cursor on a connector."""
        for lane, schedule in enumerate(self._schedules):
            if schedule.connector_id == connector_id:
                self._choose_lane(lane)

    def explanation(self, connector_id: int | None = None) -> tuple[str, ...]:
        """Everything about the limit at the cursor, or of a connector now, a sentence each."""
        lanes = [lane for lane, s in enumerate(self._schedules) if s.connector_id == connector_id]
        if not self._schedules:
            return ()
        picture = self._picture()
        lane = next(iter(lanes), self._view.lane)
        at = self._now if lanes else self.cursor_time
        place = Place(
            at,
            Clock(self._now, self._time_zone),
            picture.glyphs.separator,
            EXPLANATION_WIDTH,
            picture.is_lost,
        )
        return explained(picture, place, lane)

    def set_time_zone(self, time_zone: tzinfo) -> None:
        """Write times as clocks there show them."""
        if time_zone != self._time_zone:
            self._time_zone = time_zone
            self._repaint()

    def as_svg(self, title: str) -> str:
        """The picture as it stands on the screen."""
        return svg_picture(self._drawn(), self.size.width, title, self.app.ansi_theme)

    # Keys and mouse.

    def action_step(self, direction: int) -> None:
        """Move the cursor by a column."""
        self._look(self._view.step(direction, self._picture().columns, self._now))

    def action_change(self, direction: int) -> None:
        """Move the cursor to the next or previous moment at which the lane's limit changes."""
        if not self._schedules:
            return
        at = self.cursor_time
        starts = [period.start for period in self._schedules[self._view.lane].periods]
        found = [start for start in starts if (start > at if direction > 0 else start < at)]
        if found:
            target = min(found) if direction > 0 else max(found)
            self._look(self._view.reveal(target, self._now))

    def action_lane(self, direction: int) -> None:
        """Choose the connector above or below."""
        self._choose_lane(self._view.lane + direction)

    def action_zoom(self, direction: int) -> None:
        """Show a shorter or longer stretch of time about the cursor."""
        self._look(self._view.zoomed(direction, self._now))

    def action_pan(self, direction: int) -> None:
        """Show what comes before or after; in a log the keys lead to findings."""
        if self.is_of_log:
            raise SkipAction
        self._look(self._view.pan(direction, self._now))

    def action_now(self) -> None:
        """Follow the clock again."""
        self._look(self._view.follow())

    def action_alone(self) -> None:
        """Show one connector alone, as high as there is room, or all again."""
        self._look(replace(self._view, is_alone=not self._view.is_alone))

    def action_go_to(self) -> None:
        """Ask for the time at which to look."""
        self.post_message(self.TimeWanted())

    def action_explain(self) -> None:
        """Ask why the limit at the cursor holds."""
        self.post_message(self.Asked())

    def action_unit(self) -> None:
        """Ask for the other unit; what is shown changes when the owner gives such schedules."""
        units = ChargingRateUnitType
        self._unit = units.W if self._unit is units.A else units.A
        self.post_message(self.ViewChanged())

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is."""
        offset = event.get_content_offset(self)
        if offset is None or not self._schedules:
            return
        picture = self._picture()
        rows = picture.rows
        lane = rows.lane_at(offset.y)
        view = self._view
        if lane is not None:
            view = replace(view, lane=lane, is_lane_chosen=True)
        column = offset.x - picture.label_width
        if 0 <= column < picture.columns and (lane is not None or offset.y < AXIS_ROWS):
            view = replace(view, at=view.time_of(column, picture.columns, self._now))
        self._look(view)

    # Looking and painting.

    def _choose_lane(self, lane: int) -> None:
        if 0 <= lane < len(self._schedules):
            self._look(replace(self._view, lane=lane, is_lane_chosen=True))

    def _look(self, view: View) -> None:
        """Look there, paint what changed, and say so where other schedules may be wanted."""
        window, zoom, lane = self.window, self._view.zoom, self._view.lane
        self._view = view
        self._view = replace(view, columns=self._picture().columns if self.size else 0)
        self._repaint()
        if (window, zoom) != (self.window, view.zoom):
            self.post_message(self.ViewChanged())
        if lane != view.lane:
            self.post_message(self.LaneChanged())

    def _picture(self) -> Picture:
        return Picture(
            schedules=self._schedules,
            now=self._now,
            view=self._view,
            width=self.size.width,
            height=self.size.height,
            glyphs=self._glyphs.value,
            time_zone=self._time_zone,
            has_texture=self._glyphs is Glyphs.ASCII or self.app.no_color,
            measured=self._measured,
            violations=self._violations,
            restraints=self._restraints,
            short_restraints=self._short_restraints,
            is_lost=self._is_lost,
        )

    def _repaint(self) -> None:
        """Draw all lines, which is cheap, and send those that differ, which is not."""
        if self._drawn_for != self.size:
            # Textual paints it whole, which draws it.
            self.refresh()
            return
        old, self._strips = self._strips, self._drawn()
        for y, (before, after) in enumerate(zip_longest(old, self._strips, fillvalue=NO_LINE)):
            if before != after:
                self.refresh(Region(0, y, self.size.width, 1))

    def _drawn(self) -> list[Strip]:
        self._is_stale = False
        self._drawn_for = self.size
        return [self._strip(line) for line in draw(self._picture())]

    def _strip(self, line: Line) -> Strip:
        segments = [
            Segment(text, self.get_component_rich_style(f"timeline--{part}")) for text, part in line
        ]
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def render_line(self, y: int) -> Strip:
        """One line of the picture."""
        # A first paint or one after a resize may come before the event that says so.
        if self._is_stale or self._drawn_for != self.size:
            self._strips = self._drawn()
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self.size.width, self.rich_style)

    def paint_focus(self) -> None:
        """The marks of the lane and of the cursor look different."""
        self._repaint()

    def on_resize(self) -> None:
        """Look at as much as the new size has room for."""
        self._look(self._view)

    def notify_style_update(self) -> None:
        """The theme or the focus changed: nothing drawn before is right."""
        super().notify_style_update()
        self._is_stale = True
