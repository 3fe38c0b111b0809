"""The search finds the newest first in slices, and stays true while messages come and go."""

from __future__ import annotations

import random
from datetime import UTC

import pytest
from pydantic import JsonValue

from cp_tui.charge_point.variables import MessageRecord
from cp_tui.tui.messages.filter import message_filter
from cp_tui.tui.messages.search import SLICE, MessageSearch
from cp_tui.tui.state.message_log import MessageLog
from cp_tui.tui.text.words import Clock
from tests.tui import message_world, worlds

CLOCK = Clock(worlds.NOW, UTC)


def filled(exchanges: int, messages_max: int = 100_000) -> MessageLog:
    log = MessageLog(messages_max)
    for record in message_world.many(exchanges):
        log.add(record)
    return log


def expected(log: MessageLog, typed: str) -> list[int]:
    wanted = message_filter(typed, CLOCK)
    return [n for n in log.numbers if (e := log.exchange(n)) is not None and wanted.takes(e)]


def completed(log: MessageLog, typed: str) -> MessageSearch:
    search = MessageSearch(log, message_filter(typed, CLOCK))
    while not search.is_complete:
        search.look_further()
    return search


def test_the_newest_are_found_with_the_first_slice() -> None:
    log = filled(3 * SLICE)
    search = MessageSearch(log, message_filter("error", CLOCK))
    search.look_further()
    assert not search.is_complete
    assert list(search.numbers) == [n for n in expected(log, "error") if n >= 2 * SLICE]


def test_a_completed_search_has_found_everything() -> None:
    log = filled(2 * SLICE + 7)
    for typed in ("", "error", "conn:3", "-rejected", "nowhere"):
        assert list(completed(log, typed).numbers) == expected(log, typed), typed


def test_an_answer_lets_a_request_pass_or_pass_no_longer() -> None:
    log = MessageLog()
    first = message_world.request("1", "DataTransfer", direction=message_world.IN)
    second = message_world.request("2", "DataTransfer", direction=message_world.IN)
    log.add(first)
    log.add(second)
    errors, others = completed(log, "error"), completed(log, "-error")
    log.add(message_world.answer(first, {"status": "Rejected"}))
    log.add(message_world.answer(second, {"status": "Accepted"}))
    errors.follow()
    others.follow()
    assert (list(errors.numbers), list(others.numbers)) == ([0], [1])


def test_after_a_long_silence_it_searches_in_slices_again() -> None:
    log = filled(10)
    search = completed(log, "error")
    for record in message_world.many(SLICE + 10):
        log.add(record)
    search.follow()
    assert not search.is_complete
    search.look_further()
    assert list(search.numbers) == expected(log, "error")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("typed", ["", "error", "-accepted", "conn:3"])
def test_whatever_happens_the_search_finds_what_a_new_one_would(typed: str, seed: int) -> None:
    """A small log from which the oldest go all the time, answers late or never."""
    chance = random.Random(seed)
    log = MessageLog(50)
    log.add(message_world.request("first", "Heartbeat"))
    search = completed(log, typed)
    waiting: list[MessageRecord] = []
    for number in range(3000):
        if waiting and chance.random() < 0.5:
            asked = waiting.pop(chance.randrange(len(waiting)))
            status = chance.choice(["Accepted", "Rejected"])
            log.add(message_world.answer(asked, {"status": status}))
        else:
            payload: JsonValue = {"connectorId": chance.randrange(4)}
            asked = message_world.request(
                f"{number}", "DataTransfer", payload, is_composed=chance.random() < 0.5
            )
            log.add(asked)
            waiting = [*waiting[-20:], asked]
        if chance.random() < 0.01:
            log.give_up()
        if chance.random() < 0.3:
            search.follow()
        if number % 100 == 99:
            search.follow()
            assert list(search.numbers) == expected(log, typed)
