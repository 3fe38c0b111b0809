"""The methods of the library, made from the table of commands: one a command, typed.

They are written down, rather than found when they are called, so that an editor completes them and
mypy checks who uses them.
"""

from __future__ import annotations

import inspect
import textwrap
import types
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from cp_tui.engine.command import Act, Command
from cp_tui.engine.commands import COMMANDS
from docs.shapes import words

HEAD = '''\
"""Every command of the door as a method{kind}; made from the table by docs/make.py."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

{imports}
Params = Mapping[str, object]


class {name}(ABC):
    \"\"\"What may be asked of a charge point; raises `CommandError`, with words, if refused.\"\"\"

'''
LINE_MAX = 100
IN_WORDS = {"null": "None", "PEM": "str", "true, after the boot": "bool"}
"""Results that the table tells in words, and what they are; all others are objects."""
WAITS = {("swipe", "wait"): True}
"""Parameters whose default is another one than at the door: who writes a test wants the outcome."""


def library_module(*, is_async: bool) -> str:
    """Write the module with a method for each command."""
    imports: dict[str, set[str]] = {}
    methods = "".join(_method(each, imports, is_async=is_async) for each in COMMANDS.values())
    found = "".join(
        f"from {module} import {', '.join(sorted(names))}\n" for module, names in _sorted(imports)
    )
    kind = ", to be awaited" if is_async else ""
    name, begin = ("AsyncCommands", "async def") if is_async else ("SyncCommands", "def")
    return (
        HEAD.format(kind=kind, imports=found, name=name) + "    @abstractmethod\n"
        f"    {begin} _command(self, kind: Any, method: str, params: Params) -> Any:\n"
        '        """Carry out one command, and give its result as what `kind` says."""\n' + methods
    )


def _sorted(imports: Mapping[str, set[str]]) -> list[tuple[str, set[str]]]:
    return sorted(imports.items())


def _method(command: Command, imports: dict[str, set[str]], *, is_async: bool) -> str:
    result, kind = _result(command, imports)
    begin, wait = ("async def", "await ") if is_async else ("def", "")
    fields = command.params.model_fields
    params = ["self", *_parameters(command.name, fields)]
    head = f"    {begin} {command.name}({', '.join(params)}) -> {result}:\n"
    if len(head) > LINE_MAX + 1:
        inside = "".join(f"        {each},\n" for each in params)
        head = f"    {begin} {command.name}(\n{inside}    ) -> {result}:\n"
    given = [f'"{name}": {name}' for name in fields]
    told = f'{wait}self._command({kind}, "{command.name}", '
    lead = "" if result == "None" else f"result: {result} = "
    call = _call(f"        {lead}{told}", given)
    end = "" if result == "None" else "        return result\n"
    return f"\n{head}{_docstring(command.sentence)}{call}{end}"


def _docstring(sentence: str) -> str:
    whole = f'        """{sentence}"""\n'
    if len(whole) <= LINE_MAX + 1:
        return whole
    # Narrower than need be, so that the formatter does not join the lines again.
    lines = textwrap.wrap(sentence, LINE_MAX - 20)
    return '        """' + "\n        ".join(lines) + '\n        """\n'


def _call(begin: str, given: list[str]) -> str:
    whole = f"{begin}{{{', '.join(given)}}})\n"
    if len(whole) <= LINE_MAX + 1:
        return whole
    # As the formatter breaks it: arguments on a line of their own, else one a line.
    opening, _, arguments = begin.partition("_command(")
    inner = f"            {arguments}{{{', '.join(given)}}}\n"
    if len(inner) <= LINE_MAX + 1:
        return f"{opening}_command(\n{inner}        )\n"
    kind, method = arguments.removesuffix(", ").rsplit(", ", 1)
    inside = "".join(f"                {each},\n" for each in given)
    return (
        f"{opening}_command(\n            {kind},\n            {method},\n"
        f"            {{\n{inside}            }},\n        )\n"
    )


def _parameters(method: str, fields: Mapping[str, FieldInfo]) -> Iterator[str]:
    for name, field in fields.items():
        text = _type(field.annotation)
        if field.is_required():
            yield f"{name}: {text}"
            continue
        default = WAITS.get((method, name), field.default)
        if isinstance(default, Enum):
            default = default.value
        if default is None or field.default_factory is not None:
            yield f"{name}: {text.removesuffix(' | None')} | None = None"
        else:
            shown = f'"{default}"' if isinstance(default, str) else repr(default)
            yield f"{name}: {text} = {shown}"


def _type(annotation: Any) -> str:
    """Give what a caller may hand over."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(arguments[0])
    if origin in (Union, types.UnionType):
        return " | ".join("None" if each is type(None) else _type(each) for each in arguments)
    if origin is list:
        return f"Sequence[{_type(arguments[0])}]"
    if origin is dict:
        return "Mapping[str, Any]"
    if annotation is datetime:
        return "datetime | str"
    if issubclass(annotation, Enum):
        return "str"
    return str(annotation.__name__)


def _result(command: Command, imports: dict[str, set[str]]) -> tuple[str, str]:
    """Give the type of the result, and the kind that reads it."""
    if isinstance(command, Act):
        return "None", "None"
    result = command.result
    if isinstance(result, str):
        known = IN_WORDS.get(result)
        return (known, known) if known else ("dict[str, Any]", "dict[str, Any]")
    if get_origin(result) in (Union, types.UnionType):
        return f"{result}", f"{result}"
    assert isinstance(result, type)
    if result.__module__ != "builtins":
        imports.setdefault(_home(result), set()).add(result.__name__)
    return result.__name__, result.__name__


def _home(kind: type) -> str:
    package = "cp_tui.charge_point.variables"
    return package if kind.__module__.startswith(package) else kind.__module__


def library_reference() -> str:
    """Tell what the library gives beside a method for each command."""
    from cp_tui import CentralSystem, Charger, Client, VirtualCharger
    from cp_tui.library.looks import Looks
    from cp_tui.library.messages import Messages

    given = {
        "Charger": Charger,
        "VirtualCharger": VirtualCharger,
        "Client": Client,
        "all three": Looks,
        "messages": Messages,
        "CentralSystem": CentralSystem,
    }
    rows = "".join(
        f"| `{name}` | `{shown}` | {_sentence(about)} |\n"
        for name, kind in given.items()
        for shown, about in _members(name, kind)
    )
    return (
        "What `from cp_tui import ...` gives beside a method for each [command](#commands); see"
        " [testing-a-backend.md](testing-a-backend.md).\n\n| Of | Name | |\n|---|---|---|\n" + rows
    )


def _members(name: str, kind: type) -> Iterator[tuple[str, object]]:
    """Give the public members that a class has itself, and what it is made from."""
    begin = vars(kind)["__init__"]
    if begin.__doc__ is not None:
        yield f"{name}({_names(begin)})", begin
    for member, value in vars(kind).items():
        if member.startswith("_"):
            continue
        if isinstance(value, property):
            yield member, value
        elif isinstance(value, staticmethod) or inspect.isfunction(value):
            yield f"{member}({_names(value)})", value


def _names(function: Callable[..., object]) -> str:
    return ", ".join(name for name in inspect.signature(function).parameters if name != "self")


def _sentence(member: object) -> str:
    return words((inspect.getdoc(member) or "").partition("\n\n")[0])
