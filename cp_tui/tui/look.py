"""How the screen shall look and listen, and what the terminal can show at all."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from msgspec import Struct, field

FLUSH_INTERVAL_S = 0.25
"""Changes reach the widgets at most this often: what a bad link and an eye can follow."""

DEFAULT_THEME, PLAIN_THEME, NO_COLORS_THEME = "cp-dark", "ansi-16", "mono"

SIXTEEN_COLORS = ("linux", "vt100", "screen")
"""Values of TERM that know no more."""


class Look(Struct, frozen=True):
    """What was asked for, by options and settings."""

    theme: str | None = None
    """None: the one that was chosen last."""
    is_ascii: bool = False
    flush_interval_s: float = FLUSH_INTERVAL_S
    keymap: Mapping[str, str] = field(default_factory=dict)


class Terminal(Struct, frozen=True):
    """What the terminal can show, by its environment."""

    has_colors: bool = True
    has_many_colors: bool = True
    has_unicode: bool = True
    has_fine_blocks: bool = True
    """The Linux console has no eighth blocks."""


def terminal_of(environment: Mapping[str, str], *, is_utf8_assumed: bool) -> Terminal:
    """Read the environment; `is_utf8_assumed`: Python put the locale `C` aside for UTF-8."""
    term = environment.get("TERM", "")
    return Terminal(
        has_colors="NO_COLOR" not in environment,
        has_many_colors=term not in SIXTEEN_COLORS,
        has_unicode=_is_utf8(environment, is_utf8_assumed),
        has_fine_blocks=term != "linux",
    )


def is_utf8_assumed() -> bool:
    """Whether Python overrides the locale, as it does where that is `C`."""
    return bool(sys.flags.utf8_mode)


def _is_utf8(environment: Mapping[str, str], is_utf8_assumed: bool) -> bool:
    """Whether the locale says UTF-8; where none is set at all, every terminal of today does."""
    names = [environment.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")]
    if is_utf8_assumed and names[1] == "C.UTF-8":
        # Python wrote this into the environment itself.
        names[1] = ""
    locale = next((name for name in names if name), "UTF-8")
    return "UTF-8" in locale.upper().replace("UTF8", "UTF-8")
