"""Colour themes: one TOML file each, ours and the user's, and the colours that only cp-tui has.

A broken file is a problem to show, never a reason not to start.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import platformdirs
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    ValidationError,
)
from pydantic_core import PydanticCustomError
from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

from cp_tui.ocpp.plural import count
from cp_tui.tui.text.paths import UnusableInput, text_of
from cp_tui.tui.theme.colors import Colors
from cp_tui.tui.theme.palette import rgb_of

FILE_BYTES_MAX = 64 * 1024
"""A theme has a hundred short lines; a larger file is not one."""

STYLE_WORDS = frozenset({"none", "not", "bold", "b", "dim", "italic", "underline", "u", "reverse"})
"""Text styles a theme may use; blinking is none of them."""

POWER_COLORS = tuple(f"timeline-power-{place}" for place in range(1, 6))
"""What flows, by its share of the limit, from calm to warm. A theme that has a colour for what is
measured and none of these has that one for all of them."""

DERIVED = {
    "connector-available": "foreground",
    "connector-preparing": "text-accent",
    "connector-charging": "text-success",
    "connector-suspended": "text-warning",
    "connector-finishing": "text-accent",
    "connector-reserved": "text-secondary",
    "connector-unavailable": "foreground-muted",
    "connector-faulted": "text-error",
    "timeline-real": "success",
    "timeline-armed": "primary",
    "timeline-measured": "text-success",
    **dict.fromkeys(POWER_COLORS[:3], "text-success"),
    **dict.fromkeys(POWER_COLORS[3:], "text-warning"),
    "timeline-headroom": "success-muted",
    "timeline-limit": "success",
    "timeline-violation": "error",
    "timeline-unknown": "foreground-muted",
    "timeline-axis": "foreground-muted",
    "timeline-now": "accent",
    "timeline-cursor": "accent",
    "table-background": "background",
    "table-header": "foreground-muted",
    "table-alternate": "background",
    "table-cursor": "block-cursor-background",
    "table-cursor-text": "block-cursor-foreground",
    "table-cursor-blurred": "surface",
}
"""Each colour of cp-tui, and the one of Textual that stands in where a theme is silent."""


MAIN_COLORS = frozenset(
    {
        *("primary", "secondary", "accent", "success", "warning", "error"),
        *("foreground", "background", "surface", "panel", "boost"),
    }
)
"""Those from which Textual derives others."""

OURS = ("cp-dark", "cp-light", "high-contrast", "night", "blue-orange", "ansi-16", "mono")
"""The themes that come with cp-tui, in the order in which they are offered."""

PURPOSE_MAX = 60
"""Characters: what fits beside the name of a theme."""


@dataclass
class FileTheme(Theme):
    """A theme as it stands in its file: also what it is for, and its colours among 256."""

    purpose: str = ""
    colors_256: dict[str, int] = field(default_factory=dict)
    """Numbers of colours, by the names of main colours and variables."""

    def shown_in(self, colors: Colors) -> FileTheme:
        """The theme for a terminal with so many colours; what has no number there stays."""
        if colors is not Colors.PALETTE or not self.colors_256:
            return self
        found = {name: Color(*rgb_of(number)).hex for name, number in self.colors_256.items()}
        main = {name: value for name, value in found.items() if name in MAIN_COLORS}
        others = {name: value for name, value in found.items() if name not in MAIN_COLORS}
        return replace(self, **main, variables={**self.variables, **others})  # type: ignore[arg-type]


def variable_defaults(theme: Theme) -> dict[str, str]:
    """The colours of cp-tui for a theme; what `App.get_theme_variable_defaults` returns."""
    colors = theme.to_color_system().generate()
    # Textual's own style sheets use the first two, but an ANSI theme does not generate them.
    ansi = {"ansi-background": "ansi_black", "ansi-foreground": "ansi_white"}
    ours = {name: colors[source] for name, source in DERIVED.items()}
    if (one := theme.variables.get("timeline-measured")) is not None:
        ours |= dict.fromkeys(POWER_COLORS, one)
    return {**ansi, **ours}


def variables_of(theme: Theme) -> dict[str, str]:
    """Every colour of a theme by its name, as if it was the one in use."""
    generated = theme.to_color_system().generate()
    return {**variable_defaults(theme), **generated, **theme.variables}


@lru_cache(1)
def _variables() -> frozenset[str]:
    """The names of all colours and styles that a theme may set beside its main colours."""
    theme = BUILTIN_THEMES["textual-dark"]
    return frozenset({*theme.to_color_system().generate(), *variable_defaults(theme)})


def _is_colour(text: str) -> bool:
    try:
        Color.parse(text)
    except ColorParseError:
        return False
    return True


def _checked(what: str, value: object, is_right: bool) -> str:
    if not is_right:
        about = {"what": what, "value": f"{value!r}"}
        raise PydanticCustomError("value", "is not a {what}: {value}", about)
    return f"{value}"


def _variable(named: tuple[str, object]) -> str:
    """A text style, or a colour with an opacity if one likes, by the name of the variable."""
    name, value = named
    if name not in _variables():
        raise PydanticCustomError("unknown", "is not a colour variable")
    if name.endswith("-style"):
        words = f"{value}".split()
        return _checked("text style", value, bool(words) and set(words) <= STYLE_WORDS)
    color, _, opacity = f"{value}".partition(" ")
    is_opacity = opacity == "" or re.fullmatch(r"\d+%", opacity) is not None
    return _checked("colour", value, is_opacity and _is_colour(color))


def _number(named: tuple[str, object]) -> int:
    """The number of a colour that looks the same everywhere, by the name of what has it."""
    name, value = named
    if name not in MAIN_COLORS | _variables() or name.endswith("-style"):
        raise PydanticCustomError("unknown", "is not a colour of a theme")
    if type(value) is not int or not 16 <= value <= 255:
        about = {"value": f"{value!r}"}
        raise PydanticCustomError("number", "must be a number from 16 to 255, not {value}", about)
    return value


def _named(table: object) -> object:
    """Each value with its name, which says what it has to be."""
    return (
        {name: (name, each) for name, each in table.items()} if isinstance(table, dict) else table
    )


Colour = Annotated[
    str, PlainValidator(lambda value: _checked("colour", value, _is_colour(f"{value}")))
]
Variables = Annotated[dict[str, Annotated[str, PlainValidator(_variable)]], BeforeValidator(_named)]
Numbers = Annotated[dict[str, Annotated[int, PlainValidator(_number)]], BeforeValidator(_named)]


class ThemeFile(BaseModel):
    """What stands in the file of a theme; Textual derives the colours that are left out."""

    model_config = ConfigDict(extra="forbid", strict=True)

    primary: Colour
    name: Annotated[str, StringConstraints(min_length=1)] = ""
    purpose: Annotated[str, StringConstraints(max_length=PURPOSE_MAX)] = ""
    secondary: Colour | None = None
    accent: Colour | None = None
    success: Colour | None = None
    warning: Colour | None = None
    error: Colour | None = None
    foreground: Colour | None = None
    background: Colour | None = None
    surface: Colour | None = None
    panel: Colour | None = None
    boost: Colour | None = None
    dark: bool = True
    ansi: bool = False
    variables: Variables = {}
    colors_256: Annotated[Numbers, Field(alias="colors-256")] = {}


WORDS = {
    "missing": "is missing; a theme needs at least this colour",
    "extra_forbidden": "is not a key of a theme",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "string_too_short": "must be text",
    "string_too_long": f"must be {count(PURPOSE_MAX, 'character')} at most",
    "dict_type": "must be a table",
}
"""What is wrong with a key, by the kind of error."""


def packaged_themes() -> Path:
    """The folder of the themes that come with cp-tui: in the package, in a checkout beside it."""
    package = Path(str(files("cp_tui")))
    inside = package / "themes"
    return inside if inside.is_dir() else package.parent / "themes"


def user_themes() -> Path:
    """The folder of the user's own themes; it may not exist."""
    return platformdirs.user_config_path("cp-tui", appauthor=False) / "themes"


@cache
def our_themes() -> tuple[tuple[FileTheme, ...], tuple[str, ...]]:
    """The packaged themes, and what is wrong with them; read once: nobody changes them."""
    themes, problems = load_themes([packaged_themes()])
    return tuple(themes), tuple(problems)


def load_themes(folders: Sequence[Path]) -> tuple[list[FileTheme], list[str]]:
    """The themes of all folders, and what is wrong with them in words; a later name replaces.

    What is wrong in a file is left out of its theme; without a primary colour there is no theme.
    """
    themes: dict[str, FileTheme] = {}
    problems: list[str] = []
    for folder in folders:
        for path in theme_files(folder):
            theme, found = read_theme(path)
            problems += found
            if theme is not None:
                themes[theme.name] = theme
    return list(themes.values()), problems


def theme_files(folder: Path) -> list[Path]:
    """The files of a folder that should hold themes; none where there is no folder."""
    return sorted(folder.glob("*.toml")) if folder.is_dir() else []


def read_theme(path: Path) -> tuple[FileTheme | None, list[str]]:
    """The theme of a file as far as it is right, and what is wrong with it, in words."""
    try:
        text = text_of(path, FILE_BYTES_MAX)
        table = tomllib.loads(text)
    except UnusableInput as error:
        return None, [f"{error}"]
    except (ValueError, RecursionError) as error:
        return None, [f"{path}: {error}"]
    problems: list[str] = []
    try:
        file = ThemeFile.model_validate(table)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            *inside, key = map(str, each["loc"])
            (table[inside[0]] if inside else table).pop(key, None)
            words = WORDS.get(each["type"], each["msg"])
            problems.append(
                f"{path}{_line_of(inside, key, text)}: {'.'.join((*inside, key))} {words}"
            )
        if "primary" not in table:
            return None, problems
        file = ThemeFile.model_validate(table)
    return FileTheme(**{"name": path.stem, **file.model_dump(exclude_unset=True)}), problems


def _line_of(inside: Sequence[str], key: str, text: str) -> str:
    """The line where a key stands, for people; empty where it is not found."""
    table = "".join(rf"^\s*\[\s*[\"']?{re.escape(name)}[\"']?\s*\](?s:.*?)" for name in inside)
    found = re.search(rf"{table}^\s*[\"']?{re.escape(key)}[\"']?\s*=", text, re.MULTILINE)
    return f", line {text.count(chr(10), 0, found.end()) + 1}" if found else ""


def theme_names(user_folder: Path) -> frozenset[str]:
    """The names that a theme can be asked for by: ours, the user's, Textual's own.

    A broken file of the user counts: it is reported on the screen, and may be mended meanwhile.
    """
    themes = (*our_themes()[0], *load_themes([user_folder])[0])
    stems = (path.stem for path in theme_files(user_folder))
    return frozenset({*BUILTIN_THEMES, *(theme.name for theme in themes), *stems})
