"""Rules of CALLs and their answers."""

from __future__ import annotations

from tests.explain.talk import Talk


def test_a_second_answer_is_an_error_of_who_gave_it() -> None:
    talk = Talk()
    talk.booted()
    talk.charge_point("Heartbeat", id="h")
    talk.answer({"currentTime": talk.time})
    assert talk.noted() == []
    talk.answer({"currentTime": talk.time}, id="h")
    assert talk.only("call.answered_twice").at_fault == "csms"
