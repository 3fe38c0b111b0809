"""A cable that stayed locked after its session: who gets it back, who may not use it (E 3.5)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from cp_tui.charge_point.config import ConnectorConfig
from cp_tui.charge_point.effects import Table
from cp_tui.charge_point.events import Stop
from cp_tui.charge_point.variables import Connectors, ConnectorView
from tests.charge_point.rig import Rig, rig

BOOTS: dict[str, Callable[[Rig], object]] = {
    "power cut": lambda made: made.power_cycle(),
    "hard reset": lambda made: made.request("Reset", {"type": "Hard"}),
    "soft reset": lambda made: made.request("Reset", {"type": "Soft"}),
}


HELD = "the cable stays locked until BAD or UnlockConnector releases it"


def left_locked(*, connectors: int = 1) -> Rig:
    """Let the CSMS refuse BAD in StartTransaction.conf; its cable stays locked."""
    made = rig(connectors=connectors)
    info = {"status": "Blocked", "parentIdTag": "GROUP"}
    made.responders["StartTransaction"] = lambda _: {"transactionId": 7, "idTagInfo": info}
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="BAD", connector_id=1)
    del made.responders["StartTransaction"]
    made.responders["Authorize"] = lambda payload: {
        "idTagInfo": {
            "status": "Accepted",
            **({"parentIdTag": "GROUP"} if payload["idTag"] == "KIN" else {}),
        }
    }
    assert at(made).is_locked
    assert at(made).cause.endswith(HELD)
    made.forget_sent()
    return made


def at(made: Rig, connector_id: int = 1) -> ConnectorView:
    connectors: Connectors = made.variables["connectors"]
    return connectors[connector_id]


def refusal(made: Rig) -> str:
    found = at(made).last_refusal
    assert found is not None
    return found.text


def plugged_in_again() -> Rig:
    made = left_locked()
    made.act("plug_out", connector_id=1)
    made.act("plug_in", connector_id=1)
    return made


def test_plugging_in_again_begins_nothing_while_the_cable_is_locked() -> None:
    made = plugged_in_again()
    assert set(made.statuses(1)) == {"Finishing"}
    assert at(made).is_locked
    assert at(made).authorized_until is None
    made.after(1_000)
    assert set(made.statuses(1)) == {"Finishing"}


def test_a_stranger_cannot_charge_with_the_locked_cable_of_another() -> None:
    made = plugged_in_again()
    made.act("swipe", id_tag="STRANGER")
    assert not made.calls("StartTransaction")
    assert at(made).is_locked
    assert refusal(made) == ("no connector can start with STRANGER: 1 still holds the cable of BAD")


@pytest.mark.parametrize("tag", ["BAD", "KIN"])
def test_its_tag_or_group_gives_the_cable_back_also_after_plugging_in_again(tag: str) -> None:
    made = plugged_in_again()
    made.act("swipe", id_tag=tag)
    assert not at(made).is_locked
    assert at(made).cause == f"cable released by tag {tag}"
    made.act("plug_out", connector_id=1)
    assert made.statuses(1)[-1] == "Available"
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="STRANGER")
    assert [p["idTag"] for p in made.calls("StartTransaction")] == ["STRANGER"]


def test_unlock_connector_gives_the_cable_back() -> None:
    made = plugged_in_again()
    assert made.request("UnlockConnector", {"connectorId": 1})[2] == {"status": "Unlocked"}
    assert not at(made).is_locked
    made.act("plug_out", connector_id=1)
    assert made.statuses(1)[-1] == "Available"


@pytest.mark.parametrize("tag", ["BAD", "KIN", "STRANGER"])
def test_a_remote_start_is_rejected_until_the_cable_is_given_back(tag: str) -> None:
    made = plugged_in_again()
    request = {"connectorId": 1, "idTag": tag}
    assert made.request("RemoteStartTransaction", request)[2] == {"status": "Rejected"}
    made.act("swipe", id_tag="BAD")
    made.act("plug_out", connector_id=1)
    assert made.request("RemoteStartTransaction", request)[2] == {"status": "Accepted"}


def test_a_remote_start_without_connector_takes_another_one() -> None:
    made = left_locked(connectors=2)
    made.act("plug_in", connector_id=2)
    made.request("RemoteStartTransaction", {"idTag": "GUEST"})
    assert [p["connectorId"] for p in made.calls("StartTransaction")] == [2]


@pytest.mark.parametrize("is_plugged", [True, False])
@pytest.mark.parametrize("boot", BOOTS)
def test_no_boot_gives_a_locked_cable_to_anybody(boot: str, is_plugged: bool) -> None:
    """A lock stays where it is without power; who it waits for is in the store."""
    made = left_locked()
    if not is_plugged:
        made.act("plug_out", connector_id=1)
    BOOTS[boot](made)
    made.after(120)
    assert at(made).is_locked
    assert made.charger.station.record(made.now).connectors[1].is_locked
    assert made.statuses(1)[-1] == "Finishing"
    assert at(made).cause.startswith(f"power on; {HELD}")
    made.act("swipe", id_tag="STRANGER")
    assert at(made).is_locked
    made.act("swipe", id_tag="KIN")
    assert not at(made).is_locked
    if is_plugged:
        made.act("plug_out", connector_id=1)
    assert made.statuses(1)[-1] == "Available"
    BOOTS[boot](made)
    made.after(120)
    assert not at(made).is_locked
    assert made.statuses(1)[-1] == "Available"
    assert not made.calls("StartTransaction")


def test_a_boot_releases_the_cable_of_a_transaction_that_ran() -> None:
    made = rig(connectors=1)
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="GOOD")
    assert at(made).is_locked
    made.power_cycle()
    assert not at(made).is_locked
    assert not made.charger.station.record(made.now).connectors[1].is_locked


def test_a_lock_that_is_replaced_by_a_fixed_cable_holds_nothing() -> None:
    made = left_locked()
    config = replace(made.config, connectors=(ConnectorConfig(fixed_cable=True),))
    changed = Rig(config, store=made.store)
    changed.power_on()
    assert not at(changed).is_locked
    assert all('"is_cable_held":true' not in r for r in changed.store[Table.TRANSACTION].values())


def test_the_owner_gets_the_cable_also_while_ocpp_is_stopped() -> None:
    made = left_locked()
    made.command(Stop)
    made.act("swipe", id_tag="STRANGER")
    assert refusal(made) == "OCPP is stopped by the operator"
    made.act("swipe", id_tag="bad")
    assert not at(made).is_locked


def test_out_of_service_and_back_the_cable_is_still_locked() -> None:
    """No way leads from Unavailable to Finishing (status.md, Changes)."""
    made = left_locked()
    for word in ("Inoperative", "Operative"):
        made.request("ChangeAvailability", {"connectorId": 1, "type": word})
    made.act("plug_out", connector_id=1)
    made.act("swipe", id_tag="STRANGER")
    assert at(made).is_locked
    made.act("swipe", id_tag="BAD")
    assert list(dict.fromkeys(made.statuses(1))) == ["Unavailable", "Preparing", "Available"]


def test_a_locked_cable_cannot_be_reserved() -> None:
    made = left_locked()
    for word in ("Inoperative", "Operative"):
        made.request("ChangeAvailability", {"connectorId": 1, "type": word})
    made.act("plug_out", connector_id=1)
    answer = made.request(
        "ReserveNow",
        {
            "connectorId": 1,
            "expiryDate": "2026-01-06T00:00:00Z",
            "idTag": "GUEST",
            "reservationId": 1,
        },
    )
    assert answer[2] == {"status": "Occupied"}


@pytest.mark.parametrize("again", [False, True])
def test_unplugged_with_the_lock_kept_the_cable_waits_for_its_tag(again: bool) -> None:
    """S 4.10 with UnlockConnectorOnEVSideDisconnect false: T TC_005_2."""
    made = rig(connectors=1, keys={"UnlockConnectorOnEVSideDisconnect": "false"})
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="OWNER")
    made.act("plug_out", connector_id=1)
    made.power_cycle()
    if again:
        made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="STRANGER")
    assert at(made).is_locked
    made.act("swipe", id_tag="OWNER")
    assert not at(made).is_locked
    assert len(made.calls("StartTransaction")) == 1
    assert made.statuses(1)[-1] == ("Finishing" if again else "Available")


def test_the_group_that_comes_with_a_late_answer_gets_the_cable() -> None:
    """The transaction ended offline, so its parentIdTag was not known when it did."""
    made = rig(
        connectors=1,
        keys={
            "UnlockConnectorOnEVSideDisconnect": "false",
            "AllowOfflineTxForUnknownId": "true",
        },
    )
    made.cut()
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="OWNER")
    made.act("plug_out", connector_id=1)
    info = {"status": "Accepted", "parentIdTag": "GROUP"}
    made.responders["StartTransaction"] = lambda _: {"transactionId": 7, "idTagInfo": info}
    made.responders["Authorize"] = lambda _: {"idTagInfo": info}
    made.reconnect()
    made.act("swipe", id_tag="KIN")
    assert not at(made).is_locked
