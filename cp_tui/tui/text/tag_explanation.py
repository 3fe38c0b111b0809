"""What would happen if a tag were shown now, in steps: what is known, what decides, and why."""

from __future__ import annotations

from textual.content import Content

from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables import TagExplanation, TagOutcome
from cp_tui.ocpp.datatypes import AuthorizationStatus
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.styles import BOLD_BAD, BOLD_GOOD, BOLD_ODD
from cp_tui.tui.text.words import joined, reason_text, utc

OUTCOMES = {
    TagOutcome.ACCEPTED: ("may start", BOLD_GOOD),
    TagOutcome.REFUSED: ("is refused", BOLD_BAD),
    TagOutcome.ASK: ("the CSMS is asked", BOLD_ODD),
}

DECIDING_KEYS = (
    "LocalAuthListEnabled",
    "AuthorizationCacheEnabled",
    "LocalPreAuthorize",
    "LocalAuthorizeOffline",
    "AllowOfflineTxForUnknownId",
)
"""What the table of decisions is made from (S 3.4, S 3.5)."""


def status_word(status: AuthorizationStatus) -> Content:
    """The status with a colour that says whether it may charge."""
    is_good = status is AuthorizationStatus.ACCEPTED
    return Content.styled(status.value, "$text-success" if is_good else "bold $text-error")


def outcome_word(outcome: TagOutcome) -> Content:
    """What becomes of the tag."""
    word, style = OUTCOMES[outcome]
    return Content.styled(word, style)


def summary(explanation: TagExplanation) -> Content:
    """The answer in a line: what becomes of the tag, or what stands in the way of every tag."""
    if explanation.obstacle is not None or _is_kept_away(explanation):
        return Content.styled(f"is refused at connector {explanation.connector_id}", BOLD_BAD)
    return outcome_word(explanation.outcome)


def explanation_facts(explanation: TagExplanation) -> list[Fact]:
    """The steps, in the order in which the charge point takes them."""
    facts = [Fact("Tag", safe_text(explanation.id_tag, "bold")), Fact("Known", _known(explanation))]
    if explanation.connector_id is not None:
        facts.append(Fact(f"Connector {explanation.connector_id}", _connector(explanation)))
    facts += [Fact("Reserved", reason_text(each)) for each in explanation.kept_from_it]
    if explanation.reservations:
        ids = ", ".join(map(str, explanation.reservations))
        facts.append(Fact("Reserved", Content(f"it may use reservation {ids}")))
    without, reason = explanation.outcome_without_answer, explanation.reason_without_answer
    now = _verdict(explanation.outcome, explanation.reason)
    if without is None or reason is None:
        return [*facts, Fact("Offline", now)]
    return [*facts, Fact("Online", now), Fact("Offline", _verdict(without, reason))]


def deciding_keys(snapshot: Snapshot) -> Content:
    """The keys of the decision with their values, as they are now."""
    values: list[str] = []
    for key in DECIDING_KEYS:
        entry = snapshot.entry(key)
        values.append(f"{key} {drawn(entry.value or '') if entry else 'not known'}")
    return Content(" · ".join(values))


def _is_kept_away(explanation: TagExplanation) -> bool:
    return explanation.connector_id is not None and bool(explanation.kept_from_it)


def _known(explanation: TagExplanation) -> Content:
    if explanation.known_by is None or explanation.status is None:
        return Content("neither by the local list nor by the authorization cache")
    group = explanation.parent_id_tag
    return joined(
        [
            Content.assemble(
                safe_text(explanation.known_by), ": ", status_word(explanation.status)
            ),
            f"until {utc(explanation.expiry_date)}" if explanation.expiry_date else "",
            safe_text(f"group {group}") if group else "",
        ]
    )


def _connector(explanation: TagExplanation) -> Content:
    if explanation.obstacle is None:
        return Content("takes a tag now")
    return reason_text(explanation.obstacle)


def _verdict(outcome: TagOutcome, reason: Reason) -> Content:
    return Content.assemble(outcome_word(outcome), ": ", reason_text(reason))
