"""A number stays beside its unit on every screen, whatever its width."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from textual.content import Content

from cp_tui.tui.text.facts import Fact, fact_lines
from cp_tui.tui.timeline.readout import fitted
from cp_tui.tui.widgets.fact_lines import FactLines
from tests.tiers import tier
from tests.tui import crowded_world, states
from tests.tui.driving import screen
from tests.tui.states import State

IN_ALL_TIMES = [states.normal, states.broken, crowded_world.crowded]

ENDS_WITH_NUMBER = re.compile(r"\d$")
ENDS_WITH_PAPER = re.compile(r"(^|[\s(])(S|E|J|JE|W|T)$")
BEGINS_WITH_SECTION = re.compile(r"\s*([A-Z]?\d|TC_)")
BEGINS_WITH_UNIT = re.compile(
    r"\s*(?:[kM]?Wh?|m?A|m?V|ms|s|min|h|d|days?|%|[kKM]?i?B|bytes|phases?|ph)(?:$|[\s,;.:)])"
)

SENTENCE = (
    "connector 1 takes 16.0 A or 11.04 kW on 3 phases at 230 V, 3.21 kWh in 2 h 05 min at 80 %,"
    " answers in 12 ms, 48 s ago, 14 days left, 512 bytes of 3.5 MiB,"
    " by rule (S 3.13), (JE 3.10), (W A00), (T TC_003)"
)


def breaks(lines: Sequence[str]) -> list[str]:
    """Give the pairs of lines that part a number from its unit."""
    return [
        f"{before}|{after}"
        for before, after in pairwise(lines)
        if (ENDS_WITH_NUMBER.search(before.rstrip()) and BEGINS_WITH_UNIT.match(after))
        or (ENDS_WITH_PAPER.search(before.rstrip()) and BEGINS_WITH_SECTION.match(after))
    ]


def test_a_break_would_be_seen() -> None:
    assert breaks(["the limit is 16.0", "A here"]) == ["the limit is 16.0|A here"]
    assert breaks(["at 80  ", "  %"]) != []
    assert breaks(["profile 3", "allows 16.0 A"]) == []
    assert breaks(["is refused (S", "5.13)"]) != []


@pytest.mark.parametrize("width", range(12, 100))
def test_no_line_of_facts_breaks_before_a_unit(width: int) -> None:
    lines = [line.plain for line in fact_lines([Fact("", Content(SENTENCE))], width, 0)]
    assert breaks(lines) == []
    assert " ".join(line.strip() for line in lines) == SENTENCE


@pytest.mark.parametrize("width", range(20, 100))
def test_no_line_below_the_timeline_breaks_before_a_unit(width: int) -> None:
    assert breaks(fitted((SENTENCE,), width, 40, "…")) == []


@pytest.mark.parametrize("state", tier([states.broken], deep=IN_ALL_TIMES))
async def test_no_screen_of_another_width_breaks_before_a_unit(state: Callable[[], State]) -> None:
    """In the sizes of the pictures it is looked at together with them."""
    here = state()
    async with screen(engine=here.engine, csms=here.csms, size=(160, 50)) as drive:
        for key in "1234567":
            await drive.press(key)
            shown = [each.plain.split("\n") for each in drive.app.screen.query(FactLines)]
            assert shown
            assert [found for lines in shown for found in breaks(lines)] == []
