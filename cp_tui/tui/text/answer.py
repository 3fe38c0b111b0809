"""What came of a composed message, in words: the answer as it stands, its latency, its defects."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue
from textual.content import Content

from cp_tui.charge_point.reason import Reason
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.json_text import value_line
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.styles import BOLD_BAD, BOLD_GOOD, BOLD_ODD
from cp_tui.tui.text.words import joined, latency

REFUSING = frozenset({"Rejected", "NotSupported", "Failed", "UnlockFailed", "Faulted", "Occupied"})

_ANSWERED = frozenset({"composer.callresult", "composer.callerror"})

NO_ANSWER: Mapping[str, str] = {
    "timeout": "no answer in time",
    "lost": "the connection went before the answer",
    "sent": "sent; no answer is due",
    "invalid": "the answer is no OCPP frame",
}


def answer_summary(result: Mapping[str, JsonValue]) -> Content:
    """The outcome in a line."""
    kind = f"{result.get('kind')}"
    if kind in NO_ANSWER:
        return Content.styled(NO_ANSWER[kind], BOLD_ODD if kind == "sent" else BOLD_BAD)
    took_ms = result.get("latency_ms")
    timing = f"in {latency(took_ms)}" if isinstance(took_ms, int | float) else ""
    if kind == "CALLERROR":
        code = safe_text(f"{result.get('code')}", BOLD_BAD)
        return joined([Content.assemble(Content.styled("CALLERROR ", BOLD_BAD), code), timing])
    status = _status(result.get("payload"))
    style = BOLD_BAD if status in REFUSING else BOLD_GOOD
    head = Content.styled(f"CALLRESULT {drawn(status)}".rstrip(), style)
    return joined([head, timing])


def answer_facts(result: Mapping[str, JsonValue]) -> tuple[Fact, ...]:
    """What the answer holds."""
    facts: list[Fact] = []
    if (description := result.get("description")) not in (None, ""):
        facts.append(Fact("Description", safe_text(f"{description}")))
    if details := result.get("details"):
        facts.append(Fact("Details", value_line(details)))
    if "payload" in result:
        facts.append(Fact("Payload", value_line(result["payload"])))
    if isinstance(flaws := result.get("flaws"), list):
        facts += [Fact("Flaw", safe_text(f"{flaw}", BOLD_ODD)) for flaw in flaws]
    if (message_id := result.get("message_id")) is not None:
        facts.append(Fact("Message id", safe_text(f"{message_id}", "$text-muted")))
    return tuple(facts)


def telling(reason: Reason | None) -> Reason | None:
    """The reason of an outcome, unless it only repeats that an answer came."""
    has_answer = reason is not None and reason.id in _ANSWERED
    return None if has_answer and reason is not None and not reason.values.get("beside") else reason


def _status(payload: JsonValue) -> str:
    if not isinstance(payload, dict):
        return ""
    info = payload.get("idTagInfo")
    status = payload.get("status", info.get("status") if isinstance(info, dict) else None)
    return status if isinstance(status, str) else ""
