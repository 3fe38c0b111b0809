"""The nearest of few colours, such that what is written stays as legible as it was. Pure.

Near is what looks near: distances are those of OKLab (https://bottosson.github.io/posts/oklab) with
hue and chroma counted twice, so that grey stays grey (ΔEOK2). To round each part of a colour for
itself, as is usual, turns dark blue into violet or grey, and two colours that could be read on each
other into two that cannot.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from math import hypot

from msgspec import Struct
from rich.color import Color

Rgb = tuple[int, int, int]
"""Red, green and blue, each from 0 to 255."""

Lab = tuple[float, float, float]
"""Lightness, 0 to 1, and how far a colour is from grey towards red and towards yellow."""

CONTRAST_KEPT, CONTRAST_KEPT_OF_16 = 7.0, 3.0
"""Of the contrast of two colours no more than this has to be kept. WCAG asks for no more than 7; of
sixteen colours a green must not become a red because that is darker."""

CHROMA_OF_GREY_MAX, CHROMA_OF_16 = 0.05, 0.2
"""In OKLab: what has less is meant to be grey; and what the sixteen have at the middle."""

COLORS_MAX = 4096
"""Colours and pairs that are remembered; a screen has some dozens."""


class Entry(Struct, frozen=True):
    """One of the colours that there are."""

    number: int
    rgb: Rgb
    lab: Lab
    luminance: float


class Palette:
    """Some of the 256 colours of a terminal, by their numbers."""

    def __init__(
        self, numbers: Iterable[int], contrast_kept: float, least_chroma: float = 0.0
    ) -> None:
        """A colour that is none of grey is looked for with `least_chroma`: of few colours all are
        vivid, and a pale green would be nearer to grey than to green."""
        self.contrast_kept = contrast_kept
        self._least_chroma = least_chroma
        self.entries = tuple(entry_of(number) for number in numbers)
        self._by_number = {each.number: each for each in self.entries}
        self.nearest = lru_cache(COLORS_MAX)(self._nearest)
        """The number of the colour that looks most like `rgb`."""
        self.pair = lru_cache(COLORS_MAX)(self._pair)
        """The numbers for what is written in `ink` on `ground`.

        The ground is the nearest. The ink is the nearest of those with as much contrast to it as
        the two had, or `contrast_kept` if that was more; where there is none, that with the most.
        """

    def _nearest(self, rgb: Rgb) -> int:
        lab = self._as_meant(rgb)
        return min(self.entries, key=lambda entry: difference(entry.lab, lab)).number

    def _pair(self, ink: Rgb, ground: Rgb) -> tuple[int, int]:
        behind = self._by_number[self.nearest(ground)]
        least = min(contrast(luminance(ink), luminance(ground)), self.contrast_kept)
        found = self.nearest(ink)
        if contrast(self._by_number[found].luminance, behind.luminance) >= least:
            return found, behind.number
        lab = self._as_meant(ink)

        def distance(entry: Entry) -> tuple[float, float]:
            has = contrast(entry.luminance, behind.luminance)
            return max(0.0, least - has), difference(entry.lab, lab)

        return min(self.entries, key=distance).number, behind.number

    def _as_meant(self, rgb: Rgb) -> Lab:
        lightness, red, yellow = oklab(rgb)
        chroma = hypot(red, yellow)
        stretch = max(1.0, self._least_chroma / chroma) if chroma > CHROMA_OF_GREY_MAX else 1.0
        return lightness, red * stretch, yellow * stretch


@cache
def palette_of_256() -> Palette:
    """The colours that look the same on every terminal; the sixteen before them do not."""
    return Palette(range(16, 256), CONTRAST_KEPT)


@cache
def palette_of_16() -> Palette:
    """The sixteen, as they look where nobody has changed them."""
    return Palette(range(16), CONTRAST_KEPT_OF_16, CHROMA_OF_16)


def entry_of(number: int) -> Entry:
    """The colour of this number, 0 to 255."""
    rgb = rgb_of(number)
    return Entry(number, rgb, oklab(rgb), luminance(rgb))


def rgb_of(number: int) -> Rgb:
    """What the colour of a number looks like."""
    red, green, blue = Color.from_ansi(number).get_truecolor()
    return red, green, blue


@lru_cache(COLORS_MAX)
def oklab(rgb: Rgb) -> Lab:
    """A colour by its looks."""
    red, green, blue = map(_linear, rgb)
    cones = (
        0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue,
        0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue,
        0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue,
    )
    long, middle, short = (cone ** (1 / 3) for cone in cones)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def difference(one: Lab, other: Lab) -> float:
    """How different two colours look; 1 from black to white."""
    return hypot(one[0] - other[0], 2 * (one[1] - other[1]), 2 * (one[2] - other[2]))


def luminance(rgb: Rgb) -> float:
    """Relative luminance, 0 to 1 (WCAG 2)."""
    red, green, blue = map(_linear, rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: float, other: float) -> float:
    """The contrast of two luminances, 1 to 21 (WCAG 2)."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def _linear(part: int) -> float:
    share = part / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
