"""A firmware update takes connectors out of service, and that ends their reservations (S 5.13)."""

from __future__ import annotations

import pytest

from cp_tui.charge_point.variables import FileFacts
from tests.charge_point.reserving import (
    active,
    assert_only_legal_steps,
    connector,
    reserve,
    why_ended,
)
from tests.charge_point.rig import NEW_FIRMWARE, Rig, rig
from tests.conformance.steps import TAG

BROKEN = FileFacts(name="x.bin", size_bytes=0, sha256="0" * 64)


def update(made: Rig) -> None:
    request = {"location": "ftp://fw.example/new.bin", "retrieveDate": "2026-01-05T07:00:00Z"}
    made.request("UpdateFirmware", request)


@pytest.mark.parametrize("reserved", [0, 1])
@pytest.mark.parametrize("is_plugged", [False, True])
def test_the_installation_ends_a_reservation_at_once(reserved: int, is_plugged: bool) -> None:
    made = rig()
    reserve(made, reserved)
    if is_plugged:
        made.act("plug_in", connector_id=1)
    update(made)
    assert connector(made).status == "Unavailable"
    assert active(made) == []
    assert why_ended(made) == "reservation.unavailable"
    assert connector(made).reservation is None
    assert_only_legal_steps(made)


def test_offline_as_well_it_ends_in_the_same_instant() -> None:
    made = rig()
    made.carrier = lambda _: None
    reserve(made)
    update(made)
    made.cut()
    made.finish_transfer(NEW_FIRMWARE)
    assert active(made) == []
    assert connector(made).status == "Unavailable"


def test_a_failed_installation_does_not_bring_the_reservation_back() -> None:
    made = rig()
    reserve(made)
    made.carrier = lambda _: BROKEN
    update(made)
    made.after(10)
    assert made.statuses(1) == ["Reserved", "Unavailable", "Available"]
    assert active(made) == []
    assert_only_legal_steps(made)


def test_after_the_installation_the_reservation_is_gone() -> None:
    made = rig()
    reserve(made)
    update(made)
    made.after(30)
    assert made.boots == 2
    assert made.statuses(1)[-1] == "Available"
    assert active(made) == []


def test_a_reserved_connector_stays_reserved_while_the_update_waits_for_another() -> None:
    made = rig()
    made.act("plug_in", connector_id=2)
    made.act("swipe", id_tag="OTHER", connector_id=2)
    reserve(made)
    update(made)
    made.after(60)
    assert made.statuses(1) == ["Reserved"]
    made.act("swipe", id_tag=TAG)
    made.act("plug_in", connector_id=1)
    assert made.calls("StartTransaction")[-1]["reservationId"] == 7
    made.act("swipe", id_tag="OTHER", connector_id=2)
    made.act("swipe", id_tag=TAG, connector_id=1)
    assert made.statuses(1)[-1] == "Unavailable"
    assert_only_legal_steps(made)


def test_a_reservation_that_ends_while_the_update_waits_gives_its_connector_to_it() -> None:
    """E 3.49: what becomes free leaves service."""
    made = rig()
    made.act("plug_in", connector_id=2)
    made.act("swipe", id_tag="OTHER", connector_id=2)
    reserve(made, minutes=5)
    update(made)
    made.after(301)
    assert made.statuses(1) == ["Reserved", "Available", "Unavailable"]
    assert_only_legal_steps(made)


@pytest.mark.parametrize("is_plugged", [False, True])
def test_a_cable_that_is_still_locked_outlives_a_failed_installation(is_plugged: bool) -> None:
    """No way leads from Unavailable to Finishing (status.md, Changes)."""
    made = rig(keys={"UnlockConnectorOnEVSideDisconnect": "false"})
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=TAG, connector_id=1)
    made.act("plug_out", connector_id=1)
    if is_plugged:
        made.act("plug_in", connector_id=1)
    made.carrier = lambda _: BROKEN
    update(made)
    made.after(10)
    assert made.statuses(1)[-1] == "Preparing"
    assert connector(made).is_locked
    made.act("swipe", id_tag=TAG, connector_id=1)
    assert not connector(made).is_locked
    assert_only_legal_steps(made)
