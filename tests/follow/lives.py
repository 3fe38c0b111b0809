"""Lives of our own charge point, and what somebody sees of it who only watches the frames."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from cp_tui.charge_point.variables import Direction
from cp_tui.explain.finding import Finding
from cp_tui.follow.follower import Follower
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import format_date_time
from cp_tui.tap.conversation import Conversation
from cp_tui.tap.wire import Passed, WireKind
from cp_tui.traces.record import FrameDirection, Record
from tests.explain.days import Day, frame_of

WAYS = {
    Direction.IN: FrameDirection.TO_CHARGE_POINT,
    Direction.OUT: FrameDirection.TO_CSMS,
}


class WatchedDay(Day):
    """A day that is watched: after each thing that happens, all frames so far are known."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.follower = Follower("CP1", source="test")
        self.records: list[Record] = []
        self.findings: list[Finding] = []
        self._conversation = Conversation("CP1")
        self._taken = 0

    def steps(self, number: int) -> Iterator[None]:
        """Let so many things happen; between two of them everything has come to rest."""
        things: list[Callable[[], None]] = [
            *(self.local_session, self.remote_session, self.look_around, self.configure),
            *(self.reserve, self.availability, self.trigger, self.local_list, self.profiles),
            *(self.profiles, self.charging_now, self.remote_with_profile, self.out_of_service),
            *(self.profile_for_a_while, self.profile_for_a_while),
            *(self.fault, self.files, self.reset, self.outage, self.power_cut),
        ]
        for _ in range(number):
            self.random.choice(things)()
            self.wait(5, 900)
            self.charger.until(lambda c: c.is_accepted and c.is_idle)
            self.wait(30, 40)
            self.catch_up()
            yield

    def charging_now(self) -> None:
        """Somebody charges, and goes on."""
        connector = self.random.choice((1, 2))
        self.act(self.charger.plug_in, connector)
        self.act(self.charger.swipe, "TAG-1", connector)
        self.wait(10, 100)
        self.profiles()

    def remote_with_profile(self) -> None:
        """The CSMS starts a transaction with a profile of its own."""
        periods = [{"startPeriod": 0, "limit": 9.0}, {"startPeriod": 600, "limit": 7.0}]
        profile = {
            "chargingProfileId": 9,
            "stackLevel": 1,
            "chargingProfilePurpose": "TxProfile",
            "chargingProfileKind": "Relative",
            "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": periods},
        }
        start = {"connectorId": 1, "idTag": "TAG-2", "chargingProfile": profile}
        self.ask("RemoteStartTransaction", start)
        self.act(self.charger.plug_in, 1)
        self.wait(10, 100)

    def profile_for_a_while(self) -> None:
        """A limit for whoever begins, which ends by itself."""
        end = format_date_time(later(self.charger.now, self.random.choice((60, 900, 7_200))))
        periods = [{"startPeriod": 0, "limit": 8.0}, {"startPeriod": 1_200, "limit": 11.0}]
        profile = {
            "chargingProfileId": self.random.choice((20, 21)),
            "stackLevel": self.random.randrange(2),
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Absolute",
            "validTo": end,
            "chargingSchedule": {
                "chargingRateUnit": "A",
                "startSchedule": format_date_time(self.charger.now),
                "chargingSchedulePeriod": periods,
            },
        }
        connector = self.random.choice((0, 1, 2))
        self.ask("SetChargingProfile", {"connectorId": connector, "csChargingProfiles": profile})

    def out_of_service(self) -> None:
        """A connector is taken out of service or put back, and stays so."""
        kind = self.random.choice(("Inoperative", "Operative"))
        self.ask("ChangeAvailability", {"connectorId": 2, "type": kind})

    def catch_up(self) -> None:
        """Have the follower see what has passed since the last time."""
        messages = self.charger.messages.all
        for message in messages[self._taken :]:
            text = json.dumps(frame_of(message)["elements"], default=str)
            passed = Passed(WireKind.TEXT, WAYS[message.direction], text)
            record = self._conversation.record(passed, "1", message.time)
            self.findings += self.follower.take(record)
            self.records.append(record)
        self._taken = len(messages)
