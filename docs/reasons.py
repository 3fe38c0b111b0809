"""Every reason that the code can give: its id, the rule that it follows, and its words.

Read from the source, as a reason is made only where something is decided. What a helper is given
by those who call it is looked up there; what only the moment tells is shown as `*`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
MAKES = re.compile(r"\b(because|Reason)\(")
UNKNOWN = "*"
DEPTH_MAX = 4
"""Helpers that call helpers; deeper ones count as unknown."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


class KnownReason(NamedTuple):
    """One reason that can be given."""

    id: str
    rule: str
    words: str


@cache
def reasons() -> tuple[KnownReason, ...]:
    """Give every reason, sorted by its id."""
    words: dict[tuple[str, str], dict[str, None]] = {}
    texts = (path.read_text("utf-8") for path in sorted((ROOT / "cp_tui").rglob("*.py")))
    # Most modules make none, and to look through their trees would take long.
    for text in filter(MAKES.search, texts):
        for reason in _Module(ast.parse(text)).reasons():
            if UNKNOWN not in (reason.id, reason.rule):
                words.setdefault((reason.id, reason.rule), {})[reason.words] = None
    found = (
        KnownReason(id, rule, " / ".join(texts) if UNKNOWN not in texts else UNKNOWN)
        for (id, rule), texts in words.items()
    )
    return tuple(sorted(found))


class _Module:
    """A module whose expressions can be worked out as far as the source tells them."""

    def __init__(self, tree: ast.Module) -> None:
        self._calls: list[tuple[ast.Call, Function | None]] = []
        self._collect(tree, None)
        self._names = {
            target.id: statement.value
            for statement in tree.body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name)
        }

    def _collect(self, node: ast.AST, function: Function | None) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                self._calls.append((child, function))
            inner = child if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else function
            self._collect(child, inner)

    def reasons(self) -> Iterator[KnownReason]:
        """Give the reasons that are made here."""
        for call, function in self._calls:
            parts = _parts(call)
            if parts is not None and (function is None or function.name != "because"):
                for way in self._ways(parts, function, 0):
                    yield KnownReason(way[0], way[1], _readable(way[2]))

    def _ways(
        self, parts: Sequence[ast.expr], function: Function | None, depth: int
    ) -> Iterator[tuple[str, ...]]:
        """Give what expressions of a function can be together: once for each caller that fills."""
        given = {
            node.id for part in parts for node in ast.walk(part) if isinstance(node, ast.Name)
        } & set(_parameter_names(function))
        if function is None or not given or depth == DEPTH_MAX:
            yield from self._products(parts, function)
            return
        names = _parameter_names(function)
        is_called = False
        for call, caller in self._calls:
            if _name_of(call) != function.name:
                continue
            is_called = True
            filled = [_filled(part, _arguments(call, names)) for part in parts]
            yield from self._ways(filled, caller, depth + 1)
        if not is_called:
            yield from self._products(parts, function)

    def _products(
        self, parts: Sequence[ast.expr], function: Function | None
    ) -> Iterator[tuple[str, ...]]:
        """Combine what each part can be; words that hang on the way that was taken are unknown."""
        id, rule, words = (self._values(part, function) for part in parts)
        is_open = isinstance(parts[2], ast.Name) and len(words) > 1
        yield from product(id, rule, [UNKNOWN] if is_open else words)

    def _values(self, node: ast.expr, function: Function | None) -> list[str]:
        match node:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.IfExp(body=body, orelse=orelse):
                return [*self._values(body, function), *self._values(orelse, function)]
            case ast.JoinedStr(values=values):
                pieces = (self._values(value, function) for value in values)
                return ["".join(each) for each in product(*pieces)]
            case ast.FormattedValue(value=value):
                return self._values(value, function)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                sides = (self._values(left, function), self._values(right, function))
                return ["".join(each) for each in product(*sides)]
            case ast.Name(id=name):
                found = [*_assigned(name, function)] or [
                    self._names[name] for name in [name] if name in self._names
                ]
                return [text for each in found for text in self._values(each, None)] or [UNKNOWN]
            case _:
                return [UNKNOWN]


def _parts(call: ast.Call) -> list[ast.expr] | None:
    """Give id, rule and text of a reason that is made, None of another call."""
    name = _name_of(call)
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    if name == "because" and len(call.args) == 3:
        return call.args
    if name == "Reason" and {"id", "rule", "text"} <= named.keys():
        return [named["id"], named["rule"], named["text"]]
    return None


def _name_of(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _parameter_names(function: Function | None) -> list[str]:
    if function is None:
        return []
    names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    return [name for name in names if name not in ("self", "cls")]


def _arguments(call: ast.Call, names: Sequence[str]) -> dict[str, ast.expr]:
    return dict(zip(names, call.args, strict=False)) | {
        each.arg: each.value for each in call.keywords if each.arg is not None
    }


def _filled(node: ast.expr, arguments: dict[str, ast.expr]) -> ast.expr:
    """Put what a caller gives in the place of the parameters."""

    class _Fill(ast.NodeTransformer):
        def visit_Name(self, name: ast.Name) -> ast.expr:
            return arguments.get(name.id, name)

    copy = ast.parse(ast.unparse(node), mode="eval").body
    filled: ast.expr = _Fill().visit(copy)
    return filled


def _assigned(name: str, function: Function | None) -> Iterator[ast.expr]:
    """Give what a local name is set to."""
    for node in ast.walk(function) if function is not None else ():
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == name for target in node.targets
        ):
            yield node.value


def _readable(words: str) -> str:
    """Write a template for people: `{count:tag}` as `{count} tags`."""
    plural = re.sub(r"\{(\w+):(?:\w+\|)?(\w+)\}", _counted, words)
    return plural.replace("{words}", UNKNOWN).replace("{lines}", UNKNOWN)


def _counted(found: re.Match[str]) -> str:
    has_plural = "|" in found[0]
    return f"{{{found[1]}}} {found[2]}{'' if has_plural else 's'}"
