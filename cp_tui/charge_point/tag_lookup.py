"""What would happen if a tag were shown now, and why: for somebody who looks, nothing is done."""

from __future__ import annotations

from cp_tui.charge_point.authorization_rules import AskCsms, TagVerdict
from cp_tui.charge_point.components import Components
from cp_tui.charge_point.connector import Connector
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.rfid_reader import STOPPED, no_connector
from cp_tui.charge_point.variables import TagExplanation, TagOutcome

NO_ANSWER = "the CSMS gives no answer"


def explain_tag(
    components: Components, id_tag: str, connector_id: int | None = None
) -> TagExplanation:
    """Explain a tag by list, cache, keys, connection and reservations as they are now.

    With a connector, also what is against every tag there.
    """
    authorization, reservations = components.authorization, components.reservations
    known, is_stopped = authorization.known(id_tag), components.turn.is_stopped
    parent = known.parent_id_tag if known else None
    found = TagVerdict(False, STOPPED) if is_stopped else authorization.decide(id_tag)
    fallback = None
    if authorization.is_online and not is_stopped:
        fallback = authorization.decide_without_csms(id_tag, NO_ANSWER)
    scope = [c for c in components.connectors[1:] if connector_id in (None, c.connector_id)]
    kept = (reservations.why_not(c, id_tag, parent) for c in scope)
    return TagExplanation(
        id_tag=id_tag,
        known_by=known.by if known else None,
        status=known.status if known else None,
        expiry_date=known.tag.expiry_date if known else None,
        parent_id_tag=parent,
        outcome=_outcome(found),
        reason=found.reason,
        outcome_without_answer=_outcome(fallback) if fallback else None,
        reason_without_answer=fallback.reason if fallback else None,
        reservations=reservations.usable_by(id_tag, parent),
        kept_from_it=tuple(reason for reason in kept if reason is not None),
        connector_id=connector_id,
        obstacle=None if connector_id is None else _obstacle(scope, id_tag),
    )


def _obstacle(scope: list[Connector], id_tag: str) -> Reason | None:
    """Say why no tag can start at a connector; its own transaction a tag would stop."""
    able = [c for c in scope if c.is_free or c.waits_for_tag]
    return None if able else no_connector(scope, id_tag, is_named=True)


def _outcome(found: TagVerdict | AskCsms) -> TagOutcome:
    if isinstance(found, AskCsms):
        return TagOutcome.ASK
    return TagOutcome.ACCEPTED if found.is_accepted else TagOutcome.REFUSED
