"""What was asked for and what is remembered: how the screen shall look, and how it was left.

What is remembered is in a small JSON file in the user's state folder; whatever is wrong with it,
the screen starts.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import platformdirs
from msgspec import Struct, field
from pydantic import BaseModel, ConfigDict, ValidationError

from cp_tui.tui.text.paths import read_at_most
from cp_tui.tui.theme.colors import ALL_COLORS, Colors, TerminalColors, terminal_colors

FLUSH_INTERVAL_S = 0.25
"""Changes reach the widgets at most this often: what a bad link and an eye can follow."""

DEFAULT_THEME, PLAIN_THEME, NO_COLORS_THEME = "cp-dark", "ansi-16", "mono"

FILE_BYTES_MAX = 16 * 1024
SCREENS_MAX = 50
"""Charge points whose screen is remembered; with the longest path of a socket they fit the file."""


class Look(Struct, frozen=True):
    """What was asked for, by options and settings."""

    theme: str | None = None
    """None: the one that was chosen last."""
    colors: str | None = None
    """How many the terminal is sent, in the words of `--colors`; None: as many as it shows."""
    is_ascii: bool = False
    flush_interval_s: float = FLUSH_INTERVAL_S
    has_bell: bool | None = None
    """Whether the terminal rings when something becomes worse; None: as it was chosen last."""
    keymap: Mapping[str, Sequence[str]] = field(default_factory=dict)


class LayoutState(BaseModel):
    """How the screen was left."""

    # A newer version may have written more; that is no reason to forget the rest.
    model_config = ConfigDict(frozen=True, extra="ignore")

    theme: str | None = None
    """The theme that was chosen in the menu; None: never any."""
    screens: dict[str, str] = {}
    """The name of the screen that was shown, by charge point; the newest last."""
    has_bell: bool = False
    """The terminal rings when something becomes worse."""
    is_utc: bool = False
    """Times in UTC instead of the zone of the reader."""
    orders: dict[str, str] = {}
    """By which column a table is sorted, by its name: `+Value` upwards, `-Value` downwards."""

    def left(self, charge_point: str, screen: str) -> LayoutState:
        """Remember the screen at which a charge point was left; the oldest are forgotten."""
        if not charge_point:
            return self
        others = {name: each for name, each in self.screens.items() if name != charge_point}
        kept = list(others.items())[1 - SCREENS_MAX :]
        return self.model_copy(update={"screens": {**dict(kept), charge_point: screen}})


def default_state_file() -> Path:
    """The place of the file."""
    return platformdirs.user_state_path("cp-tui", appauthor=False) / "screen.json"


def read_state(path: Path) -> tuple[LayoutState, str | None]:
    """The state, and a word about a file that could not be read; none at all is no problem."""
    try:
        return LayoutState.model_validate_json(read_at_most(path, FILE_BYTES_MAX)), None
    except FileNotFoundError:
        return LayoutState(), None
    except ValidationError:
        return LayoutState(), f"{path}: not a state of the screen; it is not used"
    except OSError as error:
        return LayoutState(), f"{path}: {error.strerror}"


def write_state(path: Path, state: LayoutState) -> str | None:
    """Write the state, whole or not at all; returns a word about what went wrong."""
    unfinished = path.with_suffix(f".{os.getpid()}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished.write_text(state.model_dump_json(indent=2) + "\n", encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        return f"{path}: {error.strerror}"
    return None


class Terminal(Struct, frozen=True):
    """What the terminal can show, by its environment."""

    colors: TerminalColors = ALL_COLORS
    has_unicode: bool = True
    has_fine_blocks: bool = True
    """The Linux console has no eighth blocks."""


def terminal_of(
    environment: Mapping[str, str],
    colors: str | None = None,
    *,
    is_utf8_assumed: bool = bool(sys.flags.utf8_mode),
) -> Terminal:
    """Read the environment, unless `colors` were asked for.

    `is_utf8_assumed`: Python put the locale `C` aside for UTF-8.
    """
    term = environment.get("TERM", "")
    return Terminal(
        colors=terminal_colors(environment, colors),
        has_unicode=_is_utf8(environment, is_utf8_assumed),
        has_fine_blocks=term != "linux",
    )


def _is_utf8(environment: Mapping[str, str], is_utf8_assumed: bool) -> bool:
    """Whether the locale says UTF-8; where none is set at all, every terminal of today does."""
    names = [environment.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")]
    if is_utf8_assumed and names[1] == "C.UTF-8":
        # Python wrote this into the environment itself.
        names[1] = ""
    locale = next((name for name in names if name), "UTF-8")
    return "UTF-8" in locale.upper().replace("UTF8", "UTF-8")


def theme_for(
    look: Look, state: LayoutState, terminal: Terminal, environment: Mapping[str, str]
) -> str:
    """Without colours there is one theme; else the one asked for, or one that the terminal has."""
    if terminal.colors.colors is Colors.NONE:
        return NO_COLORS_THEME
    if (asked := look.theme or environment.get("TEXTUAL_THEME")) is not None:
        return asked
    # What was chosen on a better terminal may not be readable on a poor one.
    is_poor = terminal.colors.colors is Colors.SIXTEEN
    return PLAIN_THEME if is_poor else state.theme or DEFAULT_THEME
