"""The screen of transactions, refusals and the queue, as a person drives it."""

from __future__ import annotations

import time

import pytest
from msgspec.structs import replace
from textual.strip import Strip

from cp_tui.charge_point import variables as v
from cp_tui.ocpp.datatypes import StopReason
from cp_tui.tui.transactions.screen import TransactionsScreen
from cp_tui.tui.widgets.line_table import LineTable
from tests.tui import session_world, states, worlds
from tests.tui.driving import Drive, screen
from tests.tui.fake_engine import FakeEngine
from tests.tui.session_world import refusals
from tests.tui.test_hostile_text import HOSTILE, assert_harmless, poisoned, poisoned_world

FILL_S_MAX = 0.25
"""For two thousand rows; they are made when they are seen, so it takes a fiftieth of that."""


def shown(drive: Drive) -> TransactionsScreen:
    """The screen under test."""
    found = drive.app.main
    assert isinstance(found, TransactionsScreen)
    return found


async def test_5_tells_why_the_newest_transaction_stopped_at_80x24() -> None:
    """Question 7: one key, nothing opened."""
    past = v.TransactionsView(session_world.history()[1:])
    world = session_world.normal() | {"transactions": past}
    async with screen(engine=session_world.engine(world), at="transactions") as drive:
        assert drive.shows("12:58:40 · CSMS, remote · reason Remote · the CSMS asked to stop it")
        assert drive.shows("5.50 kWh", "CSMS has it · Start 12:28:41 · 4 MeterValues")
        assert drive.shows("Stop 12:58:41")


async def test_sessions_and_refusals_are_told_and_the_panes_stand_still() -> None:
    async with screen(engine=session_world.engine(), at="transactions") as drive:
        engine = drive.engine
        # Question 6: who refused, the tag, the key that decides.
        async with drive.step("5 tells why a session did not start at 80x24"):
            assert drive.shows("the CSMS answered Invalid for tag CAFE0007 (S 4.2)")
            assert drive.shows("AuthorizeRemoteTxRequests = false decides")
            assert drive.shows("CAFE0007 · connector 2 · refused by CSMS · at 14:01:30")
            assert drive.shows("connection timeout", "04FFEE01", "local list")
        async with drive.step("the facts follow the cursor and enter opens everything"):
            await drive.press("down", "down", "down")
            assert drive.shows("the charge point lost power during this transaction")
            await drive.press("enter")
            assert drive.shows(
                "Transaction", "100.00 kWh → 105.50 kWh", "is given up after 3 attempts"
            )
            await drive.press("escape", "tab", "down", "down", "enter")
            assert drive.shows("Not started", "the local list says Blocked", "LocalPreAuthorize")
        async with drive.step("the panes do not jump for a message that is just being delivered"):
            fresh = session_world.waiting(
                7, "MeterValues", "sent, waits for the answer", worlds.NOW
            )
            before = shown(drive).queue.region
            engine.publish("outbox", v.OutboxView(count=1, entries=(fresh,)))
            await drive.settle()
            assert shown(drive).queue.region == before
            stuck = replace(fresh, attempts=1)
            engine.publish("outbox", v.OutboxView(count=1, entries=(stuck,)))
            await drive.settle()
            assert shown(drive).queue.region.height > before.height
            engine.publish("outbox", v.OutboxView(count=1, entries=(fresh,)))
            await drive.settle()
            assert shown(drive).queue.region.height > before.height
            engine.publish("outbox", v.OutboxView())
            await drive.settle()
            assert shown(drive).queue.region == before


@pytest.mark.parametrize(
    ("queue", "words"),
    [
        (
            session_world.offline_queue(),
            (
                "3 wait · the oldest since 13:50",
                "MeterValues · offline · connection refused by csms.example.com port 443",
                "attempt 1 of 3 · the link is tried next at 14:03:41",
            ),
        ),
        (
            session_world.retrying_queue(),
            (
                "2 wait · the oldest since 13:58",
                "StopTransaction · the CSMS answered InternalError; attempt 2 of 3 waits",
                "attempt 2 of 3, 1 attempt failed · next try at 14:04:12",
            ),
        ),
    ],
    ids=["offline", "retry"],
)
async def test_5_tells_what_waits_and_why_at_80x24(queue: v.OutboxView, words: tuple[str]) -> None:
    """Question 10."""
    async with screen(session_world.broken() | {"outbox": queue}, at="transactions") as drive:
        assert drive.shows(*words)


@pytest.mark.parametrize("hour", [14, 12], ids=["", "after the clock was set back"])
async def test_a_new_transaction_comes_under_a_cursor_that_is_on_the_newest(hour: int) -> None:
    engine = session_world.engine()
    running, *others = session_world.history()
    newer = replace(running, key="t99", connector_id=2, started_at=worlds.at(hour, 3))
    async with screen(engine=engine, at="transactions") as drive:
        engine.publish("transactions", v.TransactionsView((newer, running, *others)))
        await drive.settle()
        assert shown(drive).transactions.table.cursor_key == "t99"
        await drive.press("down", "down")
        newest = replace(newer, key="t100", started_at=worlds.NOW)
        engine.publish("transactions", v.TransactionsView((newest, newer, running, *others)))
        await drive.settle()
        assert shown(drive).transactions.table.cursor_key == "t9"


async def test_a_transaction_that_ends_stays_under_the_cursor() -> None:
    engine = session_world.engine()
    running, *others = session_world.history()
    still = replace(running, key="t0", started_at=worlds.at(11))
    engine.world["transactions"] = v.TransactionsView((running, still, *others))
    done = replace(
        session_world.past("t1", StopReason.REMOTE, session_world.remote_stop(), worlds.NOW),
        key=running.key,
        started_at=running.started_at,
    )
    async with screen(engine=engine, at="transactions") as drive:
        engine.publish("transactions", v.TransactionsView((still, done, *others)))
        await drive.settle()
        assert shown(drive).transactions.table.cursor_key == running.key
        assert drive.shows("14:03:27 · CSMS, remote · reason Remote")


async def test_a_new_refusal_comes_on_top() -> None:
    engine = session_world.engine()
    async with screen(engine=engine, at="transactions") as drive:
        newest = replace(refusals()[0], at=worlds.NOW, id_tag="NEW1")
        engine.emit("refusals", newest)
        await drive.settle()
        assert drive.shows("NEW1 · connector 2 · refused by local list · at 14:03:27")


async def test_a_message_is_given_up_only_after_a_question_with_what_is_lost() -> None:
    async with screen(
        session_world.broken() | {"outbox": session_world.retrying_queue()}, at="transactions"
    ) as drive:
        await drive.press("x")
        assert drive.shows("Give up this StopTransaction?", "there the transaction runs on")
        assert drive.shows("the log and the transaction keep that the operator dropped it")
        await drive.press("escape")
        assert drive.engine.calls == []
        await drive.press("tab", "tab", "down", "x")
        assert drive.shows("Give up this MeterValues?", "these readings are missing at the CSMS")
        await drive.press("tab", "enter")
        assert drive.engine.calls == [("drop_message", {"sequence": 42})]
        assert drive.shows("given up: the CSMS never gets it")


@pytest.mark.usefixtures("painting")
async def test_a_step_of_the_cursor_paints_two_lines_of_the_tables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    painted: list[tuple[str | None, int]] = []
    render = LineTable.render_line

    def noted(table: LineTable, y: int) -> Strip:
        painted.append((table.id, y))
        return render(table, y)

    async with screen(
        engine=session_world.engine(session_world.crowded()), at="transactions"
    ) as drive:
        monkeypatch.setattr(LineTable, "render_line", noted)
        await drive.press("down")
        assert sorted(painted) == [("transactions-table", 1), ("transactions-table", 2)]


async def test_n_sends_the_oldest_message_again_at_once() -> None:
    engine = FakeEngine(session_world.normal() | {"outbox": session_world.retrying_queue()})
    told = worlds.reason("StopTransaction is sent again at once, the others follow")
    engine.answers("try_now", True, told)
    async with screen(engine=engine, at="transactions") as drive:
        await drive.press("n")
        assert engine.calls == [("try_now", {})]
        assert drive.shows("It is tried now · StopTransaction is sent again at once")


async def test_what_the_engine_does_not_give_up_is_told() -> None:
    engine = FakeEngine(session_world.broken())
    engine.refuses("drop_message", "MeterValues is sent and waits for its answer")
    async with screen(engine=engine, at="transactions") as drive:
        await drive.press("x", "tab", "enter")
        assert drive.shows("refused · MeterValues is sent and waits for its answer")


async def test_from_the_menu_elsewhere_a_message_is_chosen_from_a_list() -> None:
    async with screen(session_world.broken()) as drive:
        await drive.press("ctrl+p")
        await drive.type("transactions.drop")
        await drive.press("enter")
        assert drive.shows("Give up which message?", "41 MeterValues since 13:50")
        await drive.press("down", "enter", "tab", "enter")
        assert drive.engine.calls == [("drop_message", {"sequence": 42})]


@pytest.mark.parametrize(
    ("world", "read_only", "words"),
    [
        (session_world.normal(), False, "no message waits"),
        (session_world.broken(), True, "read only: attached as an observer"),
    ],
)
async def test_x_says_why_not(world: worlds.World, read_only: bool, words: str) -> None:
    async with screen(world, read_only=read_only, at="transactions") as drive:
        await drive.press("x")
        assert drive.shows("Give up a waiting message", words)
        assert drive.engine.calls == []


async def test_before_the_engine_has_said_anything_nothing_is_claimed() -> None:
    async with screen(worlds.empty(), at="transactions") as drive:
        assert drive.text().count("not known yet") == 3


async def test_without_anything_it_says_so() -> None:
    async with screen(states.fresh().engine.world, at="transactions") as drive:
        assert drive.shows("no transaction yet", "no attempt to start was refused", "nothing waits")
        await drive.press("enter", "tab", "enter", "tab", "enter")
        assert drive.shows("no transaction yet")


async def test_two_thousand_transactions_are_there_at_once() -> None:
    async with screen(session_world.crowded(), size=(120, 40), at="transactions") as drive:
        assert drive.shows("12 running · 2000 past", "2000 wait", "the first 100 shown")
        pane = shown(drive).transactions
        assert len(pane.table.rows) == 2012
        begun = time.process_time()
        pane.refill()
        assert time.process_time() - begun < FILL_S_MAX
        await drive.press("end")
        assert drive.shows("#1201", "2025-10-14")


async def test_what_counts_is_shown_at_every_size() -> None:
    engine = session_world.engine(session_world.broken())
    async with screen(engine=engine, at="transactions") as drive:
        await drive.press("down")
        for size in ((80, 24), (120, 40), (160, 50), (200, 60)):
            await drive.resize(*size)
            assert drive.shows("CSMS, remote", "5.50 kWh", "CSMS has it", "3 messages wait"), size
            assert drive.shows("the CSMS answered Invalid for tag CAFE0007"), size
            assert drive.shows("the link is tried next"), size


@pytest.mark.parametrize("poison", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_text_is_shown_harmlessly(poison: str) -> None:
    engine = FakeEngine(poisoned_world(session_world.broken(), poison))
    for refusal in refusals():
        found = poisoned(refusal, poison)
        assert isinstance(found, v.Refusal)
        engine.emit("refusals", found)
    async with screen(engine=engine, size=(160, 50), at="transactions") as drive:
        assert_harmless(drive)
        for _pane in range(3):
            await drive.press("enter")
            assert_harmless(drive)
            await drive.press("escape", "tab")
        await drive.press("x")
        assert_harmless(drive)
