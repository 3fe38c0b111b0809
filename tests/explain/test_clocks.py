"""Rules of clocks, each found and silent."""

from __future__ import annotations

import pytest

from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import format_date_time
from tests.explain.talk import Talk, status


def shifted(talk: Talk, seconds: float) -> str:
    return format_date_time(later(talk.now, seconds))


def beat(talk: Talk, csms_s: float = 0) -> None:
    talk.wait(100)
    talk.charge_point("Heartbeat")
    talk.answer({"currentTime": shifted(talk, csms_s)})


def talked(charge_point_s: float = 0, csms_s: float = 0, times: int = 3) -> Talk:
    """A conversation with clocks that are away from that of the log by so much."""
    talk = Talk()
    talk.charge_point("BootNotification", {"chargePointVendor": "a", "chargePointModel": "b"})
    answer = {"status": "Accepted", "currentTime": shifted(talk, csms_s), "interval": 300}
    talk.answer(answer)
    for connector in (0, 1):
        talk.tell("StatusNotification", status(connector, "Available"))
    for number in range(times):
        beat(talk, csms_s)
        what = "Preparing" if number % 2 == 0 else "Available"
        talk.tell("StatusNotification", status(1, what, timestamp=shifted(talk, charge_point_s)))
    return talk


@pytest.mark.parametrize("away_s", [-40, 40, 500])
def test_the_clock_of_the_charge_point_follows_that_of_the_csms(away_s: float) -> None:
    assert talked().found() == []
    assert talked(away_s, times=2).found() == []
    assert talked(5).found() == []
    finding = talked(away_s).only("time.charger_clock")
    assert f"{abs(away_s)} s" in finding.text
    # Both are away from the clock of the log, and agree.
    assert "time.charger_clock" not in talked(away_s, away_s).noted()


def test_a_status_that_had_to_wait_is_not_late() -> None:
    talk = talked(times=0)
    for number in range(3):
        talk.wait(100)
        talk.charge_point("Heartbeat")
        talk.wait(20)
        talk.answer({"currentTime": talk.time})
        what = "Preparing" if number % 2 == 0 else "Available"
        talk.tell("StatusNotification", status(1, what, timestamp=shifted(talk, -18)))
    assert "time.charger_clock" not in talk.noted()


def test_the_clock_of_the_csms_goes_on() -> None:
    talk = talked()
    beat(talk, -200)
    assert talk.only("time.csms_clock").at_fault == "csms"
    assert talked(100, 100).found() == ["time.csms_clock"]
    assert talked(30, 30).found() == []


def test_a_local_time_that_is_called_utc_is_told_of_who_wrote_it() -> None:
    assert talked(7200).only("time.local_as_utc").at_fault == "charger"
    finding = talked(7200, 7200).only("time.local_as_utc")
    assert finding.at_fault == "csms"
    assert "2 h ahead" in finding.text


def test_without_times_nothing_is_said_of_clocks() -> None:
    talk = Talk(has_times=False)
    talk.booted()
    for _ in range(3):
        beat(talk)
        talk.tell("StatusNotification", status(1, "Available", timestamp=shifted(talk, 500)))
    assert not [each for each in talk.noted() if each.startswith("time.")]
