"""What can change is put back, in place, wherever it hides."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from cp_tui.engine.memento import Memento


@dataclass(slots=True)
class Slotted:
    count: int = 0
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Together:
    left: Slotted
    right: Slotted


class Part:
    def __init__(self) -> None:
        self.number = 1
        self.slotted = Slotted()
        self.by_name: dict[str, Slotted] = {"one": Slotted(1)}
        self.ordered: OrderedDict[str, int] = OrderedDict(a=1, b=2)
        self.counts = Counter("aab")
        self.last: deque[int] = deque([1, 2, 3], maxlen=3)
        self.known = {1, 2}
        self.together = Together(Slotted(), Slotted())


class Root:
    """Knows its part only through what it may call."""

    def __init__(self, call: Callable[[], object]) -> None:
        self.call = call


def spoil(part: Part) -> None:
    part.number = 2
    part.slotted.count = 7
    part.slotted.names.append("x")
    part.by_name["one"].count = 9
    part.by_name["two"] = Slotted()
    part.ordered["c"] = 3
    part.ordered.move_to_end("a")
    part.counts.update("aaab")
    part.last.append(4)
    part.known.add(3)
    part.together.left.count = 5
    part.new = 1  # type: ignore[attr-defined]


def facts(part: Part) -> object:
    return (
        part.number,
        (part.slotted.count, tuple(part.slotted.names)),
        {name: each.count for name, each in part.by_name.items()},
        list(part.ordered.items()),
        dict(part.counts),
        (tuple(part.last), part.last.maxlen),
        set(part.known),
        part.together.left.count,
        sorted(vars(part)),
    )


def test_everything_that_can_change_is_put_back_in_place() -> None:
    part = Part()
    whole, slotted, named = facts(part), part.slotted, part.by_name["one"]
    memento = Memento(part)
    for _ in range(2):
        spoil(part)
        assert facts(part) != whole
        memento.restore()
        assert facts(part) == whole
    assert part.slotted is slotted
    assert part.by_name["one"] is named


def spoiler(part: Part) -> Callable[[], None]:
    return lambda: spoil(part)


def test_what_is_known_only_through_a_callback_is_put_back_too() -> None:
    for make in (spoiler, lambda part: partial(spoil, part)):
        part = Part()
        whole, root = facts(part), Root(make(part))
        memento = Memento(root)
        root.call()
        memento.restore()
        assert facts(part) == whole


def test_what_came_since_is_remembered_when_it_is_renewed() -> None:
    part = Part()
    memento = Memento(part)
    spoil(part)
    memento.renew()
    spoiled = facts(part)
    part.by_name["two"].count = 8
    part.by_name["two"].names.append("y")
    spoil(part)
    memento.restore()
    assert facts(part) == spoiled


def test_equal_things_are_told_apart() -> None:
    part = Part()
    memento = Memento(part)
    part.slotted.names = []
    memento.renew()
    part.slotted.names.append("x")
    memento.restore()
    assert part.slotted.names == []


def test_what_is_gone_is_not_kept_for_ever() -> None:
    part = Part()
    memento = Memento(part)
    for number in range(5_000):
        part.slotted = Slotted(number)
        memento.renew()
    assert len(memento._seen) < 1_000


def test_a_thing_that_refers_to_itself_is_remembered_once() -> None:
    part = Part()
    part.me = part  # type: ignore[attr-defined]
    memento = Memento(part)
    part.number = 5
    memento.restore()
    assert part.number == 1
