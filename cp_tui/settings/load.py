"""Reads the settings from their sources and merges them; a mistake becomes one line."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import platformdirs
from pydantic import BaseModel, ValidationError

from cp_tui.settings.build import ServeSettings, build
from cp_tui.settings.keys import canonical_layer
from cp_tui.settings.lines import Location
from cp_tui.settings.model import (
    ENVIRONMENT_PREFIX,
    ConnectorSettings,
    CustomKeySettings,
    ScreenSettings,
    Settings,
)
from cp_tui.settings.problem import Problem, SettingsError, Sources, unknown

FILE_BYTES_MAX = 64 * 1024
"""A configuration of every key there is takes a tenth of it."""

_LINE = re.compile(r" \(at line (\d+), column \d+\)$")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says; None is not given."""

    config: Path | None = None
    url: str | None = None
    id: str | None = None
    connectors: int | None = None
    # One of them may be AuthorizationKey, which no representation may show.
    keys: tuple[str, ...] = field(default=(), repr=False)
    """`KEY=VALUE`, as given with `--set`."""
    data_dir: Path | None = None
    socket: Path | None = None


def load(options: Options) -> ServeSettings:
    """Read, merge and check everything; raises `SettingsError` with one line."""
    path, text, file = _read_file(options.config)
    sources = Sources(
        options=canonical_layer(_from_options(options), file),
        environment=canonical_layer(_read_environment(), file),
        file=canonical_layer(file, file),
        file_path=path,
        file_text=text,
    )
    built = build(checked(sources, sources.merged()), path)
    return built if isinstance(built, ServeSettings) else refuse(sources, built)


def load_text(text: str, path: Path) -> ServeSettings:
    """Check a text as if it were the only source, in this file; raises `SettingsError`."""
    file = canonical_layer(tomllib.loads(text), {})
    sources = Sources({}, {}, file, path, text)
    built = build(checked(sources, file), path)
    return built if isinstance(built, ServeSettings) else refuse(sources, built)


def read_screen(config: Path | None) -> tuple[ScreenSettings, Sources]:
    """Read what concerns the screen alone: to attach, nothing else has to be right."""
    path, text, file = _read_file(config)
    layers = [
        {name: content for name, content in layer.items() if name == "screen"}
        for layer in (file, _read_environment())
    ]
    sources = Sources({}, layers[1], layers[0], path, text)
    return checked(sources, sources.merged()).screen, sources


def checked(sources: Sources, merged: Mapping[str, Any]) -> Settings:
    """Check every field by itself; raises `SettingsError`."""
    try:
        return Settings(**merged)
    except ValidationError as error:
        refuse(sources, [_problem(details) for details in error.errors()])


def refuse(sources: Sources, problems: Sequence[Problem]) -> NoReturn:
    """Explain the first mistake, and say how many more there are."""
    more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
    raise SettingsError(sources.explain(problems[0]) + more)


def default_config_file() -> Path:
    """Give the place where `cp-tui.toml` is looked for without `--config`."""
    return platformdirs.user_config_path("cp-tui", appauthor=False) / "cp-tui.toml"


def _read_file(chosen: Path | None) -> tuple[Path, str, dict[str, Any]]:
    """Read the file; only the default one may be absent."""
    path = chosen or default_config_file()
    try:
        content = path.expanduser().read_bytes()
    except FileNotFoundError:
        if chosen is None:
            return path, "", {}
        raise SettingsError(f"{path}: no such file") from None
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
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


def _read_environment() -> dict[str, Any]:
    if not any(name.upper().startswith(ENVIRONMENT_PREFIX) for name in os.environ):
        return {}
    from cp_tui.settings.environment import read_environment

    return read_environment()


def _refuse_syntax(path: Path, text: str, message: str) -> tuple[Path, str, dict[str, Any]]:
    place = _LINE.search(message)
    line = int(place[1]) if place else text.rstrip().count("\n") + 1
    what = _LINE.sub("", message).replace(" (at end of document)", "")
    raise SettingsError(f"{path}, line {line}: not TOML: {what}")


def _from_options(options: Options) -> dict[str, Any]:
    given: dict[str, Any] = {
        "csms": {"url": options.url},
        "charge_point": {"id": options.id},
        "station": {"connectors": options.connectors},
    }
    layer = {
        section: content
        for section, content in given.items()
        if all(value is not None for value in content.values())
    }
    keys = {}
    for setting in options.keys:
        name, separator, value = setting.partition("=")
        if not separator or not name:
            raise SettingsError("--set: must be KEY=VALUE")
        keys[name] = value
    if keys:
        layer["keys"] = keys
    if options.data_dir is not None:
        layer["data_dir"] = options.data_dir
    if options.socket is not None:
        layer["socket"] = options.socket
    return layer


def _problem(details: Any) -> Problem:
    """Turn what pydantic says into our words."""
    location: Location = details["loc"]
    if details["type"] == "extra_forbidden":
        return Problem(location, unknown(str(location[-1]), _fields_at(location[:-1])))
    text = details["msg"].replace("Input should be", "must be").replace("Input should", "must")
    return Problem(location, text[:1].lower() + text[1:])


def _fields_at(location: Location) -> list[str]:
    """Name the keys of the table at a place of the settings."""
    match location:
        case ("station", "connector", _):
            return list(ConnectorSettings.model_fields)
        case ("custom_keys", _):
            return list(CustomKeySettings.model_fields)
        case (str(section),):
            table = Settings.model_fields[section].annotation
            assert isinstance(table, type)
            assert issubclass(table, BaseModel)
            return list(table.model_fields)
        case _:
            return list(Settings.model_fields)
