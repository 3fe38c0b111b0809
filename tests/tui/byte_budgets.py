"""How many bytes a key may cost at 80x24 in 24-bit colour while two cars charge.

The tests hold it without a terminal (test_frugal.py), and bench/screen.py measures it in one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

OPENED, CLOSED, TYPED, MOVED = 4_000, 4_000, 200, 300
"""Of a dialog: what most of what follows must keep."""
SWITCHED = 5_000
"""Another screen."""


class Step(NamedTuple):
    """Keys in one packet, what they do, and what that may cost."""

    what: str
    keys: Sequence[str]
    most: int


class Scene(NamedTuple):
    """Steps, and the keys that lead to where they begin."""

    name: str
    lead: Sequence[str]
    steps: Sequence[Step]


SCENES: Sequence[Scene] = (
    Scene(
        "question",
        ("1",),
        (
            Step("open", ("s",), OPENED),
            Step("the other answer", ("right",), MOVED),
            Step("close", ("escape",), CLOSED),
        ),
    ),
    Scene(
        "form",
        ("1",),
        (
            Step("open", ("w",), OPENED),
            *(Step("type", (key,), TYPED) for key in "abc"),
            Step("close", ("escape",), CLOSED),
        ),
    ),
    Scene(
        "data transfer",
        ("1",),
        (
            Step("open", ("d",), OPENED),
            *(Step("type", (key,), TYPED) for key in "abc"),
            Step("next field", ("tab",), MOVED),
            *(Step("type", (key,), TYPED) for key in "abc"),
            Step("close", ("escape",), CLOSED),
        ),
    ),
    Scene(
        "choice of an error",
        ("1",),
        (
            Step("open", ("exclamation_mark",), OPENED),
            *(Step("move", ("down",), MOVED) for _ in range(3)),
            Step("narrow", ("g",), 1_000),
            Step("close", ("escape",), CLOSED),
        ),
    ),
    Scene(
        "palette",
        ("1",),
        (
            Step("open", ("ctrl+p",), OPENED),
            *(Step("move", ("down",), 500) for _ in range(3)),
            *(Step("narrow", (key,), 2_500) for key in "stop"),
            Step("close", ("escape",), CLOSED),
        ),
    ),
    Scene(
        "palette, typed ahead",
        ("1",),
        (
            Step("open", ("ctrl+p",), OPENED),
            Step("eight letters at once", tuple("transfer"), 4_000),
            Step("take what is found: a form opens instead", ("enter",), OPENED),
            Step("close", ("escape",), CLOSED),
        ),
    ),
    Scene(
        "help",
        ("1",),
        (
            Step("open", ("question_mark",), OPENED),
            Step("a line on", ("down",), 2_000),
            Step("close, all was covered", ("escape",), 6_000),
        ),
    ),
    Scene(
        "facts of a connector",
        ("1",),
        (
            Step("open", ("enter",), OPENED),
            Step("close", ("escape",), CLOSED),
        ),
    ),
    Scene(
        "filter",
        ("3",),
        (
            Step("open", ("slash",), 2_000),
            *(Step("narrow", (key,), 1_500) for key in "heart"),
            Step("close", ("escape",), 3_000),
        ),
    ),
    Scene(
        "composer",
        ("2",),
        (
            Step("open the choice", ("c",), OPENED),
            Step("narrow", ("H",), 1_500),
            Step("open the form", ("enter",), OPENED),
            Step("as text", ("ctrl+r",), 600),
            Step("type before all, not valid by that", ("x",), 600),
            Step("to the end", ("end",), MOVED),
            *(Step("type", (key,), TYPED) for key in "yz"),
            Step("close", ("escape",), CLOSED),
        ),
    ),
    Scene(
        "screens",
        ("1",),
        tuple(Step(f"to {key}", (key,), SWITCHED) for key in "213141516123242526345356461"),
    ),
)
