"""Reads the files that a plan names: passwords of charge points, tags of people.

What is wrong is told with the line, and never with a password.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from cp_tui.fleet.plan import FleetPlan
from cp_tui.ocpp.authorization_key import check_authorization_key
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.printable import is_clean

FILE_BYTES_MAX = 64 * 1024 * 1024
"""A line for each of a million tags takes less."""
TAG_LENGTH_MAX = 20
"""CiString20Type: an idTag."""
TOLD_MAX = 5
"""How many lines of a file are told of, and how many ids are named."""


def read_passwords(path: Path, plan: FleetPlan) -> tuple[Mapping[str, str], list[str]]:
    """Give the password of each id, and what is wrong; all of the plan must be there."""
    passwords: dict[str, str] = {}
    places: dict[str, int] = {}
    wrong: list[str] = []
    try:
        for number, line in _lines(path):
            id_, comma, password = line.partition(",")
            id_, password = id_.strip(), password.strip()
            fault = _fault(id_ if comma else "", password)
            if id_ in places:
                fault = f"the id is in line {places[id_]} as well"
            if fault:
                wrong.append(f"{path}, line {number}: {fault}")
            else:
                places[id_], passwords[id_] = number, password
    except _UnreadableList as error:
        return {}, [str(error)]
    if not wrong:
        wrong += _without(path, passwords, plan)
    return passwords, _some(wrong)


def read_tags(path: Path) -> tuple[tuple[str, ...], list[str]]:
    """Give the tags of a file, each once, and what is wrong."""
    tags: dict[str, None] = {}
    wrong: list[str] = []
    try:
        for number, line in _lines(path):
            if len(line) > TAG_LENGTH_MAX or not is_clean(line):
                allowed = f"a tag of up to {TAG_LENGTH_MAX} characters, without control characters"
                wrong.append(f"{path}, line {number}: must be {allowed}")
            else:
                tags[line] = None
    except _UnreadableList as error:
        return (), [str(error)]
    if not tags and not wrong:
        wrong.append(f"{path}: no tags: must have one on each line")
    return tuple(tags), _some(wrong)


class _UnreadableList(Exception):
    """The file cannot be read; the text says why."""


def _fault(id_: str, password: str) -> str:
    """Say what is wrong with a line; empty: nothing is."""
    if not id_:
        return "must be id,password"
    try:
        check_authorization_key(password)
    except ValueError as error:
        return str(error)
    return ""


def _without(path: Path, passwords: Mapping[str, str], plan: FleetPlan) -> Iterator[str]:
    """Say which charge points have no password."""
    without = [id_ for id_ in map(plan.id_of, range(plan.stations)) if id_ not in passwords]
    if without:
        more = len(without) - TOLD_MAX
        named = ", ".join(without[:TOLD_MAX]) + (f" and {more} more" if more > 0 else "")
        yield f"{path}: no password for {named}"


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Give the lines that say something, with their numbers; raises `_UnreadableList`."""
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise _UnreadableList(f"{path}: {error.strerror}") from None
    if len(content) > FILE_BYTES_MAX:
        raise _UnreadableList(f"{path}: at most {FILE_BYTES_MAX} bytes are read")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise _UnreadableList(f"{path}, line {number}: not UTF-8 text") from None
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, line.strip()


def _some(wrong: list[str]) -> list[str]:
    more = len(wrong) - TOLD_MAX
    return [*wrong[:TOLD_MAX], f"and {count(more, 'line')} more"] if more > 0 else wrong
