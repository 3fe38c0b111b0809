"""The house rules that no linter knows."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

import cp_tui
from tests.imports import statements
from tests.sources import ROOT, python_files, shown, text_files

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
CAN_CARRY_ANNOTATIONS = (ast.AnnAssign, ast.FunctionDef, ast.AsyncFunctionDef)

UNFINISHED = re.compile(r"\bTODO\b|\bFIXME\b|\bXXX\b")
MACHINE_PATH = re.compile(r"/(?:root|work|Users|home)/(?!\.)[\w.-]")
SKIP = re.compile(r"\bpytest\.(?:mark\.)?skip(?:if)?\b(?!\.)")
"""A test that is left out."""

MAY_SKIP = {
    "tests/cli/test_refusals.py": "root has all rights",
    "tests/end_to_end/test_ssh.py": "needs a server of SSH",
    "tests/engine/certificates.py": "needs the command openssl",
    "tests/engine/test_store.py": "root may write everywhere",
    "tests/rpc/test_server.py": "root may write everywhere",
    "tests/unwilling_disk.py": "needs the right to mount",
}
"""What only the machine can give; all else that a test needs is in the repository."""

BANNER = re.compile(r"^\s*# ?[-=#*~]{2,}")
"""A line that marks a second subject in a file of Python: the file is parted instead."""

REGISTRY = re.compile(r"--(?:extra-)?index-url|\bPIP_INDEX|files\.pythonhosted|pypi\.org/simple")


def offending_lines(pattern: re.Pattern[str]) -> list[str]:
    """Give the places of a pattern; the rules themselves are in this file."""
    return [
        f"{shown(path)}:{number}"
        for path in text_files()
        if shown(path) != "tests/test_tidy.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


class Facts(NamedTuple):
    """What the rules ask of a module; to read all of them once takes long enough."""

    path: str
    lines: int
    functions: list[tuple[str, int]]
    """Name of each, and how many lines it has."""
    classes: list[str]
    """Names of those that are public."""
    is_silent: bool
    """Whether it does not say what it is for."""
    is_eager: bool
    """Whether its annotations are evaluated."""


@cache
def modules() -> tuple[Facts, ...]:
    """Read every module."""
    return tuple(facts_of(path) for path in python_files())


def facts_of(path: Path) -> Facts:
    """Read one module."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    nodes = [node for node in statements(tree) if isinstance(node, CAN_CARRY_ANNOTATIONS)]
    return Facts(
        path=shown(path),
        lines=len(text.splitlines()),
        functions=[
            (node.name, (node.end_lineno or node.lineno) - node.lineno + 1)
            for node in nodes
            if not isinstance(node, ast.AnnAssign)
        ],
        classes=[
            node.name
            for node in tree.body
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
        ],
        is_silent=bool(tree.body) and ast.get_docstring(tree) is None,
        is_eager=bool(nodes) and "from __future__ import annotations" not in text,
    )


def test_no_module_is_longer_than_500_lines() -> None:
    assert {each.path: each.lines for each in modules() if each.lines > FILE_LINES_MAX} == {}


def test_no_function_is_longer_than_70_lines() -> None:
    assert [
        f"{each.path} {name}: {count}"
        for each in modules()
        for name, count in each.functions
        if count > FUNCTION_LINES_MAX
    ] == []


def test_every_module_says_what_it_is_for() -> None:
    assert [each.path for each in modules() if each.is_silent] == []


def test_annotations_are_never_evaluated() -> None:
    assert [each.path for each in modules() if each.is_eager] == []


def test_no_name_of_a_public_class_stands_for_two() -> None:
    places: dict[str, list[str]] = {}
    for each in modules():
        for name in each.classes if each.path.startswith("cp_tui/") else ():
            places.setdefault(name, []).append(each.path)
    assert places
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_nothing_is_left_unfinished() -> None:
    assert offending_lines(UNFINISHED) == []


def test_no_file_names_a_folder_of_somebody_s_machine() -> None:
    assert offending_lines(MACHINE_PATH) == []


def test_no_file_names_a_package_registry() -> None:
    assert offending_lines(REGISTRY) == []


def test_no_line_marks_a_second_subject_in_a_module() -> None:
    assert [place for place in offending_lines(BANNER) if ".py:" in place] == []


def test_a_clone_alone_runs_every_test_that_the_machine_can() -> None:
    assert {place.rpartition(":")[0] for place in offending_lines(SKIP)} == set(MAY_SKIP)


def test_every_folder_of_tests_is_a_package() -> None:
    """Otherwise two test modules of one name clash."""
    folders = {path.parent for path in python_files("tests")}
    assert [shown(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_the_changelog_has_a_section_for_this_version() -> None:
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert cp_tui.__version__ in headings


def test_the_wheel_holds_the_themes_and_the_license() -> None:
    """Only what the build is told: that the files arrive is seen when it is built."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {"themes": "cp_tui/themes"}
    assert list((ROOT / "themes").glob("*.toml")) != []
    assert project["project"]["license-files"] == ["LICENSE"]
    assert "Apache License" in (ROOT / "LICENSE").read_text()
