"""Rules of reservations, each found and, where the log cannot tell, silent."""

from __future__ import annotations

from typing import Any

import pytest

from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import format_date_time
from cp_tui.traces.record import LinkKind
from tests.explain.talk import Talk, status


def reserved(talk: Talk, answer: str = "Accepted", expires_s: float = 600, **more: Any) -> None:
    """The CSMS reserves connector 1."""
    payload = {
        "connectorId": 1,
        "expiryDate": format_date_time(later(talk.now, expires_s)),
        "idTag": "TAG-1",
        "reservationId": 5,
    }
    talk.ask("ReserveNow", payload | more, {"status": answer})


def booted(*, with_reservation: bool = True, **more: Any) -> Talk:
    talk = Talk()
    talk.booted()
    if with_reservation:
        reserved(talk, **more)
        talk.tell("StatusNotification", status(1, "Reserved"))
    return talk


def started(talk: Talk, tag: str = "TAG-1", parent: str | None = None, **more: Any) -> None:
    info = {"status": "Accepted"} | ({"parentIdTag": parent} if parent else {})
    talk.tell("Authorize", {"idTag": tag}, {"idTagInfo": info})
    talk.tell("StatusNotification", status(1, "Preparing"))
    start = {"connectorId": 1, "idTag": tag, "meterStart": 0, "timestamp": talk.time}
    talk.tell("StartTransaction", start | more, {"transactionId": 9, "idTagInfo": info})


def test_the_reserved_tag_names_its_reservation() -> None:
    talk = booted()
    started(talk, reservationId=5)
    assert talk.found() == []
    talk = booted()
    started(talk)
    assert "5" in talk.only("reservation.id_missing").text
    talk = booted()
    started(talk, reservationId=6)
    assert "never made" in talk.only("reservation.id_missing").text


def test_another_tag_does_not_start_on_a_reserved_connector() -> None:
    talk = booted()
    started(talk, "TAG-2")
    assert talk.only("reservation.other_tag_started").at_fault == "charger"
    # Of one group, or reserved for one group of which nobody knows who belongs to it.
    for parent in ("g", None):
        talk = booted(parentIdTag="G")
        started(talk, "TAG-2", parent)
        assert talk.found() == []
    talk = booted()
    started(talk, "TAG-2", "G")
    assert talk.found() == []
    assert "reservation.other_tag_started" in talk.noted()


def test_what_has_expired_or_may_have_been_cancelled_binds_nobody() -> None:
    talk = booted(expires_s=5)
    talk.wait(10)
    started(talk, "TAG-2")
    assert "reservation.other_tag_started" not in talk.noted()
    talk = booted()
    talk.link(LinkKind.CLOSE)
    talk.link(LinkKind.OPEN)
    started(talk, "TAG-2")
    assert "reservation.other_tag_started" not in talk.noted()


def test_reserved_is_told_and_ends() -> None:
    talk = booted(with_reservation=False)
    reserved(talk)
    talk.wait(20)
    talk.tell("Heartbeat", {}, {"currentTime": talk.time})
    assert talk.found() == []
    talk.wait(20)
    talk.tell("Heartbeat", {}, {"currentTime": talk.time})
    assert talk.only("reservation.status_missing").frames[0].number == 8


@pytest.mark.parametrize("is_cancelled", [False, True])
@pytest.mark.parametrize("is_told", [False, True])
def test_a_reservation_that_is_over_frees_the_connector(is_cancelled: bool, is_told: bool) -> None:
    talk = booted(expires_s=900 if is_cancelled else 30)
    if is_cancelled:
        talk.ask("CancelReservation", {"reservationId": 5}, {"status": "Accepted"})
    else:
        talk.wait(30)
    if is_told:
        talk.tell("StatusNotification", status(1, "Available"))
    talk.wait(70)
    talk.tell("Heartbeat", {}, {"currentTime": talk.time})
    assert talk.found() == ([] if is_told else ["reservation.not_ended"])


@pytest.mark.parametrize(
    ("id", "answer", "is_wrong"),
    [(5, "Accepted", False), (5, "Rejected", True), (6, "Rejected", False), (6, "Accepted", True)],
)
def test_cancel_fits_what_is_reserved(id: int, answer: str, is_wrong: bool) -> None:
    talk = booted()
    talk.ask("CancelReservation", {"reservationId": id}, {"status": answer})
    assert talk.found() == (["reservation.cancel_mismatch"] if is_wrong else [])
    cold = Talk()
    cold.ask("CancelReservation", {"reservationId": id}, {"status": answer})
    assert cold.found() == []


def test_a_refusal_that_does_not_fit_the_status_is_noted() -> None:
    for answer, told in (("Occupied", "Available"), ("Faulted", "Available")):
        talk = booted(with_reservation=False)
        reserved(talk, answer)
        assert told in talk.only("reservation.rejected_codes").text
    talk = booted(with_reservation=False)
    talk.tell("StatusNotification", status(1, "Unavailable"))
    reserved(talk, "Unavailable")
    assert talk.noted() == []
