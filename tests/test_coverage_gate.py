"""The gate of coverage itself: what it lets through, and that it only ever rises."""

from __future__ import annotations

from tests.coverage_gate import PACKAGES, fallen, misses_in, raised, read_floors
from tests.sources import ROOT


def test_a_module_that_misses_more_than_before_is_told() -> None:
    floors = {"a.py": 3, "b.py": 1}
    assert [*fallen(floors, {"a.py": 3, "b.py": 1})] == []
    assert [*fallen(floors, {"a.py": 2})] == []
    (line,) = fallen(floors, {"a.py": 4, "b.py": 1})
    assert line.startswith("a.py: its tests miss 4 lines or branches, before at most 3")


def test_a_new_module_misses_nothing() -> None:
    (line,) = fallen({"a.py": 3}, {"new.py": 1})
    assert line.startswith("new.py: its tests miss 1 lines or branches, before at most 0")


def test_floors_only_rise() -> None:
    assert raised({"a.py": 3, "b.py": 5, "gone.py": 2}, {"a.py": 4, "b.py": 1, "new.py": 7}) == {
        "a.py": 3,
        "b.py": 1,
    }
    assert raised({}, {"a.py": 4}) == {"a.py": 4}


def test_lines_and_branches_are_counted_alike() -> None:
    summary = {"missing_lines": 2, "missing_branches": 3, "covered_lines": 9}
    whole = {"missing_lines": 0, "missing_branches": 0, "covered_lines": 9}
    report = {"files": {"a.py": {"summary": summary}, "b.py": {"summary": whole}}}
    assert misses_in(report) == {"a.py": 5}


def test_the_floors_are_of_modules_that_exist() -> None:
    floors = read_floors()
    assert floors
    assert [path for path in floors if not (ROOT / path).exists()] == []
    assert all(path.split("/")[1] in PACKAGES for path in floors)
