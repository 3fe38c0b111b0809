"""The first lines about a connector: who charges and why so slowly, and no number that is cut."""

from __future__ import annotations

from datetime import UTC

import pytest
from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.charge_point.variables import Restraint, RestraintKind
from cp_tui.tui.dashboard.connectors_text import connector_columns, connector_facts
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.words import Clock, percent
from cp_tui.tui.theme.glyphs import Glyphs
from tests.tui import worlds
from tests.tui.driving import screen
from tests.tui.session_world import refusals

CLOCK = Clock(worlds.NOW, UTC)


def charging(**changes: object) -> v.ConnectorView:
    """The connector of the healthy world that charges."""
    connectors: v.Connectors = worlds.healthy()["connectors"]
    return replace(connectors[1], **changes)


def test_a_stranger_who_is_refused_hides_nobody_who_charges() -> None:
    found = charging(
        refusal=refusals()[0], restraint=Restraint(kind=RestraintKind.TAPER, power_w=900)
    )
    labels = [fact.label for fact in connector_facts(found, CLOCK)]
    assert labels[:4] == ["Tx", "Draws", "Start", "Limit"]


def test_a_limit_for_fewer_phases_is_named_as_the_reason() -> None:
    found = charging(
        restraint=Restraint(kind=RestraintKind.LIMIT, phases=1, phases_offered=3),
    )
    facts = {fact.label: fact.text.plain for fact in connector_facts(found, CLOCK)}
    assert facts["Draws"].replace("\N{NO-BREAK SPACE}", " ") == (
        "only 11.01 kW: the limit is for 1 of 3 phases"
    )


@pytest.mark.parametrize(
    ("value", "words"), [(99.99, "99 %"), (99.4, "99 %"), (100.0, "100 %"), (45.2, "45 %")]
)
def test_what_is_not_full_is_not_called_full(value: float, words: str) -> None:
    assert percent(value).replace("\N{NO-BREAK SPACE}", " ") == words


@pytest.mark.parametrize("power_w", [0, 22_080, 150_000])
def test_no_power_is_cut_in_its_column(power_w: int) -> None:
    reading = charging().measurement
    assert reading is not None
    found = charging(measurement=replace(reading, power_w=power_w))
    column = next(
        f for f in connector_columns(Snapshot(), CLOCK, Glyphs.EIGHTH.value) if f.title == "Power"
    )
    assert column.cell(found).cell_length <= column.width


async def test_at_80x24_the_third_line_about_a_connector_is_seen() -> None:
    async with screen(worlds.healthy()) as drive:
        assert drive.shows("#1234", "SoC", "45 %", "full about", "16.0", "from TxProfile #7")
        assert "…" not in drive.dashboard.connectors.table.render_line(2).text
