"""The shapes of the signs that are parts of a cell: a font leaves gaps between them, a shape none.

Curves, bars and gauges are drawn with them. In a terminal they fill their cells; in a browser each
is a letter of some font, with hairlines around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct


class Shape(Struct, frozen=True):
    """A part of a cell, from 0 to 1 from its left and from its top."""

    left: float
    top: float
    right: float
    bottom: float
    opacity: float = 1.0


QUADRANTS = {
    "upper left": Shape(0.0, 0.0, 0.5, 0.5),
    "upper right": Shape(0.5, 0.0, 1.0, 0.5),
    "lower left": Shape(0.0, 0.5, 0.5, 1.0),
    "lower right": Shape(0.5, 0.5, 1.0, 1.0),
}


def _quadrants(*names: str) -> tuple[Shape, ...]:
    return tuple(QUADRANTS[name] for name in names)


SHAPES: Mapping[str, tuple[Shape, ...]] = MappingProxyType(
    {chr(0x2580 + n): (Shape(0.0, 1 - n / 8, 1.0, 1.0),) for n in range(1, 9)}
    | {chr(0x2590 - n): (Shape(0.0, 0.0, n / 8, 1.0),) for n in range(1, 8)}
    | {
        "▀": (Shape(0.0, 0.0, 1.0, 0.5),),
        "▐": (Shape(0.5, 0.0, 1.0, 1.0),),
        "▔": (Shape(0.0, 0.0, 1.0, 0.125),),
        "▕": (Shape(0.875, 0.0, 1.0, 1.0),),
        "░": (Shape(0.0, 0.0, 1.0, 1.0, 0.25),),
        "▒": (Shape(0.0, 0.0, 1.0, 1.0, 0.5),),
        "▓": (Shape(0.0, 0.0, 1.0, 1.0, 0.75),),
        "▖": _quadrants("lower left"),
        "▗": _quadrants("lower right"),
        "▘": _quadrants("upper left"),
        "▝": _quadrants("upper right"),
        "▚": _quadrants("upper left", "lower right"),
        "▞": _quadrants("upper right", "lower left"),
        "▙": (Shape(0.0, 0.0, 0.5, 1.0), *_quadrants("lower right")),
        "▛": (Shape(0.0, 0.0, 0.5, 1.0), *_quadrants("upper right")),
        "▜": (Shape(0.5, 0.0, 1.0, 1.0), *_quadrants("upper left")),
        "▟": (Shape(0.5, 0.0, 1.0, 1.0), *_quadrants("lower left")),
    }
)
"""Each sign with its shapes: eighths, halves, quadrants, whole cells and shades."""
