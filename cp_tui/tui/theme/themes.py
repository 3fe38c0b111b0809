"""Colour themes: one TOML file each, ours and the user's, and the colours that only cp-tui has.

A broken file is a problem to show, never a reason not to start.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import platformdirs
from msgspec import Struct, field
from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

from cp_tui.tui.text.paths import read_at_most

FILE_BYTES_MAX = 64 * 1024
"""A theme has a hundred short lines; a larger file is not one."""

COLORS = (
    "secondary",
    "accent",
    "success",
    "warning",
    "error",
    "foreground",
    "background",
    "surface",
    "panel",
    "boost",
)
"""Beside the primary colour; Textual derives those that are left out."""

FLAGS = ("dark", "ansi")
VARIABLES = "variables"

STYLE_WORDS = frozenset({"none", "not", "bold", "b", "dim", "italic", "underline", "u", "reverse"})
"""Text styles a theme may use; blinking is none of them."""

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
    "timeline-headroom": "success-muted",
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


def variable_defaults(theme: Theme) -> dict[str, str]:
    """The colours of cp-tui for a theme; what `App.get_theme_variable_defaults` returns."""
    colors = theme.to_color_system().generate()
    # Textual's own style sheets use the first two, but an ANSI theme does not generate them.
    ansi = {"ansi-background": "ansi_black", "ansi-foreground": "ansi_white"}
    return {**ansi, **{name: colors[source] for name, source in DERIVED.items()}}


def packaged_themes() -> Path:
    """The folder of the themes that come with cp-tui: in the package, in a checkout beside it."""
    package = Path(str(files("cp_tui")))
    inside = package / "themes"
    return inside if inside.is_dir() else package.parent / "themes"


def user_themes() -> Path:
    """The folder of the user's own themes; it may not exist."""
    return platformdirs.user_config_path("cp-tui", appauthor=False) / "themes"


def load_themes(folders: Sequence[Path]) -> tuple[list[Theme], list[str]]:
    """The themes of all folders, and what is wrong with them in words; a later name replaces.

    What is wrong in a file is left out of its theme; without a primary colour there is no theme.
    """
    themes: dict[str, Theme] = {}
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


def read_theme(path: Path) -> tuple[Theme | None, list[str]]:
    """The theme of a file as far as it is right, and what is wrong with it, in words."""
    reading = _Reading(path)
    return reading.theme(), reading.problems


def theme_names(user_folder: Path) -> frozenset[str]:
    """The names that a theme can be asked for by: ours, the user's, Textual's own.

    A broken file of the user counts: it is reported on the screen, and may be mended meanwhile.
    """
    themes, _problems = load_themes([packaged_themes(), user_folder])
    stems = (path.stem for path in theme_files(user_folder))
    return frozenset({*BUILTIN_THEMES, *(theme.name for theme in themes), *stems})


class _Reading(Struct):
    """One file while it is read, with the problems met so far."""

    path: Path
    problems: list[str] = field(default_factory=list)
    text: str = ""

    def theme(self) -> Theme | None:
        """The theme in the file, as far as it is right."""
        table = self._table()
        if table is None:
            return None
        primary = self._color("primary", table["primary"]) if "primary" in table else None
        if primary is None:
            if "primary" not in table:
                self._problem("primary", "is missing; a theme needs at least this colour")
            return None
        colors = {name: self._color(name, table[name]) for name in COLORS if name in table}
        for name in table:
            if name not in ("name", "primary", *COLORS, *FLAGS, VARIABLES):
                self._problem(name, "is not a key of a theme")
        theme = Theme(
            name=self._name(table.get("name")),
            primary=primary,
            dark=self._flag("dark", table.get("dark", True)),
            ansi=self._flag("ansi", table.get("ansi", False)),
        )
        for name, color in colors.items():
            setattr(theme, name, color)
        theme.variables = self._variables(theme, table.get(VARIABLES, {}))
        return theme

    def _problem(self, key: str, text: str) -> None:
        name = re.escape(key.rpartition(".")[2])
        found = re.search(rf"^\s*[\"']?{name}[\"']?\s*=", self.text, re.MULTILINE)
        line = self.text.count("\n", 0, found.end()) + 1 if found else 0
        place = f"{self.path}, line {line}" if line else f"{self.path}"
        self.problems.append(f"{place}: {key} {text}")

    def _table(self) -> Mapping[str, object] | None:
        try:
            data = read_at_most(self.path, FILE_BYTES_MAX + 1)
            if len(data) > FILE_BYTES_MAX:
                raise ValueError(f"larger than {FILE_BYTES_MAX} bytes")
            self.text = data.decode("utf-8")
            return tomllib.loads(self.text)
        except (OSError, ValueError, RecursionError) as error:
            self.problems.append(f"{self.path}: {error}")
            return None

    def _name(self, value: object) -> str:
        if value is None:
            return self.path.stem
        if isinstance(value, str) and value:
            return value
        self._problem("name", "must be text")
        return self.path.stem

    def _flag(self, name: str, value: object) -> bool:
        if isinstance(value, bool):
            return value
        self._problem(name, "must be true or false")
        return name == "dark"

    def _color(self, name: str, value: object) -> str | None:
        """A colour; None, and a problem, for anything else."""
        if isinstance(value, str):
            try:
                Color.parse(value)
            except ColorParseError:
                pass
            else:
                return value
        self._problem(name, f"is not a colour: {value!r}")
        return None

    def _variables(self, theme: Theme, table: object) -> dict[str, str]:
        if not isinstance(table, dict):
            self._problem(VARIABLES, "must be a table")
            return {}
        known = {*theme.to_color_system().generate(), *variable_defaults(theme)}
        kept: dict[str, str] = {}
        for name, value in table.items():
            if name not in known:
                self._problem(f"{VARIABLES}.{name}", "is not a colour variable")
            elif not isinstance(value, str) or not _is_variable_value(name, value):
                what = "text style" if name.endswith("-style") else "colour"
                self._problem(f"{VARIABLES}.{name}", f"is not a {what}: {value!r}")
            else:
                kept[name] = value
        return kept


def _is_variable_value(name: str, value: str) -> bool:
    """Whether a variable can take a value: a text style, or a colour with an optional opacity."""
    if name.endswith("-style"):
        return bool(value) and set(value.split()) <= STYLE_WORDS
    color, _, opacity = value.partition(" ")
    if opacity and not (opacity.endswith("%") and opacity[:-1].isdigit()):
        return False
    try:
        Color.parse(color)
    except ColorParseError:
        return False
    return True
