"""What may happen while Authorize is under way, and the charger that it happens to."""

from __future__ import annotations

import json
from typing import Any

from cp_tui.charge_point.config import ConnectorConfig
from cp_tui.charge_point.events import Restart, Stop
from cp_tui.charge_point.variables import ConnectorView, SwipeOutcome
from tests.charge_point.listing import entry, send
from tests.charge_point.reserving import availability, connector, fault, remote_start, reserve
from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import TAG

TIMEOUT_S = 30
"""MessageTimeout."""


KEYS = {"AllowOfflineTxForUnknownId": "false", "AuthorizeRemoteTxRequests": "true"}


def charger(**keys: str) -> Rig:
    """Build a charger whose CSMS does not answer Authorize by itself."""
    made = rig(keys=KEYS | keys)
    made.responders["Authorize"] = lambda _: None
    return made


def with_fixed_cables() -> Rig:
    """Build the same with cables that nobody can unlock."""
    made = rig(hardware=(ConnectorConfig(fixed_cable=True),) * 2, keys=KEYS)
    made.responders["Authorize"] = lambda _: None
    return made


def answer(made: Rig, tag: str = TAG, *, info: dict[str, Any] | None = None) -> None:
    """Answer the Authorize of a tag, however late; the frame finds the charge point or not."""
    frame = next(f for f in reversed(made.sent) if f[2:] == ["Authorize", {"idTag": tag}])
    made.receive(json.dumps([3, frame[1], info or {"idTagInfo": {"status": "Accepted"}}]))


def begin(made: Rig, how: str) -> int | None:
    """Show the tag at the reader of connector 1, or have the CSMS start there."""
    if how == "local":
        return made.swipe(TAG, 1)
    assert remote_start(made, TAG, 1) == {"status": "Accepted"}
    return None


def starts(made: Rig, tag: str = TAG) -> list[int]:
    found = [p for p in made.calls("StartTransaction") if p["idTag"] == tag]
    return [p["connectorId"] for p in found]


def connectors(made: Rig) -> tuple[ConnectorView, ...]:
    view: Any = made.variables["connectors"]
    return tuple(view[1:])


def can_still_charge(made: Rig) -> None:
    """Put everything right, and charge with another tag at each connector."""
    made.responders.clear()
    made.after(120)
    made.command(Stop)
    made.command(Restart)
    made.after(200)
    for fault_at in (0, 1, 2):
        if any(each.blocks_charging for each in connector(made, fault_at).faults):
            made.act("clear_error", connector_id=fault_at)
    availability(made, 0, "Operative")
    for connector_id in (1, 2):
        if connector(made, connector_id).is_lock_jammed:
            made.act("jam_lock", connector_id=connector_id, jammed=False)
        if connector(made, connector_id).is_plugged:
            unplug(made, connector_id)
    made.request("CancelReservation", {"reservationId": 7})
    for connector_id in (1, 2):
        plug(made, connector_id)
        made.act("swipe", id_tag=f"NEXT{connector_id}", connector_id=connector_id)
        assert starts(made, f"NEXT{connector_id}") == [connector_id]


def plug(made: Rig, connector_id: int = 1) -> None:
    made.act("plug_in", connector_id=connector_id)


def unplug(made: Rig, connector_id: int = 1) -> None:
    made.act("plug_out", connector_id=connector_id)


def nothing(made: Rig) -> None:
    """The answer comes, and that is all."""


def plugged_in(made: Rig) -> None:
    plug(made)


def pulled(made: Rig) -> None:
    unplug(made)


def pulled_and_plugged_again(made: Rig) -> None:
    unplug(made)
    plug(made)


def plugged_and_pulled(made: Rig) -> None:
    plug(made)
    unplug(made)


def moved_to_2(made: Rig) -> None:
    unplug(made)
    plug(made, 2)


def plugged_at_2(made: Rig) -> None:
    plug(made, 2)


def plugged_at_2_and_pulled(made: Rig) -> None:
    plug(made, 2)
    unplug(made, 2)


def faulted(made: Rig) -> None:
    fault(made, 1)


def faulted_for_a_while(made: Rig) -> None:
    fault(made, 1)
    made.act("clear_error", connector_id=1)


def all_faulted(made: Rig) -> None:
    fault(made, 0)


def warned(made: Rig) -> None:
    made.act("raise_error", connector_id=1, error_code="WeakSignal")


def emergency(made: Rig) -> None:
    made.act("press_emergency_stop")


def emergency_for_a_while(made: Rig) -> None:
    made.act("press_emergency_stop")
    made.act("clear_error", connector_id=0)


def jammed(made: Rig) -> None:
    made.act("jam_lock", connector_id=1, jammed=True)


def jammed_for_a_while(made: Rig) -> None:
    made.act("jam_lock", connector_id=1, jammed=True)
    made.act("jam_lock", connector_id=1, jammed=False)


def plugged_into_a_jam(made: Rig) -> None:
    made.act("jam_lock", connector_id=1, jammed=True)
    plug(made)


def unavailable(made: Rig) -> None:
    availability(made, 1, "Inoperative")


def all_unavailable(made: Rig) -> None:
    availability(made, 0, "Inoperative")


def unavailable_for_a_while(made: Rig) -> None:
    availability(made, 1, "Inoperative")
    availability(made, 1, "Operative")


def reserved_for_another(made: Rig) -> None:
    assert reserve(made, tag="SOMEBODY") == "Occupied"


def reserved_without_a_connector(made: Rig) -> None:
    assert reserve(made, 0, tag="SOMEBODY") == "Accepted"


def soft_reset(made: Rig) -> None:
    made.request("Reset", {"type": "Soft"})


def hard_reset(made: Rig) -> None:
    made.request("Reset", {"type": "Hard"})


def power_cut(made: Rig) -> None:
    made.power_cycle()


def mains_failed(made: Rig) -> None:
    made.act("fail_mains")


def stopped(made: Rig) -> None:
    made.command(Stop)


def stopped_and_restarted(made: Rig) -> None:
    made.command(Stop)
    made.command(Restart)


def link_lost(made: Rig) -> None:
    made.cut()


def link_lost_and_back(made: Rig) -> None:
    made.cut()
    made.reconnect()


def listed_as_blocked_and_link_lost(made: Rig) -> None:
    send(made, 1, "Full", [entry(TAG, "Blocked")])
    made.cut()


def listed_as_accepted_and_link_lost(made: Rig) -> None:
    send(made, 1, "Full", [entry(TAG)])
    made.cut()


def listed_as_blocked(made: Rig) -> None:
    send(made, 1, "Full", [entry(TAG, "Blocked")])


def cache_cleared(made: Rig) -> None:
    made.request("ClearCache")


def silence(made: Rig) -> None:
    made.after(TIMEOUT_S + 1)


def shown_again(made: Rig) -> None:
    made.act("swipe", id_tag=TAG.lower(), connector_id=1)


def another_shown(made: Rig) -> None:
    came = made.came(made.swipe("SOMEBODY", 1))
    assert came is not None
    assert came.outcome is SwipeOutcome.REFUSED
    assert f"1 is being authorized for {TAG}" in came.text


def asked_remotely_again(made: Rig) -> None:
    assert remote_start(made, "SOMEBODY", 1) == {"status": "Rejected"}


def stopped_remotely(made: Rig) -> None:
    answer = made.request("RemoteStopTransaction", {"transactionId": 0})
    assert answer[2] == {"status": "Rejected"}


def unlocked(made: Rig) -> None:
    made.request("UnlockConnector", {"connectorId": 1})


def unlocked_where_it_jams(made: Rig) -> None:
    """The lock fails, and the wish that nobody charges here stands; then it is free again."""
    made.act("jam_lock", connector_id=1, jammed=True)
    answer = made.request("UnlockConnector", {"connectorId": 1})
    assert answer[2] == {"status": "UnlockFailed"}
    made.act("jam_lock", connector_id=1, jammed=False)


def unlocked_at_2(made: Rig) -> None:
    made.request("UnlockConnector", {"connectorId": 2})


def stop_pressed_at_2(made: Rig) -> None:
    made.act("press_stop", connector_id=2)


def unavailable_at_2(made: Rig) -> None:
    availability(made, 2, "Inoperative")


def answered_with_too_much(made: Rig) -> None:
    """The proper answer that follows comes to nothing that is open."""
    frame = next(f for f in reversed(made.sent) if f[2:] == ["Authorize", {"idTag": TAG}])
    made.receive(json.dumps([3, frame[1], {"idTagInfo": {"status": "Accepted"}}, 1]))


def stop_pressed(made: Rig) -> None:
    made.act("press_stop", connector_id=1)


def vehicle_paused(made: Rig) -> None:
    made.act("suspend_ev", connector_id=1)


def firmware_update(made: Rig) -> None:
    request = {"location": "http://127.0.0.1/f.bin", "retrieveDate": "2020-01-01T00:00:00Z"}
    made.request("UpdateFirmware", request)


def connection_time_out(made: Rig) -> None:
    """Shorter here than the patience with the CSMS."""
    made.after(25)
