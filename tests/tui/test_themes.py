"""The themes that come along: complete, readable by the numbers of WCAG, and reloaded on change."""

from __future__ import annotations

import tomllib
from itertools import combinations
from math import dist

import pytest
from textual.color import Color
from textual.theme import Theme

from cp_tui.tui.theme.themes import DERIVED, load_themes, packaged_themes, variable_defaults

READABLE, HIGH = 4.5, 7.0
"""Contrast of text by WCAG 2: level AA, and AAA for the theme that promises it."""

TEXTS = (
    "foreground",
    "foreground-muted",
    "text-muted",
    "text-primary",
    "text-secondary",
    "text-accent",
    "text-success",
    "text-warning",
    "text-error",
    "connector-available",
    "connector-preparing",
    "connector-charging",
    "connector-suspended",
    "connector-finishing",
    "connector-reserved",
    "connector-unavailable",
    "connector-faulted",
    "table-header",
    "footer-key-foreground",
    "footer-description-foreground",
)
GROUNDS = ("background", "surface", "panel", "table-background", "table-alternate")
PAIRS = (
    ("block-cursor-foreground", "block-cursor-background"),
    ("block-cursor-blurred-foreground", "block-cursor-blurred-background"),
    ("table-cursor-text", "table-cursor"),
    ("foreground", "table-cursor-blurred"),
)


def themes() -> dict[str, Theme]:
    found, problems = load_themes([packaged_themes()])
    assert problems == []
    return {theme.name: theme for theme in found}


def color(theme: Theme, name: str) -> Color:
    """A colour as the screen uses it; half transparent ones lie over the background."""
    generated = theme.to_color_system().generate()
    value = {**generated, **variable_defaults(theme), **theme.variables}[name]
    text, _, opacity = value.partition(" ")
    found = Color.parse(text)
    return found.with_alpha(float(opacity.rstrip("%")) / 100) if opacity else found


def luminance(color: Color) -> float:
    """Relative luminance of WCAG 2."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in color.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(theme: Theme, text: str, ground: str) -> float:
    back = color(theme, ground)
    lights = sorted(
        (luminance(back.blend(color(theme, text), color(theme, text).a)), luminance(back))
    )
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def test_there_are_six_themes_with_high_contrast_sixteen_colours_and_none() -> None:
    assert set(themes()) == {
        *("cp-dark", "cp-light", "night", "blue-orange", "high-contrast", "ansi-16", "mono"),
    }


@pytest.mark.parametrize("name", sorted(set(themes()) - {"ansi-16"}))
def test_every_text_of_a_theme_can_be_read_on_every_ground(name: str) -> None:
    theme = themes()[name]
    least = HIGH if name == "high-contrast" else READABLE
    pairs = [*((text, ground) for text in TEXTS for ground in GROUNDS), *PAIRS]
    measured = {pair: round(contrast(theme, *pair), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in measured.items() if ratio < least} == {}


def test_sixteen_colours_are_those_of_the_terminal_alone() -> None:
    table = tomllib.loads((packaged_themes() / "ansi-16.toml").read_text())
    values = [
        value
        for value in (*table.values(), *table["variables"].values())
        if isinstance(value, str) and value not in ("ansi-16", "none")
    ]
    assert [value for value in values if not value.startswith("ansi_")] == []


@pytest.mark.parametrize("name", sorted(themes()))
def test_a_theme_says_every_colour_of_ours(name: str) -> None:
    assert DERIVED.keys() - themes()[name].variables.keys() == set()


# Viénot, Brettel and Mollon 1999, for linear RGB: what eyes without the red or the green cone see.
PROTANOPIA = ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0))
DEUTERANOPIA = ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0))


def seen(color: Color, eye: tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    """The colour as such an eye sees it, each part from 0 to 255."""
    linear = [part**2.2 for part in color.normalized]
    mixed = [sum(weight * part for weight, part in zip(row, linear, strict=True)) for row in eye]
    return tuple(255 * min(max(part, 0.0), 1.0) ** (1 / 2.2) for part in mixed)


@pytest.mark.parametrize("eye", [PROTANOPIA, DEUTERANOPIA], ids=["no red", "no green"])
def test_eyes_without_red_or_green_tell_well_from_warning_from_error(
    eye: tuple[tuple[float, ...], ...],
) -> None:
    theme = themes()["blue-orange"]
    names = ("text-success", "text-warning", "text-error")
    for one, other in combinations(names, 2):
        assert dist(seen(color(theme, one), eye), seen(color(theme, other), eye)) > 60, (one, other)
