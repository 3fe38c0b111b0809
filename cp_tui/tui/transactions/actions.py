"""The actions on the queue of messages that wait for the CSMS."""

from __future__ import annotations

from textual.content import Content

from cp_tui.charge_point.variables import OutboxEntry
from cp_tui.tui.actions import conditions
from cp_tui.tui.actions.action import action
from cp_tui.tui.actions.commands import CommandCall
from cp_tui.tui.actions.desk import Choice, ConfirmQuestion, Desk
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.transactions.queue_text import loss, queue_facts

TRACE = "the log and the transaction keep that the operator dropped it"


@action(
    "transactions.drop",
    "Give up a waiting message",
    means=Meaning.REMOVE,
    short="Drop",
    screens="transactions",
    pane="queue",
    when=conditions.with_queue,
)
async def drop_message(desk: Desk) -> None:
    """Drop the selected message of the queue: the CSMS never gets it. Asks first, is logged."""
    entry = _selected(desk) or await _chosen(desk)
    if entry is None:
        return
    facts = [
        *queue_facts(desk.snapshot, entry, desk.clock),
        Fact("Lost", Content(loss(entry))),
        Fact("Trace", Content(TRACE)),
    ]
    if await desk.ask(ConfirmQuestion(f"Give up this {drawn(entry.action)}?", facts, "Give it up")):
        await desk.command(CommandCall("drop_message", {"sequence": entry.sequence}))


def _selected(desk: Desk) -> OutboxEntry | None:
    key = desk.snapshot.cursors.get("queue")
    if desk.screen != "transactions" or key is None:
        return None
    return desk.snapshot.waiting_message(int(key))


async def _chosen(desk: Desk) -> OutboxEntry | None:
    choices = [
        Choice(
            str(each.sequence),
            safe_text(f"{each.sequence} {each.action} since {desk.clock.minute(each.since)}"),
            Content(""),
            safe_text(each.why),
        )
        for each in desk.snapshot.outbox.entries
    ]
    key = await desk.choose("Give up which message?", choices)
    return None if key is None else desk.snapshot.waiting_message(int(key))
