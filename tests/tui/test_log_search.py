"""A filter over a log finds by the index what it would find by reading every frame."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from cp_tui.tui.messages import log_search
from cp_tui.tui.messages.filter import MessageFilter, message_filter
from cp_tui.tui.messages.log_search import LogSearch
from cp_tui.tui.state.log_messages import LogMessages
from cp_tui.tui.text.words import Clock
from tests.opened.here import opened_here
from tests.tui.log_world import afternoon
from tests.tui.opened import SAMPLES

CLOCK = Clock(datetime(2026, 1, 5, 15, tzinfo=UTC), UTC)
FILTERS = (
    *("", "heartbeat", "Accepted", "!Accepted", "description", "60", '"Off"', "status"),
    *("action:Status*", "!action:Meter", "conn:1", "dir:in", "kind:CALLERROR", "kind:invalid"),
    *("result:Acc", "error", "!error", "latency:>10", "id:m1*", "!id:m1*", "composed"),
    *("from:14:02 to:14:05", "finding:*", "finding:error", "who:charger", "!finding:*"),
    *("ours:differs", "!ours:differs", "ours:differs finding:warning", "ours:differs Off"),
    *("finding:status.* dir:out", "who:csms !Off", "conn:1 Charging", "finding:tx"),
)
"""What people type; none of them means the same as another."""
LOGS = ("evcc_session.log", "libocpp_configuration.log", "debugkit_answered_twice.json")


def searched(messages: LogMessages, wanted: MessageFilter) -> list[int]:
    """What is found in slices, however short they are."""
    ticks = count()
    search = LogSearch(messages, wanted, seconds=lambda: 0.003 * next(ticks))
    for _slice in range(len(messages) + 1):
        search.follow()
        if search.is_complete:
            break
        search.look_further()
    assert search.is_complete
    return [*search.numbers]


@pytest.mark.parametrize("name", ["", *LOGS])
def test_the_index_leads_to_the_same_as_every_frame(name: str, tmp_path: Path) -> None:
    path = SAMPLES / name if name else afternoon().written(tmp_path)
    with opened_here(path) as here:
        found: set[tuple[int, ...]] = set()
        for charger in here.index.chargers:
            messages = LogMessages(here.index, charger)
            exchanges = [messages.exchange(number) for number in messages.numbers]
            for typed in FILTERS:
                wanted = message_filter(typed, CLOCK)
                slow = [each.number for each in exchanges if each and wanted.takes(each)]
                assert searched(messages, wanted) == slow, typed
                found.add(tuple(slow))
        assert len(found) > 5, "filters that find nothing show nothing"


def test_what_is_found_meanwhile_does_not_begin_a_look_at_findings_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    news = count()

    class Judged(LogMessages):
        @property
        def judged(self) -> tuple[int, int, int]:
            return next(news), 0, 0

    monkeypatch.setattr(log_search, "LOOKED_AT_ONCE", 1)
    with opened_here(afternoon().written(tmp_path)) as here:
        messages = Judged(here.index, here.index.chargers[0])
        wanted = message_filter("finding:*", CLOCK)
        ticks = count()
        search = LogSearch(messages, wanted, seconds=lambda: log_search.SLICE_S * next(ticks) / 2)
        places = here.index.found.places(wanted.takes_finding)
        for _slice in places:
            search.follow()
            search.look_further()
        assert [*search.numbers] == sorted({messages.exchange_at(place) for place in places})
        assert len(search.numbers) > 1
