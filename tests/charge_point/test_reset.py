"""A reset that was accepted, until the charge point boots again (S 5.14)."""

from __future__ import annotations

from cp_tui.charge_point.variables import Connectors
from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import charging


def waiting_for_its_boot() -> Rig:
    """Give a charge point whose soft reset waits for the answer to a StopTransaction."""
    made = rig()
    charging(made)
    made.responders["StopTransaction"] = lambda _: None
    assert made.request("Reset", {"type": "Soft"})[2] == {"status": "Accepted"}
    made.responders.clear()
    return made


def test_no_tag_starts_a_transaction_that_the_reset_would_cut_off() -> None:
    made = waiting_for_its_boot()
    made.act("plug_in", connector_id=2)
    made.act("swipe", id_tag="LATE", connector_id=2)
    connectors: Connectors = made.variables["connectors"]
    refusal = connectors[2].last_refusal
    assert refusal is not None
    assert "about to boot" in refusal.text
    made.after(120)
    assert len(made.calls("BootNotification")) == 1
    assert made.calls("StartTransaction") == []
    assert {stop["reason"] for stop in made.calls("StopTransaction")} == {"SoftReset"}


def test_a_tag_that_was_shown_before_waits_no_longer_for_a_cable() -> None:
    made = rig()
    charging(made)
    made.act("swipe", id_tag="EARLY", connector_id=2)
    made.responders["StopTransaction"] = lambda _: None
    made.request("Reset", {"type": "Soft"})
    made.act("plug_in", connector_id=2)
    made.responders.clear()
    made.after(120)
    assert made.calls("StartTransaction") == []


def test_a_boot_gives_back_the_cable_of_the_transaction_that_it_ends() -> None:
    made = rig()
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    assert made.charger.station.record(made.now).connectors[1].is_locked
    made.power_cycle()
    assert not made.charger.station.record(made.now).connectors[1].is_locked
