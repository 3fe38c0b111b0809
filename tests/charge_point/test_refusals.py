"""Why did the session not start, why did it stop: who, which tag, which key, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from cp_tui.charge_point.events import ErrorRaised, Stop
from cp_tui.charge_point.variables import (
    Connectors,
    ConnectorView,
    DeliveryState,
    Refusal,
    RefusedBy,
    TransactionEntry,
    TransactionsView,
)
from cp_tui.ocpp.datatypes import ChargePointErrorCode, StopReason
from tests.charge_point.listing import entry, send
from tests.charge_point.reserving import availability, fault, remote_start, reserve
from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import OTHER_TAG, TAG, answers, charging, set_key


def connector(made: Rig, connector_id: int = 1) -> ConnectorView:
    view: Connectors = made.variables["connectors"]
    return view[connector_id]


def refusals(made: Rig) -> list[Refusal]:
    return [event for _, event in made.events if isinstance(event, Refusal)]


def swipe(made: Rig) -> None:
    made.act("swipe", id_tag=TAG, connector_id=1)


def answer_start(made: Rig, status: str) -> None:
    info = {"status": status}
    made.responders["StartTransaction"] = lambda _: {"transactionId": 7, "idTagInfo": info}


def blocked_by_list(made: Rig) -> None:
    send(made, 1, "Full", [entry(TAG, "Blocked")])
    made.cut()
    swipe(made)


def blocked_by_cache(made: Rig) -> None:
    made.responders["Authorize"] = lambda _: {"idTagInfo": {"status": "Expired"}}
    swipe(made)
    made.cut()
    made.after(10)
    made.forget_sent()
    swipe(made)


def invalid_from_csms(made: Rig) -> None:
    made.responders["Authorize"] = lambda _: {"idTagInfo": {"status": "Invalid"}}
    swipe(made)


def refused_at_start(made: Rig) -> None:
    answer_start(made, "ConcurrentTx")
    made.act("plug_in", connector_id=1)
    swipe(made)


def reserved_for_another(made: Rig) -> None:
    reserve(made, tag=OTHER_TAG)
    swipe(made)


def unavailable(made: Rig) -> None:
    availability(made, 1, "Inoperative")
    swipe(made)


def faulted(made: Rig) -> None:
    fault(made, 1)
    swipe(made)


def no_cable(made: Rig) -> None:
    swipe(made)
    made.after(61)


def no_tag(made: Rig) -> None:
    made.act("plug_in", connector_id=1)
    made.after(61)


def offline_and_unknown(made: Rig) -> None:
    made.cut()
    swipe(made)


def offline_and_not_trusted(made: Rig) -> None:
    send(made, 1, "Full", [entry(TAG)])
    set_key(made, "LocalAuthorizeOffline", "false")
    made.cut()
    swipe(made)


def stopped(made: Rig) -> None:
    made.command(Stop)
    swipe(made)


def remote_to_faulted(made: Rig) -> None:
    fault(made, 1)
    remote_start(made, TAG, 1)


def remote_to_occupied(made: Rig) -> None:
    charging(made, 1, OTHER_TAG)
    remote_start(made, TAG, 1)


def remote_to_reserved(made: Rig) -> None:
    reserve(made, tag=OTHER_TAG)
    remote_start(made, TAG, 1)


def remote_before_accepted(made: Rig) -> None:
    made.responders["BootNotification"] = answers("Pending")
    made.power_cycle()
    remote_start(made, TAG, 1)


def remote_without_tag(made: Rig) -> None:
    remote_start(made, "", 1)


def remote_while_resetting(made: Rig) -> None:
    charging(made, 2)
    made.responders["StopTransaction"] = lambda _: None
    made.request("Reset", {"type": "Soft"})
    remote_start(made, TAG, 1)


def unavailable_before_the_cable(made: Rig) -> None:
    remote_start(made, TAG, 1)
    availability(made, 1, "Inoperative")


@dataclass(frozen=True)
class Case:
    happens: Callable[[Rig], None]
    by: RefusedBy
    key: str | None
    words: str
    tag: str | None = TAG
    is_remote: bool = False


CASES = (
    Case(blocked_by_list, RefusedBy.LOCAL_LIST, "LocalAuthListEnabled", "says Blocked"),
    Case(blocked_by_cache, RefusedBy.CACHE, "AuthorizationCacheEnabled", "says Expired"),
    Case(invalid_from_csms, RefusedBy.CSMS, None, "the CSMS answered Invalid"),
    Case(refused_at_start, RefusedBy.CSMS, None, "StartTransaction of IDTAG1 with ConcurrentTx"),
    Case(reserved_for_another, RefusedBy.RESERVATION, None, "reservation 7 keeps connector 1"),
    Case(unavailable, RefusedBy.CONNECTOR, None, "1 is Unavailable"),
    Case(faulted, RefusedBy.FAULT, None, "1 is Faulted"),
    Case(no_cable, RefusedBy.TIMEOUT, "ConnectionTimeOut", "no cable was plugged in within"),
    Case(no_tag, RefusedBy.TIMEOUT, "ConnectionTimeOut", "no tag was accepted within", tag=None),
    Case(
        offline_and_unknown, RefusedBy.OFFLINE_RULE, "AllowOfflineTxForUnknownId", "no connection"
    ),
    Case(offline_and_not_trusted, RefusedBy.OFFLINE_RULE, "LocalAuthorizeOffline", "is false"),
    Case(stopped, RefusedBy.OPERATOR, None, "OCPP is stopped by the operator"),
    Case(remote_to_faulted, RefusedBy.FAULT, None, "connector 1 is Faulted", is_remote=True),
    Case(remote_to_occupied, RefusedBy.CONNECTOR, None, "a transaction of IDTAG2", is_remote=True),
    Case(remote_to_reserved, RefusedBy.RESERVATION, None, "not for IDTAG1", is_remote=True),
    Case(remote_before_accepted, RefusedBy.CSMS, None, "has not accepted", is_remote=True),
    Case(remote_without_tag, RefusedBy.RULE, None, "idTag is empty", tag="", is_remote=True),
    Case(remote_while_resetting, RefusedBy.RULE, None, "a reset is under way", is_remote=True),
    Case(unavailable_before_the_cable, RefusedBy.CSMS, None, "Inoperative came", is_remote=True),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.happens.__name__)
def test_a_refusal_says_who_which_tag_which_key_and_when(case: Case) -> None:
    made = rig(keys={"LocalAuthListEnabled": "true", "ConnectionTimeOut": "60"})
    made.after(5)
    case.happens(made)
    (told,) = refusals(made)
    assert told == connector(made).refusal
    assert (told.by, told.key, told.id_tag) == (case.by, case.key, case.tag)
    assert (told.connector_id, told.is_remote) == (1, case.is_remote)
    assert case.words in told.reason.text
    assert connector(made).last_refusal == told.reason
    assert made.now.second in (told.at.second, told.at.second + 1)
    if case.key is not None:
        assert case.key in told.reason.text


@pytest.mark.parametrize("must_ask", ["true", "false"])
def test_the_csms_has_allowed_what_it_starts(must_ask: str) -> None:
    made = rig(keys={"AuthorizeRemoteTxRequests": must_ask})
    remote_start(made, TAG, 1)
    assert connector(made).authorized_by is RefusedBy.CSMS


def test_a_time_out_does_not_hide_the_refusal_that_caused_it() -> None:
    made = rig(keys={"ConnectionTimeOut": "60"})
    made.act("plug_in", connector_id=1)
    made.after(20)
    invalid_from_csms(made)
    made.after(60)
    (told,) = refusals(made)
    assert told.by is RefusedBy.CSMS
    assert connector(made).refusal == told


def test_one_tag_that_nobody_wants_is_told_once() -> None:
    made = rig()
    fault(made, 1)
    availability(made, 2, "Inoperative")
    made.act("swipe", id_tag=TAG)
    (told,) = refusals(made)
    assert told.connector_id is None
    assert told.by is RefusedBy.CONNECTOR
    assert told.reason.text == (
        "no connector can start with IDTAG1: 1 is Faulted, 2 is Unavailable"
    )
    assert connector(made, 2).refusal == told


def test_a_remote_start_on_no_connector_is_told_as_well() -> None:
    made = rig()
    remote_start(made, TAG, 9)
    (told,) = refusals(made)
    assert told.connector_id is None
    assert "no connector 9" in told.reason.text
    assert connector(made).refusal is None


def test_the_next_attempt_forgets_the_refusal_at_its_connector() -> None:
    made = rig()
    invalid_from_csms(made)
    del made.responders["Authorize"]
    swipe(made)
    assert connector(made).refusal is None


def remote_stop(made: Rig) -> None:
    made.request("RemoteStopTransaction", {"transactionId": 1})


def unplugged(made: Rig) -> None:
    made.act("plug_out", connector_id=1)


def tag_again(made: Rig) -> None:
    made.act("swipe", id_tag=TAG, connector_id=1)


def power_loss(made: Rig) -> None:
    made.power_cycle()


def mains(made: Rig) -> None:
    made.act("fail_mains")


def unlocked(made: Rig) -> None:
    made.request("UnlockConnector", {"connectorId": 1})


def reset(made: Rig) -> None:
    made.request("Reset", {"type": "Hard"})


def soft_reset(made: Rig) -> None:
    made.request("Reset", {"type": "Soft"})


def stopped_by_operator(made: Rig) -> None:
    made.command(Stop)
    made.connected = True


STOPS = (
    (remote_stop, StopReason.REMOTE, "the CSMS asked to stop it"),
    (unplugged, StopReason.EV_DISCONNECTED, "the vehicle was unplugged"),
    (tag_again, StopReason.LOCAL, "the tag that started it was shown again"),
    (power_loss, StopReason.POWER_LOSS, "the charge point lost power during this transaction"),
    (mains, StopReason.POWER_LOSS, "the mains failed"),
    (unlocked, StopReason.UNLOCK_COMMAND, "the CSMS asked to unlock the connector"),
    (reset, StopReason.HARD_RESET, "the CSMS asked for a hard reset"),
    (soft_reset, StopReason.SOFT_RESET, "the CSMS asked for a soft reset"),
    (stopped_by_operator, StopReason.OTHER, "the operator stopped OCPP"),
)


def newest(made: Rig) -> TransactionEntry:
    view: TransactionsView = made.variables["transactions"]
    return view[0]


@pytest.mark.parametrize(
    ("happens", "stop_reason", "words"), STOPS, ids=[each[0].__name__ for each in STOPS]
)
def test_an_end_says_in_words_by_whom_and_why(
    happens: Callable[[Rig], None], stop_reason: StopReason, words: str
) -> None:
    made = rig()
    charging(made)
    made.after(600)
    happens(made)
    entry = newest(made)
    assert entry.stop_reason is stop_reason
    assert entry.stop_explanation is not None
    assert words in entry.stop_explanation.text
    assert entry.energy_wh > 0
    is_told = stop_reason is not StopReason.OTHER
    assert entry.delivery is (DeliveryState.DELIVERED if is_told else DeliveryState.WAITING)


def test_a_deauthorized_end_names_the_answer_and_the_key() -> None:
    made = rig()
    answer_start(made, "Blocked")
    made.act("plug_in", connector_id=1)
    swipe(made)
    entry = newest(made)
    assert entry.stop_reason is StopReason.DE_AUTHORIZED
    assert entry.stop_explanation is not None
    assert entry.stop_explanation.text == (
        "the CSMS answered StartTransaction of IDTAG1 with Blocked,"
        " and StopTransactionOnInvalidId is true"
    )


def test_a_fault_does_not_end_a_transaction_and_the_connector_says_why_nothing_flows() -> None:
    """The state beneath goes on (status.md, Changes)."""
    made = rig()
    charging(made)
    made.handle(ErrorRaised(1, ChargePointErrorCode.GROUND_FAILURE))
    assert newest(made).stopped_at is None
    assert connector(made).cause.endswith("GroundFailure appeared")
