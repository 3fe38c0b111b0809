"""Steps and questions that the tests of reservations share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cp_tui.charge_point.effects import Log
from cp_tui.charge_point.variables import ConnectorView, ReservationsView
from tests.charge_point.rig import Rig
from tests.conformance.steps import TAG

GROUP = {"idTagInfo": {"status": "Accepted", "parentIdTag": "GROUP"}}
ACCEPTED = {"status": "Accepted"}
REJECTED = {"status": "Rejected"}


def reserve(
    made: Rig,
    connector_id: int = 1,
    reservation_id: int = 7,
    *,
    tag: str = TAG,
    minutes: float = 30,
    **more: str,
) -> str:
    expiry = (made.now + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    payload: dict[str, Any] = {
        "connectorId": connector_id,
        "expiryDate": expiry,
        "idTag": tag,
        "reservationId": reservation_id,
        **more,
    }
    status = made.request("ReserveNow", payload)[2]["status"]
    assert isinstance(status, str)
    return status


def cancel(made: Rig, reservation_id: int = 7) -> None:
    assert made.request("CancelReservation", {"reservationId": reservation_id})[2] == ACCEPTED


def remote_start(made: Rig, tag: str, connector_id: int | None = None) -> Any:
    request: dict[str, Any] = {"idTag": tag}
    if connector_id is not None:
        request["connectorId"] = connector_id
    return made.request("RemoteStartTransaction", request)[2]


def availability(made: Rig, connector_id: int, kind: str) -> None:
    made.request("ChangeAvailability", {"connectorId": connector_id, "type": kind})


def fault(made: Rig, connector_id: int) -> None:
    made.act("raise_error", connector_id=connector_id, error_code="GroundFailure")


def view(made: Rig) -> ReservationsView:
    value = made.variables["reservations"]
    assert isinstance(value, ReservationsView)
    return value


def active(made: Rig) -> list[int]:
    return [each.reservation_id for each in view(made).active]


def why_ended(made: Rig) -> str:
    return view(made).ended[0].reason.id


def connector(made: Rig, connector_id: int = 1) -> ConnectorView:
    value: Any = made.variables["connectors"]
    found = value[connector_id]
    assert isinstance(found, ConnectorView)
    return found


def last_reason(made: Rig) -> Any:
    records: list[Any] = [event for name, event in made.events if name == "messages"]
    return next(each.reason for each in reversed(records) if each.reason)


def assert_only_legal_steps(made: Rig) -> None:
    """Every change of status must be in the table of S 4.9."""
    logged = [effect.text for effect in made.effects if isinstance(effect, Log)]
    assert [text for text in logged if "no legal transition" in text] == []
