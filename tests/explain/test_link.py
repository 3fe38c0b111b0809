"""Rules of heartbeats, connections and the recording."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from cp_tui.explain.finding import Severity
from cp_tui.traces.record import LinkKind
from tests.explain.talk import Talk, status


def begun(interval: int = 100) -> Talk:
    talk = Talk()
    talk.booted(interval)
    heartbeat(talk)
    return talk


def heartbeat(talk: Talk, seconds: float = 99) -> None:
    talk.wait(seconds)
    talk.tell("Heartbeat", {}, {"currentTime": talk.time})


def test_silence_beyond_the_interval_is_told_once_and_any_message_ends_it() -> None:
    talk = begun()
    talk.wait(100)
    talk.tell("StatusNotification", status(0, "Available"))
    heartbeat(talk, 125)
    assert talk.found() == []
    talk.wait(131)
    # That the CSMS speaks meanwhile shows that the log goes on.
    talk.csms("ClearCache")
    talk.answer({"status": "Accepted"})
    [note] = talk.findings(Severity.NOTE)
    assert note.id == "heartbeat.missing", "it may have been offline, which this log does not tell"
    assert "or offline" in note.text
    talk.link(LinkKind.OPEN)
    finding = talk.only("heartbeat.missing")
    assert (finding.count, finding.values["interval"]) == (1, 100)


@pytest.mark.parametrize("why", ["gap", "away", "elsewhere", "cold", "unknown", "filtered"])
def test_silence_proves_nothing_where_the_log_may_be_why(why: str) -> None:
    talk = Talk()
    if why == "elsewhere":
        talk.charge_point("Heartbeat", connection="first")
        talk.answer({"currentTime": talk.time}, connection="first")
    if why != "cold":
        talk.booted(100)
    if why == "unknown":
        talk.ask("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "?"}, ACCEPTED)
    if why != "filtered":
        heartbeat(talk)
    if why == "away":
        talk.link(LinkKind.CLOSE)
        talk.wait(400)
        talk.link(LinkKind.OPEN)
    else:
        talk.wait(950 if why == "gap" else 400)
    how = {"connection": "second"} if why == "elsewhere" else {}
    talk.charge_point("StatusNotification", status(0, "Available"), **how)
    talk.answer({}, **how)
    assert "heartbeat.missing" not in talk.found()


ACCEPTED = {"status": "Accepted"}


def test_a_silence_of_one_of_two_is_its_own() -> None:
    silent, other = begun(), Talk("CP-2")
    other.now = silent.now
    other.booted(100)
    for _ in range(12):
        heartbeat(other)
    silent.now = other.now
    silent.wait(1)
    silent.tell("StatusNotification", status(0, "Available"))
    records = sorted((*silent.records, *other.records), key=lambda each: each.at or silent.now)
    silent.records = records
    ids = {(each.id, each.charger) for each in silent.report().findings}
    assert ids >= {("heartbeat.missing", "CP-1"), ("log.gap", "CP-1")}
    assert not any(charger == "CP-2" for _, charger in ids)


def test_heartbeats_that_nobody_needs_are_noted_after_some() -> None:
    talk = begun()
    for _ in range(4):
        heartbeat(talk, 10)
    assert talk.noted() == []
    heartbeat(talk, 10)
    assert talk.only("heartbeat.too_often").severity is Severity.NOTE
    asked = begun()
    for _ in range(6):
        asked.ask("TriggerMessage", {"requestedMessage": "Heartbeat"}, ACCEPTED)
        heartbeat(asked, 1)
    assert "heartbeat.too_often" not in asked.noted()


def test_a_connection_that_is_lost_is_noted_and_again_and_again_is_a_warning() -> None:
    talk = begun()
    for number in range(3):
        talk.link(LinkKind.OPEN)
        talk.link(LinkKind.CLOSE, code=1006, reason="\x1bgone")
        heartbeat(talk)
        assert talk.found() == [], number
    [lost] = [each for each in talk.findings(Severity.NOTE) if each.id == "link.lost"]
    assert (lost.count, lost.at_fault) == (3, "network")
    assert "1006" in lost.text
    assert "\x1b" not in lost.text
    talk.link(LinkKind.OPEN)
    assert talk.only("link.flapping").at_fault == "network"


def test_a_ping_needs_a_pong_where_the_log_has_pongs() -> None:
    talk = begun()
    talk.link(LinkKind.PING)
    heartbeat(talk)
    assert talk.found() == []
    talk.link(LinkKind.PONG, at_charge_point=False)
    talk.link(LinkKind.PING)
    talk.link(LinkKind.PONG, at_charge_point=False)
    heartbeat(talk)
    talk.link(LinkKind.PING)
    talk.link(LinkKind.CLOSE)
    heartbeat(talk)
    pings = [each.count for each in talk.findings() if each.id == "link.pong_missing"]
    assert pings == [1]


def test_pings_keep_to_their_key() -> None:
    talk = begun()
    change = {"key": "WebSocketPingInterval", "value": "60"}
    talk.ask("ChangeConfiguration", change, ACCEPTED)
    for seconds in (59, 59, 65):
        talk.link(LinkKind.PING)
        talk.wait(seconds)
    assert "link.ping_interval" not in talk.noted()
    talk.wait(20)
    talk.link(LinkKind.PING)
    assert "link.ping_interval" in talk.noted()


def test_two_connections_at_once_but_not_a_takeover() -> None:
    for is_takeover in (True, False):
        talk = begun()
        for second in range(4):
            for name in ("a", "b"):
                if name == "b" or not is_takeover or second == 0:
                    talk.wait(20)
                    talk.charge_point("Heartbeat", connection=name)
                    talk.answer({"currentTime": talk.time}, connection=name)
        assert ("link.two_connections" in talk.found()) is not is_takeover


@pytest.mark.parametrize(
    ("facts", "is_fault"),
    [
        ({"subprotocol": "ocpp1.6", "status": 101}, False),
        ({"subprotocol": None, "status": 101}, False),
        ({"subprotocol": "", "status": 101}, True),
        ({"subprotocol": "ocpp2.0.1", "status": 101}, True),
        ({"subprotocol": "", "status": 401}, False),
    ],
)
def test_the_csms_confirms_the_subprotocol(facts: dict[str, Any], is_fault: bool) -> None:
    talk = Talk()
    talk.link(LinkKind.HANDSHAKE, **facts)
    talk.booted()
    assert ("link.no_subprotocol" in talk.found()) is is_fault
    if is_fault:
        finding = talk.only("link.no_subprotocol")
        assert (finding.at_fault, finding.frames[0].number) == ("csms", 1)


def test_what_was_never_sent_is_noted() -> None:
    talk = begun()
    talk.link(LinkKind.UNSENT, at_charge_point=False)
    assert "link.unsent" in talk.noted()


def test_a_gap_a_rotation_and_a_clock_that_jumps_are_told_and_end_what_is_known() -> None:
    talk = begun()
    talk.tell("StatusNotification", status(1, "Preparing"))
    talk.wait(1000)
    talk.tell("StatusNotification", status(1, "Reserved"))
    assert talk.noted() == ["log.gap"]
    talk.link(LinkKind.ROTATION)
    talk.tell("StatusNotification", status(1, "Charging"))
    talk.wait(-100)
    talk.tell("StatusNotification", status(1, "Reserved"))
    assert talk.noted() == ["log.gap", "log.gap"]
    sparse = Talk()
    sparse.tell("Heartbeat", {}, {"currentTime": sparse.time})
    sparse.wait(890)
    sparse.tell("Heartbeat", {}, {"currentTime": sparse.time})
    assert sparse.noted() == []


def counting(ids: Sequence[int | str]) -> list[str]:
    """Say what is noted where heartbeats have these ids."""
    talk = begun(300)
    for id in ids:
        talk.charge_point("Heartbeat", id=f"{id}")
        talk.answer({"currentTime": talk.time})
        talk.wait(300)
    return [each.text for each in talk.findings(Severity.NOTE)]


def test_ids_that_are_counted_tell_that_calls_are_missing() -> None:
    [gap] = counting([*range(10, 16), 18])
    assert "2 CALLs are missing" in gap
    whole = [*range(10, 17)]
    assert counting([*whole, 16, 17]) == [], "sent again, it counts on"
    assert counting([*whole, 1, 2]) == [], "it booted and counts anew"
    assert counting([3, 8, 11, 15, 19, 30, 41]) == [], "somebody else counts along"
    assert counting([*whole, "a7", 90]) == []
    assert counting(["9" * 19] * 2) == []


def test_charge_points_that_are_mixed_are_judged_by_frames_alone() -> None:
    talk = Talk(None)
    talk.is_mixed = True
    talk.booted()
    talk.tell("StatusNotification", status(1, "Finishing"))
    talk.tell("StatusNotification", status(1, "Free"))
    # Each of them counts its ids, and may wait for an answer of its own.
    for payload, ids in ({"idTag": "A"}, "78"), ({"idTag": "B"}, "87"), ({"idTag": "C"}, "7"):
        for id in ids:
            talk.charge_point("Authorize", payload, id=id)
        for id in sorted(ids):
            talk.answer({"idTagInfo": {"status": "Accepted"}}, id=id)
    assert talk.found() == ["schema.not_in_enum"]
