"""The collector of garbage rests while a fleet runs, and is as it was afterwards."""

from __future__ import annotations

import gc

from cp_tui.fleet.shell.collector import LOOK_S, NEWS_MIN, Collector


def test_it_rests_looks_at_the_young_alone_and_is_left_as_it_was() -> None:
    assert gc.isenabled()
    collector = Collector()
    try:
        collector.start(100.0)
        assert not gc.isenabled()
        collector.settle()
        frozen = gc.get_freeze_count()
        assert frozen > 10_000, "what is there is not looked at"
        news = [[] for _ in range(NEWS_MIN + 1_000)]  # type: list[list[object]]
        collector.look(100.0 + LOOK_S - 1)
        assert collector.looks == 0, "not yet"
        collector.look(100.0 + LOOK_S)
        assert collector.looks == 1
        collector.look(100.0 + 3 * LOOK_S)
        assert collector.looks == 1, "nothing new"
        assert gc.get_freeze_count() <= frozen, "nothing is frozen anew; some may have ended"
        assert len(news) > NEWS_MIN
    finally:
        collector.end()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
