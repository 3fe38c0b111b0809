"""Rules of remote starts and stops."""

from __future__ import annotations

import pytest

from cp_tui.traces.record import LinkKind
from tests.explain.talk import Talk, status


def heartbeat(talk: Talk, after_s: float = 0) -> None:
    talk.wait(after_s)
    talk.tell("Heartbeat", {}, {"currentTime": talk.time})


def begun() -> Talk:
    talk = Talk()
    talk.booted()
    talk.started()
    return talk


def stop(talk: Talk, answer: str = "Accepted", id: int = 7) -> None:
    talk.ask("RemoteStopTransaction", {"transactionId": id}, {"status": answer})


def test_a_start_is_not_asked_for_on_connector_0() -> None:
    talk = Talk()
    for connector in (1, 0):
        payload = {"idTag": "TAG-1", "connectorId": connector}
        talk.ask("RemoteStartTransaction", payload, {"status": "Rejected"})
    assert talk.only("remote.start_connector_zero").frames[0].number == 3


@pytest.mark.parametrize(
    "comes", ["Preparing", "Authorize", "StartTransaction", "end", "others", ""]
)
def test_something_comes_of_a_remote_start(comes: str) -> None:
    talk = Talk()
    talk.booted()
    talk.ask(
        "ChangeConfiguration", {"key": "ConnectionTimeOut", "value": "60"}, {"status": "Accepted"}
    )
    talk.ask("RemoteStartTransaction", {"idTag": "TAG-1", "connectorId": 1}, {"status": "Accepted"})
    if comes == "Preparing":
        talk.tell("StatusNotification", status(1, "Preparing"))
    elif comes == "Authorize":
        talk.tell("Authorize", {"idTag": "tag-1"}, {"idTagInfo": {"status": "Accepted"}})
    elif comes == "others":
        talk.tell("StatusNotification", status(2, "Preparing"))
        talk.tell("Authorize", {"idTag": "OTHER"}, {"idTagInfo": {"status": "Accepted"}})
    elif comes == "StartTransaction":
        talk.started()
    heartbeat(talk, 80 if comes == "end" else 95)
    assert ("remote.start_without_result" in talk.noted()) is (comes in ("", "others"))
    assert talk.found() == []


def test_why_a_remote_start_was_refused_is_said_where_it_is_known() -> None:
    talk = begun()
    talk.ask("RemoteStartTransaction", {"idTag": "T", "connectorId": 1}, {"status": "Rejected"})
    [note] = [each for each in talk.report().findings if each.id == "remote.start_refused_silently"]
    assert "transaction was running" in note.text
    other = Talk()
    other.booted()
    other.tell("StatusNotification", status(1, "Faulted", "GroundFailure"))
    other.ask("RemoteStartTransaction", {"idTag": "T", "connectorId": 1}, {"status": "Rejected"})
    [note] = [
        each for each in other.report().findings if each.id == "remote.start_refused_silently"
    ]
    assert "Connector 1 was Faulted" in note.text


@pytest.mark.parametrize("comes", ["stop", "break", "end", ""])
def test_a_stop_that_is_promised_comes(comes: str) -> None:
    talk = begun()
    stop(talk)
    if comes == "stop":
        talk.stopped(reason="Remote")
    elif comes == "break":
        talk.link(LinkKind.CLOSE)
    heartbeat(talk, 40 if comes == "end" else 90)
    assert talk.found() == ([] if comes else ["remote.stop_without_result"])


def test_the_answer_to_a_stop_fits_what_is_running() -> None:
    talk = begun()
    stop(talk, "Rejected", 99)
    assert talk.found() == []
    stop(talk, "Accepted", 99)
    assert talk.found() == ["remote.stop_unknown_accepted"]
    ended = begun()
    ended.stopped()
    stop(ended)
    assert ended.found() == ["remote.stop_unknown_accepted"]
    crossed = begun()
    crossed.csms("RemoteStopTransaction", {"transactionId": 7}, "stop")
    crossed.stopped()
    crossed.answer({"status": "Accepted"}, id="stop")
    heartbeat(crossed, 90)
    assert crossed.found() == []
    broken = begun()
    broken.link(LinkKind.CLOSE)
    stop(broken, "Rejected")
    heartbeat(broken, 90)
    assert broken.found() == []
    cold = Talk()
    stop(cold, "Accepted", 99)
    cold.stopped(id=99, reason="Remote")
    assert cold.found() == []


def test_a_stop_that_runs_is_not_refused() -> None:
    talk = begun()
    stop(talk, "Rejected")
    heartbeat(talk, 90)
    remotely = begun()
    stop(remotely, "Rejected")
    remotely.stopped(reason="Remote")
    assert "remote.stop_unknown_accepted" in remotely.found()
    assert talk.found() == ["remote.stop_unknown_accepted"]
    crossed = begun()
    stop(crossed, "Rejected")
    crossed.stopped()
    heartbeat(crossed, 90)
    assert crossed.found() == []


def test_a_stop_in_a_log_that_was_pasted_twice_is_not_of_what_ended_in_the_first_copy() -> None:
    talk = Talk()
    talk.booted()
    talk.started()
    talk.wait(60)
    for back_s in (0, -30):
        talk.wait(back_s)
        talk.ask("RemoteStopTransaction", {"transactionId": 7}, {"status": "Accepted"})
        talk.stopped(reason="Remote")
    assert "remote.stop_unknown_accepted" not in talk.found()
