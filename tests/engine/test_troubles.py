"""What is wrong inside is told until it is over, and never more than a few things."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cp_tui.charge_point.variables import Trouble, Troubles
from cp_tui.engine.hub import Hub
from cp_tui.engine.troubles import HAPPENED, TROUBLES_MAX, TroubleKeeper

T0 = datetime(2026, 1, 5, 8, tzinfo=UTC)


class Desk:
    """A keeper, its clock and what it has published."""

    def __init__(self) -> None:
        self.now = T0
        self.hub = Hub()
        self.keeper = TroubleKeeper(self.hub.publish, lambda: self.now)

    @property
    def told(self) -> tuple[Trouble, ...]:
        value: Troubles = self.hub.get("troubles")
        return value

    @property
    def ids(self) -> list[str]:
        return [trouble.id for trouble in self.told]


def test_without_trouble_the_variable_is_there_and_empty() -> None:
    assert Desk().ids == []


def test_a_state_stands_until_it_is_ended_whatever_the_time_and_whoever_has_seen_it() -> None:
    desk = Desk()
    desk.keeper.raise_trouble("store.not_writing", "The disk is full", "make room")
    desk.now += timedelta(days=400)
    desk.keeper.look_at_clock()
    assert desk.keeper.acknowledge() == 0
    (trouble,) = desk.told
    assert trouble == Trouble(
        id="store.not_writing", text="The disk is full", hint="make room", since=T0, last_at=T0
    )
    desk.keeper.end_trouble("store.not_writing")
    assert desk.ids == []
    desk.keeper.end_trouble("store.not_writing")


def test_what_happens_again_counts_on_and_is_the_newest() -> None:
    desk = Desk()
    desk.keeper.raise_trouble("log.dropped", "3 lines dropped", count=3)
    desk.keeper.raise_trouble("history.cut", "cut")
    desk.now += timedelta(minutes=1)
    desk.keeper.raise_trouble("log.dropped", "5 lines dropped", count=5)
    assert desk.ids == ["log.dropped", "history.cut"]
    newest = desk.told[0]
    assert (newest.text, newest.count) == ("5 lines dropped", 8)
    assert (newest.since, newest.last_at) == (T0, T0 + timedelta(minutes=1))


def test_what_has_happened_is_forgotten_a_day_after_it_happened_last() -> None:
    desk = Desk()
    desk.keeper.raise_trouble("turn.failed", "An error", lasts=HAPPENED)
    desk.now += timedelta(hours=23)
    desk.keeper.raise_trouble("turn.failed", "An error", lasts=HAPPENED)
    desk.now += timedelta(hours=23)
    desk.keeper.look_at_clock()
    assert desk.ids == ["turn.failed"]
    desk.now += timedelta(hours=1)
    desk.keeper.look_at_clock()
    assert desk.ids == []


def test_what_has_happened_can_be_acknowledged_and_comes_back_if_it_happens_again() -> None:
    desk = Desk()
    desk.keeper.raise_trouble("turn.failed", "An error", count=4, lasts=HAPPENED)
    assert desk.keeper.acknowledge() == 1
    assert desk.ids == []
    desk.keeper.raise_trouble("turn.failed", "An error", lasts=HAPPENED)
    (again,) = desk.told
    assert again.count == 1


def test_however_many_there_are_the_newest_are_kept_and_no_more() -> None:
    desk = Desk()
    for number in range(TROUBLES_MAX * 3):
        desk.keeper.raise_trouble(f"trouble.{number}", "x")
    assert len(desk.told) == TROUBLES_MAX
    assert desk.told[0].id == f"trouble.{TROUBLES_MAX * 3 - 1}"
