"""What an import of the library costs: nothing that is not asked for, and never a screen."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

import cp_tui
from tests.sources import ROOT

TYPES = (ROOT / "cp_tui" / "__init__.pyi").read_text()


def loaded(program: str) -> set[str]:
    """Give the modules that a program has loaded at its end."""
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_the_package_alone_imports_nothing() -> None:
    ours = {name for name in loaded("import cp_tui") if name.startswith("cp_tui")}
    assert ours == {"cp_tui"}


NAMES = set(re.findall(r"^(?:from .* as )?(\w+)(?: =.*)?$", TYPES, re.MULTILINE))


def test_the_library_imports_no_screen() -> None:
    modules = loaded(f"from cp_tui import {', '.join(NAMES)}")
    assert "cp_tui.library.charger" in modules
    assert modules & {"textual", "rich", "cp_tui.tui", "cp_tui.cli"} == set()


def test_a_name_that_is_not_there_is_refused() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Chargr'"):
        _ = cp_tui.Chargr  # type: ignore[attr-defined]


def test_what_is_given_is_what_the_types_say() -> None:
    assert {"Charger", "CentralSystem", "WaitFailed"} <= NAMES
    assert set(dir(cp_tui)) >= NAMES
    given = {name for name in dir(cp_tui) if not name.startswith("_")}
    assert {name for name in given if name[0].isupper()} == NAMES
