"""What the table of the CSMS says of a run, as verdicts beside those of its limits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cp_tui.fleet.billed import BilledError, OurTransaction, compare, read_billed
from cp_tui.fleet.limits import LimitVerdict
from cp_tui.ocpp.plural import count


def billed_verdicts(
    path: Path | None, transactions: Sequence[OurTransaction]
) -> tuple[list[LimitVerdict], list[str]]:
    """Hold what the CSMS has billed against the transactions; gives notes beside the verdicts."""
    if path is None:
        return [], []
    name = f"--billed {path}"
    try:
        found = compare(transactions, read_billed(path))
    except BilledError as error:
        return [LimitVerdict(name, None, False, f"--billed {error}")], []
    if not found.transactions and found.is_held:
        # No verdict: nothing was looked for.
        return [], [f"{name}: there was no transaction to look for", *found.notes]
    number = count(found.transactions, "transaction")
    words = found.faults or (f"{path}: {number} looked for, each billed once with its energy",)
    verdicts = [LimitVerdict(name, None, found.is_held, text) for text in words]
    return verdicts, list(found.notes)
