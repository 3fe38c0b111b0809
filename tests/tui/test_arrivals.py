"""What was heard outlives a lost charge point: nothing twice, in its order, with where a gap is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.engine.hub import EventHappened, Update, VariableChanged
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargePointStatus
from cp_tui.tui.state.arrivals import GAPS_MAX, Arrivals, Gap
from cp_tui.tui.state.message_log import Fate, MessagePair
from cp_tui.tui.state.store import EVENTS_MAX, SnapshotStore
from cp_tui.tui.text.gaps import divided, gap_words
from cp_tui.tui.text.words import Clock
from tests.tui import message_world, session_world, worlds
from tests.tui.driving import screen
from tests.tui.test_engine_lost import until

CLOCK = Clock(worlds.NOW, UTC)
LOST, BACK = worlds.at(14, 2, 10), worlds.at(14, 5, 1)


def status(second: int) -> v.StatusChange:
    return v.StatusChange(
        connector_id=1,
        old_status=ChargePointStatus.AVAILABLE,
        status=ChargePointStatus.PREPARING,
        code="A2",
        cause=f"number {second}",
        error_code=ChargePointErrorCode.NO_ERROR,
        time=worlds.at(13) + timedelta(seconds=second),
    )


class Engine:
    """What a charge point tells whoever attaches: who it is, and its newest events once more."""

    def __init__(
        self,
        started_at: datetime,
        history_max: int = 1_000,
        before: Iterable[tuple[str, Struct]] = (),
    ) -> None:
        identity: v.Identity = worlds.healthy()["identity"]
        self.identity = replace(identity, started_at=started_at)
        told = list(before)
        self._history = [
            EventHappened(name, event, number=number)
            for number, (name, event) in enumerate(told, -len(told))
        ]
        self._numbers: dict[str, int] = {}
        self._history_max = history_max

    def happens(self, events: Iterable[tuple[str, Struct]]) -> list[Update]:
        told: list[Update] = []
        for name, event in events:
            self._numbers[name] = self._numbers.get(name, 0) + 1
            update = EventHappened(name, event, number=self._numbers[name])
            self._history.append(update)
            told.append(update)
        return told

    def attached(self) -> list[Update]:
        return [VariableChanged("identity", self.identity), *self._history[-self._history_max :]]


def statuses(*numbers: int) -> Iterator[tuple[str, Struct]]:
    return (("status_changes", status(number)) for number in numbers)


def asked(*ids: str) -> Iterator[tuple[str, Struct]]:
    return (("messages", message_world.request(each, "Heartbeat")) for each in ids)


def seen(store: SnapshotStore) -> list[str]:
    return [change.cause.removeprefix("number ") for change in store.snapshot.status_changes]


def log_of(store: SnapshotStore) -> list[MessagePair]:
    log = store.snapshot.messages
    return [each for each in map(log.exchange, log.numbers) if each is not None]


def attach(store: SnapshotStore, engine: Engine) -> None:
    store.engine_is(True, BACK)
    store.apply(engine.attached(), BACK)


def lose(store: SnapshotStore) -> None:
    store.engine_is(False, LOST)


def in_order(store: SnapshotStore) -> list[str]:
    """The causes of the status history as a table has them, and where a gap is."""
    changes = store.snapshot.status_changes[::-1]
    records = [(change.cause, change) for change in changes]
    rows = divided(records, store.snapshot.gaps.get("status_changes", ()), CLOCK, changes)
    return [key.removeprefix("number ").partition(" ")[0] for key, _ in rows]


def test_the_same_charge_point_tells_nothing_twice_and_goes_on_in_order() -> None:
    store, engine = SnapshotStore(), Engine(worlds.at(9))
    engine.happens([*statuses(1, 2), *asked("1")])
    attach(store, engine)
    for again in range(3):
        store.apply(engine.happens(statuses(10 * again + 3)))
        lose(store)
        engine.happens([*statuses(10 * again + 4), *asked(f"m{again}")])
        attach(store, engine)
    assert seen(store) == ["1", "2", "3", "4", "13", "14", "23", "24"]
    ids = [each.request.message_id for each in log_of(store) if each.request]
    assert ids == ["1", "m0", "m1", "m2"]
    # All of it is there: no line has to say that something may be missing.
    assert len(log_of(store)) == 4
    assert store.snapshot.gaps == {}


def test_an_answer_that_comes_after_the_gap_joins_its_request() -> None:
    store, engine = SnapshotStore(), Engine(worlds.at(9))
    engine.happens(asked("1"))
    attach(store, engine)
    lose(store)
    engine.happens([("messages", message_world.answer(message_world.request("1", "Heartbeat")))])
    attach(store, engine)
    (exchange,) = log_of(store)
    assert exchange.fate is Fate.DONE


def test_what_happened_beyond_the_history_is_counted_where_it_is_missing() -> None:
    store, engine = SnapshotStore(), Engine(worlds.at(9), history_max=3)
    engine.happens(statuses(1))
    attach(store, engine)
    lose(store)
    engine.happens(statuses(*range(2, 8)))
    attach(store, engine)
    assert seen(store) == ["1", "5", "6", "7"]
    (gap,) = store.snapshot.gaps["status_changes"]
    assert gap.before == status(5)
    assert (gap.missed, gap.is_started_anew) == (3, False)
    assert gap_words(gap, CLOCK).plain == "charge point lost until 14:05:01, 3 not shown"


def test_what_a_slow_screen_was_not_told_stands_in_every_list() -> None:
    store, engine = SnapshotStore(), Engine(worlds.at(9))
    attach(store, engine)
    told = engine.happens([*statuses(1, 2, 3, 4), *asked("1", "2", "3")])
    store.apply([told[0], told[3], told[4], told[6]])
    (gap,) = store.snapshot.gaps["status_changes"]
    assert (gap.before, gap.missed) == (status(4), 2)
    assert (gap.lost_at, gap.back_at) == (status(1).time, status(4).time)
    assert in_order(store) == ["4", "gap", "1"]
    until = CLOCK.brief(status(4).time)
    assert gap_words(gap, CLOCK).plain == f"2 not shown until {until}, the screen was too slow"
    assert [each.missed for each in log_of(store)] == [0, 1, 0]


def test_one_that_was_started_anew_goes_on_behind_a_line() -> None:
    store, first, second = SnapshotStore(), Engine(worlds.at(9)), Engine(worlds.at(14, 4))
    first.happens([*statuses(1, 2, 3), *asked("1", "2")])
    attach(store, first)
    lose(store)
    second.happens([*statuses(4), *asked("1")])
    attach(store, second)
    assert seen(store) == ["1", "2", "3", "4"]
    (gap,) = store.snapshot.gaps["status_changes"]
    assert gap.before is store.snapshot.status_changes[-1]
    words = "charge point lost until 14:05:01, then started anew"
    assert gap_words(gap, CLOCK).plain == words
    one, two, line, other = log_of(store)
    assert line.gap is not None
    assert (line.gap.lost_at, line.gap.back_at) == (LOST, BACK)
    # Nobody answers what the one before has asked, though the message id is the same.
    answer = message_world.answer(message_world.request("1", "Heartbeat"))
    store.apply(second.happens([("messages", answer)]))
    assert [each.fate for each in (one, two, line, other)] == [
        Fate.NO_ANSWER,
        Fate.NO_ANSWER,
        Fate.MISSED,
        Fate.DONE,
    ]


def test_what_was_written_down_before_the_start_is_there_once() -> None:
    store, first = SnapshotStore(), Engine(worlds.at(9))
    first.happens(statuses(1, 2))
    attach(store, first)
    lose(store)
    # It went on for a moment without this screen, and ended.
    second = Engine(worlds.at(14, 4), before=statuses(1, 2, 3))
    second.happens(statuses(4))
    attach(store, second)
    attach(store, second)
    assert in_order(store) == ["4", "gap", "3", "2", "1"]
    (gap,) = store.snapshot.gaps["status_changes"]
    assert gap.is_started_anew
    assert not gap.missed
    fresh = SnapshotStore()
    attach(fresh, second)
    assert in_order(fresh) == ["4", "3", "2", "1"]
    fresh.apply(second.happens(statuses(5)))
    assert in_order(fresh)[0] == "5"


def test_what_waited_for_an_answer_before_the_start_gets_none() -> None:
    request = message_world.request("1", "Heartbeat")
    for ids in ([], ["1"]):
        store = SnapshotStore()
        engine = Engine(worlds.at(14, 4), before=[("messages", request)])
        engine.happens(asked(*ids))
        attach(store, engine)
        store.apply(engine.happens([("messages", message_world.answer(request))]))
        assert log_of(store)[0].fate is Fate.NO_ANSWER


def test_a_stream_in_which_nothing_happened_for_long_tells_every_gap() -> None:
    store = SnapshotStore()
    engine = Engine(worlds.at(9))
    engine.happens(statuses(1))
    attach(store, engine)
    for hour in (10, 11):
        lose(store)
        engine = Engine(worlds.at(hour))
        engine.happens(asked(f"{hour}"))
        attach(store, engine)
    store.apply(engine.happens(statuses(2)))
    assert seen(store) == ["1", "2"]
    assert [gap.is_started_anew for gap in store.snapshot.gaps["status_changes"]] == [True, True]
    assert sum(each.gap is not None for each in log_of(store)) == 2


def test_the_line_stands_at_once_where_nothing_came_and_moves_behind_what_comes() -> None:
    store, first, second = SnapshotStore(), Engine(worlds.at(9)), Engine(worlds.at(14, 4))
    first.happens([*statuses(1, 2), *asked("1")])
    attach(store, first)
    lose(store)
    attach(store, first)
    assert store.snapshot.gaps == {}, "the same one: nothing is missing"
    lose(store)
    attach(store, second)
    (gap,) = store.snapshot.gaps["status_changes"]
    assert (gap.before, gap.is_started_anew, gap.back_at) == (None, True, BACK)
    assert in_order(store) == ["gap", "2", "1"]
    store.apply(second.happens(statuses(3)))
    assert in_order(store) == ["3", "gap", "2", "1"]
    lose(store)
    attach(store, Engine(worlds.at(15)))
    assert in_order(store) == ["gap", "3", "gap", "2", "1"]
    assert "refusals" not in store.snapshot.gaps, "an empty list has nothing that could look whole"


def test_a_door_that_opens_and_shuts_at_once_is_one_gap() -> None:
    store, first, second = SnapshotStore(), Engine(worlds.at(9)), Engine(worlds.at(14, 4))
    first.happens(statuses(1))
    attach(store, first)
    for _time in range(5):
        lose(store)
        store.engine_is(True, BACK)
    second.happens(statuses(2))
    attach(store, second)
    (gap,) = store.snapshot.gaps["status_changes"]
    assert (gap.lost_at, gap.back_at) == (LOST, BACK)


def test_gaps_and_what_lies_between_them_are_bounded() -> None:
    store = SnapshotStore()
    for hour, numbers in enumerate(([1], [2], range(3, EVENTS_MAX + 3), [0], [0])):
        engine = Engine(worlds.at(9 + hour))
        engine.happens(statuses(*numbers))
        attach(store, engine)
        lose(store)
    assert len(store.snapshot.status_changes) == EVENTS_MAX
    # Those before what is gone are gone as well.
    assert len(store.snapshot.gaps["status_changes"]) == 2
    arrivals = Arrivals()
    for _time in range(3 * GAPS_MAX):
        arrivals.lost(LOST)
        assert arrivals.news(EventHappened("messages", status(1))) is not None
    arrival = arrivals.news(EventHappened("refusals", status(1), number=7))
    assert arrival is not None
    assert len(arrival.gaps) <= GAPS_MAX


def test_a_gap_of_another_day_says_the_day_once() -> None:
    gap = Gap(lost_at=LOST, back_at=BACK, is_started_anew=True)
    tomorrow = Clock(worlds.NOW + timedelta(days=1), UTC)
    words = "charge point lost until 14:05:01, then started anew"
    assert gap_words(gap, tomorrow).plain == words
    late = replace(gap, lost_at=LOST - timedelta(days=1))
    assert gap_words(late, tomorrow).plain == words.replace("until", "until Jan 05").replace(
        ":01", ""
    )


async def test_lists_are_kept_and_a_line_says_where_the_charge_point_was_lost() -> None:
    async with screen(size=(160, 50), at="messages") as drive:
        engine = drive.engine
        engine.emit("messages", message_world.request("1", "Heartbeat"))
        engine.emit("status_changes", status(1))
        engine.emit("refusals", session_world.refusals()[0])
        await drive.settle()
        engine.lose()
        await until(drive, "× Charge point lost")
        assert drive.shows("Heartbeat")
        engine.restart()
        engine.emit("messages", message_world.request("2", "BootNotification"))
        engine.emit("status_changes", status(2))
        await until(drive, "● Accepted", "BootNotification", "Heartbeat")
        assert drive.shows("(charge point lost)", "until 14:03:27", "then started anew")
        await drive.press("down", "enter")
        assert drive.shows("charge point lost until 14:03:27, then started anew")
        await drive.press("escape", "5")
        # Nothing was refused since, as far as anybody knows: the line says until when.
        assert drive.shows("charge point lost until")
        engine.emit("refusals", session_world.refusals()[1])
        await drive.settle()
        assert drive.shows("charge point lost until")
        await drive.app.desk.go_to("maintenance")
        drive.app.main.look_at("status_history")
        await drive.settle()
        assert drive.shows("number 2", "charge point lost until", "number 1")
