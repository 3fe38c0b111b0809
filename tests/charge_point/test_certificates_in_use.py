"""Which of its certificates a charge point uses, as they come, end and are refused (W A02)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cp_tui.certificates.authority import Validity
from cp_tui.charge_point.effects import Table
from tests.charge_point.rig import T0
from tests.charge_point.securing import (
    DAY,
    DECADE,
    certify,
    deliver,
    in_profile_3,
    install,
    root,
    secured,
    trigger_certificate,
    used,
)


def test_the_newest_that_has_begun_is_used_a02_fr_09() -> None:
    made, csms = in_profile_3()
    first = used(made)
    certify(made, validity=Validity(DECADE.begin - DAY, DECADE.end))
    made.after(2)
    assert used(made) == first
    assert csms.attempts == []
    later = certify(made, validity=Validity(T0 + DAY, DECADE.end))
    made.after(3600)
    assert used(made) == first
    made.after(86_400)
    assert used(made) == later
    assert made.is_open
    assert len(csms.attempts) == 1


def test_one_that_the_csms_does_not_take_gives_way_to_the_one_before() -> None:
    made, csms = in_profile_3()
    old = used(made)
    chain = root().charge_point(trigger_certificate(made), Validity(T0 - DAY, DECADE.end))
    csms.refused.add(chain)
    deliver(made, chain)
    made.after(1)
    assert not made.is_open
    assert used(made) == old
    assert "does not take" in made.variables["security"].renewal.text
    made.attempt()
    assert made.is_open
    problems = [each.problem for each in made.variables["security"].certificates]
    assert problems[0] == ""
    assert "did not take it" in problems[1]
    made.power_cycle()
    assert used(made) == old


def test_where_all_are_refused_each_is_tried_again() -> None:
    made, csms = in_profile_3()
    old = used(made)
    new = certify(made, validity=Validity(T0 - DAY, DECADE.end))
    csms.refused |= {old, new}
    made.after(1)
    tried = []
    for _ in range(4):
        tried.append(used(made))
        made.attempt()
    assert set(tried) == {old, new}
    assert "does not take" in made.variables["security"].renewal.text
    csms.refused.clear()
    made.attempt()
    assert made.is_open
    assert made.variables["security"].renewal is None, "it takes one again"


def test_the_old_one_goes_a_month_after_the_new_one_has_worked() -> None:
    made, _ = in_profile_3()
    certify(made, validity=Validity(T0 - DAY, DECADE.end))
    made.after(29 * 86_400)
    assert len(made.private_keys) == 2
    made.after(2 * 86_400)
    assert len(made.private_keys) == 1
    assert len(made.store[Table.CHARGE_POINT_CERTIFICATE]) == 1


def test_there_is_a_bound_to_what_is_kept() -> None:
    made, _ = in_profile_3()
    for number in range(8):
        certify(made, validity=Validity(T0 - DAY - number * DAY, DECADE.end))
        made.after(2)
    assert len(made.store[Table.CHARGE_POINT_CERTIFICATE]) == 5
    assert len(made.private_keys) == 5


def test_with_a_clock_that_is_wrong_the_newest_is_tried_all_the_same() -> None:
    made, csms = in_profile_3()
    chain = used(made)
    made.now = T0 - 20_000 * DAY
    made.power_cycle()
    assert used(made) == chain
    assert csms.attempts


def test_one_that_has_ended_is_told_and_used_where_there_is_no_other() -> None:
    made, csms = in_profile_3()
    certify(made, validity=Validity(T0 - DAY, T0 + DAY))
    made.after(2)
    made.responders["SignCertificate"] = lambda _: None
    made.after(3 * 86_400)
    problems = [each.problem for each in made.variables["security"].certificates]
    assert "" in problems
    assert csms.attempts


@pytest.mark.parametrize("profile", [1, 3])
def test_that_the_only_one_has_ended_is_told_when_it_ends(profile: int) -> None:
    made, _ = secured(1, 3)
    install(made, root().certificate)
    certify(made, validity=Validity(T0 - DAY, T0 + timedelta(minutes=2)))
    made.responders["SignCertificate"] = lambda _: None
    if profile == 3:
        made.request("ChangeConfiguration", {"key": "SecurityProfile", "value": "3"})
    made.after(120)
    (own,) = made.variables["security"].certificates
    assert (own.is_in_use, own.problem) == (True, "")
    made.after(1)
    (own,) = made.variables["security"].certificates
    assert own.is_in_use
    assert own.problem == "it has ended, and is tried all the same: there is no other one to use"


def test_where_none_can_be_shown_the_link_is_told_why() -> None:
    made, _ = secured(1, keys={"SecurityProfile": "3"})
    assert made.credentials is not None
    assert made.credentials.no_certificate == "there is none"
    made, _ = in_profile_3()
    assert made.credentials is not None
    assert made.credentials.no_certificate == ""
    keys = dict(made.private_keys)
    made.private_keys.clear()
    made.power_cycle()
    why = "the private key of the one that is there cannot be read"
    assert made.credentials.no_certificate == why
    made.private_keys |= keys
    made.power_cycle()
    certify(made)
    made.private_keys.clear()
    made.power_cycle()
    why = "the private key of each of the 2 that are there cannot be read"
    assert made.credentials.no_certificate == why
