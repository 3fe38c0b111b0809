"""How many colours a terminal shows: what its environment says of it, or what was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct


class Colors(Enum):
    """What a terminal can show; the values are those of `--colors`."""

    NONE = "none"
    SIXTEEN = "16"
    """Whose looks are up to the terminal."""
    PALETTE = "256"
    """Those of xterm: a cube of 6 by 6 by 6, and 24 greys."""
    TRUE = "truecolor"
    """24 bits each."""

    @property
    def words(self) -> str:
        """What people call it."""
        return {"none": "no colours", "truecolor": "24-bit colours"}.get(
            self.value, f"{self.value} colours"
        )


AUTO = "auto"
"""Asked for where the terminal shall decide."""

TRUE_VALUES = ("truecolor", "24bit")
"""What COLORTERM says where 24 bits are shown."""

TRUE_NAMES = ("xterm-kitty", "kitty", "alacritty", "foot", "wezterm", "xterm-ghostty", "ghostty")
"""How TERM begins with terminals that show 24 bits. SSH hands on TERM, and not COLORTERM."""


class TerminalColors(Struct, frozen=True):
    """What a terminal is sent, and who says so."""

    colors: Colors = Colors.TRUE
    why: str = ""
    """A clause: `TERM is xterm-256color`."""

    @property
    def sentences(self) -> str:
        """What is sent, why, and how to have it otherwise."""
        why = f": {self.why}" if self.why else ""
        return (
            f"{self.colors.words.capitalize()} are sent{why}. Others: --colors, or screen.colors."
        )


ALL_COLORS = TerminalColors()
"""Of what is no terminal, such as a picture."""


def terminal_colors(environment: Mapping[str, str], asked: str | None) -> TerminalColors:
    """Decide: what was asked for, then NO_COLOR, then COLORTERM, then the name in TERM.

    A name that promises nothing stands for sixteen colours, which every terminal has. NO_COLOR
    gives way to an option or a setting, as https://no-color.org asks for.
    """
    if asked is not None and asked != AUTO:
        return TerminalColors(Colors(asked), "--colors or the settings say so")
    if "NO_COLOR" in environment:
        return TerminalColors(Colors.NONE, "NO_COLOR is set in the environment")
    if (said := environment.get("COLORTERM", "").lower()) in TRUE_VALUES:
        return TerminalColors(Colors.TRUE, f"COLORTERM is {said}")
    term = environment.get("TERM", "")
    if term.startswith(TRUE_NAMES) or term.endswith("-direct"):
        colors = Colors.TRUE
    else:
        colors = Colors.PALETTE if "256color" in term else Colors.SIXTEEN
    why = f"TERM is {term or 'empty'}, and COLORTERM says nothing of 24 bits"
    return TerminalColors(colors, why)
