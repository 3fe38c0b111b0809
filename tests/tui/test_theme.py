"""Themes: ours are legible, a user's broken file is a message and never a crash."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from cp_tui.tui.theme.colors import Colors
from cp_tui.tui.theme.themes import FileTheme, load_themes, packaged_themes, variable_defaults
from cp_tui.tui.widgets.line_table import LineTable
from tests.tui.widgets.harness import WidgetApp

TEXT_CONTRAST = 4.5
"""WCAG 2."""

GROUNDS = ("background", "surface", "panel", "table-background", "table-alternate")
CURSORS = ("table-cursor", "table-cursor-blurred")
INKS = (
    "foreground",
    "text-muted",
    "foreground-muted",
    "text-success",
    "text-warning",
    "text-error",
    "text-accent",
    "text-primary",
    "text-secondary",
    "accent",
    "table-header",
    "timeline-now",
    "timeline-axis",
    "footer-description-foreground",
    "footer-key-foreground",
)


def our_themes() -> list[FileTheme]:
    themes, problems = load_themes([packaged_themes()])
    assert not problems
    return themes


def variables(theme: Theme) -> dict[str, str]:
    generated = theme.to_color_system().generate()
    return {**variable_defaults(theme), **generated, **theme.variables}


def contrast(ink: str, ground: str) -> float:
    """The contrast ratio of WCAG 2, 1 to 21."""

    def luminance(color: Color) -> float:
        parts = [part / 255 for part in color.rgb]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    below = Color.parse(ground)
    levels = sorted((luminance(below + Color.parse(ink)), luminance(below)))
    return (levels[1] + 0.05) / (levels[0] + 0.05)


COLOURED = [
    pytest.param(theme.shown_in(colors), id=f"{theme.name}-{colors.value}")
    for theme in our_themes()
    if not theme.ansi
    for colors in (Colors.TRUE, Colors.PALETTE)
]


def test_the_themes_that_come_with_cp_tui() -> None:
    assert {theme.name for theme in our_themes()} == {
        "cp-dark",
        "cp-light",
        "night",
        "blue-orange",
        "high-contrast",
        "ansi-16",
        "mono",
    }


@pytest.mark.parametrize("theme", COLOURED)
def test_text_is_legible_on_every_ground(theme: Theme) -> None:
    colors = variables(theme)
    least = 7.0 if theme.name == "high-contrast" else TEXT_CONTRAST
    connectors = [name for name in colors if name.startswith("connector-")]
    pairs = [
        *product((*INKS, *connectors), GROUNDS),
        *product(("table-cursor-text", "text-muted", *connectors), CURSORS),
        ("block-cursor-foreground", "block-cursor-background"),
    ]
    poor = [
        (ink, ground, round(contrast(colors[ink], colors[ground]), 1))
        for ink, ground in pairs
        if contrast(colors[ink], colors[ground]) < least
    ]
    assert not poor


@pytest.mark.parametrize("name", [theme.name for theme in our_themes()])
async def test_each_theme_paints_a_screen(name: str) -> None:
    app = WidgetApp(LineTable(empty="nothing"), name)
    async with app.run_test() as pilot:
        app.notify("a toast and a button need colours of their own")
        await pilot.pause()
        assert app.theme == name


@pytest.mark.parametrize("theme", BUILTIN_THEMES.values(), ids=lambda theme: theme.name)
def test_every_theme_has_a_colour_for_what_it_does_not_name(theme: Theme) -> None:
    assert all(variable_defaults(theme).values())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('primary = "#12345"', "primary is not a colour: '#12345'"),
        ("primary = 5", "primary is not a colour: 5"),
        ('accent = "red"', "primary is missing"),
        ('primary = "red"\nprimry = "blue"', "primry is not a key of a theme"),
        ('primary = "red"\naccent = "nocolour"', "accent is not a colour: 'nocolour'"),
        ('primary = "red"\ndark = "yes"', "dark must be true or false"),
        ('primary = "red"\nname = 7', "name must be text"),
        ('primary = "red"\nvariables = 7', "variables must be a table"),
        ('primary = "red"\n[variables]\nx-y = "red"', "variables.x-y is not a colour variable"),
        ('primary = "red"\n[variables]\nborder = "ups"', "variables.border is not a colour: 'ups'"),
        (
            'primary = "red"\n[variables]\nlink-style = "blink"',
            "variables.link-style is not a text style: 'blink'",
        ),
        ("primary = 'red'\npurpose = '" + "x" * 61 + "'", "purpose must be 60 characters at most"),
        ('primary = "red"\ncolors-256 = 7', "colors-256 must be a table"),
        (
            'primary = "red"\n[colors-256]\nborder = 300',
            ", line 3: colors-256.border must be a number from 16 to 255, not 300",
        ),
        (
            'primary = "red"\n[colors-256]\nprimary = 9',
            ", line 3: colors-256.primary must be a number from 16 to 255, not 9",
        ),
        (
            'primary = "red"\n[colors-256]\nprimary = "#ff0000"',
            ", line 3: colors-256.primary must be a number from 16 to 255, not '#ff0000'",
        ),
        (
            'primary = "red"\n[colors-256]\nlink-style = 20',
            ", line 3: colors-256.link-style is not a colour of a theme",
        ),
        ('primary = "red"\n[variables]\nborder = "red 5"', "variables.border is not a colour"),
        ("primary = ", "Invalid value"),
        ("\x00", ""),
        ("a = " + "[" * 5000, ""),
        ("#" * 70_000, "larger than"),
    ],
)
def test_a_broken_file_is_a_problem_that_names_file_and_key(
    tmp_path: Path, text: str, problem: str
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    (found,) = load_themes([tmp_path])[1]
    assert found.startswith(str(path))
    assert problem in found


def test_what_is_wrong_is_left_out_and_the_rest_is_used(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'primary = "red"\naccent = "ups"\n[variables]\nborder = "blue 50%"\nnope = "red"\n'
    )
    (theme,), problems = load_themes([tmp_path])
    assert (theme.name, theme.primary, theme.accent) == ("mine", "red", None)
    assert theme.variables == {"border": "blue 50%"}
    assert len(problems) == 2


def test_a_later_folder_replaces_a_theme_of_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "cp-dark.toml").write_text('primary = "red"')
    themes, problems = load_themes([packaged_themes(), tmp_path, tmp_path / "missing"])
    assert not problems
    assert [theme.primary for theme in themes if theme.name == "cp-dark"] == ["red"]


def test_bytes_that_are_no_text_are_a_problem(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe\x00")
    assert len(load_themes([tmp_path])[1]) == 1
