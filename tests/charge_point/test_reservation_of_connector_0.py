"""A reservation of connector 0: one connector stays free for it (S 5.13)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.charge_point.reserving import (
    ACCEPTED,
    REJECTED,
    active,
    assert_only_legal_steps,
    availability,
    cancel,
    connector,
    fault,
    last_reason,
    remote_start,
    reserve,
)
from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import OTHER_TAG, TAG


@pytest.fixture
def made() -> Iterator[Rig]:
    """Two connectors; whatever a test does with them, no step may be illegal."""
    charger = rig()
    yield charger
    assert_only_legal_steps(charger)


def test_connector_0_keeps_the_last_free_connector(made: Rig) -> None:
    assert reserve(made, connector_id=0) == "Accepted"
    assert made.actions() == []
    assert connector(made, 0).reservation is not None
    made.act("plug_in", connector_id=1)
    assert made.statuses(2) == ["Reserved"]
    assert made.statuses(0) == []
    made.act("swipe", id_tag=OTHER_TAG, connector_id=2)
    assert made.statuses(2) == ["Reserved"]
    made.act("plug_out", connector_id=1)
    assert made.statuses(2) == ["Reserved", "Available"]


def test_connector_0_is_used_at_any_connector(made: Rig) -> None:
    reserve(made, connector_id=0)
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=TAG)
    start = made.calls("StartTransaction")[0]
    assert (start["connectorId"], start["reservationId"]) == (1, 7)
    assert made.statuses(2) == ["Reserved", "Available"]
    assert active(made) == []


def test_the_kept_connector_serves_the_tag_of_connector_0(made: Rig) -> None:
    reserve(made, connector_id=0)
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=OTHER_TAG)
    made.act("plug_in", connector_id=2)
    assert made.statuses(2) == ["Reserved"]
    made.act("swipe", id_tag=TAG)
    assert made.statuses(2) == ["Reserved", "Preparing", "Charging"]
    assert made.calls("StartTransaction")[-1]["reservationId"] == 7


def test_a_cable_in_the_kept_connector_is_let_go_once_another_one_is_free(made: Rig) -> None:
    reserve(made, connector_id=0)
    made.act("plug_in", connector_id=1)
    made.act("plug_in", connector_id=2)
    assert made.statuses(2) == ["Reserved"]
    made.act("plug_out", connector_id=1)
    assert made.statuses(1) == ["Preparing", "Available", "Reserved"]
    assert made.statuses(2) == ["Reserved", "Preparing"]
    made.after(60)
    assert made.statuses(2) == ["Reserved", "Preparing", "Finishing"]


def test_as_many_connectors_are_kept_as_are_reserved() -> None:
    made = rig(connectors=3)
    assert reserve(made, connector_id=0, reservation_id=1) == "Accepted"
    assert reserve(made, connector_id=0, reservation_id=2, tag=OTHER_TAG) == "Accepted"
    assert [made.statuses(n) for n in (1, 2, 3)] == [[], [], []]
    made.act("plug_in", connector_id=1)
    assert [made.statuses(n)[-1] for n in (2, 3)] == ["Reserved", "Reserved"]
    assert reserve(made, connector_id=0, reservation_id=3) == "Occupied"
    assert reserve(made, connector_id=2, reservation_id=3) == "Occupied"
    assert last_reason(made).text == (
        "no connector is left: 2 free and kept for reservation 1 for IDTAG1"
    )
    made.act("swipe", id_tag=OTHER_TAG, connector_id=3)
    made.act("plug_in", connector_id=3)
    assert made.calls("StartTransaction")[0]["reservationId"] == 2
    assert made.statuses(2)[-1] == "Reserved"
    cancel(made, 1)
    assert made.statuses(2)[-1] == "Available"


def test_a_connector_can_be_reserved_while_enough_others_are_free(made: Rig) -> None:
    reserve(made, connector_id=0)
    assert reserve(made, connector_id=1, reservation_id=8) == "Accepted"
    assert (made.statuses(1), made.statuses(2)) == (["Reserved"], ["Reserved"])


def test_another_tag_may_take_a_connector_as_long_as_one_remains(made: Rig) -> None:
    reserve(made, connector_id=0)
    assert remote_start(made, OTHER_TAG) == ACCEPTED
    assert made.statuses(2) == ["Reserved"]
    assert remote_start(made, "IDTAG3") == REJECTED
    # The cable goes into the other one: then the first one is kept.
    made.act("plug_in", connector_id=2)
    assert made.calls("StartTransaction")[0]["connectorId"] == 2
    assert made.statuses(2) == ["Reserved", "Preparing", "Charging"]
    assert made.statuses(1) == ["Preparing", "Available", "Reserved"]


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ("faulted", "faulted", "Faulted"),
        ("faulted", "unavailable", "Unavailable"),
        ("faulted", "occupied", "Occupied"),
        ("unavailable", "occupied", "Occupied"),
        ("occupied", "occupied", "Occupied"),
        ("occupied", None, "Accepted"),
    ],
)
def test_of_mixed_obstacles_the_one_easiest_to_overcome_is_told(
    made: Rig, first: str, second: str | None, status: str
) -> None:
    for connector_id, state in ((1, first), (2, second)):
        match state:
            case "faulted":
                fault(made, connector_id)
            case "unavailable":
                availability(made, connector_id, "Inoperative")
            case "occupied":
                made.act("plug_in", connector_id=connector_id)
    assert reserve(made, connector_id=0) == status
