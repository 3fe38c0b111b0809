"""A file on its way, in words: where to, which try, how much has moved, what went wrong."""

from __future__ import annotations

from textual.content import Content

from cp_tui.charge_point.variables import Transfer
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.words import Clock, joined, percent, size


def moved(transfer: Transfer) -> str:
    """What has moved in the present try; with the share where the whole is known."""
    done, total = transfer.done_bytes, transfer.total_bytes
    if done is None:
        return ""
    if not total:
        return size(done)
    return f"{percent(min(100.0, 100 * done / total))}, {size(done)} of {size(total)}"


def tries(transfer: Transfer) -> str:
    """Which try of how many."""
    return f"try {transfer.attempt} of {transfer.attempts_max}" if transfer.attempt else ""


def transfer_facts(transfer: Transfer, place: str, clock: Clock, *, waits: bool) -> list[Fact]:
    """Everything about a transfer; `place` is the label of its location."""
    facts = [Fact(place, safe_text(transfer.location))]
    if transfer.attempt:
        text = f"{transfer.attempt} of {transfer.attempts_max}"
        at = transfer.next_try_at
        next_try = f"next at {clock.time(at)}" if waits and at is not None else ""
        facts.append(Fact("Try", joined([text, next_try])))
    if words := moved(transfer):
        facts.append(Fact("Moved", Content(words)))
    if transfer.last_error:
        before = "the try before: " if words and not waits else ""
        facts.append(Fact("Error", safe_text(f"{before}{transfer.last_error}", "$text-warning")))
    return facts
