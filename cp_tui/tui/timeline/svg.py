"""Lines of a widget as an SVG picture, in their colours."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text
from textual.strip import Strip


def strips_svg(strips: Sequence[Strip], width: int, title: str, theme: TerminalTheme) -> str:
    """Draw the lines in a window with a title."""
    console = Console(
        file=StringIO(),
        width=width,
        force_terminal=True,
        record=True,
        legacy_windows=False,
        color_system="truecolor",
    )
    for strip in strips:
        console.print(Text.assemble(*((part.text, part.style or "") for part in strip)))
    return console.export_svg(title=title, theme=theme, unique_id="timeline")
