"""The catalogue of findings, and what runs the rules."""

from __future__ import annotations

import re

from cp_tui.explain.catalogue import CATALOGUE
from cp_tui.explain.explain import CAUSES
from cp_tui.explain.finding import Party, Severity
from cp_tui.explain.limits import rows
from cp_tui.traces.trace import LogNote
from tests.explain.talk import Talk
from tests.sources import ROOT

PAPER = (ROOT / "docs" / "spec" / "traces.md").read_text()


def test_every_finding_has_its_marks_and_stands_in_the_paper() -> None:
    listed = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", PAPER, re.MULTILINE)
    assert listed == [*CATALOGUE]
    assert len(listed) == 183
    for entry in CATALOGUE.values():
        assert entry.party in ("sender", "answerer", *Party), entry.id
        assert entry.title.endswith("."), entry.id
        assert re.fullmatch(r"([SEJWT]E? [\w.]+(, )?([\w.]+(, )?)*)*", entry.section), entry.id
        assert entry.section or entry.severity is not Severity.ERROR, entry.id


def test_causes_and_numbers_are_of_what_there_is() -> None:
    assert {*CAUSES, *(symptom for each in CAUSES.values() for symptom in each)} <= {*CATALOGUE}
    assert all(number > 0 for _, number in rows())


def test_what_was_noted_when_the_log_was_read_is_a_finding_of_its_charge_point() -> None:
    talk = Talk()
    talk.booted()
    talk.notes.append(LogNote("log.masked", "values are masked", (2,), (2,), count=1))
    [finding] = [each for each in talk.findings(Severity.NOTE) if each.id == "log.masked"]
    assert (finding.charger, finding.frames[0].number, finding.at_fault) == ("CP-1", 2, "log")
