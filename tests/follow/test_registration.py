"""Since when a charge point of a log is registered, and what the CSMS told it of the time."""

from __future__ import annotations

from cp_tui.follow.follower import Follower
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import format_date_time
from tests.explain.talk import BOOT, Talk


def test_the_registration_says_since_when_and_how_far_the_clocks_are_apart() -> None:
    talk, follower = Talk("CP-1"), Follower("CP-1")
    told = {"currentTime": talk.time, "interval": 300}
    talk.tell("BootNotification", BOOT, told | {"status": "Pending"})
    talk.wait(60)
    talk.tell("BootNotification", BOOT, told | {"status": "Accepted"})
    accepted = talk.records[-1]
    talk.tell("Heartbeat", {}, {"currentTime": format_date_time(later(talk.now, 92))})
    heard = talk.records[-1]
    for record in talk.records:
        follower.take(record)
    found = follower.view("registration", talk.now)
    assert (found.status, found.since, found.interval_s) == ("Accepted", accepted.at, 300)
    # The answer is two seconds behind what it was made of.
    assert (found.clock_set_at, found.clock_set_by) == (heard.at, Action.HEARTBEAT)
    assert found.clock_offset_s == 90.0
