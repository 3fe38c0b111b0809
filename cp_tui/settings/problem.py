"""A mistake in the settings, and the line that says what it is, where, and what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.engine.errors import CannotBegin
from cp_tui.settings.lines import Location, line_of


class SettingsError(CannotBegin):
    """The settings are wrong; each of the lines tells one mistake."""


class Problem(Struct, frozen=True):
    """What is wrong with one value."""

    location: Location
    text: str
    is_missing: bool = False
    """Nobody gives the value: the text says how to give it."""


class Sources(Struct, frozen=True):
    """Where the settings came from, the strongest first."""

    options: Mapping[str, Any]
    environment: Mapping[str, Any]
    file: Mapping[str, Any]
    file_path: Path
    file_text: str
    preset: Mapping[str, Any] = {}
    """What the chosen preset says, the weakest of all."""
    preset_path: Path = Path()
    preset_text: str = ""
    preset_about: str = ""
    option_of: Callable[[Location], str] | None = None
    """How the option for a value is called; None: as those of `serve`."""

    def merged(self) -> dict[str, Any]:
        """Put the layers over one another."""
        return merge(merge(merge(self.preset, self.file), self.environment), self.options)

    def under(self, layer: Mapping[str, Any]) -> Sources:
        """Put a layer over all others."""
        return replace(self, options=merge(self.options, layer))

    def explain(self, problem: Problem) -> str:
        """Name the source of the value, its line in the file, its key and what is wrong."""
        location, text = problem.location, problem.text
        if problem.is_missing:
            return text
        name = ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
        if holds(self.options, location):
            return f"{(self.option_of or serve_option)(location)}: {text}"
        if holds(self.environment, location):
            variable = "__".join(str(part) for part in location).upper()
            return f"environment, CP_TUI_{variable}: {text}"
        is_preset = holds(self.preset, location) and not holds(self.file, location)
        path = self.preset_path if is_preset else self.file_path
        line = line_of(self.preset_text if is_preset else self.file_text, location)
        place = f"{path}, line {line}" if line else str(path)
        return f"{place}: {name}: {text}"


def unknown(
    name: str, known: Iterable[str], *, else_hint: str | None = None, what: str = "key"
) -> str:
    """Say that a name is unknown, and which one may be meant, or else what there is."""
    from difflib import get_close_matches

    names = sorted(known)
    by_folded = {candidate.casefold(): candidate for candidate in names}
    nearest = get_close_matches(name.casefold(), by_folded, n=1)
    if nearest:
        return f'unknown {what}; did you mean "{by_folded[nearest[0]]}"?'
    return f"unknown {what}; {else_hint or 'allowed: ' + ', '.join(names)}"


def holds(content: Any, location: Location) -> bool:
    """Whether the value is written there."""
    for part in location:
        try:
            content = content[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def serve_option(location: Location) -> str:
    """Name the option of `serve` for a value."""
    match location:
        case ("csms", "url"):
            return "--url"
        case ("charge_point", "preset"):
            return "--preset"
        case ("charge_point", "id"):
            return "--id"
        case ("network", "weather"):
            return "--weather"
        case ("network", "seed"):
            return "--seed"
        case ("station", "connectors"):
            return "--connectors"
        case ("keys", str(key)):
            return f"--set {key}"
        case _:
            return f"--{location[0]}".replace("_", "-")


def merge(weaker: Mapping[str, Any], stronger: Mapping[str, Any]) -> dict[str, Any]:
    """Put one layer over another, table by table; a list is replaced as a whole."""
    merged = dict(weaker)
    for name, value in stronger.items():
        below = merged.get(name)
        if isinstance(below, dict) and isinstance(value, dict):
            value = merge(below, value)
        merged[name] = value
    return merged
