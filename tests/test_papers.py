"""The papers of docs/ are current, and what they point to is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cp_tui.charge_point.reason import RULE_MARKS
from cp_tui.cli.command_help import methods_of, vocabulary
from cp_tui.cli.door import Door
from cp_tui.network.written_table import WrittenTable
from cp_tui.ocpp.configuration_key import KEYS
from cp_tui.settings.model import Settings
from docs.make import papers
from docs.reasons import UNKNOWN, reasons
from docs.settings import settings
from tests.sources import ROOT, python_files, shown

MADE = papers()
"""What makes each paper; it is made by its test, for every run that only looks for tests waits."""
PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PLACES = ("", "docs", "docs/spec")
SPEC = "\n".join(path.read_text() for path in sorted((ROOT / "docs" / "spec").glob("*.md")))


def headings(path: Path) -> list[str]:
    """Give what the headings of a paper are called in a link."""
    found = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", text).lower().replace(" ", "-") for text in found]


def links(path: Path) -> Iterator[tuple[Path, str]]:
    """Give what a paper points to within the project: a file, and a heading in it."""
    prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", prose):
        file, _, heading = target.partition("#")
        yield (path.parent / file if file else path), heading


@pytest.mark.parametrize("name", MADE)
def test_what_is_made_from_the_code_is_current(name: str) -> None:
    is_current = (ROOT / name).read_text() == MADE[name]()
    assert is_current, f"{name} is out of date; make it anew: python docs/make.py papers"


def test_the_reference_has_all_that_can_be_asked_and_followed_at_any_door() -> None:
    reference = (ROOT / "docs/reference.md").read_text()
    for door in Door:
        there = vocabulary(door)
        asked = {f"\n### {name}\n" for name in methods_of(door)}
        followed = {f"\n| `{name}` | " for name in (*there.variables, *there.streams)}
        assert [each for each in asked | followed if each not in reference] == []


@pytest.mark.parametrize("path", PAPERS, ids=shown)
def test_what_a_paper_points_to_is_there(path: Path) -> None:
    broken = [
        f"{file.name}#{heading}"
        for file, heading in links(path)
        if not file.exists() or (heading and heading not in headings(file))
    ]
    assert broken == []


@pytest.mark.parametrize("path", PAPERS, ids=shown)
def test_a_file_that_a_paper_names_is_there(path: Path) -> None:
    """With its folder, from the top or within the package."""
    if path.name == "CHANGELOG.md":
        return  # It tells of what was.
    prose = re.sub(r"^```(?!$).*?^```$", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)
    named = re.findall(r"\b(?:\w+/)+\w+\.(?:py|md|toml|jsonl?)\b", prose)
    roots = (ROOT, ROOT / "cp_tui", path.parent)
    assert [name for name in named if not any((root / name).exists() for root in roots)] == []


def test_a_page_that_the_code_names_is_there_and_has_no_numbers() -> None:
    """`wire.md` in a docstring is docs/spec/wire.md, say; its headings are words."""
    wrong = [
        f"{shown(path)}: {named[0]}"
        for path in python_files("cp_tui", "tests")
        for named in re.finditer(
            r"(?<![\w./-])(\w+)\.md\b(,?( sections?)? \d[\d.]*)?", path.read_text()
        )
        if named[2] or not any((ROOT / of / f"{named[1]}.md").exists() for of in PLACES)
    ]
    assert wrong == []


@pytest.mark.parametrize("path", PAPERS, ids=shown)
def test_every_row_of_a_table_has_as_many_cells_as_its_head(path: Path) -> None:
    """A bar within a cell parts it, also within code, unless it is escaped."""
    broken, cells = [], 0
    for line in path.read_text().splitlines():
        found = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        broken += [line] if cells and found not in (0, cells) else []
        cells = found
    assert broken == []


@pytest.mark.parametrize("path", PAPERS, ids=shown)
def test_no_two_headings_of_a_page_that_is_linked_into_are_the_same(path: Path) -> None:
    targets = {heading for file, heading in links(path) if file == path}
    found = headings(path)
    assert [heading for heading in targets if found.count(heading) > 1] == []


def test_every_rule_that_a_reason_cites_is_in_the_digest() -> None:
    marks = re.findall(r"[SEJWT]E? [\w.]+", SPEC)
    assert {each.rule for each in reasons()} - {"cp-tui", *marks} == set()


def test_every_kind_of_rule_is_explained() -> None:
    cited = {each.rule for each in reasons()} | {spec.source for spec in KEYS if spec.source}
    kinds = {rule.partition(" ")[0] for rule in cited} | {mark.split()[0] for mark in RULE_MARKS}
    page = (ROOT / "docs" / "standard.md").read_text()
    assert {kind for kind in kinds if f"| `{kind}" not in page} == set()


def test_every_setting_is_told_with_what_is_allowed() -> None:
    told = settings()
    for name, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, WrittenTable):
            about = told.partition(f"\n### `[{name}]`\n")[2].partition("\n#")[0]
            assert {each for each in kind.model_fields if f"| `{each}` |" not in about} == set()
        else:
            assert f"| `{name}` |" in told or f"\n### `[{name}" in told
    assert "| `profile_tries` | whole number, 1 to 100 | `3` | Attempts to" in told
    assert "| `max_current` | number above 0 up to 1000 |" in told
    assert "| `key_type` | `EC P-256`, `EC P-384`" in told


def test_reasons_are_read_from_the_source() -> None:
    """That they are found at all: in a call, through a helper, with a choice in the middle."""
    found = {each.id: each for each in reasons()}
    assert len(found) > 140
    assert found["smart_charging.profile.stack_level_too_high"].rule == "S 9.4.1"
    assert found["local_list.duplicate"].words == "{tag} is in the message twice"
    assert found["availability.scheduled"].words == "{word} once connector {connectors} is free"
    assert found["configuration.bad_value"].words == UNKNOWN
