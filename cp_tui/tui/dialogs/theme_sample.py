"""A small picture in the colours of a theme that is not in use: what it makes of a charge point."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from textual.content import Content
from textual.markup import parse_style
from textual.strip import Strip
from textual.theme import Theme
from textual.widget import Widget

from cp_tui.ocpp.datatypes import ChargePointStatus
from cp_tui.tui.text.status import status_content
from cp_tui.tui.theme.glyphs import GlyphSet
from cp_tui.tui.theme.themes import variables_of
from cp_tui.tui.timeline.curve import CurveColumn, curve
from cp_tui.tui.timeline.parts import POWER, Part
from cp_tui.tui.timeline.readout import Use
from cp_tui.tui.widgets.painting import painted
from cp_tui.tui.widgets.pane import edge

NAME = re.compile(r"\$([a-z0-9-]+)")

SampleLine = tuple[str, Content]
"""What is behind a line, by the name of its colour, and the line."""

EDGE_WIDTH = 18

STYLES = {
    **{part: f"$timeline-{part}" for part in POWER},
    Part.REAL: "$timeline-real",
    Part.LIMIT_OVER_MEASURED: "$timeline-limit on $timeline-power-5",
}

CURVE_ROWS, CURVE_SCALE = 2, Decimal(20)
FLOWED = (20, 20, 20, 20, 13, 13, 10, 10, 10, 10, 10)
ALLOWED = (20, 20, 20, 20, 13, 13, 13, 13, 13, 13, 13, 16, 16, 16)
"""In A, a column each: a limit that bends, and a vehicle that takes less than the last one."""


class ThemeSample(Widget):
    """Shows the sample in the colours of one theme after the other."""

    DEFAULT_CSS = """
    ThemeSample { width: 30; height: 1fr; margin-left: 1; }
    """

    def __init__(self, glyphs: GlyphSet) -> None:
        super().__init__()
        self._lines = sample(glyphs)
        self._named = named_in(self._lines)
        self._variables: dict[str, str] = {}

    def show(self, theme: Theme) -> None:
        """Show this theme."""
        every = variables_of(theme)
        # Where a style is parsed, all that are given are parsed before it.
        variables = {name: every[name] for name in self._named}
        if variables != self._variables:
            self._variables = variables
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line, in the colours of the theme that is shown."""
        if not self._variables:
            return Strip.blank(self.size.width, self.visual_style.rich_style)
        ground, line = self._lines[y] if y < len(self._lines) else ("background", Content(""))
        base = parse_style(f"$foreground on ${ground}", self._variables)
        return painted(self, line, self.size.width, base, self._variables)


def named_in(lines: Sequence[SampleLine]) -> frozenset[str]:
    """The names of all colours in these lines, and of the one that is written with."""
    styles = (f"{span.style}" for _, line in lines for span in line.spans)
    return frozenset(
        {"foreground", *(ground for ground, _ in lines), *NAME.findall(" ".join(styles))}
    )


def sample(glyphs: GlyphSet) -> list[SampleLine]:
    """The lines of the sample: an alarm, the focus, states, limits and what flows, a dialog.

    No line more than tells something: all of them are sent with every step through the list.
    """
    state = Content.assemble(("CP001  ", "bold"), ("● Accepted", "bold $text-success"))
    selected = Content.assemble(
        (glyphs.selected, "bold $accent"),
        ("1 ", "$table-cursor-text"),
        status_content(ChargePointStatus.CHARGING),
    )
    others = Content.assemble(
        " 2 ",
        status_content(ChargePointStatus.SUSPENDED_EV),
        "  3 ",
        status_content(ChargePointStatus.FAULTED),
    )
    axis = Content.assemble(
        (f"{glyphs.tick}13:55               ", "$timeline-axis"),
        (f"{glyphs.now}", "bold $timeline-now"),
    )
    return [
        ("surface", state),
        ("background", Content.styled("! Connector 3: GroundFailure", "bold $text-error")),
        ("background", edge(Content("▶ Connectors"), EDGE_WIDTH, is_active=True)),
        ("table-cursor", selected),
        ("table-background", others),
        ("table-background", axis),
        *(("table-background", line) for line in _curve(glyphs)),
        *(("surface", line) for line in _dialog()),
    ]


def _curve(glyphs: GlyphSet) -> list[Content]:
    """What flowed under a limit that bends, and what is to come."""
    columns = [
        CurveColumn(Decimal(limit), use=Use(Decimal(FLOWED[each])) if each < len(FLOWED) else None)
        for each, limit in enumerate(ALLOWED)
        for _ in range(2)
    ]
    grid = curve(columns, CURVE_ROWS, CURVE_SCALE, glyphs, has_texture=False)
    return [Content.assemble(*((sign, STYLES.get(part, "")) for sign, part in row)) for row in grid]


def _dialog() -> list[Content]:
    """A question, its second answer with the focus."""
    side = ("│", "$border")
    focused = ("   No   ", "bold $block-cursor-foreground on $block-cursor-background")
    return [
        Content.assemble(("╭ ", "$border"), ("Stop OCPP?", "bold"), (" ──────╮", "$border")),
        Content.assemble(side, ("   Stop   ", "bold"), focused, side),
        Content.styled("╰──────────────────╯", "$border"),
    ]
