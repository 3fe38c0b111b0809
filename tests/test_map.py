"""The map of the house in ARCHITECTURE.md: the rooms, their floors, and no arrow that leads up."""

from __future__ import annotations

import re
from graphlib import CycleError

import pytest

from tests.imports import imports
from tests.rooms import drawn, floors, room_of, rooms
from tests.sources import ROOT

PAPER = ROOT / "docs" / "ARCHITECTURE.md"
HOUSES = ("cp_tui", "cp_tui.tui")
SCREEN = "cp_tui.tui"
ROOMS_MAX = 26
"""At the top of the screen's house: as many as a newcomer looks through."""

FEATURES = {
    "dashboard": {"configuration", "schedule"},
    "messages": set[str](),
    "compose": set[str](),
    "configuration": set[str](),
    "schedule": set[str](),
    "transactions": set[str](),
    "maintenance": set[str](),
    "security": set[str](),
    "csms": {"compose"},
    "fleet": {"dashboard"},
}
"""Each feature of the screen, and the other features that it shows a part of."""


def on_paper(package: str) -> str:
    """Give the map of a package as the paper has it."""
    found = re.search(rf"<!-- map of {package} -->\n```\n(.*?)```", PAPER.read_text(), re.DOTALL)
    assert found, f"{PAPER.name} has no map of {package}"
    return found[1]


@pytest.mark.parametrize("package", HOUSES)
def test_no_rooms_need_each_other(package: str) -> None:
    try:
        floors(rooms(package))
    except CycleError as error:
        circle: list[str] = error.args[1]
        pytest.fail(" <- ".join(circle))


@pytest.mark.parametrize("package", HOUSES)
def test_the_map_in_the_paper_is_the_house_as_it_stands(package: str) -> None:
    """`python docs/make.py` draws it anew; what has moved to another floor is to be looked at."""
    assert on_paper(package) == drawn(package)


def test_the_house_of_the_screen_has_few_rooms_at_its_top() -> None:
    assert len(rooms(SCREEN)) <= ROOMS_MAX, sorted(rooms(SCREEN))


def test_a_feature_is_a_room_of_its_own_and_needs_no_other_feature() -> None:
    house = rooms(SCREEN)
    for feature, parts in FEATURES.items():
        assert house[feature] & FEATURES.keys() <= parts, feature


def test_what_one_feature_alone_needs_lies_in_its_folder() -> None:
    """A module that nobody but one feature imports has no business elsewhere."""
    elsewhere: dict[str, set[str]] = {}
    for module, targets in imports().items():
        for target in targets:
            if target.startswith(f"{SCREEN}."):
                elsewhere.setdefault(target, set()).add(room_of(module, SCREEN))
    strayed = {
        module: users
        for module, users in elsewhere.items()
        if room_of(module, SCREEN) not in FEATURES and len(users) == 1 and users <= FEATURES.keys()
    }
    assert strayed == {}
