"""The line of a key in a TOML text."""

from __future__ import annotations

import pytest

from cp_tui.settings.lines import Location, line_of

TEXT = """\
# a comment with key = 1
top = 1

[a]
key = 1
"quoted key" = 2
b.c = 3
many = [
  1,
  2,
]
[a.sub]
key = 4
[[list]]
key = 5
[[list]]
text = '''
[a]
key = 6
'''
key = 7
table = { key = 8 }
[list.sub]
key = 9
[[list.inner]]
key = 10
[[list.inner]]
key = 11
[[list]]
[list.sub]
key = 12
"""


@pytest.mark.parametrize(
    ("location", "line"),
    [
        (("top",), 2),
        (("a",), 4),
        (("a", "key"), 5),
        (("a", "KEY"), 5),
        (("a", "quoted key"), 6),
        (("a", "b"), 7),
        (("a", "b", "c"), 7),
        (("a", "many"), 8),
        (("a", "many", 1), 8),
        (("a", "sub"), 12),
        (("a", "sub", "key"), 13),
        (("list", 0, "key"), 15),
        (("list", 1), 16),
        (("list", 1, "text"), 17),
        (("list", 1, "key"), 21),
        (("list", 1, "table", "key"), 22),
        (("list", 1, "sub", "key"), 24),
        (("list", 1, "inner", 1, "key"), 28),
        (("list", 2, "sub"), 30),
        (("list", 2, "sub", "key"), 31),
        (("a", "absent"), 4),
        (("absent",), None),
    ],
)
def test_a_key_is_found_on_its_line(location: Location, line: int | None) -> None:
    assert line_of(TEXT, location) == line


def test_an_empty_text_has_no_lines() -> None:
    assert line_of("", ("a",)) is None
