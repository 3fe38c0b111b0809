"""A charge point in virtual time: sessions, cuts of power and network, the same from a seed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cp_tui import CommandError, VirtualCharger, WaitFailed
from cp_tui.charge_point.codec import encode
from cp_tui.charge_point.variables import MessageKind
from cp_tui.library.for_tests import Fixtures
from cp_tui.library.virtual_charger import BEGIN


def charging(**options: Any) -> VirtualCharger:
    """Give a charge point with a transaction that the CSMS knows, at connector 1."""
    charger = VirtualCharger(connectors=2, **options)
    charger.until(lambda c: c.is_accepted)
    charger.plug_in(1)
    assert charger.swipe("TAG1", 1).outcome == "Accepted"
    return charger.until(lambda c: c.connector(1).transaction_id == 1)


def test_hours_pass_and_the_csms_stops_a_transaction() -> None:
    charger = charging(seed=7)
    charger.after(hours=3)
    with pytest.raises(ValueError, match="backwards"):
        charger.after(hours=1, minutes=-61)
    assert (charger.now - BEGIN).total_seconds() // 3600 == 3
    assert charger.connector(1).is_charging
    assert charger.call("RemoteStopTransaction", {"transactionId": 1}) == {"status": "Accepted"}
    charger.until(lambda c: c.is_idle and bool(c.messages.answers("StopTransaction")))
    assert charger.messages.sent("StopTransaction")[0]["reason"] == "Remote"
    assert charger.transactions[0].energy_wh > 40_000


def test_a_transaction_ends_offline_without_power_and_arrives() -> None:
    charger = charging()
    charger.set_network(False)
    charger.plug_out(1)
    charger.after(hours=1)
    assert (charger.is_connected, charger.get("outbox").count) == (False, 1)
    charger.power_cut(seconds=60)
    assert charger.set_network(True)
    charger.until(lambda c: c.is_idle)
    assert [each["transactionId"] for each in charger.messages.sent("StopTransaction")] == [1]


def test_one_seed_gives_the_same_frames_and_another_gives_others() -> None:
    def frames(seed: int) -> list[object]:
        charger = charging(seed=seed, keys={"MeterValueSampleInterval": "600"}).after(hours=1)
        return [(each.time, each.payload) for each in charger.messages]

    assert frames(1) == frames(1)
    assert frames(1) != frames(2)


@pytest.mark.parametrize("weather", ["train_tunnel", "flapping_lte", "half_open"])
def test_bad_weather_delays_and_breaks_and_the_same_seed_does_it_again(weather: str) -> None:
    def frames(seed: int) -> tuple[bytes, VirtualCharger]:
        charger = VirtualCharger(
            weather=weather, seed=seed, keys={"MeterValueSampleInterval": "60"}
        )
        charger.until(lambda c: c.is_accepted)
        charger.plug_in(1)
        charger.swipe("TAG1", 1)
        charger.after(hours=1).plug_out(1)
        charger.until(lambda c: c.is_idle)
        return b"\n".join(map(encode, charger.messages)), charger

    first, charger = frames(7)
    assert first == frames(7)[0]
    assert first != frames(8)[0]
    # Every message of the transaction has arrived all the same.
    answered = {each.message_id for each in charger.messages if each.kind is MessageKind.CALLRESULT}
    stops = [each for each in charger.messages if each.action == "StopTransaction"]
    assert any(each.kind is MessageKind.CALL and each.message_id in answered for each in stops)
    seen = charger.get("network")
    assert (seen.weather, seen.seed) == (weather, 7)
    assert seen.lost + seen.cut + seen.not_connected > 0


def test_the_weather_says_what_it_does_and_can_be_changed() -> None:
    cellar = {"about": "No frame gets out.", "faults": [{"kind": "hold", "direction": "to_csms"}]}
    charger = VirtualCharger(settings={"network": {"weathers": {"cellar": cellar}}}, seed=3)
    charger.until(lambda c: c.is_accepted).after(seconds=5)
    assert charger.get("network").doing == ""
    assert charger.set_weather("cellar")
    assert not charger.set_weather("cellar")
    charger.raise_error(1, "GroundFailure")
    charger.after(seconds=8)
    assert charger.messages.sent("StatusNotification")[-1]["status"] == "Faulted"
    assert charger.get("network").doing == "frames to the CSMS are held back"
    with pytest.raises(
        WaitFailed, match="\n  the weather cellar, seed 3: frames to the CSMS are h"
    ):
        charger.until(lambda c: False, timeout_s=1)
    answers = len(charger.messages.answers("StatusNotification"))
    assert charger.set_weather("fair")
    # What was held goes at once, and is answered.
    charger.until(lambda c: len(c.messages.answers("StatusNotification")) > answers, timeout_s=0.2)
    with pytest.raises(CommandError, match='no weather "celar"; did you mean "cellar"'):
        charger.set_weather("celar")


def test_a_function_answers_refuses_and_keeps_silent() -> None:
    asked: list[str] = []

    def csms(action: str, payload: Mapping[str, Any]) -> Mapping[str, Any] | str | None:
        asked.append(action)
        if action == "BootNotification":
            time = "2026-01-05T08:00:00Z"
            return {"status": "Accepted", "currentTime": time, "interval": 600}
        return "InternalError" if action == "Authorize" else None

    charger = VirtualCharger(csms=csms, keys={"MessageTimeout": "5"}, seed=3)
    charger.until(lambda c: c.is_accepted)
    charger.after(minutes=1)
    assert charger.swipe("TAG1", 1).outcome == "Refused"
    assert charger.messages.answers("Authorize")[0].result == "InternalError"
    assert {"BootNotification", "StatusNotification", "Authorize"} <= set(asked)
    with pytest.raises(WaitFailed, match=r"not within 60 s.*: it charges \(seed 3\)\ninstead:"):
        charger.until(lambda c: c.connector(1).is_charging, timeout_s=60, what="it charges")


def test_what_cannot_be_done_is_refused() -> None:
    charger = VirtualCharger()
    with pytest.raises(CommandError, match="CP1 is not connected"):
        charger.call("Reset", {"type": "Soft"})
    charger.until(lambda c: c.is_accepted)
    with pytest.raises(CommandError, match=r"Reset: .*Violation"):
        charger.call("Reset", {"type": "Sideways"})
    with pytest.raises(CommandError, match="no variable 'weather'"):
        charger.get("weather")
    with pytest.raises(CommandError, match="connector 3 does not exist"):
        charger.plug_in(3)
    keys = charger.get_configuration_key(["HeartbeatInterval"])["configuration_key"]
    assert [each["value"] for each in keys] == ["3600"]
    assert charger.get_composite_schedule(1, 600).duration_s == 600
    assert (charger.restart(), charger.try_now()) == (False, False)
    assert charger.power_cycle()
    charger.until(lambda c: c.is_accepted)
    assert len(charger.messages.sent("BootNotification")) == 2


def test_the_fixture_names_the_seed_in_the_report_of_a_failure() -> None:
    fixtures = Fixtures(None)
    charger = fixtures.virtual_chargers(seed=7)
    charger.until(lambda c: c.is_accepted)
    ((title, text),) = fixtures.sections("test_x.py::test_y", None)
    assert title == "charge point CP1, seed 7"
    assert "BootNotification: Accepted\n" in text
    assert '-> BootNotification {"chargePointVendor"' in text
    with pytest.raises(ValueError, match="no CSMS: give its URL"):
        _ = fixtures.url


def test_a_composite_schedule_is_asked_for_as_at_the_door() -> None:
    charger = VirtualCharger(seed=7)
    assert charger.get_composite_schedule(1, 60).duration_s == 60
    with pytest.raises(CommandError, match="connector 9 does not exist"):
        charger.get_composite_schedule(9, 60)
    with pytest.raises(CommandError, match="is more than 10 years away"):
        charger.get_composite_schedule(1, 60, start="2066-01-01T00:00:00Z")
