"""The files of the project, for the tests that read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

FOLDERS = (".ci", "bench", "cp_tui", "docs", "screenshots", "tests", "themes")
TEXT_SUFFIXES = (
    "",
    ".csv",
    ".json",
    ".jsonl",
    ".md",
    ".py",
    ".sh",
    ".tcss",
    ".toml",
    ".txt",
    ".yaml",
    ".yml",
)


@cache
def text_files() -> tuple[Path, ...]:
    """Give every text file that belongs to the project, apart from recorded snapshots."""
    found = [path for path in sorted(ROOT.iterdir()) if _is_ours(path)]
    for folder in FOLDERS:
        found += [path for path in sorted((ROOT / folder).rglob("*")) if _is_ours(path)]
    return tuple(path for path in found if path.is_file())


def python_files(*folders: str) -> Iterator[Path]:
    """Give every module of some folders, by default of all."""
    roots = [ROOT / folder for folder in folders or FOLDERS]
    for path in text_files():
        if path.suffix == ".py" and any(path.is_relative_to(root) for root in roots):
            yield path


def parsed(path: Path) -> ast.Module:
    """Give the syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def shown(path: Path) -> str:
    """Give a path as it reads in a message."""
    return str(path.relative_to(ROOT))


def _is_ours(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    is_hidden = any(part.startswith(".") and part not in {".ci", ".gitignore"} for part in parts)
    is_made = any(part in {"__pycache__", "__snapshots__", "venv"} for part in parts)
    return path.suffix in TEXT_SUFFIXES and not is_hidden and not is_made
