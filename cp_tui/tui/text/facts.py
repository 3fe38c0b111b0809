"""Facts of a pane: a label and what it says, broken into lines under their label."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from textual.content import Content

from cp_tui.tui.text.units import NUMBER_AND_UNIT, cut

if TYPE_CHECKING:
    from cp_tui.tui.state.store import Snapshot
    from cp_tui.tui.text.words import Clock

LABEL_STYLE = "$text-muted"

TEXT_CELLS_MAX = 2000
"""A text longer than this is cut: it fills a terminal, and to break it into lines takes time."""

GAP = 1
"""Cells between the labels and what they say."""

FOLDED = 28
"""Cells for what they say, below which a column of labels costs more than it gives."""


class Fact(Struct, frozen=True, eq=False):
    """One thing worth knowing; without a label it goes over the whole width."""

    label: str
    text: Content
    said: str | None = None
    """What it says without its pictures; None: it has none. That is copied; nothing of nothing."""

    def is_same(self, other: Fact) -> bool:
        """Whether it looks the same."""
        return self.label == other.label and self.text.is_same(other.text)


_NO_BREAK = "\ue000"
"""Stands for that blank while lines are broken: Textual breaks at a no-break space as well."""


def _tied(text: Content) -> Content:
    """Tie units to their numbers."""
    tied = NUMBER_AND_UNIT.sub(_NO_BREAK, text.plain)
    return text if tied == text.plain else Content(tied, spans=list(text.spans))


def _untied(text: Content) -> Content:
    """Undo it in a line that is broken already: a terminal and a search see plain blanks."""
    plain = text.plain
    return (
        text
        if _NO_BREAK not in plain
        else Content(plain.replace(_NO_BREAK, " "), spans=list(text.spans))
    )


FactSource = Callable[["Snapshot", "Clock"], Sequence[Fact]]
"""What a dialog shows, made anew whenever the engine says something."""


def fact_lines(facts: Iterable[Fact], width: int, label_width: int) -> list[Content]:
    """Break facts into lines of at most `width` cells, values under values.

    Where that left too few cells for the values, a label is the first word of its own.
    """
    lines: list[Content] = []
    is_folded = width - label_width - GAP < FOLDED
    for fact in facts:
        indent = label_width + GAP if fact.label and not is_folded else 0
        room = max(width - indent, 8)
        text = cut(fact.text, TEXT_CELLS_MAX)
        if is_folded and (label := fact.label.strip()):
            text = Content.assemble((f"{label} ", LABEL_STYLE), text)
        pieces = [_untied(piece) for piece in _tied(text).wrap(room)] or [Content("")]
        for number, piece in enumerate(pieces):
            label = fact.label if number == 0 else ""
            head = Content.styled(label[:label_width].ljust(indent), LABEL_STYLE)
            lines.append(Content.assemble(head, piece) if indent else piece)
    return lines
