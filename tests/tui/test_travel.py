"""Ways about in a log: by frames, by time, by findings and by itself; and its time line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from cp_tui.explain.finding import Finding, FrameRef, Severity
from cp_tui.tui.state.log_state import SPEEDS, Then, findings_about
from cp_tui.tui.state.store import SnapshotStore
from cp_tui.tui.state.travel import Travel
from cp_tui.tui.text.log_line import axis_of, line, picture
from cp_tui.tui.text.words import Clock
from tests.opened.here import opened_here
from tests.tui.log_world import BEGIN, afternoon
from tests.tui.opened import SAMPLES, ReadLog

LEVELS = "▁▂▃▄▅▆▇█"
CLOCK = Clock(BEGIN, UTC)


class Way:
    """A travel, and what it asked for."""

    def __init__(self, log: ReadLog) -> None:
        self.store = SnapshotStore(is_read_only=True)
        self.moves = 0
        self.played: list[bool] = []
        self.travel = Travel(log, self.store, self._moved, self.played.append)
        self.travel.take_news()

    def _moved(self) -> None:
        self.moves += 1

    @property
    def at(self) -> tuple[int, datetime | None]:
        """The newest frame, and as of when."""
        place = self.travel.place
        return place.number, place.instant


@pytest.fixture
def way(tmp_path: Path) -> Iterator[Way]:
    """The way through an afternoon."""
    with opened_here(afternoon().written(tmp_path)) as here:
        yield Way(ReadLog(here))


def clock(minute: float) -> datetime:
    """So many minutes after 14:00."""
    return BEGIN + timedelta(minutes=minute)


def test_it_goes_by_frames_and_by_time_and_no_further_than_there_is(way: Way) -> None:
    travel = way.travel
    assert way.at == (38, BEGIN + timedelta(minutes=8, seconds=4.04)), "it begins where it ends"
    moves = way.moves
    travel.step(1)
    assert way.moves == moves, "there is no further, and nothing is to be shown anew"
    travel.step(-1)
    assert way.at == (37, BEGIN + timedelta(minutes=8, seconds=4))
    travel.go_to(clock(3.5))
    assert way.at == (18, clock(3.5)), "an instant between two frames is that instant"
    travel.shift(-30)
    assert way.at == (17, clock(3))
    travel.shift(-3600)
    assert way.at == (1, BEGIN)
    travel.go_to_frame(1_000_000)
    assert way.at[0] == 38
    travel.go_to_part(0.5)
    assert way.at[1] == BEGIN + (clock(8) + timedelta(seconds=4.04) - BEGIN) / 2
    assert way.travel.now() == way.at[1]


async def test_it_goes_from_finding_to_finding_of_those_that_are_wanted(way: Way) -> None:
    travel = way.travel

    async def go(step: int, word: str = "") -> int | None:
        def wanted(finding: Finding) -> bool:
            return word in f"{finding.id} {finding.at_fault}"

        has_gone = await travel.go_to_finding(step, lambda _: True, wanted)
        return travel.place.number if has_gone else None

    travel.go_to_frame(1)
    assert [await go(1), await go(1), await go(1)] == [23, 35, None]
    assert [await go(-1), await go(-1)] == [23, None]
    travel.go_to_frame(1)
    assert [await go(1, "charger"), await go(1, "charger")] == [35, None]
    assert await travel.go_to_finding(-1, lambda exchange: False, lambda _: True) is False
    travel.go_to_frame(24)
    assert await go(-1) is None, "its own exchange is where it is already"


def test_played_it_goes_on_by_its_own_clock_and_stops_at_the_end(way: Way) -> None:
    travel = way.travel
    travel.go_to(clock(3))
    travel.play()
    travel.go_on(0.25)
    assert way.at == (18, clock(3) + timedelta(seconds=2.5)), "ten times as fast as then"
    travel.set_speed(SPEEDS[-1])
    travel.go_on(0.25)
    assert way.at[1] == clock(3) + timedelta(seconds=152.5)
    travel.go_on(1)
    assert travel.place.number == 38
    assert (way.played, travel.place.speed) == ([True, False], 0.0)


def test_the_time_line_tells_where_frames_are_dense_and_what_is_found(way: Way) -> None:
    messages, place = way.travel.messages, way.travel.place
    assert messages is not None
    signs = [sign for sign, _ in picture(axis_of(messages, 2), place, LEVELS)]
    assert signs[1] == "×", "the gravest of a cell"
    axis = axis_of(messages, 24)
    drawn_signs = "".join(sign for sign, _ in picture(axis, place, LEVELS))
    assert (drawn_signs.count("×"), drawn_signs.count("!")) == (1, 1)
    assert drawn_signs.index("×") < drawn_signs.index("!")
    assert drawn_signs[0] in LEVELS
    assert " " in drawn_signs, "nothing was said there"
    counted = [axis.frames_before(edge) for edge in range(25)]
    assert counted == sorted(counted)
    assert (counted[0], counted[-1]) == (0, 38)
    cells = picture(axis, place, LEVELS)
    for part in (0.0, 0.5, 0.99):
        way.travel.go_to_part(part)
        drawn = line(cells, axis, way.travel.place, CLOCK, 60)
        here = [span.start for span in drawn.spans if "reverse" in f"{span.style}"]
        assert here == [len(" 14:00 ") + int(24 * part)]
        assert drawn.plain.startswith(" 14:00 ")
        assert drawn.plain.rstrip().endswith(" 14:08  ×1 !1")


def test_the_gravest_stand_first_of_their_charge_point(way: Way) -> None:
    error, warning = way.travel.place.findings
    assert error.severity is Severity.ERROR
    other = replace(error, charger="CP002")
    late = replace(error, frames=(FrameRef(99, 99, None),))
    found = findings_about([warning, late, other, error], "CP001")
    assert found == (error, late, warning)


def test_news_without_a_finding_puts_none_in_order_again(way: Way) -> None:
    # There may be ten thousand, and news ten times a second while keys are pressed.
    travel, log, index = way.travel, way.travel.log, way.travel.log.index
    assert index is not None
    before = travel.place.findings
    assert isinstance(log, ReadLog)
    log.progress = 0.5
    travel.take_news()
    assert travel.place.findings is before
    error = replace(before[0], count=7)
    index.found.take([(index.found.findings.index(before[0]), error)], ())
    travel.take_news()
    assert travel.place.findings[0].count == 7


@pytest.mark.parametrize("was_at_end", [True, False])
def test_in_a_log_that_has_grown_one_stays_where_one_was_or_at_its_end(
    way: Way, tmp_path: Path, was_at_end: bool
) -> None:
    travel, moves = way.travel, way.moves
    if not was_at_end:
        travel.go_to(clock(3.5))
        moves = way.moves
    before, log = way.at, afternoon()
    log.ask("Heartbeat", {}, {"currentTime": log.clock()})
    assert isinstance(travel.log, ReadLog)
    with opened_here(log.written(tmp_path, "more.jsonl")) as here:
        travel.log.index = here.index
        travel.renew(is_another=False)
        assert travel.place.frames == 40
        assert travel.messages is not None
        assert travel.messages.last == 40
        assert len(travel.place.findings) == 2
        assert (way.at[0], way.moves - moves) == ((40, 1) if was_at_end else (18, 0))
        assert was_at_end or way.at == before
        travel.go_to_frame(3)
        travel.renew(is_another=True)
        assert way.at[0] == 40, "another log begins as any does"


def test_what_was_not_known_yet_is_forgotten_on_the_way_back() -> None:
    store = SnapshotStore()
    store.known_is(Then({"is_connected": True}, {}, {}), BEGIN)
    assert store.snapshot.is_connected
    store.known_is(Then({}, {}, {}), BEGIN)
    assert not store.snapshot.is_connected


def test_a_log_without_times_is_drawn_and_gone_through_by_its_frames() -> None:
    with opened_here(SAMPLES / "plain_frames.txt") as here:
        way = Way(ReadLog(here))
        messages = way.travel.messages
        assert messages is not None
        assert way.at[1] is None
        axis = axis_of(messages, 10)
        assert axis.frames_before(10) == len(messages)
        way.travel.go_to_part(0.0)
        assert way.at == (1, None)
        way.travel.play()
        way.travel.go_on(0.25)
        assert way.at == (2, None), "a frame with each step"


def test_an_outage_that_the_log_tells_of_is_on_the_time_line(tmp_path: Path) -> None:
    sample = (SAMPLES / "steve_two_chargers.log").read_text().splitlines()
    head = "[INFO ] 2026-11-10 {} de.rwth.idsg.steve.ocpp.ws.WebSocketLogger (qtp1-1) - [chargeBox"
    who = "Id=KESTREL-11, sessionId=1] Connection {}"
    closed = "is closed, status: CloseStatus[code=1006, reason=null]"
    lost = head.format("05:45:00,000") + who.format(closed)
    back = head.format("06:05:00,000") + who.format("is established")
    late = next(number for number, each in enumerate(sample) if " 06:1" in each)
    path = tmp_path / "steve.log"
    path.write_text("\n".join([*sample[:late], lost, back, *sample[late:], ""]))
    with opened_here(path) as here:
        way = Way(ReadLog(here))
        way.travel.look_at("KESTREL-11")
        messages = way.travel.messages
        assert messages is not None
        day = datetime(2026, 11, 10, tzinfo=UTC)
        hours = (timedelta(hours=5, minutes=45), timedelta(hours=6, minutes=5))
        assert messages.outages == ((day + hours[0], day + hours[1]),)
        signs = [sign for sign, _ in picture(axis_of(messages, 62), way.travel.place, LEVELS)]
        gone = [minute for minute, sign in enumerate(signs) if sign == "░"]
        assert gone == [*range(gone[0], gone[-1] + 1)], "without a gap"
        assert 19 <= len(gone) <= 22, "a cell is a minute"
