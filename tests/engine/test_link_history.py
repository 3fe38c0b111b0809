"""The stream `link_attempts`: one event for each attempt and for each end of an open link."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from cp_tui.charge_point.variables import (
    LinkAttempt,
    LinkError,
    LinkPhase,
    LinkStep,
    LinkView,
)
from cp_tui.engine.link_history import STATES_MAX, LinkHistory
from tests.engine.links import link_to, url_of, websocket_server

START = datetime(2026, 1, 5, 8, tzinfo=UTC)


class Told:
    """A history with what it passed on."""

    def __init__(self) -> None:
        self.published: list[str] = []
        self.attempts: list[LinkAttempt] = []
        self.history = LinkHistory(lambda name, _: self.published.append(name), self._emit)
        self.link = LinkView(phase=LinkPhase.STOPPED, since=START)
        self.history.publish("link", self.link)

    def _emit(self, name: str, event: Any) -> None:
        assert name == "link_attempts"
        assert isinstance(event, LinkAttempt)
        self.attempts.append(event)

    def update(self, after_s: float, **changes: object) -> None:
        """Publish the link as it is so many seconds after the start."""
        at = START + timedelta(seconds=after_s)
        since = {"since": at} if "phase" in changes else {}
        self.link = replace(self.link, **since, **changes)
        self.history.publish("link", self.link)


def error(after_s: float, step: LinkStep = LinkStep.HTTP) -> LinkError:
    at = START + timedelta(seconds=after_s)
    return LinkError(step=step, text="401", hint="the key", http_status=401, at=at)


def test_an_attempt_that_fails_is_one_event_with_its_cause() -> None:
    told = Told()
    told.update(0, attempt=1)
    for after_s, phase in enumerate(("resolving", "connecting", "upgrading")):
        told.update(after_s, phase=LinkPhase(phase))
    told.update(3, phase=LinkPhase.WAITING, last_error=error(3))
    told.update(3, next_attempt_at=START)
    (attempt,) = told.attempts
    assert attempt == LinkAttempt(
        at=START + timedelta(seconds=3),
        attempt=1,
        phase=LinkPhase.WAITING,
        step=LinkStep.HTTP,
        text="401",
        hint="the key",
        http_status=401,
    )
    assert len(told.history.states) == 5
    assert len(told.published) == 7


def test_success_names_the_attempt_and_not_the_error_of_the_one_before() -> None:
    told = Told()
    told.update(3, attempt=1, phase=LinkPhase.WAITING, last_error=error(3))
    told.update(8, attempt=2, phase=LinkPhase.CONNECTING)
    told.update(9, attempt=0, phase=LinkPhase.OPEN)
    opened = told.attempts[-1]
    assert (opened.attempt, opened.phase, opened.step, opened.text) == (2, LinkPhase.OPEN, None, "")
    assert opened.at == START + timedelta(seconds=9)


def test_the_end_of_an_open_link_says_how_long_it_was_open() -> None:
    told = Told()
    told.update(1, phase=LinkPhase.OPEN)
    told.update(62.5, phase=LinkPhase.WAITING, last_error=error(62.5, LinkStep.OPEN))
    ended = told.attempts[-1]
    assert (ended.attempt, ended.step, ended.open_for_s) == (0, LinkStep.OPEN, 61.5)
    told.update(63, phase=LinkPhase.OPEN)
    told.update(64, phase=LinkPhase.STOPPED)
    stopped = told.attempts[-1]
    assert (stopped.phase, stopped.step, stopped.open_for_s) == (LinkPhase.STOPPED, None, 1.0)


def test_the_same_failure_twice_is_two_events_and_other_changes_are_none() -> None:
    told = Told()
    for after_s in (3, 8):
        told.update(after_s, phase=LinkPhase.CONNECTING)
        told.update(after_s, phase=LinkPhase.WAITING, last_error=error(after_s))
    told.update(9, network_up=False)
    told.update(9, last_error=replace(error(8), text="it is over"))
    told.history.publish("is_connected", False)
    assert [each.at.second for each in told.attempts] == [3, 8]
    assert told.published[-1] == "is_connected"


def test_its_memory_is_bounded() -> None:
    told = Told()
    for number in range(STATES_MAX):
        told.update(number, phase=LinkPhase.CONNECTING)
        told.update(number, phase=LinkPhase.WAITING, last_error=error(number))
    assert len(told.history.states) == STATES_MAX


async def test_a_close_for_a_while_waits_and_is_not_stopped() -> None:
    until = datetime.now(UTC) + timedelta(seconds=30)
    async with websocket_server() as server, link_to(url_of(server)) as under_test:
        under_test.link.open()
        await under_test.until_open()
        under_test.link.close("it lets in whoever comes", until)
        await under_test.until(lambda: under_test.state.next_attempt_at == until)
        assert under_test.state.phase is LinkPhase.WAITING
        assert under_test.state.own_cause == "it lets in whoever comes"
        # Somebody does not want to wait; or it is stopped for good.
        assert under_test.link.try_now()
        await under_test.until_open()
        assert under_test.state.own_cause == ""
        under_test.link.close("it lets in whoever comes", until)
        await under_test.until(lambda: under_test.state.next_attempt_at == until)
        under_test.link.close()
        stopped = under_test.state
        assert (stopped.phase, stopped.next_attempt_at) == (LinkPhase.STOPPED, None)
        assert not under_test.link.try_now()
