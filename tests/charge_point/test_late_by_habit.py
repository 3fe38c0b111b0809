"""A charge point that answers late on purpose: nothing else of it waits, and nothing is lost."""

from __future__ import annotations

from typing import Any

from cp_tui.charge_point.incoming import LATE_MAX
from cp_tui.charge_point.quirks import Quirks
from tests.charge_point.rig import Rig, rig


def late(seconds: float = 20, **config: Any) -> Rig:
    made = rig(quirks=Quirks(answers_late_s=seconds), **config)
    made.after(10 * seconds)
    assert made.variables["registration"].status == "Accepted"
    made.forget_sent()
    return made


def answers(made: Rig) -> list[str]:
    return [frame[1] for frame in made.sent if frame[0] in (3, 4)]


def ask(made: Rig, message_id: str, action: str = "ClearCache", payload: str = "{}") -> None:
    made.receive(f'[2,"{message_id}","{action}",{payload}]')


def test_more_than_so_many_do_not_wait_and_keep_their_order() -> None:
    made = late()
    asked = [f"m{n}" for n in range(LATE_MAX + 2)]
    for message_id in asked:
        ask(made, message_id)
    assert answers(made) == asked[:2]
    made.after(20)
    assert answers(made) == asked


def test_what_waits_is_gone_with_its_connection() -> None:
    made = late()
    ask(made, "lost")
    made.act("plug_in", connector_id=1)
    made.cut()
    made.reconnect()
    made.after(59)
    assert not answers(made)
    assert made.statuses(1) == ["Preparing"]


def test_the_answer_to_a_reset_leaves_before_the_boot() -> None:
    made = late()
    ask(made, "reset", "Reset", '{"type":"Hard"}')
    made.after(19)
    assert made.boots == 1
    made.after(30)
    assert made.boots == 2
    kinds = [(frame[0], frame[1 if frame[0] == 3 else 2]) for frame in made.sent]
    assert kinds[:2] == [(3, "reset"), (2, "BootNotification")]


def test_a_request_times_out_so_long_after_it_has_left() -> None:
    made = late()
    made.responders["Authorize"] = lambda _payload: None
    made.act("swipe", id_tag="TAG")
    made.after(20 + 29)
    assert made.actions() == ["Authorize"]
    assert not made.variables["registration"].unanswered
    made.after(2)
    assert made.variables["registration"].unanswered.action == "Authorize"


def test_a_record_tells_when_it_came_and_when_it_was_answered() -> None:
    made = late()
    ask(made, "m")
    came = made.now
    made.after(20)
    (request, answer) = [event for name, event in made.events if name == "messages"]
    assert (request.time, answer.time) == (came, made.now)
    assert answer.latency_ms == 20_000
    assert answer.reason.values["quirk"] == "answers_late_s"


def test_own_lateness_moves_no_clock() -> None:
    made = late(200)
    assert made.variables["registration"].clock_offset_s == 0


def test_what_was_answered_before_it_leaves_again_does_not_leave() -> None:
    keys = {"MessageTimeout": "10", "TransactionMessageRetryInterval": "0"}
    made = late(keys=keys)
    made.responders["StartTransaction"] = lambda _payload: None
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.after(75)
    (start,) = (frame for frame in made.sent if frame[2] == "StartTransaction")
    made.receive(f'[3,"{start[1]}",{{"transactionId":7,"idTagInfo":{{"status":"Accepted"}}}}]')
    made.after(200)
    assert len(made.calls("StartTransaction")) == 1
    assert made.variables["transactions"][0].transaction_id == 7
