"""A small app around one widget, and what is seen of it."""

from __future__ import annotations

import re
from typing import TypeVar

from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget

from cp_tui.tui.terminal.textual_private import QuietApp
from cp_tui.tui.theme.themes import load_themes, packaged_themes, variable_defaults

M = TypeVar("M", bound=Message)


class WidgetApp(QuietApp):
    """Shows one widget in one of our themes and remembers the messages that reach the app."""

    def __init__(self, widget: Widget, theme: str = "cp-dark") -> None:
        super().__init__()
        self.widget = widget
        self.seen: list[Message] = []
        self._output = ""
        themes, problems = load_themes([packaged_themes()])
        assert not problems
        for found in themes:
            self.register_theme(found)
        self.theme = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def compose(self) -> ComposeResult:
        yield self.widget

    def on_mount(self) -> None:
        self.widget.focus()

    def send(self, sequence: str) -> None:
        self._output += sequence

    def take_written(self) -> str:
        """The characters that went to the terminal since this was asked last."""
        output, self._output = self._output, ""
        return re.sub(r"\x1b\[[^A-Za-z]*[A-Za-z]", "", output)

    def remember(self, message: Message) -> None:
        """The hook of `run_test`; it sees a message once for each node that it bubbles to."""
        if not any(message is known for known in self.seen):
            self.seen.append(message)

    def messages(self, kind: type[M]) -> list[M]:
        """The messages of a kind so far."""
        return [message for message in self.seen if isinstance(message, kind)]


def lines(widget: Widget) -> list[str]:
    """What the widget shows, line by line, without the spaces at the end."""
    return [widget.render_line(y).text.rstrip() for y in range(widget.size.height)]
