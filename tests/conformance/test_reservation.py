"""The official test cases of Reservation (OCTT, 2024-04), named by their ids."""

from __future__ import annotations

import pytest

from tests.charge_point.reserving import GROUP, fault, reserve
from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import OTHER_TAG, TAG, charging


def others_unavailable(made: Rig) -> None:
    made.request("ChangeAvailability", {"connectorId": 2, "type": "Inoperative"})
    made.forget_sent()


def start_remotely(made: Rig, connector_id: int, tag: str) -> None:
    """Reach the reusable state Charging from Reserved."""
    made.act("plug_in", connector_id=connector_id)
    request = {"connectorId": connector_id, "idTag": tag}
    assert made.request("RemoteStartTransaction", request)[2] == {"status": "Accepted"}


def test_tc_046_1_reserve_local_start() -> None:
    made = rig()
    others_unavailable(made)
    assert reserve(made) == "Accepted"
    assert made.statuses(1) == ["Reserved"]
    made.act("swipe", id_tag=OTHER_TAG)
    assert made.statuses(1) == ["Reserved"]
    made.act("swipe", id_tag=TAG)
    assert made.statuses(1) == ["Reserved", "Preparing"]
    made.act("plug_in", connector_id=1)
    start = made.calls("StartTransaction")
    assert [(p["idTag"], p["reservationId"]) for p in start] == [(TAG, 7)]
    assert made.statuses(1) == ["Reserved", "Preparing", "Charging"]


def test_tc_046_2_reserve_remote_start() -> None:
    made = rig()
    assert reserve(made) == "Accepted"
    start_remotely(made, 1, TAG)
    assert made.calls("StartTransaction")[0]["reservationId"] == 7
    assert made.statuses(1) == ["Reserved", "Preparing", "Charging"]


def test_tc_047_reserve_expire() -> None:
    made = rig()
    others_unavailable(made)
    assert reserve(made, minutes=1) == "Accepted"
    made.after(59)
    assert made.statuses(1) == ["Reserved"]
    made.after(1)
    assert made.statuses(1) == ["Reserved", "Available"]
    made.forget_sent()
    start_remotely(made, 1, OTHER_TAG)
    start = made.calls("StartTransaction")[0]
    assert start["idTag"] == OTHER_TAG
    assert "reservationId" not in start


def test_tc_048_1_reserve_faulted() -> None:
    made = rig()
    fault(made, 1)
    assert reserve(made) == "Faulted"


def test_tc_048_2_reserve_occupied() -> None:
    made = rig()
    made.act("plug_in", connector_id=1)
    assert reserve(made) == "Occupied"


def test_tc_048_3_reserve_unavailable() -> None:
    made = rig()
    made.request("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})
    assert reserve(made) == "Unavailable"


def test_tc_048_4_reserve_rejected() -> None:
    """S 5.13: Rejected, where the charge point is configured not to accept reservations."""
    made = rig(keys={"ReservationEnabled": "false"})
    assert reserve(made) == "Rejected"
    assert made.actions() == []


def test_tc_049_reserve_charge_point() -> None:
    made = rig()
    others_unavailable(made)
    assert reserve(made, connector_id=0) == "Accepted"
    assert made.statuses(1) == ["Reserved"]
    start_remotely(made, 1, TAG)
    assert made.calls("StartTransaction")[0]["reservationId"] == 7
    assert made.statuses(1) == ["Reserved", "Preparing", "Charging"]


def test_tc_050_1_reserve_charge_point_faulted() -> None:
    made = rig()
    for connector_id in (1, 2):
        fault(made, connector_id)
    assert reserve(made, connector_id=0) == "Faulted"


def test_tc_050_2_reserve_charge_point_occupied() -> None:
    made = rig()
    for connector_id in (1, 2):
        made.act("plug_in", connector_id=connector_id)
    assert reserve(made, connector_id=0) == "Occupied"


@pytest.mark.parametrize("targets", [(0,), (1, 2)])
def test_tc_050_3_reserve_charge_point_unavailable(targets: tuple[int, ...]) -> None:
    made = rig()
    for connector_id in targets:
        request = {"connectorId": connector_id, "type": "Inoperative"}
        made.request("ChangeAvailability", request)
    assert reserve(made, connector_id=0) == "Unavailable"


@pytest.mark.parametrize("key", ["ReservationEnabled", "ReserveConnectorZeroSupported"])
def test_tc_050_4_reserve_charge_point_rejected(key: str) -> None:
    made = rig(keys={key: "false"})
    assert reserve(made, connector_id=0) == "Rejected"


def test_tc_051_cancel_reservation() -> None:
    made = rig()
    reserve(made)
    answer = made.request("CancelReservation", {"reservationId": 7})
    assert answer[2] == {"status": "Accepted"}
    assert made.statuses(1) == ["Reserved", "Available"]
    made.forget_sent()
    start_remotely(made, 1, OTHER_TAG)
    assert "reservationId" not in made.calls("StartTransaction")[0]
    assert made.statuses(1) == ["Preparing", "Charging"]


def test_tc_052_cancel_unknown_reservation() -> None:
    made = rig()
    reserve(made)
    answer = made.request("CancelReservation", {"reservationId": 8})
    assert answer[2] == {"status": "Rejected"}
    assert made.statuses(1) == ["Reserved"]


def test_tc_053_reserve_with_parent() -> None:
    made = rig()
    others_unavailable(made)
    made.responders["Authorize"] = lambda _: GROUP
    assert reserve(made, parentIdTag="GROUP") == "Accepted"
    made.act("swipe", id_tag=OTHER_TAG)
    assert made.calls("Authorize") == [{"idTag": OTHER_TAG}]
    assert made.statuses(1) == ["Reserved", "Preparing"]
    made.act("plug_in", connector_id=1)
    start = made.calls("StartTransaction")[0]
    assert (start["idTag"], start["reservationId"]) == (OTHER_TAG, 7)
    assert made.statuses(1) == ["Reserved", "Preparing", "Charging"]


@pytest.mark.parametrize("authorize_remote", ["true", "false"])
def test_tc_053_2_reserve_with_parent_remote_start(authorize_remote: str) -> None:
    """The 2025 editions start remotely; the group of the tag has to be asked for (S 5.13)."""
    made = rig(keys={"AuthorizeRemoteTxRequests": authorize_remote})
    made.responders["Authorize"] = lambda _: GROUP
    reserve(made, parentIdTag="GROUP")
    start_remotely(made, 1, OTHER_TAG)
    assert made.calls("Authorize") == [{"idTag": OTHER_TAG}]
    assert made.calls("StartTransaction")[0]["reservationId"] == 7


@pytest.mark.parametrize("status", ["Expired", "Invalid", "Blocked"])
def test_a_tag_of_the_group_that_is_not_accepted_may_not_start(status: str) -> None:
    """Only one that is Accepted with the same parent may; EVerest tests it, too."""
    made = rig(connectors=1)
    info = {"idTagInfo": {**GROUP["idTagInfo"], "status": status}}
    made.responders["Authorize"] = lambda _: info
    reserve(made, parentIdTag="GROUP")
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=OTHER_TAG)
    assert made.calls("Authorize") == [{"idTag": OTHER_TAG}]
    assert not made.calls("StartTransaction")
    assert made.statuses(1) == ["Reserved"]


def test_a_tag_of_another_group_may_not_start() -> None:
    made = rig(connectors=1)
    made.responders["Authorize"] = lambda _: GROUP
    reserve(made, parentIdTag="OTHER GROUP")
    made.act("swipe", id_tag=OTHER_TAG)
    assert made.statuses(1) == ["Reserved"]


def test_charging_again_after_the_reservation_was_used_needs_no_reservation() -> None:
    made = rig()
    reserve(made)
    start_remotely(made, 1, TAG)
    made.act("swipe", id_tag=TAG)
    made.act("plug_out", connector_id=1)
    made.forget_sent()
    made.after(1)
    charging(made, tag=OTHER_TAG)
