"""Tells what came of scenarios: a line each as a test runner does, JSON, or JUnit. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from cp_tui.charge_point.codec import builtins_of
from cp_tui.ocpp.printable import clean
from cp_tui.scenarios.verdict import ScenarioOutcome, StepOutcome, Verdict

NOT_PASSED = (Verdict.FAILED, Verdict.INCONCLUSIVE)


def lines(outcome: ScenarioOutcome) -> list[str]:
    """Tell a scenario: a line, and what did not pass."""
    head = f"{outcome.verdict.upper():<13}{outcome.name} ({outcome.took_s:.1f} s)"
    if outcome.verdict is Verdict.SKIPPED:
        return [clean(f"{outcome.verdict.upper():<13}{outcome.name}: {outcome.reason}")]
    if outcome.verdict is Verdict.PASSED:
        return [clean(head)]
    told = [head, *(f"    {line}" for line in details(outcome))]
    return [clean(line) for line in told]


def details(outcome: ScenarioOutcome) -> list[str]:
    """Say at which step it ended, what was expected, what was seen, and the last frames."""
    step = ended_at(outcome)
    if step is None:
        told = [outcome.reason]
    else:
        number = outcome.steps.index(step) + 1
        told = [f"step {number}: {step.words}", f"seen: {step.seen}"]
        if step.section:
            told.append(f"section: {step.section}")
    if outcome.frames:
        told += ["last frames:", *(f"  {frame}" for frame in outcome.frames)]
    return told


def ended_at(outcome: ScenarioOutcome) -> StepOutcome | None:
    """Give the step that did not pass."""
    return next((step for step in outcome.steps if step.verdict in NOT_PASSED), None)


def summary(outcomes: Sequence[ScenarioOutcome], seed: int) -> str:
    """Count the verdicts in a line."""
    counts = Counter(each.verdict for each in outcomes)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    took_s = sum(each.took_s for each in outcomes)
    return f"{told or 'nothing to play'} in {took_s:.1f} s, seed {seed}"


def as_json(outcomes: Sequence[ScenarioOutcome], seed: int) -> str:
    """Write all of it as JSON."""
    return json.dumps({"seed": seed, "scenarios": [builtins_of(each) for each in outcomes]})


def junit(outcomes: Sequence[ScenarioOutcome], seed: int) -> str:
    """Write what a forge reads: inconclusive ones are errors."""
    counts = Counter(each.verdict for each in outcomes)
    suite = Xml.Element(
        "testsuite",
        name="cp-tui scenarios",
        tests=str(len(outcomes)),
        failures=str(counts[Verdict.FAILED]),
        errors=str(counts[Verdict.INCONCLUSIVE]),
        skipped=str(counts[Verdict.SKIPPED]),
        time=f"{sum(each.took_s for each in outcomes):.3f}",
    )
    properties = Xml.SubElement(suite, "properties")
    Xml.SubElement(properties, "property", name="seed", value=str(seed))
    names = {Verdict.FAILED: "failure", Verdict.INCONCLUSIVE: "error", Verdict.SKIPPED: "skipped"}
    for each in outcomes:
        case = Xml.SubElement(
            suite, "testcase", classname="scenario", name=each.name, time=f"{each.took_s:.3f}"
        )
        if each.verdict in names:
            told = Xml.SubElement(case, names[each.verdict], message=clean(each.reason))
            told.text = "\n".join(clean(line) for line in details(each))
    Xml.indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(suite, encoding="unicode")
