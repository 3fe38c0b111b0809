"""What a charge point of ours has noted beside its frames, at an instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.charge_point.codec import builtins_of
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables import (
    VARIABLES,
    KeyChange,
    KeySource,
    LinkAttempt,
    LinkPhase,
    LinkStep,
    Refusal,
    RefusedBy,
    StatusChange,
    Trouble,
)
from cp_tui.engine.recorder import StandingTroubles
from cp_tui.follow.follower import Follower
from cp_tui.follow.messages import message_record
from cp_tui.follow.noted import NOTHING_NOTED, NotedEvents
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargePointStatus
from tests.explain.talk import Talk, status


def at(minute: int, hour: int = 8) -> datetime:
    return datetime(2026, 11, 3, hour, minute, tzinfo=UTC)


def attempt(
    minute: int, phase: LinkPhase, number: int, step: LinkStep | None = None
) -> LinkAttempt:
    text = "" if step is None else f"no way at {minute}"
    return LinkAttempt(at=at(minute), attempt=number, phase=phase, step=step, text=text)


def change(minute: int, status: ChargePointStatus, error: ChargePointErrorCode) -> StatusChange:
    return StatusChange(
        connector_id=1,
        old_status=None,
        status=status,
        code="",
        cause=f"cause at {minute}",
        error_code=error,
        time=at(minute, hour=9),
    )


def key(minute: int, value: str, answer: str) -> KeyChange:
    return KeyChange(
        key="HeartbeatInterval",
        value=value,
        read_only=False,
        old_value="300",
        time=at(minute, hour=9),
        source=KeySource.OPERATOR,
        answer=answer,
    )


NO_ERROR, HOT = ChargePointErrorCode.NO_ERROR, ChargePointErrorCode.HIGH_TEMPERATURE
REFUSAL = Refusal(at=at(24), by=RefusedBy.CHARGE_POINT, reason=Reason(id="x", rule="", text="x"))
ALARM = Trouble(id="store.slow", text="the disk is slow", since=at(22), last_at=at(22))
FORGOTTEN = replace(ALARM, id="turn.failed", ends_at=at(23))
BY_STREAM: dict[str, list[Struct]] = {
    "link_attempts": [
        attempt(1, LinkPhase.OPEN, 1),
        attempt(20, LinkPhase.WAITING, 0, LinkStep.OPEN),
        attempt(21, LinkPhase.WAITING, 1, LinkStep.TCP),
        attempt(23, LinkPhase.WAITING, 2, LinkStep.TCP),
        attempt(30, LinkPhase.OPEN, 3),
        attempt(50, LinkPhase.STOPPED, 0),
    ],
    "status_changes": [
        change(10, ChargePointStatus.CHARGING, NO_ERROR),
        change(22, ChargePointStatus.FAULTED, HOT),
        change(25, ChargePointStatus.AVAILABLE, NO_ERROR),
    ],
    "configuration_changes": [key(22, "60", "Accepted"), key(26, "-1", "Rejected")],
    "refusals": [REFUSAL],
    "troubles": [StandingTroubles(at(22), (ALARM, FORGOTTEN)), StandingTroubles(at(35), ())],
}
NOTED = NotedEvents((name, each) for name, events in BY_STREAM.items() for each in events)
AN_HOUR_S = 3_600.0
"""So far the clock of the charge point is ahead of that of the machine."""


def test_between_its_frames_it_is_known_what_the_charge_point_noted() -> None:
    """No frame passes between 8:20 and 8:30."""
    talk = Talk()
    talk.booted()
    follower = Follower("CP-1")
    for record in talk.records:
        follower.learn(record)
    seen = {name: follower.view(name, at(23)) for name in VARIABLES}
    values = NOTED.values(seen, at(23), AN_HOUR_S)
    link = values["link"]
    assert (link.phase, link.since, link.attempt) == (LinkPhase.WAITING, at(20), 2)
    assert (link.last_error.step, link.last_error.text) == (LinkStep.TCP, "no way at 23")
    assert link.last_out == seen["link"].last_out
    assert values["is_connected"] is False
    connector = values["connectors"][1]
    assert (connector.status, connector.since) == (ChargePointStatus.FAULTED, at(22))
    assert [each.error_code for each in connector.faults] == [HOT]
    assert connector.cause == "cause at 22"
    (entry,) = values["configuration"]
    assert (entry.value, entry.source, entry.old_value) == ("60", KeySource.OPERATOR, "300")
    assert entry.last_refusal is None

    assert values["troubles"] == (ALARM,)

    later_on = NOTED.values(seen, at(40), AN_HOUR_S)
    assert (later_on["link"].phase, later_on["link"].since) == (LinkPhase.OPEN, at(30))
    assert later_on["connectors"][1].faults == ()
    assert later_on["troubles"] == ()
    assert later_on["configuration"][0].last_refusal.value == "-1"
    assert NOTED.values(seen, at(55), AN_HOUR_S)["link"].phase is LinkPhase.STOPPED
    # What a frame has told later counts, as after a boot.
    talk.wait(30 * 60)
    talk.tell("StatusNotification", status(1, "Preparing"))
    follower.learn(talk.records[-2])
    newer = NOTED.values({"connectors": follower.view("connectors", at(40))}, at(40), AN_HOUR_S)
    assert newer["connectors"][1].status is ChargePointStatus.PREPARING
    # Before all that, the frames alone tell.
    assert NOTED.values(seen, at(0), AN_HOUR_S) == seen
    assert NOTHING_NOTED.values(seen, at(23), 0) == seen


def test_events_are_those_up_to_the_instant_and_none_is_told_twice() -> None:
    told = change(0, ChargePointStatus.PREPARING, NO_ERROR)
    followed = {"status_changes": [replace(told, time=at(0)), told]}
    found = NOTED.events(followed, at(22), AN_HOUR_S)
    causes = [getattr(each, "cause", "") for each in found["status_changes"]]
    assert causes == ["cause at 0", "cause at 10", "cause at 22"]
    assert found["refusals"] == ()
    assert len(found["link_attempts"]) == 3
    assert NOTED.events({}, at(24), 0)["refusals"] == (REFUSAL,)
    assert NOTHING_NOTED.events(followed, at(22), 0)["status_changes"] == tuple(
        followed["status_changes"]
    )


def test_the_outages_are_known_and_until_when_something_is() -> None:
    assert NOTED.outages == [(at(20), at(30)), (at(50), None)]
    assert NOTED.end(AN_HOUR_S) == at(50)
    assert (NOTHING_NOTED.outages, NOTHING_NOTED.end(0)) == ([], None)


def test_the_last_that_was_noted_is_the_end_by_whichever_clock() -> None:
    """A CSMS that was wrong about the time by a day has set another clock before that."""
    tomorrow = replace(key(20, "60", "Accepted"), time=at(20) + timedelta(days=1))
    lost, fault = attempt(50, LinkPhase.WAITING, 1), change(55, ChargePointStatus.FAULTED, HOT)
    events = [("configuration_changes", tomorrow), ("link_attempts", lost)]
    assert NotedEvents(events).end(AN_HOUR_S) == at(50)
    assert NotedEvents([*events, ("status_changes", fault)]).end(AN_HOUR_S) == at(55)
    assert NotedEvents([*events, ("refusals", replace(REFUSAL, at=at(58)))]).end(0) == at(58)


def test_a_message_has_the_reason_that_was_written_down_with_it() -> None:
    reason = Reason(id="x", rule="S 5.1", text="because")
    ours = {"reason": builtins_of(reason), "flaws": ["odd"], "is_composed": True}
    talk = Talk()
    record = talk.charge_point("Heartbeat", extra={"meta": {"cp-tui": ours}})
    shown = message_record(record, None)
    assert (shown.reason, shown.flaws, shown.is_composed) == (reason, ("odd",), True)
    for strange in ({"meta": 1}, {"meta": {"cp-tui": {"reason": "?"}}}, {}):
        record = talk.charge_point("Heartbeat", extra=strange)
        assert message_record(record, None).reason is None
