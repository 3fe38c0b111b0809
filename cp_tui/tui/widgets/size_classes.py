"""What the size of the terminal decides for a screen, from its first moment on."""

from __future__ import annotations

from typing import Any

from textual.geometry import Size
from textual.screen import Screen

LEAST = Size(30, 8)
"""With fewer columns or lines, not one row of a list can be read."""


def is_too_small(size: Size) -> bool:
    """Whether a terminal has no room for a screen."""
    return size.width < LEAST.width or size.height < LEAST.height


def be_as_large_as_the_terminal(screen: Screen[Any]) -> None:
    """Give a screen the classes of its breakpoints before there are widgets.

    Textual gives them with the first event that tells the size: every widget would be styled and
    laid out for no size, and then again.
    """
    size = screen.app.size
    for cells, known in (
        (size.width, screen.HORIZONTAL_BREAKPOINTS),
        (size.height, screen.VERTICAL_BREAKPOINTS),
    ):
        if known:
            screen.add_class(max(each for each in known if each[0] <= cells)[1])
