"""Rules of CALLs and their answers."""

from __future__ import annotations

import pytest

from cp_tui.explain.finding import Severity
from cp_tui.traces.record import FrameDirection, LinkKind
from tests.explain.talk import BOOT, Talk

FROM_CSMS = FrameDirection.TO_CHARGE_POINT


def begun() -> Talk:
    talk = Talk()
    talk.booted()
    return talk


def heartbeats(talk: Talk, number: int = 2, seconds: float = 100) -> None:
    for _ in range(number):
        talk.wait(seconds)
        talk.tell("Heartbeat", {}, {"currentTime": talk.time})


def test_a_second_answer_is_an_error_of_who_gave_it() -> None:
    talk = begun()
    talk.charge_point("Heartbeat", id="h")
    talk.answer({"currentTime": talk.time})
    assert talk.noted() == []
    talk.answer({"currentTime": talk.time}, id="h")
    assert talk.only("call.answered_twice").at_fault == "csms"


def test_no_answer_is_an_error_of_who_owes_it_once_the_log_goes_on_long_enough() -> None:
    talk = begun()
    talk.ask("ClearCache", None, {"status": "Accepted"})
    talk.csms("ClearCache")
    talk.wait(31)
    heartbeats(talk, 1, 10)
    # The log ends too early to tell.
    assert talk.noted() == []
    heartbeats(talk, 1, 40)
    assert talk.only("call.unanswered").at_fault == "charger"
    talk = begun()
    talk.charge_point("Heartbeat")
    heartbeats(talk)
    assert talk.only("call.unanswered").at_fault == "csms"


def test_no_answer_is_nobody_s_fault_where_none_could_come_or_be_seen() -> None:
    lost = begun()
    lost.charge_point("Heartbeat")
    lost.link(LinkKind.CLOSE)
    lost.link(LinkKind.OPEN)
    heartbeats(lost)
    [finding] = [each for each in lost.findings(Severity.NOTE) if each.id == "call.unanswered"]
    assert (finding.severity, finding.at_fault) == ("note", "network")
    gap = begun()
    gap.charge_point("Heartbeat")
    gap.wait(1000)
    heartbeats(gap, 1, 0)
    assert gap.noted() == ["log.gap"]
    blurred = begun()
    blurred.charge_point("Heartbeat")
    blurred.text('[3,"m', FROM_CSMS, is_truncated=True)
    heartbeats(blurred)
    assert blurred.found() == []
    one_sided = Talk()
    for _ in range(5):
        one_sided.charge_point("Heartbeat")
        one_sided.wait(100)
    assert one_sided.noted() == ["log.one_sided"]
    rejected = begun()
    rejected.ask("ClearCache", None, {"status": "Accepted"})
    for _ in range(2):
        answer = {"status": "Rejected", "currentTime": rejected.time, "interval": 300}
        rejected.tell("BootNotification", BOOT, answer)
        rejected.csms("ClearCache")
        rejected.wait(300)
    assert "call.unanswered" not in rejected.noted()


def test_without_times_three_later_answers_prove_that_one_is_missing() -> None:
    talk = Talk(has_times=False)
    talk.booted()
    talk.csms("ClearCache")
    talk.ask("ClearCache", None, {"status": "Accepted"})
    assert "call.unanswered" not in talk.noted()
    for _ in range(2):
        talk.ask("ClearCache", None, {"status": "Accepted"})
    assert "call.unanswered" in talk.found()


def test_an_answer_without_a_call_weighs_more_where_all_others_have_one() -> None:
    talk = begun()
    talk.text('[3,"nobody",{}]', FROM_CSMS)
    assert talk.only("call.answer_without_call").severity is Severity.NOTE
    heartbeats(talk)
    talk.text('[3,"nobody",{}]', FROM_CSMS)
    finding = next(each for each in talk.findings() if each.id == "call.answer_without_call")
    assert finding.at_fault == "csms"


def test_each_side_has_one_call_open() -> None:
    talk = begun()
    talk.charge_point("Heartbeat", id="a")
    # One of the other side may cross it.
    talk.ask("ClearCache", None, {"status": "Accepted"})
    talk.answer({"currentTime": talk.time}, id="a")
    assert talk.noted() == []
    talk.charge_point("Heartbeat", id="b")
    talk.charge_point("Heartbeat", id="c")
    talk.answer({"currentTime": talk.time}, id="b")
    talk.answer({"currentTime": talk.time}, id="c")
    finding = talk.only("call.two_outstanding")
    assert [frame.number for frame in finding.frames] == [12, 11]


def test_a_call_that_has_timed_out_or_lost_its_connection_is_not_open() -> None:
    talk = begun()
    talk.charge_point("Heartbeat", id="a")
    talk.wait(31)
    talk.charge_point("Heartbeat", id="b")
    talk.link(LinkKind.CLOSE)
    talk.link(LinkKind.OPEN)
    talk.tell("Heartbeat", {}, {"currentTime": talk.time})
    assert "call.two_outstanding" not in talk.noted()


@pytest.mark.parametrize(("seconds", "severity"), [(0.04, "note"), (0.2, "error")])
def test_what_loggers_put_in_the_wrong_order_is_no_fault(seconds: float, severity: str) -> None:
    talk = begun()
    talk.charge_point("Heartbeat", id="a")
    talk.charge_point("Heartbeat", id="b")
    talk.wait(seconds - 1)
    talk.answer({"currentTime": talk.time}, id="a")
    talk.answer({"currentTime": talk.time}, id="b")
    assert talk.only("call.two_outstanding").severity == severity


def test_where_times_are_coarse_the_order_of_lines_decides() -> None:
    for is_between, severity in ((False, "note"), (True, "error")):
        talk = begun()
        talk.charge_point("Heartbeat", id="a")
        talk.charge_point("Heartbeat", id="b", resolution=1.0)
        if is_between:
            talk.ask("ClearCache", None, {"status": "Accepted"})
        talk.answer({"currentTime": talk.time}, id="a", resolution=1.0)
        talk.answer({"currentTime": talk.time}, id="b")
        assert talk.only("call.two_outstanding").severity == severity


def test_answers_that_are_late_slow_or_crossed() -> None:
    talk = begun()
    talk.charge_point("Heartbeat")
    talk.wait(6)
    talk.answer({"currentTime": talk.time})
    assert talk.noted() == ["call.slow"]
    talk.ask(
        "ChangeConfiguration", {"key": "MessageTimeout", "value": "60"}, {"status": "Accepted"}
    )
    talk.charge_point("Heartbeat")
    talk.wait(40)
    talk.answer({"currentTime": talk.time})
    assert talk.noted() == ["call.slow"]
    talk.charge_point("Heartbeat")
    talk.wait(70)
    talk.answer({"currentTime": talk.time})
    assert talk.only("call.answer_late").at_fault == "csms"
    crossed = begun()
    crossed.csms("ClearCache", id="a")
    crossed.csms("ClearCache", id="b")
    crossed.answer({"status": "Accepted"}, id="b")
    crossed.answer({"status": "Accepted"}, id="a")
    assert "call.answers_crossed" in crossed.noted()
    quick = begun()
    quick.charge_point("Heartbeat", at=None)
    quick.wait(100)
    quick.answer({"currentTime": quick.time})
    assert quick.found() == []


def test_an_error_is_told_and_weighs_more_where_the_call_was_in_order() -> None:
    talk = begun()
    talk.csms("ClearCache", {"x": 1})
    talk.error("FormationViolation", "x is none")
    assert {each.severity for each in talk.findings(Severity.NOTE) if "error" in each.id} == {
        "note"
    }
    talk.csms("UnlockConnector", {"connectorId": 9})
    talk.error("PropertyConstraintViolation")
    talk.csms("ClearCache")
    talk.error("TypeConstraintViolation", "look at https://me:secret@example.org")
    blamed = [each for each in talk.findings() if each.id == "call.error_answer"]
    assert [each.at_fault for each in blamed] == ["charger"]
    assert "secret" not in blamed[0].text
