"""The socket is open and the CSMS says nothing: what waits since when, and the clock (S 4.2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cp_tui.charge_point.variables import PendingCall, RegistrationView
from tests.charge_point.rig import T0, Rig, rig


def registration(made: Rig) -> RegistrationView:
    view = made.variables["registration"]
    assert isinstance(view, RegistrationView)
    return view


def silent(_: dict[str, Any]) -> None:
    return None


def test_a_boot_without_answer_shows_since_when_and_until_when() -> None:
    made = rig(boot=False)
    made.responders["BootNotification"] = silent
    made.power_on()
    assert registration(made).pending == PendingCall(
        action="BootNotification", since=T0, times_out_at=T0 + timedelta(seconds=30)
    )
    made.after(31)
    told = registration(made)
    assert told.pending is None
    assert told.reason is not None
    assert told.reason.text.startswith("no answer to BootNotification within 30 s")


def test_another_call_shows_when_it_has_waited_three_seconds() -> None:
    made = rig()
    made.responders["StatusNotification"] = silent
    made.act("plug_in", connector_id=1)
    made.after(2.9)
    assert registration(made).pending is None
    made.after(0.1)
    sent_at = T0
    assert registration(made).pending == PendingCall(
        action="StatusNotification", since=sent_at, times_out_at=sent_at + timedelta(seconds=30)
    )
    made.receive(f'[3,"{made.sent[-1][1]}",{{}}]')
    assert registration(made).pending is None


def test_a_csms_that_answers_is_no_news() -> None:
    made = rig()
    before = len(made.published)
    made.act("plug_in", connector_id=1)
    assert "registration" not in dict(made.published[before:])


def test_a_cut_link_awaits_nothing() -> None:
    made = rig()
    made.responders["StatusNotification"] = silent
    made.act("plug_in", connector_id=1)
    made.after(5)
    made.cut()
    assert registration(made).pending is None


def test_the_offset_from_before_the_boot_counts_until_the_csms_tells_the_time() -> None:
    made = rig(boot=False)
    made.responders["BootNotification"] = lambda _: {
        "status": "Accepted",
        "currentTime": (made.now + timedelta(seconds=90)).isoformat(),
        "interval": 300,
    }
    made.power_on()
    told = registration(made)
    assert (told.clock_offset_s, told.clock_kept_offset_s) == (90.0, None)
    assert (told.clock_set_by, told.clock_set_at) == ("BootNotification", T0)
    made.connected = False
    made.power_cycle()
    told = registration(made)
    assert (told.clock_offset_s, told.clock_kept_offset_s) == (None, 90.0)
    assert told.clock_set_at is None


def test_a_clock_that_is_not_followed_says_why() -> None:
    made = rig(boot=False)
    made.responders["BootNotification"] = lambda _: {
        "status": "Accepted",
        "currentTime": "1970-01-01T00:00:00Z",
        "interval": 300,
    }
    made.power_on()
    told = registration(made)
    assert told.clock_set_at is None
    assert told.clock_refused is not None
    assert "it says 1970-01-01" in told.clock_refused.text
    made.after(301)
    assert registration(made).clock_refused is None
    assert registration(made).clock_set_by == "Heartbeat"
