"""Rules of tags: who may start, and what follows a refusal."""

from __future__ import annotations

from typing import Any

import pytest

from cp_tui.explain.finding import Severity
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import format_date_time
from cp_tui.traces.record import LinkKind
from tests.explain.talk import Talk, status


def set_key(talk: Talk, name: str, value: str) -> None:
    talk.ask("ChangeConfiguration", {"key": name, "value": value}, {"status": "Accepted"})


def strict() -> Talk:
    """A charge point that has to ask for each tag."""
    talk = Talk()
    talk.booted()
    set_key(talk, "LocalPreAuthorize", "false")
    return talk


def start(talk: Talk, tag: str = "TAG-1", verdict: str = "Accepted", **more: Any) -> None:
    """A transaction begins, and nobody asked before."""
    payload = {"connectorId": 1, "idTag": tag, "meterStart": 9000, "timestamp": talk.time}
    info = {"status": verdict}
    talk.tell("StartTransaction", {**payload, **more}, {"transactionId": 7, "idTagInfo": info})


def authorize(talk: Talk, verdict: str, tag: str = "TAG-1", **info: Any) -> None:
    talk.tell("Authorize", {"idTag": tag}, {"idTagInfo": {"status": verdict, **info}})


def test_a_tag_that_nobody_accepted_may_not_start() -> None:
    talk = strict()
    authorize(talk, "Accepted", "OTHER")
    start(talk)
    assert "nobody" in talk.only("auth.start_without_authorize").text
    healthy = strict()
    healthy.started()
    assert healthy.found() == []


def test_where_the_tag_may_be_known_elsewhere_nothing_is_said() -> None:
    cold = Talk()
    set_key(cold, "LocalPreAuthorize", "false")
    start(cold)
    unknown = Talk()
    unknown.booted()
    start(unknown)
    listed = strict()
    entry = {"idTag": "TAG-1", "idTagInfo": {"status": "Accepted"}}
    update = {"listVersion": 1, "updateType": "Full", "localAuthorizationList": [entry]}
    listed.ask("SendLocalList", update, {"status": "Accepted"})
    start(listed, "tag-1")
    offline = strict()
    start(offline, timestamp=format_date_time(later(offline.now, -600)))
    remote = strict()
    remote.ask("RemoteStartTransaction", {"idTag": "TAG-1"}, {"status": "Accepted"})
    start(remote)
    unanswered = strict()
    unanswered.charge_point("Authorize", {"idTag": "TAG-1"})
    unanswered.error("InternalError")
    start(unanswered)
    for each in (cold, unknown, listed, offline, remote, unanswered):
        assert "auth.start_without_authorize" not in each.noted()
    set_key(remote, "AuthorizeRemoteTxRequests", "true")
    start(remote, "TAG-2")
    assert "auth.start_without_authorize" in remote.found()


def test_a_charge_point_that_never_asks_is_only_noted() -> None:
    talk = strict()
    for _ in range(3):
        start(talk)
        talk.stopped()
    assert "auth.start_without_authorize" in talk.noted()
    assert "auth.start_without_authorize" not in talk.found()


def test_a_tag_that_was_refused_may_not_start() -> None:
    talk = strict()
    authorize(talk, "Blocked")
    start(talk)
    assert "Blocked" in talk.only("auth.start_after_refusal").text
    again = Talk()
    authorize(again, "Expired")
    authorize(again, "Accepted")
    start(again)
    offline = Talk()
    authorize(offline, "Blocked")
    offline.link(LinkKind.CLOSE)
    happened = offline.time
    offline.wait(30)
    offline.link(LinkKind.OPEN)
    start(offline, timestamp=happened)
    under_way = Talk()
    happened = under_way.time
    authorize(under_way, "Blocked")
    start(under_way, timestamp=happened)
    assert under_way.found() == []
    unanswered = Talk()
    authorize(unanswered, "Blocked")
    unanswered.charge_point("Authorize", {"idTag": "TAG-1"})
    unanswered.wait(40)
    start(unanswered)
    assert again.found() == offline.found() == []
    assert "auth.start_after_refusal" not in unanswered.found()


def test_the_tag_of_a_transaction_stops_it_without_being_asked_for() -> None:
    talk = Talk()
    talk.booted()
    talk.started()
    authorize(talk, "Accepted", "tag-1")
    talk.stopped()
    assert talk.only("auth.authorize_for_own_stop").frames[0].number == 15
    for is_late in (True, False):
        other = Talk()
        other.booted()
        other.started()
        happened = other.time
        other.wait(5)
        authorize(other, "Accepted", "tag-1")
        more: dict[str, Any] = {"timestamp": happened} if is_late else {"idTag": "GROUP"}
        other.stopped(**more)
        assert "auth.authorize_for_own_stop" not in other.found()


@pytest.mark.parametrize(("passed_s", "is_found"), [(0, True), (20, False)])
def test_at_another_connector_that_is_taken_only_a_stop_at_once_is_meant(
    passed_s: float, is_found: bool
) -> None:
    talk = Talk()
    talk.booted(connectors=2)
    talk.started()
    talk.started(2, 8, "OTHER")
    authorize(talk, "Accepted", "tag-1")
    talk.wait(passed_s)
    stop = {"transactionId": 7, "meterStop": 1000, "timestamp": talk.time, "reason": "Local"}
    talk.tell("StopTransaction", {**stop, "idTag": "TAG-1"})
    assert ("auth.authorize_for_own_stop" in talk.found()) is is_found


@pytest.mark.parametrize("how", ["free elsewhere", "after a break", "remotely", "another tag"])
def test_an_authorize_that_may_be_for_something_else_is_not_held_against_it(how: str) -> None:
    talk = Talk()
    talk.booted(connectors=2 if how == "free elsewhere" else 1)
    talk.started()
    authorize(talk, "Accepted", "OTHER" if how == "another tag" else "TAG-1")
    if how == "after a break":
        talk.link(LinkKind.CLOSE)
    talk.stopped(reason="Remote" if how == "remotely" else "Local")
    assert "auth.authorize_for_own_stop" not in talk.found()


def test_what_has_expired_is_not_accepted() -> None:
    talk = Talk()
    authorize(talk, "Accepted", expiryDate=format_date_time(later(talk.now, 3600)))
    authorize(talk, "Expired", expiryDate=format_date_time(later(talk.now, -3600)))
    blind = Talk(has_times=False)
    authorize(blind, "Accepted", expiryDate=format_date_time(later(blind.now, -3600)))
    assert talk.found() == blind.found() == []
    authorize(talk, "Accepted", expiryDate=format_date_time(later(talk.now, -3600)))
    blind.booted()
    authorize(blind, "Accepted", expiryDate=format_date_time(later(blind.now, -3600)))
    assert talk.found() == blind.found() == ["auth.expired_accepted"]
    assert talk.findings()[0].at_fault == "csms"


@pytest.mark.parametrize(
    ("key", "then", "severity"),
    [
        ("true", "", Severity.ERROR),
        ("true", "SuspendedEVSE", Severity.ERROR),
        ("true", "stop", None),
        ("false", "", Severity.ERROR),
        ("false", "SuspendedEVSE", None),
        ("", "", Severity.WARNING),
        ("false", "SuspendedEV", Severity.ERROR),
        ("", "SuspendedEVSE", None),
        ("", "SuspendedEV", None),
        ("", "stop", None),
        ("", "elsewhere", Severity.WARNING),
        ("break", "", None),
        ("MaxEnergyOnInvalidId", "", None),
        ("end", "", None),
    ],
)
def test_after_a_refusal_the_transaction_ends_or_gives_nothing(
    key: str, then: str, severity: Severity | None
) -> None:
    talk = Talk()
    talk.booted()
    if key in ("true", "false"):
        set_key(talk, "StopTransactionOnInvalidId", key)
    elif key == "MaxEnergyOnInvalidId":
        set_key(talk, key, "500")
    start(talk, verdict="Invalid")
    if then == "stop":
        stop = {"transactionId": 7, "meterStop": 9000, "timestamp": talk.time}
        talk.tell("StopTransaction", {**stop, "reason": "DeAuthorized"})
    elif then == "elsewhere":
        talk.tell("StatusNotification", status(2, "SuspendedEVSE"))
    elif then:
        talk.tell("StatusNotification", status(1, then))
    if key == "break":
        talk.link(LinkKind.CLOSE)
    talk.wait(30 if key == "end" else 90)
    talk.tell("Heartbeat", {}, {"currentTime": talk.time})
    findings = [each for each in talk.findings() if each.id == "auth.not_stopped_on_invalid"]
    assert [each.severity for each in findings] == ([severity] if severity else [])
