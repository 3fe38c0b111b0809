"""StartTransaction goes out before StatusNotification(Charging), in every way a transaction starts.

Many a CSMS expects it, and the official cases allow both orders (transactions.md, Start and stop).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.charge_point.listing import entry, send
from tests.charge_point.reserving import fault, remote_start, reserve
from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import OTHER_TAG, TAG, charging


def swipe(made: Rig) -> None:
    made.act("swipe", id_tag=TAG, connector_id=1)


def plug(made: Rig) -> None:
    made.act("plug_in", connector_id=1)


def plug_first(made: Rig) -> None:
    plug(made)
    swipe(made)


def tag_first(made: Rig) -> None:
    swipe(made)
    plug(made)


def known_tag(made: Rig) -> None:
    send(made, 1, "Full", [entry(TAG)])
    plug_first(made)
    assert not made.calls("Authorize")


def remote_start_with_a_cable(made: Rig) -> None:
    plug(made)
    remote_start(made, TAG, 1)


def remote_start_before_the_cable(made: Rig) -> None:
    remote_start(made, TAG, 1)
    plug(made)


def reserved(made: Rig) -> None:
    reserve(made)
    plug_first(made)


def after_the_time_out(made: Rig) -> None:
    plug(made)
    made.after(61)
    swipe(made)


def while_something_else_is_open(made: Rig) -> None:
    """The CSMS answers a status late: what waits then goes in the right order."""
    silence(made, "StatusNotification")
    tag_first(made)
    made.after(31)


def once_the_fault_is_gone(made: Rig) -> None:
    swipe(made)
    fault(made, 1)
    plug(made)
    made.act("clear_error", connector_id=1)


def by_a_vehicle_that_does_not_draw(made: Rig) -> None:
    plug(made)
    made.act("suspend_ev", connector_id=1)
    swipe(made)


def offline(made: Rig) -> None:
    send(made, 1, "Full", [entry(TAG)])
    made.cut()
    plug_first(made)
    made.reconnect()


def silence(made: Rig, action: str) -> None:
    made.responders[action] = lambda _: None


WAYS: tuple[Callable[[Rig], None], ...] = (
    plug_first,
    tag_first,
    known_tag,
    remote_start_with_a_cable,
    remote_start_before_the_cable,
    reserved,
    after_the_time_out,
    while_something_else_is_open,
    once_the_fault_is_gone,
    by_a_vehicle_that_does_not_draw,
    offline,
)


def order(made: Rig, connector_id: int = 1) -> list[str]:
    """Give what was said about a connector, in its order."""
    said = []
    for frame in made.sent:
        if frame[0] == 2 and frame[3].get("connectorId") == connector_id:
            said.append(frame[3].get("status") or frame[2])
    return said


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("pre", ["true", "false"])
def test_the_start_of_a_transaction_is_told_before_its_status(
    way: Callable[[Rig], None], pre: str
) -> None:
    made = rig(keys={"AuthorizeRemoteTxRequests": pre, "LocalPreAuthorize": "true"})
    way(made)
    made.after(40)
    said = order(made)
    assert said.count("StartTransaction") == 1
    told = [each for each in said if each in ("Charging", "SuspendedEV", "SuspendedEVSE")]
    assert told
    assert said.index("StartTransaction") < said.index(told[0])
    assert "Preparing" not in said[said.index(told[0]) :]


@pytest.mark.parametrize(("sessions", "is_backlog"), [(1, False), (3, False), (6, True)])
def test_a_status_waits_for_few_messages_and_for_no_backlog(
    sessions: int, is_backlog: bool
) -> None:
    """The status is news, the backlog is history."""
    made = rig()
    send(made, 1, "Full", [entry(TAG)])
    made.cut()
    for _ in range(sessions):
        made.act("plug_in", connector_id=2)
        made.act("swipe", id_tag=TAG, connector_id=2)
        made.act("plug_out", connector_id=2)
    plug_first(made)
    made.forget_sent()
    made.reconnect()
    said = order(made)
    assert len(made.calls("StartTransaction")) == sessions + 1
    assert (said.index("Charging") < said.index("StartTransaction")) is is_backlog


def test_a_start_behind_one_that_is_tried_again_holds_no_status_back() -> None:
    made = rig()
    made.responders["StopTransaction"] = lambda _: "InternalError"
    charging(made, 2, OTHER_TAG)
    made.act("swipe", id_tag=OTHER_TAG, connector_id=2)
    made.forget_sent()
    plug_first(made)
    made.after(10)
    assert "Charging" in made.statuses(1)
    assert not [p for p in made.calls("StartTransaction") if p["idTag"] == TAG]


def test_a_start_that_the_csms_refuses_to_take_holds_no_status_back() -> None:
    made = rig()
    made.responders["StartTransaction"] = lambda _: "InternalError"
    plug_first(made)
    assert order(made) == ["Preparing", "StartTransaction", "Charging"]


def test_a_status_that_is_asked_for_while_pending_does_not_wait_for_a_start() -> None:
    """Before the acceptance no StartTransaction may go (S 4.2)."""
    made = rig()
    offline(made)
    made.forget_sent()
    made.responders["BootNotification"] = lambda _: {
        "status": "Pending",
        "currentTime": made.now.isoformat(),
        "interval": 600,
    }
    made.cut()
    made.act("swipe", id_tag=TAG, connector_id=1)
    made.act("plug_out", connector_id=1)
    plug_first(made)
    made.power_cycle()
    made.reconnect()
    made.forget_sent()
    trigger = {"requestedMessage": "StatusNotification", "connectorId": 1}
    assert made.request("TriggerMessage", trigger)[2] == {"status": "Accepted"}
    assert len(made.calls("StatusNotification")) == 1
    assert not made.calls("StartTransaction")


def test_the_status_after_a_transaction_of_no_time_keeps_its_place() -> None:
    """Charging waits for StartTransaction, and Finishing does not overtake it."""
    made = rig(keys={"LocalPreAuthorize": "true"})
    send(made, 1, "Full", [entry(TAG)])
    plug(made)
    silence(made, "Heartbeat")
    made.request("TriggerMessage", {"requestedMessage": "Heartbeat"})
    swipe(made)
    swipe(made)
    made.after(31)
    said = [each for each in order(made) if each != "Preparing"]
    assert said == ["StartTransaction", "Charging", "Finishing"]
    assert made.calls("StopTransaction")
