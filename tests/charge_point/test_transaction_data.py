"""transactionData of StopTransaction, and MaxEnergyOnInvalidId (S 3.16.5, E 3.91, S 9.1.14)."""

from __future__ import annotations

from typing import Any

from cp_tui.charge_point.effects import Table
from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import set_key

KEYS = {
    "MeterValueSampleInterval": "60",
    "StopTxnSampledData": "Energy.Active.Import.Register,Voltage",
}


def charge(made: Rig, seconds: float) -> None:
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.after(seconds)


def contexts(stop: dict[str, Any]) -> list[str]:
    return [data["sampledValue"][0]["context"] for data in stop["transactionData"]]


def test_begin_samples_and_end_agree_with_the_registers() -> None:
    made = rig(keys=KEYS)
    charge(made, 150)
    made.act("swipe", id_tag="TAG")
    stop, start = made.calls("StopTransaction")[0], made.calls("StartTransaction")[0]
    samples = ["Sample.Periodic"] * 2
    assert contexts(stop) == ["Transaction.Begin", *samples, "Transaction.End"]
    energy = [data["sampledValue"][0]["value"] for data in stop["transactionData"]]
    assert (energy[0], energy[-1]) == (str(start["meterStart"]), str(stop["meterStop"]))
    assert len(stop["transactionData"][0]["sampledValue"]) == 4


def test_without_stop_lists_there_is_no_transaction_data() -> None:
    made = rig(keys={"MeterValueSampleInterval": "60"})
    charge(made, 150)
    made.act("swipe", id_tag="TAG")
    assert "transactionData" not in made.calls("StopTransaction")[0]


def test_too_many_values_are_thinned_and_the_ends_stay() -> None:
    made = rig(keys={**KEYS, "MeterValueSampleInterval": "1"})
    charge(made, 650)
    made.act("swipe", id_tag="TAG")
    found = contexts(made.calls("StopTransaction")[0])
    assert len(found) <= 200
    assert (found[0], found[-1]) == ("Transaction.Begin", "Transaction.End")


def test_a_power_loss_keeps_what_was_collected() -> None:
    made = rig(keys=KEYS)
    charge(made, 200)
    made.power_cycle()
    stop = made.calls("StopTransaction")[0]
    samples = ["Sample.Periodic"] * 3
    assert contexts(stop) == ["Transaction.Begin", *samples, "Transaction.End"]
    assert stop["transactionData"][-1]["sampledValue"][0]["value"] == str(stop["meterStop"])
    assert not made.store.get("transaction_data")  # type: ignore[call-overload]


def test_the_register_of_a_transaction_without_samples_is_kept_every_minute() -> None:
    made = rig(keys={"MeterValueSampleInterval": "0"})
    charge(made, 185)
    made.power_cycle()
    stop = made.calls("StopTransaction")[0]
    assert stop["timestamp"] == "2026-01-05T08:03:00Z"
    assert stop["meterStop"] > 1000


def test_max_energy_on_invalid_id_is_given_before_the_end() -> None:
    made = rig(keys={"MaxEnergyOnInvalidId": "500", "MeterValueSampleInterval": "0"})
    made.responders["StartTransaction"] = lambda _: {
        "transactionId": 1,
        "idTagInfo": {"status": "Blocked"},
    }
    charge(made, 60)
    assert not made.calls("StopTransaction")
    made.after(60)
    stop = made.calls("StopTransaction")[0]
    assert stop["reason"] == "DeAuthorized"
    assert 500 <= stop["meterStop"] <= 515


def test_a_second_tap_after_the_stop_starts_nothing() -> None:
    made = rig()
    charge(made, 60)
    made.act("swipe", id_tag="TAG")
    made.act("swipe", id_tag="TAG")
    made.act("plug_out", connector_id=1)
    assert len(made.calls("StartTransaction")) == len(made.calls("StopTransaction")) == 1
    assert made.statuses(1)[-2:] == ["Finishing", "Available"]


def test_another_person_may_start_while_the_cable_is_still_in() -> None:
    made = rig()
    charge(made, 60)
    made.act("swipe", id_tag="TAG")
    made.act("swipe", id_tag="NEXT")
    assert [p["idTag"] for p in made.calls("StartTransaction")] == ["TAG", "NEXT"]
    assert made.statuses(1)[-3:] == ["Finishing", "Preparing", "Charging"]


def test_nothing_stays_of_the_data_of_a_transaction_when_the_keys_were_emptied_meanwhile() -> None:
    made = rig(keys=KEYS)
    charge(made, 60)
    set_key(made, "StopTxnSampledData", "")
    made.act("swipe", id_tag="TAG")
    assert "transactionData" not in made.calls("StopTransaction")[0]
    assert made.store.get(Table.TRANSACTION_DATA, {}) == {}
