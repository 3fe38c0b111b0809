"""Choosing a theme: each with what it is for, and a picture in its colours beside the list.

The screen itself stays as it is until one is taken: to paint it anew for each line of the list
would cost a slow line a second or more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.theme import Theme

from cp_tui.tui.actions.desk import Choice
from cp_tui.tui.dialogs.choose import NOTHING_FOUND, ChooseDialog
from cp_tui.tui.dialogs.dialog import QuietFacts
from cp_tui.tui.dialogs.theme_sample import ThemeSample
from cp_tui.tui.terminal.line_input import LineInput
from cp_tui.tui.text.columns import Column
from cp_tui.tui.text.paths import words_first
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.theme.colors import TerminalColors
from cp_tui.tui.theme.glyphs import GlyphSet
from cp_tui.tui.theme.themes import OURS, FileTheme
from cp_tui.tui.widgets.line_table import LineTable

NAME_WIDTH = 14
"""For the longest of ours."""


class ThemePicker(ChooseDialog):
    """The list of themes, and a sample of the one under the cursor."""

    LINES = 18
    DEFAULT_CSS = """
    ThemePicker LineTable { width: 1fr; }
    ThemePicker.-slim ThemeSample { display: none; }
    ThemePicker .line-table--alternate { background: $table-background; }
    """

    def __init__(
        self,
        themes: Mapping[str, Theme],
        *,
        start: str,
        colors: TerminalColors,
        glyphs: GlyphSet,
        wrong: Mapping[str, Sequence[str]],
    ) -> None:
        """`start` is the theme in use; `wrong` is what is wrong in files, by names of themes."""
        self._themes = themes
        self._colors = colors
        self._sample = ThemeSample(glyphs)
        choices = theme_choices(themes, colors, wrong)
        super().__init__("Choose a theme", choices, start=start, preview=self._show)

    @property
    def is_brief(self) -> bool:
        """What each is for stands in its line, and a bar beside them, whatever the width."""
        return False

    def columns(self) -> Sequence[Column[Choice]]:
        """The names, and what each is for."""
        return [
            Column("", NAME_WIDTH, lambda choice: choice.title),
            Column("", 8, lambda choice: choice.note, is_flexible=True),
        ]

    def compose(self) -> ComposeResult:
        """As any choice, with the sample beside the list."""
        with Vertical(classes="box"):
            yield LineInput(placeholder="type to find")
            with Horizontal():
                yield LineTable(empty=NOTHING_FOUND, leaps=True)
                yield self._sample
            yield QuietFacts()

    def show_themes(self, themes: Mapping[str, Theme], wrong: Mapping[str, Sequence[str]]) -> None:
        """Go on with these themes: a file of one has changed, is new, or broken."""
        self._themes = themes
        self.offer(theme_choices(themes, self._colors, wrong))

    def _show(self, name: str) -> None:
        self._sample.show(self._themes[name])


def theme_choices(
    themes: Mapping[str, Theme], colors: TerminalColors, wrong: Mapping[str, Sequence[str]]
) -> list[Choice]:
    """Ours first, then the user's, then Textual's; below all of them how many colours are sent.

    What is wrong in a file stands there first, whatever the cursor is on: a file may be the one of
    a theme that is not in the list at all.
    """
    ordered = sorted(themes.values(), key=_order)
    return [
        Choice(
            theme.name,
            safe_text(theme.name),
            safe_text(_note(theme)),
            _about(theme.name, colors, wrong),
            also=("dark" if theme.dark else "light",),
        )
        for theme in ordered
    ]


def _order(theme: Theme) -> tuple[int, int, str]:
    if theme.name in OURS:
        return 0, OURS.index(theme.name), theme.name
    return 1 if isinstance(theme, FileTheme) else 2, 0, theme.name


def _note(theme: Theme) -> str:
    """What it is for, else whose it is."""
    if isinstance(theme, FileTheme) and theme.purpose:
        return theme.purpose
    return "yours" if isinstance(theme, FileTheme) else "Textual's"


def _about(name: str, colors: TerminalColors, wrong: Mapping[str, Sequence[str]]) -> Content:
    """What is wrong in its file, or in another; how many colours are sent."""
    about = safe_text(colors.sentences)
    if not wrong:
        return about
    found = wrong.get(name)
    begins = "not as its file says" if found else "theme not taken"
    problem = words_first((found or next(iter(wrong.values())))[0])
    return Content(" · ").join([safe_text(f"{begins}: {problem}", "$text-warning"), about])
