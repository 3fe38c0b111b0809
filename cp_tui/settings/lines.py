"""Where a key stands in a TOML text: the line number that `tomllib` does not tell.

`tomllib` reads the whole or nothing, and forgets where. But the shortest run of lines that is TOML
by itself is one statement (a header, or a key with its value, however many lines the value has),
and what it amounts to by itself says what it sets. No grammar is needed here, so none can differ
from that of `tomllib`. It is slow, and only asked for once there is a mistake to be named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

Location = tuple[str | int, ...]
"""The names and indexes that lead to a value, from the top."""
Spelling = Callable[[str], str]
"""Reduces a name to what counts when two names are compared."""


def line_of(text: str, location: Location) -> int | None:
    """Give the line of the statement that sets the value, or of the nearest table around it.

    Configuration keys count without regard to case, and no other names differ by it; where a name
    is there in several spellings, the line is that of the one asked for.
    """
    exact, folded = (_nearest(text, location, spelling) for spelling in (str, str.casefold))
    return exact[1] if exact[0] == folded[0] else folded[1]


def _nearest(text: str, location: Location, spelling: Spelling) -> tuple[int, int | None]:
    """Give how much of the location a statement sets at most, and the first line that does."""
    table: Location = ()
    counts: Counter[Location] = Counter()
    best: tuple[int, int | None] = (0, None)
    for line, statement, content in _statements(text):
        if statement.startswith("["):
            names = _path(content)
            if statement.startswith("[["):
                counts[_innermost(names[:-1], counts) + names[-1:]] += 1
            table = _innermost(names, counts)
            depth = len(table) if _is_within(location, table, spelling) else 0
        elif _is_within(location, table, spelling):
            depth = _depth(content, location[len(table) :], len(table), spelling)
        else:
            depth = 0
        if depth > best[0]:
            best = (depth, line)
    return best


def _statements(text: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Split a valid text: the shortest run of lines that is TOML by itself is one statement."""
    import tomllib

    pending, first = "", 1
    for number, line in enumerate(text.split("\n"), 1):
        if not pending:
            first = number
        pending += line + "\n"
        try:
            content = tomllib.loads(pending)
        except tomllib.TOMLDecodeError:
            continue
        if content:
            yield first, pending.lstrip(), content
        pending = ""


def _path(content: Any) -> Location:
    """Read the names of a table header from what it alone amounts to."""
    names: list[str] = []
    while isinstance(content, dict) and content:
        name, content = next(iter(content.items()))
        names.append(name)
    return tuple(names)


def _innermost(names: Location, counts: Counter[Location]) -> Location:
    """Say which tables are meant where there are several of a name: the last of each."""
    place: Location = ()
    for name in names:
        place = (*place, name)
        if place in counts:
            place = (*place, counts[place] - 1)
    return place


def _is_within(location: Location, table: Location, spelling: Spelling) -> bool:
    return _same(location[: len(table)], table, spelling)


def _depth(content: Any, rest: Location, depth: int, spelling: Spelling) -> int:
    """Follow the rest of the location into a statement; 0 if it sets nothing of it."""
    start = depth
    for part in rest:
        if isinstance(content, list) and isinstance(part, int) and part < len(content):
            content = content[part]
        elif isinstance(content, dict) and (name := _find(content, part, spelling)) is not None:
            content = content[name]
        else:
            break
        depth += 1
    return depth if depth > start else 0


def _find(content: dict[str, Any], part: str | int, spelling: Spelling) -> str | None:
    return next((name for name in content if _same((name,), (part,), spelling)), None)


def _same(left: Location, right: Location, spelling: Spelling) -> bool:
    return [spelling(str(part)) for part in left] == [spelling(str(part)) for part in right]
