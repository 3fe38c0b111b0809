"""Completing the name of a file as a shell does; what it asks of a disk may block.

Names that a terminal could obey, or that count otherwise on it, are left out: they cannot be typed
into a field as they are.
"""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import islice, takewhile

from msgspec import Struct

from cp_tui.tui.text.paths import expanded
from cp_tui.tui.text.safe_text import drawn

NAMES_MAX = 5_000
"""Names that are looked at in a folder: enough for people, and soon done."""


class Completion(Struct, frozen=True):
    """What a text becomes, and the names that it may go on with."""

    text: str
    names: tuple[str, ...] = ()
    """Folders with `/`."""
    is_cut: bool = False
    """The folder holds more names than were looked at."""


def completed_path(text: str) -> Completion:
    """Complete a path as far as it is certain; hidden names only where a dot is typed.

    Raises `OSError`; blocks as long as the disk does.
    """
    if text == "~":
        return Completion("~/")
    folder, slash, beginning = text.rpartition("/")
    with os.scandir(expanded(folder + slash) if slash else ".") as entries:
        looked_at = list(islice(entries, NAMES_MAX + 1))
    names = sorted(
        f"{entry.name}/" if _is_folder(entry) else entry.name
        for entry in looked_at[:NAMES_MAX]
        if entry.name.startswith(beginning)
        and (beginning.startswith(".") or not entry.name.startswith("."))
        and drawn(entry.name) == entry.name
    )
    certain = _common_beginning(names) or beginning
    return Completion(f"{folder}{slash}{certain}", tuple(names), len(looked_at) > NAMES_MAX)


def _common_beginning(names: list[str]) -> str:
    """What all of these begin with, letter by letter; they are in order."""
    if not names:
        return ""
    # All others lie between the first and the last.
    pairs = zip(names[0], names[-1], strict=False)
    return "".join(letter for letter, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it can be gone into; a link that leads nowhere, or in a circle, cannot."""
    with suppress(OSError):
        return entry.is_dir()
    return False
