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
WORD = 200
"""For each letter of a word that is typed without a pause, with all that comes of it then."""


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


class Word(NamedTuple):
    """A word, letter by letter, and the keys that lead to where it is typed."""

    name: str
    lead: Sequence[str]
    letters: str
    has_choice: bool = False
    """What enter would take is seen with each letter."""
    most: int = WORD
    """For each of its letters, once all is shown that comes of it."""


LETTER, LETTER_WITH_CHOICE = 100, 200
"""The letter itself, and in a list with it what enter would take: as long as somebody types."""
FOLLOWS, FOLLOWS_FILTER = 900, 1_500
"""The picture of its own that follows when the typing pauses: a list of which every line is another
one, and what is said about one of them. That of a filter has lines as wide as the screen."""
SHORT_WORD = 320
"""Where the whole list and what is said below it are others after three or four letters."""

PALETTE = ("1", "ctrl+p")
WORDS: Sequence[Word] = (
    Word("palette", PALETTE, "stop", True, SHORT_WORD),
    Word("palette", PALETTE, "reset", True, SHORT_WORD),
    Word("palette", PALETTE, "offline", True),
    Word("filter of the keys", ("3", "slash"), "heart"),
    Word("choice of a message", ("2", "c"), "status", True),
    Word("composer, before all", ("2", "c", *"heart", "enter", "ctrl+r"), "xyz"),
)


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
            Step("narrow, and a pause", ("g",), 500),
            Step("close", ("escape",), CLOSED),
        ),
    ),
    Scene(
        "palette",
        ("1",),
        (
            Step("open", ("ctrl+p",), OPENED),
            *(Step("move", ("down",), 500) for _ in range(3)),
            *(Step("narrow, and a pause", (key,), 850) for key in "stop"),
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
        "themes",
        ("1", "ctrl+p", *"theme"),
        (
            Step("open", ("enter",), OPENED),
            *(Step("a step, and its sample", ("down",), 1_500) for _ in range(3)),
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
            *(Step("narrow, and a pause", (key,), 800) for key in "heart"),
            Step("close", ("escape",), 3_000),
        ),
    ),
    Scene(
        "composer",
        ("2",),
        (
            Step("open the choice", ("c",), OPENED),
            Step("narrow, and a pause", ("H",), 800),
            Step("open the form", ("enter",), OPENED),
            Step("as text", ("ctrl+r",), 600),
            Step("type before all, not valid by that, and a pause", ("x",), 400),
            Step("type before all", ("w",), TYPED),
            Step("to the end", ("end",), MOVED),
            *(Step("type", (key,), TYPED) for key in "yz"),
            Step("close", ("escape",), CLOSED),
        ),
    ),
    Scene(
        "screens",
        ("1",),
        tuple(Step(f"to {key}", (key,), SWITCHED) for key in "2131415161232425263453564618481"),
    ),
)
