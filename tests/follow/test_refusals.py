"""Whom the answers of a log refuse."""

from __future__ import annotations

from cp_tui.charge_point.variables import Refusal, RefusedBy
from cp_tui.follow.follower import Follower
from cp_tui.follow.relevance import Relevance
from tests.explain.talk import Talk


def test_each_answer_that_refuses_a_start_is_told_with_who_said_so() -> None:
    talk = Talk("CP-1")
    talk.booted()
    talk.tell("Authorize", {"idTag": "ZZ"}, {"idTagInfo": {"status": "Expired"}})
    talk.tell("Authorize", {"idTag": "OK"}, {"idTagInfo": {"status": "Accepted"}})
    talk.tell("Authorize", {"idTag": "??"}, {"idTagInfo": {}})
    start = {"connectorId": 1, "idTag": "T1", "meterStart": 0, "timestamp": talk.time}
    talk.tell("StartTransaction", start, {"transactionId": 1, "idTagInfo": {"status": "Blocked"}})
    talk.ask("RemoteStartTransaction", {"idTag": "R1", "connectorId": 2}, {"status": "Rejected"})
    talk.ask("RemoteStartTransaction", {"idTag": "R2", "connectorId": 2}, {"status": "Accepted"})
    relevance, follower, few = Relevance(), Follower("CP-1"), Follower("CP-1")
    for record in talk.records:
        relevance.note(record)
        follower.take(record)
    told = _refusals(follower)
    assert [(each.id_tag, each.connector_id, each.by, each.is_remote) for each in told] == [
        ("ZZ", None, RefusedBy.CSMS, False),
        ("T1", 1, RefusedBy.CSMS, False),
        ("R1", 2, RefusedBy.CHARGE_POINT, True),
    ]
    assert told[0].reason.text == "the CSMS answered Authorize of ZZ with Expired"
    assert told[0].reason.values["status"] == "Expired"
    for number in relevance.numbers(len(talk.records)):
        few.learn(talk.records[number - 1])
    assert _refusals(few) == told, "also where only what matters was read"


def _refusals(follower: Follower) -> list[Refusal]:
    return [event for _, event in follower.take_events() if isinstance(event, Refusal)]
