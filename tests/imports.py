"""Who imports whom in the program, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache

from tests.sources import parsed, python_files, shown

BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")
"""Where a statement, or a part of one, holds statements."""


@cache
def imports() -> Mapping[str, frozenset[str]]:
    """Give for each module of the program everything that it imports, wherever in it."""
    trees = {module_name(shown(path)): parsed(path) for path in python_files("cp_tui")}
    return {
        name: frozenset(known(target, trees) for target in imported(tree))
        for name, tree in trees.items()
    }


def module_name(path: str) -> str:
    """Give the dotted name of a file."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imported(tree: ast.Module) -> Iterator[str]:
    """Give the dotted names in the import statements of a module."""
    for node in statements(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def statements(node: ast.AST) -> Iterator[ast.stmt]:
    """Give every statement of a module, however deep; most nodes are expressions, without any."""
    for name in BLOCKS:
        for inner in getattr(node, name, ()):
            if isinstance(inner, ast.stmt):
                yield inner
            yield from statements(inner)


def known(target: str, modules: Mapping[str, ast.Module]) -> str:
    """Cut the name of a thing down to the module that it comes from; foreign names to their top."""
    if not within(target, "cp_tui"):
        return target.partition(".")[0]
    while target not in modules:
        target = target.rpartition(".")[0]
    return target


def within(module: str, package: str) -> bool:
    """Say whether a module is a package or something in it."""
    return module == package or module.startswith(package + ".")
