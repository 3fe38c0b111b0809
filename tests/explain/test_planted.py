"""Faults that are planted into healthy logs are found, each with the right id and at who did it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from random import Random

import pytest

from cp_tui.explain.explain import explain
from cp_tui.explain.finding import Severity
from cp_tui.traces.reading import open_trace
from tests.explain import planted_sessions, planted_wire
from tests.explain.days import LogFrame, tour, trace_of
from tests.explain.planting import Kind, Log
from tests.tiers import tier
from tests.traces.writers import WRITERS

KINDS = (*planted_wire.KINDS, *planted_sessions.KINDS)
LOGS = tier(3, deep=20)
PLACES = tier(1, deep=34)
"""Of each kind; the deep run has more than 2,000 faults."""


@cache
def healthy(seed: int) -> list[LogFrame]:
    return tour(seed)


@pytest.mark.parametrize("seed", range(LOGS))
def test_before_anything_is_planted_nothing_is_found(seed: int) -> None:
    findings = explain(trace_of(healthy(seed))).findings
    assert [each.id for each in findings if each.severity is not Severity.NOTE] == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_planted_fault_is_found_with_its_id_and_at_who_did_it(kind: Kind) -> None:
    for place in range(PLACES):
        random = Random(f"{kind.name} {place}")
        log = Log(healthy(random.randrange(LOGS)), random)
        assert kind.plant(log), place
        found = [(each.id, each.at_fault) for each in explain(trace_of(log.frames)).findings]
        assert any(id_ in kind.ids and party == kind.party for id_, party in found), (place, found)


@pytest.mark.parametrize("kind", tier(KINDS[::4], deep=KINDS), ids=lambda kind: kind.name)
def test_a_log_with_its_newest_line_first_says_the_same(kind: Kind) -> None:
    random = Random(kind.name)
    log = Log(healthy(random.randrange(LOGS)), random)
    assert kind.plant(log)
    lines = WRITERS["open-ocpp-trace"]([*trace_of(log.frames).records]).splitlines()

    def found(lines: Sequence[str]) -> Counter[tuple[str, str]]:
        findings = explain(open_trace(BytesIO("\n".join(lines).encode()))).findings
        told = [each for each in findings if each.severity is not Severity.NOTE]
        return Counter((each.id, each.at_fault.value) for each in told)

    assert found(lines[::-1]) == found(lines)


def test_there_are_many_kinds() -> None:
    assert len(KINDS) > 40
    assert {kind.party for kind in KINDS} == {"charger", "csms"}
