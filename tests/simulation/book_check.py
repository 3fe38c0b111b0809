"""What the CSMS has in the end: every message that was owed to it, in order, and of one book."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tests.simulation.csms import Received
from tests.simulation.delivery_watch import EVENT, METER_VALUES, START, STOP, Entry
from tests.simulation.options import Trouble

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

QUEUES = ((START, METER_VALUES, STOP), (EVENT,))
"""What keeps its order among itself."""


def check_book(world: Simulation) -> None:
    """Hold what the CSMS took against what was saved to be sent to it.

    A frame that the network doubled has the id of the first one and was not taken again; what is
    tried again after a failure is the same message, and comes before the next one.
    """
    delivery = world.checker.delivery
    taken = [
        (entry, each)
        for each in world.csms.book.received
        if (entry := delivery.by_message.get(each.message_id)) is not None
    ]
    places = {id(entry): place for place, entry in enumerate(delivery.saved)}
    for actions in QUEUES:
        order = [places[id(entry)] for entry, _ in taken if entry.record.action in actions]
        assert order == sorted(order), f"{actions} came out of their order"
    there = {id(entry) for entry, _ in taken}
    for entry in delivery.saved:
        # Only what was given up, or thinned out, may never have come.
        assert id(entry) in there or not entry.is_delivered, f"the CSMS never had {entry.record}"
    # A spoilt answer names another id than the CSMS has.
    if not world.options.has(Trouble.BAD_ANSWERS):
        _check_ids(taken)


def _check_ids(taken: list[tuple[Entry, Received]]) -> None:
    """What belongs to a transaction names an id that the CSMS gave to its start, if it has one."""
    given: defaultdict[str, set[int]] = defaultdict(lambda: {-1})
    for entry, each in taken:
        key = entry.record.transaction_key
        if key is None:
            continue
        if entry.record.action == START:
            given[key].add(each.result["transactionId"])
        else:
            named = each.payload["transactionId"]
            assert named in given[key], f"{each} names {named}, its start got {given[key]}"
