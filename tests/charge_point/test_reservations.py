"""Reservations: what ReserveNow checks, and who may start where (S 5.13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.charge_point.listing import entry, send
from tests.charge_point.reserving import (
    ACCEPTED,
    GROUP,
    REJECTED,
    active,
    assert_only_legal_steps,
    availability,
    connector,
    fault,
    last_reason,
    remote_start,
    reserve,
    view,
    why_ended,
)
from tests.charge_point.rig import T0, Rig, rig
from tests.conformance.steps import OTHER_TAG, TAG, set_key


@pytest.fixture
def made() -> Iterator[Rig]:
    """Two connectors; whatever a test does with them, no step may be illegal."""
    charger = rig()
    yield charger
    assert_only_legal_steps(charger)


def test_the_variables_show_the_reservation(made: Rig) -> None:
    reserve(made, parentIdTag="GROUP")
    [shown] = view(made).active
    assert (shown.reservation_id, shown.connector_id, shown.id_tag) == (7, 1, TAG)
    assert (shown.parent_id_tag, shown.expiry_date) == ("GROUP", T0 + timedelta(minutes=30))
    assert connector(made, 1).reservation == shown
    assert connector(made, 2).reservation is None
    assert connector(made, 1).cause == "A7 reservation 7 for IDTAG1"


@pytest.mark.parametrize("connector_id", [3, -1, 99])
def test_an_unknown_connector_is_rejected(made: Rig, connector_id: int) -> None:
    assert reserve(made, connector_id) == "Rejected"
    assert last_reason(made).text == f"there is no connector {connector_id}, only 0 to 2"


@pytest.mark.parametrize("minutes", [0, -1])
def test_an_expiry_date_that_is_past_is_rejected(made: Rig, minutes: int) -> None:
    assert reserve(made, minutes=minutes) == "Rejected"
    assert "is past" in last_reason(made).text
    assert active(made) == []


def test_a_reserved_connector_is_occupied_even_for_the_same_tag(made: Rig) -> None:
    reserve(made)
    assert reserve(made, reservation_id=8) == "Occupied"
    assert last_reason(made).text == "connector 1 has reservation 7 for IDTAG1"


def test_faulted_comes_before_unavailable_before_occupied(made: Rig) -> None:
    made.act("plug_in", connector_id=1)
    assert reserve(made) == "Occupied"
    made.act("plug_out", connector_id=1)
    availability(made, 1, "Inoperative")
    assert reserve(made) == "Unavailable"
    fault(made, 1)
    assert reserve(made) == "Faulted"


@pytest.mark.parametrize("connector_id", [0, 1])
def test_what_is_in_the_way_is_told_before_an_expiry_date_that_is_past(
    made: Rig, connector_id: int
) -> None:
    """S 5.13: the state of the connector decides first."""
    assert reserve(made, connector_id, minutes=-1) == "Rejected"
    made.act("plug_in", connector_id=1)
    made.act("plug_in", connector_id=2)
    assert reserve(made, connector_id, minutes=-1) == "Occupied"
    made.act("plug_out", connector_id=1)
    made.act("plug_out", connector_id=2)
    availability(made, 0, "Inoperative")
    assert reserve(made, connector_id, minutes=-1) == "Unavailable"
    fault(made, 0)
    assert reserve(made, connector_id, minutes=-1) == "Faulted"
    assert reserve(made, 9, minutes=-1) == "Rejected"


def test_a_reservation_in_force_is_not_replaced_by_one_that_is_past(made: Rig) -> None:
    reserve(made)
    assert reserve(made, minutes=-1) == "Rejected"
    assert reserve(made, reservation_id=8, minutes=-1) == "Occupied"
    assert active(made) == [7]


def test_a_connector_that_somebody_is_being_authorized_for_is_occupied(made: Rig) -> None:
    made.responders["Authorize"] = lambda _: None
    remote_start(made, OTHER_TAG, 1)
    assert reserve(made) == "Occupied"


@pytest.mark.parametrize("state", ["charging", "finishing", "waiting"])
def test_a_connector_in_use_is_occupied(made: Rig, state: str) -> None:
    made.act("swipe", id_tag=OTHER_TAG, connector_id=1)
    if state != "waiting":
        made.act("plug_in", connector_id=1)
    if state == "finishing":
        made.act("swipe", id_tag=OTHER_TAG)
    assert reserve(made) == "Occupied"


def test_the_same_id_replaces_the_reservation(made: Rig) -> None:
    reserve(made)
    made.forget_sent()
    assert reserve(made, tag=OTHER_TAG) == "Accepted"
    assert [each.id_tag for each in view(made).active] == [OTHER_TAG]
    assert made.actions() == []
    assert reserve(made, connector_id=2) == "Accepted"
    assert (made.statuses(1), made.statuses(2)) == (["Available"], ["Reserved"])
    assert reserve(made, connector_id=0) == "Accepted"
    assert made.statuses(2) == ["Reserved", "Available"]
    assert why_ended(made) == "reservation.replaced"
    assert active(made) == [7]


def test_a_replacement_that_is_refused_leaves_the_old_one(made: Rig) -> None:
    reserve(made)
    made.act("plug_in", connector_id=2)
    assert reserve(made, connector_id=2) == "Occupied"
    assert [each.connector_id for each in view(made).active] == [1]


def test_the_same_id_replaces_although_a_cable_is_plugged_in(made: Rig) -> None:
    reserve(made)
    made.act("plug_in", connector_id=1)
    assert reserve(made, minutes=60) == "Accepted"
    assert made.statuses(1) == ["Reserved"]


def test_a_cable_in_a_reserved_connector_leaves_it_reserved(made: Rig) -> None:
    reserve(made)
    made.act("plug_in", connector_id=1)
    made.after(300)
    made.act("plug_out", connector_id=1)
    made.act("plug_in", connector_id=1)
    assert made.statuses(1) == ["Reserved"]
    made.act("swipe", id_tag=TAG.lower())
    assert made.statuses(1) == ["Reserved", "Preparing", "Charging"]
    start = made.calls("StartTransaction")[0]
    assert (start["idTag"], start["reservationId"]) == (TAG.lower(), 7)
    assert why_ended(made) == "reservation.used"
    assert connector(made).reservation is None


def test_another_tag_is_refused_and_told_why(made: Rig) -> None:
    reserve(made)
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=OTHER_TAG, connector_id=1)
    assert "Authorize" not in made.actions()
    assert made.statuses(1) == ["Reserved"]
    refusal = connector(made).last_refusal
    assert refusal is not None
    assert refusal.text == (
        "reservation 7 keeps connector 1 for IDTAG1 until 2026-01-05 08:30:00Z, not for IDTAG2"
    )
    assert (refusal.values["by"], refusal.values["tag"]) == ("reservation", OTHER_TAG)


def test_another_tag_takes_a_connector_that_is_not_reserved(made: Rig) -> None:
    reserve(made)
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=OTHER_TAG)
    made.act("plug_in", connector_id=2)
    start = made.calls("StartTransaction")[0]
    assert (start["connectorId"], start["idTag"]) == (2, OTHER_TAG)
    assert "reservationId" not in start
    assert active(made) == [7]


def test_a_waiting_tag_does_not_move_to_a_reserved_connector(made: Rig) -> None:
    reserve(made)
    made.act("swipe", id_tag=OTHER_TAG)
    assert made.statuses(2) == ["Preparing"]
    made.act("plug_in", connector_id=1)
    assert made.statuses(1) == ["Reserved"]
    assert not made.calls("StartTransaction")


def test_the_reserved_tag_goes_to_its_connector_and_stays_there(made: Rig) -> None:
    reserve(made, connector_id=2)
    made.act("swipe", id_tag=TAG)
    assert made.statuses(2) == ["Reserved", "Preparing"]
    made.act("plug_in", connector_id=1)
    assert not made.calls("StartTransaction")
    made.act("plug_in", connector_id=2)
    assert made.calls("StartTransaction")[0]["connectorId"] == 2


def test_the_right_tag_without_a_cable_leaves_it_reserved_again(made: Rig) -> None:
    set_key(made, "ConnectionTimeOut", "20")
    reserve(made)
    made.act("swipe", id_tag=TAG)
    made.after(20)
    assert made.statuses(1) == ["Reserved", "Preparing", "Available", "Reserved"]
    assert active(made) == [7]
    made.act("swipe", id_tag=TAG)
    made.act("plug_in", connector_id=1)
    assert made.calls("StartTransaction")[0]["reservationId"] == 7


def test_the_right_tag_shown_twice_leaves_it_reserved_again(made: Rig) -> None:
    reserve(made)
    made.act("swipe", id_tag=TAG)
    made.act("swipe", id_tag=TAG)
    assert made.statuses(1) == ["Reserved", "Preparing", "Available", "Reserved"]


def test_the_right_tag_that_is_not_authorized_does_not_start(made: Rig) -> None:
    made.responders["Authorize"] = lambda _: {"idTagInfo": {"status": "Blocked"}}
    reserve(made)
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=TAG)
    assert made.statuses(1) == ["Reserved"]
    assert active(made) == [7]


def test_a_reservation_that_ends_while_a_tag_is_decided_upon_does_not_hold(made: Rig) -> None:
    reserve(made, minutes=0.2)
    made.responders["Authorize"] = lambda _: None
    made.act("swipe", id_tag=TAG)
    made.after(13)
    assert active(made) == []
    made.responders.clear()
    made.after(20)
    assert made.statuses(1) == ["Reserved", "Available"]


def test_the_group_is_learnt_from_the_local_list_without_asking() -> None:
    made = rig(keys={"LocalPreAuthorize": "true"})
    send(made, 1, "Full", [entry(OTHER_TAG, parentIdTag="GROUP"), entry("IDTAG3")])
    reserve(made, parentIdTag="group")
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="IDTAG3", connector_id=1)
    assert made.statuses(1) == ["Reserved"]
    refusal = connector(made).last_refusal
    assert refusal is not None
    assert refusal.text.endswith(
        "not for IDTAG3; tags of the group group may use it too, the group of IDTAG3 is not known"
    )
    made.act("swipe", id_tag=OTHER_TAG)
    assert "Authorize" not in made.actions()
    assert made.calls("StartTransaction")[0]["reservationId"] == 7


@pytest.mark.parametrize("listed", [True, False])
def test_offline_the_group_must_be_known_here(listed: bool) -> None:
    made = rig(connectors=1, keys={"AllowOfflineTxForUnknownId": "true"})
    if listed:
        send(made, 1, "Full", [entry(OTHER_TAG, parentIdTag="GROUP")])
    reserve(made, parentIdTag="GROUP")
    made.cut()
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=OTHER_TAG)
    assert (connector(made).transaction is not None) is listed
    if not listed:
        refusal = connector(made).last_refusal
        assert refusal is not None
        assert refusal.id == "reservation.kept_for_another"
    made.reconnect()
    assert bool(made.calls("StartTransaction")) is listed


def test_a_tag_of_an_unknown_group_is_asked_about_once_and_may_take_another_connector(
    made: Rig,
) -> None:
    reserve(made, parentIdTag="GROUP")
    made.act("swipe", id_tag=OTHER_TAG)
    assert len(made.calls("Authorize")) == 1
    assert made.statuses(2) == ["Preparing"]
    assert made.statuses(1) == ["Reserved"]


def test_a_tag_that_is_shown_again_while_its_group_is_asked_for_is_asked_about_once(
    made: Rig,
) -> None:
    made.responders["Authorize"] = lambda _: None
    reserve(made, parentIdTag="GROUP")
    made.act("swipe", id_tag=OTHER_TAG)
    made.act("swipe", id_tag=OTHER_TAG)
    made.after(31)
    assert len(made.calls("Authorize")) == 1


def test_a_parent_is_never_compared_with_a_tag(made: Rig) -> None:
    reserve(made, tag="OWNER", parentIdTag=OTHER_TAG)
    made.act("swipe", id_tag=OTHER_TAG, connector_id=1)
    assert made.statuses(1) == ["Reserved"]


def test_a_remote_start_with_another_tag_is_rejected(made: Rig) -> None:
    reserve(made)
    assert remote_start(made, OTHER_TAG, 1) == REJECTED
    assert last_reason(made).id == "reservation.kept_for_another"
    assert remote_start(made, TAG, 1) == ACCEPTED
    made.act("plug_in", connector_id=1)
    assert made.calls("StartTransaction")[0]["reservationId"] == 7


def test_a_remote_start_without_a_connector_finds_the_reserved_one(made: Rig) -> None:
    reserve(made, connector_id=2)
    assert remote_start(made, TAG) == ACCEPTED
    assert made.statuses(2) == ["Reserved", "Preparing"]


def test_a_remote_start_without_a_connector_leaves_the_reserved_one_alone(made: Rig) -> None:
    reserve(made)
    assert remote_start(made, OTHER_TAG) == ACCEPTED
    assert made.statuses(2) == ["Preparing"]
    assert remote_start(made, "IDTAG3") == REJECTED


def test_a_remote_start_of_a_tag_of_another_known_group_is_rejected(made: Rig) -> None:
    send(made, 1, "Full", [entry(OTHER_TAG, parentIdTag="OTHERS")])
    reserve(made, parentIdTag="GROUP")
    assert remote_start(made, OTHER_TAG, 1) == REJECTED


def test_a_remote_start_whose_group_turns_out_to_be_another_does_not_start(made: Rig) -> None:
    reserve(made, parentIdTag="OTHERS")
    made.responders["Authorize"] = lambda _: GROUP
    assert remote_start(made, OTHER_TAG, 1) == ACCEPTED
    assert made.statuses(1) == ["Reserved"]
    refusal = connector(made).last_refusal
    assert refusal is not None
    assert refusal.values["own_group"] == "GROUP"


def test_switched_off_the_reservations_there_are_stay_in_force(made: Rig) -> None:
    """S 5.13: a charge point may be configured not to accept reservations."""
    assert reserve(made) == "Accepted"
    made.request("ChangeConfiguration", {"key": "ReservationEnabled", "value": "false"})
    assert reserve(made, 2, 8) == "Rejected"
    assert last_reason(made).text == "ReservationEnabled is false"
    assert active(made) == [7]
