"""Tries in private whether a charger can work with the records that are stored.

It boots a charger of its own from them, with a CSMS that accepts everything, and lets a car charge
on every connector. Nothing of it leaves this module.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.effects import Effect, Reboot, Send, StoredRecords
from cp_tui.charge_point.events import Event, FrameReceived, LinkOpened, PoweredOn, Tick
from cp_tui.charge_point.views import VIEWS
from cp_tui.charger.charger import Charger, MindFactory, StationAct
from cp_tui.station.errors import StationError
from cp_tui.station.station import Station

if TYPE_CHECKING:
    from pydantic import JsonValue

TAG = "rehearsal"
FRAMES_MAX = 500
"""How many messages are answered at most: not all old ones of the queue need be seen."""
CHARGING = timedelta(minutes=2)


class Rehearsal:
    """One charger that is tried; raises what the charger raises."""

    def __init__(
        self, config: ChargePointConfig, mind: MindFactory, stored: StoredRecords, now: datetime
    ) -> None:
        self._now = now
        self._connectors = len(config.connectors)
        self._charger = Charger(config, stored, Random(0), mind=mind)
        self._numbers = iter(range(1, FRAMES_MAX))

    def boot(self) -> None:
        """Switch it on, and let a moment pass."""
        self._tell(PoweredOn())
        self._later(timedelta(seconds=1))
        self._look()

    def charge(self) -> None:
        """Connect it, and let a car charge on every connector, then stop."""
        self._tell(LinkOpened())
        for connector_id in range(1, self._connectors + 1):
            self._act(partial(Station.plug_in, connector_id=connector_id))
            self._ask("RemoteStartTransaction", {"idTag": TAG, "connectorId": connector_id})
        self._later(timedelta(seconds=1))
        self._later(CHARGING)
        self._look()
        for number in range(self._connectors + 1):
            self._ask("GetCompositeSchedule", {"connectorId": number, "duration": 3_600})
        self._act(Station.press_emergency_stop)
        self._later(timedelta(seconds=1))

    def _look(self) -> None:
        """Look at every variable: a record may break no more than what is shown of it."""
        for name in VIEWS:
            self._charger.mind.view(name, self._now)

    def _act(self, act: StationAct) -> None:
        try:
            self._follow(self._charger.act(act, self._now))
        except StationError:
            # Such as a cable that is in already.
            return

    def _later(self, wait: timedelta) -> None:
        self._now += wait
        self._tell(Tick())
        self._charger.next_deadline()

    def _ask(self, action: str, payload: dict[str, JsonValue]) -> None:
        self._tell(FrameReceived(json.dumps([2, f"{TAG}-{action}", action, payload])))

    def _tell(self, event: Event) -> None:
        self._follow(self._charger.handle(event, self._now))

    def _follow(self, effects: list[Effect]) -> None:
        """Answer all that the charger sends."""
        frames = deque(_calls(effects))
        for number, (message_id, action) in zip(self._numbers, _taken(frames), strict=False):
            answer = json.dumps([3, message_id, self._answer(action, number)])
            frames += _calls(self._charger.handle(FrameReceived(answer), self._now))

    def _answer(self, action: str, number: int) -> dict[str, JsonValue]:
        time = self._now.isoformat()
        accepted: dict[str, JsonValue] = {"status": "Accepted"}
        match action:
            case "BootNotification":
                return {"status": "Accepted", "currentTime": time, "interval": 3_600}
            case "Heartbeat":
                return {"currentTime": time}
            case "StartTransaction":
                return {"transactionId": number, "idTagInfo": accepted}
            case "Authorize":
                return {"idTagInfo": accepted}
            case "DataTransfer":
                return accepted
            case _:
                return {}


def _taken(frames: deque[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    while frames:
        yield frames.popleft()


def _calls(effects: list[Effect]) -> Iterator[tuple[str, str]]:
    """Give id and action of each CALL; what would boot again need not be tried further."""
    for effect in effects:
        if isinstance(effect, Reboot):
            return
        if isinstance(effect, Send):
            message = json.loads(effect.text)
            if message[0] == 2:
                yield message[1], message[2]
