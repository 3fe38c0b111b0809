"""What a CSMS does at a distance (S 5.11, S 5.12, S 5.17)."""

from __future__ import annotations

from tests.charge_point.rig import rig
from tests.conformance.steps import charging


def test_a_transaction_does_not_end_before_the_values_that_were_triggered() -> None:
    """Power fails after a TriggerMessage: the end is not earlier than what was told."""
    made = rig()
    charging(made)
    made.after(30)
    made.request("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1})
    (values,) = made.calls("MeterValues")
    made.power_cycle()
    (stopped,) = made.calls("StopTransaction")
    assert stopped["timestamp"] >= values["meterValue"][0]["timestamp"]
