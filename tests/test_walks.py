"""The three walks of docs/ARCHITECTURE.md: what they name is what the program does, in that order.

A walk is followed by the interpreter's own trace while the real thing happens: a frame on the wire,
a change of the connectors, a swipe at the keyboard.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NamedTuple

import pytest

from cp_tui.charge_point.variables import ConnectorView
from tests.questions.place import place
from tests.questions.situations import csms
from tests.sources import ROOT

HOP = re.compile(r"^\d+\. `(?P<file>\S+?\.py):(?P<function>[\w.]+)`")
FORMS = re.compile(r"^(?:Forms|Names): (?P<forms>.+)$")


class Walk(NamedTuple):
    """What ARCHITECTURE.md says of a walk."""

    hops: tuple[tuple[str, str], ...]
    """File under cp_tui/ and function, in order."""
    forms: tuple[str, ...]
    """What the fact is on its way, or what it is called."""


def told() -> dict[str, Walk]:
    """Read the walks, by what walks."""
    walks: dict[str, Walk] = {}
    for section in (ROOT / "docs" / "ARCHITECTURE.md").read_text().split("\n### ")[1:]:
        lines = section.splitlines()
        hops = tuple((m["file"], m["function"]) for m in map(HOP.match, lines) if m)
        forms = next((m["forms"] for m in map(FORMS.match, lines) if m), "")
        if hops:
            what = lines[0].partition(":")[0].lower()
            walks[what] = Walk(hops, tuple(forms.rstrip(".").split(" → ")))
    return walks


@contextmanager
def walked() -> Iterator[list[tuple[str, str]]]:
    """Note every function of ours that is entered, while this lasts."""
    entered: list[tuple[str, str]] = []

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        code = frame.f_code
        if event == "call" and "/cp_tui/" in code.co_filename:
            entered.append((code.co_filename.rpartition("/cp_tui/")[2], code.co_qualname))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield entered
    finally:
        sys.setprofile(before)


def missing(walk: Walk, entered: list[tuple[str, str]]) -> tuple[str, str] | None:
    """Give the first hop that was not taken after the one before it."""
    rest = iter(entered)
    return next((hop for hop in walk.hops if hop not in rest), None)


@pytest.mark.parametrize(
    ("name", "hops_max", "forms_max"), [("frame", 12, 6), ("variable", 12, 5), ("swipe", 10, 5)]
)
def test_a_walk_is_short(name: str, hops_max: int, forms_max: int) -> None:
    walk = told()[name]
    assert 3 < len(walk.hops) <= hops_max
    assert 1 < len(walk.forms) <= forms_max


async def test_a_frame_walks_as_it_is_told() -> None:
    profile = {
        "connectorId": 1,
        "csChargingProfiles": {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Relative",
            "chargingSchedule": {
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16}],
            },
        },
    }
    async with csms() as server, place(server.url) as here:
        await here.reads("Accepted")
        # Models are built when they are first needed.
        await server.call("SetChargingProfile", profile)
        with walked() as entered:
            answer = await server.call("SetChargingProfile", profile)
        assert answer[2] == {"status": "Accepted"}
        assert missing(told()["frame"], entered) is None


async def test_a_variable_walks_as_it_is_told() -> None:
    async with csms() as server, place(server.url) as here:
        await here.reads("Available")

        def is_plugged() -> bool:
            connectors: tuple[ConnectorView, ...] = here.app.store.snapshot.connectors
            return connectors[1].is_plugged

        with walked() as entered:
            await here.act("plug_in", connector_id=1)
            await here.until(is_plugged)
            await here.reads("Preparing")
        assert missing(told()["variable"], entered) is None


async def test_a_swipe_walks_as_it_is_told() -> None:
    async with csms() as server, place(server.url) as here:
        await here.act("plug_in", connector_id=1)
        await here.reads("Preparing")
        with walked() as entered:
            await here.after("w", "Swipe a tag")
            await here.type("TAG1")
            await here.after("enter", "charging begins on connector 1")
        assert missing(told()["swipe"], entered) is None
