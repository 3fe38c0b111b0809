"""The layers: who may import whom, read from the same contracts that import-linter checks.

The contracts are in pyproject.toml. Here they are checked with the standard library alone, so that
nobody needs more than the tests to see a layer broken.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import TypedDict

import pytest

from tests.imports import imports, within
from tests.sources import ROOT, parsed, python_files, shown

HOME_OF_LIBRARY = {
    "textual": {"cp_tui.tui"},
    "rich": {"cp_tui.tui"},
    "websockets": {
        *("cp_tui.engine", "cp_tui.csms", "cp_tui.replay", "cp_tui.tap", "cp_tui.fleet"),
    },
    "sqlite3": {"cp_tui.engine"},
    "httpx": {"cp_tui.engine"},
    "ftplib": {"cp_tui.engine"},
    "pydantic_settings": {"cp_tui.settings"},
    "cryptography": {"cp_tui.certificates"},
    "gevent": {"cp_tui.fleet.locust"},
    "locust": {"cp_tui.fleet.locust"},
}
"""Libraries that only some packages may know."""

PURE = (
    "cp_tui/ocpp",
    "cp_tui/network",
    "cp_tui/certificates",
    "cp_tui/charge_point",
    "cp_tui/station",
    "cp_tui/charger",
    "cp_tui/fleet/sessions.py",
    "cp_tui/fleet/station.py",
    "cp_tui/fleet/station_book.py",
    "cp_tui/fleet/station_link.py",
    "cp_tui/fleet/web_socket.py",
    "cp_tui/fleet/wheel.py",
)
IMPURE_CALLS = {
    "datetime.now",
    "datetime.utcnow",
    "date.today",
    "random.random",
    "random.randint",
    "random.choice",
    "secrets.token_hex",
    "uuid.uuid4",
    "uuid4",
    "print",
    "open",
}
"""The clock, chance and the outside: they reach the mind and the body as arguments."""


class Contract(TypedDict, total=False):
    """What import-linter reads of a contract."""

    name: str
    type: str
    layers: list[str]
    source_modules: list[str]
    forbidden_modules: list[str]


def contracts(kind: str) -> list[Contract]:
    """Give the contracts of one type."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared: list[Contract] = project["tool"]["importlinter"]["contracts"]
    return [contract for contract in declared if contract["type"] == kind]


def reached(package: str, layers: list[str]) -> Iterator[tuple[str, str]]:
    """Give module -> module of each import that leads from a package into another layer.

    What belongs to no layer is walked through, since it can carry an import from layer to layer.
    """
    waiting = [name for name in imports() if within(name, package)]
    seen = set(waiting)
    while waiting:
        module = waiting.pop()
        for target in imports()[module]:
            if any(within(target, layer) for layer in layers if layer != package):
                yield module, target
            elif target in imports() and target not in seen:
                seen.add(target)
                waiting.append(target)


def test_each_layer_imports_only_the_layers_below_it() -> None:
    broken = [
        f"{module} -> {target}"
        for contract in contracts("layers")
        for index, layer in enumerate(contract["layers"])
        for module, target in reached(layer, contract["layers"])
        if any(within(target, higher) for higher in contract["layers"][:index])
    ]
    assert sorted(broken) == []


def loaded_with(module: str) -> Iterator[str]:
    """Give what must be there before a module is: what it imports, each with its packages."""
    for target in imports()[module]:
        if target == module:
            continue
        yield target
        while target := target.rpartition(".")[0]:
            if target in imports() and not within(module, target):
                yield target


def test_no_import_goes_round_in_a_circle() -> None:
    """Neither where modules begin, nor in a function, nor for types alone."""
    modules = {name: set(loaded_with(name)) & imports().keys() for name in imports()}
    try:
        TopologicalSorter(modules).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        pytest.fail(" <- ".join(circle))


def test_the_mind_and_the_body_do_no_io() -> None:
    broken = [
        f"{module} -> {target}"
        for contract in contracts("forbidden")
        if contract["source_modules"] != ["cp_tui"]
        for module, targets in imports().items()
        if any(within(module, source) for source in contract["source_modules"])
        for target in targets
        if target in contract["forbidden_modules"]
    ]
    assert sorted(broken) == []


def test_the_contracts_name_packages_that_exist() -> None:
    named = {layer for contract in contracts("layers") for layer in contract["layers"]}
    named |= {each for contract in contracts("forbidden") for each in contract["source_modules"]}
    assert named <= imports().keys()


def test_each_library_is_known_only_where_it_belongs() -> None:
    broken = [
        f"{module} -> {target}"
        for module, targets in imports().items()
        for target in targets & HOME_OF_LIBRARY.keys()
        if not any(within(module, home) for home in HOME_OF_LIBRARY[target])
    ]
    assert sorted(broken) == []


def test_nothing_else_imports_the_room_that_replaces_all_sockets() -> None:
    room = "cp_tui.fleet.locust"
    broken = [
        f"{module} -> {target}"
        for module, targets in imports().items()
        for target in targets
        if within(target, room) and not within(module, room)
    ]
    assert sorted(broken) == []


def test_the_mind_and_the_body_ask_no_clock_and_throw_no_dice() -> None:
    broken = [
        f"{shown(path)}:{node.lineno} {ast.unparse(node.func)}"
        for path in python_files(*PURE)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in IMPURE_CALLS
    ]
    assert broken == []


def test_an_engine_starts_without_the_screen() -> None:
    """Textual takes longer to import than all the rest of a start."""
    modules = "cp_tui.cli, cp_tui.engine.engine, cp_tui.rpc.server"
    program = f"import sys, {modules}; print('textual' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_the_screen_of_a_charge_point_starts_without_what_only_a_log_needs() -> None:
    """All rules of `explain` take as long to import as half of the screen."""
    program = (
        "import sys, cp_tui.tui.main;"
        "rooms = ('cp_tui.opened', 'cp_tui.follow', 'cp_tui.explain.');"
        "print([name for name in sys.modules if name.startswith(rooms)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['cp_tui.explain.finding']"


NOT_FOR_A_BOOT = (
    "textual",
    "httpx",
    "ftplib",
    "cryptography",
    "pydantic_settings",
    "cp_tui.rpc.client_session",
    "cp_tui.engine.command",
    "cp_tui.engine.commands",
    "cp_tui.engine.transfer_http",
    "cp_tui.charge_point.requests",
    "cp_tui.ocpp.firmware_management",
    "cp_tui.ocpp.local_auth_list_management",
    "cp_tui.ocpp.remote_trigger",
    "cp_tui.ocpp.reservation",
    "cp_tui.ocpp.security",
    "cp_tui.ocpp.security_enumerations",
    "cp_tui.ocpp.smart_charging",
    "cp_tui.settings.environment",
)
"""What the first client, command, request or transfer imports; each would hold up every start."""


def test_serve_imports_nothing_that_a_boot_does_not_need() -> None:
    program = (
        "import sys, cp_tui.cli.serve;"
        f"print([name for name in {NOT_FOR_A_BOOT!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
