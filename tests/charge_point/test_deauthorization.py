"""A tag that StartTransaction.conf refuses: its cable stays locked until the tag comes back."""

from __future__ import annotations

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
    connectors = made.variables["connectors"]
    assert isinstance(connectors, Connectors)
    return connectors.root[1].is_locked


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
    connectors = made.variables["connectors"]
    assert isinstance(connectors, Connectors)
    refusal = connectors.root[1].last_refusal
    assert refusal is not None
    assert refusal.id == "sessions.lock_jammed"
    made.act("jam_lock", connector_id=1, jammed=False)
    made.act("swipe", id_tag="BAD", connector_id=1)
    assert not is_locked(made)
