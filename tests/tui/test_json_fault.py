"""Where a text is no JSON, and what is wrong there, in words."""

from __future__ import annotations

import json

import pytest

from cp_tui.tui.text.json_fault import json_fault


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[2,"a","B",{"c":1,}]', "line 1 column 18: a comma too many"),
        ("[1 , ]", "line 1 column 4: a comma too many"),
        ("[1,,2]", "line 1 column 4: a comma too many"),
        ("{,}", "line 1 column 2: a comma too many"),
        ("[1 2]", "line 1 column 4: a comma is missing before this"),
        ('{"a":1,\n "b":2\n "c":3}', "line 3 column 2: a comma is missing before this"),
        ('{"a" 1}', "line 1 column 6: a colon is missing after the name"),
        ('{\n  "a":\n}', "line 3 column 1: a value is missing after the colon"),
        ('{"a":', "line 1 column 6: a value is missing after the colon"),
        ("[2,", "line 1 column 4: a ] is missing at the end"),
        ('{"[": [1, 2]', "line 1 column 13: a } is missing at the end"),
        ('{"a": [1, 2}', "line 1 column 12: a ] is missing before }"),
        ('[{"a":1]', "line 1 column 8: a } is missing before ]"),
        ("[1]]", "line 1 column 4: a ] too many"),
        ("[1] x", "line 1 column 5: more follows after the end"),
        ("{'a':1}", "line 1 column 2: JSON has double quotes only"),
        ("[True]", "line 1 column 2: True is no JSON; a text stands in double quotes"),
        ('["abc', "line 1 column 2: the closing quote of this text is missing"),
        ('["a\nb"]', r"line 1 column 4: within a text, a line break is \n and a tab \t"),
        ('["\\q"]', "line 1 column 3: no escape of JSON follows the backslash"),
        ('["NaN",\n-Infinity]', "line 2 column 1: -Infinity is no number"),
        ("", "line 1 column 1: a value is missing here"),
        ('{"a":01}', "line 1 column 6: a zero too many: no number begins with one"),
        ("[-007]", "line 1 column 3: a zero too many: no number begins with one"),
        ("012", "line 1 column 1: a zero too many: no number begins with one"),
        ("[10 2]", "line 1 column 5: a comma is missing before this"),
        ("[1.]", "line 1 column 3: a number cannot go on like this"),
        ("[0x1F]", "line 1 column 3: a number cannot go on like this"),
        ("[1_000]", "line 1 column 3: a number cannot go on like this"),
        ("[+1]", "line 1 column 2: a number has no plus sign"),
        ("[.5]", "line 1 column 2: a number begins with a digit, as in 0.5"),
        ("[1 // one\n]", "line 1 column 4: JSON has no comments"),
        ("[/* none */]", "line 1 column 2: JSON has no comments"),
        ('["a0" 1]', "line 1 column 7: a comma is missing before this"),
    ],
)
def test_a_fault_has_its_place_and_plain_words(text: str, words: str) -> None:
    assert f"{json_fault(text)}" == words


def test_whatever_is_cut_from_a_message_is_a_fault_and_the_whole_is_none() -> None:
    whole = json.dumps([2, "id", "A", {"a": [1.5, None, {"b": 'x]\\"{'}], "c": True}], indent=1)
    assert json_fault(whole) is None
    for length in range(len(whole)):
        fault = json_fault(whole[:length])
        assert fault is not None, whole[:length]
        lines = whole[:length].split("\n")
        assert 1 <= fault.line <= len(lines)
        assert 1 <= fault.column <= len(lines[fault.line - 1]) + 1


def test_what_is_only_too_deep_or_too_long_a_number_is_no_fault_of_json() -> None:
    assert json_fault("[" * 100_000 + "]" * 100_000) is None
    assert json_fault("9" * 5_000) is None
