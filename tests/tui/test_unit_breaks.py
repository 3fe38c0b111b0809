"""A number stays beside its unit on every screen, whatever its width."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC
from itertools import pairwise

import pytest
from textual.content import Content

from cp_tui.tui.dashboard.alarm_text import alarm_line
from cp_tui.tui.dashboard.one_alarm import Alarm, Urgency
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact, fact_lines
from cp_tui.tui.text.units import cut
from cp_tui.tui.text.words import Clock
from cp_tui.tui.timeline.readout import fitted
from cp_tui.tui.widgets.fact_lines import FactLines
from tests.tiers import tier
from tests.tui import crowded_world, states, worlds
from tests.tui.driving import screen
from tests.tui.states import State

CLOCK = Clock(worlds.NOW, UTC)

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


MEASURES = re.compile(r"\d[\d.]* (?:A|kWh?|V|h|min|ms|s|days|bytes|MiB|phases|%)")


def whole_beginnings(text: str) -> set[str]:
    """What a text may be cut to: no value is taken apart."""
    within = [found.span() for found in MEASURES.finditer(text)]
    return {
        text[:end].rstrip()
        for end in range(len(text) + 1)
        if not any(start < end < stop for start, stop in within)
    }


@pytest.mark.parametrize("width", range(1, len(SENTENCE) + 2))
def test_what_is_cut_off_takes_no_value_apart(width: int) -> None:
    line = cut(Content(SENTENCE), width)
    assert line.cell_length <= width
    assert line.plain.removesuffix("…").rstrip() in whole_beginnings(SENTENCE)
    assert line.plain.endswith("…") == (width < len(SENTENCE))


@pytest.mark.parametrize(
    ("text", "width", "line"),
    [
        ("takes 11.04 kW here", 9, "takes…"),
        ("takes 11.04 kW here", 13, "takes…"),
        ("takes 11.04 kW here", 15, "takes 11.04 kW…"),
        ("takes 11.04 kW", 14, "takes 11.04 kW"),
        # Nothing else would be left.
        ("123.45 kWh", 9, "123.45 k…"),
        ("80 %", 3, "80…"),
        ("message 4b1f2, 16 A", 12, "message 4b1…"),
        ("lasted 2 h 05 min", 13, "lasted 2 h…"),
        ("", 0, ""),
        ("x", 0, ""),
    ],
)
def test_a_value_goes_as_a_whole_where_something_is_left(text: str, width: int, line: str) -> None:
    assert cut(Content(text), width).plain == line
    styled = cut(Content.styled(text, "bold"), width)
    assert styled.plain == line


def test_the_alarm_line_takes_no_value_apart() -> None:
    alarm = Alarm(Urgency.BAD, "Connector 1: 63.0 A flow, 11.04 kW above 1 h 05 min", check="80 %")
    for width in range(30, 120):
        shown = alarm_line([alarm], Snapshot(), CLOCK, lambda _id: "", width).plain
        assert shown.split("…")[0].rstrip() in whole_beginnings(f" × {alarm.text}"), shown


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
        for keys in (["a"], ["D"], ["enter"], ["W"], ["question_mark"]):
            await drive.press("1", *keys)
            shown = [each.plain.split("\n") for each in drive.app.screen.query(FactLines)]
            assert shown
            assert [found for lines in shown for found in breaks(lines)] == []
            await drive.press("escape")
