"""What the mind makes of a disk that takes no records, or takes them late (S 3.7.1)."""

from __future__ import annotations

from datetime import timedelta

from cp_tui.charge_point.events import DiskFailed, DiskWasSlow, DiskWorks
from cp_tui.charge_point.variables import OutboxView, RegistrationView
from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import charging

TIMEOUT_S = 30


def outbox(made: Rig) -> OutboxView:
    value = made.variables["outbox"]
    assert isinstance(value, OutboxView)
    return value


def stopping() -> Rig:
    """A charge point whose StopTransaction nobody answers."""
    made = rig(keys={"MessageTimeout": str(TIMEOUT_S), "TransactionMessageAttempts": "2"})
    charging(made)
    made.responders["StopTransaction"] = lambda _: None
    made.forget_sent()
    made.act("press_stop", connector_id=1)
    return made


def test_a_message_that_could_not_leave_is_no_attempt_and_goes_with_the_same_id() -> None:
    made = stopping()
    (first,) = [frame for frame in made.sent if frame[2] == "StopTransaction"]
    made.handle(DiskFailed(frozenset({first[1]})))
    made.after(TIMEOUT_S * 10)
    (entry,) = outbox(made).entries
    assert (entry.attempts, entry.why) == (0, "the disk takes no records")
    assert [frame for frame in made.sent if frame[2] == "StopTransaction"] == [first]
    made.handle(DiskWorks())
    assert [f[1] for f in made.sent if f[2] == "StopTransaction"] == [first[1], first[1]]


def test_a_message_that_is_under_way_when_the_disk_fails_keeps_its_time() -> None:
    made = stopping()
    made.handle(DiskFailed())
    (entry,) = outbox(made).entries
    assert entry.attempts == 0
    made.after(TIMEOUT_S + 1)
    (entry,) = outbox(made).entries
    assert entry.attempts == 1


def test_the_time_of_an_answer_counts_from_when_the_message_left() -> None:
    made = stopping()
    decided_at = made.now
    made.now += timedelta(seconds=TIMEOUT_S - 1)
    made.handle(DiskWasSlow(decided_at))
    made.after(TIMEOUT_S - 1)
    assert outbox(made).entries[0].attempts == 0
    made.after(2)
    assert outbox(made).entries[0].attempts == 1


def test_a_message_that_left_before_is_given_no_more_time() -> None:
    made = stopping()
    made.after(10)
    made.handle(DiskWasSlow(made.now))
    made.after(TIMEOUT_S - 9)
    assert outbox(made).entries[0].attempts == 1


def test_what_rests_on_no_record_goes_on() -> None:
    made = rig(keys={"HeartbeatInterval": "60"})
    made.handle(DiskFailed())
    made.forget_sent()
    made.after(301)
    assert made.calls("Heartbeat")
    told = made.variables["registration"]
    assert isinstance(told, RegistrationView)
    assert told.next_heartbeat_at is not None
