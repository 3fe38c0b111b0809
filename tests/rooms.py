"""The house: packages as rooms, imports as arrows, and the floor on which each room lies.

A room is what lies directly in a package: a folder with all that is in it, or a module. A room on
floor 0 needs no other; any other lies one floor above the highest room that it needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import TopologicalSorter

from tests.imports import imports, within

Rooms = Mapping[str, frozenset[str]]
"""Each room with those that it needs."""


def rooms(package: str) -> Rooms:
    """Give the rooms of a package, such as `cp_tui.tui`; its own `__init__` is none."""
    inside = [name for name in imports() if within(name, package) and name != package]
    found: dict[str, set[str]] = {room_of(name, package): set() for name in inside}
    for name in inside:
        room = room_of(name, package)
        for target in imports()[name]:
            if within(target, package) and target != package:
                found[room] |= {room_of(target, package)} - {room}
    return {room: frozenset(needs) for room, needs in found.items()}


def room_of(module: str, package: str) -> str:
    """Give the room of a package in which a module lies."""
    return module.removeprefix(f"{package}.").partition(".")[0]


def floors(house: Rooms) -> list[list[str]]:
    """Give the rooms of each floor, from the ground up; raises `graphlib.CycleError`."""
    level: dict[str, int] = {}
    for room in TopologicalSorter(house).static_order():
        level[room] = max((level[need] + 1 for need in house[room]), default=0)
    return [
        sorted(room for room, its in level.items() if its == floor)
        for floor in range(max(level.values()) + 1)
    ]


def drawn(package: str) -> str:
    """Draw a package for a paper: its floors from the top down, and under each room what it needs.

    A need that another need has anyway is left out: the line stays short, and tells as much.
    """
    house = rooms(package)
    lines: list[str] = []
    for number, floor in reversed(list(enumerate(floors(house)))):
        for place, room in enumerate(floor):
            needs = " ".join(sorted(_nearest(house, room)))
            head = f"{number:2}" if place == 0 else "  "
            lines.append(f"{head}  {room:<16}{needs}".rstrip())
    return "\n".join(lines) + "\n"


def _nearest(house: Rooms, room: str) -> set[str]:
    """The needs of a room that it has by itself, and not through another one."""
    needs = house[room]
    return {need for need in needs if not any(need in _all(house, other) for other in needs)}


def _all(house: Rooms, room: str) -> set[str]:
    """Everything that a room needs, itself left out."""
    found: set[str] = set()
    waiting = list(house[room])
    while waiting:
        need = waiting.pop()
        if need not in found:
            found.add(need)
            waiting += house[need]
    return found
