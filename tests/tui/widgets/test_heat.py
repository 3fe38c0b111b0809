"""How warm what flowed is drawn, by the share of its limit; and that it is cheap to move on."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.timeline.curve import CurveColumn, curve
from cp_tui.tui.timeline.heat import heat
from cp_tui.tui.timeline.parts import IN_HEADROOM, POWER, Part
from cp_tui.tui.timeline.picture import draw
from cp_tui.tui.timeline.readout import Use
from cp_tui.tui.timeline.view import View
from tests.tui.widgets.test_curve import flow, picture

EIGHTH = Glyphs.EIGHTH.value


def warmth(amount: str, limit: str, scale: str, rows: int, glyphs: Glyphs = Glyphs.EIGHTH) -> str:
    """The places in the ramp, from the bottom."""
    found = heat(Decimal(amount), Decimal(limit), Decimal(scale), rows, glyphs.value)
    return "".join(f"{POWER.index(part) + 1}" for part in found)


@pytest.mark.parametrize(
    ("amount", "limit", "scale", "rows", "expected"),
    [
        ("32", "32", "32", 8, "11123445"),
        ("16", "32", "32", 8, "11122222"),
        ("32", "32", "32", 2, "25"),
        ("10", "10", "32", 8, "24555555"),
        ("3.9", "10", "10", 1, "1"),
        ("5", "10", "10", 1, "2"),
        ("7", "10", "10", 1, "3"),
        ("8", "10", "10", 1, "4"),
        ("9", "10", "10", 1, "5"),
        ("40", "10", "40", 4, "5555"),
        ("3", "0", "32", 2, "55"),
        ("-3", "10", "10", 2, "11"),
    ],
)
def test_the_warm_end_lies_along_the_limit(
    amount: str, limit: str, scale: str, rows: int, expected: str
) -> None:
    assert warmth(amount, limit, scale, rows) == expected


@pytest.mark.parametrize("glyphs", Glyphs)
def test_in_one_row_it_is_the_share_of_the_limit_however_few_signs_there_are(
    glyphs: Glyphs,
) -> None:
    assert [warmth(f"{each}", "10", "10", 1, glyphs) for each in (1, 5, 7, 8, 10)] == list("12345")


def test_what_flowed_under_no_known_limit_has_a_colour_of_its_own() -> None:
    assert heat(Decimal(5), None, Decimal(10), 2, EIGHTH) == [Part.MEASURED] * 2


@given(
    amount=st.decimals(0, 100, places=1),
    limit=st.decimals("0.1", 100, places=1),
    rows=st.integers(1, 16),
    glyphs=st.sampled_from(Glyphs),
)
def test_it_becomes_warmer_from_the_bottom_up(
    amount: Decimal, limit: Decimal, rows: int, glyphs: Glyphs
) -> None:
    found = heat(amount, limit, Decimal(100), rows, glyphs.value)
    assert found == sorted(found, key=POWER.index)
    more = heat(amount + 10, limit, Decimal(100), rows, glyphs.value)
    assert all(POWER.index(a) <= POWER.index(b) for a, b in zip(found, more, strict=True))


@given(
    amounts=st.lists(st.decimals(0, 32, places=1), min_size=1, max_size=30),
    rows=st.integers(1, 16),
)
def test_under_one_limit_a_row_has_one_colour_but_for_the_highest_cells(
    amounts: list[Decimal], rows: int
) -> None:
    """So a picture that moves on by a column has few bytes to say."""
    limit = Decimal(32)
    grid = curve([CurveColumn(limit, use=Use(each)) for each in amounts], rows, limit, EIGHTH, True)
    for row, above in zip(grid[1:], grid, strict=False):
        covered = {
            part for (_, part), (_, on_top) in zip(row, above, strict=True) if on_top in POWER
        }
        assert len(covered & {*POWER}) <= 1


def test_bars_of_longer_stretches_have_the_same_colours() -> None:
    shown = replace(
        picture(width=93, height=20),
        view=View(zoom=4, columns=80),
        measured={1: [flow(-29, -6, "31.5"), flow(-6, 0, "5")]},
    )
    parts = [part for line in draw(shown) for _text, part in line]
    assert Part.MEASURED not in parts
    assert POWER[-1] in parts
    assert IN_HEADROOM[POWER[1]] in parts
