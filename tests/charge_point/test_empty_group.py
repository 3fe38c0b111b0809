"""An empty parentIdTag is none: nobody shares it, wherever groups are compared (S 3.10)."""

from __future__ import annotations

from typing import Any

import pytest

from cp_tui.charge_point.authorization_rules import same_group
from cp_tui.charge_point.effects import Table
from tests.charge_point.listing import entry, send
from tests.charge_point.reserving import active, connector, remote_start, reserve, view
from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import OTHER_TAG, TAG

EMPTY = ("", " ")


def info(group: str | None) -> dict[str, Any]:
    return {"status": "Accepted"} | ({} if group is None else {"parentIdTag": group})


def charger(group: str | None, **keys: str) -> Rig:
    """Build a charger whose CSMS gives every tag this group."""
    made = rig(keys=keys)
    made.responders["Authorize"] = lambda _: {"idTagInfo": info(group)}
    made.responders["StartTransaction"] = lambda _: {"transactionId": 7, "idTagInfo": info(group)}
    return made


@pytest.mark.parametrize("group", ["", " ", None])
def test_no_group_is_like_no_other(group: str | None) -> None:
    assert not same_group(group, group)
    assert not same_group(group, "G")
    assert not same_group("G", group)
    assert same_group("G", "g")


@pytest.mark.parametrize("source", ["csms", "list", "cache"])
@pytest.mark.parametrize("group", EMPTY)
def test_another_tag_stops_no_transaction_and_is_not_asked_about(group: str, source: str) -> None:
    """Without a group neither Authorize nor StopTransaction follows (T TC_068)."""
    made = charger(group, LocalPreAuthorize="true")
    if source == "list":
        send(made, 1, "Full", [entry(tag, parentIdTag=group) for tag in (TAG, OTHER_TAG)])
    if source == "cache":
        for tag in (TAG, OTHER_TAG, OTHER_TAG):
            made.act("swipe", id_tag=tag, connector_id=2)
        made.after(70)
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=TAG, connector_id=1)
    assert made.calls("StartTransaction")
    made.forget_sent()
    made.act("swipe", id_tag=OTHER_TAG, connector_id=1)
    assert made.actions() == []
    assert connector(made).transaction is not None


@pytest.mark.parametrize("group", EMPTY)
def test_another_tag_uses_no_reservation(group: str) -> None:
    made = charger(group)
    assert reserve(made, parentIdTag=group) == "Accepted"
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=OTHER_TAG, connector_id=1)
    assert remote_start(made, OTHER_TAG, 1) == {"status": "Rejected"}
    assert not made.calls("StartTransaction")
    # Nothing could be learnt about a group that is none.
    assert not made.calls("Authorize")
    assert view(made).active[0].parent_id_tag is None
    refusal = connector(made).last_refusal
    assert refusal is not None
    assert "group" not in refusal.text


@pytest.mark.parametrize("group", EMPTY)
def test_another_tag_releases_no_cable(group: str) -> None:
    made = charger(group)
    refused = {"transactionId": 7, "idTagInfo": {"status": "Blocked", "parentIdTag": group}}
    made.responders["StartTransaction"] = lambda _: refused
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=TAG, connector_id=1)
    assert connector(made).is_locked
    made.act("swipe", id_tag=OTHER_TAG, connector_id=1)
    assert connector(made).is_locked


@pytest.mark.parametrize("group", EMPTY)
def test_a_store_of_before_is_read_in_the_same_way(group: str) -> None:
    made = charger(group)
    reserve(made, tag=TAG, parentIdTag="GROUP")
    (key, text), *_ = made.store[Table.RESERVATION].items()
    made.store[Table.RESERVATION][key] = text.replace('"GROUP"', f'"{group}"')
    made.power_cycle()
    assert active(made) == [7]
    assert view(made).active[0].parent_id_tag is None
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=OTHER_TAG, connector_id=1)
    assert not made.calls("StartTransaction")


def test_the_screen_is_told_of_no_empty_group() -> None:
    made = charger("")
    send(made, 1, "Full", [entry("LISTED", parentIdTag="")])
    made.act("swipe", id_tag=TAG)
    entries: Any = (made.variables["local_list"], made.variables["authorization_cache"])
    assert [each.entries[0].parent_id_tag for each in entries] == [None, None]
    assert made.charger.mind.explain_tag(TAG, made.now).parent_id_tag is None


@pytest.mark.parametrize("connector_id", [1, None])
@pytest.mark.parametrize("tag", EMPTY)
def test_a_remote_start_for_nobody_is_rejected(tag: str, connector_id: int | None) -> None:
    made = rig()
    made.act("plug_in", connector_id=1)
    assert remote_start(made, tag, connector_id) == {"status": "Rejected"}
    assert not made.calls("Authorize")
    assert not made.calls("StartTransaction")
    made.act("swipe", id_tag=TAG, connector_id=1)
    assert made.calls("StartTransaction")


@pytest.mark.parametrize("tag", EMPTY)
def test_nobody_reserves_and_nobody_is_listed(tag: str) -> None:
    made = rig()
    assert reserve(made, 1, tag=tag) == "Rejected"
    assert active(made) == []
    update = {"listVersion": 1, "updateType": "Full", "localAuthorizationList": [entry(tag)]}
    assert made.request("SendLocalList", update)[2] == {"status": "Failed"}
    assert made.request("GetLocalListVersion")[2] == {"listVersion": 0}
