"""What a tag is answered that is shown: every outcome, with who decided and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from cp_tui.charge_point.events import Stop, Swipe
from cp_tui.charge_point.variables import RefusedBy, SwipeOutcome, SwipeResult
from tests.charge_point.listing import entry, send
from tests.charge_point.reserving import GROUP, availability, connector, fault, reserve
from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import OTHER_TAG, TAG, charging

ACCEPTED, REFUSED = SwipeOutcome.ACCEPTED, SwipeOutcome.REFUSED


def swipe(made: Rig, tag: str = TAG, connector_id: int | None = 1) -> SwipeResult:
    """Show a tag that is decided upon at once."""
    came = made.came(made.swipe(tag, connector_id))
    assert came is not None
    return came


def nothing(made: Rig) -> None:
    """A tag that the CSMS accepts, without a cable."""


def plugged(made: Rig) -> None:
    made.act("plug_in", connector_id=1)


def listed(made: Rig) -> None:
    send(made, 1, "Full", [entry(TAG)])


def cached(made: Rig) -> None:
    swipe(made)
    swipe(made)


def jammed(made: Rig) -> None:
    plugged(made)
    made.act("jam_lock", connector_id=1, jammed=True)


def offline_and_unknown(made: Rig) -> None:
    made.cut()


def offline_and_listed(made: Rig) -> None:
    listed(made)
    made.cut()


def offline_and_blocked(made: Rig) -> None:
    send(made, 1, "Full", [entry(TAG, "Blocked")])
    made.cut()


def invalid(made: Rig) -> None:
    made.responders["Authorize"] = lambda _: {"idTagInfo": {"status": "Invalid"}}


def call_error(made: Rig) -> None:
    made.responders["Authorize"] = lambda _: "InternalError"


def reserved_for_another(made: Rig) -> None:
    reserve(made, tag=OTHER_TAG)


def faulted(made: Rig) -> None:
    fault(made, 1)


def unavailable(made: Rig) -> None:
    availability(made, 1, "Inoperative")


def unavailable_2(made: Rig) -> None:
    availability(made, 2, "Inoperative")


def leaving(made: Rig) -> None:
    plugged(made)
    unavailable(made)


def taken(made: Rig) -> None:
    charging(made, 1, OTHER_TAG)


def stopped(made: Rig) -> None:
    made.command(Stop)


def resetting(made: Rig) -> None:
    made.responders["StopTransaction"] = lambda _: None
    charging(made, 2, OTHER_TAG)
    made.request("Reset", {"type": "Soft"})


def charges(made: Rig) -> None:
    charging(made, 1, TAG)


def group_charges(made: Rig) -> None:
    made.responders["Authorize"] = lambda _: GROUP
    charging(made, 1, OTHER_TAG)


def waits(made: Rig) -> None:
    swipe(made)


def over(made: Rig) -> None:
    charging(made, 1, TAG)
    swipe(made)


def left_locked(made: Rig) -> None:
    made.responders["StartTransaction"] = lambda _: {
        "transactionId": 7,
        "idTagInfo": {"status": "Blocked"},
    }
    plugged(made)
    made.act("swipe", id_tag=TAG, connector_id=1)


def left_locked_and_jammed(made: Rig) -> None:
    left_locked(made)
    made.act("jam_lock", connector_id=1, jammed=True)


def silent(made: Rig) -> None:
    made.responders["Authorize"] = lambda _: None


@dataclass(frozen=True)
class Case:
    """What happened before, and what the tag is answered then."""

    before: Callable[[Rig], None]
    outcome: SwipeOutcome
    by: RefusedBy | None
    words: str
    then: str
    keys: tuple[tuple[str, str], ...] = ()


PRE = (("LocalPreAuthorize", "true"),)
CASES = (
    Case(nothing, ACCEPTED, RefusedBy.CSMS, "answered Accepted", "plug in at connector 1 by 2026"),
    Case(plugged, ACCEPTED, RefusedBy.CSMS, "answered Accepted", "charging begins on connector 1"),
    Case(jammed, ACCEPTED, RefusedBy.CSMS, "answered Accepted", "as soon as its lock is free"),
    Case(listed, ACCEPTED, RefusedBy.LOCAL_LIST, "the local list says", "plug in", PRE),
    Case(cached, ACCEPTED, RefusedBy.CACHE, "the authorization cache says", "plug in", PRE),
    Case(offline_and_listed, ACCEPTED, RefusedBy.LOCAL_LIST, "there is no connection", "plug in"),
    Case(
        offline_and_unknown,
        ACCEPTED,
        RefusedBy.OFFLINE_RULE,
        "AllowOfflineTxForUnknownId is true",
        "plug in",
        (("AllowOfflineTxForUnknownId", "true"),),
    ),
    Case(invalid, REFUSED, RefusedBy.CSMS, "answered Invalid", "have the CSMS add this one"),
    Case(call_error, REFUSED, RefusedBy.CSMS, "with InternalError", "the CSMS has to allow it"),
    Case(offline_and_unknown, REFUSED, RefusedBy.OFFLINE_RULE, "is false", "when the CSMS answers"),
    Case(offline_and_blocked, REFUSED, RefusedBy.LOCAL_LIST, "says Blocked", "another tag"),
    Case(reserved_for_another, REFUSED, RefusedBy.RESERVATION, "reservation 7", "wait until"),
    Case(faulted, REFUSED, RefusedBy.FAULT, "1 is Faulted", "clear the fault"),
    Case(unavailable, REFUSED, RefusedBy.CONNECTOR, "1 is Unavailable", "use another connector"),
    Case(taken, REFUSED, RefusedBy.CONNECTOR, "charges for IDTAG2", "use another connector"),
    Case(over, REFUSED, RefusedBy.CONNECTOR, "has ended; unplug", "use another connector"),
    Case(left_locked_and_jammed, REFUSED, RefusedBy.CONNECTOR, "lock is jammed", "wait until"),
    Case(stopped, REFUSED, RefusedBy.OPERATOR, "stopped by the operator", "restart OCPP"),
    Case(resetting, REFUSED, RefusedBy.RULE, "about to boot again", "after the boot"),
    Case(charges, SwipeOutcome.STOPPED, None, "was shown again", "unplug the cable"),
    Case(group_charges, SwipeOutcome.STOPPED, None, "of the same group GROUP", "unplug the cable"),
    Case(waits, SwipeOutcome.CANCELLED, None, "shown a second time", "show it once more"),
    Case(left_locked, SwipeOutcome.RELEASED, None, "stayed locked", "take it along"),
)


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.before.__name__}-{case.outcome.value}"
)
def test_a_tag_that_is_shown_is_answered_with_who_why_and_what_next(case: Case) -> None:
    made = rig(keys={"AllowOfflineTxForUnknownId": "false", **dict(case.keys)})
    case.before(made)
    came = swipe(made)
    assert (came.outcome, came.by, came.connector_id) == (case.outcome, case.by, 1)
    assert case.words in came.reason.text
    first, *_, last = came.text.split("; ")
    assert first.startswith(f"{TAG} ")
    assert came.reason.text in came.text
    assert case.then in last


@pytest.mark.parametrize(
    ("status", "then"),
    [
        ("Blocked", "use another tag, or have the CSMS unblock this one"),
        ("ConcurrentTx", "end its other transaction first, or use another tag"),
        ("Expired", "use another tag, or have the CSMS renew this one"),
        ("Invalid", "use another tag, or have the CSMS add this one"),
    ],
)
def test_what_helps_depends_on_what_the_csms_said(status: str, then: str) -> None:
    made = rig()
    made.responders["Authorize"] = lambda _: {"idTagInfo": {"status": status}}
    assert swipe(made).text == f"{TAG} may not charge: the CSMS answered {status} for {TAG}; {then}"


def test_an_accepted_tag_is_told_until_when_it_waits_for_the_cable() -> None:
    made = rig(keys={"ConnectionTimeOut": "45"})
    came = swipe(made)
    assert came.plug_in_by == made.now + timedelta(seconds=45)
    assert came.plug_in_by == connector(made).authorized_until
    made.after(44)
    made.act("plug_in", connector_id=1)
    assert made.calls("StartTransaction")


def test_without_a_time_out_there_is_no_until() -> None:
    came = swipe(rig(keys={"ConnectionTimeOut": "0"}))
    assert came.plug_in_by is None
    assert came.text.endswith("; plug in at connector 1")


def test_a_tag_at_the_reader_of_all_may_plug_in_anywhere() -> None:
    made = rig()
    came = swipe(made, TAG, None)
    assert "plug in at any free connector by " in came.text
    assert "plug in at connector 1 by " in swipe(rig(connectors=1), TAG, None).text


def test_a_tag_that_nobody_takes_names_every_connector() -> None:
    made = rig()
    fault(made, 1)
    availability(made, 2, "Inoperative")
    came = swipe(made, TAG, None)
    assert (came.outcome, came.connector_id) == (REFUSED, None)
    assert "1 is Faulted, 2 is Unavailable" in came.text


def test_a_tag_that_nobody_takes_is_told_to_wait_and_not_to_go_elsewhere() -> None:
    made = rig(keys={"AllowOfflineTxForUnknownId": "false"})
    for connector_id in (1, 2):
        charging(made, connector_id, OTHER_TAG + str(connector_id))
    came = swipe(made, TAG, None)
    assert came.text.endswith("; wait until a connector is free")
    fault(made, 0)
    assert swipe(made, TAG, None).text.endswith("; wait until a connector is free")


@pytest.mark.parametrize(
    ("first", "second", "words", "then"),
    [
        (reserved_for_another, unavailable_2, "1 is Reserved, 2 is Unavailable", "is free"),
        (unavailable, unavailable_2, "1 is Unavailable, 2 is Unavailable", "in service again"),
        (faulted, unavailable_2, "1 is Faulted, 2 is Unavailable", "is free"),
        (leaving, unavailable_2, "1 is to be Unavailable as soon as", "in service again"),
    ],
)
def test_where_no_connector_can_start_none_is_recommended(
    first: Callable[[Rig], None], second: Callable[[Rig], None], words: str, then: str
) -> None:
    made = rig()
    first(made)
    second(made)
    came = swipe(made, TAG, None)
    assert came.outcome is REFUSED
    assert came.by is RefusedBy.CONNECTOR
    assert words in came.reason.text
    assert "another connector" not in came.text
    assert came.text.endswith(then)


def test_a_fault_of_the_charge_point_is_named_and_not_looked_for_at_the_connector() -> None:
    made = rig()
    made.act("raise_error", connector_id=0, error_code="HighTemperature")
    for connector_id in (1, None):
        came = swipe(made, TAG, connector_id)
        assert came.by is RefusedBy.FAULT
        assert "1 is Faulted with the whole charge point (HighTemperature of conn" in came.text
        assert "use another connector" not in came.text
    assert swipe(made).text.endswith("clear the fault of the charge point (connector 0) first")


@pytest.mark.parametrize("connector_id", [0, 1])
def test_what_is_out_of_service_is_not_asked_for_again(connector_id: int) -> None:
    made = rig()
    silent(made)
    request = made.swipe(TAG, 1)
    availability(made, connector_id, "Inoperative")
    made.receive(answer_to(made, "Accepted"))
    came = made.came(request)
    assert came is not None
    assert "meanwhile connector 1 is Unavailable" in came.text
    assert came.text.endswith(
        "; use another connector, or wait until the CSMS makes this one Operative"
    )


def test_a_tag_that_may_plug_in_anywhere_names_no_connector() -> None:
    made = rig()
    came = swipe(made, TAG, None)
    assert came.connector_id is None
    assert came.plug_in_by is not None
    assert came.text.endswith("00Z")
    assert connector(made).is_authorized_anywhere
    made.act("plug_in", connector_id=2)
    assert not connector(made).is_authorized_anywhere
    assert connector(made, 2).transaction is not None


def test_who_is_meant_for_one_connector_hears_nothing_of_the_others() -> None:
    made = rig()
    silent(made)
    made.swipe(OTHER_TAG, 1)
    came = swipe(made, TAG, 1)
    assert came.text == (
        f"{TAG} may not charge: connector 1 is being authorized for {OTHER_TAG};"
        " use another connector, or wait until this one is free"
    )


@pytest.mark.parametrize(
    ("info", "words"),
    [
        ({"status": "Valid"}, 'answered the unknown status "Valid", which is taken as Invalid'),
        ({"status": ["Accepted"]}, "answered the unknown status"),
        ({}, "answered no status, which is taken as Invalid"),
        ({"status": None}, "answered no status, which is taken as Invalid"),
    ],
)
def test_a_status_that_the_standard_does_not_have_is_named(info: object, words: str) -> None:
    made = rig()
    made.responders["Authorize"] = lambda _: {"idTagInfo": info}
    came = swipe(made)
    assert came.outcome is REFUSED
    assert words in came.text


def test_a_connector_that_does_not_exist_is_refused_in_words() -> None:
    made = rig()
    request = made.swipe(TAG, 3)
    assert made.refusals[request].text == "connector 3 does not exist; there are 1 to 2"


def test_the_answer_waits_until_the_tag_is_decided_upon() -> None:
    made = rig(keys={"AllowOfflineTxForUnknownId": "false"})
    silent(made)
    request = made.swipe(TAG, 1)
    made.after(29)
    assert made.came(request) is None
    made.after(2)
    came = made.came(request)
    assert came is not None
    assert (came.outcome, came.by) == (REFUSED, RefusedBy.OFFLINE_RULE)
    assert "no answer to Authorize within 30 s" in came.text
    assert "AllowOfflineTxForUnknownId is false" in came.text


def test_who_does_not_wait_is_told_that_it_is_being_asked() -> None:
    made = rig()
    silent(made)
    reply = made.command(lambda request: Swipe(request, TAG, 1))
    came = made.came(reply.request)
    assert came is not None
    assert (came.outcome, came.by, came.connector_id) == (SwipeOutcome.ASKED, None, 1)
    assert connector(made).asked_id_tag == TAG


def test_nobody_waits_longer_than_announced() -> None:
    """The Authorize waits behind a call that the CSMS does not answer either."""
    made = rig(keys={"MessageTimeout": "600"})
    silent(made)
    request = made.swipe(TAG, 1)
    made.after(94)
    assert made.came(request) is None
    made.after(2)
    came = made.came(request)
    assert came is not None
    assert came.outcome is SwipeOutcome.ASKED
    assert connector(made).asked_id_tag == TAG
    made.after(600)
    assert connector(made).asked_id_tag is None


def test_a_tag_that_is_shown_again_meanwhile_is_asked_about_once_and_both_are_told() -> None:
    made = rig()
    silent(made)
    first = made.swipe(TAG, 1)
    made.after(5)
    second = made.swipe(TAG.lower(), 1)
    assert made.came(first) is made.came(second) is None
    made.receive(answer_to(made, "Accepted"))
    for request in (first, second):
        came = made.came(request)
        assert came is not None
        assert came.outcome is ACCEPTED
    assert len(made.calls("Authorize")) == 1


def answer_to(made: Rig, status: str) -> str:
    """Answer the newest Authorize."""
    message_id = [f for f in made.sent if f[0] == 2 and f[2] == "Authorize"][-1][1]
    return f'[3, "{message_id}", {{"idTagInfo": {{"status": "{status}"}}}}]'
