"""Private names of Textual are used in one module alone, and are there in the installed Textual.

What is private is told from the source of both: a name with an underscore in front that a class of
Textual defines, or sets on itself. In a class of ours that is derived from such a class the name is
Textual's, whoever wrote it: an attribute of the same name would break Textual's own.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import cp_tui.tui
from cp_tui.tui.terminal import textual_private
from cp_tui.tui.terminal.textual_private import PatientWriter


@cache
def modules() -> tuple[ModuleType, ...]:
    """Every module of the screen."""
    found = pkgutil.walk_packages(cp_tui.tui.__path__, "cp_tui.tui.")
    return tuple(importlib.import_module(each.name) for each in found)


@cache
def text_of(module: str) -> str:
    """The text of a module, which is not imported for that."""
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).read_text(encoding="utf-8")


@cache
def code_of(module: str) -> ast.Module:
    """The syntax of a module."""
    return ast.parse(text_of(module))


def is_private(name: str) -> bool:
    """Say whether a name is meant for its owner alone."""
    return name.startswith("_") and not name.startswith("__")


@cache
def defined(module: str) -> Mapping[str, frozenset[str]]:
    """Give the private names that each class of a module defines, or sets on itself."""
    classes = (node for node in ast.walk(code_of(module)) if isinstance(node, ast.ClassDef))
    return {node.name: frozenset(filter(is_private, _names(node))) for node in classes}


def _names(of_class: ast.ClassDef) -> Iterator[str]:
    for node in of_class.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                yield name
    for part in ast.walk(of_class):
        match part:
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()):
                yield name


def used(code: ast.AST) -> Iterator[tuple[str, bool]]:
    """Give the private names that code asks for, and whether it asks the object that it is of."""
    for node in ast.walk(code):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            match node.value:
                case ast.Name(id="self" | "cls") | ast.Call(func=ast.Name(id="super")):
                    yield node.attr, True
                case _:
                    yield node.attr, False


def classes(module: ModuleType) -> Iterator[tuple[type, ast.ClassDef]]:
    """Give the classes of a module, with their code."""
    for node in code_of(module.__name__).body:
        if isinstance(node, ast.ClassDef):
            yield getattr(module, node.name), node


@cache
def inherited(cls: type) -> frozenset[str]:
    """The private names that a class has from Textual."""
    bases = [base for base in cls.__mro__ if base.__module__.split(".")[0] == "textual"]
    found = (defined(base.__module__).get(base.__name__, frozenset()) for base in bases)
    return frozenset[str]().union(*found)


@cache
def modules_of(package: str) -> tuple[str, ...]:
    """The names of the modules of a package."""
    path = importlib.import_module(package).__path__
    return tuple(each.name for each in pkgutil.walk_packages(path, f"{package}."))


def defined_in(package: str, names: Set[str]) -> set[str]:
    """Give those of some private names that a class of a package defines.

    Textual takes long to parse: only those of its modules are that have one of the names.
    """
    found: set[str] = set()
    for module in modules_of(package):
        if any(name in text_of(module) for name in names - found):
            found |= names & frozenset[str]().union(*defined(module).values())
    return found


def private_imports(module: ModuleType) -> Iterator[str]:
    """Give what a module imports of Textual's private modules, and its private names."""
    for node in ast.walk(code_of(module.__name__)):
        match node:
            case ast.ImportFrom(module=str(name), names=aliases):
                paths = [f"{name}.{alias.name}" for alias in aliases]
            case ast.Import(names=aliases):
                paths = [alias.name for alias in aliases]
            case _:
                continue
        for path in paths:
            if path.startswith("textual.") and any(map(is_private, path.split("."))):
                yield f"{module.__name__}: import {path}"


def private_uses(module: ModuleType) -> Iterator[str]:
    """Give where a module uses, overrides or hides a private name of Textual's."""
    yield from private_imports(module)
    for cls, node in classes(module):
        names = {*_names(node), *(name for name, is_own in used(node) if is_own)}
        yield from (f"{module.__name__}: {cls.__name__}.{name}" for name in names & inherited(cls))
    of_others = {name for name, is_own in used(code_of(module.__name__)) if not is_own}
    of_textual = defined_in("textual", of_others - defined_in("cp_tui.tui", of_others))
    yield from (f"{module.__name__}: {name}" for name in of_textual)


def test_private_names_of_textual_are_used_in_one_module_alone() -> None:
    others = [module for module in modules() if module is not textual_private]
    assert len(others) > 80
    assert [use for module in others for use in private_uses(module)] == []


def test_every_private_name_in_that_module_is_there_in_the_installed_textual() -> None:
    names = {name for name, _ in used(code_of(textual_private.__name__))}
    for cls, node in classes(textual_private):
        methods = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
        own = defined(textual_private.__name__)[cls.__name__]
        # A private method is there to take the place of one of Textual's; an attribute is ours.
        names |= set(filter(is_private, methods))
        names -= own - methods - inherited(cls)
    assert {"_display", "_compositor_refresh", "_scroll_update", "_timeout_time"} <= names
    assert sorted(names - defined_in("textual", names)) == []


@pytest.mark.parametrize(
    "cls", [cls for cls, _ in classes(textual_private)], ids=lambda cls: cls.__name__
)
def test_each_of_its_classes_says_why_and_what_breaks(cls: type) -> None:
    assert "When it changes" in (cls.__doc__ or "") or "When they change" in (cls.__doc__ or "")


def test_a_terminal_that_is_gone_ends_no_writer_and_holds_up_nobody() -> None:
    # What is written there never arrives, as on the line of a terminal that is closed.
    with suppress(OSError), open("/dev/full", "w") as gone:
        told: list[bool] = []
        writer = PatientWriter(gone, lambda: told.append(True))
        writer.start()
        writer.write("a picture")
        writer.write("and the next")
        writer.stop()
        assert told
