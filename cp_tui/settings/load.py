"""Reads the settings from their sources and merges them; each mistake becomes one line."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import platformdirs
from msgspec.structs import replace
from pydantic import BaseModel, ValidationError

from cp_tui.network.reading import FaultTable, WeatherTable
from cp_tui.ocpp.discreet import Discreet
from cp_tui.settings import preset
from cp_tui.settings.build import ServeSettings, build
from cp_tui.settings.keys import canonical_layer
from cp_tui.settings.lines import Location
from cp_tui.settings.model import (
    ENVIRONMENT_PREFIX,
    ConnectorSettings,
    CustomKeySettings,
    NetworkSettings,
    ScreenSettings,
    Settings,
)
from cp_tui.settings.problem import Problem, SettingsError, Sources, holds, unknown

Table = TypeVar("Table", bound=BaseModel)

FILE_BYTES_MAX = 64 * 1024
"""The longest file that is read: a configuration of every key there is takes a tenth of it."""
LINES_MAX = 20
"""How many mistakes are named at once; who makes more has taken another file."""
ROUNDS_MAX = 3
"""How often the fields are checked: once finds all, but in tables that are refused as a whole."""

_WORDS = {
    "path_type": "must be text: a path",
    "decimal_type": "must be a number",
    "decimal_parsing": "must be a number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "missing": "is missing",
}
"""What pydantic calls by its own names; what it says of a range names the range as it is."""

_LINE = re.compile(r" \(at line (\d+), column \d+\)$")


class Options(Discreet, frozen=True):
    """What the command line says; None is not given."""

    HIDDEN = frozenset({"keys"})

    config: Path | None = None
    url: str | None = None
    id: str | None = None
    connectors: int | None = None
    preset: str | None = None
    # One of them may be AuthorizationKey, which no representation may show.
    keys: tuple[str, ...] = ()
    """`KEY=VALUE`, as given with `--set`."""
    data_dir: Path | None = None
    socket: Path | None = None
    weather: str | None = None
    seed: int | None = None


def load(options: Options) -> ServeSettings:
    """Read, merge and check everything; raises `SettingsError` with a line for each mistake."""
    path = options.config or default_config_file()
    text, file, wrong = _read_what_there_is(options.config)
    environment, wrong_there = _read_environment()
    given, wrong_options = _from_options(options)
    sources = Sources(
        options=canonical_layer(given, file),
        environment=canonical_layer(environment, file),
        file=canonical_layer(file, file),
        file_path=path,
        file_text=text,
    )
    # What a file that cannot be read would have said is not known, so nothing else is missed.
    return _built(sources, [*wrong, *wrong_there, *wrong_options], is_whole=not wrong)


def load_text(text: str, path: Path) -> ServeSettings:
    """Check a text as if it were the only source, in this file; raises `SettingsError`."""
    import tomllib

    return _built(Sources({}, {}, canonical_layer(tomllib.loads(text), {}), path, text), [])


def load_tables(tables: Mapping[str, Any], called: str, file: Path | None) -> ServeSettings:
    """Check tables in the shape of `cp-tui.toml`, over those of a file if one is given.

    No environment and no default file: who writes them means them. `called` is what mistakes are
    told of; raises `SettingsError`.
    """
    path, content = Path(called), dict[str, Any]()
    if file is not None:
        _, _, content = read_file(file)
        path = Path(f"{called} with {file}")
    layers = Sources(canonical_layer(tables, content), {}, canonical_layer(content, {}), path, "")
    return _built(replace(layers, options={}, file=layers.merged()), [])


def _built(sources: Sources, wrong: Sequence[str], *, is_whole: bool = True) -> ServeSettings:
    """Check the fields, then how they fit together, and name every mistake in one go."""
    sources = with_preset(sources)
    settings, problems = every_field(sources.merged())
    built = build(settings, sources.file_path, sources.preset_about) if is_whole else []
    if isinstance(built, ServeSettings):
        if not problems and not wrong:
            return built
        built = []
    news = [problem for problem in built if not _is_known(problem, problems)]
    refuse(sources, [*problems, *news], wrong)


def with_preset(sources: Sources) -> Sources:
    """Put the preset that is asked for below everything else; raises `SettingsError`."""
    chosen = sources.merged().get("charge_point")
    name = chosen.get("preset") if isinstance(chosen, dict) else None
    if not isinstance(name, str):
        return sources
    found = preset.find(name, _user_presets(), read_file)
    tables = canonical_layer(found.tables, {})
    return replace(
        sources,
        preset=tables,
        preset_path=found.path,
        preset_text=found.text,
        preset_about=found.about,
    )


def every_preset(users: Path | None = None) -> dict[str, preset.Preset | SettingsError]:
    """Read each preset that a name finds, or say what is wrong with it.

    `users` is the folder with those of the user; None: the usual one.
    """
    users = users or _user_presets()
    found: dict[str, preset.Preset | SettingsError] = {}
    for name in preset.known(users):
        try:
            found[name] = preset.find(name, users, read_file)
        except SettingsError as error:
            found[name] = error
    return found


def _user_presets() -> Path:
    return default_config_file().parent / "presets"


def _is_known(problem: Problem, problems: Sequence[Problem]) -> bool:
    """Say whether a mistake only follows from one that was found before at the same place."""
    return any(
        all(ours == theirs for ours, theirs in zip(problem.location, known.location, strict=False))
        for known in problems
    )


def read_screen(config: Path | None) -> tuple[ScreenSettings, Sources, list[Problem], list[str]]:
    """Read what concerns the screen alone: to attach, nothing else has to be right.

    Gives what is right of it, and what is wrong with the rest: by place, and explained already.
    """
    path, text, file = read_file(config)
    environment, wrong = _read_environment()
    layers = [
        {name: content for name, content in layer.items() if name == "screen"}
        for layer in (file, environment)
    ]
    sources = Sources({}, layers[1], layers[0], path, text)
    settings, problems = every_field(sources.merged())
    return settings.screen, sources, problems, wrong


def read_network(config: Path | None) -> NetworkSettings:
    """Read what the file says of the network alone; raises `SettingsError`."""
    path, text, file = read_file(config)
    sources = Sources({}, {}, {"network": file.get("network", {})}, path, text)
    settings, problems = every_field(sources.merged())
    if problems:
        refuse(sources, problems)
    return settings.network


def every_field(merged: Mapping[str, Any]) -> tuple[Settings, list[Problem]]:
    """Check every field of the settings; returns what is right, and what is wrong with the rest."""
    return every_field_of(Settings, merged, _fields_at)


def every_field_of(
    table: type[Table], merged: Mapping[str, Any], fields_at: Callable[[Location], Iterable[str]]
) -> tuple[Table, list[Problem]]:
    """Check every field of a table by itself; `fields_at` names the keys of a table within."""
    rest: dict[str, Any] = deepcopy(dict(merged))
    problems: list[Problem] = []
    for number in range(ROUNDS_MAX):
        try:
            return table(**rest), problems
        except ValidationError as error:
            details = error.errors()
            # What is missing in a later round was taken out, with its mistake, in one before.
            news = [each for each in details if not number or each["type"] != "missing"]
            problems += [_problem(each, fields_at) for each in news]
            # From the back: the places in a list that come before stay what they are.
            for each in reversed(details):
                _take_out(rest, each["loc"])
    return table(), problems


def _take_out(table: Any, location: Location) -> None:
    """Take a refused value out, or the innermost table around it that is written."""
    here, further = location[0], location[1:]
    if not holds(table, (here,)):
        return
    if further and holds(table[here], further[:1]):
        _take_out(table[here], further)
    else:
        del table[here]


def refuse(sources: Sources, problems: Sequence[Problem], wrong: Sequence[str] = ()) -> NoReturn:
    """Explain every mistake, each in a line; `wrong` are explained already."""
    lines = [*wrong, *(sources.explain(problem) for problem in problems)]
    if (more := len(lines) - LINES_MAX) > 0:
        lines[LINES_MAX:] = [f"and {more} more"]
    raise SettingsError(*lines)


def default_config_file() -> Path:
    """Give the place where `cp-tui.toml` is looked for without `--config`."""
    return platformdirs.user_config_path("cp-tui", appauthor=False) / "cp-tui.toml"


def read_file(chosen: Path | None) -> tuple[Path, str, dict[str, Any]]:
    """Read a file; only the default one, `cp-tui.toml`, may be absent. Raises `SettingsError`."""
    path = chosen or default_config_file()
    try:
        content = path.expanduser().read_bytes()
    except FileNotFoundError:
        if chosen is None:
            return path, "", {}
        raise SettingsError(f"{path}: no such file") from None
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    # Where there is no file, nobody waits for what reads one.
    import tomllib

    if len(content) > FILE_BYTES_MAX:
        raise SettingsError(f"{path}: {len(content)} bytes; at most {FILE_BYTES_MAX} are read")
    try:
        text = content.decode().replace("\r\n", "\n")
        return path, text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{path}, line {line}: not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        return _refuse_syntax(path, text, str(error))


def _read_what_there_is(chosen: Path | None) -> tuple[str, dict[str, Any], tuple[str, ...]]:
    """Read text and content of the file; where it cannot be read, say why instead."""
    try:
        _path, text, content = read_file(chosen)
    except SettingsError as error:
        return "", {}, error.lines
    return text, content, ()


def _read_environment() -> tuple[dict[str, Any], list[str]]:
    """Read our variables, and say what is wrong with those that belong nowhere."""
    if not any(name.upper().startswith(ENVIRONMENT_PREFIX) for name in os.environ):
        return {}, []
    from cp_tui.settings.environment import read_environment, unknown_variables

    wrong = unknown_variables()
    try:
        return read_environment(), wrong
    except SettingsError as error:
        return {}, [*wrong, *error.lines]


def _refuse_syntax(path: Path, text: str, message: str) -> tuple[Path, str, dict[str, Any]]:
    place = _LINE.search(message)
    line = int(place[1]) if place else text.rstrip().count("\n") + 1
    what = _LINE.sub("", message).replace(" (at end of document)", "")
    raise SettingsError(f"{path}, line {line}: not TOML: {what}")


def _from_options(options: Options) -> tuple[dict[str, Any], list[str]]:
    """Give what the options say, and what is wrong with those that say nothing."""
    given: dict[str, Any] = {
        "csms": {"url": options.url},
        "charge_point": {"id": options.id, "preset": options.preset},
        "station": {"connectors": options.connectors},
        "network": {"weather": options.weather, "seed": options.seed},
    }
    layer: dict[str, Any] = {
        section: said
        for section, content in given.items()
        if (said := {name: value for name, value in content.items() if value is not None})
    }
    keys: dict[str, str] = {}
    wrong = []
    for number, setting in enumerate(options.keys, 1):
        name, separator, value = setting.partition("=")
        if not separator or not name:
            # Not repeated: it may be the value of AuthorizationKey.
            which = f"--set (number {number} of {len(options.keys)})"
            wrong.append(f"{which if len(options.keys) > 1 else '--set'}: must be KEY=VALUE")
        else:
            keys[name] = value
    if keys:
        layer["keys"] = keys
    if options.data_dir is not None:
        layer["data_dir"] = options.data_dir
    if options.socket is not None:
        layer["socket"] = options.socket
    return layer, wrong


def _problem(details: Any, fields_at: Callable[[Location], Iterable[str]]) -> Problem:
    """Turn what pydantic says into our words."""
    location: Location = details["loc"]
    if details["type"] == "extra_forbidden":
        return Problem(location, unknown(str(location[-1]), fields_at(location[:-1])))
    if details["type"] in ("model_type", "dict_type"):
        return Problem(location, "must be a table")
    text = _WORDS.get(details["type"])
    if text is None:
        text = details["msg"]
        for begin in ("Input should", "String should"):
            text = text.replace(begin, "must")
    return Problem(location, text[:1].lower() + text[1:])


def _fields_at(location: Location) -> list[str]:
    """Name the keys of the table at a place of the settings."""
    match location:
        case ("station", "connector", _):
            return list(ConnectorSettings.model_fields)
        case ("network", "weathers", _):
            return list(WeatherTable.model_fields)
        case ("network", "weathers", _, "faults", _):
            return list(FaultTable.model_fields)
        case ("custom_keys", _):
            return list(CustomKeySettings.model_fields)
        case (str(section),):
            table = Settings.model_fields[section].annotation
            assert isinstance(table, type)
            assert issubclass(table, BaseModel)
            return list(table.model_fields)
        case _:
            return list(Settings.model_fields)
