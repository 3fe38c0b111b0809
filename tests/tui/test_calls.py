"""Every command that a screen or the demo sends is an entry of its table, with its parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from cp_tui.demo.csms_rpc import CSMS_COMMANDS
from cp_tui.engine.commands import COMMANDS
from cp_tui.fleet.shell.fleet_door import FLEET_COMMANDS
from cp_tui.rpc.client_session import ClientSession
from tests.sources import parsed, python_files, shown

TO_ENGINE = frozenset({"CommandCall", "sends", "connection.call", "client.call", "context.act"})
TO_CSMS = frozenset({"to_csms"})
TO_FLEET = frozenset({"to_fleet", "fleet.call"})
METHOD_AT = {"_at_selected": 1, "Bench": 3}
"""Where those have the method that do not begin with it."""


def sent(folder: str) -> Iterator[tuple[Path, int, str, str, set[str] | None]]:
    """Give each call with its table, method and names of parameters; None: they are computed."""
    for path in python_files(folder):
        tree = parsed(path)
        # A method may be named a line earlier.
        names = {
            target.id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            kind = ast.unparse(node.func).removeprefix("self._").removeprefix("self.")
            if kind in TO_ENGINE | TO_CSMS | TO_FLEET or kind in METHOD_AT:
                is_csms = any(each.arg == "is_for_csms" for each in node.keywords)
                table = "csms" if kind in TO_CSMS or is_csms else "engine"
                table = "fleet" if kind in TO_FLEET else table
                for method in texts(node.args[METHOD_AT.get(kind, 0)], names):
                    yield path, node.lineno, table, method, parameters(node)
                if kind == "Bench":
                    # A text that no form holds is sent from every bench.
                    yield path, node.lineno, table, "send_raw", None


DOOR = vars(ClientSession).keys() & {"screens"}
"""What the door answers by itself, for a screen alone."""
TABLES = {"engine": COMMANDS, "csms": CSMS_COMMANDS, "fleet": FLEET_COMMANDS}
HOW_TOLD = "shows_itself"
"""Of a call, and no parameter of what is called."""


def texts(node: ast.expr, names: dict[str, ast.expr]) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from texts(body, names)
            yield from texts(orelse, names)
        case ast.Name(id=name) if name in names:
            yield from texts(names[name], {})


def parameters(node: ast.Call) -> set[str] | None:
    given = {each.arg for each in node.keywords if each.arg not in (None, HOW_TOLD)}
    if ast.unparse(node.func) == "sends":
        return {"connector_id"} if "at_connector" in given else set()
    for each in node.args[1:]:
        if not isinstance(each, ast.Dict):
            return None
        given |= {str(key.value) for key in each.keys if isinstance(key, ast.Constant)}
    return given


def test_every_call_names_a_command_and_its_parameters() -> None:
    seen: set[str] = set()
    wrong = []
    for folder in ("cp_tui/tui", "cp_tui/demo"):
        for path, line, table, method, names in sent(folder):
            if table == "engine" and method in DOOR:
                continue
            command = TABLES[table].get(method)
            seen.add(f"{table} {method}")
            if command is None or not (names or set()) <= command.params.model_fields.keys():
                wrong.append(f"{shown(path)}:{line} {method} {names}")
    assert wrong == []
    # Those are sent by nobody but a script.
    scripts = {
        "engine fail_mains",
    }
    everything = {f"{table} {name}" for table, commands in TABLES.items() for name in commands}
    assert seen == everything - scripts
