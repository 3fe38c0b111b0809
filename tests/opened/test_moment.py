"""What was known at a place of a log is the same, whichever way one has come there."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cp_tui.charge_point.variables import VARIABLES
from cp_tui.follow.follower import Follower
from cp_tui.ocpp.calendar import LAST
from cp_tui.opened.log import ChargerOfLog, LogIndex
from cp_tui.opened.moment import Moments
from cp_tui.opened.words import Wish
from tests.explain.days import Day, log_text
from tests.opened.here import opened_here
from tests.tiers import tier

STEVE = Path(__file__).parent.parent / "data" / "traces" / "steve_two_chargers.log"


def known(follower: Follower, at: Any) -> dict[str, Any]:
    return {name: follower.view(name, at or LAST) for name in VARIABLES}


def from_the_begin(index: LogIndex, place: int, charger: ChargerOfLog) -> Follower:
    """Let a follower learn every row of the charge point up to a frame."""
    follower = Follower(charger.name, source="log")
    for row in charger.rows:
        if row <= index.columns.rows[place - 1]:
            follower.learn(index.record_of_row(row))
    return follower


@pytest.mark.parametrize("seed", range(tier(2, deep=200)))
async def test_what_was_known_is_the_same_from_the_begin_by_a_step_and_by_a_leap(
    seed: int, tmp_path: Path
) -> None:
    random = Random(f"places {seed}")
    days = [log_text(Day(2 * seed + n).run(3), f"CP{n}").splitlines() for n in range(2)]
    lines = [each.pop(0) for _ in range(10_000) for each in [random.choice(days)] if each]
    (tmp_path / "log").write_bytes(b"\n".join(lines))
    for path in (tmp_path / "log", STEVE):
        with opened_here(path) as here:
            index = here.index
            moments = Moments(index, "log", here.ask)
            leaps = 0
            own = index.chargers[0].places
            places = [random.randrange(1, index.frames + 1) for _ in range(8)]
            places += [own[2], own[5], index.frames, 1]
            for place in places:
                here.needed, charger = [], index.charger_at(place)
                follower = await moments.follower_at(place, charger)
                is_leap = bool(here.needed)
                leaps += is_leap
                assert follower is not None
                at = index.at(place)
                whole = known(from_the_begin(index, place, charger), at)
                told = known(follower, at)
                if not is_leap:
                    # A schedule that still holds is not worked out anew: it began earlier.
                    told["charging_schedules"] = whole["charging_schedules"]
                assert told == whole, place
            assert 2 < leaps < len(places)


async def test_only_the_newest_wish_is_worked_out_and_others_have_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cp_tui.opened.moment.SLICE_S", 0.0)
    with opened_here(STEVE) as here:
        index = here.index
        first_one = index.chargers[0]

        async def nobody(wish: Wish) -> Sequence[int] | None:
            """The process that reads has ended: all rows are learned."""
            return None

        moments = Moments(index, "log", nobody)
        wishes = [
            asyncio.create_task(moments.follower_at(place, first_one))
            for place in (index.frames, 2, 9)
        ]
        turns = 0
        while not wishes[-1].done():
            await asyncio.sleep(0)
            turns += 1
        first, second, newest = await asyncio.gather(*wishes)
        assert first is second is None
        assert newest is not None
        assert turns > 4
        assert known(newest, index.at(9)) == known(from_the_begin(index, 9, first_one), index.at(9))
        assert await moments.follower_at(9, first_one) is newest


async def test_what_was_known_goes_when_it_is_no_longer_looked_at(tmp_path: Path) -> None:
    """Without the collector of garbage, which holds every key up that comes meanwhile."""
    (tmp_path / "log").write_bytes(log_text(Day(3).run(3), "CP0"))
    with opened_here(tmp_path / "log") as here:
        index = here.index
        moments = Moments(index, "log", here.ask)
        gc.collect()
        gc.disable()
        try:
            follower = await moments.follower_at(index.frames, index.chargers[0])
            assert follower is not None
            known(follower, LAST)
            before = weakref.ref(follower)
            follower = await moments.follower_at(1, index.chargers[0])
            assert follower is not None
            assert before() is None
        finally:
            gc.enable()
