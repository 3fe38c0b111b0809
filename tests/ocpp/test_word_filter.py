"""Words by which people look for something: all that are wanted, none of the others."""

from __future__ import annotations

import pytest

from cp_tui.ocpp.word_filter import WordFilter, word_filter


@pytest.mark.parametrize(
    ("typed", "wanted", "unwanted"),
    [
        ("", (), ()),
        ("  Cable   !CP00027 ", ("cable",), ("cp00027",)),
        ("!", (), ()),
        ("a ! b !c", ("a", "b"), ("c",)),
        ("STRASSE Straße", ("strasse", "strasse"), ()),
    ],
)
def test_a_filter_is_read_as_words(
    typed: str, wanted: tuple[str, ...], unwanted: tuple[str, ...]
) -> None:
    assert word_filter(typed) == WordFilter(wanted, unwanted)


@pytest.mark.parametrize(
    ("typed", "is_taken"),
    [
        ("", True),
        ("cable", True),
        ("waiting cable", True),
        ("cable cp00001", False),
        ("!cable", False),
        ("!cp00001", True),
        ("cable !waiting", False),
        ("cable !", True),
    ],
)
def test_a_row_is_taken_that_has_all_that_is_wanted(typed: str, is_taken: bool) -> None:
    row = "cp00027 waiting: the network cable was pulled"
    assert word_filter(typed).takes(row.__contains__) is is_taken
