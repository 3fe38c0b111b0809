"""Transaction messages go in the order in which they happened, whatever the clock says (S 3.7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.charge_point.rig import Rig, rig

QUIET = {"MeterValueSampleInterval": "0", "AllowOfflineTxForUnknownId": "true"}
HOUR = timedelta(hours=1)


def charge(made: Rig, tag: str, connector_id: int = 1) -> None:
    made.act("plug_in", connector_id=connector_id)
    made.act("swipe", id_tag=tag, connector_id=connector_id)


def leave(made: Rig, connector_id: int = 1) -> None:
    made.act("plug_out", connector_id=connector_id)


def delivered(made: Rig) -> list[str]:
    """Reconnect; give each start by its tag and each stop by its transaction."""
    made.reconnect()
    made.after(600)
    told = []
    for frame in made.sent:
        if frame[:1] == [2] and frame[2] in ("StartTransaction", "StopTransaction"):
            told.append(f"{frame[3].get('idTag') or frame[3]['transactionId']}")
    return told


def tags(made: Rig) -> list[str]:
    """Give the tags of the published transactions, as they stand there: the newest first."""
    transactions: Any = made.variables["transactions"]
    return [each.id_tag for each in transactions]


@pytest.mark.parametrize("boots", [(), ("between",), ("after",), ("between", "after")], ids=str)
def test_a_clock_set_back_while_offline_changes_no_order(boots: tuple[str, ...]) -> None:
    made = rig(keys=QUIET)
    made.cut()
    charge(made, "FIRST")
    made.after(600)
    leave(made)
    made.now -= HOUR
    if "between" in boots:
        made.power_cycle()
    charge(made, "SECOND")
    made.after(600)
    leave(made)
    if "after" in boots:
        made.power_cycle()
    assert tags(made) == ["SECOND", "FIRST"]
    assert delivered(made) == ["FIRST", "1", "SECOND", "2"]
    assert tags(made) == ["SECOND", "FIRST"]


def test_transactions_that_a_power_loss_ends_are_ended_in_their_order() -> None:
    made = rig(keys=QUIET)
    made.cut()
    charge(made, "FIRST", 2)
    made.after(600)
    made.now -= HOUR
    charge(made, "SECOND", 1)
    made.after(60)
    made.power_cycle()
    assert tags(made) == ["SECOND", "FIRST"]
    assert delivered(made) == ["FIRST", "SECOND", "1", "2"]


def test_a_csms_that_sets_the_clock_back_changes_no_order_over_a_boot() -> None:
    made = rig(keys=QUIET)
    charge(made, "FIRST")
    made.after(60)
    leave(made)
    made.responders["Heartbeat"] = lambda _: {"currentTime": (made.now - HOUR).isoformat()}
    made.request("TriggerMessage", {"requestedMessage": "Heartbeat"})
    made.cut()
    charge(made, "SECOND")
    leave(made)
    made.power_cycle()
    charge(made, "THIRD")
    leave(made)
    made.power_cycle()
    assert tags(made) == ["THIRD", "SECOND", "FIRST"]
    del made.responders["Heartbeat"]
    assert delivered(made)[2:] == ["SECOND", "2", "THIRD", "3"]


def test_records_of_an_older_version_come_before_the_new_ones() -> None:
    made = rig(keys=QUIET)
    for tag in ("FIRST", "SECOND"):
        charge(made, tag)
        made.after(60)
        leave(made)
    for records in made.store.values():
        for key, text in records.items():
            records[key] = text.replace('"sequence":1,', "").replace('"sequence":2,', "")
    made.power_cycle()
    made.now -= HOUR
    charge(made, "THIRD")
    leave(made)
    made.power_cycle()
    assert tags(made) == ["THIRD", "SECOND", "FIRST"]
