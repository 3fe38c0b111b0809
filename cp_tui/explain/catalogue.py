"""What can be found: the ids, and what holds for all findings of an id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from msgspec import Struct

from cp_tui.explain.catalogue_text import TABLE
from cp_tui.explain.finding import NOTHING, Finding, FrameRef, Party, Severity, ref
from cp_tui.traces.record import FrameDirection, Record


class CatalogueEntry(Struct, frozen=True):
    """What holds for all findings of an id."""

    id: str
    severity: Severity
    """Where nothing speaks for another one."""
    party: str
    """A `Party`, or `sender` or `answerer`: whoever sent the frame."""
    section: str
    """Empty: no section of the standard says so."""
    title: str
    """What it is, in a sentence."""

    @property
    def at_fault(self) -> str:
        """Who it is, as it is said to people."""
        return "who " + _DID[self.party] if self.party in _DID else Party(self.party).words


_DID: Mapping[str, str] = MappingProxyType({"sender": "sent it", "answerer": "owes the answer"})


def _entries() -> Iterator[CatalogueEntry]:
    lines = [line for line in TABLE.splitlines() if line]
    for marks, title in zip(lines[::2], lines[1::2], strict=True):
        id_, severity, party, section = marks.split(" ", 3)
        yield CatalogueEntry(
            id_,
            Severity(severity),
            Party.__members__.get(party.upper(), party),
            "" if section == "-" else section,
            title.strip(),
        )


CATALOGUE: Mapping[str, CatalogueEntry] = MappingProxyType(
    {entry.id: entry for entry in _entries()}
)
"""Every finding that there is, in the order of the standard's subjects."""

_SENDERS: Mapping[FrameDirection, Party] = MappingProxyType(
    {FrameDirection.TO_CSMS: Party.CHARGE_POINT, FrameDirection.TO_CHARGE_POINT: Party.CSMS}
)


def sender_of(record: Record) -> Party:
    """Say who sent a frame; the log itself where it does not tell."""
    return _SENDERS[record.direction] if record.direction else Party.LOG


def found(
    id_: str,
    text: str,
    *where: Record | FrameRef | None,
    charger: str | None = None,
    severity: Severity | None = None,
    at_fault: Party | None = None,
    rule: str | None = None,
    effect: str = "",
    matter: str = "",
    values: Mapping[str, object] = NOTHING,
) -> Finding:
    """Make a finding of what its id says, but for what is given.

    `where` are the frames, the main one first; None among them is left out. With `sender` or
    `answerer` in the catalogue the first one has to be a record, or `at_fault` be given. A
    composed frame (`is_injected`) is wrong on purpose, and what is found of it a note. Rules need
    not say which `charger` it is: who follows one does.
    """
    entry = CATALOGUE[id_]
    main = where[0] if where else None
    is_composed = isinstance(main, Record) and main.is_injected
    if at_fault is None:
        is_open = entry.party in ("sender", "answerer")
        assert isinstance(main, Record) or not is_open, f"{id_} says not who"
        at_fault = sender_of(main) if is_open and isinstance(main, Record) else Party(entry.party)
    return Finding(
        id=id_,
        severity=Severity.NOTE if is_composed else severity or entry.severity,
        at_fault=at_fault,
        rule=entry.section if rule is None else rule,
        charger=charger,
        frames=tuple(ref(each) if isinstance(each, Record) else each for each in where if each),
        text=text,
        effect=effect,
        matter=matter,
        values=values,
    )
