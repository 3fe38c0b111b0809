"""Where the CSMS has another clock, what is told in it says so: it may lie before or after now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

import pytest
from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.tui.dashboard.connectors_text import connector_facts
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.words import Clock
from cp_tui.tui.transactions.text import transaction_facts
from tests.tui import session_world, worlds
from tests.tui.driving import screen

NEAR, FAR = Clock(worlds.NOW, UTC, 59.0), Clock(worlds.NOW, UTC, -600.0)


def csms_ahead(seconds: float) -> Mapping[str, Any]:
    """The healthy world with a CSMS whose clock is another one."""
    world = worlds.healthy()
    registration = world["registration"]
    assert isinstance(registration, v.RegistrationView)
    return world | {"registration": replace(registration, clock_offset_s=float(seconds))}


def test_limits_and_transactions_name_the_clock_where_it_is_another() -> None:
    connectors: v.Connectors = worlds.healthy()["connectors"]
    for clock, is_marked in ((NEAR, False), (FAR, True)):
        facts = {f.label: f.text.plain for f in connector_facts(connectors[1], clock)}
        assert ("since 13:20 (CSMS clock)" in facts["Tx"]) == is_marked
        assert ("until 15:42 (CSMS clock)" in facts["Limit"]) == is_marked
        assert "CSMS clock" not in facts["Status"], "in that of the machine"


@pytest.mark.parametrize("entry", session_world.history(), ids=lambda entry: entry.key)
def test_every_transaction_names_the_clock(entry: v.TransactionEntry) -> None:
    facts = " ".join(f.text.plain for f in transaction_facts(Snapshot(), entry, FAR))
    assert facts.count("(CSMS clock)") == (1 if entry.stopped_at is None else 2)


@pytest.mark.parametrize(("seconds", "is_marked"), [(-600, True), (3600, True), (2, False)])
async def test_the_timeline_names_the_clock(seconds: float, is_marked: bool) -> None:
    async with screen(csms_ahead(seconds), size=(160, 50)) as drive:
        title = next(line for line in drive.text().splitlines() if "─Schedule  " in line)
        assert ("CSMS clock" in title) == is_marked
