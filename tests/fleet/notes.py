"""A watcher that writes down what it is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from cp_tui.fleet.bill import BillEntry
from cp_tui.fleet.watcher import Outcome


@dataclass
class Notes:
    """What a station has told."""

    answers: list[tuple[str, float, Outcome, str]] = field(default_factory=list)
    ages: list[tuple[str, float]] = field(default_factory=list)
    asks: list[tuple[str, str, float]] = field(default_factory=list)
    connects: list[float] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)
    backs: list[float] = field(default_factory=list)
    accepts: list[float] = field(default_factory=list)
    charges: list[float] = field(default_factory=list)
    waits: int = 0
    tags_refused: list[tuple[str, str]] = field(default_factory=list)
    entries: list[BillEntry] = field(default_factory=list)

    def answered(self, action: str, answer_s: float, outcome: Outcome, detail: str = "") -> None:
        self.answers.append((action, answer_s, outcome, detail))

    def aged(self, action: str, age_s: float) -> None:
        self.ages.append((action, age_s))

    def asked(self, action: str, status: str, took_s: float) -> None:
        self.asks.append((action, status, took_s))

    def connected(self, took_s: float) -> None:
        self.connects.append(took_s)

    def refused(self, step: str, why: str) -> None:
        self.refusals.append((step, why))

    def lost(self, why: str) -> None:
        self.losses.append(why)

    def back(self, after_s: float) -> None:
        self.backs.append(after_s)

    def accepted(self, after_s: float) -> None:
        self.accepts.append(after_s)

    def kept_waiting(self) -> None:
        self.waits += 1

    def tag_refused(self, id_tag: str, status: str) -> None:
        self.tags_refused.append((id_tag, status))

    def charging(self, after_s: float) -> None:
        self.charges.append(after_s)

    def settled(self, entry: BillEntry) -> None:
        self.entries.append(entry)
