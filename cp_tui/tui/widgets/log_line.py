"""The time line of a log on every screen; what does not change with the place is made once."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.message import Message

from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.log_line import LogAxis, axis_of, line, picture, room_for_cells
from cp_tui.tui.text.words import Clock
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.widgets.bars import BarLine


class LogLine(BarLine):
    """Where in the log one is; a click goes elsewhere."""

    class Wanted(Message):
        """Somebody clicked on a part of the time line, from 0 to 1."""

        def __init__(self, part: float) -> None:
            super().__init__()
            self.part = part

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__("log-line")
        self._levels = glyphs.value.levels
        self._made_for: tuple[object, ...] = ()
        self._axis: LogAxis | None = None
        self._cells: list[tuple[str, str]] = []
        self._starts_at = 0

    def tell(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show where one is."""
        self.show(lambda width: self._line(snapshot, clock, width))

    def _line(self, snapshot: Snapshot, clock: Clock, width: int) -> Content:
        place, messages = snapshot.log, snapshot.log_messages
        if place is None or messages is None:
            return Content("")
        key = (width, clock.zone, place.charger, place.frames, id(place.findings))
        if key != self._made_for:
            self._made_for = key
            cells = room_for_cells(place, messages, clock, width)
            self._axis = axis_of(messages, cells) if cells else None
            if self._axis is not None:
                self._cells = picture(self._axis, place, self._levels)
        if self._axis is None:
            return Content("")
        return line(self._cells, self._axis, place, clock, width)

    def on_click(self, event: events.Click) -> None:
        """Go to what stands there."""
        if self._axis is None:
            return
        start = self.plain.find(" ", 1) + 1
        part = (event.x - start + 0.5) / self._axis.cells
        if 0 <= part <= 1:
            self.post_message(self.Wanted(part))
