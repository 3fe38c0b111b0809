"""The reference: all that can be asked, followed, set and told, made from the code."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from cp_tui.charge_point import variables
from cp_tui.charge_point.config import ChargePointConfig, ConnectorConfig
from cp_tui.charge_point.station_keys import station_keys
from cp_tui.charge_point.variables import Streams, Variables
from cp_tui.cli.command_help import METHODS, help_of
from cp_tui.cli.ctl_watch import HELP
from cp_tui.cli.door import Door
from cp_tui.cli.output import ExitStatus
from cp_tui.demo.csms_rpc import CSMS_COMMANDS
from cp_tui.demo.csms_variables import CSMS
from cp_tui.engine.command import Act, Command
from cp_tui.engine.commands import COMMANDS
from cp_tui.engine.errors import ErrorNumber
from cp_tui.engine.hub import Vocabulary
from cp_tui.fleet.fleet_variables import FLEET
from cp_tui.fleet.shell.fleet_door import FLEET_COMMANDS
from cp_tui.ocpp.key_spec import Access, KeySpec
from docs.fleet import fleet
from docs.library import library_reference
from docs.reasons import reasons
from docs.settings import settings
from docs.shapes import notes_of, shapes_in, table, type_words, words

HEAD = """\
# Reference

Made from the code by `python docs/make.py`: [from a shell](#from-a-shell), [commands](#commands),
[variables](#variables), [streams](#streams), [the library](#the-library), [settings](#settings),
[plans of a fleet](#plans-of-a-fleet), [configuration keys](#configuration-keys),
[reasons](#reasons), [exit status](#exit-status), [the door of a fleet](#the-door-of-a-fleet),
[the CSMS of a demo](#the-csms-of-a-demo), [shapes](#shapes).

## Asking

From a shell it is `cp-tui ctl METHOD NAME=VALUE ...`. In a program it is JSON-RPC 2.0 over the
socket of the charge point, a line for each message: `{"jsonrpc": "2.0", "id": 1, "method": "get",
"params": {"variable": "link"}}`. An answer has `result`, and `reason` where there is one to give; a
refusal has `error`. After `subscribe` come the notifications `variable`, with `name` and `value`,
and `event`, with `name` and `event`; whether or not it subscribed, a client hears `ended` before a
charge point that ends in order hangs up.

| Error | When |
|---|---|
"""
WATCHING = (
    "## From a shell\n\nWhat `cp-tui ctl` does with variables and streams by itself.\n\n"
    + "\n".join(f"### {name}\n\n```\n{text}\n```\n" for name, text in HELP.items())
)
OF_A_FLEET = """\
What `cp-tui ctl --fleet` asks of a fleet that runs, beside `get`, `subscribe`, `observe`, `wait`
and `tail`. `outline` stays as it is; `fleet` and `report` are told twice and once a second while
somebody follows them. `fleet_events` is a stream. A charge point of it has a door as one of `serve`
once `watch` has asked for it.
"""
OF_A_CSMS = """It has a socket of its own, `--socket FOLDER/csms`, beside that of its charge point,
`--socket FOLDER/door`, with the folder `cp-tui-demo-...` among the temporary ones.
"""
SHAPES = """\
## Shapes

What values look like in JSON. A date and time is text by ISO 8601 with its offset, the name in an
object is text also where it is a number, and what the words call None is `null`. A field without
words is what its name says.
"""
ACCESS = {
    Access.READ_ONLY: "read-only",
    Access.READ_WRITE: "",
    Access.WRITE_ONLY: "write-only",
}


def reference() -> str:
    """Write the whole page."""
    shapes: dict[str, type] = {}
    parts = [
        HEAD
        + "".join(f"| {each.value} | {words(note)} |\n" for each, note in _members(ErrorNumber)),
        WATCHING,
        "## Commands\n",
        *_commands({**COMMANDS, **METHODS}, shapes),
        "## Variables\n\n" + _on_variables() + _watched(Variables, shapes),
        "## Streams\n\nA stream has no value, only events, and a history of the newest 1,000.\n\n"
        + _watched(Streams, shapes),
        "## The library\n\n" + library_reference(),
        "## Settings\n\n" + settings(),
        "## Plans of a fleet\n\n" + fleet(shapes),
        "## Configuration keys\n\n" + _keys(),
        "## Reasons\n\n" + _reasons(),
        "## Exit status\n\n| Status | When |\n|---|---|\n"
        + "".join(f"| {each.value} | {words(note)} |\n" for each, note in _members(ExitStatus)),
        "## The door of a fleet\n\n" + _door(FLEET, shapes, OF_A_FLEET),
        *_commands(FLEET_COMMANDS, shapes, Door.FLEET),
        "## The CSMS of a demo\n\n" + _door(CSMS, shapes, OF_A_CSMS),
        *_commands(CSMS_COMMANDS, shapes, Door.CSMS),
        SHAPES,
        *(table(shapes[name]) for name in sorted(shapes)),
    ]
    return "\n".join(parts)


def _commands(
    commands: Mapping[str, Command], shapes: dict[str, type], door: Door = Door.CHARGE_POINT
) -> Iterator[str]:
    """Tell about each command, as `ctl METHOD --help` does."""
    for command in commands.values():
        own: dict[str, type] = {}
        if not isinstance(command, Act):
            shapes_in(command.result, own)
        shapes |= own
        see = f"\nThe result: {type_words(command.result)}.\n" if own else ""
        yield f"### {command.name}\n\n```\n{help_of(command, door)}\n```\n{see}"


def _on_variables() -> str:
    """Say what holds for all variables, as their module does behind its first sentence."""
    about = inspect.getdoc(variables) or ""
    return about.partition("\n\n")[2] + "\n\n"


def _watched(kind: type[msgspec.Struct], shapes: dict[str, type]) -> str:
    """List what can be followed, and what it is."""
    notes, rows = notes_of(kind), ["| Name | Value | |\n|---|---|---|\n"]
    for each in msgspec.structs.fields(kind):
        shapes_in(each.type, shapes)
        about = notes.get(each.name) or _about(each.type)
        rows.append(f"| `{each.name}` | {type_words(each.type)} | {words(about)} |\n")
    return "".join(rows)


def _about(kind: Any) -> str:
    """Give the sentence of the one shape that a type is about."""
    found: dict[str, type] = {}
    shapes_in(kind, found)
    return inspect.getdoc(next(iter(found.values()))) or "" if found else ""


def _keys() -> str:
    """List the keys of a charge point with two AC connectors, and what they hold at first."""
    connector = ConnectorConfig()
    station = station_keys(ChargePointConfig("CP001", "", connectors=(connector, connector)))
    head = (
        "As a charge point with two AC connectors has them at first. Where the mark of the section"
        " is missing, the key is of our own.\n\n"
        "| Key | Type | Unit | Default | Allowed | Access | Reboot | What it does | Section |\n"
        "|---|---|---|---|---|---|---|---|---|\n"
    )
    return head + "".join(
        _key(spec, station.states[name].value) for name, spec in station.specs.items()
    )


def _key(spec: KeySpec, value: str | None) -> str:
    cells = (
        f"`{spec.name}`",
        spec.type,
        spec.unit or "",
        f"`{value}`" if value else "",
        words(spec.constraint),
        ACCESS[spec.access],
        "yes" if spec.is_reboot_required else "",
        words(spec.effect),
        spec.source,
    )
    return f"| {' | '.join(cells)} |\n"


def _reasons() -> str:
    head = (
        "Why something was decided: `id`, `rule` and `text` of a `reason`. The marks of the rules"
        " are explained in [standard.md](standard.md). A `*` stands for what only the moment tells."
        "\n\n"
        "| Reason | Rule | Words |\n|---|---|---|\n"
    )
    return head + "".join(
        f"| `{each.id}` | {each.rule} | {words(each.words)} |\n" for each in reasons()
    )


def _door(there: Vocabulary, shapes: dict[str, type], about: str) -> str:
    """Say whose door it is, and list what can be followed behind it."""
    rows = ["| Name | Value | |\n|---|---|---|\n"]
    for name, kind in {**there.variables, **there.streams}.items():
        shapes_in(kind, shapes)
        rows.append(f"| `{name}` | {type_words(kind)} | {words(_about(kind))} |\n")
    return about + "\n" + "".join(rows)


def _members(kind: type) -> Iterator[tuple[Any, str]]:
    notes = notes_of(kind)
    yield from ((each, notes.get(each.name, "")) for each in kind)  # type: ignore[attr-defined]
