"""Transactions, refusals and the queue in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.charge_point.reason import Reason
from cp_tui.ocpp.datatypes import StopReason
from cp_tui.tui.dashboard.connectors_text import connector_details, connector_facts
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.words import Clock, duration
from cp_tui.tui.transactions.queue_text import loss, queue_facts, queue_note
from cp_tui.tui.transactions.refusals_text import refusal_facts
from cp_tui.tui.transactions.text import (
    STOPPED_BY,
    delivery_word,
    stopped_by,
    transaction_details,
    transaction_facts,
    transaction_name,
    waiting,
)
from tests.tui import session_world, worlds
from tests.tui.session_world import DELIVERED, LOST, WAITING, messages, past

CLOCK = Clock(worlds.NOW, UTC)


def said(facts: list[Fact]) -> dict[str, str]:
    """Facts as text, by their label."""
    return {fact.label: fact.text.plain for fact in facts}


def ended(reason: StopReason, explanation: Reason | None = None) -> v.TransactionEntry:
    return past("t1", reason, explanation, worlds.at(12))


@pytest.mark.parametrize("reason", StopReason)
def test_every_stop_reason_of_the_standard_has_words(reason: StopReason) -> None:
    assert stopped_by(ended(reason)).plain == STOPPED_BY[reason]
    assert (
        f"reason {reason.value}"
        in said(transaction_facts(Snapshot(), ended(reason), CLOCK))["Stopped"]
    )


def test_a_stop_by_the_operator_is_told_from_other_reasons() -> None:
    """The standard has only `Other` for it."""
    stop = Reason(id="operator.stop", rule="cp-tui", text="the operator stopped OCPP")
    assert stopped_by(ended(StopReason.OTHER, stop)).plain == "operator"
    assert stopped_by(ended(StopReason.OTHER)).plain == "other"


def test_why_it_stopped_is_told_with_who_when_energy_and_delivery() -> None:
    """Question 7."""
    facts = said(
        transaction_facts(Snapshot(), ended(StopReason.REMOTE, session_world.remote_stop()), CLOCK)
    )
    assert facts["Stopped"] == (
        "12:00:00 · CSMS, remote · reason Remote · the CSMS asked to stop it (S 5.12)"
    )
    assert facts["Tx"] == "#1201 04A2B3C4D5 · connector 2 · 5.50 kWh · began 11:30:00 · 30 min"


@pytest.mark.parametrize(
    ("told", "word", "number"),
    [
        (messages(WAITING, None, (0, 0, 0)), "1 message waits", 1),
        (messages(DELIVERED, WAITING, (1, 2, 0)), "3 messages wait", 3),
        (messages(DELIVERED, DELIVERED, (5, 0, 2)), "CSMS has it", 0),
        (messages(LOST, WAITING), "start lost", 1),
        (messages(DELIVERED, LOST), "stop lost", 0),
    ],
)
def test_how_far_its_messages_got_is_one_word(
    told: v.TransactionMessages, word: str, number: int
) -> None:
    entry = replace(ended(StopReason.LOCAL), messages=told)
    assert delivery_word(entry).plain == word
    assert waiting(entry) == number


def test_a_transaction_without_an_id_says_what_is_sent_instead() -> None:
    without = replace(ended(StopReason.LOCAL), transaction_id=None)
    started = replace(without, messages=messages(WAITING, None))
    lost = replace(without, messages=messages(LOST))
    assert transaction_name(started).plain == "none yet"
    assert transaction_name(lost).plain == "-1"


def test_a_loss_is_told_with_its_reason() -> None:
    entry = session_world.history()[3]
    facts = said(transaction_facts(Snapshot(), entry, CLOCK))
    assert facts["Sent"] == (
        "the CSMS lacks a part · Start lost · MeterValues 3 lost · Stop 09:05:01"
    )
    assert facts["Lost"].startswith("StartTransaction is given up after 3 attempts")


def test_the_energy_of_a_running_transaction_is_what_its_connector_says_now() -> None:
    running = session_world.history()[0]
    facts = said(transaction_facts(Snapshot(connectors=live(4_560)), running, CLOCK))
    assert "4.56 kWh · runs since 13:20:09" in facts["Tx"]


def live(energy_wh: int) -> tuple[v.ConnectorView, ...]:
    """The connectors with another energy at the first."""
    whole, charging, free = worlds.connectors()
    assert charging.transaction is not None
    changed = replace(charging.transaction, energy_wh=energy_wh)
    return (whole, replace(charging, transaction=changed), free)


def test_everything_about_a_transaction_holds_what_of_it_waits() -> None:
    snapshot = Snapshot(outbox=session_world.offline_queue())
    entry = session_world.history()[0]
    texts = [fact.text.plain for fact in transaction_details(snapshot, entry, CLOCK)]
    assert "120.00 kWh → …" in texts
    assert sum(text.startswith("MeterValues · ") for text in texts) == 3


def test_a_message_that_waits_says_why_and_when_it_is_tried_next() -> None:
    """Question 10."""
    snapshot = Snapshot(
        outbox=session_world.retrying_queue(),
        transactions=session_world.history(),
        has_engine=True,
    )
    head, behind = snapshot.outbox.entries
    facts = said(queue_facts(snapshot, head, CLOCK))
    assert facts["Why"] == (
        "StopTransaction · the CSMS answered InternalError; attempt 2 of 3 waits"
    )
    assert facts["Next"] == "attempt 2 of 3, 1 attempt failed · next try at 14:04:12"
    assert facts["Since"] == "13:58:00 · transaction #1209 · connector 2"
    assert "as soon as those before it" in said(queue_facts(snapshot, behind, CLOCK))["Next"]


@pytest.mark.parametrize(
    ("link", "words"),
    [
        (worlds.broken_link(), "attempt 1 of 3 · the link is tried next at 14:03:41"),
        (worlds.open_link(), "attempt 1 of 3"),
        (
            worlds.open_link(phase=v.LinkPhase.STOPPED),
            "attempt 1 of 3 · kept until OCPP is restarted",
        ),
        (
            worlds.open_link(phase=v.LinkPhase.TLS),
            "attempt 1 of 3 · sent as soon as the link is open",
        ),
    ],
)
def test_the_oldest_message_waits_for_the_link(link: v.LinkView, words: str) -> None:
    snapshot = Snapshot(link=link, outbox=session_world.offline_queue(), has_engine=True)
    head = snapshot.outbox.entries[0]
    assert said(queue_facts(snapshot, head, CLOCK))["Next"] == words


def test_the_oldest_message_tells_why_the_link_is_down() -> None:
    snapshot = Snapshot(link=worlds.broken_link(), outbox=session_world.offline_queue())
    oldest, behind, _last = snapshot.outbox.entries
    assert said(queue_facts(snapshot, oldest, CLOCK))["Why"] == (
        "MeterValues · offline · connection refused by csms.example.com port 443"
    )
    assert said(queue_facts(snapshot, behind, CLOCK))["Why"] == (
        "MeterValues · waits behind older messages"
    )


def test_the_note_of_the_queue_tells_count_age_and_what_is_not_shown() -> None:
    assert queue_note(v.OutboxView(), CLOCK).plain == ""
    assert queue_note(session_world.offline_queue(), CLOCK).plain == (
        "3 wait · the oldest since 13:50"
    )
    outbox = session_world.crowded()["outbox"]
    assert isinstance(outbox, v.OutboxView)
    assert queue_note(outbox, CLOCK).plain == (
        "2000 wait · 130 MeterValues dropped · the oldest since 03:01 · the first 100 shown"
    )


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("StartTransaction", "nobody can bill it"),
        ("MeterValues", "the energy in StopTransaction stays right"),
        ("StopTransaction", "there the transaction runs on"),
        ("SecurityEventNotification", "the CSMS never gets it"),
    ],
)
def test_what_is_lost_with_a_message_is_told(action: str, words: str) -> None:
    assert words in loss(session_world.waiting(1, action, "offline", worlds.NOW))


def test_a_refusal_names_who_the_tag_and_the_key_that_decides() -> None:
    """Question 6."""
    entries = (worlds.entry("LocalPreAuthorize", "true"),)
    by_list, timed_out, remote = session_world.refusals()
    facts = said(refusal_facts(Snapshot(configuration=entries), by_list, CLOCK))
    assert facts == {
        "Why": "the local list says Blocked for tag 04FFEE01 (S 3.5.2)",
        "Key": "LocalPreAuthorize = true decides",
        "Start": "04FFEE01 · connector 2 · refused by local list · at 12:59:01",
    }
    assert said(refusal_facts(Snapshot(), timed_out, CLOCK))["Start"] == (
        "no tag · connector 2 · refused by connection timeout · at 13:02:44"
    )
    remote_words = said(refusal_facts(Snapshot(), remote, CLOCK))
    assert remote_words["Start"].endswith("at 14:01:30 · remote start")
    assert remote_words["Key"] == "AuthorizeRemoteTxRequests decides"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (59.6, "60 s"),
        (90, "2 min"),
        (3540, "59 min"),
        (3599, "1 h 00 min"),
        (2 * 86400 - 60, "47 h 59 min"),
        (3 * 86400 + 4 * 3600, "3 d 04 h"),
    ],
)
def test_durations_are_words(seconds: float, words: str) -> None:
    assert duration(timedelta(seconds=seconds)) == words


def test_an_instant_of_another_day_carries_its_date() -> None:
    entry = past("t5", StopReason.LOCAL, None, datetime(2026, 1, 4, 18, 2, tzinfo=UTC))
    assert "began Jan 04 17:32:00" in said(transaction_facts(Snapshot(), entry, CLOCK))["Tx"]


def stepped(seconds: float, **changes: object) -> v.TransactionEntry:
    """A transaction of 30 minutes while which the clock was set by so much."""
    whole = ended(StopReason.LOCAL)
    step = v.ClockStep(
        at=worlds.at(11, 40, 3),
        before=worlds.at(11, 40, 3),
        after=worlds.at(11, 40, 3) + timedelta(seconds=seconds),
        by="Heartbeat",
    )
    assert whole.stopped_at is not None
    values = {
        "stopped_at": whole.stopped_at + timedelta(seconds=seconds),
        "clock_step": step,
        "clock_step_s": seconds,
    }
    return replace(whole, **(values | changes))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (
            -3600,
            "Clock set back by 1 h 00 min at 11:40:03 (Heartbeat):"
            " subtract that from the times before it",
        ),
        (
            7500,
            "Clock set ahead by 2 h 05 min at 11:40:03 (Heartbeat):"
            " add that to the times before it",
        ),
    ],
)
def test_a_transaction_says_that_the_clock_was_set_and_how_long_it_took(
    seconds: float, words: str
) -> None:
    facts = said(transaction_facts(Snapshot(), stepped(seconds), CLOCK))
    assert facts["Clock"] == words
    assert facts["Tx"].endswith("began 11:30:00 · 30 min")
    running = stepped(seconds, stopped_at=None)
    assert said(transaction_facts(Snapshot(), running, CLOCK))["Clock"] == words


def test_several_steps_of_the_clock_are_told_together() -> None:
    facts = said(transaction_facts(Snapshot(), stepped(-3600, clock_step_s=-7200.0), CLOCK))
    assert "(Heartbeat); set back by 2 h 00 min by all steps together" in facts["Clock"]
    facts = said(transaction_facts(Snapshot(), stepped(-3600, clock_step_s=0.0), CLOCK))
    assert "; later steps took it back" in facts["Clock"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3600, "since 13:20, before the clock was set back by 1 h 00 min · "),
        (7500, "since 13:20, before the clock was set ahead by 2 h 05 min · "),
        (-40, "since 13:20 · "),
        (0, "since 13:20 · "),
    ],
)
def test_a_connector_that_charges_says_that_the_clock_was_set(seconds: float, words: str) -> None:
    whole: v.Connectors = worlds.healthy()["connectors"]
    connector = whole[1]
    assert connector.transaction is not None
    step = stepped(seconds).clock_step if abs(seconds) > 60 else None
    running = replace(connector.transaction, clock_step_s=float(seconds), clock_step=step)
    connector = replace(connector, transaction=running)
    assert words in said(connector_facts(connector, CLOCK))["Tx"]
    details = said(connector_details(Snapshot(), connector, CLOCK))
    assert ("Clock" in details) == (step is not None)


def test_a_clock_that_was_never_set_is_not_told() -> None:
    assert "Clock" not in said(transaction_facts(Snapshot(), ended(StopReason.LOCAL), CLOCK))


def test_a_transaction_of_before_that_ends_before_it_began_says_why() -> None:
    old = stepped(-3600, clock_step=None, clock_step_s=0.0)
    facts = said(transaction_facts(Snapshot(), old, CLOCK))
    assert facts["Tx"].endswith("ends before it began: the clock was set back meanwhile")


def test_the_details_of_a_connector_tell_how_the_last_transaction_ended() -> None:
    whole: v.Connectors = worlds.healthy()["connectors"]
    older = replace(ended(StopReason.LOCAL), connector_id=2, key="older")
    newer = replace(ended(StopReason.POWER_LOSS), connector_id=2, key="newer")
    runs = replace(ended(StopReason.LOCAL), connector_id=2, key="runs", stopped_at=None)
    elsewhere = replace(ended(StopReason.REMOTE), connector_id=1, key="elsewhere")
    snapshot = Snapshot(transactions=(runs, elsewhere, newer, older))
    told = said(connector_details(snapshot, whole[2], CLOCK))["Last"]
    assert newer.stopped_at is not None
    assert f"ended {CLOCK.brief(newer.stopped_at)} · reason PowerLoss" in told
    assert "Last" not in said(connector_details(Snapshot(), whole[2], CLOCK))
