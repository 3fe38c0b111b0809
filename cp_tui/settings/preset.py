"""Presets: files in the shape of `cp-tui.toml` that make a charge point of a kind.

Ours lie in `cp_tui/presets`, those of the user in `presets` beside his `cp-tui.toml`, where one of
the same name wins; any other is named by its path. What the user sets himself wins over a preset.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from cp_tui.settings.model import Settings
from cp_tui.settings.problem import Problem, SettingsError, Sources, unknown

OURS = Path(__file__).parent.parent / "presets"
_OF_THE_PLACE = ("csms", "network", "screen", "data_dir", "socket")
TABLES = ("about", *(name for name in Settings.model_fields if name not in _OF_THE_PLACE))
"""What a kind of charge point can say; where it stands and how it is looked at it cannot."""
OF_THE_USER = "who uses a preset says that"

Read = Callable[[Path], tuple[Path, str, dict[str, Any]]]
"""Reads a file of TOML; raises `SettingsError`."""


class Preset(Struct, frozen=True):
    """A preset as it was found."""

    path: Path
    text: str
    about: str
    """In a sentence, what such a charge point does."""
    tables: Mapping[str, Any]


def known(users: Path) -> dict[str, Path]:
    """Give the presets that a name finds, in the order of their names."""
    found = {path.stem: path for folder in (OURS, users) for path in folder.glob("*.toml")}
    return dict(sorted(found.items()))


def is_path(name: str) -> bool:
    """Whether a preset is named by its file."""
    return "/" in name or name.endswith(".toml")


def find(name: str, users: Path, read: Read) -> Preset:
    """Find a preset by its name or path and read it; raises `SettingsError`."""
    presets = {} if is_path(name) else known(users)
    if not is_path(name) and name not in presets:
        raise SettingsError(f"preset {name!r}: {unknown(name, presets, what='preset')}")
    path, text, content = read(Path(name) if is_path(name) else presets[name])
    wrong = [
        Problem((each,), OF_THE_USER if each in _OF_THE_PLACE else unknown(each, TABLES))
        for each in content
        if each not in TABLES
    ]
    if not isinstance(content.get("about", ""), str):
        wrong.append(Problem(("about",), "must be text"))
    own = content.get("charge_point")
    if isinstance(own, dict):
        names = (each for each in ("id", "preset") if each in own)
        wrong += [Problem(("charge_point", each), OF_THE_USER) for each in names]
    if wrong:
        sources = Sources({}, {}, content, path, text)
        raise SettingsError(*(sources.explain(each) for each in wrong))
    about = content.pop("about", "")
    return Preset(path, text, about, content)
