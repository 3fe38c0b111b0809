"""Columns are fitted into the width there is, and never exceed it."""

from __future__ import annotations

from typing import Any

from hypothesis import given, strategies as st
from textual.content import Content

from cp_tui.tui.text.columns import Column, fit_columns, line_of


def column(title: str, width: int, rank: int = 0, *, is_flexible: bool = False) -> Column[Any]:
    """A column whose cells do not matter."""
    return Column(title, width, Content, rank=rank, is_flexible=is_flexible)


COLUMNS = st.lists(
    st.builds(
        Column[Any],
        title=st.just("T"),
        width=st.integers(1, 20),
        cell=st.just(Content),
        align=st.sampled_from(["left", "right"]),
        rank=st.integers(0, 2),
        is_flexible=st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@given(COLUMNS, st.integers(0, 120), st.booleans(), st.text(max_size=30))
def test_a_line_is_never_wider_than_the_pane(
    columns: list[Column[Any]], width: int, has_scrollbar: bool, text: str
) -> None:
    widths = fit_columns(columns, width, width - (not has_scrollbar))
    line = line_of([Content(text)] * len(columns), columns, widths)
    assert line.cell_length <= max(width, 0)


def test_the_flexible_column_takes_the_rest() -> None:
    columns = [column("Key", 8, is_flexible=True), column("Value", 10), column("By", 4)]
    assert fit_columns(columns, 40, 39) == (23, 10, 4)


def test_several_flexible_columns_share_the_rest() -> None:
    columns = [column("Old", 8, is_flexible=True), column("New", 20, is_flexible=True)]
    assert fit_columns(columns, 30, 29) == (14, 14)


def test_columns_of_the_highest_rank_are_left_out_first() -> None:
    columns = [
        column("Key", 8, is_flexible=True),
        column("Since", 8, rank=2),
        column("Value", 10),
        column("By", 4),
    ]
    assert fit_columns(columns, 28, 28) == (11, 0, 10, 4)
    assert fit_columns(columns, 20, 20) == (8, 0, 10, 0)
    assert fit_columns(columns, 6, 6) == (5, 0, 0, 0)


def test_a_flexible_column_becomes_narrower_before_one_without_a_rank_goes() -> None:
    columns = [column("By", 4), column("Why", 20, is_flexible=True), column("Due", 5, rank=1)]
    assert fit_columns(columns, 32, 32) == (4, 20, 5)
    assert fit_columns(columns, 31, 31) == (4, 25, 0)
    assert fit_columns(columns, 20, 20) == (4, 14, 0)
    assert fit_columns(columns, 13, 13) == (4, 0, 0)


def test_no_column_comes_or_goes_with_the_scrollbar() -> None:
    columns = [column("By", 4), column("Due", 5, rank=1)]
    assert fit_columns(columns, 11, 10) == fit_columns(columns, 10, 10) == (4, 0)
    assert fit_columns(columns, 12, 11) == fit_columns(columns, 11, 11) == (4, 5)


def test_what_does_not_fit_ends_with_an_ellipsis() -> None:
    columns = [column("Key", 6), Column("W", 5, Content, "right")]
    cells = [Content("Heartbeat"), Content("16.0")]
    widths = fit_columns(columns, 80, 79)
    assert line_of(cells, columns, widths).plain == " Heart…  16.0"


def test_a_wide_character_is_not_cut_in_half() -> None:
    columns = [column("Key", 4)]
    line = line_of([Content("東京都")], columns, fit_columns(columns, 80, 79))
    assert (line.plain, line.cell_length) == (" 東 …", 5)
