"""When a new security profile counts as one that works: a word of the CSMS, or time (W A05)."""

from __future__ import annotations

from cp_tui.charge_point.config import SecurityConfig
from cp_tui.charge_point.events import (
    SetSecurityProfile,
    Stop,
)
from cp_tui.charge_point.security.profile import STANDS_AFTER
from tests.charge_point.rig import Rig
from tests.charge_point.securing import (
    Csms,
    certify,
    profile_of,
    root,
    secured,
    set_profile,
)


def let_in_and_closed(made: Rig, csms: Csms) -> None:
    """Have the CSMS let in whoever comes with profile 2, and close at once."""
    made.responders["Heartbeat"] = lambda _: None
    csms.profiles.add(2)


def test_a_connection_that_is_closed_before_a_word_is_one_in_vain_a05_fr_08() -> None:
    made, csms = secured(1, security=SecurityConfig(csms_roots=root().certificate))
    let_in_and_closed(made, csms)
    assert set_profile(made, 2) == "Accepted"
    for _ in range(2):
        assert made.is_open
        assert made.variables["security"].change is not None
        made.cut()
        made.reconnect()
    made.cut()
    csms.profiles.remove(2)
    made.reconnect()
    assert profile_of(made) == 1
    assert "closed before the CSMS said anything" in made.variables["security"].last_change.text


def test_what_the_csms_says_before_the_connection_is_made_anew_proves_nothing() -> None:
    made, csms = secured(1, security=SecurityConfig(csms_roots=root().certificate))
    certify(made)
    let_in_and_closed(made, csms)
    set_profile(made, 2)
    made.command(lambda request: SetSecurityProfile(request, 3))
    made.request("GetLocalListVersion", {})
    assert made.variables["security"].change.wanted == 3


def test_a_change_that_is_taken_back_on_its_connection_is_over() -> None:
    made, csms = secured(1, security=SecurityConfig(csms_roots=root().certificate))
    let_in_and_closed(made, csms)
    set_profile(made, 2)
    made.command(lambda request: SetSecurityProfile(request, 1))
    assert made.variables["security"].change is None
    made.after(STANDS_AFTER.total_seconds())
    assert made.variables["security"].last_change is None


def test_a_stop_is_no_attempt_in_vain() -> None:
    made, csms = secured(1, security=SecurityConfig(csms_roots=root().certificate))
    let_in_and_closed(made, csms)
    set_profile(made, 2)
    left = made.variables["security"].change.tries_left
    made.command(Stop)
    made.cut()
    assert made.variables["security"].change.tries_left == left


def test_a_connection_that_stands_for_some_seconds_works_without_a_word() -> None:
    made, csms = secured(1, security=SecurityConfig(csms_roots=root().certificate))
    let_in_and_closed(made, csms)
    assert set_profile(made, 2) == "Accepted"
    assert made.variables["security"].change is not None
    made.after(STANDS_AFTER.total_seconds())
    assert made.variables["security"].change is None
