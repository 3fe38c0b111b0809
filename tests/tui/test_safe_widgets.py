"""A lint: no text that could come from outside reaches a widget as a plain `str`."""

from __future__ import annotations

import ast

from tests.sources import parsed, python_files, shown

READ_AS_MARKUP = {"Static", "Label", "Button", "notify", "RadioButton", "Checkbox"}
"""What parses a `str` as markup; `Content` is never parsed."""

TITLES = {"border_title", "border_subtitle", "tooltip"}


def offences() -> list[str]:
    """Places where such a text is neither a literal nor made by a call of ours."""
    found: list[str] = []
    for path in python_files("cp_tui/tui"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and name_of(node.func) in READ_AS_MARKUP:
                first = node.args[0] if node.args else None
                if first is not None and not is_safe(first):
                    found.append(f"{shown(path)}:{node.lineno}")
            if isinstance(node, ast.Assign) and not is_safe(node.value):
                names = {t.attr for t in node.targets if isinstance(t, ast.Attribute)}
                if names & TITLES:
                    found.append(f"{shown(path)}:{node.lineno}")
    return found


def name_of(function: ast.expr) -> str:
    """The last part of what is called."""
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def is_safe(value: ast.expr) -> bool:
    """A literal, or a `Content` that is made on the spot or named."""
    match value:
        case ast.Constant():
            return True
        case ast.Call(func=function):
            return name_of(function) in {"Content", "safe_text", "styled", "assemble"}
        case ast.Name(id="title" | "word"):
            return True
        case ast.IfExp(body=body, orelse=orelse):
            return is_safe(body) and is_safe(orelse)
        case _:
            return False


def test_no_widget_is_given_a_text_that_it_would_read_as_markup() -> None:
    assert offences() == []
