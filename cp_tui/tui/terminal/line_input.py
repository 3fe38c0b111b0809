"""A line to type into: its cursor does not blink, and where it is full it says so in words."""

from __future__ import annotations

from collections.abc import Callable

from textual.geometry import Region
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

TEXT_MAX = 100_000
"""Characters of a line: nobody types more, and each key looks through all of them."""


class LineInput(Input):
    """An input that takes all of what is typed or pasted, or where it has no room for it, none."""

    class Full(Message):
        """Something was not taken: there is room for `most` characters."""

        def __init__(self, most: int) -> None:
            super().__init__()
            self.most = most

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        is_secret: bool = False,
        suggester: Suggester | None = None,
        id: str | None = None,
    ) -> None:
        # What stands there from the first may be longer, and it must be possible to shorten it.
        most = max(TEXT_MAX, len(value))
        super().__init__(
            value,
            placeholder=placeholder,
            password=is_secret,
            suggester=suggester,
            max_length=most,
            id=id,
            compact=True,
        )
        self.cursor_blink = False
        self.taken_from: Callable[[], Region | None] = lambda: None
        """Where on the screen stands what enter would take: that is seen with each letter."""

    def restricted(self) -> None:
        """Say that something was not taken; Textual would ring the bell."""
        self.post_message(self.Full(self.max_length or 0))
