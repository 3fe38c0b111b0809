"""What the size of the terminal decides for a screen, from its first moment on."""

from __future__ import annotations

from typing import Any

from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen

LEAST = Size(30, 8)
"""With fewer columns or lines, not one row of a list can be read."""


def is_too_small(size: Size) -> bool:
    """Whether a terminal has no room for a screen."""
    return size.width < LEAST.width or size.height < LEAST.height


def size_needed(size: Size, quit_key: str, width: int) -> Content:
    """The size that is needed, and the one that there is, in as many words as fit this width."""
    needed, there_is = f"{LEAST.width}x{LEAST.height}", f"{size.width}x{size.height}"
    words = (
        f"Too small to show anything: {needed} is needed, this is {there_is}",
        f"{needed} needed, this is {there_is}",
        f"needs {needed}, is {there_is}",
        f"needs {needed}",
        needed,
    )
    quits = f" · {quit_key} quits" if quit_key else ""
    lines = [f"{each}{more}" for each in words for more in (quits, "")]
    found = next((each for each in lines if len(each) <= width), needed)
    return Content.styled(found, "bold $text-warning")


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
