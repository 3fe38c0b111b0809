"""What a screen remembers until it is opened again: theme, screen, time zone.

A small JSON file in the user's state folder; whatever is wrong with it, the screen starts.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
from pydantic import BaseModel, ConfigDict, ValidationError

from cp_tui.tui.text.paths import read_at_most

FILE_BYTES_MAX = 16 * 1024
SCREENS_MAX = 50
"""Charge points whose screen is remembered; with the longest path of a socket they fit the file."""


class LayoutState(BaseModel):
    """How the screen was left."""

    # A newer version may have written more; that is no reason to forget the rest.
    model_config = ConfigDict(frozen=True, extra="ignore")

    theme: str | None = None
    """The theme that was chosen in the menu; None: never any."""
    screens: dict[str, str] = {}
    """The name of the screen that was shown, by charge point; the newest last."""
    is_utc: bool = False
    """Times in UTC instead of the zone of the reader."""

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
