"""A text area for JSON in colours, without the grammars that Textual's own colours need."""

from __future__ import annotations

import json
from typing import Any

from rich.highlighter import Highlighter
from rich.text import Text
from textual.style import Style
from textual.widget import Widget
from textual.widgets import TextArea

from cp_tui.tui.terminal import line_input
from cp_tui.tui.text.json_text import json_line

Location = tuple[int, int]
"""A line and a column of it, both counted from 0."""


class JsonArea(TextArea):
    """Colours each line by itself: a text of JSON goes over the end of none."""

    def get_line(self, line_index: int) -> Text:
        """The line, in colours."""
        line = super().get_line(line_index)
        colour(self, line)
        return line

    def replace(
        self, insert: str, start: Location, end: Location, *, maintain_selection_offset: bool = True
    ) -> Any:
        """Take all of what is typed or pasted, or where there is no room for it, none.

        What stands there from the first may be longer, and can be shortened. None: nothing was
        taken; whoever pasted it then leaves cursor and selection where they are.
        """
        more = len(insert) - len(self.get_text_range(min(start, end), max(start, end)))
        if more > 0 and len(self.text) + more > line_input.TEXT_MAX:
            self.post_message(line_input.LineInput.Full(line_input.TEXT_MAX))
            return None
        return super().replace(
            insert, start, end, maintain_selection_offset=maintain_selection_offset
        )


class JsonHighlighter(Highlighter):
    """The same for an input of one line."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget

    def highlight(self, text: Text) -> None:
        """Colour what is typed."""
        colour(self._widget, text)


def spread(text: str) -> str:
    """JSON over several lines, to be edited; what is none stays as it is."""
    return _written(text, 2)


def in_a_line(text: str) -> str:
    """JSON in a line; what is none loses only its line breaks."""
    return " ".join(line.strip() for line in _written(text, None).splitlines())


def _written(text: str, indent: int | None) -> str:
    try:
        return json.dumps(json.loads(text), indent=indent)
    except (ValueError, RecursionError):
        return text


def colour(widget: Widget, line: Text) -> None:
    """Put the colours of JSON on a line, as the theme has them."""
    variables = widget.app.theme_variables
    for start, end, style in json_line(line.plain).spans:
        parsed = style if isinstance(style, Style) else Style.parse(style, variables)
        line.stylize(parsed.rich_style, start, end)
