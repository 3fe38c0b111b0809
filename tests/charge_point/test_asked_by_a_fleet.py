"""What is asked of a charge point after each turn, without its variables being worked out."""

from __future__ import annotations

from tests.charge_point.rig import rig


def test_it_says_what_it_is_at_without_a_variable() -> None:
    made = rig(boot=False, keys={"HeartbeatInterval": "0"})
    mind = made.charger.mind
    assert (mind.is_accepted, mind.running_transactions) == (False, 0)
    made = rig(connectors=1)
    mind = made.charger.mind
    assert (mind.is_accepted, mind.waiting_messages, mind.running_transactions) == (True, 0, 0)
    assert mind.transaction(1) is None
    made.act("plug_in", connector_id=1)
    made.swipe("TAG1", 1)
    made.after(5)
    begun = mind.transaction(1)
    assert begun is not None
    assert (mind.running_transactions, begun.id_tag) == (1, "TAG1")
    assert mind.transaction(2) is None, "there is no such connector"
    made.responders["StopTransaction"] = lambda request: None
    made.act("press_stop", connector_id=1)
    made.after(1)
    assert (mind.running_transactions, mind.waiting_messages) == (0, 1)


def test_only_what_takes_long_is_prepared() -> None:
    assert not rig().charger.mind.prepare("identity")
