"""Variables and streams to subscribers: the newest counts, and nobody is held up."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from gc import collect
from weakref import ref

import pytest
from msgspec import UNSET, Struct

from cp_tui.charge_point.codec import builtins_of, encode
from cp_tui.charge_point.variables import (
    Direction,
    KeyChange,
    MessageKind,
    MessageRecord,
    OutboxView,
)
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.hub import (
    HISTORY_BYTES_MAX,
    HISTORY_MAX,
    SLICE_PAUSE_S,
    EventHappened,
    Hub,
    Subscription,
    SubscriptionClosed,
    Update,
    VariableChanged,
    Vocabulary,
)
from tests.rpc.fake_engine import key_change


async def news(subscription: Subscription) -> list[Update]:
    """Wait for updates and take all."""
    return list(await subscription.next())


def seen_first(subscription: Subscription) -> dict[str, object]:
    """How things stood at the start."""
    return {
        name: found.value if isinstance(found, VariableChanged) else tuple(found)
        for name, found in subscription.snapshot.items()
    }


def past(hub: Hub, name: str) -> tuple[Struct, ...]:
    """The history of a stream."""
    return tuple(hub.history(name))


def message(number: int) -> MessageRecord:
    return MessageRecord(
        time=datetime(2026, 1, 1, tzinfo=UTC),
        direction=Direction.IN,
        kind=MessageKind.CALL,
        message_id=str(number),
        action="Heartbeat",
        payload={},
    )


async def test_a_snapshot_comes_first_then_changes() -> None:
    hub = Hub()
    hub.publish("is_connected", False)
    hub.emit("messages", message(1))
    subscription = hub.subscribe(["is_connected", "outbox", "messages"])
    assert seen_first(subscription) == {"is_connected": False, "messages": (message(1),)}
    hub.publish("is_connected", True)
    hub.emit("messages", message(2))
    assert await news(subscription) == [
        VariableChanged("is_connected", True),
        EventHappened("messages", message(2), 0),
    ]


async def test_a_slow_subscriber_gets_the_newest_value_only() -> None:
    hub = Hub()
    subscription = hub.subscribe(["outbox"])
    for count in range(10_000):
        hub.publish("outbox", OutboxView(count=count))
    assert await news(subscription) == [VariableChanged("outbox", OutboxView(count=9_999))]


async def test_a_slow_subscriber_loses_the_oldest_events_and_learns_how_many() -> None:
    hub = Hub()
    subscription = hub.subscribe(["messages"])
    for number in range(HISTORY_MAX + 7):
        hub.emit("messages", message(number))
    updates = await news(subscription)
    assert len(updates) == HISTORY_MAX
    assert updates[0] == EventHappened("messages", message(7), 7)
    assert updates[1] == EventHappened("messages", message(8), 0)
    hub.emit("messages", message(1))
    assert await news(subscription) == [EventHappened("messages", message(1), 0)]
    assert len(past(hub, "messages")) == HISTORY_MAX


async def test_an_equal_value_is_no_news() -> None:
    hub = Hub()
    hub.publish("outbox", OutboxView())
    subscription = hub.subscribe(["outbox", "is_connected"])
    hub.publish("outbox", OutboxView())
    hub.publish("is_connected", True)
    assert await news(subscription) == [VariableChanged("is_connected", True)]


class Clock:
    """A variable that is as new as when it is worked out, and counts how often that was."""

    def __init__(self, hub: Hub, *names: str) -> None:
        self.worked_out: list[str] = []
        self.time = 0
        self.is_known = True
        hub.provide(names, self._view)

    def _view(self, name: str) -> object:
        self.worked_out.append(name)
        return OutboxView(count=self.time) if self.is_known else UNSET


async def test_what_nobody_watches_is_worked_out_only_when_somebody_asks() -> None:
    hub = Hub()
    clock = Clock(hub, "outbox", "profiles")
    hub.changed(["outbox", "profiles"])
    assert clock.worked_out == []
    for clock.time in range(3):
        assert hub.get("outbox") == OutboxView(count=clock.time)
    assert clock.worked_out == ["outbox"] * 3
    assert hub.values() == {"outbox": OutboxView(count=2), "profiles": OutboxView(count=2)}


async def test_a_change_is_worked_out_and_written_once_for_all_who_watch() -> None:
    hub = Hub()
    clock = Clock(hub, "outbox")
    three = [hub.subscribe(["outbox"]) for _ in range(3)]
    for clock.time in range(1, 6):
        hub.changed(["outbox"])
    updates = [(await news(each))[0] for each in three]
    assert clock.worked_out == ["outbox"] * 2
    assert updates == [VariableChanged("outbox", OutboxView(count=5))] * 3
    written = {id(each.written) for each in updates if isinstance(each, VariableChanged)}
    assert len(written) == 1
    # What is asked for beside them is what they know.
    clock.time = 7
    assert hub.get("outbox") == OutboxView(count=5)


async def test_what_is_taken_is_true_at_that_moment_and_never_older_than_what_was_told() -> None:
    hub = Hub()
    clock = Clock(hub, "outbox")
    first = hub.subscribe(["outbox"])
    clock.time = 1
    hub.changed(["outbox"])
    second = hub.subscribe(["outbox"])
    assert seen_first(second) == {"outbox": OutboxView(count=1)}
    clock.time = 2
    assert await news(first) == [VariableChanged("outbox", OutboxView(count=1))]
    hub.changed(["outbox"])
    clock.time = 3
    for each in (first, second):
        assert await news(each) == [VariableChanged("outbox", OutboxView(count=3))]


async def test_what_cannot_be_known_keeps_what_was_told_and_is_asked_for_again() -> None:
    hub = Hub()
    clock = Clock(hub, "outbox")
    clock.is_known = False
    subscription = hub.subscribe(["outbox"])
    assert seen_first(subscription) == {}
    with pytest.raises(CommandError, match="no value yet"):
        hub.get("outbox")
    clock.is_known = True
    assert hub.get("outbox") == OutboxView()
    clock.is_known = False
    hub.changed(["outbox"])
    assert hub.get("outbox") == OutboxView()
    assert await news(subscription) == [VariableChanged("outbox", OutboxView())]


class Watched(OutboxView, frozen=True, weakref=True):
    """A value of which it can be said whether anybody keeps it."""


async def test_nothing_is_kept_of_a_variable_that_nobody_watches_any_more() -> None:
    hub = Hub()
    hub.provide(["outbox"], lambda _: Watched(count=4))
    two = [hub.subscribe(["outbox"]) for _ in range(2)]
    kept = ref(hub.get("outbox"))
    two[0].close()
    assert kept() is not None
    two[1].close()
    two.clear()
    collect()
    assert kept() is None


class Slices:
    """A variable that needs some slices of work after each change, and counts those done."""

    def __init__(self, hub: Hub, name: str, slices: int) -> None:
        self.left = self.slices = slices
        self.done = 0
        self.count = 0
        hub.provide([name], lambda _: OutboxView(count=self.count), self._prepare)

    def change(self) -> None:
        self.count += 1
        self.left = self.slices

    def _prepare(self, _: str) -> bool:
        if not self.left:
            return False
        self.left -= 1
        self.done += 1
        return self.left > 0


async def test_long_work_is_done_in_slices_and_what_is_ready_passes_it() -> None:
    hub = Hub()
    long = Slices(hub, "profiles", 5)
    subscription = hub.subscribe(["profiles", "is_connected"])
    long.change()
    hub.changed(["profiles"])
    hub.publish("is_connected", True)
    assert await news(subscription) == [VariableChanged("is_connected", True)]
    assert 0 < long.done < 5
    assert await news(subscription) == [VariableChanged("profiles", OutboxView(count=1))]
    assert long.done == 5


async def test_several_who_watch_share_the_slices_and_the_pauses_between_them() -> None:
    hub = Hub()
    long = Slices(hub, "profiles", 5)
    watching = [hub.subscribe(["profiles"]) for _ in range(3)]
    long.change()
    hub.changed(["profiles"])
    since = asyncio.get_running_loop().time()
    for found in await asyncio.gather(*map(news, watching)):
        assert found == [VariableChanged("profiles", OutboxView(count=1))]
    assert long.done == 5
    assert asyncio.get_running_loop().time() - since >= 4 * SLICE_PAUSE_S


async def test_who_prepares_first_does_not_work_when_looking() -> None:
    hub = Hub()
    long = Slices(hub, "profiles", 5)
    long.change()
    await hub.prepare(["profiles", "is_connected", "no such thing"])
    assert long.left == 0
    assert hub.get("profiles") == OutboxView(count=1)


async def test_next_waits_for_news_and_other_names_are_none() -> None:
    hub = Hub()
    subscription = hub.subscribe(["outbox"])
    waiting = asyncio.create_task(news(subscription))
    hub.publish("is_connected", True)
    await asyncio.sleep(0)
    assert not waiting.done()
    hub.publish("outbox", OutboxView(count=1))
    assert await waiting == [VariableChanged("outbox", OutboxView(count=1))]


async def test_a_closed_subscription_costs_nothing_and_says_so() -> None:
    hub = Hub()
    subscription = hub.subscribe(["outbox", "messages"])
    waiting = asyncio.create_task(news(subscription))
    await asyncio.sleep(0)
    subscription.close()
    with pytest.raises(SubscriptionClosed):
        await waiting
    hub.emit("messages", message(1))
    assert not hub.is_watched("messages")
    other = hub.subscribe(["outbox"])
    hub.close()
    with pytest.raises(SubscriptionClosed):
        await news(other)


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    hub = Hub()
    with pytest.raises(
        CommandError, match=r"no variable or stream 'x'; there are: .*messages"
    ) as e:
        hub.subscribe(["x"])
    assert e.value.code == ErrorNumber.INVALID_PARAMS
    with pytest.raises(CommandError, match="no variable 'x'"):
        hub.get("x")
    with pytest.raises(CommandError, match="is a stream"):
        hub.get("messages")
    with pytest.raises(CommandError, match="no value yet"):
        hub.get("outbox")


def test_a_hub_speaks_of_what_its_vocabulary_names() -> None:
    hub = Hub(Vocabulary("clock", {"count": OutboxView}, {"ticks": OutboxView}))
    subscription = hub.subscribe(["count", "ticks"])
    assert seen_first(subscription) == {"ticks": ()}
    hub.publish("count", OutboxView(count=1))
    hub.emit("ticks", OutboxView(count=2))
    assert hub.get("count") == OutboxView(count=1)
    assert past(hub, "ticks") == (OutboxView(count=2),)
    with pytest.raises(CommandError, match="no variable 'outbox'; there are: count"):
        hub.get("outbox")


def long_change(number: int, size: int = 1_000_000) -> KeyChange:
    return key_change(number, "x" * size)


def test_a_history_is_bounded_by_bytes_and_says_how_much_it_was_cut() -> None:
    hub = Hub()
    for number in range(HISTORY_BYTES_MAX // 1_000_000 + 3):
        hub.emit("configuration_key", long_change(number))
    kept = past(hub, "configuration_key")
    assert 0 < sum(len(encode(each).decode()) for each in kept) <= HISTORY_BYTES_MAX
    assert hub.cut == HISTORY_BYTES_MAX // 1_000_000 + 3 - len(kept)
    # The newest stays however long it is.
    hub.emit("configuration_key", long_change(99, HISTORY_BYTES_MAX + 1))
    assert past(hub, "configuration_key") == (long_change(99, HISTORY_BYTES_MAX + 1),)


def test_a_full_history_of_short_events_is_not_counted_as_cut() -> None:
    hub = Hub()
    for number in range(HISTORY_MAX + 5):
        hub.emit("configuration_key", key_change(number))
    assert len(past(hub, "configuration_key")) == HISTORY_MAX
    assert hub.cut == 0


async def test_what_a_subscriber_does_not_take_is_bounded_by_bytes_as_well() -> None:
    hub = Hub()
    subscription = hub.subscribe(["configuration_key"])
    for number in range(50):
        hub.emit("configuration_key", long_change(number))
    updates = await news(subscription)
    events = [each for each in updates if isinstance(each, EventHappened)]
    assert sum(len(encode(each.event).decode()) for each in events) <= HISTORY_BYTES_MAX
    assert events[0].dropped == 50 - len(events)


async def test_a_history_can_come_as_events_before_all_that_is_new() -> None:
    hub = Hub()
    for number in range(3):
        hub.emit("configuration_key", key_change(number))
    subscription = hub.subscribe(["configuration_key"], history_as_events=True)
    hub.emit("configuration_key", key_change(3))
    assert seen_first(subscription) == {"configuration_key": ()}
    assert await news(subscription) == [
        EventHappened("configuration_key", key_change(number)) for number in range(4)
    ]
    assert len(past(hub, "configuration_key")) == 4


async def test_an_event_is_written_as_json_once_for_all_who_follow() -> None:
    hub = Hub()
    before, after = (hub.subscribe(["configuration_key"]) for _ in range(2))
    hub.emit("configuration_key", key_change(1, "é"))
    later = hub.subscribe(["configuration_key"], history_as_events=True)
    (one,), (two,), (three,) = [await news(each) for each in (before, after, later)]
    assert isinstance(one, EventHappened)
    assert isinstance(two, EventHappened)
    assert isinstance(three, EventHappened)
    assert one.json is two.json is three.json
    assert one.json.isascii()
    assert json.loads(one.json) == builtins_of(one.event)
