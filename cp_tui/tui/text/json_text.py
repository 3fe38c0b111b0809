"""JSON in colours that every theme has; harmless whatever it holds."""

from __future__ import annotations

import json
from functools import lru_cache

from pydantic import JsonValue
from textual.content import Content
from textual.highlight import HighlightTheme, highlight

from cp_tui.ocpp.plural import count
from cp_tui.tui.text.facts import TEXT_CELLS_MAX
from cp_tui.tui.text.safe_text import drawn

JSON_LINES_MAX = 300
"""Of one payload; beyond, export it."""

COLOURED_MAX = 2_000
"""Characters of one line that are coloured: a longer one is typed by nobody, and takes long."""

LINES_REMEMBERED = 2_000
"""Several terminals full; who types in one line has no other coloured anew."""


class JsonTheme(HighlightTheme):
    """Colours of JSON that every theme has."""

    STYLES = {  # noqa: RUF012 - as declared by Textual
        token: style
        for token, style in (
            (("Name", "Tag"), "$text-accent"),
            (("Literal", "String"), "$text-success"),
            (("Literal", "Number"), "$text-warning"),
            (("Keyword", "Constant"), "bold"),
        )
    }


def json_lines(text: str) -> list[Content]:
    """JSON text over several lines, in colours."""
    pretty = json.dumps(json.loads(text), indent=2, ensure_ascii=False).split("\n")
    # Cleaned before it is coloured: a control character would move the colours.
    lines = [drawn(line[:TEXT_CELLS_MAX]) for line in pretty[:JSON_LINES_MAX]]
    found = _coloured("\n".join(lines)).split("\n", allow_blank=True)
    if len(pretty) > JSON_LINES_MAX:
        more = f"… {count(len(pretty) - JSON_LINES_MAX, 'more line')}: copy or export it"
        found.append(Content.styled(more, "$text-warning"))
    return found


@lru_cache(LINES_REMEMBERED)
def json_line(text: str) -> Content:
    """One line of a text that may be JSON, in colours; what it holds is cleaned already."""
    return Content(text) if len(text) > COLOURED_MAX else _coloured(text)


def value_line(value: JsonValue) -> Content:
    """A value of JSON in one run of text, in colours."""
    return json_line(drawn(json.dumps(value, ensure_ascii=False)))


def _coloured(text: str) -> Content:
    coloured = highlight(text, language="json", theme=JsonTheme)
    return Content(coloured.plain, [span for span in coloured.spans if span.style != "$text"])
