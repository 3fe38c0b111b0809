"""The themes that come along: complete, readable by the numbers of WCAG, and reloaded on change."""

from __future__ import annotations

import tomllib
from functools import cache
from itertools import combinations, pairwise
from math import dist

import pytest
from textual.color import Color

from cp_tui.tui.theme.colors import Colors
from cp_tui.tui.theme.palette import oklab
from cp_tui.tui.theme.themes import (
    DERIVED,
    FileTheme,
    load_themes,
    packaged_themes,
    variable_defaults,
    variables_of,
)

READABLE, HIGH, BAR = 4.5, 7.0, 3.0
"""Contrast by WCAG 2: of text at level AA, and AAA for the theme that promises it; of what is no
text."""

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


POWER = tuple(f"power-{place}" for place in range(1, 6))
BARS = (
    *("real", "armed", "measured", *POWER, "headroom", "limit", "violation", "unknown"),
    *("axis", "now", "cursor"),
)
BAR_PAIRS = (
    *((f"timeline-{name}", "table-background") for name in BARS),
    *((f"timeline-{name}", "timeline-headroom") for name in ("measured", *POWER)),
    ("timeline-limit", "timeline-power-5"),
    ("border", "background"),
    ("border", "surface"),
    ("scrollbar-active", "scrollbar-background"),
)
STATES = (
    *("available", "preparing", "charging", "suspended", "reserved", "unavailable", "faulted"),
)
APART = 0.04
"""Of two colours in OKLab, side by side; the least that is seen is half of that."""

KINDS = (Colors.TRUE, Colors.PALETTE)


@cache
def themes(colors: Colors = Colors.TRUE) -> dict[str, FileTheme]:
    found, problems = load_themes([packaged_themes()])
    assert problems == []
    return {theme.name: theme.shown_in(colors) for theme in found}


OURS = sorted(themes())
COLOURED = sorted(set(OURS) - {"ansi-16"})
in_both = pytest.mark.parametrize("colors", KINDS)


Shown = tuple[str, Colors]
"""A theme by its name, on a terminal with so many colours."""


@cache
def values(shown: Shown) -> dict[str, str]:
    name, colors = shown
    theme = themes(colors)[name]
    generated = theme.to_color_system().generate()
    return {**generated, **variable_defaults(theme), **theme.variables}


@cache
def color(shown: Shown, name: str) -> Color:
    """A colour as the screen uses it; half transparent ones lie over the background."""
    text, _, opacity = values(shown)[name].partition(" ")
    found = Color.parse(text)
    return found.with_alpha(float(opacity.rstrip("%")) / 100) if opacity else found


def luminance(color: Color) -> float:
    """Relative luminance of WCAG 2."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in color.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(shown: Shown, text: str, ground: str) -> float:
    back, front = color(shown, ground), color(shown, text)
    lights = sorted((luminance(back.blend(front, front.a)), luminance(back)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def test_there_are_themes_for_day_and_night_with_high_contrast_sixteen_colours_and_none() -> None:
    assert set(themes()) == {
        *("cp-dark", "cp-light", "night", "blue-orange", "high-contrast", "ansi-16", "mono"),
    }


@in_both
@pytest.mark.parametrize("name", COLOURED)
def test_every_text_of_a_theme_can_be_read_on_every_ground(name: str, colors: Colors) -> None:
    shown = name, colors
    least = HIGH if name == "high-contrast" else READABLE
    pairs = [*((text, ground) for text in TEXTS for ground in GROUNDS), *PAIRS]
    measured = {pair: round(contrast(shown, *pair), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in measured.items() if ratio < least} == {}


@in_both
@pytest.mark.parametrize("name", COLOURED)
def test_bars_lines_and_borders_stand_out_from_what_is_behind_them(
    name: str, colors: Colors
) -> None:
    shown = name, colors
    measured = {pair: round(contrast(shown, *pair), 2) for pair in BAR_PAIRS}
    assert {pair: ratio for pair, ratio in measured.items() if ratio < BAR} == {}
    assert contrast(shown, "timeline-real", "timeline-armed") >= 1.3


@in_both
@pytest.mark.parametrize("name", sorted(set(COLOURED) - {"mono"}))
def test_states_bars_and_rows_are_told_apart(name: str, colors: Colors) -> None:
    shown = name, colors
    alike = [
        pair
        for names in (
            [f"connector-{state}" for state in STATES],
            [f"timeline-{bar}" for bar in ("real", "armed", "measured", "headroom", "violation")],
            *(
                [f"timeline-{bar}" for bar in (power, "real", "armed", "headroom", "violation")]
                for power in POWER
            ),
            *([f"timeline-{power}" for power in pair] for pair in pairwise(POWER)),
            ["table-background", "table-cursor", "table-cursor-blurred"],
            ["table-alternate", "table-cursor", "table-cursor-blurred"],
        )
        for pair in combinations(names, 2)
        if dist(*(oklab(color(shown, each).rgb) for each in pair)) < APART
    ]
    assert alike == []


@pytest.mark.parametrize("name", COLOURED)
def test_each_colour_of_a_theme_has_its_number_among_256(name: str) -> None:
    table = tomllib.loads((packaged_themes() / f"{name}.toml").read_text())
    own = {**table, **table["variables"]}
    assert table["colors-256"].keys() == {
        key for key, value in own.items() if f"{value}".startswith("#")
    }


def test_what_has_no_number_is_taken_from_the_24_bits() -> None:
    theme = FileTheme("mine", primary="#123456", colors_256={"border": 75, "accent": 208})
    shown = theme.shown_in(Colors.PALETTE)
    assert (shown.primary, shown.accent, shown.variables) == (
        *("#123456", "#FF8700"),
        {"border": "#5FAFFF"},
    )
    assert theme.shown_in(Colors.TRUE) is theme
    assert theme.shown_in(Colors.SIXTEEN) is theme


def test_sixteen_colours_are_those_of_the_terminal_alone() -> None:
    table = tomllib.loads((packaged_themes() / "ansi-16.toml").read_text())
    values = [
        value
        for value in (*table.values(), *table["variables"].values())
        if isinstance(value, str) and value not in ("ansi-16", "none", table["purpose"])
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


@in_both
@pytest.mark.parametrize("name", ["blue-orange", "mono"])
def test_power_becomes_brighter_towards_its_limit_where_hue_cannot_tell(
    name: str, colors: Colors
) -> None:
    lights = [luminance(color((name, colors), f"timeline-{power}")) for power in POWER]
    assert lights == sorted(set(lights))


def test_a_theme_with_one_colour_for_what_flows_keeps_it() -> None:
    """As themes were written before there was more than one."""
    mine = FileTheme("mine", primary="#123456", variables={"timeline-measured": "#abcdef"})
    assert {variables_of(mine)[f"timeline-{power}"] for power in POWER} == {"#abcdef"}
    silent = variables_of(FileTheme("silent", primary="#123456"))
    assert silent["timeline-power-1"] == silent["text-success"]
    assert silent["timeline-power-5"] == silent["text-warning"]


FOR_ALL_EYES = (
    ("text-success", "text-warning", "text-error"),
    ("connector-charging", "connector-suspended", "connector-faulted", "connector-unavailable"),
    ("timeline-real", "timeline-violation", "timeline-now"),
    ("timeline-measured", "timeline-violation", "timeline-headroom"),
    *((f"timeline-{power}", "timeline-violation", "timeline-headroom") for power in POWER),
)
"""What must not be taken for each other."""


@in_both
@pytest.mark.parametrize("eye", [PROTANOPIA, DEUTERANOPIA], ids=["no red", "no green"])
def test_eyes_without_red_or_green_tell_well_from_warning_from_error(
    eye: tuple[tuple[float, ...], ...], colors: Colors
) -> None:
    shown = "blue-orange", colors
    pairs = [pair for names in FOR_ALL_EYES for pair in combinations(names, 2)]
    distances = {pair: dist(*(seen(color(shown, each), eye) for each in pair)) for pair in pairs}
    assert {pair: found for pair, found in distances.items() if found <= 60} == {}
