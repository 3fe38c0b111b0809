"""What was known at an instant of a log, as the screen takes it."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, Struct

from cp_tui.charge_point.variables import STREAMS, VARIABLES, Connectors
from cp_tui.follow.follower import Follower
from cp_tui.follow.noted import NotedEvents
from cp_tui.tui.state.log_state import Then


class Knower:
    """What a charge point of a log said up to a place, worked out again for another instant."""

    def __init__(self, follower: Follower, noted: NotedEvents) -> None:
        """`noted`: what a charge point of ours has written down beside its frames."""
        self.follower = follower
        self._noted = noted
        self._events: dict[str, list[Struct]] = {}

    def then(self, now: datetime) -> Then:
        """Work out what was known at an instant; it may take some 100 ms."""
        follower = self.follower
        for stream, event in follower.take_events():
            if stream in STREAMS and stream != "messages":
                self._events.setdefault(stream, []).append(event)
        ahead_s = (follower.time(now) - now).total_seconds()
        followed = {name: follower.view(name, now) for name in VARIABLES}
        values = self._noted.values(followed, now, ahead_s)
        connectors: Connectors = values.get("connectors") or ()
        return Then(
            {name: value for name, value in values.items() if value is not UNSET},
            self._noted.events(self._events, now, ahead_s),
            {
                each.connector_id: points
                for each in connectors
                if (points := follower.measurements(each.connector_id).points)
            },
            follower.schedules_before(now),
        )
