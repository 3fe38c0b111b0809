"""One file that is named for two things: what is written would take the place of what is read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import chain, combinations
from pathlib import Path


def named_twice(
    written: Mapping[str, Path | None], only_read: Mapping[str, Path | None]
) -> list[str]:
    """Say which two options name one file that at least one of them writes.

    Found through links as well. A pipe, a terminal or /dev/null may be named twice.
    """
    named = [
        (flag, path.expanduser())
        for flag, path in chain(written.items(), only_read.items())
        if path is not None
    ]
    return [
        f"{one} and {other} both name {path}: one would take the place of the other"
        for (one, path), (other, other_path) in combinations(named, 2)
        if one in written and _is_one(path, other_path)
    ]


def _is_one(one: Path, other: Path) -> bool:
    try:
        if one.exists() and other.exists():
            return one.is_file() and os.path.samefile(one, other)
        return one.resolve() == other.resolve()
    except OSError:
        # A file that cannot even be looked at is told by who opens it.
        return False
