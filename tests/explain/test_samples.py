"""Sixteen logs as sixteen programs write them, with what is to be found in each.

tests/data/traces/expected.json says it: a finding stands for those of its id, at one of the frames
that are named; what is an error or a warning and is not named there, is a false alarm.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from cp_tui.explain.explain import explain
from cp_tui.explain.finding import Finding, Severity
from cp_tui.traces.reading import open_trace
from tests.sources import ROOT

FOLDER = ROOT / "tests" / "data" / "traces"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text())["files"]


def is_it(finding: Finding, wanted: dict[str, Any]) -> bool:
    """Say whether a finding is the one that is expected."""
    marks = (finding.id, finding.severity, finding.at_fault, finding.charger)
    frames = {wanted["frame"], *wanted["or_frames"]}
    return marks == (
        wanted["id"],
        wanted["severity"],
        wanted["at_fault"],
        wanted["charger"],
    ) and bool(frames & {frame.number for frame in finding.frames})


@pytest.mark.parametrize("name", EXPECTED)
def test_exactly_what_is_wrong_in_a_sample_is_found(name: str) -> None:
    expected = EXPECTED[name]
    findings = explain(open_trace(FOLDER / name)).findings
    missing = [
        wanted["id"]
        for wanted in expected["findings"]
        if not any(is_it(finding, wanted) for finding in findings)
    ]
    false_alarms = [
        (finding.id, finding.text)
        for finding in findings
        if finding.severity is not Severity.NOTE
        and finding.id not in expected["may"]
        and not any(is_it(finding, wanted) for wanted in expected["findings"])
    ]
    assert (missing, false_alarms) == ([], [])


def test_no_secret_of_a_sample_is_in_what_is_said_of_it() -> None:
    report = explain(open_trace(FOLDER / "mitmproxy_basic_auth.har"))
    said = repr(report.findings)
    for word in ("Basic ZGVwb3Q", "password:", "Basic "):
        assert word not in said
