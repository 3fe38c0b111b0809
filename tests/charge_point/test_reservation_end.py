"""What ends a reservation, and what it survives (S 5.1, S 5.13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from cp_tui.charge_point import events
from cp_tui.charge_point.effects import Table
from cp_tui.charge_point.variables import TagOutcome
from tests.charge_point.reserving import (
    ACCEPTED,
    active,
    assert_only_legal_steps,
    availability,
    cancel,
    connector,
    fault,
    reserve,
    view,
    why_ended,
)
from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import OTHER_TAG, TAG, set_key


@pytest.fixture
def made() -> Iterator[Rig]:
    """Two connectors; whatever a test does with them, no step may be illegal."""
    charger = rig()
    yield charger
    assert_only_legal_steps(charger)


@pytest.mark.parametrize("way", ["expiry", "cancel"])
def test_a_cable_that_waited_begins_an_attempt_when_the_reservation_ends(
    made: Rig, way: str
) -> None:
    set_key(made, "ConnectionTimeOut", "20")
    reserve(made, minutes=1)
    made.act("plug_in", connector_id=1)
    made.after(30)
    if way == "expiry":
        made.after(30)
    else:
        cancel(made)
    assert made.statuses(1) == ["Reserved", "Preparing"]
    made.after(19)
    assert made.statuses(1) == ["Reserved", "Preparing"]
    made.after(1)
    assert made.statuses(1) == ["Reserved", "Preparing", "Finishing"]


def test_expiry_says_so(made: Rig) -> None:
    reserve(made, minutes=1)
    made.after(60)
    assert why_ended(made) == "reservation.expired"
    assert connector(made).cause == (
        "G1 reservation 7 for IDTAG1: it expired at 2026-01-05 08:01:00Z"
    )
    assert Table.RESERVATION not in made.store or made.store[Table.RESERVATION] == {}


@pytest.mark.parametrize(("reserved", "targets"), [(1, (1,)), (1, (0,)), (0, (0,)), (0, (1, 2))])
def test_unavailable_ends_the_reservation(
    made: Rig, reserved: int, targets: tuple[int, ...]
) -> None:
    reserve(made, connector_id=reserved)
    for connector_id in targets:
        availability(made, connector_id, "Inoperative")
    assert why_ended(made) == "reservation.unavailable"
    assert active(made) == []
    for connector_id in targets:
        availability(made, connector_id, "Operative")
    assert made.statuses(1)[-1] == "Available"


@pytest.mark.parametrize(("reserved", "targets"), [(1, (1,)), (1, (0,)), (0, (0,)), (0, (1, 2))])
def test_a_fault_ends_the_reservation(made: Rig, reserved: int, targets: tuple[int, ...]) -> None:
    reserve(made, connector_id=reserved)
    for connector_id in targets:
        fault(made, connector_id)
    assert why_ended(made) == "reservation.faulted"
    for connector_id in targets:
        made.act("clear_error", connector_id=connector_id)
    assert made.statuses(1)[-1] == "Available"


def test_a_fault_elsewhere_moves_the_connector_kept_for_connector_0(made: Rig) -> None:
    reserve(made, connector_id=0)
    fault(made, 1)
    assert active(made) == [7]
    assert made.statuses(2) == ["Reserved"]
    made.act("clear_error", connector_id=1)
    assert made.statuses(2) == ["Reserved", "Available"]


def test_it_survives_a_power_loss_with_the_cable_in(made: Rig) -> None:
    reserve(made, parentIdTag="GROUP")
    made.act("plug_in", connector_id=1)
    before = view(made).active
    made.forget_sent()
    made.power_cycle()
    assert made.statuses(1) == ["Reserved"]
    assert view(made).active == before
    made.after(300)
    assert made.statuses(1) == ["Reserved"]
    made.act("swipe", id_tag=TAG)
    assert made.calls("StartTransaction")[0]["reservationId"] == 7
    made.power_cycle()
    assert active(made) == []


def test_the_kept_connector_survives_a_power_loss(made: Rig) -> None:
    reserve(made, connector_id=0)
    availability(made, 2, "Inoperative")
    made.forget_sent()
    made.power_cycle()
    assert made.statuses(1) == ["Reserved"]


def test_what_expires_without_power_is_gone_after_the_boot(made: Rig) -> None:
    reserve(made, minutes=1)
    made.now += timedelta(minutes=5)
    made.forget_sent()
    made.power_cycle()
    assert made.statuses(1) == ["Available"]
    assert active(made) == []


def test_it_expires_by_the_clock_of_the_csms(made: Rig) -> None:
    reserve(made, minutes=60)
    ahead = {"currentTime": "2026-01-05T08:50:00Z"}
    made.responders["Heartbeat"] = lambda _: ahead
    made.after(300)
    assert made.statuses(1) == ["Reserved"]
    del made.responders["Heartbeat"]
    made.responders["Heartbeat"] = lambda _: {
        "currentTime": (made.now + timedelta(minutes=45)).isoformat()
    }
    made.after(599)
    assert made.statuses(1) == ["Reserved"]
    made.after(2)
    assert made.statuses(1) == ["Reserved", "Available"]


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_machine_whose_clock_is_wrong_does_not_lose_it_by_a_reboot(hours: int) -> None:
    made = rig(boot=False)

    def boot(_: dict[str, Any]) -> dict[str, Any]:
        time = (made.now + timedelta(hours=hours)).isoformat()
        return {"status": "Accepted", "currentTime": time, "interval": 300}

    made.responders["BootNotification"] = boot
    made.power_on()
    expiry = (made.now + timedelta(hours=hours, minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    payload = {"connectorId": 1, "expiryDate": expiry, "idTag": TAG, "reservationId": 7}
    assert made.request("ReserveNow", payload)[2] == ACCEPTED
    made.connected = False
    made.power_cycle()
    made.after(29 * 60)
    assert active(made) == [7]
    made.after(60)
    assert active(made) == []


def test_it_expires_while_offline(made: Rig) -> None:
    reserve(made, minutes=1)
    made.cut()
    made.after(61)
    made.forget_sent()
    made.reconnect()
    assert made.statuses(1) == ["Available"]


def test_while_stopped_it_expires_and_nothing_else_changes(made: Rig) -> None:
    reserve(made, minutes=1)
    reserve(made, connector_id=2, reservation_id=8)
    made.command(events.Stop)
    made.forget_sent()
    made.after(60)
    assert active(made) == [8]
    assert connector(made).status == "Available"
    assert made.sent == []
    made.command(events.Restart)
    assert (made.statuses(1), made.statuses(2)) == (["Available"], ["Reserved"])


def test_a_reservation_of_a_connector_that_is_not_there_any_more_is_dropped() -> None:
    made = rig(connectors=2)
    reserve(made, connector_id=2)
    fewer = rig(connectors=1, boot=False)
    fewer.store.update(made.store)
    fewer.power_cycle()
    assert active(fewer) == []
    assert why_ended(fewer) == "reservation.no_connector"


def test_the_look_up_tells_which_reservations_concern_a_tag(made: Rig) -> None:
    reserve(made, parentIdTag="GROUP")
    mind: Any = made.charger.mind
    owner = mind.explain_tag(TAG, made.now)
    assert (owner.reservations, owner.kept_from_it) == ((7,), ())
    other = mind.explain_tag(OTHER_TAG, made.now)
    assert other.outcome is TagOutcome.ASK
    assert other.reservations == ()
    assert [reason.values["connector"] for reason in other.kept_from_it] == ["1"]
