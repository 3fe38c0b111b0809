"""Why sessions did not start: remembered at the connector, and told on the stream `refusals`."""

from __future__ import annotations

from collections.abc import Sequence

from cp_tui.charge_point.connector import Connector
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import Refusal, RefusedBy

_BY = (
    ("authorization.csms.", RefusedBy.CSMS),
    ("authorization.list.", RefusedBy.LOCAL_LIST),
    ("authorization.cache.", RefusedBy.CACHE),
    ("authorization.offline.list_", RefusedBy.LOCAL_LIST),
    ("authorization.offline.cache_", RefusedBy.CACHE),
    ("authorization.offline.", RefusedBy.OFFLINE_RULE),
    ("transactions.refused", RefusedBy.CSMS),
    ("remote_start.not_accepted", RefusedBy.CSMS),
    ("remote_start.no_tag", RefusedBy.RULE),
    ("unlock_connector.", RefusedBy.CSMS),
    ("remote_start.authorizes", RefusedBy.CSMS),
    ("reservation.", RefusedBy.RESERVATION),
    ("remote_start.resetting", RefusedBy.RULE),
    ("remote_start.", RefusedBy.CONNECTOR),
    ("reader.stopped", RefusedBy.OPERATOR),
    ("reader.resetting", RefusedBy.RULE),
    ("reader.faulted", RefusedBy.FAULT),
    ("reader.", RefusedBy.CONNECTOR),
    ("attempts.", RefusedBy.CONNECTOR),
    ("sessions.connection_timeout", RefusedBy.TIMEOUT),
    ("sessions.emergency_stop", RefusedBy.FAULT),
    ("sessions.leaving", RefusedBy.CSMS),
    ("sessions.", RefusedBy.CONNECTOR),
)
"""Beginning of the id of a reason -> who said so; the first that fits counts."""


def note_refusal(
    turn: Turn,
    scope: Sequence[Connector],
    reason: Reason,
    id_tag: str | None = None,
    *,
    is_remote: bool = False,
) -> None:
    """Note why nobody may start at these connectors; a scope of none concerns all or nothing."""
    refusal = Refusal(
        at=turn.now,
        connector_id=scope[0].connector_id if len(scope) == 1 else None,
        id_tag=id_tag,
        by=decided_by(reason, scope),
        key=reason.values.get("key"),
        is_remote=is_remote,
        reason=reason,
    )
    for connector in scope:
        connector.refusal = refusal
    turn.event("refusals", refusal)
    turn.changed("connectors")


def decided_by(reason: Reason, scope: Sequence[Connector] = ()) -> RefusedBy:
    """Say who decided, by the reason that was given and the connectors that it concerns."""
    found = next((by for start, by in _BY if reason.id.startswith(start)), RefusedBy.RULE)
    is_fault = found is RefusedBy.CONNECTOR and scope and all(c.is_faulted for c in scope)
    return RefusedBy.FAULT if is_fault else found
