"""What came of a tag in one sentence: who, what, why, and what to do next.

Pure: it is told what happened, and asks nobody.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from cp_tui.charge_point.connector import Connector, SwipeEnd
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.refusals import decided_by
from cp_tui.charge_point.variables import RefusedBy, SwipeOutcome, SwipeResult
from cp_tui.ocpp.length import moment

_NEXT = {
    RefusedBy.CSMS: "the CSMS has to allow it before it can charge",
    RefusedBy.LOCAL_LIST: "show another tag, or this one when the CSMS can be asked",
    RefusedBy.CACHE: "show another tag, or this one when the CSMS can be asked",
    RefusedBy.OFFLINE_RULE: "show it again when the CSMS answers",
    RefusedBy.RESERVATION: "use another connector, or wait until the reservation ends",
    RefusedBy.FAULT: "clear the fault, or use another connector",
    RefusedBy.CONNECTOR: "use another connector, or wait until this one is free",
    RefusedBy.TIMEOUT: "show it again",
    RefusedBy.OPERATOR: "restart OCPP first",
    RefusedBy.RULE: "show it again later",
}
"""Who refused -> what to do about it."""
_NEXT_AT_CSMS = {
    "Blocked": "use another tag, or have the CSMS unblock this one",
    "ConcurrentTx": "end its other transaction first, or use another tag",
    "Expired": "use another tag, or have the CSMS renew this one",
    "Invalid": "use another tag, or have the CSMS add this one",
}
"""What the CSMS answered about the tag -> what to do about it."""
_NEXT_AT_NONE = {
    RefusedBy.RESERVATION: "wait until a reservation ends",
    RefusedBy.FAULT: "clear the fault first",
    RefusedBy.CONNECTOR: "wait until a connector is free",
}
"""The same where it was refused at every connector."""
_BOOT_FIRST = ("reader.resetting", "remote_start.resetting", "reset.")
"""Beginnings of ids of reasons that hold until the charge point has booted."""
_OPERATIVE_FIRST = "wait until a connector is in service again"
_DECIDED = frozenset({SwipeOutcome.ACCEPTED, SwipeOutcome.REFUSED, SwipeOutcome.OVERTAKEN})


def swipe_result(id_tag: str, end: SwipeEnd) -> SwipeResult:
    """Put what came of a tag, as things are at this moment, into the answer of `swipe`."""
    connector, outcome = end.connector, end.outcome
    by = None
    if outcome in _DECIDED:
        by = decided_by(end.reason, [] if connector is None else [connector])
    is_accepted = outcome is SwipeOutcome.ACCEPTED
    until = _plug_in_by(connector) if is_accepted else None
    what, then = _sentence(end, by, until)
    is_certain = connector is not None and not (is_accepted and connector.waits_anywhere)
    return SwipeResult(
        id_tag=id_tag,
        connector_id=connector.connector_id if connector is not None and is_certain else None,
        outcome=outcome,
        by=by,
        reason=end.reason,
        text=f"{id_tag} {what}: {end.reason.text}; {then}",
        plug_in_by=until,
    )


def swipe_lost(id_tag: str, connector_id: int | None) -> SwipeResult:
    """Give the answer for a tag that the charge point knows nothing of any more."""
    text = "the charge point lost power and boots again"
    reason = Reason(id="reset.power_lost", rule="cp-tui", text=text)
    result = swipe_result(id_tag, SwipeEnd(SwipeOutcome.OVERTAKEN, None, reason))
    return replace(result, connector_id=connector_id)


def _sentence(end: SwipeEnd, by: RefusedBy | None, until: datetime | None) -> tuple[str, str]:
    """Say what the tag did, and what to do next."""
    connector = end.connector
    where = "" if connector is None else f" on connector {connector.connector_id}"
    match end.outcome:
        case SwipeOutcome.ACCEPTED:
            return "may charge", _next_to_charge(connector, until)
        case SwipeOutcome.STOPPED:
            return f"stopped the transaction{where}", "unplug the cable"
        case SwipeOutcome.CANCELLED:
            return f"does not start{where} any more", "show it once more to start after all"
        case SwipeOutcome.RELEASED:
            return f"released the cable{where}", "take it along"
        case SwipeOutcome.ASKED:
            return "is not decided upon yet", "wait for the answer"
        case SwipeOutcome.OVERTAKEN:
            return "does not start", _next_after_overtaking(end, by)
        case SwipeOutcome.REFUSED:
            status = end.reason.values.get("status")
            if by is RefusedBy.CSMS and status in _NEXT_AT_CSMS:
                return "may not charge", _NEXT_AT_CSMS[status]
            return "may not charge", _next_after_refusal(end, by or RefusedBy.CONNECTOR)


def _next_after_overtaking(end: SwipeEnd, by: RefusedBy | None) -> str:
    if by in (RefusedBy.OPERATOR, RefusedBy.RULE, RefusedBy.FAULT):
        return _next_after_refusal(end, by)
    is_out = end.connector is not None and not end.connector.takes_starts
    return _until_in_service(end.connector) if is_out else "show it again"


def _next_after_refusal(end: SwipeEnd, by: RefusedBy) -> str:
    """Say what helps: not another connector where that is no better."""
    connector = end.connector
    if end.reason.id.startswith(_BOOT_FIRST):
        return "show it again after the boot"
    if connector is None:
        is_out = end.reason.id == "reader.out_of_service"
        return _OPERATIVE_FIRST if is_out else _NEXT_AT_NONE.get(by, _NEXT[by])
    if by is RefusedBy.FAULT and connector.charge_point_fault is not None:
        return "clear the fault of the charge point (connector 0) first"
    is_out = by is RefusedBy.CONNECTOR and not connector.takes_starts
    return _until_in_service(connector) if is_out else _NEXT[by]


def _until_in_service(connector: Connector | None) -> str:
    is_firmware = connector is not None and connector.is_out_for_firmware
    until = "the new firmware is installed" if is_firmware else "the CSMS makes this one Operative"
    return f"use another connector, or wait until {until}"


def _next_to_charge(connector: Connector | None, until: datetime | None) -> str:
    assert connector is not None
    connector_id = connector.connector_id
    if connector.transaction is not None:
        return f"charging begins on connector {connector_id}"
    if connector.is_plugged:
        return f"connector {connector_id} begins as soon as its lock is free"
    at = "at any free connector" if connector.waits_anywhere else f"at connector {connector_id}"
    return f"plug in {at}" + (f" by {moment(until)}" if until else "")


def _plug_in_by(connector: Connector | None) -> datetime | None:
    is_waiting = connector is not None and connector.pending_start and not connector.is_plugged
    return connector.attempt_until if connector is not None and is_waiting else None
