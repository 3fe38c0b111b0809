"""Columns are fitted into the width there is, and never exceed it."""

from __future__ import annotations

from hypothesis import given, strategies as st
from textual.content import Content

from cp_tui.tui.text.columns import Column, fit_columns, line_of

COLUMNS = st.lists(
    st.builds(
        Column,
        title=st.just("T"),
        width=st.none() | st.integers(1, 20),
        align=st.sampled_from(["left", "right"]),
        rank=st.integers(0, 2),
    ),
    min_size=1,
    max_size=6,
)


@given(COLUMNS, st.integers(0, 120), st.text(max_size=30))
def test_a_line_is_never_wider_than_the_pane(columns: list[Column], width: int, text: str) -> None:
    widths = fit_columns(columns, width)
    line = line_of([Content(text)] * len(columns), columns, widths)
    assert line.cell_length <= max(width, 0)


def test_the_flexible_column_takes_the_rest() -> None:
    assert fit_columns([Column("Key"), Column("Value", 10), Column("By", 4)], 40) == (23, 10, 4)


def test_several_flexible_columns_share_the_rest() -> None:
    assert fit_columns([Column("Old"), Column("New")], 30) == (14, 14)


def test_columns_of_the_highest_rank_are_left_out_first() -> None:
    columns = [Column("Key"), Column("Since", 8, rank=2), Column("Value", 10), Column("By", 4)]
    assert fit_columns(columns, 28) == (11, 0, 10, 4)
    assert fit_columns(columns, 20) == (8, 0, 10, 0)
    assert fit_columns(columns, 6) == (5, 0, 0, 0)


def test_what_does_not_fit_ends_with_an_ellipsis() -> None:
    columns = [Column("Key", 6), Column("W", 5, "right")]
    cells = [Content("Heartbeat"), Content("16.0")]
    widths = fit_columns(columns, 80)
    assert line_of(cells, columns, widths).plain == " Heart…  16.0"
    assert line_of(cells, columns, widths, "~").plain == " Heart~  16.0"


def test_a_wide_character_is_not_cut_in_half() -> None:
    columns = [Column("Key", 4)]
    line = line_of([Content("東京都")], columns, fit_columns(columns, 80))
    assert (line.plain, line.cell_length) == (" 東 …", 5)
