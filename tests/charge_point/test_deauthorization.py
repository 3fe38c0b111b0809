"""A tag that StartTransaction.conf refuses: its cable stays locked until the tag comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from cp_tui.charge_point.variables import Connectors
from tests.charge_point.rig import Rig, rig


def refused(made: Rig) -> None:
    """Let the CSMS refuse a tag in StartTransaction.conf, with the cable in."""
    info = {"status": "Blocked", "parentIdTag": "GROUP"}
    made.responders["StartTransaction"] = lambda _: {"transactionId": 7, "idTagInfo": info}
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="BAD", connector_id=1)
    made.responders["Authorize"] = lambda payload: {
        "idTagInfo": {
            "status": "Accepted",
            **({"parentIdTag": "GROUP"} if payload["idTag"] == "KIN" else {}),
        }
    }
    assert made.statuses(1)[-1] == "Finishing"
    assert is_locked(made)
    made.forget_sent()


def is_locked(made: Rig) -> bool:
    connectors: Connectors = made.variables["connectors"]
    return connectors[1].is_locked


@pytest.mark.parametrize("tag", ["BAD", "bad", "KIN"])
def test_the_same_tag_or_its_group_unlocks_a_cable_that_is_still_in(tag: str) -> None:
    """E 3.5."""
    made = rig()
    refused(made)
    made.act("swipe", id_tag=tag, connector_id=1)
    assert not is_locked(made)
    assert made.statuses(1) == []
    made.act("plug_out", connector_id=1)
    assert made.statuses(1) == ["Available"]
    assert not made.calls("StartTransaction")


@pytest.mark.parametrize("tag", ["BAD", "KIN"])
def test_unplugging_at_the_vehicle_does_not_free_the_cable(tag: str) -> None:
    """E 3.5."""
    made = rig()
    refused(made)
    made.act("plug_out", connector_id=1)
    made.act("swipe", id_tag="STRANGER", connector_id=1)
    assert is_locked(made)
    # The status stays, only its info is new: the vehicle has gone.
    assert made.statuses(1) == ["Finishing"]
    made.act("swipe", id_tag=tag, connector_id=1)
    assert not is_locked(made)
    assert made.statuses(1) == ["Finishing", "Available"]
    assert not made.calls("StartTransaction")


def test_a_jammed_lock_keeps_the_cable_and_says_so() -> None:
    made = rig()
    refused(made)
    made.act("jam_lock", connector_id=1, jammed=True)
    made.act("swipe", id_tag="BAD", connector_id=1)
    assert is_locked(made)
    connectors: Connectors = made.variables["connectors"]
    refusal = connectors[1].last_refusal
    assert refusal is not None
    assert refusal.id == "sessions.lock_jammed"
    made.act("jam_lock", connector_id=1, jammed=False)
    made.act("swipe", id_tag="BAD", connector_id=1)
    assert not is_locked(made)


Way = Callable[[Rig, str, dict[str, Any]], None]


def in_time(made: Rig, message_id: str, payload: dict[str, Any]) -> None:
    made.receive(json.dumps([3, message_id, payload]))


def late(made: Rig, message_id: str, payload: dict[str, Any]) -> None:
    made.after(31)
    in_time(made, message_id, payload)


def given_up(made: Rig, message_id: str, payload: dict[str, Any]) -> None:
    """The only attempt has failed by then."""
    late(made, message_id, payload)


def with_too_much(made: Rig, message_id: str, payload: dict[str, Any]) -> None:
    made.receive(json.dumps([3, message_id, payload, 1]))


WAYS: tuple[tuple[Way, str], ...] = (
    (in_time, "3"),
    (late, "3"),
    (given_up, "1"),
    (with_too_much, "3"),
)
INFOS: tuple[Any, ...] = (
    {"status": "Invalid"},
    {"status": "Blocked"},
    {"status": "blocked"},
    {"status": "ConcurrentTx"},
    {"status": "?"},
    {},
    None,
)


def answered(way: Way, attempts: str, info: Any, **keys: str) -> Rig:
    """Charge with a tag that StartTransaction.conf refuses, in the way that it comes."""
    base = {"MeterValueSampleInterval": "0", "TransactionMessageAttempts": attempts}
    made = rig(keys=base | keys)
    made.responders["StartTransaction"] = lambda _: None
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="BAD", connector_id=1)
    made.after(5)
    (message_id,) = [f[1] for f in made.sent if f[0] == 2 and f[2] == "StartTransaction"]
    way(made, message_id, {"transactionId": 7, "idTagInfo": info})
    made.after(5)
    return made


@pytest.mark.parametrize("info", INFOS, ids=str)
@pytest.mark.parametrize(("way", "attempts"), WAYS, ids=[way.__name__ for way, _ in WAYS])
def test_a_refused_tag_is_stopped_however_the_answer_comes(
    way: Way, attempts: str, info: Any
) -> None:
    """S 4.8."""
    made = answered(way, attempts, info, StopTransactionOnInvalidId="true")
    (stop,) = made.calls("StopTransaction")
    assert (stop["reason"], stop["transactionId"]) == ("DeAuthorized", 7)
    assert made.statuses(1)[-1] == "Finishing"
    assert len(made.calls("StartTransaction")) == 1
    connectors: Any = made.variables["connectors"]
    assert connectors[1].last_refusal.id == "transactions.refused"


@pytest.mark.parametrize(("way", "attempts"), WAYS, ids=[way.__name__ for way, _ in WAYS])
def test_a_refused_tag_gets_no_energy_however_the_answer_comes(way: Way, attempts: str) -> None:
    made = answered(way, attempts, {"status": "Invalid"}, StopTransactionOnInvalidId="false")
    assert made.calls("StopTransaction") == []
    assert made.statuses(1)[-1] == "SuspendedEVSE"
    made.act("swipe", id_tag="BAD", connector_id=1)
    (stop,) = made.calls("StopTransaction")
    assert (stop.get("reason"), stop["transactionId"]) == ("Local", 7)


@pytest.mark.parametrize(("way", "attempts"), WAYS, ids=[way.__name__ for way, _ in WAYS])
def test_a_refused_tag_gets_the_energy_of_the_key_and_no_more(way: Way, attempts: str) -> None:
    keys = {"StopTransactionOnInvalidId": "true", "MaxEnergyOnInvalidId": "500"}
    made = answered(way, attempts, {"status": "Invalid"}, **keys)
    assert made.calls("StopTransaction") == []
    made.after(600)
    (stop,) = made.calls("StopTransaction")
    (start,) = made.calls("StartTransaction")
    assert stop["reason"] == "DeAuthorized"
    assert 500 <= stop["meterStop"] - start["meterStart"] < 900


@pytest.mark.parametrize(("way", "attempts"), WAYS, ids=[way.__name__ for way, _ in WAYS])
def test_a_transaction_that_was_over_stays_as_it_is(way: Way, attempts: str) -> None:
    made = rig(keys={"MeterValueSampleInterval": "0", "TransactionMessageAttempts": attempts})
    made.responders["StartTransaction"] = lambda _: None
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="BAD", connector_id=1)
    (message_id,) = [f[1] for f in made.sent if f[0] == 2 and f[2] == "StartTransaction"]
    made.act("plug_out", connector_id=1)
    way(made, message_id, {"transactionId": 7, "idTagInfo": {"status": "Invalid"}})
    made.after(600)
    assert [stop["reason"] for stop in made.calls("StopTransaction")] == ["EVDisconnected"]
    assert made.statuses(1)[-1] == "Available"
